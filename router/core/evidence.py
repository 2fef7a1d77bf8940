"""What a message and each of its writer's tickets have to say for and against belonging together, by name. Pure.

Every piece of evidence is a name, such as `place chat latest` or `about departs 3m`; what each is worth stands in
router/core/points.txt, which scripts/learn_matching.py learns from labelled days. Names that begin with `new` or `cue`
are the message's own: they speak for a matter of its own, whichever ticket is looked at.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources
from itertools import islice, pairwise
from typing import Final, Literal, NamedTuple, TypeVar

import msgspec

from router.core.concepts import contradicts, is_coin
from router.core.entities import meets
from router.core.likeness import marked, other_coin, reports, things
from router.core.signals import Signals
from router.model.matter import Entity, Sketch
from router.model.tables import Ticket
from rules.expression import expression

ASKED: Final = frozenset({"waiting", "verifying", "rejected"})
"""States in which the customer was asked for something."""
Named = TypeVar("Named", str, int)
Place = Literal["thread", "subject", "chat", "in_private", "channel", "elsewhere"]

_AGES_S: Final = (20, 60, 180, 600, 1_800, 3_600, 3 * 3_600, 8 * 3_600)
_AGE: Final = ("20s", "1m", "3m", "10m", "30m", "1h", "3h", "8h", "later")
_RECENT: Final = 3
"""Place in `_AGE`: an answer is as fresh as that, however late it comes, and what is no chat is never fresher."""
_PLACES: Final[tuple[Place, ...]] = ("thread", "subject", "chat", "in_private", "channel", "elsewhere")
"""The nearest first."""
_TWO: Final = 2
_OWN: Final = (1, 2, 4)
_RESTED: Final = (0.05, 0.22, 0.6, 1.65, 4.5, 20)
"""How many times as long as any other of them a ticket was silent."""
_CHARS: Final = (9, 26, 61, 201)
_SIZE: Final = ("tiny", "short", "middling", "long", "longest")
_WORDS: Final = (1, 2, 4, 6)
_SAID: Final = (3, 10, 25, 60)
_VALUES: Final = frozenset({"amount", "month"})
_POINTING: Final = frozenset({"back", "again", "thanks", "settled", "supplies"})
"""Signals of messages that go on with what was said before."""
_CUE_TOKENS: Final = 60
_CUE = expression(r"[a-z][a-z'\-]*|[0-9][0-9.,]*|[\u4e00-\u9fff]|[?!]+|[^\s\w]")
_WIDE = expression(r"[\u4e00-\u9fff]")
_AGAIN_MIN: Final = 4
"""Words that are no chance when they all come once more; an amount or the like is one of them."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One ticket of the contact, what was said in it, and how the message stands to it."""

    ticket: Ticket
    sketch: Sketch
    in_thread: bool = False
    """The message answers one of its messages."""
    in_conversation: bool = False
    """It is the current ticket of the conversation that the message came in."""
    same_chat: bool = False
    """It is of the same channel, where all that a person writes is one chat."""
    in_private: bool = False
    """It began in public on the channel that the message came by in private."""
    same_subject: bool = False
    """A mail whose subject answers it, though its references are lost."""
    same_channel: bool = False
    settled: bool = False
    """Its contact said last that it is settled, or an agent did."""
    recency: int = 0
    """0: the ticket that its contact wrote to last."""
    told: tuple[str, ...] | None = ()
    """What its contact said first and last in it, the oldest first; None: that was not read."""


class Meeting(NamedTuple):
    """What the values of a message and of a ticket say of each other."""

    shared: frozenset[str]
    """Kinds of entities of which one is in both."""
    conflicts: frozenset[str]
    """Kinds that both have and share none of."""


def meeting(mine: tuple[Entity, ...], theirs: tuple[Entity, ...]) -> Meeting:
    """Compare the values of a message with those of a ticket."""
    if not mine or not theirs:
        return Meeting(frozenset(), frozenset())
    shared = {one.kind for one in mine for other in theirs if meets(one, other)}
    both = {one.kind for one in mine} & {other.kind for other in theirs}
    return Meeting(frozenset(shared), frozenset(both - shared))


