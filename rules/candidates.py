"""Finds the rules that fire without looking at the others: the cost follows the message, hardly the number of rules.

Every way in which a rule can fire is a bit. For each pattern a table holds, as one number, the ways it serves with the
first, the second or the third of the words they need, rarer ones first: three columns of bits side by side. Or-ing the
numbers of the patterns that hit and and-ing the columns leaves the ways that have their words; and-ing what the fields
leave open (`rules.field_index`) leaves those worth testing. Words of `near` have to meet in one sentence, so its ways
have columns of their own, which are judged sentence by sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import zip_longest
from operator import or_
from typing import Final

from rules.attributes import FieldCondition
from rules.conditions import Condition, Evidence, Way
from rules.field_index import FieldIndex
from rules.literals import MARK, Finder, Hits, pattern_of
from rules.rule import Rule
from rules.scene import Scene
from rules.wording import TextCondition
from rules.words import WordGroup

COLUMNS: Final = 3
"""How many of the groups of words a way needs are looked up before the way itself is tested."""

Serves = dict[str, int]
"""By pattern: a bit for each way and column it serves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way in which a rule can fire."""

    order: int
    rule: Rule
    way: Way
    tests: Way
    """Conditions that the tables do not answer."""

    def holds(self, scene: Scene) -> bool:
        """Answer for one message that has what the tables ask for."""
        for condition in self.tests:  # noqa: SIM110 - half the time of all() on the hot path
            if not condition.test(scene):
                return False
        return True

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Say what made the rule fire."""
        return [found for condition in self.way for found in condition.evidence(scene)]


class Candidates:
    """The rules that are not switched off, taken apart into ways and indexed."""

    def __init__(self, rules: Sequence[Rule], finder: Finder) -> None:
        rows = [(rule, way) for rule in rules if rule.mode != "off" for way in rule.when.ways]
        orders = sorted(range(len(rows)), key=lambda order: _near(rows[order][1]) is None)
        self._near = sum(_near(way) is not None for _, way in rows)
        """Ways with words that must meet in a sentence; they come first."""
        self._loose = len(rows) - self._near
        self._free = 0
        """Columns of loose ways that need no word."""
        self._text: Serves = dict.fromkeys(finder.patterns, 0)
        self._subject: Serves = dict.fromkeys(finder.patterns, 0)
        self._fields: dict[str, FieldIndex] = {}
        self._ways: list[Candidate] = []
        for order in orders:
            self._add(order, *rows[order])
        if self._subject == self._text:
            self._subject = self._text

    def _add(self, order: int, rule: Rule, way: Way) -> None:
        number = len(self._ways)
        tests: list[Condition] = []
        asked: set[str] = set()
        for condition in way:
            if isinstance(condition, FieldCondition) and condition.field.kind != "text":
                name = condition.field.name
                if name not in asked:
                    asked.add(name)
                    known = self._fields.get(name) or FieldIndex(condition.field, self._near + self._loose)
                    self._fields[name] = known
                    known.add(condition, number)
                    continue
            tests.append(condition)
        self._ways.append(Candidate(order, rule, way, tuple(tests)))
        near = _near(way)
        if near is not None:
            needs = _rarest([(group, near.sources) for group in near.needs])
            for column in range(COLUMNS):
                self._serve(needs[min(column, len(needs) - 1)], number + column * self._near)
        else:
            texts = [condition for condition in way if isinstance(condition, TextCondition)]
            needs = _rarest([(group, condition.sources) for condition in texts for group in condition.needs])
            for column in range(COLUMNS):
                place = COLUMNS * self._near + column * self._loose + number - self._near
                if column < len(needs):
                    self._serve(needs[column], place)
                else:
                    self._free |= 1 << place

    def _serve(self, need: tuple[WordGroup, tuple[str, ...]], place: int) -> None:
        group, sources = need
        bit = 1 << place
        for literal in group.literals:
            pattern = pattern_of(literal)
            if "text" in sources:
                self._text[pattern] |= bit
            if "subject" in sources:
                self._subject[pattern] |= bit

    def fired(self, scene: Scene) -> list[Candidate]:
        """Return the first way of each rule that fires, in the order of the files."""
        candidates = [self._ways[number] for number in _bits(self._alive(scene))]
        candidates.sort(key=_order)
        found: list[Candidate] = []
        last: Rule | None = None
        for candidate in candidates:
            if candidate.rule is not last and candidate.holds(scene):
                found.append(candidate)
                last = candidate.rule
        return found

    def _alive(self, scene: Scene) -> int:
        """Return the ways that have the words they need, as far as the tables know, and that the fields leave open."""
        near, all_words = self._served(scene.text.hits, self._text)
        if scene.facts.message.subject:
            near_subject, words = self._served(scene.subject.hits, self._subject)
            near |= near_subject
            all_words |= words
        width = self._loose
        loose = (all_words | self._free) >> COLUMNS * self._near
        loose &= loose >> width & loose >> width + width & (1 << width) - 1
        alive = near & (1 << self._near) - 1 | loose << self._near
        for index in self._fields.values():
            if not alive:
                break
            alive &= index.open(scene)
        return alive

    def _served(self, hits: Hits, serves: Serves) -> tuple[int, int]:
        """Return the ways whose near words meet in some sentence, with higher bits of no meaning, and all columns."""
        anywhere = reduce(or_, map(serves.__getitem__, hits.loose), 0)
        sentences = _by_sentence(hits.rows[0], serves)
        for row in hits.rows[1:]:
            pairs = zip_longest(sentences, _by_sentence(row, serves), fillvalue=0)
            sentences = [one | other for one, other in pairs]
        width = self._near
        bound = (1 << COLUMNS * width) - 1
        near, words = 0, anywhere
        for served in sentences:
            if both := served | anywhere:
                words |= served
                columns = both & bound
                near |= columns & columns >> width & columns >> width + width
        return near, words


def _by_sentence(row: list[str], serves: Serves) -> list[int]:
    """Return what each sentence serves."""
    served = 0
    found: list[int] = []
    for hit in row:
        if hit == MARK:
            found.append(served)
            served = 0
        else:
            served |= serves[hit]
    found.append(served)
    return found


def _near(way: Way) -> TextCondition | None:
    """The condition of a way whose words must meet in one sentence, if there is one."""
    return next((one for one in way if isinstance(one, TextCondition) and one.together), None)


def _rarest(needs: list[tuple[WordGroup, tuple[str, ...]]]) -> list[tuple[WordGroup, tuple[str, ...]]]:
    """The groups of fewest words: they hit least."""
    return sorted(needs, key=lambda need: len(need[0].literals))[:COLUMNS]


def _order(candidate: Candidate) -> int:
    return candidate.order


def _bits(number: int) -> list[int]:
    """Return the places of the bits that are set, highest first."""
    found: list[int] = []
    while number:
        place = number.bit_length() - 1
        found.append(place)
        number ^= 1 << place
    return found
