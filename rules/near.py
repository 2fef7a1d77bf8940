"""Words near each other in one sentence, in linear time.

A chain takes one hit of each group; `Unless` says which other words make a chain not count.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from rules.facts import Span
from rules.words import Scan, WordGroup

Chain = tuple[Span, ...]


WORK_MAX = 10_000
"""Hits that are put together in one field before `near` gives up: real messages need a few hundred."""

JUST_BEFORE = 5
"""Words, or Chinese characters, that `unless just before` looks back."""


@dataclass(frozen=True, slots=True)
class Unless:
    """Words that make a hit not count when they stand in its sentence."""

    anywhere: WordGroup | None = None
    before: WordGroup | None = None
    """Anywhere before the hit's last word."""
    just_before: WordGroup | None = None
    """Shortly before the hit's first word, or among its words."""

    def cancels(self, scan: Scan, chain: Chain) -> bool:
        """Tell whether one of the words stands where it matters."""
        start = min(span[0] for span in chain)
        end = max(span[1] for span in chain)
        low, high = scan.sentence(start)
        if self.anywhere is not None and _stands(scan, self.anywhere, chain, low, high):
            return True
        if self.before is not None and _stands(scan, self.before, chain, low, end):
            return True
        if self.just_before is None:
            return False
        last = next(_outside(scan, self.just_before, chain, low, end), None)
        return last is not None and not scan.apart(last[1], start, JUST_BEFORE)


def _stands(scan: Scan, group: WordGroup, chain: Chain, low: int, high: int) -> bool:
    return next(_outside(scan, group, chain, low, high), None) is not None


def _outside(scan: Scan, group: WordGroup, chain: Chain, low: int, high: int) -> Iterator[Span]:
    """Yield hits between two offsets that are not part of the chain's own words, last first."""
    hits = scan.hits(group)
    for index in range(bisect_left(hits, (high, 0)) - 1, -1, -1):
        hit = hits[index]
        if hit[0] < low:
            return
        if not any(word[0] <= hit[0] and hit[1] <= word[1] for word in chain):
            yield hit


def find(
    scan: Scan,
    groups: Sequence[WordGroup],
    *,
    within: int,
    ordered: bool,
    unless: Unless | None,
) -> Chain | None:
    """Return the first chain that counts, its words in the order they stand in the text."""
    if scan.work > WORK_MAX:
        return None
    columns = [scan.hits(group) for group in groups]
    for order in [columns] if ordered else permutations(columns):
        for chain in _chains(scan, order, within):
            if unless is None or not unless.cancels(scan, chain):
                return chain
            scan.work += 4
            if scan.work > WORK_MAX:
                return None
    return None


def _chains(scan: Scan, columns: Sequence[list[Span]], within: int) -> Iterator[Chain]:
    """Yield chains in reading order: each hit is joined to the nearest chain that ends before it."""
    chains: list[Chain] = []
    last = len(columns) - 1
    for depth, column in enumerate(columns):
        longer = [(span,) for span in column] if depth == 0 else _longer(scan, chains, column, within)
        if depth == last:
            yield from longer
            return
        chains = sorted(longer, key=_end)
        if not chains:
            return


def _longer(scan: Scan, chains: list[Chain], column: list[Span], within: int) -> Iterator[Chain]:
    ends = [chain[-1][1] for chain in chains]
    scan.work += len(column)
    for span in column:
        index = bisect_right(ends, span[0]) - 1
        if index < 0:
            continue
        end = ends[index]
        if scan.apart(end, span[0], within):
            continue
        if chains[index][-1][0] >= scan.sentence(span[0])[0]:
            yield (*chains[index], span)


def _end(chain: Chain) -> int:
    return chain[-1][1]
