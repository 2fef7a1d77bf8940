"""Finds the rules that fire without looking at the others: the cost follows the message, hardly the number of rules.

Every way in which a rule can fire is a bit. For each pattern a table holds, as one number, the ways it serves with the
first, the second or the third of the words they need, rarer ones first: three columns of bits side by side. Or-ing the
numbers of the patterns that hit and and-ing the columns leaves the ways that have their words; and-ing what the fields
leave open (`rules.field_index`) leaves those worth testing. Words of `near` have to meet in one sentence, so its ways
have columns of their own, which are judged sentence by sentence. Behind the columns stand two bits for each list of
words under `has` and `not: has`: a word of it stands for sure; one may stand and has to be looked up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import or_
from typing import Final, NamedTuple

from rules.attributes import FieldCondition
from rules.conditions import Condition, Evidence, Not, Way
from rules.field_index import FieldIndex
from rules.literals import Finder
from rules.rule import Rule
from rules.scan import Scan
from rules.scene import Scene
from rules.views import MARK
from rules.wording import Has, HasAll, Matches, Near, TextCondition
from rules.words import WordGroup

COLUMNS: Final = 3
"""How many of the groups of words a way needs are looked up before the way itself is tested."""

Serves = dict[str, int]
"""By pattern: a bit for each way and column it serves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way in which a rule can fire."""

    number: int
    order: int
    """Its place among the ways of all rules, from the first file to the last."""
    rule: Rule
    way: Way
    tests: Way
    """Conditions that the tables do not answer."""
    near: Near | None
    """The one whose words are looked up sentence by sentence."""
    lists: Way
    """Conditions on lists of words, tested when their bits leave a doubt."""
    wants: int
    """Bits of lists of which a word stands for sure, if there is no doubt."""
    denies: int
    """Bits that rule it out."""
    doubts: int
    """Bits that mean: look it up."""

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Say what made the rule fire."""
        return [found for condition in self.way for found in condition.evidence(scene)]


class _Served(NamedTuple):
    """What the patterns of one part of the message serve."""

    part: str
    scan: Scan
    words: int
    """All columns."""
    meeting: list[tuple[int, int]]
    """Numbers of sentences, and the near ways whose words meet in them."""


