"""Incidents and their tickets: what detection looks at, what lists show."""

from collections.abc import Sequence
from typing import Final

import msgspec

from router.model.changes import Change
from router.model.errors import Conflict
from router.model.grouping import Incident, IncidentTicket, Matter
from router.model.ids import IncidentId, TicketId
from router.model.limits import BANNERS_MAX, PAGE_MAX
from router.model.snapshot import Acquaintance
from router.model.tables import Ticket
from router.store import changes
from router.store.codec import to_json
from router.store.commands import acquaintance
from router.store.script import Script, fetch, fetch_one, select

LATELY_MAX: Final = 500
"""Newest tickets that detection looks at."""


class Lately(msgspec.Struct, frozen=True, kw_only=True):
    """Tickets of a while, newest last, with what they are about and the incidents they were linked to."""

    tickets: tuple[Ticket, ...]
    matters: dict[TicketId, Matter]
    linked: dict[TicketId, IncidentId | None]
    """None: that one is over, or somebody took the ticket out of it."""
    dismissed: frozenset[TicketId] = frozenset()
    """Those that are in one that is none."""
    proposals: int = 0
    """How often anything was proposed until then."""


class IncidentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An incident with how many people it reaches, now."""

    incident: Incident
    tickets: int
    contacts: int


def lately(*, since_ms: int) -> Script[Lately]:
    """What was opened since then and is not closed. Ids are in order of time, so that only the newest are read."""
    counted = yield from select("SELECT value FROM counters WHERE name = 'proposal'")
    proposals = counted[0][0] if counted else 0
    floor = f"{since_ms:012x}"
    tickets = yield from fetch(
        Ticket,
        "WHERE t.id >= :floor AND t.created_at_ms >= :since AND t.state <> 'closed' ORDER BY t.id DESC LIMIT :most",
        floor=f"{floor[:8]}-{floor[8:]}",
        since=since_ms,
        most=LATELY_MAX,
    )
    ids = sorted(ticket.id for ticket in tickets)
    if not ids:
        return Lately(tickets=(), matters={}, linked={}, proposals=proposals)
    matters = yield from fetch(Matter, "WHERE t.ticket_id {in ids}", ids=ids)
    links = yield from fetch(
        IncidentTicket,
        "JOIN incidents AS i ON i.id = t.incident_id "
        "WHERE t.ticket_id {in ids} AND (i.state <> 'resolved' OR t.unlinked_at_ms IS NULL) ORDER BY t.id",
        ids=ids,
    )
    members = yield from select(
        "SELECT l.ticket_id, i.id, i.state FROM incident_tickets AS l JOIN incidents AS i ON i.id = l.incident_id "
        "WHERE l.ticket_id {in ids} AND l.unlinked_at_ms IS NULL ORDER BY l.id",
        ids=ids,
    )
    linked: dict[TicketId, IncidentId | None] = dict.fromkeys([link.ticket_id for link in links])
    return Lately(
        tickets=tuple(reversed(tickets)),
        matters={matter.ticket_id: matter for matter in matters},
        linked=linked | {ticket_id: id_ for ticket_id, id_, state in members if state in {"proposed", "open"}},
        dismissed=frozenset([ticket_id for ticket_id, _, state in members if state == "dismissed"]),
        proposals=proposals,
    )


def propose(decided: Sequence[Change], seen: Lately, *, now_ms: int) -> Script[None]:
    """Apply what was decided on `seen`. Raises Conflict when another process has proposed something since: no key of
    the rows would keep the same tickets out of two incidents."""
    counted = yield from select(
        "INSERT INTO counters (name, value) VALUES ('proposal', 1) "
        "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
    if counted[0][0] != seen.proposals + 1:
        raise Conflict("incidents: another process has looked meanwhile")
    yield from changes.apply(decided, now_ms=now_ms)


def incident(id_: str) -> Script[Incident | None]:
    """One of them."""
    return fetch_one(Incident, "WHERE t.id = :id", id=id_)


def link(incident_id: IncidentId, ticket_id: TicketId) -> Script[IncidentTicket | None]:
    """Whether, and how, a ticket is in an incident."""
    return fetch_one(
        IncidentTicket,
        "WHERE t.incident_id = :incident AND t.ticket_id = :ticket",
        incident=incident_id,
        ticket=ticket_id,
    )


def links_of(ticket_id: TicketId) -> Script[list[IncidentTicket]]:
    """Where a ticket is, or was, in; not in what was none."""
    return fetch(
        IncidentTicket,
        "JOIN incidents AS i ON i.id = t.incident_id WHERE t.ticket_id = :id AND i.state <> 'dismissed' ORDER BY t.id",
        id=ticket_id,
    )


def tickets(incident_id: IncidentId) -> Script[list[Ticket]]:
    """The tickets that are in it, oldest first."""
    return fetch(
        Ticket,
        "JOIN incident_tickets AS l ON l.ticket_id = t.id "
        "WHERE l.incident_id = :incident AND l.unlinked_at_ms IS NULL ORDER BY t.id",
        incident=incident_id,
    )


def page(incident_id: IncidentId, *, after: str = "", limit: int = PAGE_MAX) -> Script[list[TicketId]]:
    """Some of the tickets that are in it, oldest first, from the one after `after` on."""
    rows = yield from select(
        "SELECT ticket_id FROM incident_tickets WHERE incident_id = :incident AND unlinked_at_ms IS NULL "
        "AND ticket_id > :after ORDER BY ticket_id LIMIT :limit",
        incident=incident_id,
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]


def of_ticket(ticket_id: TicketId) -> Script[list[Incident]]:
    """The incidents that a ticket is in, the newest first; not those that were none."""
    return fetch(
        Incident,
        "JOIN incident_tickets AS l ON l.incident_id = t.id "
        "WHERE l.ticket_id = :ticket AND l.unlinked_at_ms IS NULL AND t.state <> 'dismissed' ORDER BY t.id DESC",
        ticket=ticket_id,
    )


def shown() -> Script[list[Incident]]:
    """Confirmed ones that the web chat tells of, the newest first."""
    return fetch(
        Incident,
        "WHERE t.state = 'open' AND t.banner <> :nothing ORDER BY t.id DESC LIMIT :most",
        nothing=to_json({}),
        most=BANNERS_MAX,
    )


def acquaintances(incident_id: IncidentId) -> Script[list[Acquaintance]]:
    """What is known of the customers it reaches, whose tickets are the newest."""
    rows = yield from select(
        "SELECT t.contact_id FROM incident_tickets AS l JOIN tickets AS t ON t.id = l.ticket_id "
        "WHERE l.incident_id = :incident AND l.unlinked_at_ms IS NULL GROUP BY t.contact_id "
        "ORDER BY MAX(t.id) DESC LIMIT :most",
        incident=incident_id,
        most=PAGE_MAX,
    )
    found: list[Acquaintance] = []
    for (contact_id,) in rows:
        found.append((yield from acquaintance(contact_id)))
    return found


def line(id_: str) -> Script[IncidentLine | None]:
    """One of them with its live counts."""
    found = yield from incident(id_)
    return None if found is None else (yield from _counted([found]))[0]


def lines(*, over: bool) -> Script[list[IncidentLine]]:
    """Incidents with their live counts, the newest first; those that are over only when asked for."""
    found = yield from fetch(
        Incident,
        "WHERE :over = 1 OR t.state IN ('proposed', 'open') ORDER BY t.id DESC LIMIT 100",
        over=int(over),
    )
    return (yield from _counted(found))


def _counted(found: list[Incident]) -> Script[list[IncidentLine]]:
    if not found:
        return []
    rows = yield from select(
        "SELECT l.incident_id, COUNT(*), COUNT(DISTINCT t.contact_id) FROM incident_tickets AS l "
        "JOIN tickets AS t ON t.id = l.ticket_id "
        "WHERE l.incident_id {in ids} AND l.unlinked_at_ms IS NULL GROUP BY l.incident_id",
        ids=[one.id for one in found],
    )
    counts = {row[0]: (row[1], row[2]) for row in rows}
    return [
        IncidentLine(incident=one, tickets=counts.get(one.id, (0, 0))[0], contacts=counts.get(one.id, (0, 0))[1])
        for one in found
    ]
