"""What a site's redaction policies look for besides the built-in types: words, or expressions, of its own.

They are found in the text as the detectors fold it, so that width, invisible characters and dashes hide nothing; words
in whatever case, expressions in the case they are written in unless they say `(?i)`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import ahocorasick_rs
import re2

from rules.detectors.hit import Hit
from rules.fold import BARRIER, Folded, fold

TYPE: Final = "CUSTOM"
_JOINED: Final = re.compile("[0-9a-z]")
_MEMORY_BYTES: Final = 1 << 20


class OwnFind:
    """Something to look for, and how much of its end stays readable."""

    def __init__(self, *, words: Sequence[str] = (), pattern: str | None = None, keep_last: int = 0) -> None:
        """Raises re2.error for a pattern that is none."""
        self.keep_last = keep_last
        folded = [fold(word).low.strip() for word in words]
        self._words = ahocorasick_rs.AhoCorasick(folded) if folded else None
        self._pattern = _compiled(pattern) if pattern is not None else None

    def find(self, folded: Folded) -> list[Hit]:
        """Every place, in no order."""
        hits = []
        for start, end in self._spans(folded):
            masked = self._masked(folded.text, start, end)
            if masked is not None:
                hits.append(Hit(start, masked, TYPE, "policy"))
        return hits

    def matches_nothing(self) -> bool:
        """Whether the pattern also finds empty text, which cannot be masked."""
        return self._pattern is not None and self._pattern.search("") is not None

    def _spans(self, folded: Folded) -> Iterator[tuple[int, int]]:
        if self._words is not None:
            for _, start, end in self._words.find_matches_as_indexes(folded.low, overlapping=True):
                if _stands_alone(folded.low, start, end):
                    yield start, end
        if self._pattern is not None:
            for match in self._pattern.finditer(folded.text):
                if match.start() < match.end():
                    yield match.start(), match.end()

    def _masked(self, text: str, start: int, end: int) -> int | None:
        """Where the mask ends; None for what an earlier look has left readable."""
        if end - start > self.keep_last:
            return end - self.keep_last
        return None if self.keep_last and start and text[start - 1] == BARRIER else end


def _compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 publishes no types
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    return re2.compile(pattern, options)


def _stands_alone(low: str, start: int, end: int) -> bool:
    """Whether no letter or digit of ours goes on where the word begins or ends with one."""
    before, after = low[start - 1 : start], low[end : end + 1]
    return not (
        (_JOINED.match(low[start]) and _JOINED.match(before)) or (_JOINED.match(low[end - 1]) and _JOINED.match(after))
    )
