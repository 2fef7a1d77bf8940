"""What another rule set would have made of stored messages: `switchboard rules replay`. Reads, never writes."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from router.core.hindsight import facts_then
from router.core.tickets import snippet_of
from router.store import history
from router.store.history import Told
from router.store.script import Store
from rules.facts import Facts, Verdict
from rules.rule import Rule
from rules.ruleset import Ruleset

_PAGE: Final = 500
SAMPLES: Final = 3
"""Messages shown for each cause."""
_SAMPLE_CHARS: Final = 60
CAUSES_MAX: Final = 1_000
"""Different causes that are told apart; messages of any more are counted together."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule set says of a message, as far as anybody notices."""

    tags: tuple[str, ...]
    urgency: str
    queue: str
    reply: str | None
    acts: tuple[str, ...] = ()
    """What is asked of the house besides, such as `assign mei`."""

    @classmethod
    def of(cls, verdict: Verdict) -> "Judgement":
        """The part of a verdict that is compared; tags have no order."""
        return cls(
            tags=tuple(sorted(verdict.tags)),
            urgency=verdict.urgency,
            queue=verdict.queue,
            reply=verdict.replies[0].template if verdict.replies else None,
            acts=tuple(sorted(f"{act.kind} {act.value}" for act in verdict.acts)),
        )


class Cause(msgspec.Struct, frozen=True, order=True):
    """Rules that made the difference, by id."""

    gone: tuple[str, ...] = ()
    """They fired and do not any more."""
    came: tuple[str, ...] = ()
    """They fire now and did not."""
    altered: tuple[str, ...] = ()
    """They fire as before and ask for something else; given when nothing came or went."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One message that would be judged otherwise."""

    ticket: str
    text: str
    """Its first words, as stored: after redaction."""
    before: Judgement
    after: Judgement


class Group(msgspec.Struct, kw_only=True):
    """The messages of one cause."""

    cause: Cause
    messages: int = 0
    samples: list[Sample] = []


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages get something, before and after."""

    name: str
    before: int
    after: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a replay found."""

    before: str
    """Version of the active rule set."""
    after: str
    """Version of the proposed one."""
    looked_at: int
    changed: int
    groups: list[Group]
    """Most messages first."""
    others: int
    """Changed messages whose causes were too many to tell apart."""
    queues: list[Shift]
    urgencies: list[Shift]
    replies: list[Shift]
    tags: list[Shift]

    @property
    def share(self) -> float:
        """Changed messages of all that were looked at, from 0 to 1."""
        return self.changed / self.looked_at if self.looked_at else 0.0


class Replay:
    """Judges stored messages by two rule sets and keeps count."""

    def __init__(self, before: Ruleset, after: Ruleset) -> None:
        self._before, self._after = before, after
        self._rules = ({rule.id: rule for rule in before.rules}, {rule.id: rule for rule in after.rules})
        self._looked_at = self._changed = self._others = 0
        self._groups: dict[Cause, Group] = {}
        self._counts: dict[tuple[str, int], Counter[str]] = {
            (what, side): Counter() for what in ("queue", "urgency", "reply", "tag") for side in (0, 1)
        }

    async def run(
        self, store: Store, *, since_ms: int, limit: int | None, progress: Callable[[int], None]
    ) -> Comparison:
        """Look at every inbound message since then, or at the newest `limit` of them."""
        after = "" if limit is None else await store.read(history.before_newest(since_ms, limit))
        begun: set[str] = set()
        while page := await store.read(history.page(since_ms, after, _PAGE)):
            begun = self._page(page, begun)
            progress(self._looked_at)
            after = page[-1].message.id
        return self.result()

    def _page(self, page: Sequence[Told], begun: set[str]) -> set[str]:
        """Judge a page; `begun` are conversations that the page before began, in the same millisecond perhaps."""
        fresh: set[str] = set()
        for told in page:
            message, conversation = told.message, told.conversation
            as_old = conversation.created_at_ms == message.received_at_ms
            is_first = as_old and conversation.id not in begun and conversation.id not in fresh
            if is_first:
                fresh.add(conversation.id)
            facts = facts_then(
                message,
                conversation=None if is_first else conversation,
                contact=told.contact,
                ticket=told.ticket,
                events=told.events,
                tags=told.tags,
            )
            self.judge(facts, f"T-{told.ticket.number}")
        return fresh

    def judge(self, facts: Facts, ticket: str) -> None:
        """Judge one message by both."""
        old, new = self._before.evaluate(facts), self._after.evaluate(facts)
        before, after = Judgement.of(old), Judgement.of(new)
        self._looked_at += 1
        for side, judgement in enumerate((before, after)):
            self._counts["queue", side][judgement.queue] += 1
            self._counts["urgency", side][judgement.urgency] += 1
            self._counts["tag", side].update(judgement.tags)
            if judgement.reply is not None:
                self._counts["reply", side][judgement.reply] += 1
        if before != after:
            self._changed += 1
            text = snippet_of(facts.message.text or facts.message.subject)[:_SAMPLE_CHARS]
            self._file(self._cause(old, new), Sample(ticket=ticket, text=text, before=before, after=after))

    def _cause(self, old: Verdict, new: Verdict) -> Cause:
        fired = dict.fromkeys(reason.rule for reason in old.reasons)
        fire = dict.fromkeys(reason.rule for reason in new.reasons)
        gone, came = tuple(fired.keys() - fire.keys()), tuple(fire.keys() - fired.keys())
        if gone or came:
            return Cause(tuple(sorted(gone)), tuple(sorted(came)))
        before, after = self._rules
        return Cause(altered=tuple(sorted(id_ for id_ in fire if _asks(before[id_]) != _asks(after[id_]))))

    def _file(self, cause: Cause, sample: Sample) -> None:
        group = self._groups.get(cause)
        if group is None:
            if len(self._groups) >= CAUSES_MAX:
                self._others += 1
                return
            group = self._groups[cause] = Group(cause=cause)
        group.messages += 1
        if len(group.samples) < SAMPLES:
            group.samples.append(sample)

    def result(self) -> Comparison:
        """What was found so far."""
        return Comparison(
            before=self._before.version,
            after=self._after.version,
            looked_at=self._looked_at,
            changed=self._changed,
            groups=sorted(self._groups.values(), key=lambda group: (-group.messages, group.cause)),
            others=self._others,
            queues=self._shifts("queue"),
            urgencies=self._shifts("urgency"),
            replies=self._shifts("reply"),
            tags=self._shifts("tag"),
        )

    def _shifts(self, what: str) -> list[Shift]:
        before, after = self._counts[what, 0], self._counts[what, 1]
        return [
            Shift(name=name, before=before[name], after=after[name]) for name in sorted(before.keys() | after.keys())
        ]


def _asks(rule: Rule) -> tuple[object, ...]:
    return (rule.writes(), rule.force, rule.stop, rule.mode)
