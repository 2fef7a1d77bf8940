"""A folded text as tokens, sentence by sentence: what `rules.scales` puts on the scales.

Words of scripts with blanks are tokens, so is each Chinese character, each run of question or exclamation marks, and
`#` for a number. In a `line` every token, and `^` before and `$` behind each sentence, has a blank on either side of
its own: words that follow each other can be searched for as ` not  me `, one find may begin where another ends, and
none goes over the end of a sentence.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules.facts import Span
from rules.views import MARK

NUMBER: Final = "#"
BEGIN: Final = "^"
END: Final = "$"
JOINT: Final = "  "
"""Between tokens: a blank of each of them."""

Placed = tuple[str, Span]
"""A token, and where it stands in the folded text."""

_TOKEN: Final = re.compile(
    r"[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\d\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:'[^\W\d_]+)?"
    r"|\d+(?:[.,]\d+)*|[?!]+|[;\u3002\n]|\.(?=\s|$|[\u2e80-\uffff])"
)
_STOPS: Final = frozenset(";\u3002\n.")
_NUMBERS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_MARKS: Final = re.compile("([?!])[?!]*")
_ENDS: Final = re.compile(r"[;\u3002]|\.(?=\s|$|[\u2e80-\uffff])")
_PLAIN: Final = re.compile(
    r"[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\d\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:'[^\W\d_]+)?|[#?!\n]"
)


def sentences(text: str) -> list[str]:
    """Return the tokens of each sentence of a folded text, JOINT between them; a sentence without any is none."""
    text = _NUMBERS.sub(NUMBER, text.replace(NUMBER, " "))
    text = _ENDS.sub("\n", _MARKS.sub(r"\1\n", text))
    found = map(str.strip, JOINT.join(_PLAIN.findall(text)).split("\n"))
    return [words for words in found if words]


def placed(text: str) -> list[list[Placed]]:
    """Return the same with the place of each token."""
    found: list[list[Placed]] = [[]]
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token not in _STOPS:
            found[-1].append((_plain(token), match.span()))
        if token in _STOPS or token[0] in "?!":
            found.append([])
    return [words for words in found if words]


def line(found: list[str]) -> str:
    """Return sentences as one text to search in, a MARK behind each."""
    return "".join([f" {BEGIN}{JOINT}{words}{JOINT}{END} {MARK}" for words in found])


def pattern(words: str) -> str:
    """Return what to search for in a `line`."""
    return f" {JOINT.join(words.split())} "


def grams(words: list[str], most: int) -> Iterator[tuple[int, str]]:
    """Yield every run of up to so many tokens, and at which of them it begins; the edges of the sentence count."""
    edged = [BEGIN, *words, END]
    for start in range(len(edged)):
        for end in range(start + 1, min(start + most, len(edged)) + 1):
            yield start - 1, " ".join(edged[start:end])


def _plain(token: str) -> str:
    if token[0].isdecimal():
        return NUMBER
    return token[0] if token[0] in "?!" else token