class Heard(NamedTuple):
    """A message as evidence is drawn from it."""

    sketch: Sketch
    body: str
    """Folded, without the subject."""
    hints: Signals
    is_new_mail: bool
    at_ms: int


class Standing(NamedTuple):
    """A ticket that may be joined, how it and the message meet, and where it stands."""

    candidate: Candidate
    place: Place
    meeting: Meeting


class Weighing:
    """One message, weighed against the tickets it may belong into."""

    def __init__(self, heard: Heard, standing: Sequence[Standing]) -> None:
        self._heard = heard
        self._standing = standing
        self._things = things(heard.sketch)
        self._words = frozenset(heard.sketch.words)
        self._marked = marked(heard.body) & self._words
        self._size = _SIZE[bisect_right(_CHARS, len(heard.body))]
        self._topic = "some" if self._things else "none"
        self._signals = [name for name in Signals.__struct_fields__ if getattr(heard.hints, name)]
        self._wide = _WIDE.search(heard.body) is not None
        self._reports = reports(heard.sketch)
        self._coins = _coins(heard.sketch)
        self._theirs = {one.candidate.ticket.id: things(one.candidate.sketch) for one in standing}
        self._newest = min((one.candidate.recency for one in standing), default=0)
        self._nearest = min((_PLACES.index(one.place) for one in standing), default=0)
        self._common = {
            one.candidate.ticket.id: self._words.intersection(one.candidate.sketch.words) for one in standing
        }
        self._own_words = {key: len(common - self._said_elsewhere(key)) for key, common in self._common.items()}

    def _said_elsewhere(self, ticket_id: str) -> frozenset[int]:
        """Words of the message that were said in other tickets than this one."""
        return frozenset().union(*(words for key, words in self._common.items() if key != ticket_id))

    def of_message(self) -> list[str]:
        """What speaks for a matter of its own."""
        found = ["new", f"new {self._size}", f"new {self._topic} {self._size}"]
        found.append(f"new beside {min(len(self._standing), 4)}")
        found.append(f"new after {self._latest(self._standing)}")
        beside = [one for one in self._standing if one.candidate.same_channel or one.candidate.same_chat]
        found.append(f"new there after {self._latest(beside)}")
        if self._heard.is_new_mail:
            found += ("new mail", f"new mail {self._topic}")
        found += [f"new {signal}" for signal in self._signals]
        return found

    def _latest(self, standing: Sequence[Standing]) -> str:
        """How long ago the last of some tickets was written to."""
        return _AGE[min(map(self._age, standing))] if standing else "nothing"

    def _age(self, one: Standing) -> int:
        """Which of `_AGE`: seconds tell something in a chat, where people say in several messages what is one."""
        age = bisect_right(_AGES_S, max(0, self._heard.at_ms - one.candidate.ticket.last_message_at_ms) / 1_000)
        if one.candidate.in_conversation and one.candidate.ticket.state in ASKED:
            return min(age, _RECENT)
        return age if one.place == "chat" else max(age, _RECENT)

    def of_ticket(self, one: Standing) -> list[str]:
        """What speaks for one ticket or against it."""
        candidate = one.candidate
        age = _AGE[self._age(one)]
        order = self._order(candidate)
        theirs = self._theirs[candidate.ticket.id]
        about = self._about(theirs)
        found = [
            f"place {one.place} {order}",
            f"place {one.place} {age}",
            f"about {about} {one.place}",
            f"about {about} {age}",
            f"about {about} {self._size}",
            f"{order} {self._size}",
            f"{order} {self._topic}",
            f"{order} {age}",
            f"told {bisect_right(_SAID, len(candidate.sketch.words))}",
        ]
        for signal in self._signals:
            found += (f"{signal} {order}", f"{signal} {about}")
        if candidate.settled:
            found += [f"settled {what}" for what in (age, about, self._topic, self._size)]
            found += [f"settled then {signal}" for signal in self._signals]
        found += self._of_words(candidate)
        found += self._of_things(theirs)
        found += self._beside(one, theirs)
        found += self._turns(one, order, about)
        found += self._of_values(one, about)
        return found

    def standing(self, one: Standing) -> str:
        """How a ticket stands to the message, in words."""
        settled = "settled" if one.candidate.settled else "open"
        return f"{self._order(one.candidate)} {one.place.replace('_', ' ')} {_AGE[self._age(one)]} {settled}"

    def _order(self, candidate: Candidate) -> str:
        if len(self._standing) < _TWO:
            return "only"
        return "latest" if candidate.recency == self._newest else "older"

    def is_apart(self, one: Standing) -> bool:
        """Whether no place holds them together and nothing said does, or trouble is told anew with another amount.

        In a chat or thread it has to be called another one, too.
        """
        sketch = one.candidate.sketch
        about = self._about(things(sketch))
        anew = bool(one.meeting.conflicts & _VALUES) and self._anew(one, about)
        if one.place in {"thread", "subject", "chat", "in_private"}:
            return anew and self._heard.hints.other
        if anew:
            return True
        chats = one.place == "channel" and not self._heard.is_new_mail
        if chats or one.meeting.shared or not _POINTING.isdisjoint(self._signals) or about in {"shared", "near"}:
            return False
        return not (self._words.intersection(sketch.words) or self._coins & _coins(sketch))

    def speaks_of(self, one: Standing) -> bool:
        """Whether what a ticket is about is named, or several of its words are said again."""
        key = one.candidate.ticket.id
        return bool(self._things & self._theirs[key]) or len(self._common[key]) >= _TWO

    def says_again(self, one: Standing) -> bool:
        """Whether what was said in the ticket is said once more, with another word at most."""
        common = len(self._common[one.candidate.ticket.id])
        return common + bool(one.meeting.shared) >= _AGAIN_MIN and common >= len(self._words) - 1

    def _anew(self, one: Standing, about: str) -> bool:
        """Whether the message tells of trouble as a matter begins, and not of one that it goes on with."""
        goes_on = self._heard.hints.back or self._heard.hints.supplies or one.candidate.in_thread
        return self._reports and not goes_on and about != "departs"

    def _about(self, theirs: frozenset[str]) -> str:
        """How what the message is about stands to what a ticket is about."""
        if not self._things:
            return "nothing"
        if not theirs:
            return "unknown"
        if self._things & theirs:
            return "shared"
        return "departs" if all(contradicts(thing, theirs) for thing in self._things) else "near"

    def _of_words(self, candidate: Candidate) -> Iterator[str]:
        common = bisect_right(_WORDS, len(self._common[candidate.ticket.id]))
        same = self._wide == candidate.ticket.language.startswith("zh")
        yield f"words {common} {'same' if same else 'cross'}"
        yield f"words {common} {self._size}"

    def _of_things(self, theirs: frozenset[str]) -> Iterator[str]:
        yield f"things {bisect_right((1, 2, 4), len(theirs))}"
        shared = self._things & theirs
        if shared:
            yield "shared all" if len(shared) == len(self._things) else "shared some"
        if len(shared) > 1:
            yield "shared several"
        if theirs and self._things:
            turned = [thing for thing in self._things if contradicts(thing, theirs)]
            yield f"turned {min(len(turned), 3)} of {min(len(self._things), 3)}"
            yield from (f"turned to {thing}" for thing in turned)
        yield from (f"shared {thing}" for thing in shared)

    def _beside(self, one: Standing, theirs: frozenset[str]) -> Iterator[str]:
        """How it stands beside the other tickets: one of two that are alike is told by what only it has."""
        if len(self._standing) < _TWO:
            return
        key = one.candidate.ticket.id
        if _PLACES.index(one.place) > self._nearest:
            yield f"aside {_PLACES[self._nearest]}"
        others = [name for name in self._own_words if name != key]
        mine, most = self._own_words[key], max(self._own_words[name] for name in others)
        yield f"own words {bisect_right(_OWN, mine)} beside {bisect_right(_OWN, most)}"
        elsewhere = frozenset().union(*(self._theirs[name] for name in others)) & self._things
        if self._things & theirs - elsewhere:
            yield "own thing"
        if elsewhere - theirs:
            yield "things elsewhere"
        sketches = [one.candidate.sketch, *(each.candidate.sketch for each in self._standing if each is not one)]
        yield from _told_apart("coin", self._coins, [_coins(sketch) for sketch in sketches])
        yield from _told_apart("number", self._marked, [frozenset(sketch.words) for sketch in sketches])

    def _turns(self, one: Standing, order: str, about: str) -> Iterator[str]:
        """How long it rested beside the others, and whether they were written to by turns; some tell two matters so."""
        if len(self._standing) < _TWO:
            return
        mine = one.candidate.ticket
        others = [each.candidate.ticket for each in self._standing if each is not one]
        rested = bisect_right(_RESTED, self._silent_s(mine) / min(map(self._silent_s, others)))
        yield f"rested {rested} {order}"
        yield f"rested {rested} {about}"
        yield f"rested {rested} own words {min(self._own_words[mine.id], _TWO)}"
        here = any(mine.created_at_ms < other.created_at_ms < mine.last_inbound_at_ms for other in others)
        there = any(other.created_at_ms < mine.created_at_ms < other.last_inbound_at_ms for other in others)
        turns = f"turns {'both' if here and there else 'here' if here else 'there' if there else 'none'} {order}"
        yield turns
        yield f"{turns} {about}"
        yield f"{turns} rested {rested}"

    def _silent_s(self, ticket: Ticket) -> float:
        """Since its last message, at least a second."""
        return 1 + max(0, self._heard.at_ms - ticket.last_message_at_ms) / 1_000

    def _of_values(self, one: Standing, about: str) -> Iterator[str]:
        """What addresses and amounts speak for; people have few addresses of their own and name them everywhere."""
        mine, theirs, hints = self._heard.sketch, one.candidate.sketch, self._heard.hints
        told = "reported" if self._reports else "named"
        back = " back" if hints.back or hints.supplies else ""
        for kind in one.meeting.shared:
            yield f"value shared {kind}"
        for kind in one.meeting.conflicts:
            yield f"value other {kind} {told}{back}"
        others = _coins(theirs) if self._coins else None
        if others:
            yield "coin shared" if self._coins & others else f"coin other {told}"
        if self._anew(one, about):
            if other_coin(mine, theirs):
                yield "value anew coin"
            if one.meeting.conflicts & _VALUES:
                yield "value anew amount"


