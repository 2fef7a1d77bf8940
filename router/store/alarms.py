"""Alarms at rest: what rings without a ladder, ladders to climb, pages that wait to leave."""

from collections.abc import Collection
from typing import Final, Literal

import msgspec

from router.model.alarms import Ladder, PageEntry
from router.model.ids import TicketId
from router.model.limits import CALL_PAUSE_MS_MAX
from router.model.tables import Ticket
from router.store.codec import table
from router.store.script import Script, fetch, select

PageWay = Literal["email", "telegram"]
"""Pages that a worker of ours carries; webhooks' are words like others."""
_PAGE: Final = table(PageEntry)
_DUE: Final = (
    "t.kind = :way "
    "AND t.state IN ('queued', 'sending') "  # said once more, for the index holds nothing else
    "AND ((t.state = 'queued' AND NOT (t.due_at_ms > :now_ms AND t.due_at_ms <= :far_ms)) "
    "OR (t.state = 'sending' AND NOT (t.lease_until_ms > :now_ms AND t.lease_until_ms <= :far_ms)))"
)
_TAKE: Final = (
    "UPDATE pages SET attempts = attempts + 1, state = 'sending', lease_until_ms = :until_ms, version = version + 1 "  # noqa: S608
    f"WHERE id {{in ids}} RETURNING {', '.join(_PAGE.quoted)}"
)


class Climbing(msgspec.Struct, frozen=True, kw_only=True):
    """A ladder and its ticket."""

    ladder: Ladder
    ticket: Ticket


class ClaimedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page to send, and the ticket to accept."""

    page: PageEntry
    ticket: Ticket


class Loud(msgspec.Struct, frozen=True, kw_only=True):
    """How many tickets ring, and how many of them past the end of their ladder."""

    ringing: int
    unanswered: int


def without_ladder(limit: int, aside: Collection[str] = ()) -> Script[list[Ticket]]:
    """Tickets that ring and have no ladder yet, the longest first; not those set `aside`."""
    return fetch(
        Ticket,
        "WHERE t.alarm_since_ms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ladders AS l "
        "WHERE l.ticket_id = t.id AND l.since_ms = t.alarm_since_ms) AND NOT (t.id {in aside}) "
        "ORDER BY t.alarm_since_ms, t.id LIMIT :limit",
        aside=list(aside),
        limit=limit,
    )


def climbing(limit: int, aside: Collection[str] = ()) -> Script[list[Climbing]]:
    """Ladders that are climbed, the next due first, and before them those whose alarm is over; not those of tickets
    set `aside`."""
    over = yield from fetch(
        Ladder,
        "JOIN tickets AS k ON k.id = t.ticket_id WHERE t.state IN ('ringing', 'unanswered') "
        "AND (k.alarm_since_ms IS NULL OR k.alarm_since_ms <> t.since_ms) AND NOT (t.ticket_id {in aside}) "
        "ORDER BY t.due_at_ms, t.id LIMIT :limit",
        aside=list(aside),
        limit=limit,
    )
    due = yield from fetch(
        Ladder,
        "WHERE t.state IN ('ringing', 'unanswered') AND t.state = 'ringing' AND NOT (t.ticket_id {in aside}) "
        "ORDER BY t.due_at_ms, t.id LIMIT :limit",
        aside=list(aside),
        limit=limit,
    )
    ladders = {ladder.id: ladder for ladder in (*over, *due)}
    wanted = sorted({ladder.ticket_id for ladder in ladders.values()})
    tickets = (yield from fetch(Ticket, "WHERE t.id {in ids}", ids=wanted)) if wanted else []
    by_id = {ticket.id: ticket for ticket in tickets}
    return [Climbing(ladder=ladder, ticket=by_id[ladder.ticket_id]) for ladder in ladders.values()]


def claim_pages(way: PageWay, *, is_again: bool, now_ms: int, lease_ms: int, limit: int) -> Script[list[ClaimedPage]]:
    """Take due pages that leave by this way for `lease_ms`, the oldest first: those that were tried, or the others."""
    rows = yield from select(
        f"SELECT t.id FROM pages AS t WHERE {_DUE} AND t.attempts {'>' if is_again else '='} 0 "  # noqa: S608
        "ORDER BY t.id LIMIT :limit {pg FOR NO KEY UPDATE OF t SKIP LOCKED}",
        way=way,
        now_ms=now_ms,
        far_ms=now_ms + CALL_PAUSE_MS_MAX,
        limit=limit,
    )
    ids = [row[0] for row in rows]
    if not ids:
        return []
    taken = _PAGE.decode((yield from select(_TAKE, ids=ids, until_ms=now_ms + lease_ms)))
    # The ladder's ticket, not the page's: what was merged meanwhile is accepted where it went.
    ladders = yield from fetch(Ladder, "WHERE t.id {in ids}", ids=sorted({page.ladder_id for page in taken}))
    about = {ladder.id: ladder.ticket_id for ladder in ladders}
    tickets = yield from fetch(Ticket, "WHERE t.id {in ids}", ids=sorted(set(about.values())))
    by_id = {ticket.id: ticket for ticket in tickets}
    ordered = sorted(taken, key=lambda page: page.id)
    return [ClaimedPage(page=page, ticket=by_id[about[page.ladder_id]]) for page in ordered]


def loud() -> Script[Loud]:
    """How it stands with all alarms."""
    rows = yield from select(
        "SELECT COUNT(*), COUNT(l.id) FROM tickets AS t LEFT JOIN ladders AS l "
        "ON l.ticket_id = t.id AND l.since_ms = t.alarm_since_ms AND l.state = 'unanswered' "
        "WHERE t.alarm_since_ms IS NOT NULL"
    )
    return Loud(ringing=rows[0][0], unanswered=rows[0][1])


def pages_of(ticket_id: TicketId, *, limit: int = 200) -> Script[list[PageEntry]]:
    """Who was paged about a ticket, or about one that was merged into it, the newest first; a webhook's with what
    became of its word."""
    pages = yield from fetch(
        PageEntry,
        "WHERE t.ladder_id IN (SELECT l.id FROM ladders AS l WHERE l.ticket_id = :ticket_id) "
        "ORDER BY t.id DESC LIMIT :limit",
        ticket_id=ticket_id,
        limit=limit,
    )
    carried = [page.id for page in pages if page.kind == "webhook"]
    if not carried:
        return pages
    found = yield from select("SELECT id, state, attempts, error FROM hooks WHERE id {in ids}", ids=carried)
    hooks = {row[0]: row[1:] for row in found}
    return [
        msgspec.structs.replace(page, state=hooks[page.id][0], attempts=hooks[page.id][1], error=hooks[page.id][2])
        if page.id in hooks
        else page
        for page in pages
    ]
