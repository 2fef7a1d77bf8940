"""Apply the changes of a batch of decisions: one transaction, set-based, everything or nothing.

Called by the route worker and by every command of an agent. Order of locks, the same for all writers, so that they wait
for each other and never die of it: fences, then table by table its counter, its new rows and its old ones by id, then
the journal, then the event counter. Events come last, so that their ids are in commit order.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from router.model.abuse import Block, Held, Traffic
from router.model.actions import ActionEntry
from router.model.alarms import Ladder, PageEntry
from router.model.changes import NUMBER_PLACEHOLDER, Add, Change, Check, Count, Forget, Record, Remove, Save, Withdraw
from router.model.errors import Conflict
from router.model.grouping import Incident, IncidentTicket, Joining, Mark, Matter, Regrouping
from router.model.ids import ContactId, EventId, JournalId, TicketId
from router.model.people import Claim, NeverMerge, PeopleAct
from router.model.returned import Returned
from router.model.tables import (
    Agent,
    Contact,
    Conversation,
    Event,
    HookEntry,
    Identity,
    Message,
    OutboxEntry,
    Participant,
    PrivateLink,
    Row,
    Ticket,
)
from router.model.timers import IdentityCheck, Timer
from router.store import blocks, channel_load, held_search, media, naming, search
from router.store.journal import NO_FENCES, check_fences, forget_payloads, mark_decided, take
from router.store.rows import SealedRow, SearchRow
from router.store.script import Script, Update, insert, run, select

R = TypeVar("R", bound=Row)
C = TypeVar("C", Contact, Ticket)


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What the transaction gave out."""

    tickets: dict[TicketId, int]
    """Numbers of the tickets it opened."""
    contacts: dict[ContactId, int]
    """Numbers of the contacts it made."""
    event_ids: list[EventId]
    """One per Record, in order."""


class _Plan(Generic[R]):
    """What becomes of the rows of one type: several changes of one row are one."""

    def __init__(self) -> None:
        self.added: dict[str, R] = {}
        self.saved: dict[str, R] = {}
        self.expected: dict[str, int] = {}
        self.removed: dict[str, R] = {}

    def add(self, key: str, row: R) -> None:
        self.added[key] = row

    def save(self, key: str, row: R) -> None:
        if key in self.added:
            self.added[key] = row
        else:
            self.expected.setdefault(key, getattr(row, "version", 1) - 1)
            self.saved[key] = row

    def check(self, key: str, version: int) -> None:
        if key not in self.added:
            self.expected.setdefault(key, version)

    def verify(self) -> Script[None]:
        """Lock what the batch stands on, all of it in one order, and see that it has not changed."""
        if self.expected.keys() <= self.saved.keys():
            return  # `update` does it
        rows = yield from select(
            "SELECT id, version FROM contacts WHERE id {in ids} ORDER BY id {pg FOR NO KEY UPDATE}",
            ids=sorted(self.expected),
        )
        if {row[0]: row[1] for row in rows} != self.expected:
            raise Conflict("contacts: somebody changed who is who since it was read")

    def delete(self) -> Script[None]:
        """What is to go, before new rows take its unique keys."""
        for key in sorted(self.removed):
            row = self.removed[key]
            version = getattr(row, "version", None)
            match = "" if version is None else " AND version = :version"
            sql = f"DELETE FROM {row.TABLE} WHERE id = :id{match}"  # noqa: S608 - names of our own structs
            params = {"id": key} if version is None else {"id": key, "version": version}
            if (yield from run(sql, **params)) != 1:
                raise Conflict(f"{row.TABLE}: a row to delete has changed")

    def insert(self) -> Script[int]:
        return insert(list(self.added.values()))

    def update(self) -> Script[None]:
        if self.saved:
            keys = sorted(self.saved)
            yield Update([self.saved[key] for key in keys], [self.expected[key] for key in keys])

    def write(self) -> Script[None]:
        yield from self.insert()
        yield from self.update()


