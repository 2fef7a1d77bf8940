"""What one field of a message holds of the words of the rules, worked out only as far as somebody asks.

A `Scanner` folds the field and finds its literals in one pass; its `Scan` answers which groups hit and where; a
`Sentence` answers the same for one sentence, which is where `near` looks.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from rules.bits import places
from rules.facts import Span
from rules.literals import Finder, Hits
from rules.places import Places
from rules.scales import Lists, Scales, Weighings
from rules.text import Folded, fold
from rules.views import MARK, Literal
from rules.words import Lexicon, WordGroup

SCAN_MAX = 20_000
"""Code points of a field that rules look at; what stands behind is not searched."""

EXPRESSIONS_MAX = 4_000
"""Code points of a field that regular expressions look at."""

HITS_MAX = 100
"""Hits of one word in a sentence that count; more of the same say nothing new."""

WORK_MAX = 10_000
"""Hits that are put together in one field before `near` gives up: real messages need a few hundred."""

TOKEN_MAX = 16
"""Characters that a word between two others has at most, its blank included."""

INDEX_AFTER = 4
"""Distances counted one by one before all words of the sentence are indexed."""

AHEAD_MAX = 256
"""Fields that are read ahead and kept: far more than are judged together."""

DIRECT_MAX = 16
"""Words of a group looked up in the whole field at once; more are looked up sentence by sentence."""

_TOKEN = re.compile(
    r"[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:'[^\W\d_]+)?"
)
_CLOSING = re.compile("[!?;\u3002\n]+")
"""Marks that end a sentence together."""


class Read(NamedTuple):
    """A field that was read: the same for whoever judges it."""

    folded: Folded
    hits: Hits
    readings: dict[Lists, Weighings]
    """As it is weighed, by the lists that it was read with."""


class Scanner:
    """Folds fields and finds the words of a lexicon in them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.finder = Finder(lexicon.literals)
        self._ahead: dict[str, Read] = {}

    def scan(self, source: str, *, plainly: bool = False) -> "Scan":
        """Fold a field and find every word in it; `plainly` without an accelerator."""
        read = None if plainly else self._ahead.get(source)
        return Scan(self.finder, read or self._read(source, plainly=plainly))

    def read_ahead(self, sources: Iterable[str], scales: Iterable[Scales]) -> None:
        """Find the words of fields that are judged next, and put them on scales.

        Field after field: automata of ten thousands of runs stay in the processor's cache, from which everything else
        that a message goes through would drive them each time.
        """
        ahead = self._ahead
        for source in sources:
            read = ahead.pop(source, None)
            if read is None:
                read = self._read(source)
                for one in scales:
                    reading_of(read, one.lists).put_on(one)
            ahead[source] = read  # behind the others, for it is judged after them
        for source in list(ahead)[:-AHEAD_MAX]:
            del ahead[source]

    def _read(self, source: str, *, plainly: bool = False) -> Read:
        folded = fold(source if len(source) <= SCAN_MAX else source[:SCAN_MAX])
        return Read(folded, self.finder.find(folded.text, plainly=plainly), {})


def reading_of(read: Read, lists: Lists) -> Weighings:
    """Return a field as it is weighed."""
    reading = read.readings.get(lists)
    if reading is None:
        reading = read.readings[lists] = lists.read(read.folded.text)
    return reading


