"""One scan of a text for every word of every rule.

A `Scanner` runs once over a field; a `Scan` is what the field held, and its `Sentence`s what each of them held. Where
a word stands is looked up only in the sentences in which it matters.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import reduce
from itertools import accumulate, islice
from operator import or_

import ahocorasick_rs

from rules.facts import Span
from rules.text import Folded, fold
from rules.words import ANY_NUMBER, LETTERS, WHOLE_LEFT, WHOLE_RIGHT, Lexicon, WordGroup

SCAN_MAX = 20_000
"""Code points of a field that rules look at; what stands behind is not searched."""

HITS_MAX = 100
"""Hits of one word in a sentence, of one phrase in a field, that count; more of the same say nothing new."""

TOKEN_MAX = 16
"""Characters that a word between two others has at most, its blank included."""

INDEX_AFTER = 4
"""Distances counted one by one before all words of the sentence are indexed."""

_TOKEN = re.compile(
    r"[\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|[^\W\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+(?:'[^\W\d_]+)?"
)
# A full stop ends a sentence before white space or Chinese, unless another stands before it. The leading set lets the
# search skip to the next mark at once.
_SENTENCE_END = re.compile(r"[.!?\u3002\n;](?:(?<=\.)(?<!\.\.)(?=\s|$|[\u2e80-\U0010ffff])|(?<!\.)[!?\u3002\n;]*)")
_NUMBER = re.compile(r"[0-9][0-9.,]*")
_DIGIT = re.compile(r"[0-9]")
_BLANKED = {code: " " for code in range(128) if not LETTERS.match(chr(code))}
"""Leaves of ASCII its words."""
_ODD = "\v"
_MARKED = {
    **_BLANKED,
    **dict.fromkeys(map(ord, "!?;\n"), "\n"),
    **dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x1f"), _ODD),
}
"""Leaves of ASCII its words, line ends for closing marks, and one odd sign for white space that nobody types."""


class Scanner:
    """Finds all words of a lexicon: single words by look-up, phrases by one automaton."""

    def __init__(self, lexicon: Lexicon) -> None:
        literals = lexicon.literals
        self.texts = [text for text, _ in literals]
        self.memberships = lexicon.memberships()
        """By number of a literal."""
        self._words: dict[str, int] = {}
        self._phrases: list[int] = []
        for number, (text, edges) in enumerate(literals):
            if edges == WHOLE_LEFT | WHOLE_RIGHT and LETTERS.fullmatch(text):
                self._words[text] = number
            elif number != ANY_NUMBER:
                self._phrases.append(number)
        self._edges = [literals[number][1] for number in self._phrases]
        patterns = [self.texts[number] for number in self._phrases]
        self._automaton = ahocorasick_rs.AhoCorasick(patterns) if patterns else None

    def scan(self, source: str) -> "Scan":
        """Fold a field and find every word in it."""
        folded = fold(source if len(source) <= SCAN_MAX else source[:SCAN_MAX])
        phrases: dict[int, list[Span]] = {}
        if self._automaton is not None:
            self._find_phrases(folded.text, phrases)
        return Scan(self, folded, phrases)

    def sentences(self, text: str) -> tuple[list[int], list[list[int]]]:
        """Cut folded text at its closing marks; return where each sentence ends and the single words it holds."""
        find = self._words.get
        if text.isascii() and ".." not in text and _ODD not in (plain := text.replace(". ", "\n ").translate(_MARKED)):
            lines = plain.split("\n")
            ends = list(accumulate([len(line) + 1 for line in lines]))
            return ends, [list(filter(None, map(find, line.split()))) for line in lines]
        ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        ends.append(len(text))
        bounds = zip([0, *ends], ends, strict=False)
        return ends, [list(filter(None, map(find, LETTERS.findall(text, low, high)))) for low, high in bounds]

    def held(self, literals: Iterable[int]) -> int:
        """Return the bits of the groups that any of the literals is in."""
        return reduce(or_, map(self.memberships.__getitem__, literals), 0)

    def _find_phrases(self, text: str, hits: dict[int, list[Span]]) -> None:
        assert self._automaton is not None
        edges, phrases = self._edges, self._phrases
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            whole = edges[index]
            if whole & WHOLE_LEFT and start and _goes_on(text, start - 1):
                continue
            if whole & WHOLE_RIGHT and _goes_on(text, end):
                continue
            spans = hits.get(phrases[index])
            if spans is None:
                hits[phrases[index]] = [(start, end)]
            elif len(spans) < HITS_MAX:
                spans.append((start, end))


class Scan:
    """What one field held: the literals that hit, and in which of its sentences when that is asked for."""

    __slots__ = (
        "_ends",
        "_held",
        "_phrases",
        "_plain",
        "_scanner",
        "_sentences",
        "_words",
        "folded",
        "held",
        "literals",
        "work",
    )

    def __init__(self, scanner: Scanner, folded: Folded, phrases: dict[int, list[Span]]) -> None:
        self.folded = folded
        self._scanner = scanner
        self._phrases = phrases
        self._ends, self._words = scanner.sentences(folded.text)
        """Where the sentences end, and which single words each holds."""
        self.literals: set[int] = set(phrases).union(*self._words)
        """Numbers of the literals that hit."""
        if scanner.memberships[ANY_NUMBER] and _DIGIT.search(folded.text):
            self.literals.add(ANY_NUMBER)
        self.held = scanner.held(self.literals)
        """Bits of the groups of which a word hit."""
        self.work = 0
        """How many hits were put together so far; bounded by whoever does so."""
        self._held: list[int] | None = None
        """By sentence."""
        self._sentences: dict[int, Sentence] = {}
        self._plain: str | None = None
        """The words of an ASCII text between blanks, one more at each end."""

    def hits(self, group: WordGroup) -> list[Span]:
        """Return where any word of the group stands in the field, by start; longer first where two begin."""
        high = len(self.folded.text)
        spans = [span for literal in self.literals & group.literals for span in self.places(literal, 0, high)]
        _sort(spans)
        return spans

    def source(self, span: Span) -> Span:
        """Map a span of the folded text to the field as it came."""
        return self.folded.span(*span)

    def sentences(self, need: int) -> "list[Sentence]":
        """Return the sentences that may hold a word of every group in `need`."""
        if self._held is None:
            self._held = self._locate()
        return [self._sentence(index) for index, held in enumerate(self._held) if held & need == need]

    def _sentence(self, index: int) -> "Sentence":
        sentence = self._sentences.get(index)
        if sentence is None:
            low = self._ends[index - 1] if index else 0
            sentence = self._sentences[index] = Sentence(self, low, self._ends[index], self._words[index])
        return sentence

    def _locate(self) -> list[int]:
        """Give each sentence its phrases, any of them the numbers; return the groups each holds a word of."""
        words, ends, memberships = self._words, self._ends, self._scanner.memberships
        if ANY_NUMBER in self.literals:
            for literals in words:
                literals.append(ANY_NUMBER)
        held = [self._scanner.held(literals) if literals else 0 for literals in words]
        for literal, spans in self._phrases.items():
            for start, _ in spans:
                index = bisect_right(ends, start)
                words[index].append(literal)
                held[index] |= memberships[literal]
        return held

    def places(self, literal: int, low: int, high: int) -> list[Span]:
        """Return where a literal begins between two offsets."""
        spans = self._phrases.get(literal)
        if spans is not None:
            return spans[bisect_left(spans, (low, 0)) : bisect_left(spans, (high, 0))]
        text = self.folded.text
        if literal == ANY_NUMBER:
            return [match.span() for match in islice(_NUMBER.finditer(text, low, high), HITS_MAX)]
        if not text.isascii():
            return _whole_words(text, self._scanner.texts[literal], low, high)
        if self._plain is None:
            self._plain = f" {text.translate(_BLANKED)} "
        return _between_blanks(self._plain, self._scanner.texts[literal], low, high)


class Sentence:
    """One sentence of a field, from `low` to `high`, with its closing mark."""

    __slots__ = ("_asked", "_hits", "_letters", "_literals", "_placed", "_scan", "_tokens", "high", "low")

    def __init__(self, scan: Scan, low: int, high: int, literals: list[int]) -> None:
        self.low = low
        self.high = high
        self._scan = scan
        self._literals = set(literals)
        self._placed: dict[int, list[Span]] = {}
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
            for literal in self._literals & group.literals:
                placed = self._placed.get(literal)
                if placed is None:
                    placed = self._placed[literal] = self._scan.places(literal, self.low, self.high)
                spans += placed
            _sort(spans)
        return spans

    def apart(self, start: int, end: int, within: int) -> bool:
        """Tell whether more than so many words (Chinese: characters) stand between two offsets."""
        if end - start <= within * self._letters:
            return False
        if end - start > (within + 1) * TOKEN_MAX:
            return True
        self._asked += 1
        if self._asked < INDEX_AFTER:
            return len(_TOKEN.findall(self._scan.folded.text, start, end)) > within
        if self._tokens is None:
            words = [match.span() for match in _TOKEN.finditer(self._scan.folded.text, self.low, self.high)]
            self._tokens = [word[0] for word in words], [word[1] for word in words]
        starts, ends = self._tokens
        return bisect_left(starts, end) - bisect_right(ends, start) > within


def _whole_words(text: str, word: str, low: int, high: int) -> list[Span]:
    """Find where a single word begins between two offsets."""
    spans: list[Span] = []
    start = text.find(word, low, high)
    while start >= 0 and len(spans) < HITS_MAX:
        end = start + len(word)
        if not (_goes_on(text, end) or (start and _goes_on(text, start - 1))):
            spans.append((start, end))
        start = text.find(word, end, high)
    return spans


def _between_blanks(plain: str, word: str, low: int, high: int) -> list[Span]:
    """Find where a single word begins between two offsets of an ASCII text, by its words between blanks."""
    spans: list[Span] = []
    wanted = f" {word} "
    start = plain.find(wanted, low, high + 2)
    while start >= 0 and len(spans) < HITS_MAX:
        end = start + len(word)
        spans.append((start, end))
        start = plain.find(wanted, end + 1, high + 2)
    return spans


def _goes_on(text: str, offset: int) -> bool:
    """Tell whether a word of a script with blanks has a letter there."""
    return text[offset : offset + 1] != " " and LETTERS.match(text, offset, offset + 1) is not None


def _sort(spans: list[Span]) -> None:
    if len(spans) > 1:
        spans.sort(key=_by_start)


def _by_start(span: Span) -> Span:
    return (span[0], -span[1])
