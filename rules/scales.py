"""Evidence that adds up: runs of words that speak for something or against it, each with its weight.

A text is weighed passage by passage, a passage being a sentence, or short ones that follow each other; the heaviest
counts, so that greetings and other matters around it change nothing. What the whole text is about may count besides,
and how long it is: of many passages one is odd by chance. A run may hold `{name}`, which stands for any word of a list:
`{stranger} {took} my` weighs the same whoever took it. Where all that leaves a doubt, there may be a second opinion.

Most texts weigh far too little, so a test looks first at what they weigh at most, which needs no passages.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, repeat
from operator import itemgetter
from typing import Final, NamedTuple

import ahocorasick_rs

from rules.alphabet import STOP, Alphabet
from rules.facts import Span
from rules.opinion import Opinion, window
from rules.runs import UNITS, Runs
from rules.stretches import STRETCHES_MAX, stretches
from rules.text import fold_word
from rules.tokens import BEGIN, END, MARKS, STOPS, bounds, found, places, plain
from rules.wholes import Weighed, Wholes

PASSAGE: Final = 40
"""Tokens up to which sentences that follow each other are weighed together."""

RUN_MAX: Final = 4
"""Tokens of one run, the edges of a sentence counted."""

RUNS_SHOWN: Final = 6
"""Of a whole text: the heaviest runs, which mostly lie upon each other."""

WINDOWS_MAX: Final = 3
"""Places of a long text about which there may be a second opinion."""
SURE: Final = 2.0
"""What one of them weighs with it, from which on none of the others is read."""

Words = tuple[str, ...]
"""Tokens that follow each other."""
Kinds = Mapping[Words, str]
"""By words: the name of the list that stands for them."""


class Window(NamedTuple):
    """What an encoder is shown at once: a passage with what stands around it."""

    weight: float
    """Of the heaviest passage in it."""
    span: Span
    passage: int
    """The number of the one it is about."""


class Lists:
    """Puts names of lists in place of their words."""

    def __init__(self, kinds: Kinds) -> None:
        self.names = frozenset(kinds.values())
        self.alphabet = Alphabet()
        """Of everything that is weighed with these lists."""
        self.wholes = Wholes()
        self._named = [self.alphabet.name(f"{{{name}}}") for name in kinds.values()]
        words = [self.alphabet.run(list(words)) for words in kinds]
        self._search = ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def read(self, text: str) -> "Weighings":
        """Read a folded text, to be weighed."""
        return Weighings(Reading(self, text))

    def renamed(self, line: str) -> str:
        """Return coded words with names in place of them, from left to right and the longest first."""
        parts: list[str] = []
        last = 0
        for index, start, end in self._search.find_matches_as_indexes(line):
            parts += (line[last:start], self._named[index])
            last = end
        parts.append(line[last:])
        return "".join(parts)

    def placed(self, line: str) -> tuple[str, list[int]]:
        """Return the same, and where in the line each character of it begins and the last one ends."""
        parts: list[str] = []
        places: list[int] = []
        last = 0
        for index, start, end in self._search.find_matches_as_indexes(line):
            parts += (line[last:start], self._named[index])
            places += range(last, start + 1)
            last = end
        parts.append(line[last:])
        return "".join(parts), [*places, *range(last, len(line) + 1)]


class Reading:
    """A text, ready to be weighed for whatever the lists are shared by."""

    __slots__ = (
        "_bounds",
        "_lists",
        "_places",
        "_wholes",
        "line",
        "passages",
        "renamed",
        "runs",
        "sentences",
        "text",
    )

    def __init__(self, lists: Lists, text: str) -> None:
        self.text = text
        self.sentences = lists.alphabet.sentences(text)
        begin, end = lists.alphabet[BEGIN], lists.alphabet[END]
        self.line = "".join([f"{begin}{sentence}{end}{STOP}" for sentence in self.sentences])
        """All sentences with their edges."""
        self.renamed = lists.renamed(self.line)
        """The same with names of lists."""
        self.passages = passages(list(map(len, self.sentences)))
        self._lists = lists
        self._bounds: list[Span] | None = None
        self._places: dict[int, list[Span]] = {}
        """By number of a sentence: where its tokens stand."""
        self._wholes: list[Weighed] | None = None
        self.runs: AbstractSet[str] = frozenset()
        """Those without names that any of the scales of whole texts knows; there once it was weighed."""

    def wholes(self) -> list[Weighed]:
        """Return what the whole of it weighs on each of the scales, by number (`Wholes.add`)."""
        if self._wholes is None:
            self._wholes, self.runs = self._lists.wholes.weigh(self.line, self.renamed)
        return self._wholes

    def of_run(self, run: str) -> Span:
        """Return where a run of the line stands first."""
        at = self.line.index(run)
        places = self.places(self.line.count(STOP, 0, at))
        first = at - self.line.rfind(STOP, 0, at) - 2  # behind the sentence's edge
        return places[max(first, 0)][0], places[min(first + len(run), len(places)) - 1][1]

    def places(self, number: int) -> list[Span]:
        """Return where the tokens of a sentence stand."""
        found = self._places.get(number)
        if found is None:
            if self._bounds is None:
                self._bounds = bounds(self.text)
            found = self._places[number] = places(self.text, self._bounds[number])
        return found

    def place(self, passage: slice) -> Span:
        """Return where a passage stands."""
        return self.places(passage.start)[0][0], self.places(passage.stop - 1)[-1][1]

    def edged(self, number: int) -> tuple[str, str, list[int]]:
        """Return a sentence with its edges, the same with names of lists, and where each character of that begins."""
        begin, end = self._lists.alphabet[BEGIN], self._lists.alphabet[END]
        sentence = f"{begin}{self.sentences[number]}{end}"
        return sentence, *self._lists.placed(sentence)


class Weighings:
    """A text on whatever scales share the lists. It holds them all, and they hold what they share: going round in
    circles, they would stay until the garbage collector comes."""

    __slots__ = ("_reading", "_weighings")

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._weighings: dict[int, Weighing] = {}

    def put_on(self, scales: "Scales") -> None:
        """Do what has to be done in any case before the text is weighed."""
        if scales.number is None or not scales.plain:
            self.on(scales)
        else:
            self._reading.wholes()

    def reaches(self, scales: "Scales", least: float) -> bool:
        """Tell whether the text weighs so much."""
        if scales.number is None or not scales.plain:
            return self.on(scales).reaches(least)
        return (scales.start + self._reading.wholes()[scales.number][0]) / UNITS >= least

    def on(self, scales: "Scales") -> "Weighing":
        """Return the text on some scales, with all that can be told of it."""
        weighing = self._weighings.get(id(scales))
        if weighing is None:
            weighing = self._weighings[id(scales)] = Weighing(scales, self._reading)
        return weighing


def words_of(text: str) -> Words:
    """Return a word or phrase of a list as tokens; none if it ends a sentence."""
    words: list[str] = []
    ended = False
    for token in found(fold_word(text).replace("*", "")):
        if token in STOPS:
            ended = bool(words)
        elif ended:
            return ()
        else:
            words.append(plain(token))
            ended = token[0] in MARKS
    return tuple(words)


def passages(sizes: list[int]) -> list[slice]:
    """Return which sentences are weighed together: neighbours as far as they fit, and each of them by itself."""
    found: list[slice] = []
    until = list(accumulate(sizes, initial=0))
    reached = 0
    for first in range(len(sizes)):
        last = max(bisect_right(until, until[first] + PASSAGE) - 1, first + 1)
        if last > reached:
            found.append(slice(first, last))
        if last > first + 1 or last <= reached:
            found.append(slice(first, first + 1))
        reached = max(last, reached)
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
        opinion: Opinion | None = None,
    ) -> None:
        """Take what a text without any evidence weighs, what each run weighs in a passage and in the whole text, what
        the natural logarithm of the number of passages is multiplied by, and whom to ask in doubt."""
        self.lists = lists
        self.start, self.long = round(start * UNITS), long
        self.opinion = opinion
        self.runs = Runs(runs, lists.alphabet)
        self.whole = Runs(whole, lists.alphabet) if whole else None
        self.number = lists.wholes.add(self.whole) if self.whole is not None else None
        """Among those of the same lists that look at whole texts."""
        self.plain = not (runs or long or opinion)
        """The whole text counts and nothing else, as it does for topics: there is nothing to do but to add up."""


class Weighing:
    """One text on one of the scales; what takes long is done when it is needed, and once."""

    __slots__ = (
        "_decisive", "_found", "_passages", "_reading", "_scales", "_share", "_telling", "_weight", "_whole",
        "at_most", "opinion",
    )  # fmt: skip

    def __init__(self, scales: Scales, reading: Reading) -> None:
        self._scales = scales
        self._reading = reading
        self._found = plain, named = scales.runs.found(reading.line, reading.renamed) if scales.runs.units else ([], [])
        self._whole, self._share = (0.0, 1.0) if scales.number is None else reading.wholes()[scales.number]
        gain = scales.runs.gains.get
        self.at_most = self._with(sum(map(gain, plain, repeat(0))) + sum(map(gain, named, repeat(0))))
        """What it would weigh if all that speaks for it stood in one passage, and nothing against it."""
        self._passages: list[int] | None = None
        self._weight: float | None = None
        self._decisive: int | None = None
        self._telling: list[Span] | None = None
        self.opinion: float | None = None
        """What was added for what the encoder said; None as long as there is no answer."""

    def reaches(self, least: float) -> bool:
        """Tell whether the text weighs so much."""
        opinion = self._scales.opinion
        return self.at_most >= (least if opinion is None else min(least, opinion.low)) and self.weight >= least

    @property
    def weight(self) -> float:
        """What the heaviest passage of the text and the whole of it weigh, and what the second opinion adds, which may
        make another passage the heaviest."""
        if self._weight is None:
            weight = self._with(max(self._sums(), default=0) if self._scales.runs.units else 0)
            opinion = self._scales.opinion
            if opinion is not None and self._reading.passages and opinion.is_asked(weight):
                weight, self.opinion, self._decisive = self._asked(opinion, weight)
            self._weight = weight
        return self._weight

    def windows(self, least: float) -> list[Window]:
        """Return the windows whose passages weigh so much or more, heaviest first; that one is there in any case."""
        text, passages = self._reading.text, self._reading.passages
        sums, order = self._sums(), self._order()
        found: list[Window] = []
        while order and len(found) < WINDOWS_MAX:
            start, end = span = window(text, self._reading.place(passages[order[0]]))
            # One that ends in it is read, or of several sentences the last, and the others are passages of their own.
            inside = {number for number in order if start < self._reading.place(passages[number])[1] <= end}
            inside.add(order[0])
            weight = self._with(max(sums[number] for number in inside))
            if found and weight < least:
                break
            found.append(Window(weight, span, order[0]))
            order = [number for number in order if number not in inside]
        return found

    @property
    def telling(self) -> list[Span]:
        """The words that speak for it most, heaviest first, of the passage that speaks for it most."""
        if self._telling is None:
            self._telling = (self._scales.plain and self._heaviest_runs()) or self._most_telling()
        return self._telling

    def _with(self, heaviest: int) -> float:
        scales, many = self._scales, len(self._reading.passages)
        weight = (scales.start + heaviest + self._whole) / UNITS
        return weight + scales.long * math.log(many) if scales.long and many else weight

    def _sums(self) -> list[int]:
        """Return the sum of each passage."""
        if self._passages is None:
            runs = self._scales.runs
            sums = runs.by_sentence(self._found) if runs.units else [0] * len(self._reading.sentences)
            self._passages = self._of_passages(sums)
        return self._passages

    def _of_passages(self, sums: Sequence[int]) -> list[int]:
        until = list(accumulate(sums, initial=0))
        return [until[of.stop] - until[of.start] for of in self._reading.passages]

    def _heaviest_runs(self) -> list[Span]:
        """The runs that weigh most in the whole, those that meet put together: that takes no passages."""
        whole = self._scales.whole
        assert whole is not None, "there are runs"
        known = [(units, run) for run in whole.units.keys() & self._reading.runs if (units := whole.units[run]) > 0]
        spans: list[Span] = []
        for _, run in sorted(known, reverse=True)[:RUNS_SHOWN]:
            start, end = self._reading.of_run(run)
            meeting = [span for span in spans if span[0] <= end and start <= span[1]]
            place = spans.index(meeting[0]) if meeting else len(spans)
            spans = [span for span in spans if span not in meeting]
            spans.insert(place, (min([start, *(one[0] for one in meeting)]), max([end, *(one[1] for one in meeting)])))
        return spans[:STRETCHES_MAX]

    def _most_telling(self) -> list[Span]:
        reading = self._reading
        if not reading.passages:
            return []
        heaviest = reading.passages[self._order()[0] if self._decisive is None else self._decisive]
        spans: list[Span] = []
        worth: list[float] = []
        for number in range(heaviest.start, heaviest.stop):
            spans += reading.places(number)
            worth += self._worth(number)
        return stretches(spans, worth)

    def _asked(self, opinion: Opinion, alone: float) -> tuple[float, float | None, int]:
        """Return what the heaviest window weighs with what is said of it, that, and the passage it is about; what words
        weigh `alone` where nothing is said."""
        windows, judged = self.windows(opinion.low), list[tuple[float, float, int]]()
        for weight, (start, end), passage in windows:
            if (added := opinion.of(self._reading.text[start:end])) is not None:
                judged.append((weight + added, added, passage))
                if weight + added >= SURE:
                    break
        return max(judged, key=itemgetter(0), default=(alone, None, windows[0].passage))

    def _order(self) -> list[int]:
        """Return the passages, first the one that speaks for it most, in itself and of what the whole is about."""
        whole = self._scales.whole
        weighed: list[float] = list(self._sums())
        if whole is not None:
            found = whole.found(self._reading.line, self._reading.renamed)
            in_all = self._of_passages(whole.by_sentence(found))
            weighed = [one + self._share * other for one, other in zip(weighed, in_all, strict=True)]
        return sorted(range(len(weighed)), key=weighed.__getitem__, reverse=True)

    def _worth(self, number: int) -> list[float]:
        """Return what each token of a sentence adds, in its passage and in the whole."""
        edged, whole = self._reading.edged(number), self._scales.whole
        worth = self._scales.runs.worth(edged)
        if whole is None:
            return worth
        return [one + self._share * other for one, other in zip(worth, whole.worth(edged), strict=True)]
