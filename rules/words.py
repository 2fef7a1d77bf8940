"""One scan of a text for every word of every rule.

`Lexicon` collects words while rules are compiled; `Scanner` runs the one automaton; a `Scan` is what
one text held. Words of scripts with spaces match whole, Chinese matches inside, `word*` any ending.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import ahocorasick_rs

from rules.facts import Span
from rules.text import WIDE_FROM, Folded, fold, fold_word

SCAN_MAX = 20_000
"""Code points of a field that rules look at; what stands behind is not searched."""

HITS_MAX = 100
"""Hits of one word that count; more of the same say nothing new."""

_WHOLE_LEFT, _WHOLE_RIGHT = 1, 2
_TOKEN = re.compile(
    r"[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:'[^\W\d_]+)?"
)
_SENTENCE_END = re.compile(r"[!?\u3002\n;]+|(?<!\.)\.(?=\s|$|[\u2e80-\U0010ffff])")

_NUMBER = re.compile(r"[0-9][0-9.,]*")
NUMBER_WORD = "#"
"""Stands for any number written in digits, such as 1,200 or 0.5."""

Literal = tuple[str, int]
"""Folded text, and at which ends a word must end."""


_ANY_NUMBER: Literal = ("\x03", 0)


class WordGroup:
    """Alternatives of which any may hit, as bits over the literals of a lexicon."""

    __slots__ = ("literals", "mask", "number")

    def __init__(self, number: int, literals: frozenset[int]) -> None:
        self.number = number
        self.literals = literals
        self.mask = sum(1 << literal for literal in literals)


class Lexicon:
    """Every distinct word of a rule set, numbered."""

    def __init__(self) -> None:
        self._literals: dict[Literal, int] = {}
        self._groups: dict[frozenset[int], WordGroup] = {}

    def group(self, words: Iterable[str]) -> WordGroup:
        """Number these alternatives; equal sets share a group and its hits."""
        found: set[int] = set()
        for word in words:
            for literal in spellings(word):
                found.add(self._literals.setdefault(literal, len(self._literals)))
        literals = frozenset(found)
        return self._groups.setdefault(literals, WordGroup(len(self._groups), literals))

    def scanner(self) -> "Scanner":
        """Build the automaton; later words are not in it."""
        return Scanner(list(self._literals))


def spellings(word: str) -> Iterator[Literal]:
    """Yield how a word of a rule may be written: apostrophes may be missing, `*` leaves the end open."""
    text = fold_word(word)
    if text == NUMBER_WORD:
        yield _ANY_NUMBER
        return
    open_end = len(text) > 1 and text.endswith("*")
    text = text.rstrip("*") if open_end else text
    for variant in dict.fromkeys((text, text.replace("'", ""))):
        if variant:
            left = _WHOLE_LEFT if _LETTER[variant[0]] else 0
            right = _WHOLE_RIGHT if not open_end and _LETTER[variant[-1]] else 0
            yield variant, left | right


class _Letters(dict[str, bool]):
    """Whether a character belongs to a word of a script with blanks; remembered, as it is hot."""

    def __missing__(self, char: str) -> bool:
        found = (char.isalnum() and char < WIDE_FROM) or char == "_"
        self[char] = found
        return found


_LETTER = _Letters()


class Scanner:
    """The automaton over all literals of a lexicon."""

    def __init__(self, literals: list[Literal]) -> None:
        literals = literals or [("\x02", 0)]  # an automaton needs a pattern; this one never hits
        self._edges = [edges for _, edges in literals]
        self._bits = [1 << number for number in range(len(literals))]
        self._number = literals.index(_ANY_NUMBER) if _ANY_NUMBER in literals else -1
        self._automaton = ahocorasick_rs.AhoCorasick([text for text, _ in literals])

    def scan(self, source: str) -> "Scan":
        """Fold a field and find every word in it."""
        folded = fold(source if len(source) <= SCAN_MAX else source[:SCAN_MAX])
        text = folded.text
        size = len(text)
        edges, bits, letter = self._edges, self._bits, _LETTER
        hits: dict[int, list[Span]] = {}
        mask = 0
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            whole = edges[number]
            if whole & _WHOLE_LEFT and start and letter[text[start - 1]]:
                continue
            if whole & _WHOLE_RIGHT and end < size and letter[text[end]]:
                continue
            spans = hits.get(number)
            if spans is None:
                hits[number] = [(start, end)]
                mask |= bits[number]
            elif len(spans) < HITS_MAX:
                spans.append((start, end))
        if self._number >= 0:
            numbers = [match.span() for match in _NUMBER.finditer(text)][:HITS_MAX]
            if numbers:
                hits[self._number] = numbers
                mask |= bits[self._number]
        return Scan(folded, hits, mask)


class Scan:
    """What one field held: the literals that hit, and its sentences and words when asked for."""

    __slots__ = ("_ends", "_groups", "_hits", "_tokens", "folded", "mask")

    def __init__(self, folded: Folded, hits: dict[int, list[Span]], mask: int) -> None:
        self.folded = folded
        self.mask = mask
        self._hits = hits
        self._groups: dict[int, list[Span]] = {}
        self._ends: list[int] | None = None
        self._tokens: list[int] | None = None

    def hits(self, group: WordGroup) -> list[Span]:
        """Return where any word of the group stands, by start; longer first where two begin."""
        if not group.mask & self.mask:
            return []
        spans = self._groups.get(group.number)
        if spans is None:
            literals = group.literals
            spans = [span for number in self._hits if number in literals for span in self._hits[number]]
            spans.sort(key=_by_start)
            self._groups[group.number] = spans
        return spans

    def sentence(self, offset: int) -> Span:
        """Return the sentence an offset lies in, with its closing mark."""
        if self._ends is None:
            self._ends = [match.end() for match in _SENTENCE_END.finditer(self.folded.text)]
        index = bisect_right(self._ends, offset)
        start = self._ends[index - 1] if index else 0
        end = self._ends[index] if index < len(self._ends) else len(self.folded.text)
        return (start, end)

    def distance(self, start: int, end: int) -> int:
        """Count words (Chinese: characters) between two offsets."""
        if end - start < 2:
            return 0
        if self._tokens is None:
            self._tokens = [match.start() for match in _TOKEN.finditer(self.folded.text)]
        return bisect_right(self._tokens, end - 1) - bisect_right(self._tokens, start - 1)

    def source(self, span: Span) -> Span:
        """Map a span of the folded text to the field as it came."""
        return self.folded.span(*span)


def _by_start(span: Span) -> tuple[int, int]:
    return (span[0], -span[1])
