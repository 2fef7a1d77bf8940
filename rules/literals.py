"""Which literals stand in a folded text, sentence by sentence.

The only file that knows how they are searched; another matcher would only have to answer with `Hits` as well. Here one
automaton searches each view of the text (`rules.views`) and hands back the patterns themselves, in reading order; the
mark of sentences is a pattern among them. A pattern may blur what it stands for, such as signs inside a phrase: its
hit is a guess until the literal is looked up in the text.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from itertools import accumulate, chain
from typing import Final

import ahocorasick_rs

from rules.text import LETTERS
from rules.views import ANY_NUMBER, MARK, Literal, ascii_words, is_odd, pattern_of, words_and_signs

HITS_MAX: Final = 200_000
"""Hits of one view. Words that end with each other could make more; then less of the text is searched."""

FEW: Final = 64
"""Sentences found by counting marks; beyond, all of them are cut at once."""

_DIGITS: Final = b"0123456789"


class Hits:
    """What stands in one text."""

    __slots__ = ("_ends", "_masks", "_sentences", "loose", "present", "rows", "words")

    def __init__(self, rows: tuple[list[str], ...], loose: tuple[str, ...], words: str) -> None:
        self.rows = rows
        """One for each view: patterns in reading order, with a MARK after each sentence."""
        self.loose = loose
        """Patterns of which nobody knows in which sentence they stand."""
        self.words = words
        """The view of words."""
        self.present: AbstractSet[str] = {*rows[0], *loose} if len(rows) == 1 else {*rows[0], *rows[1], *loose}
        """Every pattern that hit."""
        self._masks: dict[str, int] | None = None
        self._sentences: list[list[str]] | None = None
        self._ends: list[int] | None = None

    def masks(self) -> dict[str, int]:
        """By pattern: a bit for each sentence in which it stands, the first sentence lowest."""
        if self._masks is None:
            self._masks = masks = dict.fromkeys(self.loose, (1 << self.rows[0].count(MARK)) - 1)
            get = masks.get
            for row in self.rows:
                bit = 1
                for hit in row:
                    if hit == MARK:
                        bit <<= 1
                    else:
                        masks[hit] = get(hit, 0) | bit
        return self._masks

    def sentence(self, number: int) -> tuple[int, int, set[str]]:
        """Where a sentence begins and ends, its mark included, and its patterns with the loose ones."""
        if number >= FEW or self._ends is not None:
            return self._indexed(number)
        low = 0
        for _ in range(number):
            low = self.words.index(MARK, low) + 1
        found = set(self.loose)
        for row in self.rows:
            begun = 0
            for _ in range(number):
                begun = row.index(MARK, begun) + 1
            found.update(row[begun : row.index(MARK, begun)])
        return low, self.words.find(MARK, low) + 1 or len(self.words), found

    def sentences(self) -> list[list[str]]:
        """The patterns of each sentence, the loose ones left out."""
        if self._sentences is None:
            cut = [_cut(row) for row in self.rows]
            self._sentences = [list(chain.from_iterable(parts)) for parts in zip(*cut, strict=True)]
        return self._sentences

    def _indexed(self, number: int) -> tuple[int, int, set[str]]:
        if self._ends is None:
            self._ends = list(accumulate([len(line) + 1 for line in self.words.split(MARK)]))
        low = self._ends[number - 1] if number else 0
        return low, self._ends[number], {*self.sentences()[number], *self.loose}


def _cut(row: list[str]) -> list[list[str]]:
    """Cut hits at the marks."""
    parts: list[list[str]] = []
    begun = 0
    for _ in range(row.count(MARK)):
        end = row.index(MARK, begun)
        parts.append(row[begun:end])
        begun = end + 1
    return parts


class Finder:
    """Finds literals, all in one pass."""

    def __init__(self, literals: Iterable[Literal]) -> None:
        self.named: dict[str, list[Literal]] = {ANY_NUMBER: [ANY_NUMBER]}
        """The literals that each pattern stands for."""
        odd: set[str] = set()
        words, signs = {MARK}, {MARK}
        for literal in literals:
            if literal != ANY_NUMBER:
                pattern = pattern_of(literal)
                (odd if is_odd(literal) else words if literal.isascii() else signs).add(pattern)
                self.named.setdefault(pattern, []).append(literal)
        self._odd = _searcher(odd) if odd else None
        self._words, self._signs = _searcher(words), _searcher(signs)
        self.patterns = frozenset({MARK, *self.named})
        """Everything that may be among the hits."""
        clear = [pattern for pattern, named in self.named.items() if named == [pattern]]
        self.sure = {pattern for pattern in clear if pattern in signs or LETTERS.fullmatch(pattern.strip(" "))}
        """Literals that stand in the text for sure when they are among the hits."""
        self.sure.add(ANY_NUMBER)

    def find(self, text: str) -> Hits:
        """Search a folded text."""
        if text.isascii():
            words = ascii_words(text)
            rows: tuple[list[str], ...] = (self._words(f" {words.replace(MARK, _MARK_BETWEEN_BLANKS)} {MARK}"),)
        else:
            words, signs = words_and_signs(text)
            rows = (self._signs(signs + MARK),)
            if not words.isspace():
                rows += (self._words(f" {words.replace(MARK, _MARK_BETWEEN_BLANKS)} {MARK}"),)
        data = words.encode()
        loose: tuple[str, ...] = (ANY_NUMBER,) if len(data.translate(None, _DIGITS)) < len(data) else ()
        if self._odd is not None:
            loose += tuple(set(self._odd(text)))
        return Hits(rows, loose, words)


_MARK_BETWEEN_BLANKS: Final = f" {MARK} "


def _searcher(patterns: set[str]) -> Callable[[str], list[str]]:
    """A search for patterns, which come back as they are, in the order of their ends."""
    search = ahocorasick_rs.AhoCorasick(sorted(patterns), store_patterns=True).find_matches_as_strings
    reach = HITS_MAX // _depth(patterns)

    def find(view: str) -> list[str]:
        found: list[str]
        if len(view) <= reach:
            found = search(view, True)  # noqa: FBT003 - overlapping
            return found
        found = search(view[:reach], True)  # noqa: FBT003
        return found + [MARK] * view.count(MARK, reach)

    return find


def _depth(patterns: set[str]) -> int:
    """How many patterns may end at one place at most."""
    lengths = sorted(set(map(len, patterns)))
    deepest = 1
    for pattern in patterns:
        size = len(pattern)
        depth = sum(pattern[-length:] in patterns for length in lengths if length <= size)
        deepest = max(deepest, depth)
    return deepest