class Candidates:
    """The rules that are not switched off, taken apart into ways and indexed."""

    def __init__(self, rules: Sequence[Rule], finder: Finder) -> None:
        rows = [(rule, way) for rule in rules if rule.mode != "off" for way in rule.when.ways]
        nears = [next((one for one in way if isinstance(one, Near)), None) for _, way in rows]
        self._near = sum(near is not None for near in nears)
        """Ways with words that must meet in a sentence; they come first."""
        self._first = (1 << self._near) - 1
        """The first column of those."""
        self._loose = len(rows) - self._near
        self._free = 0
        """Columns of loose ways that need no word."""
        self._text: Serves = dict.fromkeys(finder.patterns, 0)
        self._subject: Serves = dict.fromkeys(finder.patterns, 0)
        self._fields: dict[str, FieldIndex] = {}
        self._ways: list[Candidate] = []
        self._lists: dict[tuple[WordGroup, tuple[str, ...]], int] = {}
        """The first of the two bits of each list, counted behind the columns."""
        for order in sorted(range(len(rows)), key=lambda order: nears[order] is None):
            self._add(order, *rows[order], nears[order], finder.sure)
        self._text = _shared(self._text)
        self._subject = self._text if self._subject == self._text else _shared(self._subject)

    def _add(self, order: int, rule: Rule, way: Way, near: Near | None, sure: set[str]) -> None:
        number = len(self._ways)
        answered = {*self._ask_fields(number, way), *self._ask_words(number, way, near, sure)}
        lists = tuple(one for one in way if id(one) not in answered and (isinstance(one, Has) or _denies(one)))
        answered.update(map(id, lists))
        tests = [condition for condition in way if id(condition) not in answered]
        tests.sort(key=_costs)
        wants = sum({self._list(one, sure) for one in lists if isinstance(one, Has)})
        denied = chain.from_iterable(one.parts for one in lists if not isinstance(one, Has))
        denies = sum({self._list(one, sure) for one in denied if isinstance(one, Has)})
        self._ways.append(Candidate(number, order, rule, way, tuple(tests), near, lists, wants, denies, denies << 1))

    def _list(self, has: Has, sure: set[str]) -> int:
        """Return the bit that tells that a word of the list stands for sure; the next one means maybe."""
        key = (has.words, has.sources)
        if key not in self._lists:
            self._lists[key] = place = 2 * len(self._lists)
            place += COLUMNS * (self._near + self._loose)
            self._enter(has.words.patterns & sure, has.sources, 1 << place)
            self._enter(has.words.patterns - sure, has.sources, 2 << place)
        return 1 << self._lists[key]

    def _ask_fields(self, number: int, way: Way) -> Iterable[int]:
        """Enter a way into the indexes of its fields; yield which conditions (their ids) that answers."""
        asked: set[str] = set()
        for condition in way:
            if isinstance(condition, FieldCondition) and condition.field.kind != "text":
                field = condition.field
                if field.name not in asked:
                    asked.add(field.name)
                    if field.name not in self._fields:
                        self._fields[field.name] = FieldIndex(field, self._near + self._loose)
                    self._fields[field.name].add(condition, number)
                    yield id(condition)

    def _ask_words(self, number: int, way: Way, near: Near | None, sure: set[str]) -> Iterable[int]:
        """Enter a way into the columns of the words it needs; yield which conditions (their ids) that answers."""
        if near is not None:
            needs = _rarest([near])
            for column in range(COLUMNS):  # the last again where a column would be free: one number less to or in
                self._serve(*needs[min(column, len(needs) - 1)], number + column * self._near)
            return
        texts = [condition for condition in way if isinstance(condition, TextCondition)]
        needs = _rarest(texts)
        for column in range(COLUMNS):
            place = COLUMNS * self._near + column * self._loose + number - self._near
            if column < len(needs):
                self._serve(*needs[column], place)
            else:
                self._free |= 1 << place
        for condition in texts:
            entered = all((group, condition.sources) in needs for group in condition.needs)
            if entered and isinstance(condition, Has | HasAll) and all(one.patterns <= sure for one in condition.needs):
                yield id(condition)

    def _serve(self, group: WordGroup, sources: tuple[str, ...], place: int) -> None:
        self._enter(group.patterns, sources, 1 << place)

    def _enter(self, patterns: Iterable[str], sources: tuple[str, ...], bit: int) -> None:
        for pattern in patterns:
            if "text" in sources:
                self._text[pattern] |= bit
            if "subject" in sources:
                self._subject[pattern] |= bit

    def fired(self, scene: Scene) -> list[Candidate]:
        """Return the first way of each rule that fires, in the order of the files."""
        parts = [self._served("text", scene.text, self._text)]
        if scene.facts.message.subject:
            parts.append(self._served("subject", scene.subject, self._subject))
        words = reduce(or_, [part.words for part in parts])
        candidates = [self._ways[number] for number in _bits(self._alive(scene, parts, words))]
        candidates.sort(key=_order)
        lists = words >> COLUMNS * (self._near + self._loose)
        found: list[Candidate] = []
        last: Rule | None = None
        for candidate in candidates:
            if candidate.rule is last or lists & candidate.denies:
                continue
            if candidate.near is not None:
                _note_meeting(candidate.near, candidate.number, parts)
            wants = candidate.wants
            settled = lists & wants == wants and not lists & candidate.doubts
            for condition in candidate.tests if settled else (*candidate.lists, *candidate.tests):
                if not condition.test(scene):
                    break
            else:
                found.append(candidate)
                last = candidate.rule
        return found

    def _alive(self, scene: Scene, parts: list[_Served], words: int) -> int:
        """Return the ways that have the words they need, as far as the tables know, and that the fields leave open."""
        near = 0
        for part in parts:
            for _, ways in part.meeting:
                near |= ways
        width = self._loose
        loose = (words | self._free) >> COLUMNS * self._near
        loose &= loose >> width & loose >> width + width & (1 << width) - 1
        alive = near | loose << self._near
        for index in self._fields.values():
            if not alive:
                break
            alive &= index.open(scene)
        return alive

    def _served(self, part: str, scan: Scan, serves: Serves) -> _Served:
        hits = scan.hits
        sentences = _by_sentence(hits.rows[0], serves)
        for row in hits.rows[1:]:
            sentences = list(map(or_, sentences, _by_sentence(row, serves)))
        if hits.loose and (anywhere := reduce(or_, map(serves.__getitem__, hits.loose))):
            sentences = [served | anywhere for served in sentences]
        first, width = self._first, self._near
        meeting: list[tuple[int, int]] = []
        for number, served in enumerate(sentences):
            near = served & first
            near = near and near & served >> width
            if near and (near := near & served >> width + width):
                meeting.append((number, near))
        return _Served(part, scan, reduce(or_, sentences), meeting)


def _shared(serves: Serves) -> Serves:
    """Keep equal numbers once: words of one list serve the same ways, and few numbers stay in the cache."""
    known: dict[int, int] = {}
    return {pattern: known.setdefault(ways, ways) for pattern, ways in serves.items()}


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
    return found


def _note_meeting(near: Near, number: int, parts: list[_Served]) -> None:
    """Spare the condition the search for sentences in which its words meet."""
    for part, scan, _, meeting in parts:
        if part in near.sources and near.groups not in scan.meeting:
            scan.meeting[near.groups] = [sentence for sentence, ways in meeting if ways >> number & 1]


def _rarest(conditions: Iterable[TextCondition]) -> list[tuple[WordGroup, tuple[str, ...]]]:
    """The groups of fewest words, which hit least, and where they are looked for."""
    needs = [(group, condition.sources) for condition in conditions for group in condition.needs]
    return sorted(needs, key=lambda need: len(need[0].literals))[:COLUMNS]


def _denies(condition: Condition) -> bool:
    """Whether the tables can tell that it does not hold: none of some words stands anywhere."""
    return isinstance(condition, Not) and all(isinstance(part, Has) for part in condition.parts)


def _costs(condition: Condition) -> bool:
    """What is tested last."""
    return isinstance(condition, Near | Matches)


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
