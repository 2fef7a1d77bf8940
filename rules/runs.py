"""Runs of words, each with what it weighs, looked for in a line of sentences."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

import ahocorasick_rs

from rules.alphabet import STOP, Alphabet

UNITS: Final = 10_000
"""Weights have four digits behind the point: as whole numbers they add up to the same in whatever order."""

Found = tuple[int, int, float]
"""From which token to which a run stands, and what it weighs."""


class Search:
    """Finds runs in a line; ready when first asked, since much of what is loaded is never asked."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._patterns = [*weights, STOP]
        self._weights = [*weights.values(), 0.0]
        self._automaton: ahocorasick_rs.AhoCorasick | None = None

    @property
    def runs(self) -> list[str]:
        """What is looked for besides STOP."""
        return self._patterns[:-1]

    def found(self, line: str) -> list[str]:
        """Return each run as often as it stands there, and each STOP."""
        found: list[str] = self._ready().find_matches_as_strings(line, overlapping=True)
        return found

    def places(self, line: str) -> list[Found]:
        """Return from where to where runs stand, and what they weigh, in no order."""
        weights = self._weights
        found = self._ready().find_matches_as_indexes(line, overlapping=True)
        return [(start, end, weights[index]) for index, start, end in found]

    def _ready(self) -> ahocorasick_rs.AhoCorasick:
        if self._automaton is None:
            self._automaton = ahocorasick_rs.AhoCorasick(self._patterns, store_patterns=True)
        return self._automaton


class Runs:
    """Runs of tokens and what they weigh, in UNITS."""

    def __init__(self, runs: Mapping[str, float], alphabet: Alphabet) -> None:
        named: dict[str, float] = {}
        plain: dict[str, float] = {}
        for run, weight in runs.items():
            if coded := alphabet.run(run.split()):
                (named if "{" in run else plain)[coded] = weight
        self.plain, self.named = Search(plain), Search(named)
        """Those with names of lists are in no line but a renamed one; the others need not be looked for there."""
        known: dict[int, int] = {}
        units = {run: round(weight * UNITS) for run, weight in (plain | named).items()}
        self.units = {run: known.setdefault(weight, weight) for run, weight in units.items()}
        """Equal weights are one object: of thousands of runs few are in the processor's cache, of their weights all."""

    @cached_property
    def gains(self) -> Mapping[str, int]:
        """Those that speak for it."""
        return {run: units for run, units in self.units.items() if units > 0}

    def found(self, line: str, renamed: str) -> tuple[list[str], list[str]]:
        """Return what stands in a line, and in the renamed one; each STOP as well."""
        return self.plain.found(line), self.named.found(renamed)

    def by_sentence(self, found: tuple[list[str], list[str]]) -> list[int]:
        """Return what each sentence weighs; a run counts once in each."""
        return list(map(int.__add__, *(_by_sentence(one, self.units) for one in found)))

    def worth(self, edged: tuple[str, str, list[int]]) -> list[float]:
        """Return what each token of a sentence adds, a run's weight being shared by its tokens: once by runs of the
        sentence as it is, once by runs of the renamed one."""
        sentence, renamed, begins = edged
        last = len(sentence) - 2
        worth = [0.0] * last
        found = sorted(self.plain.places(sentence))
        again = sorted([*self.plain.places(renamed), *self.named.places(renamed)])
        found += [(begins[start], begins[end], weight) for start, end, weight in again]
        for start, end, weight in found:
            first, until = max(start, 1) - 1, min(end - 1, last)
            for token in range(first, until):
                worth[token] += weight / (until - first)
        return worth


def _by_sentence(found: list[str], units: Mapping[str, int]) -> Iterator[int]:
    """Yield what stands in each sentence weighs."""
    begin = 0
    for _ in range(found.count(STOP)):
        end = found.index(STOP, begin)
        yield sum(map(units.__getitem__, set(found[begin:end])))
        begin = end + 1
