"""Words near each other in one sentence, in linear time.

A chain takes one hit of each group; `Unless` says which other words make a chain not count.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from rules.facts import Span
from rules.scan import WORK_MAX, Scan, Sentence
from rules.words import WordGroup

Chain = tuple[Span, ...]


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

    def cancels(self, sentence: Sentence, chain: Chain) -> bool:
        """Tell whether one of the words stands where it matters."""
        end = max(map(_end_of, chain))
        if self.anywhere is not None and _last(sentence, self.anywhere, chain, sentence.high) is not None:
            return True
        if self.before is not None and _last(sentence, self.before, chain, end) is not None:
            return True
        if self.just_before is None:
            return False
        last = _last(sentence, self.just_before, chain, end)
        return last is not None and not sentence.apart(last[1], chain[0][0], JUST_BEFORE)


def _end_of(span: Span) -> int:
    return span[1]


def _last(sentence: Sentence, group: WordGroup, chain: Chain, before: int) -> Span | None:
    """Return the last hit that begins before an offset and is not part of the chain's own words."""
    hits = sentence.hits(group)
    for index in range(bisect_left(hits, (before, 0)) - 1, -1, -1):
        start, end = hit = hits[index]
        for word in chain:
            if word[0] <= start and end <= word[1]:
                break
        else:
            return hit
    return None


def find(
    scan: Scan,
    groups: tuple[WordGroup, ...],
    *,
    within: int,
    ordered: bool,
    unless: Unless | None,
) -> Chain | None:
    """Return the first chain that counts, its words in the order they stand in the text."""
    if scan.work > WORK_MAX:
        return None
    sentences = scan.sentences(groups)
    if not sentences:
        return None
    for order in [groups] if ordered else permutations(groups):
        for sentence in sentences:
            columns = [sentence.hits(group) for group in order]
            scan.work += 1 + sum(map(len, columns))
            for chain in _chains(sentence, columns, within):
                if unless is None or not unless.cancels(sentence, chain):
                    return chain
                scan.work += 4
                if scan.work > WORK_MAX:
                    return None
            if scan.work > WORK_MAX:
                return None
    return None


def _chains(sentence: Sentence, columns: Sequence[list[Span]], within: int) -> list[Chain]:
    """Return chains in reading order: each hit is joined to the nearest chain that ends before it."""
    chains: list[Chain] = [(span,) for span in columns[0]]
    for column in columns[1:]:
        chains.sort(key=_end)
        chains = _longer(sentence, chains, column, within)
        if not chains:
            break
    return chains


def _longer(sentence: Sentence, chains: list[Chain], column: list[Span], within: int) -> list[Chain]:
    ends = [chain[-1][1] for chain in chains]
    longer: list[Chain] = []
    for span in column:
        index = bisect_right(ends, span[0]) - 1
        if index >= 0 and not sentence.apart(ends[index], span[0], within):
            longer.append((*chains[index], span))
    return longer


def _end(chain: Chain) -> int:
    return chain[-1][1]
