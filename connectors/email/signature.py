"""The delimiter of a signature where only the HTML of a mail says that one is there (RFC 3676, section 4.3).

Called by body.py. Pure and bounded. Programs name the element (`gmail_signature`, `moz-signature`, `Signature`,
`_MailAutoSig` ...), and leave the plain part without a mark; `-- ` says it there, so that one rule folds both.
"""

import html as entities
import re
from typing import Final

DELIMITER: Final = "-- "
_ELEMENT: Final = re.compile(
    r"<[a-z]{1,12}\b[^<>]{0,400}\b(?:id|class|name)\s?=\s?[\"']?[^\"'<>]{0,80}(?:signature|_MailAutoSig|ne-quoted-sig)"
    r"[^<>]{0,1000}>|<sign\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_PREFIX: Final = "signature_prefix"
"""Gmail's own delimiter."""
_BREAK: Final = re.compile(r"</?(?:div|p|br|tr|table|li|h\d)\b[^<>]{0,1000}>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_LOOK_CHARS: Final = 4_000
"""Of the element: its first lines are enough."""
_HTML_CHARS_MAX: Final = 200_000
"""Of the page: a signature stands above the history."""
_ELEMENTS_MAX: Final = 5
_LINES_MAX: Final = 400
"""Of the text: what stands further down is history."""
_CHARS_MIN: Final = 2


def delimited(text: str, html: str) -> str:
    """`text` with a delimiter above the signature that `html` names; as it is, where there is one or none is found."""
    lines = text.split("\n", _LINES_MAX)
    plain = [_plain(line) for line in lines]
    for number, element in enumerate(_ELEMENT.finditer(html, 0, _HTML_CHARS_MAX)):
        if number == _ELEMENTS_MAX:
            break
        wanted = [] if _PREFIX in element[0] else _first_lines(html[element.end() : element.end() + _LOOK_CHARS])
        at = _place(plain, wanted)
        if at is not None:
            return "\n".join([*lines[:at], DELIMITER, *lines[at:]])
    return text


def _first_lines(html: str) -> list[str]:
    text = entities.unescape(_TAG.sub("", _BREAK.sub("\n", html)))
    return [line for line in map(_plain, text.split("\n")) if line][:2]


def _plain(line: str) -> str:
    return " ".join(line[:400].replace("*", " ").split())


def _place(plain: list[str], wanted: list[str]) -> int | None:
    """The line at which the text goes on with the `wanted` lines; never its first words, and not behind a delimiter."""
    if not wanted or len(wanted[0]) < _CHARS_MIN:
        return None
    filled = [(at, line) for at, line in enumerate(plain) if line]
    for number, (at, line) in enumerate(filled):
        if (
            number
            and line == wanted[0]
            and (len(wanted) < 2 or [one for _, one in filled[number + 1 : number + 2]] == wanted[1:])
        ):
            return None if filled[number - 1][1] in {"--", "—"} else at
    return None
