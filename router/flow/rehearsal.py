"""The production path on a throw-away store: `switchboard route`, tests and benchmarks feed it lines.

Line order is arrival order and the clock is max(previous, sent_at), so that the same input gives the same output.
Timers that are due before a line's time fire before it.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

import msgspec

from router.blobs import Blobs
from router.bus import Bus
from router.clock import TimedIds, VirtualClock
from router.connector import Accepted, Manifest, RawEvent
from router.flow.channels import Channels
from router.flow.contacts import ImportedContacts, import_contacts
from router.flow.intake import Door
from router.flow.leases import Leases
from router.flow.media import Media
from router.flow.people import People
from router.flow.route import RoutedEntry, RouteWorker
from router.flow.rulebook import Rulebook
from router.flow.timers import Timers
from router.keys import Keyring
from router.model.ids import ContactId, TicketId
from router.model.limits import EDITS_PAUSE_MS
from router.model.message import InboundEvent, Redaction
from router.store import inbox, timers
from router.store.script import Store
from router.telemetry import Metrics, SilentLog
from rules.moments import duration_ms
from rules.ruleset import Ruleset

_BATCH = 200
_LINE = "line"
"""`RawEvent.meta`: the number of the line."""


class DecisionReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why, for other programs (docs/formats.md)."""

    rule: str
    why: str
    at: tuple[tuple[int, int], ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `switchboard route` (docs/formats.md, "Decision out")."""

    message_id: str
    duplicate: bool
    ticket: str | None
    ticket_new: bool
    contact: str | None
    language: str | None
    tags: tuple[str, ...]
    urgency: str | None
    queue: str | None
    related: tuple[str, ...]
    text: str | None
    redactions: tuple[Redaction, ...]
    reasons: tuple[DecisionReason, ...]


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a bad line's place."""

    line: int
    error: str


class _When(msgspec.Struct):
    """All that has to be known of a line before the door reads it."""

    sent_at: datetime


_WHEN = msgspec.json.Decoder(_When)
_NEVER = 2**63
_EDIT = b'"edit"'
"""In every line that is one; one that only says so costs a look at its time."""

Answer = Decision | BadLine
Key = tuple[str, str, str]
"""(channel, account, message id): what makes a duplicate."""


class Rehearsal:
    """Messages in, decisions out."""

    def __init__(self, *, store: Store, blobs: Blobs, bus: Bus, rulebook: Rulebook, manifest: Manifest) -> None:
        self._clock = VirtualClock()
        ids = TimedIds(self._clock)
        keys = Keyring({"throw-away": bytes(32)}, "throw-away", bytes(32))
        metrics, log = Metrics(), SilentLog()
        self._store, self._ids = store, ids
        media = Media(store=store, blobs=blobs, keys=keys, clock=self._clock, ids=ids)
        door = Door(
            store=store, bus=bus, rulebook=rulebook, media=media, keys=keys, clock=self._clock, ids=ids,
            metrics=metrics, log=log,
        )  # fmt: skip
        self._manifest = manifest
        self._inlet = door.inlet(msgspec.structs.replace(manifest, parse=self._parse), "default")
        self._parsed: dict[str, Key] = {}
        """Of the lines of this batch that could be read, by line number."""
        """Of the lines now being accepted, in order: what their decisions will be found by."""
        self._leases = Leases("rehearsal", store=store, clock=self._clock, log=log)
        self._worker = RouteWorker(
            store=store,
            bus=bus,
            rulebook=rulebook,
            keys=keys,
            channels=Channels(),
            leases=self._leases,
            clock=self._clock,
            ids=ids,
            metrics=metrics,
            log=log,
        )
        self._timers = Timers(
            store=store, bus=bus, rulebook=rulebook, channels=Channels(), clock=self._clock, ids=ids,
            metrics=metrics, log=log,
        )  # fmt: skip
        self._people = People(store=store, bus=bus, clock=self._clock, ids=ids)
        self._soonest_ms = soonest_ms(rulebook.current)
        self._quiet_until_ms = _NEVER
        """Until then no timer can be due."""
        self._first: dict[Key, Decision] = {}
        self._tickets: dict[TicketId, str] = {}
        self._contacts: dict[ContactId, str] = {}

    async def import_contacts(self, lines: Iterable[bytes]) -> ImportedContacts:
        """Know these people beforehand; what became of their rows."""
        return await import_contacts(lines, people=self._people, store=self._store, clock=self._clock, ids=self._ids)

    async def decide(self, lines: Iterable[bytes]) -> AsyncIterator[Answer]:
        """One answer per line that is not blank, in order."""
        batch: list[tuple[int, bytes]] = []
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            if _EDIT in line:
                self._expect_edits()
            at_ms = self._time_of(line)
            # A ticket number can be quoted only once it was told: what came before is decided first.
            if batch and (len(batch) == _BATCH or b"T-" in line or at_ms >= self._quiet_until_ms):
                for answer in await self._decide(batch):
                    yield answer
                batch = []
            if not batch and self._soonest_ms is not None:
                await self._fire(at_ms)
            batch.append((number, line))
        for answer in await self._decide(batch):
            yield answer

    def _expect_edits(self) -> None:
        """From the first edit on: those that are too many are judged by timers."""
        if self._soonest_ms is None or self._soonest_ms > EDITS_PAUSE_MS:
            self._soonest_ms = EDITS_PAUSE_MS
            self._quiet_until_ms = min(self._quiet_until_ms, self._clock.now_ms() + EDITS_PAUSE_MS)

    def _time_of(self, line: bytes) -> int:
        """When a line arrives; it is read for that only where something sets timers."""
        now_ms = self._clock.now_ms()
        if self._soonest_ms is None:
            return now_ms
        try:
            return max(now_ms, int(_WHEN.decode(line).sent_at.timestamp() * 1000))
        except (msgspec.MsgspecError, ValueError, OverflowError):
            return now_ms  # what cannot be read is told by the door

    async def _fire(self, at_ms: int) -> None:
        """Fire what is due by then, each at its time, and look how long it stays quiet."""
        assert self._soonest_ms is not None
        while (due_ms := await self._store.read(timers.next_due())) is not None and due_ms <= at_ms:
            self._clock.advance_to(due_ms)
            await self._timers.run_due()
        self._quiet_until_ms = min(_NEVER if due_ms is None else due_ms, at_ms + self._soonest_ms)

    async def _decide(self, batch: Sequence[tuple[int, bytes]]) -> list[Answer]:
        self._parsed.clear()
        accepted = await self._inlet.accept([RawEvent(body=line, meta={_LINE: str(number)}) for number, line in batch])
        await self._route()
        return [
            self._answer(number, self._parsed.get(str(number)), outcome)
            for (number, _), (outcome,) in zip(batch, accepted, strict=True)
        ]

    def _parse(self, raw: RawEvent, account: str) -> Sequence[InboundEvent]:
        """The API channel's parser; each line moves the clock before the door looks at it."""
        (event,) = self._manifest.parse(raw, account)
        self._clock.advance_to(event.sent_at_ms)
        self._parsed[raw.meta[_LINE]] = (event.channel, event.account, event.message_id)
        return (event,)

    def _answer(self, number: int, key: Key | None, accepted: Accepted) -> Answer:
        if key is None or accepted.outcome == "quarantined":
            return BadLine(line=number, error=accepted.reason or "quarantined")
        decision = self._first.get(key)
        if decision is None:
            return BadLine(line=number, error="this message could not be decided: a defect of ours, please report it")
        if accepted.outcome == "duplicate":
            return msgspec.structs.replace(decision, duplicate=True, ticket_new=False)
        return decision

    async def _route(self) -> None:
        await self._leases.refresh()
        while routed := await self._worker.run_once():
            await self._learn(routed)
            for item in routed:
                event = item.entry.event
                self._first[event.channel, event.account, event.message_id] = self._decision(item)

    async def _learn(self, routed: Sequence[RoutedEntry]) -> None:
        """The names of tickets and contacts this batch speaks of."""
        tickets = {t for item in routed for t in _tickets_of(item)} - self._tickets.keys()
        contacts = {ContactId(c) for item in routed if (c := item.outcome.contact_id)} - self._contacts.keys()
        self._tickets.update(await self._store.read(inbox.ticket_numbers(list(tickets))))
        self._contacts.update(await self._store.read(inbox.contact_names(list(contacts))))

    def _decision(self, item: RoutedEntry) -> Decision:
        why, event = item.outcome.why, item.entry.event
        ticket_id, contact_id = item.outcome.ticket_id, item.outcome.contact_id
        return Decision(
            message_id=event.message_id,
            duplicate=False,
            ticket=self._tickets[ticket_id] if ticket_id else None,
            ticket_new=item.outcome.ticket_new,
            contact=self._contacts[ContactId(contact_id)] if contact_id else None,
            language=why.language if why else None,
            tags=why.tags if why else (),
            urgency=why.urgency if why else None,
            queue=why.queue if why else None,
            related=tuple(self._tickets[t] for t in why.related) if why else (),
            text=event.text,
            redactions=item.entry.redactions,
            reasons=tuple(DecisionReason(rule=r.rule, why=r.why, at=r.at) for r in why.reasons) if why else (),
        )


def soonest_ms(ruleset: Ruleset) -> int | None:
    """How soon after a message a timer that the rules set with it can be due; None when they set none."""
    snoozes = [act.value for rule in ruleset.rules for act in rule.acts if act.kind == "snooze"]
    return min((duration_ms(value) or 1 for value in snoozes), default=None)


def _tickets_of(item: RoutedEntry) -> set[TicketId]:
    related = set(item.outcome.why.related) if item.outcome.why else set()
    return related | ({item.outcome.ticket_id} if item.outcome.ticket_id else set())
