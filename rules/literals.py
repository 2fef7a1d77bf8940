"""Which literals stand in a folded text, sentence by sentence.

One automaton searches each view of the text (`rules.views`) and hands back the patterns themselves, in reading order;
the mark of sentences is a pattern among them. A pattern may blur what it stands for, such as signs inside a phrase: its
hit is a guess until the literal is looked up in the text. Which patterns there are at all, an `Accelerator` may say
sooner; the automaton is then asked only for messages in which sentences matter.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from itertools import accumulate, chain
from typing import Final, NamedTuple, Protocol

import ahocorasick_rs

from rules.text import LETTERS
from rules.views import ANY_NUMBER, MARK, Literal, ascii_words, between_blanks, is_odd, pattern_of, words_and_signs

HITS_MAX: Final = 200_000
"""Hits of one view. Words that end with each other could make more; then less of the text is searched."""

FEW: Final = 64
"""Sentences found by counting marks; beyond, all of them are cut at once."""

_DIGITS: Final = b"0123456789"


class Accelerator(Protocol):
    """Says which patterns stand in a text (`rules.accelerator`)."""

    def find(self, text: str) -> AbstractSet[str] | None:
        """Return the patterns; None where it cannot tell."""
        ...


class View(NamedTuple):
    """What was found in one text, in reading order."""

    rows: tuple[list[str], ...]
    """One for each view: patterns, with a MARK after each sentence."""
    loose: tuple[str, ...]
    """Patterns of which nobody knows in which sentence they stand."""
    words: str
    """The view of words."""

    def present(self) -> AbstractSet[str]:
        """Every pattern that hit."""
        return {*self.loose}.union(*self.rows)


class Hits:
    """What stands in one text; in which sentence only if somebody asks, where another way found the patterns."""

    __slots__ = ("_ends", "_look", "_masks", "_sentences", "_view", "present")

    def __init__(self, look: Callable[[], View], present: AbstractSet[str] | None = None) -> None:
        self._look = look
        self._view = look() if present is None else None
        self.present = self.view.present() if present is None else present
        """Every pattern that hit."""
        self._masks: dict[str, int] | None = None
        self._sentences: list[list[str]] | None = None
        self._ends: list[int] | None = None

    @property
    def view(self) -> View:
        """The hits in reading order."""
        if self._view is None:
            self._view = self._look()
        return self._view

    def masks(self) -> dict[str, int]:
        """By pattern: a bit for each sentence in which it stands, the first sentence lowest."""
        if self._masks is None:
            rows, loose, _ = self.view
            self._masks = masks = dict.fromkeys(loose, (1 << rows[0].count(MARK)) - 1)
            get = masks.get
            for row in rows:
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
        rows, loose, words = self.view
        low = 0
        for _ in range(number):
            low = words.index(MARK, low) + 1
        found = set(loose)
        for row in rows:
            begun = 0
            for _ in range(number):
                begun = row.index(MARK, begun) + 1
            found.update(row[begun : row.index(MARK, begun)])
        return low, words.find(MARK, low) + 1 or len(words), found

    def sentences(self) -> list[list[str]]:
        """The patterns of each sentence, the loose ones left out."""
        if self._sentences is None:
            cut = [_cut(row) for row in self.view.rows]
            self._sentences = [list(chain.from_iterable(parts)) for parts in zip(*cut, strict=True)]
        return self._sentences

    def _indexed(self, number: int) -> tuple[int, int, set[str]]:
        if self._ends is None:
            self._ends = list(accumulate([len(line) + 1 for line in self.view.words.split(MARK)]))
        low = self._ends[number - 1] if number else 0
        return low, self._ends[number], {*self.sentences()[number], *self.view.loose}


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
        self.reach = HITS_MAX // max(map(_depth, (odd, words, signs)))
        """Characters of a view that are searched at least."""
        self.accelerator: Accelerator | None = None
        """Another way to tell which patterns stand in a text; set at any time, with the same answers."""
        self.has_words = len(self.named) > 1
        """Whether there is anything to search but numbers."""
        self.patterns = frozenset({MARK, *self.named})
        """Everything that may be among the hits."""
        clear = [pattern for pattern, named in self.named.items() if named == [pattern]]
        self.sure = {pattern for pattern in clear if pattern in signs or LETTERS.fullmatch(pattern.strip(" "))}
        """Literals that stand in the text for sure when they are among the hits."""
        self.sure.add(ANY_NUMBER)

    def find(self, text: str, *, plainly: bool = False) -> Hits:
        """Search a folded text; `plainly` without an accelerator."""
        if self.accelerator is None or plainly:
            return Hits(lambda: self._look(text))
        return Hits(lambda: self._look(text), self.accelerator.find(text))

    def _look(self, text: str) -> View:
        if text.isascii():
            words = ascii_words(text)
            rows: tuple[list[str], ...] = (self._words(between_blanks(words) + MARK),)
        else:
            words, signs = words_and_signs(text)
            rows = (self._signs(signs + MARK),)
            if not words.isspace():
                rows += (self._words(between_blanks(words) + MARK),)
        data = words.encode()
        loose: tuple[str, ...] = (ANY_NUMBER,) if len(data.translate(None, _DIGITS)) < len(data) else ()
        if self._odd is not None:
            loose += tuple(set(self._odd(text)))
        return View(rows, loose, words)


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
    """How many patterns may end at one place at most: read backwards, each begins with the one before it."""
    deepest, nested = 1, list[str]()
    for backwards in sorted(pattern[::-1] for pattern in patterns):
        while nested and not backwards.startswith(nested[-1]):
            nested.pop()
        nested.append(backwards)
        deepest = max(deepest, len(nested))
    return deepest