def _told_apart(what: str, named: AbstractSet[Named], said: Sequence[AbstractSet[Named]]) -> Iterator[str]:
    """What a message names that was said in the first of several tickets alone, or in others but not there."""
    here, elsewhere = said[0], frozenset[Named]().union(*said[1:])
    if named & here - elsewhere:
        yield f"own {what}"
    if named & elsewhere - here:
        yield f"{what} elsewhere"


def _coins(sketch: Sketch) -> set[str]:
    return set(filter(is_coin, sketch.concepts))


def cues(body: str) -> list[str]:
    """The runs of words in a folded text: some are known to speak for a matter of its own, or against one."""
    found = islice(_CUE.findall(body), _CUE_TOKENS)
    tokens = ["^", *("#" if token[0].isdigit() else "?" if "?" in token else token for token in found)]
    pairs = [f"{one} {two}" for one, two in pairwise(tokens)]
    threes = [f"{pair} {three}" for pair, three in zip(pairs, tokens[2:], strict=False)]
    return [f"cue {run}" for run in {*tokens[1:], *pairs, *threes}]


@cache
def points() -> dict[str, int]:
    """What each piece of evidence is worth, as it is shipped."""
    lines = resources.files("router.core").joinpath("points.txt").read_text(encoding="utf-8").splitlines()
    worth = (line.split(" ", 1) for line in lines if not line.startswith("//"))
    return {name: int(number) for number, name in worth}
