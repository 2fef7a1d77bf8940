"""What time brings about: the timers that are due, and those of a ticket."""

from collections.abc import Collection

from router.model.ids import TicketId
from router.model.snapshot import Unlooked
from router.model.tables import Contact, Event, Message, OutboxEntry, Ticket
from router.model.timers import Said, Timer
from router.store.script import Script, fetch, fetch_one, select


def due(*, now_ms: int, limit: int, aside: Collection[str] = ()) -> Script[list[Timer]]:
    """Timers that are due and not done, the longest overdue first; not those set `aside`."""
    return fetch(
        Timer,
        "WHERE t.done_at_ms IS NULL AND t.due_at_ms <= :now_ms AND NOT (t.id {in aside}) "
        "ORDER BY t.due_at_ms, t.id LIMIT :limit",
        now_ms=now_ms,
        aside=list(aside),
        limit=limit,
    )


def next_due() -> Script[int | None]:
    """When the next one is due; None when nothing is set."""
    rows = yield from select("SELECT MIN(due_at_ms) FROM timers WHERE done_at_ms IS NULL")
    return None if rows[0][0] is None else int(rows[0][0])


def of_ticket(ticket_id: TicketId) -> Script[list[Timer]]:
    """All of a ticket, in the order in which they were set."""
    return fetch(Timer, "WHERE t.ticket_id = :ticket_id ORDER BY t.created_at_ms, t.id", ticket_id=ticket_id)


def said(timer: Timer) -> Script[Said | None]:
    """What was written to the customer when the wait of a timer began; None: nothing was."""
    found = yield from fetch_one(
        OutboxEntry,
        "JOIN messages AS m ON m.id = t.message_id WHERE m.ticket_id = :ticket_id AND m.kind = 'reply' "
        "AND m.received_at_ms >= :since_ms AND t.action = 'send' ORDER BY m.id LIMIT 1",
        ticket_id=timer.ticket_id,
        since_ms=timer.since_ms,
    )
    if found is None:
        return None
    moves = yield from fetch(
        Event,
        "WHERE t.ticket_id = :ticket_id AND t.message_id = :message_id AND t.kind = 'delivery.state' ORDER BY t.id",
        ticket_id=timer.ticket_id,
        message_id=found.message_id,
    )
    left = (event.at_ms for event in moves if event.data.get("to") in {"sent", "delivered", "read"})
    return Said(state=found.state, left_at_ms=next(left, None))


def edited(timer: Timer) -> Script[tuple[Message, Ticket, Contact]]:
    """The message that a timer is about, the ticket that it is in by now, and its writer."""
    message = yield from fetch_one(Message, "WHERE t.id = :id", id=timer.about)
    assert message is not None, "messages are blanked, not deleted"
    ticket = yield from fetch_one(Ticket, "WHERE t.id = :id", id=message.ticket_id)
    contact = yield from fetch_one(Contact, "WHERE t.id = :id", id=message.contact_id)
    assert ticket is not None, "a foreign key says so"
    assert contact is not None, "another one does"
    return message, ticket, contact


def unlooked(timer: Timer) -> Script[Unlooked]:
    """What is known of the reply that a timer is about, in the ticket that it is in by now: there it is answered."""
    ticket = yield from fetch_one(Ticket, "JOIN messages AS m ON m.ticket_id = t.id WHERE m.id = :id", id=timer.about)
    assert ticket is not None, "a foreign key says so"
    delivery = yield from fetch_one(
        OutboxEntry, "WHERE t.message_id = :message_id AND t.action = 'send'", message_id=timer.about
    )
    accounts = yield from select(
        "SELECT value FROM identities WHERE contact_id = :id AND kind = 'user_id' ORDER BY id LIMIT 2",
        id=ticket.contact_id,
    )
    return Unlooked(ticket=ticket, delivery=delivery, user_id=accounts[0][0] if len(accounts) == 1 else None)
