"""What whole texts weigh, on all scales that read by the same lists at once.

There are a dozen topics and more, and every message is put on the scales of each: so a text is searched once for the
runs of all of them, and what is found is added up for each.
"""

import math
from functools import lru_cache
from struct import unpack
from typing import Final

import ahocorasick_rs

from rules.runs import Runs

FEW: Final = 4
"""Runs in a whole text up to which each counts in full; of more, each counts less: four times as many, half."""

Weighed = tuple[float, float]
"""What a whole text weighs, in UNITS, and what each of its runs counts; each counts once."""

_SUM: Final = 44
"""Bits of a field that hold a sum; what counts the runs stands above."""
_SUM_BITS: Final = (1 << _SUM) - 1
_FIELD: Final = 64
_ABOVE: Final = 1 << 24
"""Added to each weight, so that no sum is less than nothing."""
_KNOWN: Final = (1 << _SUM) + _ABOVE


class Wholes:
    """Grows while rules are read, never afterwards.

    What a run weighs stands side by side in one number, a field for each of the scales: adding up all that is found
    for all of them is one addition a run.
    """

    def __init__(self) -> None:
        self._plain: dict[str, int] = {}
        self._named: dict[str, int] = {}
        """Runs with names of lists, which are in no line but a renamed one."""
        self._many = 0
        self._search: tuple[ahocorasick_rs.AhoCorasick, ahocorasick_rs.AhoCorasick] | None = None

    def add(self, runs: Runs) -> int:
        """Take those of one of the scales; its number."""
        at = self._many * _FIELD
        for fields, search in ((self._plain, runs.plain), (self._named, runs.named)):
            for run in search.runs:
                fields[run] = fields.get(run, 0) + (_KNOWN + runs.units[run] << at)
        self._many += 1
        return self._many - 1

    def weigh(self, line: str, renamed: str) -> tuple[list[Weighed], set[str]]:
        """Return what a line with its renamed one weighs on each of the scales, by their numbers, and its runs."""
        plain, named = self._ready()
        runs = set(plain.find_matches_as_strings(line, overlapping=True))
        fields = sum(map(self._plain.__getitem__, runs))
        fields += sum(map(self._named.__getitem__, set(named.find_matches_as_strings(renamed, overlapping=True))))
        found: list[Weighed] = []
        for field in unpack(f"<{self._many}Q", fields.to_bytes(self._many * _FIELD // 8, "little")):
            count = field >> _SUM
            counts = share(count)
            found.append((((field & _SUM_BITS) - count * _ABOVE) * counts, counts))
        return found, runs

    def _ready(self) -> tuple[ahocorasick_rs.AhoCorasick, ahocorasick_rs.AhoCorasick]:
        if self._search is None:
            plain, named = (
                ahocorasick_rs.AhoCorasick(list(of), store_patterns=True) for of in (self._plain, self._named)
            )
            self._search = plain, named
        return self._search


@lru_cache(4_096)
def share(count: int) -> float:
    """Return what each of so many runs in a whole text counts."""
    return math.sqrt(FEW / max(FEW, count))