class _Batch:
    """Changes by row type."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.contacts = _Plan[Contact]()
        self.identities = _Plan[Identity]()
        self.conversations = _Plan[Conversation]()
        self.tickets = _Plan[Ticket]()
        self.messages = _Plan[Message]()
        self.matters = _Plan[Matter]()
        self.marks = _Plan[Mark]()
        self.joinings = _Plan[Joining]()
        self.regroupings = _Plan[Regrouping]()
        self.incidents = _Plan[Incident]()
        self.incident_tickets = _Plan[IncidentTicket]()
        self.outbox = _Plan[OutboxEntry]()
        self.hooks = _Plan[HookEntry]()
        self.private_links = _Plan[PrivateLink]()
        self.participants = _Plan[Participant]()
        self.timers = _Plan[Timer]()
        self.ladders = _Plan[Ladder]()
        self.pages = _Plan[PageEntry]()
        self.actions = _Plan[ActionEntry]()
        self.identity_checks = _Plan[IdentityCheck]()
        self.agents = _Plan[Agent]()
        self.claims = _Plan[Claim]()
        self.people_acts = _Plan[PeopleAct]()
        self.never_merge = _Plan[NeverMerge]()
        self.blocks = _Plan[Block]()
        self.held = _Plan[Held]()
        self.traffic = _Plan[Traffic]()
        self.returned = _Plan[Returned]()
        self.counts: list[Count] = []
        self.withdrawn: list[Withdraw] = []
        self.events: list[Event] = []
        self.forgotten: list[Forget] = []
        self._plans: dict[str, _Plan[Any]] = {name: p for name, p in vars(self).items() if isinstance(p, _Plan)}
        for change in changes:
            self._take(change)

    def _take(self, change: Change) -> None:
        match change:  # the most frequent ones first
            case Add():
                self._plan(change.row).add(getattr(change.row, change.row.KEY), change.row)
            case Record():
                self.events.append(change.event)
            case Save():
                self._plan(change.row).save(getattr(change.row, change.row.KEY), change.row)
            case Count():
                self.counts.append(change)
            case Check():
                self.contacts.check(change.row.id, change.row.version)
            case Remove():
                self._plan(change.row).removed[getattr(change.row, change.row.KEY)] = change.row
            case Forget():
                self.forgotten.append(change)
            case Withdraw():
                self.withdrawn.append(change)

    def _plan(self, row: Row) -> "_Plan[Any]":
        plan = self._plans.get(row.TABLE)
        if plan is None:
            raise TypeError(f"{type(row).__name__} rows are not changed by decisions")
        return plan


def apply(
    changes: Sequence[Change],
    *,
    now_ms: int,
    journal_ids: Sequence[JournalId] = (),
    fences: Mapping[int, int] = NO_FENCES,
    sealed: Sequence[SealedRow] = (),
) -> Script[Applied]:
    """Write `changes` and what rests `sealed` beside them, mark `journal_ids` done while `fences` (partition: token)
    hold, record the events.

    Raises Conflict when a version or unique key moved, Fenced when a partition was taken over.
    """
    batch = _Batch(changes)
    added = batch.messages.added.values()
    documents = [_document(message) for message in added if _searched(message) and not _numbered(message)]
    return _apply(batch, documents, now_ms, journal_ids, fences, sealed)


def _apply(
    batch: _Batch,
    documents: list[SearchRow],
    now_ms: int,
    journal_ids: Sequence[JournalId],
    fences: Mapping[int, int],
    sealed: Sequence[SealedRow],
) -> Script[Applied]:
    yield from check_fences(fences)
    yield from insert(list(sealed))
    contacts = yield from _number("contact", batch.contacts)
    yield from batch.contacts.verify()
    yield from batch.contacts.write()
    yield from batch.identities.delete()
    yield from batch.identities.write()
    yield from _claim(batch.claims)
    yield from batch.people_acts.write()
    yield from batch.never_merge.delete()
    yield from batch.never_merge.write()
    # New conversations may point to new tickets, which point to them: only the way back is a foreign key.
    yield from batch.conversations.write()
    tickets = yield from _number("ticket", batch.tickets)
    _fill_in(batch, tickets, documents)
    yield from batch.tickets.write()
    yield from _let_go_of_files(batch.messages.saved, now_ms)
    yield from batch.messages.write()
    yield from batch.matters.write()
    # Only the newest few tickets of a value are ever loaded: one that is marked already may look as if it were not.
    yield from insert(list(batch.marks.added.values()), conflict="ignore")
    yield from batch.joinings.write()
    yield from batch.regroupings.write()
    yield from batch.incidents.write()
    yield from batch.incident_tickets.write()
    yield from batch.private_links.write()
    yield from batch.hooks.write()
    yield from batch.ladders.write()
    yield from batch.pages.write()
    yield from batch.actions.write()
    yield from batch.participants.write()
    yield from batch.timers.write()
    yield from batch.identity_checks.write()
    yield from batch.outbox.write()
    yield from batch.agents.write()
    yield from batch.blocks.write()
    yield from batch.traffic.write()
    yield from batch.returned.write()
    yield from _index(documents, batch.messages.saved)
    yield from _leave_journal(batch, journal_ids, now_ms)
    yield from channel_load.count(batch.counts)
    event_ids = yield from _record(batch.events)
    return Applied(
        tickets={TicketId(key): number for key, number in tickets.items()},
        contacts={ContactId(key): number for key, number in contacts.items()},
        event_ids=event_ids,
    )


def _leave_journal(batch: _Batch, journal_ids: Sequence[JournalId], now_ms: int) -> Script[None]:
    """What was decided leaves the journal or is held there; so do words that are withdrawn, or hidden after all."""
    held = {row.journal_id for row in batch.held.added.values()}
    ids = held.union(journal_ids)
    earlier: list[Withdraw | Forget] = [*batch.withdrawn, *batch.forgotten]
    if earlier:
        yield from take(ids, [(one.channel, one.account, one.message_id) for one in earlier])
    yield from mark_decided(ids, held=held, now_ms=now_ms)
    yield from _hold(batch.held)
    for one in batch.withdrawn:
        yield from blocks.withdraw(one)
    yield from forget_payloads([(one.channel, one.account, one.message_id) for one in batch.forgotten])


def _hold(held: _Plan[Held]) -> Script[None]:
    """What waits is found by its words; what was let through is found in its ticket."""
    yield from held.write()
    yield from held_search.index(held.added.values())
    yield from held_search.forget([row.id for row in held.saved.values() if row.released_at_ms is not None])


def _let_go_of_files(saved: Mapping[str, Message], now_ms: int) -> Script[None]:
    """What the files were that a message has no more."""
    bare = [key for key, message in saved.items() if message.state == "deleted"]
    if bare:
        yield from media.idle(sorted((yield from media.of_messages(bare))), now_ms=now_ms)


def _claim(claims: _Plan[Claim]) -> Script[int]:
    """What is said again is no news: it stays as it was. In order of the unique key, so that writers do not cross."""
    rows = sorted(claims.added.values(), key=lambda row: (row.contact_id, row.kind, row.proven, row.value))
    return insert(rows, conflict="ignore")


def _number(counter: str, plan: "_Plan[C]") -> Script[dict[str, int]]:
    """Give the added rows without a number theirs."""
    wanting = [key for key, row in plan.added.items() if row.number == 0]
    if not wanting:
        return {}
    if counter == "contact":
        fresh = yield from naming.fresh(len(wanting))
    else:
        first = yield from naming.take(counter, len(wanting))
        fresh = list(range(first, first + len(wanting)))
    numbers = dict(zip(wanting, fresh, strict=True))
    for key, number in numbers.items():
        plan.added[key] = msgspec.structs.replace(plan.added[key], number=number)
    return numbers


def _numbered(message: Message) -> bool:
    """Whether it waits for its ticket's number. Only what we write ourselves: a customer may type anything."""
    return message.kind == "reply" and NUMBER_PLACEHOLDER in f"{message.subject}\n{message.text}"