class Scan:
    """What one field held."""

    __slots__ = ("_among", "_finder", "_head", "_places", "_read", "_sentences", "folded", "hits", "meeting", "work")

    def __init__(self, finder: Finder, read: Read) -> None:
        self._read = read
        self.folded, self.hits, _ = read
        self.meeting: dict[tuple[WordGroup, ...], list[int]] = {}
        """In which sentences a word of each of some groups may stand, as far as that is known."""
        self.work = 0
        """How many hits were put together so far; bounded by whoever does so."""
        self._finder = finder
        self._head: bytes | None = None
        self._places: Places | None = None
        self._among: dict[int, frozenset[str]] = {}
        """By group: which of its patterns hit."""
        self._sentences: dict[int, Sentence | None] = {}

    def reading(self, lists: Lists) -> Weighings:
        """Return the field as it is weighed."""
        return reading_of(self._read, lists)

    def holds(self, group: WordGroup) -> bool:
        """Tell whether any word of the group stands in the field."""
        if group.patterns.isdisjoint(self.hits.present):
            return False
        patterns = self.among(group)
        if not patterns.isdisjoint(self._finder.sure):
            return True
        size = len(self.folded.text)
        return any(self.places.of(literal, 0, size, 1) for literal in self.literals(patterns, group))

    def first(self, group: WordGroup, most: int) -> list[Span]:
        """Return the first places where a word of the group stands, by start; longer first where two begin."""
        spans: list[Span] = []
        patterns = self.among(group)
        if not patterns:
            return spans
        if len(patterns) <= DIRECT_MAX:
            size, of = len(self.folded.text), self.places.of
            for literal in self.literals(patterns, group):
                spans += of(literal, 0, size, most)
            return _sorted(spans)[:most]
        for sentence in self.sentences((group,)):
            spans += sentence.hits(group)
            if len(spans) >= most:
                break
        return spans[:most]

    def among(self, group: WordGroup) -> frozenset[str]:
        """Return the patterns of a group that hit."""
        found = self._among.get(group.number)
        if found is None:
            found = self._among[group.number] = group.patterns & self.hits.present
        return found

    def source(self, span: Span) -> Span:
        """Map a span of the folded text to the field as it came."""
        return self.folded.span(*span)

    def sentences(self, groups: tuple[WordGroup, ...]) -> "list[Sentence]":
        """Return the sentences that may hold a word of every group."""
        indexes = self.meeting.get(groups)
        if indexes is None:
            indexes = self.meeting[groups] = self._meeting(groups)
        return [sentence for index in indexes if (sentence := self._sentence(index)) is not None]

    def literals(self, patterns: Iterable[str], group: WordGroup) -> list[Literal]:
        """Return the literals of a group that patterns stand for."""
        named = self._finder.named
        return [literal for pattern in patterns for literal in named[pattern] if literal in group.literals]

    @property
    def head(self) -> bytes:
        """What expressions look at, encoded once for all of them."""
        if self._head is None:
            self._head = self.folded.text[:EXPRESSIONS_MAX].encode()
        return self._head

    @property
    def places(self) -> Places:
        """Where literals stand."""
        if self._places is None:
            self._places = Places(self.folded.text, self.hits, self._finder)
        return self._places

    def _meeting(self, groups: tuple[WordGroup, ...]) -> list[int]:
        present = self.hits.present
        for group in groups:
            if group.patterns.isdisjoint(present):
                return []
        masks = self.hits.masks()
        meeting = -1
        for group in groups:
            meeting &= reduce(or_, [masks.get(pattern, 0) for pattern in self.among(group)])
        self.work += self.hits.view.rows[0].count(MARK) >> 3
        return places(meeting)

    def _sentence(self, index: int) -> "Sentence | None":
        """One sentence with all of its closing marks; None for what stands between two of them."""
        if index not in self._sentences:
            low, high, patterns = self.hits.sentence(index)
            text = self.folded.text
            inside = low > 0 and _CLOSING.match(text, low - 1, low) and _CLOSING.match(text, low)
            closing = _CLOSING.match(text, high - 1)
            high = closing.end() if closing else high
            self._sentences[index] = None if inside else Sentence(self, low, high, patterns)
        return self._sentences[index]


class Sentence:
    """One sentence of a field, from `low` to `high`, with its closing marks."""

    __slots__ = ("_asked", "_hits", "_letters", "_patterns", "_placed", "_scan", "_tokens", "high", "low")

    def __init__(self, scan: Scan, low: int, high: int, patterns: set[str]) -> None:
        self.low = low
        self.high = high
        self._scan = scan
        self._patterns = patterns
        self._placed: dict[Literal, list[Span]] = {}
        self._hits: dict[int, list[Span]] = {}
        """By literal, and by group."""
        self._letters = 2 if scan.folded.text.isascii() else 1
        """Characters that a word takes at least, its blank included."""
        self._asked = 0
        self._tokens: tuple[list[int], list[int]] | None = None
        """Where the words of the sentence start and end."""

    def hits(self, group: WordGroup) -> list[Span]:
        """Return where any word of the group begins in the sentence, by start; longer first where two begin."""
        spans = self._hits.get(group.number)
        if spans is None:
            spans = self._hits[group.number] = []
            for literal in self._scan.literals(self._patterns & group.patterns, group):
                placed = self._placed.get(literal)
                if placed is None:
                    placed = self._scan.places.of(literal, self.low, self.high, HITS_MAX)
                    self._placed[literal] = placed
                spans += placed
            _sorted(spans)
        return spans

    def apart(self, start: int, end: int, within: int) -> bool:
        """Tell whether more than so many words (Chinese: characters) stand between two offsets."""
        if end - start <= within * self._letters:
            return False
        if end - start > (within + 1) * TOKEN_MAX:
            return True
        text = self._scan.folded.text
        self._asked += 1
        if self._asked < INDEX_AFTER:
            return len(_TOKEN.findall(text, start, end)) > within
        if self._tokens is None:
            words = [match.span() for match in _TOKEN.finditer(text, self.low, self.high)]
            self._tokens = [word[0] for word in words], [word[1] for word in words]
        starts, ends = self._tokens
        return bisect_left(starts, end) - bisect_right(ends, start) > within


def _sorted(spans: list[Span]) -> list[Span]:
    if len(spans) > 1:
        spans.sort(key=_by_start)
    return spans


def _by_start(span: Span) -> Span:
    return (span[0], -span[1])
