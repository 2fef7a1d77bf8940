"""One scan of a text for every word of every rule.

`Lexicon` collects words while rules are compiled; `Scanner` runs the one automaton; a `Scan` is what
one text held. Words of scripts with spaces match whole, Chinese matches inside, `word*` any ending.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import ahocorasick_rs

from rules.facts import Span
from rules.text import Folded, fold, fold_word

SCAN_MAX = 20_000
"""Code points of a field that rules look at; what stands behind is not searched."""

HITS_MAX = 100
"""Hits of one word that count; more of the same say nothing new."""

TOKEN_MAX = 16
"""Characters that a word between two others has at most, its blank included."""

INDEX_AFTER = 24
"""Distances counted one by one before all words of the text are indexed."""

_WHOLE_LEFT, _WHOLE_RIGHT = 1, 2
_TOKEN = re.compile(
    r"[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:'[^\W\d_]+)?"
)
_SENTENCE_END = re.compile(r"[!?\u3002\n;]+|(?<!\.)\.(?=\s|$|[\u2e80-\U0010ffff])")

_NUMBER = re.compile(r"[0-9][0-9.,]*")
NUMBER_WORD = "#"
"""Stands for any number written in digits, such as 1,200 or 0.5."""
_LETTERS = re.compile(r"[^\W\u2e80-\U0010ffff]+")
"""A word of a script with blanks; a whole word of a rule must be all of one."""

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
            left = _WHOLE_LEFT if _LETTERS.match(variant[0]) else 0
            right = _WHOLE_RIGHT if not open_end and _LETTERS.match(variant[-1]) else 0
            yield variant, left | right


class Scanner:
    """Finds all literals of a lexicon: single words by look-up, phrases by one automaton."""

    def __init__(self, literals: list[Literal]) -> None:
        self._words: dict[str, int] = {}
        self._texts = [text for text, _ in literals]
        self._phrases: list[int] = []
        self._number = -1
        for number, literal in enumerate(literals):
            text, edges = literal
            if literal == _ANY_NUMBER:
                self._number = number
            elif edges == _WHOLE_LEFT | _WHOLE_RIGHT and _LETTERS.fullmatch(text):
                self._words[text] = number
            else:
                self._phrases.append(number)
        self._edges = [literals[number][1] for number in self._phrases]
        patterns = [literals[number][0] for number in self._phrases]
        self._automaton = ahocorasick_rs.AhoCorasick(patterns) if patterns else None

    def scan(self, source: str) -> "Scan":
        """Fold a field and find every word in it."""
        folded = fold(source if len(source) <= SCAN_MAX else source[:SCAN_MAX])
        text = folded.text
        hits: dict[int, list[Span]] = {}
        if self._automaton is not None:
            self._find_phrases(text, hits)
        words = self._words
        singles = [words[word] for word in words.keys() & set(_LETTERS.findall(text))]
        if self._number >= 0:
            numbers = [match.span() for match in _NUMBER.finditer(text)]
            if numbers:
                hits[self._number] = numbers[:HITS_MAX]
        return Scan(folded, hits, singles, self._texts)

    def _find_phrases(self, text: str, hits: dict[int, list[Span]]) -> None:
        assert self._automaton is not None
        size, edges, phrases, letters = len(text), self._edges, self._phrases, _LETTERS
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            whole = edges[index]
            if whole & _WHOLE_LEFT and start and letters.match(text, start - 1, start):
                continue
            if whole & _WHOLE_RIGHT and end < size and letters.match(text, end, end + 1):
                continue
            spans = hits.get(phrases[index])
            if spans is None:
                hits[phrases[index]] = [(start, end)]
            elif len(spans) < HITS_MAX:
                spans.append((start, end))


class Scan:
    """What one field held: the literals that hit, and its sentences and words when asked for."""

    __slots__ = ("_asked", "_ends", "_groups", "_hits", "_texts", "_tokens", "folded", "literals", "mask", "work")

    def __init__(self, folded: Folded, hits: dict[int, list[Span]], singles: list[int], texts: list[str]) -> None:
        self.folded = folded
        self.literals = [*hits, *singles]
        """Numbers of the literals that hit."""
        mask = 0
        for number in self.literals:
            mask |= 1 << number
        self.mask = mask
        """The same as bits."""
        self._hits = hits
        self._texts = texts
        """Of all literals. Where single words stand is looked up when first asked for."""
        self._groups: dict[int, list[Span]] = {}
        self._ends: list[int] | None = None
        self._tokens: list[int] | None = None
        self._asked = 0
        self.work = 0
        """How many hits were put together so far; bounded by whoever does so."""

    def hits(self, group: WordGroup) -> list[Span]:
        """Return where any word of the group stands, by start; longer first where two begin."""
        if not group.mask & self.mask:
            return []
        spans = self._groups.get(group.number)
        if spans is None:
            hits = self._hits
            numbers = group.literals.intersection(self.literals)
            spans = [span for number in numbers for span in hits.get(number) or self._place(number)]
            spans.sort(key=_by_start)
            self._groups[group.number] = spans
        return spans

    def _place(self, number: int) -> list[Span]:
        """Find where a single word stands that is known to be there."""
        word, text, spans = self._texts[number], self.folded.text, self._hits.setdefault(number, [])
        start = text.find(word)
        while start >= 0 and len(spans) < HITS_MAX:
            end = start + len(word)
            if not _LETTERS.match(text, end, end + 1) and not (start and _LETTERS.match(text, start - 1, start)):
                spans.append((start, end))
            start = text.find(word, end)
        return spans

    def sentence(self, offset: int) -> Span:
        """Return the sentence an offset lies in, with its closing mark."""
        if self._ends is None:
            self._ends = [match.end() for match in _SENTENCE_END.finditer(self.folded.text)]
        index = bisect_right(self._ends, offset)
        start = self._ends[index - 1] if index else 0
        end = self._ends[index] if index < len(self._ends) else len(self.folded.text)
        return (start, end)

    def apart(self, start: int, end: int, within: int) -> bool:
        """Tell whether more than so many words (Chinese: characters) stand between two offsets."""
        if end - start <= within:
            return False
        if self._tokens is None:
            self._asked += 1
            if self._asked < INDEX_AFTER:
                gap = self.folded.text[start : min(end, start + within * TOKEN_MAX)]
                return end - start > len(gap) or len(_TOKEN.findall(gap)) > within
            self._tokens = [match.start() for match in _TOKEN.finditer(self.folded.text)]
        return bisect_right(self._tokens, end - 1) - bisect_right(self._tokens, start - 1) > within

    def source(self, span: Span) -> Span:
        """Map a span of the folded text to the field as it came."""
        return self.folded.span(*span)


def _by_start(span: Span) -> tuple[int, int]:
    return (span[0], -span[1])