def _fill_in(batch: _Batch, numbers: Mapping[str, int], documents: list[SearchRow]) -> None:
    """Put ticket numbers into the replies that open with them, and into the snippets those replies left."""
    for key, message in batch.messages.added.items():
        if not _numbered(message):
            continue
        number = numbers.get(message.ticket_id)
        ticket = batch.tickets.added.get(message.ticket_id) or batch.tickets.saved.get(message.ticket_id)
        if number is None and ticket is not None:
            number = ticket.number
        if number is None:
            raise ValueError(f"message {message.id} names the number of a ticket that is not in its batch")
        batch.messages.added[key] = _with_number(message, f"T-{number}")
        if _searched(message):
            documents.append(_document(batch.messages.added[key]))
        for tickets in (batch.tickets.added, batch.tickets.saved):
            row = tickets.get(message.ticket_id)
            if row is not None:
                snippet = row.snippet.replace(NUMBER_PLACEHOLDER, f"T-{number}")
                tickets[row.id] = msgspec.structs.replace(row, snippet=snippet)


def _with_number(message: Message, number: str) -> Message:
    subject = message.subject and message.subject.replace(NUMBER_PLACEHOLDER, number)
    return msgspec.structs.replace(message, subject=subject, text=message.text.replace(NUMBER_PLACEHOLDER, number))


def _searched(message: Message) -> bool:
    """Whether people look for it: the machine's own receipts say the same in every ticket."""
    return message.kind != "reply" or message.automatic == "none"


def _document(message: Message) -> SearchRow:
    """What it is found by: its words, and those of the name its customer wrote under."""
    name = message.sender.name if message.kind == "inbound" and message.sender is not None else None
    return SearchRow(
        message_id=message.id,
        ticket_id=message.ticket_id,
        document=search.document(*search.findable(message.subject, message.text, message.care), name),
    )


def _index(documents: Sequence[SearchRow], saved: Mapping[str, Message]) -> Script[None]:
    """Index new messages, and edited ones anew; deleted ones are no longer found."""
    if saved:
        yield from run("DELETE FROM search_text WHERE message_id {in ids}", ids=list(saved))
        documents = [
            *documents,
            *(_document(message) for message in saved.values() if message.state == "live" and _searched(message)),
        ]
    yield from insert(documents)


def _record(events: Sequence[Event]) -> Script[list[EventId]]:
    """Append to the feed: from here to the commit no other writer can take an event id."""
    if not events:
        return []
    first = yield from naming.take("event", len(events))
    rows = [msgspec.structs.replace(event, id=EventId(at)) for at, event in enumerate(events, first)]
    yield from insert(rows)
    return [row.id for row in rows]
