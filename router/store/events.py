"""The feed: committed events by id. Ids are in commit order, so a reader that goes on from the last one misses none."""

from router.model.ids import EventId, TicketId
from router.model.tables import Event
from router.store.script import Script, fetch, select


def since(last_id: EventId, limit: int) -> Script[list[Event]]:
    """Events after `last_id`, oldest first."""
    return fetch(Event, "WHERE t.id > :last_id ORDER BY t.id LIMIT :limit", last_id=last_id, limit=limit)


def latest_id() -> Script[EventId]:
    """The id of the newest event, 0 when there is none."""
    rows = yield from select("SELECT MAX(id) FROM events")
    return EventId(rows[0][0] or 0)


def of_ticket(ticket_id: TicketId, *, limit: int) -> Script[list[Event]]:
    """The newest `limit` events of a ticket, oldest first."""
    found = yield from fetch(
        Event, "WHERE t.ticket_id = :ticket_id ORDER BY t.id DESC LIMIT :limit", ticket_id=ticket_id, limit=limit
    )
    return found[::-1]
