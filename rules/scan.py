"""What one field of a message holds of the words of the rules, worked out only as far as somebody asks.

A `Scanner` folds the field and finds its literals in one pass; its `Scan` answers which groups hit and where; a
`Sentence` answers the same for one sentence, which is where `near` looks.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from rules.facts import Span
from rules.literals import MARK, Finder, Hits
from rules.places import Places
from rules.text import Folded, fold
from rules.words import Lexicon, Literal, WordGroup

SCAN_MAX = 20_000
"""Code points of a field that rules look at; what stands behind is not searched."""

HITS_MAX = 100
"""Hits of one word in a sentence that count; more of the same say nothing new."""

TOKEN_MAX = 16
"""Characters that a word between two others has at most, its blank included."""

INDEX_AFTER = 4
"""Distances counted one by one before all words of the sentence are indexed."""

DIRECT_MAX = 32
"""Words of a group looked up in the whole field at once; more are looked up sentence by sentence."""

_TOKEN = re.compile(
    r"[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:'[^\W\d_]+)?"
)


class Scanner:
    """Folds fields and finds the words of a lexicon in them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.finder = Finder(lexicon.literals)

    def scan(self, source: str) -> "Scan":
        """Fold a field and find every word in it."""
        folded = fold(source if len(source) <= SCAN_MAX else source[:SCAN_MAX])
        return Scan(self.finder, folded, self.finder.find(folded.text))


class Scan:
    """What one field held."""

    def __init__(self, finder: Finder, folded: Folded, hits: Hits) -> None:
        self.folded = folded
        self.hits = hits
        self.work = 0
        """How many hits were put together so far; bounded by whoever does so."""
        self._finder = finder
        self._places = Places(folded.text, hits)
        self._sentences: dict[int, Sentence] = {}
        self._spread: dict[int, set[int]] = {}
        """By group: in which sentences a word of it may stand."""

    def holds(self, group: WordGroup) -> bool:
        """Tell whether any word of the group stands in the field."""
        found = group.literals & self._found
        if not found or not found.isdisjoint(self._finder.sure):
            return bool(found)
        size = len(self.folded.text)
        return any(self._places.of(literal, 0, size, 1) for literal in found)

    def first(self, group: WordGroup, most: int) -> list[Span]:
        """Return the first places where a word of the group stands, by start; longer first where two begin."""
        found = group.literals & self._found
        if len(found) <= DIRECT_MAX:
            size, places = len(self.folded.text), self._places.of
            return _sorted([span for literal in found for span in places(literal, 0, size, most)])[:most]
        spans: list[Span] = []
        for index in sorted(self._spread_of(group)):
            spans += self._sentence(index).hits(group)
            if len(spans) >= most:
                break
        return spans[:most]

    def source(self, span: Span) -> Span:
        """Map a span of the folded text to the field as it came."""
        return self.folded.span(*span)

    def sentences(self, groups: Sequence[WordGroup]) -> "list[Sentence]":
        """Return the sentences that may hold a word of every group."""
        for group in groups:
            if group.literals.isdisjoint(self._found):
                return []
        shared = set.intersection(*map(self._spread_of, groups))
        return list(map(self._sentence, sorted(shared)))

    @cached_property
    def _found(self) -> set[Literal]:
        """Literals that hit, as far as the finder knows."""
        found = self._finder.named(set().union(*self.hits.rows))
        found.update(self._finder.named(self.hits.loose))
        return found

    @cached_property
    def _held(self) -> list[set[Literal]]:
        """By sentence: the literals in it, with those that may be in any."""
        rows = list(map(_split, self.hits.rows))
        loose = self.hits.loose
        held: list[set[Literal]] = []
        for index in range(max(map(len, rows))):
            parts = [row[index] for row in rows if index < len(row)]
            held.append(self._finder.named(loose).union(self._finder.named(set().union(*parts))))
        return held

    @cached_property
    def _ends(self) -> list[int]:
        return self.hits.ends()

    @cached_property
    def _where(self) -> dict[Literal, list[int]]:
        """In which sentences each literal is."""
        where: dict[Literal, list[int]] = {}
        for index, held in enumerate(self._held):
            for literal in held:
                where.setdefault(literal, []).append(index)
        return where

    def _spread_of(self, group: WordGroup) -> set[int]:
        spread = self._spread.get(group.number)
        if spread is None:
            where = self._where
            spread = set().union(*[where[literal] for literal in group.literals & where.keys()])
            self._spread[group.number] = spread
        return spread

    def _sentence(self, index: int) -> "Sentence":
        sentence = self._sentences.get(index)
        if sentence is None:
            low = self._ends[index - 1] if index else 0
            sentence = Sentence(self._places, low, self._ends[index], self._held[index])
            self._sentences[index] = sentence
        return sentence


class Sentence:
    """One sentence of a field, from `low` to `high`, with its closing mark."""

    __slots__ = ("_asked", "_hits", "_letters", "_literals", "_placed", "_places", "_tokens", "high", "low")

    def __init__(self, places: Places, low: int, high: int, literals: set[Literal]) -> None:
        self.low = low
        self.high = high
        self._places = places
        self._literals = literals
        self._placed: dict[Literal, list[Span]] = {}
        self._hits: dict[int, list[Span]] = {}
        """By literal, and by group."""
        self._letters = 2 if places.text.isascii() else 1
        """Characters that a word takes at least, its blank included."""
        self._asked = 0
        self._tokens: tuple[list[int], list[int]] | None = None
        """Where the words of the sentence start and end."""

    def hits(self, group: WordGroup) -> list[Span]:
        """Return where any word of the group begins in the sentence, by start; longer first where two begin."""
        spans = self._hits.get(group.number)
        if spans is None:
            spans = []
            for literal in self._literals & group.literals:
                placed = self._placed.get(literal)
                if placed is None:
                    placed = self._placed[literal] = self._places.of(literal, self.low, self.high, HITS_MAX)
                spans += placed
            self._hits[group.number] = _sorted(spans)
        return spans

    def apart(self, start: int, end: int, within: int) -> bool:
        """Tell whether more than so many words (Chinese: characters) stand between two offsets."""
        if end - start <= within * self._letters:
            return False
        if end - start > (within + 1) * TOKEN_MAX:
            return True
        self._asked += 1
        if self._asked < INDEX_AFTER:
            return len(_TOKEN.findall(self._places.text, start, end)) > within
        if self._tokens is None:
            words = [match.span() for match in _TOKEN.finditer(self._places.text, self.low, self.high)]
            self._tokens = [word[0] for word in words], [word[1] for word in words]
        starts, ends = self._tokens
        return bisect_left(starts, end) - bisect_right(ends, start) > within


def _split(row: Iterable[str]) -> list[list[str]]:
    """Cut hits at the marks."""
    parts: list[list[str]] = [[]]
    for hit in row:
        if hit == MARK:
            parts.append([])
        else:
            parts[-1].append(hit)
    return parts


def _sorted(spans: list[Span]) -> list[Span]:
    if len(spans) > 1:
        spans.sort(key=_by_start)
    return spans


def _by_start(span: Span) -> Span:
    return (span[0], -span[1])
