"""Actions on accounts at rest: what a ticket has, and what waits for the back end."""

from collections.abc import Sequence
from typing import Final

import msgspec

from router.model.actions import ActionEntry
from router.model.ids import ActionId, TicketId
from router.model.limits import CALL_PAUSE_MS_MAX
from router.model.tables import Identity, Ticket
from router.store.codec import table
from router.store.script import Script, fetch, fetch_one, select

_ENTRY: Final = table(ActionEntry)
OF_TICKET_MAX: Final = 100
"""Newest actions looked at of one ticket."""
_TAKE: Final = (
    "UPDATE actions SET attempts = attempts + 1, state = 'sending', lease_until_ms = :until_ms, version = version + 1 "  # noqa: S608
    f"WHERE id {{in ids}} RETURNING {', '.join(_ENTRY.quoted)}"
)


class ActionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision about an action is made on."""

    ticket: Ticket
    identities: list[Identity]
    """Of the ticket's contact."""
    rows: list[ActionEntry]
    """Of the ticket, the newest first."""
    is_merged: bool = False
    """The ticket went into another one."""


class ClaimedAction(msgspec.Struct, frozen=True, kw_only=True):
    """An action to ask for, and what the call names."""

    entry: ActionEntry
    undone: ActionEntry | None
    ticket: Ticket
    identities: list[Identity]


def get(action_id: ActionId) -> Script[ActionEntry | None]:
    """One action."""
    return fetch_one(ActionEntry, "WHERE t.id = :id", id=action_id)


def of_tickets(ticket_ids: Sequence[TicketId]) -> Script[list[ActionEntry]]:
    """Actions of these tickets that are under way or done."""
    return fetch(
        ActionEntry,
        "WHERE t.ticket_id {in ids} AND t.state IN ('proposed', 'queued', 'sending', 'done') ORDER BY t.id",
        ids=ticket_ids,
    )


def proposed(*, limit: int, after: str = "") -> Script[list[ActionEntry]]:
    """What waits for a second person, oldest first."""
    return fetch(
        ActionEntry,
        "WHERE t.state = 'proposed' AND t.id > :after ORDER BY t.id LIMIT :limit",
        after=after,
        limit=limit,
    )


def of_ticket(ticket_id: TicketId) -> Script[list[ActionEntry]]:
    """All actions of a ticket, the newest first."""
    return fetch(
        ActionEntry,
        "WHERE t.ticket_id = :ticket_id ORDER BY t.id DESC LIMIT :most",
        ticket_id=ticket_id,
        most=OF_TICKET_MAX,
    )


def facts(ticket_id: TicketId) -> Script[ActionFacts | None]:
    """The facts for a decision about an action of a ticket; None when there is no such ticket."""
    ticket = yield from fetch_one(Ticket, "WHERE t.id = :id", id=ticket_id)
    if ticket is None:
        return None
    identities = yield from fetch(Identity, "WHERE t.contact_id = :id ORDER BY t.id", id=ticket.contact_id)
    gone = yield from select(
        "SELECT 1 FROM regroupings WHERE source_id = :id AND kind = 'merge' AND undone_at_ms IS NULL LIMIT 1",
        id=ticket_id,
    )
    rows = yield from of_ticket(ticket_id)
    return ActionFacts(ticket=ticket, identities=identities, rows=rows, is_merged=bool(gone))


def claim(*, now_ms: int, lease_ms: int, limit: int) -> Script[list[ClaimedAction]]:
    """Take due actions for `lease_ms`, the oldest first; what a worker left behind is asked again under its key."""
    found = yield from select(
        "SELECT t.id FROM actions AS t "
        "WHERE t.state IN ('queued', 'sending') "  # said once more, for the index holds nothing else
        "AND ((t.state = 'queued' AND NOT (t.due_at_ms > :now_ms AND t.due_at_ms <= :far_ms)) "
        "OR (t.state = 'sending' AND NOT (t.lease_until_ms > :now_ms AND t.lease_until_ms <= :far_ms))) "
        "ORDER BY t.id LIMIT :limit "
        "{pg FOR NO KEY UPDATE OF t SKIP LOCKED}",
        now_ms=now_ms,
        far_ms=now_ms + CALL_PAUSE_MS_MAX,
        limit=limit,
    )
    ids = [row[0] for row in found]
    if not ids:
        return []
    taken = _ENTRY.decode((yield from select(_TAKE, ids=ids, until_ms=now_ms + lease_ms)))
    tickets = yield from fetch(Ticket, "WHERE t.id {in ids}", ids=sorted({row.ticket_id for row in taken}))
    by_id = {ticket.id: ticket for ticket in tickets}
    undone_ids = sorted({row.undoes for row in taken if row.undoes is not None})
    undone = (yield from fetch(ActionEntry, "WHERE t.id {in ids}", ids=undone_ids)) if undone_ids else []
    before = {row.id: row for row in undone}
    contacts = sorted({by_id[row.ticket_id].contact_id for row in taken})
    identities = yield from fetch(Identity, "WHERE t.contact_id {in ids} ORDER BY t.id", ids=contacts)
    return [
        ClaimedAction(
            entry=row,
            undone=before.get(row.undoes) if row.undoes is not None else None,
            ticket=by_id[row.ticket_id],
            identities=[one for one in identities if one.contact_id == by_id[row.ticket_id].contact_id],
        )
        for row in sorted(taken, key=lambda row: row.id)
    ]
