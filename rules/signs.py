"""Doubts about signs in words: what stands in a word is looked for, and not all that people type there is meant so."""

import re
from typing import Final

from rules.document import Scalar
from rules.problems import Problems
from rules.text import PLACEHOLDER

ODD: Final = re.compile(r"[“”‘’「」『』，、|\[]|\*.")
"""What a word holds of which one of these doubts is possible."""
_QUOTED: Final = re.compile("[“”‘「『].*[“”’」』]|[“‘「『].*|.*[”」』]")


def doubt(word: Scalar, problems: Problems) -> None:
    """Record what is doubtful about one word."""
    value = word.value
    if (found := PLACEHOLDER.search(value)) is not None:
        hint = f"write message.findings|has: {found[0][1:-1]}"
        problems.warn(word.at, "never", f"{found[0]} is what masks leave, which no word finds", hint)
    if "*" in value.rstrip("*"):
        hint = "only at the end of a word it stands for any ending"
        problems.warn(word.at, "signs", f"{value} holds a * that is looked for as it is", hint)
    if word.quoted:
        return
    if "|" in value:
        hint = "write , between words; put it in quotes if it is one"
        problems.warn(word.at, "signs", f"{value} is one word, for | does not part words", hint)
    if _QUOTED.fullmatch(value):
        hint = "leave them out, or use straight ones"
        problems.warn(word.at, "signs", f"the quotation marks of {value} are looked for too", hint)
    if "，" in value or "、" in value:
        hint = "write , between words; put it in quotes if it is one"
        problems.warn(word.at, "signs", f"{value} is one word, for its comma is a Chinese one", hint)
