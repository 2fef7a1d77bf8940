"""Where the literals of a field stand; asked only for the few that matter."""

import re
from functools import cached_property
from itertools import islice
from typing import Final

from rules.facts import Span
from rules.literals import MARK, Hits
from rules.words import ANY_NUMBER, LETTERS, Literal, goes_on

TRIES_MAX: Final = 1_000
"""Places looked at for one literal that turn out to be inside longer words."""

_NUMBER: Final = re.compile(r"[0-9][0-9.,]*")


class Places:
    """Looks literals up in a folded text."""

    def __init__(self, text: str, hits: Hits) -> None:
        self.text = text
        self._hits = hits

    def of(self, literal: Literal, low: int, high: int, most: int) -> list[Span]:
        """Return the first places where a literal begins between two offsets."""
        if literal == ANY_NUMBER:
            return [match.span() for match in islice(_NUMBER.finditer(self.text, low, high), most)]
        word = literal.strip(" ")
        if LETTERS.fullmatch(word):
            return self._words(literal, low, high, most)
        left, right = literal[0] == " ", literal[-1] == " "
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

    def _words(self, literal: Literal, low: int, high: int, most: int) -> list[Span]:
        """The same for one word, among words between blanks: no edge has to be looked at."""
        find, size = self._between_blanks.find, len(literal)
        before = 0 if literal[0] == " " else 1
        shorter = size - len(literal.strip(" "))
        last = high + before + size - 1
        spans: list[Span] = []
        at = find(literal, low + before, last)
        while at >= 0 and len(spans) < most:
            start = at - before
            spans.append((start, start + size - shorter))
            at = find(literal, at + 1, last)
        return spans

    @cached_property
    def _between_blanks(self) -> str:
        return f" {self._hits.words.replace(MARK, ' ')} "
