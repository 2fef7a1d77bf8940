"""Evidence that adds up: runs of words that speak for something or against it, each with its weight.

A text is weighed passage by passage, a passage being a sentence, or short ones that follow each other; the heaviest
counts, so that greetings and other matters around it change nothing. What the whole text is about may count besides,
and how long it is: of many passages one is odd by chance. A run may hold `{name}`, which stands for any word of a list:
`{stranger} {took} my` weighs the same whoever took it.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import accumulate, repeat
from typing import Final, NamedTuple

import ahocorasick_rs

from rules.facts import Span
from rules.text import fold_word
from rules.tokens import JOINT, Placed, grams, line, pattern, placed, sentences
from rules.views import MARK

PASSAGE: Final = 40
"""Tokens up to which sentences that follow each other are weighed together."""

FEW: Final = 4
"""Runs in a whole text up to which each counts in full; of more, each counts less: four times as many, half."""

RUN_MAX: Final = 4
"""Tokens of one run, the edges of a sentence counted."""

UNITS: Final = 10_000
"""Weights have four digits behind the point: as whole numbers they add up to the same in whatever order."""

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


Finder = Callable[[str], list[str]]
"""Finds all patterns in a `line`, and each MARK."""
Found = tuple[str, range]
"""A run, and the tokens of the sentence that it stands for."""


class Reading:
    """A text, ready to be weighed for whatever the lists are shared by."""

    __slots__ = ("_lists", "_placed", "_runs", "found", "passages", "text", "whole")

    def __init__(self, lists: "Lists", text: str) -> None:
        self.text = text
        words = sentences(text)
        self.found = lists.found(words)
        """What of all that is weighed stands in each sentence, as patterns."""
        self.passages = list(passages([sentence.count(JOINT) + 1 for sentence in words]))
        self.whole: AbstractSet[str] = self.found[0] if len(self.found) == 1 else set().union(*self.found)
        self._lists = lists
        self._placed: list[list[Placed]] | None = None
        self._runs: dict[int, list[Found]] = {}

    def placed(self) -> list[list[Placed]]:
        """Return the tokens of each sentence, and where they stand."""
        if self._placed is None:
            self._placed = placed(self.text)
        return self._placed

    def runs(self, number: int) -> list[Found]:
        """Return the runs in a sentence that anything weighs, once as they are and once with names of lists."""
        if number not in self._runs:
            words = [token for token, _ in self.placed()[number]]
            alone = [Named(word, place, place) for place, word in enumerate(words)]
            self._runs[number] = [*self._lists.runs(alone), *self._lists.runs(self._lists.named(words))]
        return self._runs[number]


def words_of(text: str) -> Words:
    """Return a word or phrase of a list as tokens; none if it ends a sentence."""
    found = sentences(fold_word(text).replace("*", ""))
    return tuple(found[0].split(JOINT)) if len(found) == 1 else ()


def passages(sizes: list[int]) -> Iterator[slice]:
    """Yield which sentences are weighed together: neighbours as far as they fit, and each of them by itself."""
    reached = 0
    for first, size in enumerate(sizes):
        last = first + 1
        while last < len(sizes) and size + sizes[last] <= PASSAGE:
            size += sizes[last]  # noqa: PLW2901 - grows with the passage
            last += 1
        alone = last > first + 1 or last <= reached
        if last > reached:
            yield slice(first, last)
            reached = last
        if alone:
            yield slice(first, first + 1)


class Lists:
    """Puts names of lists in place of their words."""

    def __init__(self, kinds: Kinds) -> None:
        self.names = frozenset(kinds.values())
        self._kinds = kinds
        self._longest = max(map(len, kinds), default=0)
        self._patterns = [pattern(f"{{{name}}}") for name in kinds.values()]
        words = [pattern(" ".join(words)) for words in kinds]
        self._search = ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
        self._runs: set[str] = set()
        self._finders: tuple[Finder, Finder] | None = None

    def add(self, runs: Iterable[str]) -> None:
        """Note what is weighed with these lists: all of it is searched in one pass."""
        self._runs.update(runs)
        self._finders = None

    def read(self, text: str) -> Reading:
        """Read a folded text."""
        return Reading(self, text)

    def found(self, words: list[str]) -> list[set[str]]:
        """Return what stands in each sentence, once as it is and once with names of lists in place of words."""
        if self._finders is None:
            named = {run for run in self._runs if "{" in run}
            self._finders = _finder(self._runs - named), _finder(named)
        plain, renamed = self._finders
        text = line(words)
        return list(map(set.union, _by_sentence(plain(text)), _by_sentence(renamed(self._renamed(text)))))

    def runs(self, stream: list[Named]) -> Iterator[Found]:
        """Yield the runs in a sentence that anything weighs."""
        for first, run in grams([one.text for one in stream], RUN_MAX):
            if run in self._runs and (of := stream[max(first, 0) : first + run.count(" ") + 1]):
                yield run, range(of[0].first, of[-1].last + 1)

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


def _finder(runs: Iterable[str]) -> Finder:
    patterns = [*map(pattern, runs), MARK]
    search = ahocorasick_rs.AhoCorasick(patterns, store_patterns=True)
    return partial(search.find_matches_as_strings, overlapping=True)


def _by_sentence(hits: list[str]) -> list[set[str]]:
    found: list[set[str]] = []
    begin = 0
    for _ in range(hits.count(MARK)):
        end = hits.index(MARK, begin)
        found.append(set(hits[begin:end]))
        begin = end + 1
    return found


class Scales:
    """Weighs texts; never changes."""

    def __init__(
        self,
        start: float,
        runs: Mapping[str, float],
        lists: Lists,
        *,
        whole: Mapping[str, float] | None = None,
        long: float = 0.0,
    ) -> None:
        """Take what a text without any evidence weighs, what each run weighs in a passage and in the whole text, and
        what the natural logarithm of the number of passages is multiplied by."""
        self.lists = lists
        self._start, self._long = round(start * UNITS), long
        self._weights = runs
        self._runs = _whole_numbers(runs)
        self._whole = _whole_numbers(whole or {})
        lists.add(runs)
        lists.add(whole or {})

    def weigh(self, reading: Reading) -> float:
        """Return what the heaviest passage of a text and the whole of it weigh."""
        heaviest = max(self._passages(reading), default=0)
        weight = (self._start + heaviest + self._sum_of_all(reading.whole)) / UNITS
        return weight + self._long * math.log(len(reading.passages)) if self._long and reading.passages else weight

    def _passages(self, reading: Reading) -> Iterator[int]:
        """Yield the sum of each passage."""
        sums = [sum(map(self._runs.get, found, repeat(0))) for found in reading.found]
        until = list(accumulate(sums, initial=0))
        for of in reading.passages:
            yield until[of.stop] - until[of.start]

    def _sum_of_all(self, found: AbstractSet[str]) -> float:
        known = self._whole.keys() & found
        return sum(map(self._whole.__getitem__, known)) * share(len(known)) if known else 0.0

    def telling(self, reading: Reading) -> list[Span]:
        """Return the words of the heaviest passage of a text that speak for it most, heaviest first."""
        weighed = list(self._passages(reading))
        if not weighed:
            return []
        heaviest = reading.passages[max(range(len(weighed)), key=weighed.__getitem__)]
        found: list[Placed] = []
        worth: list[float] = []
        for number in range(heaviest.start, heaviest.stop):
            sentence = reading.placed()[number]
            worth += self._worth(reading.runs(number), len(sentence))
            found += sentence
        return _heaviest([span for _, span in found], worth)

    def _worth(self, runs: list[Found], count: int) -> list[float]:
        """Return what each token of a sentence adds, a run's weight being shared by its tokens."""
        worth = [0.0] * count
        for run, tokens in runs:
            weight = self._weights.get(run)
            if weight is not None:
                for token in tokens:
                    worth[token] += weight / len(tokens)
        return worth


def share(count: int) -> float:
    """Return what each of so many runs in a whole text counts."""
    return math.sqrt(FEW / max(FEW, count))


def _whole_numbers(runs: Mapping[str, float]) -> dict[str, int]:
    return {pattern(run): round(weight * UNITS) for run, weight in runs.items()}


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
