"""Where the literals of a field stand; asked only for the few that matter."""

import re
from itertools import islice
from typing import Final

from rules.facts import Span
from rules.literals import Finder, Hits
from rules.text import goes_on
from rules.views import ANY_NUMBER, MARK, Literal

TRIES_MAX: Final = 1_000
"""Places looked at for one phrase that turn out to be inside longer words."""

_NUMBER: Final = re.compile(r"[0-9][0-9.,]*")


class Places:
    """Looks literals up in a folded text."""

    __slots__ = ("_sure", "_words", "text")

    def __init__(self, text: str, hits: Hits, finder: Finder) -> None:
        self.text = text
        self._sure = finder.sure
        self._words = f" {hits.view.words.replace(MARK, ' ')} "

    def of(self, literal: Literal, low: int, high: int, most: int) -> list[Span]:
        """Return the first places where a literal begins between two offsets."""
        word = literal.strip(" ")
        left = literal[0] == " "
        if literal not in self._sure:
            return self._phrase(word, low, high, most, left=left, right=literal[-1] == " ")
        if literal == ANY_NUMBER:
            return [match.span() for match in islice(_NUMBER.finditer(self.text, low, high), most)]
        size = len(word)
        if size == len(literal):
            text, shift = self.text, 0
        else:  # a word between blanks: no edge has to be looked at
            text, shift = self._words, 0 if left else 1
        last = high + shift + len(literal) - 1
        spans: list[Span] = []
        at = text.find(literal, low + shift, last)
        while at >= 0 and len(spans) < most:
            spans.append((at - shift, at - shift + size))
            at = text.find(literal, at + 1, last)
        return spans

    def _phrase(self, word: str, low: int, high: int, most: int, *, left: bool, right: bool) -> list[Span]:
        text, size, last = self.text, len(word), high + len(word) - 1
        spans: list[Span] = []
        start = text.find(word, low, last)
        for _ in range(TRIES_MAX):
            if start < 0 or len(spans) == most:
                break
            end = start + size
            if not ((left and start and goes_on(text, start - 1)) or (right and goes_on(text, end))):
                spans.append((start, end))
            start = text.find(word, start + 1, last)
        return spans
