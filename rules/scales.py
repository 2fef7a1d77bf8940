"""Evidence that adds up: runs of words that speak for something or against it, each with its weight.

A text is weighed piece by piece, a piece being a sentence, or short ones that follow each other; the heaviest counts,
so that greetings and other matters around it change nothing. A run may hold `{name}`, which stands for any word of a
list: `{stranger} {took} my` weighs the same whoever took it.
"""

from collections.abc import Iterator, Mapping
from operator import add, or_
from typing import Final, NamedTuple

import ahocorasick_rs

from rules.facts import Span
from rules.text import fold_word
from rules.tokens import Placed, grams, line, pattern, placed, sentences
from rules.views import MARK

PIECE: Final = 40
"""Tokens up to which sentences that follow each other are weighed together."""

RUN_MAX: Final = 4
"""Tokens of one run, the edges of a sentence counted."""

TELLING: Final = 0.4
"""Of what the token adds that adds most: from so much on another one tells as well."""

Words = tuple[str, ...]
"""Tokens that follow each other."""
Kinds = Mapping[Words, str]
"""By words: the name of the list that stands for them."""


class Named(NamedTuple):
    """A token, or what stands for some: the name of a list in braces."""

    text: str
    first: int
    last: int
    """Which tokens of the sentence it is."""


class Reading(NamedTuple):
    """A text, ready to be weighed."""

    sizes: list[int]
    """Tokens of each sentence."""
    words: str
    """Its sentences, and again with names of lists in place of their words."""


def words_of(text: str) -> Words:
    """Return a word or phrase of a list as tokens; none if it ends a sentence."""
    found = sentences(fold_word(text).replace("*", ""))
    return tuple(found[0]) if len(found) == 1 else ()


def pieces(sizes: list[int]) -> Iterator[slice]:
    """Yield which neighbouring sentences are weighed together; what lies inside another piece is left out."""
    reached = 0
    for first, size in enumerate(sizes):
        last = first + 1
        while last < len(sizes) and size + sizes[last] <= PIECE:
            size += sizes[last]  # noqa: PLW2901 - grows with the piece
            last += 1
        if last > reached:
            yield slice(first, last)
            reached = last


class Lists:
    """Puts names of lists in place of their words."""

    def __init__(self, kinds: Kinds) -> None:
        self.names = frozenset(kinds.values())
        self._kinds = kinds
        self._longest = max(map(len, kinds), default=0)
        self._patterns = [pattern(f"{{{name}}}") for name in kinds.values()]
        words = [pattern(" ".join(words)) for words in kinds]
        self._search = ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def read(self, text: str) -> Reading:
        """Read a folded text."""
        found = sentences(text)
        words = line(found)
        return Reading(list(map(len, found)), words + self._renamed(words))

    def named(self, words: list[str]) -> list[Named]:
        """Return a sentence with names in place of words, from left to right and the longest first."""
        found: list[Named] = []
        first = 0
        while first < len(words):
            end = min(first + self._longest, len(words))
            while end > first and tuple(words[first:end]) not in self._kinds:
                end -= 1
            name = self._kinds.get(tuple(words[first:end]))
            end = max(end, first + 1)
            found.append(Named(words[first] if name is None else f"{{{name}}}", first, end - 1))
            first = end
        return found

    def _renamed(self, words: str) -> str:
        """The same for a line."""
        parts: list[str] = []
        last = 0
        for index, start, end in self._search.find_matches_as_indexes(words):
            parts += (words[last:start], self._patterns[index])
            last = end
        parts.append(words[last:])
        return "".join(parts)


class Scales:
    """Weighs texts; never changes."""

    def __init__(self, start: float, runs: Mapping[str, float], lists: Lists) -> None:
        """Take what a text without any evidence weighs, and the weight of each run."""
        self.lists = lists
        self._start = start
        self._weights = runs
        self._runs = {pattern(run): weight for run, weight in runs.items()}
        self._search = ahocorasick_rs.AhoCorasick([*self._runs, MARK], store_patterns=True).find_matches_as_strings

    def weigh(self, reading: Reading) -> float:
        """Return what the heaviest piece of a text weighs."""
        return self._start + max((self._sum(runs) for _, runs in self._pieces(reading)), default=0.0)

    def telling(self, reading: Reading, text: str) -> list[Span]:
        """Return the words of the heaviest piece of a folded text that speak for it most, heaviest first."""
        heaviest, _ = max(self._pieces(reading), key=lambda piece: self._sum(piece[1]), default=(slice(0), set()))
        found: list[Placed] = []
        worth: list[float] = []
        for sentence in placed(text)[heaviest]:
            words = [token for token, _ in sentence]
            alone = [Named(word, number, number) for number, word in enumerate(words)]
            worth += map(add, self._worth(alone, len(words)), self._worth(self.lists.named(words), len(words)))
            found += sentence
        return _heaviest([span for _, span in found], worth)

    def _worth(self, stream: list[Named], count: int) -> list[float]:
        """Return what each token of a sentence adds, a run's weight being shared by its tokens."""
        worth = [0.0] * count
        for first, run in grams([one.text for one in stream], RUN_MAX):
            weight = self._weights.get(run)
            if weight is not None and (of := stream[max(first, 0) : first + run.count(" ") + 1]):
                tokens = range(of[0].first, of[-1].last + 1)
                for token in tokens:
                    worth[token] += weight / len(tokens)
        return worth

    def _pieces(self, reading: Reading) -> Iterator[tuple[slice, set[str]]]:
        """Yield the pieces of a text with the runs in each."""
        count = len(reading.sizes)
        found: list[set[str]] = []
        hits: list[str] = self._search(reading.words, True)  # noqa: FBT003 - overlapping
        begin = 0
        for _ in range(2 * count):
            end = hits.index(MARK, begin)
            found.append(set(hits[begin:end]))
            begin = end + 1
        runs = list(map(or_, found[:count], found[count:]))
        for piece in pieces(reading.sizes):
            inside = runs[piece]
            yield piece, inside[0] if len(inside) == 1 else set().union(*inside)

    def _sum(self, runs: set[str]) -> float:
        return sum(map(self._runs.__getitem__, runs))


def _heaviest(spans: list[Span], worth: list[float]) -> list[Span]:
    """Join tokens that tell and follow each other; the stretches that add most come first."""
    least = TELLING * max(worth, default=0.0)
    stretches: list[tuple[float, int, int]] = []
    last = -2
    for number, added in enumerate(worth):
        if added <= 0 or added < least:
            continue
        if last == number - 1:
            before, first, _ = stretches.pop()
            stretches.append((before + added, first, number))
        else:
            stretches.append((added, number, number))
        last = number
    stretches.sort(reverse=True)
    return [(spans[first][0], spans[last][1]) for _, first, last in stretches]
