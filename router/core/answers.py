"""Whether a writer says that their answers stand within the mail below. Pure.

Called by quotes.py. Outlook marks no lines of the mail that it answers, so that answers in it, in red or not, look like
the history around them; only the words above it tell. They are read, then, and not folded.
"""

import re
from collections.abc import Sequence
from typing import Final

from router.core.mail_marks import CLOSING
from rules.expression import expression

_LINES_MAX: Final = 40
"""Of those above the history: whoever writes more has said it all."""
_WITHIN: Final = expression(
    r"\b(?:answer|repl(?:y|ie)|comment|respon[sd]|remark|see|find|below)\w*\b.{0,40}"
    r"\b(?:in-?\s?line|in (?:red|blue|green|bold|colou?r|capitals|caps)"
    r"|(?:with)?in your (?:e-?mail|message|text) below)\b"
    r"|\bin-?line (?:answer|repl(?:y|ie)|comment|respon[sd])|\bin-?line[.,:!]?$"
    r"|\b(?:antwort|anmerkung|kommentar|beantwort|siehe)\w*\b.{0,40}"
    r"\b(?:inline|in (?:rot|blau|grün|farbe)|rot|farbig|im text|in ihrer (?:e-?mail|nachricht))\b"
    r"|\b(?:réponse|commentaire)s?\b.{0,40}\b(?:en (?:rouge|bleu|vert|gras)|dans le texte)\b"
    r"|\b(?:respuesta|comentario)s?\b.{0,40}\b(?:en (?:rojo|azul|verde|negrita)|en el texto)\b"
    r"|(?:答|回复|回覆|意见|批注|[见見看]).{0,12}(?:[红紅蓝藍绿綠](?:字|色)|[标標][红紅]|原文|原[邮郵]件)"
    r"|(?:[红紅蓝藍绿綠](?:字|色)|[标標][红紅]).{0,8}(?:答|回复|回覆)",
    re.IGNORECASE,
)
_BELOW: Final = expression(
    r"\b(?:answer|repl(?:y|ie)|comment|response|remark)s?\b.{0,20}\bbelow\b|\bbelow\b.{0,20}\b(?:answer|repl(?:y|ie)|comment)s?\b"
    r"|\bsee below\b|\banswered below\b"
    r"|\b(?:antwort|anmerkung|kommentar)\w*\b.{0,40}\b(?:unten|unterhalb|weiter unten)\b|\bsiehe unten\b"
    r"|\bréponses?\b.{0,20}\bci-dessous\b|\brespuestas?\b.{0,20}\b(?:abajo|más abajo)\b"
    r"|(?:答|回复|回覆).{0,6}(?:[见見]下|在下面|在下方)|^(?:[请請])?[见見]下(?:面|方|文)?[。.！!]?$",
    re.IGNORECASE,
)
"""What follows may stand right below, before the history begins."""


def are_below(lines: Sequence[str]) -> bool:
    """Whether the `lines` above the history say so."""
    said = [line for line in lines if line]
    if len(said) > _LINES_MAX:
        return False
    for at, line in enumerate(said):
        if _WITHIN.search(line):
            return True
        if _BELOW.search(line) and (len(said) - at <= 2 or CLOSING.fullmatch(said[at + 1])):
            return True
    return False
