"""What becomes of a ticket that nobody takes: overflow, deadlines and silence in simulated time. Pure.

For the tests in rules files. Agents do nothing here; how many are free and how many tickets wait is what the test says.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import msgspec

from rules import skills
from rules.deadlines import Sla
from rules.facts import URGENCY_ORDER, Facts, TicketFacts, Urgency, Verdict
from rules.moments import duration_ms
from rules.queues import QueueSpec, Step
from rules.schedule import Schedule

HAPPENINGS_MAX: Final = 1_000
"""Of one simulation; no file that passed the checks comes near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """A queue as the test describes it."""

    available: int = 1
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a simulation needs of the rule set."""

    queues: Mapping[str, QueueSpec]
    slas: Mapping[str, Sla]
    times: Mapping[str, Schedule]
    events: frozenset[str]
    """What rules wait for."""
    judge: Callable[[Facts, str], Verdict]
    """With the queue that the ticket keeps where no rule asks for another."""


@dataclass(slots=True, kw_only=True)
class Fate:
    """The ticket as it stands."""

    queue: str
    urgency: Urgency
    tags: tuple[str, ...]
    skills: tuple[str, ...] = ()
    sla: str | None = None
    replies: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ()
    """Rules that fired since it came."""
    entered_ms: int = 0
    promised_ms: int = 0
    """Since when its promise runs."""
    taken: set[int] = field(default_factory=set)
    """Steps of the queue that were taken."""


class Simulation:
    """The fate of one ticket from its first message on."""

    def __init__(self, world: World, facts: Facts, verdict: Verdict, crowds: Mapping[str, Crowded]) -> None:
        self._world = world
        self._facts = facts
        self._language = verdict.language
        self._crowds = crowds
        self._start_ms = facts.now_ms or 0
        self._now_ms = self._start_ms
        self._happened: set[tuple[str, int]] = set()
        """Events, with their moment."""
        self._fate = Fate(
            queue=verdict.queue,
            urgency=verdict.urgency,
            tags=verdict.tags,
            sla=verdict.sla,
            replies=tuple(reply.template for reply in verdict.replies),
            promised_ms=self._start_ms,
        )
        self._enter(verdict.queue, verdict.skills)

    def at(self, after_ms: int) -> Fate:
        """Return how it stands so long after the message; moments must be asked for in order."""
        end_ms = self._start_ms + after_ms
        for _ in range(HAPPENINGS_MAX):
            moment, happen = min(self._ahead(), key=lambda one: one[0], default=(end_ms + 1, None))
            if moment > end_ms or happen is None:
                break
            self._now_ms = max(self._now_ms, moment)
            happen()
        return replace(self._fate, taken=set(self._fate.taken))

    def _ahead(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """Yield what is still to happen, with its moment."""
        fate = self._fate
        for number, step in enumerate(self._world.queues[fate.queue].overflow):
            if number not in fate.taken and step.after_ms is not None:
                yield fate.entered_ms + step.after_ms, partial(self._due, number, step)
        for event, moment in self._events():
            if (event, moment) not in self._happened:
                yield moment, partial(self._happen, event, moment)

    def _events(self) -> Iterator[tuple[str, int]]:
        for event in self._world.events:
            kind, _, rest = event.partition(".")
            if kind == "idle" and (silence_ms := duration_ms(rest)) is not None:
                yield event, self._start_ms + silence_ms
            name, _, when = rest.rpartition(".")
            if kind == "sla" and name == self._fate.sla:
                percent = 100 if when == "breach" else int(when.removesuffix("%"))
                for moment in self._deadlines(self._world.slas[name], percent):
                    yield event, moment

    def _deadlines(self, sla: Sla, percent: int) -> Iterator[int]:
        clock = self._world.times.get(sla.clock) if sla.clock is not None else None
        for length_ms in sla.lengths_ms():
            part_ms = length_ms * percent // 100
            begun_ms = self._fate.promised_ms
            moment = begun_ms + part_ms if clock is None else clock.after(begun_ms, part_ms)
            if moment is not None:
                yield moment

    def _happen(self, event: str, moment: int) -> None:
        """Let the rules that wait for an event judge the ticket."""
        self._happened.add((event, moment))
        fate = self._fate
        ticket = TicketFacts(exists=True, queue=fate.queue, urgency=fate.urgency, tags=fate.tags)
        facts = msgspec.structs.replace(self._facts, event=event, now_ms=self._now_ms, ticket=ticket)
        verdict = self._world.judge(facts, fate.queue)
        fate.escalated += tuple(reason.rule for reason in verdict.reasons)
        tags = dict.fromkeys((*fate.tags, *verdict.tags))
        fate.tags = tuple(tag for tag in tags if tag not in verdict.untags)
        fate.urgency = max(fate.urgency, verdict.urgency, key=URGENCY_ORDER.index)
        fate.replies += tuple(reply.template for reply in verdict.replies)
        fate.skills = tuple(dict.fromkeys((*fate.skills, *verdict.skills)))
        if verdict.sla is not None and verdict.sla != fate.sla:
            fate.sla, fate.promised_ms = verdict.sla, self._now_ms
        if verdict.queue != fate.queue:
            self._enter(verdict.queue, verdict.skills)

    def _enter(self, queue: str, own: tuple[str, ...] = ()) -> None:
        """Put the ticket into a queue; what is due at once is done."""
        fate, spec = self._fate, self._world.queues[queue]
        fate.queue, fate.entered_ms, fate.taken = queue, self._now_ms, set()
        fate.skills = tuple(dict.fromkeys((*skills.filled(spec.skills, self._language), *own)))
        if spec.max_waiting is not None and self._crowd(queue).waiting >= spec.max_waiting:
            self._enter(next(step.to for step in spec.overflow if step.to is not None))
            return
        for number, step in enumerate(spec.overflow):
            if step.after_ms is None and fate.queue == queue:
                self._due(number, step)

    def _crowd(self, queue: str) -> Crowded:
        """How crowded a queue is; outside its hours nobody is free."""
        crowd = self._crowds.get(queue, Crowded())
        hours = self._world.times.get(self._world.queues[queue].hours or "")
        return crowd if hours is None or hours.is_open(self._now_ms) else replace(crowd, available=0)

    def _due(self, number: int, step: Step) -> None:
        fate = self._fate
        fate.taken.add(number)
        crowd = self._crowd(fate.queue)
        if not all(test.low <= getattr(crowd, test.what) <= test.high for test in step.when):
            return
        dropped = fate.skills if skills.ALL in step.relax else skills.filled(step.relax, self._language)
        kept = [skill for skill in fate.skills if skill not in dropped]
        fate.skills = tuple(dict.fromkeys((*kept, *skills.filled(step.add_skills, self._language))))
        if step.raise_urgency:
            rank = URGENCY_ORDER.index(fate.urgency) + 1
            fate.urgency = URGENCY_ORDER[min(rank, len(URGENCY_ORDER) - 1)]
        if step.reply is not None:
            fate.replies += (step.reply,)
        if step.to is not None:
            self._enter(step.to)
