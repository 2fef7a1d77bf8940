"""What merging and splitting tickets is decided on, and how often agents undo what was decided."""

from collections.abc import Sequence

import msgspec

from router.model.alarms import Ladder
from router.model.grouping import Joining, Matter, Regrouping
from router.model.ids import MessageId, TicketId
from router.model.limits import REGROUPED_MAX
from router.model.snapshot import Contents
from router.model.tables import Conversation, Message, OutboxEntry, Ticket
from router.model.timers import Timer
from router.store import actions, checks, incidents
from router.store.script import Script, fetch, fetch_one, select


class ReasonCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often a reason was decided by, and how often agents undid it."""

    reason: str
    opened: bool
    decided: int
    undone: int


def contents(ticket_id: TicketId, moved: Sequence[MessageId] = ()) -> Script[Contents | None]:
    """A ticket with its newest messages, those of `moved` that are in it, and what moves with them; None when there is
    no such ticket."""
    ticket = yield from fetch_one(Ticket, "WHERE t.id = :id", id=ticket_id)
    if ticket is None:
        return None
    newest = yield from fetch(
        Message, "WHERE t.ticket_id = :id ORDER BY t.id DESC LIMIT :most", id=ticket_id, most=REGROUPED_MAX + 1
    )
    theirs = yield from fetch(Message, "WHERE t.ticket_id = :id AND t.id {in ids}", id=ticket_id, ids=list(moved))
    messages = sorted({message.id: message for message in (*newest, *theirs)}.values(), key=lambda one: one.id)
    conversations = yield from fetch(
        Conversation,
        "WHERE t.ticket_id = :ticket AND t.id {in ids}",
        ticket=ticket_id,
        ids=sorted({message.conversation_id for message in messages}),
    )
    speakers = yield from select(
        "SELECT id, contact_id FROM conversations WHERE id {in ids}",
        ids=sorted({message.conversation_id for message in messages}),
    )
    ids = [message.id for message in messages]
    outbox = yield from fetch(OutboxEntry, "WHERE t.message_id {in ids}", ids=ids)
    joinings = yield from fetch(Joining, "WHERE t.message_id {in ids}", ids=ids)
    matter = yield from fetch_one(Matter, "WHERE t.ticket_id = :id", id=ticket_id)
    ladder = yield from fetch_one(
        Ladder, "WHERE t.ticket_id = :id AND t.since_ms = :since_ms", id=ticket_id, since_ms=ticket.alarm_since_ms
    )
    timers = yield from fetch(
        Timer,
        "WHERE t.ticket_id = :id AND t.kind IN ('remind', 'close', 'wake') "
        "AND (t.done_at_ms IS NULL OR t.outcome = 'overtaken') ORDER BY t.id",
        id=ticket_id,
    )
    alarms = yield from select("SELECT MAX(since_ms) FROM ladders WHERE ticket_id = :id", id=ticket_id)
    return Contents(
        ticket=ticket,
        messages=tuple(messages),
        conversations=tuple(conversations),
        outbox=tuple(outbox),
        joinings=tuple(joinings),
        matter=matter,
        ladder=ladder,
        timers=tuple(timers),
        incidents=tuple((yield from incidents.links_of(ticket_id))),
        check=(yield from checks.newest(ticket_id)),
        actions=tuple((yield from actions.of_ticket(ticket_id))),
        speakers=dict(tuple(row) for row in speakers),
        last_alarm_ms=alarms[0][0] or 0,
    )


def regrouping(id_: str) -> Script[Regrouping | None]:
    """One merge or split."""
    return fetch_one(Regrouping, "WHERE t.id = :id", id=id_)


def remaining(ticket_id: TicketId) -> Script[TicketId]:
    """Where a ticket's matter is by now: in the one that it was merged into, and so on, or in itself."""
    passed: set[TicketId] = set()
    while ticket_id not in passed:
        passed.add(ticket_id)
        rows = yield from select(
            "SELECT target_id FROM regroupings WHERE source_id = :id AND kind = 'merge' AND undone_at_ms IS NULL "
            "ORDER BY id DESC LIMIT 1",
            id=ticket_id,
        )
        ticket_id = rows[0][0] if rows else ticket_id
    return ticket_id


def regroupings(ticket_id: TicketId) -> Script[list[Regrouping]]:
    """Merges and splits of a ticket, the newest first."""
    return fetch(Regrouping, "WHERE t.source_id = :id OR t.target_id = :id ORDER BY t.id DESC LIMIT 50", id=ticket_id)


def reasons(*, since_ms: int) -> Script[list[ReasonCount]]:
    """By reason: how often tickets were joined or opened by it since then, and how often agents undid that."""
    rows = yield from select(
        "SELECT reason, opened, COUNT(*), COUNT(undone_at_ms) FROM joinings WHERE at_ms >= :since "
        "GROUP BY reason, opened ORDER BY opened, reason",
        since=since_ms,
    )
    return [
        ReasonCount(reason=reason, opened=bool(opened), decided=decided, undone=undone)
        for reason, opened, decided, undone in rows
    ]
