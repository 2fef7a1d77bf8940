"""Finds ways by words that hit often: every way is a bit, and what a message leaves open is a handful of numbers.

For each pattern a table holds, as one number, the ways it serves with the
first, the second or the third of the words they need, rarer ones first: three columns of bits side by side. Or-ing the
numbers of the patterns that hit and and-ing the columns leaves the ways that have their words; and-ing what the fields
leave open (`rules.field_index`), and then those that weigh enough, leaves those worth testing. Words of `near` have to
meet in one sentence, so its ways have columns of their own, which are judged sentence by sentence. Behind the columns
stand two bits for each list of words under `has` and `not: has`: a word of it stands for sure; one may stand and has to
be looked up.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

from rules.attributes import FieldCondition
from rules.bits import places
from rules.candidate import Candidate, Draft, by_cost
from rules.conditions import Condition, Not, Way
from rules.field_index import FieldIndex
from rules.literals import Finder
from rules.scales import Lists, Scales
from rules.scan import Scan
from rules.scene import Scene
from rules.shared import Shared
from rules.views import MARK
from rules.weighing import Weighs
from rules.wording import Has, HasAll, Matches, Near
from rules.words import WordGroup

COLUMNS: Final = 3
"""How many of the groups of words a way needs are looked up before the way itself is tested."""

Serves = dict[str, int]
"""By pattern: a bit for each way and column it serves."""


class _Served(NamedTuple):
    """What the patterns of one part of the message serve."""

    part: str
    scan: Scan
    words: int
    """All columns."""
    meeting: list[tuple[int, int]]
    """Numbers of sentences, and the near ways whose words meet in them."""


class Columns:
    """Ways as bits."""

    def __init__(self, drafts: Sequence[Draft], finder: Finder) -> None:
        nears = [next((one for one in draft.way if isinstance(one, Near)), None) for draft in drafts]
        self._near = sum(near is not None for near in nears)
        """Ways with words that must meet in a sentence; they come first."""
        self._first = (1 << self._near) - 1
        """The first column of those."""
        self._loose = len(drafts) - self._near
        self._free = 0
        """Columns of loose ways that need no word."""
        self._text: Serves = dict.fromkeys(finder.patterns, 0)
        self._subject: Serves = dict.fromkeys(finder.patterns, 0)
        self._fields: dict[str, FieldIndex] = {}
        self._weighs: dict[Condition, int] = {}
        """What has to weigh enough, equal conditions once: a bit for each way that cannot do without."""
        self._ways: list[Candidate] = []
        self._weighed: dict[Scales | Lists, Scales] = {}
        self._lists: dict[tuple[WordGroup, tuple[str, ...]], int] = {}
        """The first of the two bits of each list, counted behind the columns."""
        shared = Shared()
        for number in sorted(range(len(drafts)), key=lambda number: nears[number] is None):
            self._add(drafts[number], nears[number], finder.sure, shared)
        self._text = _once_each(self._text)
        self._subject = self._text if self._subject == self._text else _once_each(self._subject)

    def _add(self, draft: Draft, near: Near | None, sure: set[str], shared: Shared) -> None:
        number, way = len(self._ways), draft.way
        answered = {*self._ask_fields(number, way), *self._ask_words(number, draft, near, sure)}
        answered |= {*self._ask_scales(number, draft, answered, shared)}
        lists = [one for one in way if id(one) not in answered and (isinstance(one, Has) or _of_lists(one))]
        answered.update(map(id, lists))
        tests = by_cost(condition for condition in way if id(condition) not in answered)
        wants = reduce(or_, [self._list(one, sure) for one in lists if isinstance(one, Has)], 0)
        nots = [one for one in way if isinstance(one, Not)]
        denied = [self._list(part, sure) for one in nots for part in one.parts if isinstance(part, Has)]
        doubts = [self._list(part, sure) for one in lists for part in one.parts if isinstance(part, Has)]
        self._ways.append(
            Candidate(
                order=draft.order,
                rule=draft.rule,
                way=tuple(shared.first(one) if isinstance(one, Near | Weighs) else one for one in way),
                tests=tuple(shared.of(one) if one.parts or isinstance(one, Near | Weighs) else one for one in tests),
                near=near,
                lists=tuple(map(shared.of, lists)),
                wants=wants,
                denies=reduce(or_, denied, 0),
                doubts=reduce(or_, doubts, 0) << 1,
            )
        )

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

    def _ask_words(self, number: int, draft: Draft, near: Near | None, sure: set[str]) -> Iterable[int]:
        """Enter a way into the columns of the words it needs; yield which conditions (their ids) that answers."""
        if near is not None:
            needs = Draft(0, draft.rule, (near,)).needs
            for column in range(COLUMNS):  # the last again where a column would be free: one number less to or in
                self._serve(*needs[min(column, len(needs) - 1)], number + column * self._near)
            return
        needs = draft.needs[:COLUMNS]
        for column in range(COLUMNS):
            place = COLUMNS * self._near + column * self._loose + number - self._near
            if column < len(needs):
                self._serve(*needs[column], place)
            else:
                self._free |= 1 << place
        for condition in draft.texts:
            entered = all((group, condition.sources) in needs for group in condition.needs)
            if entered and isinstance(condition, Has | HasAll) and all(one.patterns <= sure for one in condition.needs):
                yield id(condition)

    def _ask_scales(self, number: int, draft: Draft, answered: set[int], shared: Shared) -> Iterable[int]:
        """Enter a way under what has to weigh enough; yield which conditions (their ids) that answers. Encoders are
        asked last."""
        weighs = [one for one in draft.way if isinstance(one, Weighs)]
        is_all = all(id(one) in answered or isinstance(one, Near | Matches | Weighs) for one in draft.way)
        for one in weighs:
            if one.scales.opinion is None or is_all:
                first = shared.first(one)
                self._weighs[first] = self._weighs.get(first, 0) | 1 << number
                yield id(one)
        if weighs and is_all and not draft.needs:
            scales = weighs[0].scales
            self._weighed.setdefault(scales.lists if scales.plain else scales, scales)

    def _serve(self, group: WordGroup, sources: tuple[str, ...], place: int) -> None:
        self._enter(group.patterns, sources, 1 << place)

    def _enter(self, patterns: Iterable[str], sources: tuple[str, ...], bit: int) -> None:
        for pattern in patterns:
            if "text" in sources:
                self._text[pattern] |= bit
            if "subject" in sources:
                self._subject[pattern] |= bit

    @property
    def needs_sentences(self) -> bool:
        """Whether some words have to meet in one sentence."""
        return self._near > 0

    @property
    def weighed(self) -> Collection[Scales]:
        """What every message is put on whose fields fit; of those that are put on together, one."""
        return self._weighed.values()

    def found(self, scene: Scene) -> tuple[list[Candidate], int]:
        """Return the ways that the tables leave open, and the bits of lists."""
        parts = [self._served("text", scene.text, self._text)]
        if scene.facts.message.subject:
            parts.append(self._served("subject", scene.subject, self._subject))
        words = reduce(or_, [part.words for part in parts])
        lists = words >> COLUMNS * (self._near + self._loose)
        found: list[Candidate] = []
        for number in places(self._alive(scene, parts, words)):
            candidate = self._ways[number]
            if not lists & candidate.denies:
                found.append(candidate)
                if candidate.near is not None:
                    _note_meeting(candidate.near, number, parts)
        return found, lists

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
        for weighs, ways in self._weighs.items():
            if alive & ways and not weighs.test(scene):
                alive &= ~ways
        return alive

    def _served(self, part: str, scan: Scan, serves: Serves) -> _Served:
        first, width = self._first, self._near
        if not first:
            return _Served(part, scan, reduce(or_, map(serves.__getitem__, scan.hits.present), 0), [])
        rows, loose, _ = scan.hits.view
        sentences = _by_sentence(rows[0], serves)
        for row in rows[1:]:
            sentences = list(map(or_, sentences, _by_sentence(row, serves)))
        if loose and (anywhere := reduce(or_, map(serves.__getitem__, loose))):
            sentences = [served | anywhere for served in sentences]
        meeting: list[tuple[int, int]] = []
        for number, served in enumerate(sentences):
            near = served & first
            near = near and near & served >> width
            if near and (near := near & served >> width + width):
                meeting.append((number, near))
        return _Served(part, scan, reduce(or_, sentences), meeting)


def _once_each(serves: Serves) -> Serves:
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


def _of_lists(condition: Condition) -> bool:
    """Whether the tables can tell that it does not hold: none of some words stands anywhere."""
    return isinstance(condition, Not) and all(isinstance(part, Has) for part in condition.parts)
