"""One scan of a text for every word of every rule.

A `Scanner` runs once over a field; a `Scan` is what the field held, and its `Sentence`s what each of them held. Where
a word stands is looked up only in the sentences in which it matters.
"""

import re
from bisect import bisect_left, bisect_right
from functools import reduce
from itertools import islice
from operator import or_

import ahocorasick_rs

from rules.facts import Span
from rules.text import Folded, fold
from rules.words import ANY_NUMBER, LETTERS, WHOLE_LEFT, WHOLE_RIGHT, Lexicon, WordGroup

SCAN_MAX = 20_000
"""Code points of a field that rules look at; what stands behind is not searched."""

SENTENCES_MAX = 2_000
"""Sentences of a field in which words are put together; real ones have more than ten characters."""

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
"""Splits ASCII into the words that `LETTERS` finds, in a third of its time."""


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
        text = folded.text
        plain = text.translate(_BLANKED) if text.isascii() else None
        words = LETTERS.findall(text) if plain is None else plain.split()
        phrases: dict[int, list[Span]] = {}
        if self._automaton is not None:
            self._find_phrases(text, phrases)
        return Scan(self, folded, plain, list(map(self._words.get, words)), phrases)

    def _find_phrases(self, text: str, hits: dict[int, list[Span]]) -> None:
        assert self._automaton is not None
        size, edges, phrases, letters = len(text), self._edges, self._phrases, LETTERS
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            whole = edges[index]
            if whole & WHOLE_LEFT and start and text[start - 1] != " " and letters.match(text, start - 1, start):
                continue
            if whole & WHOLE_RIGHT and end < size and text[end] != " " and letters.match(text, end, end + 1):
                continue
            spans = hits.get(phrases[index])
            if spans is None:
                hits[phrases[index]] = [(start, end)]
            elif len(spans) < HITS_MAX:
                spans.append((start, end))


class Scan:
    """What one field held: the literals that hit, and its sentences when asked for."""

    __slots__ = ("_phrases", "_plain", "_scanner", "_sentences", "_words", "folded", "held", "literals", "work")

    def __init__(
        self,
        scanner: Scanner,
        folded: Folded,
        plain: str | None,
        words: list[int | None],
        phrases: dict[int, list[Span]],
    ) -> None:
        self.folded = folded
        self.literals = set(filter(None, words))
        """Numbers of the literals that hit."""
        self.literals.update(phrases)
        if scanner.memberships[ANY_NUMBER] and _DIGIT.search(folded.text):
            self.literals.add(ANY_NUMBER)
        self._scanner = scanner
        self.held = self.groups(self.literals)
        """Bits of the groups of which a word hit."""
        self.work = 0
        """How many hits were put together so far; bounded by whoever does so."""
        self._plain = plain
        """The text with only its words left, where it is ASCII."""
        self._words = words
        """Every word of the text in order, as a literal or None."""
        self._phrases = phrases
        self._sentences: list[Sentence] | None = None

    def groups(self, literals: set[int]) -> int:
        """Return the bits of the groups that any of the literals is in."""
        return reduce(or_, map(self._scanner.memberships.__getitem__, literals), 0)

    def sentences(self) -> "list[Sentence]":
        """Return the sentences, each with its closing mark."""
        if self._sentences is None:
            self._sentences = self._divide()
        return self._sentences

    def hits(self, group: WordGroup) -> list[Span]:
        """Return where any word of the group stands in the field, by start; longer first where two begin."""
        return self.among(self.literals & group.literals, 0, len(self.folded.text))

    def among(self, literals: set[int], low: int, high: int) -> list[Span]:
        """Return where any of the literals begins between two offsets, by start."""
        spans = [span for literal in literals for span in self._places(literal, low, high)]
        spans.sort(key=_by_start)
        return spans

    def source(self, span: Span) -> Span:
        """Map a span of the folded text to the field as it came."""
        return self.folded.span(*span)

    def _places(self, literal: int, low: int, high: int) -> list[Span]:
        spans = self._phrases.get(literal)
        if spans is not None:
            return spans[bisect_left(spans, (low, 0)) : bisect_left(spans, (high, 0))]
        text = self.folded.text
        if literal == ANY_NUMBER:
            return [match.span() for match in islice(_NUMBER.finditer(text, low, high), HITS_MAX)]
        return _whole_words(text, self._scanner.texts[literal], low, high)

    def _divide(self) -> "list[Sentence]":
        """Cut the text at its closing marks and give each sentence the literals that begin in it."""
        text, plain, words = self.folded.text, self._plain, self._words
        ends = [match.end() for match in islice(_SENTENCE_END.finditer(text), SENTENCES_MAX)]
        if len(ends) < SENTENCES_MAX and (not ends or ends[-1] < len(text)):
            ends.append(len(text))
        everywhere = self.literals & {ANY_NUMBER}
        held: list[set[int]] = []
        low = first = 0
        for high in ends:
            count = len(LETTERS.findall(text, low, high) if plain is None else plain[low:high].split())
            held.append(everywhere.union(filter(None, words[first : first + count])))
            low, first = high, first + count
        for literal, spans in self._phrases.items():
            for start, _ in spans:
                index = bisect_right(ends, start)
                if index < len(held):
                    held[index].add(literal)
        return [Sentence(self, *bounds) for bounds in zip([0, *ends], ends, held, strict=False)]


class Sentence:
    """One sentence of a field, from `low` to `high`, and the words that begin in it."""

    __slots__ = ("_asked", "_hits", "_literals", "_scan", "_tokens", "held", "high", "low")

    def __init__(self, scan: Scan, low: int, high: int, literals: set[int]) -> None:
        self.low = low
        self.high = high
        self.held = scan.groups(literals)
        """Bits of the groups of which a word may stand here."""
        self._scan = scan
        self._literals = literals
        self._hits: dict[int, list[Span]] = {}
        self._asked = 0
        self._tokens: tuple[list[int], list[int]] | None = None
        """Where the words of the sentence start and end."""

    def hits(self, group: WordGroup) -> list[Span]:
        """Return where any word of the group begins in the sentence, by start; longer first where two begin."""
        spans = self._hits.get(group.number)
        if spans is None:
            spans = self._scan.among(self._literals & group.literals, self.low, self.high)
            self._hits[group.number] = spans
        return spans

    def apart(self, start: int, end: int, within: int) -> bool:
        """Tell whether more than so many words (Chinese: characters) stand between two offsets."""
        if end - start <= within:
            return False
        if end - start > within * TOKEN_MAX:
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
        if not LETTERS.match(text, end, end + 1) and not (start and LETTERS.match(text, start - 1, start)):
            spans.append((start, end))
        start = text.find(word, end, high)
    return spans


def _by_start(span: Span) -> Span:
    return (span[0], -span[1])
