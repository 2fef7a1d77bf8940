"""Incidents: many people, one cause. Their tickets stay their own and are linked, never merged. Pure.

`propose` looks at what was opened lately: where enough different people report the same thing in like words, or name
the same transaction or address, an incident is proposed, and a person decides about it.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from router.core.guard import Concern, inspect
from router.core.likeness import likeness, reports, things
from router.core.private_side import PrivateSide
from router.core.reading import LISTED
from router.core.tickets import headline
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.grouping import Incident, IncidentState, IncidentTicket, Matter
from router.model.ids import IncidentId, TicketId
from router.model.limits import BANNER_CHARS_MAX, INCIDENT_TITLE_CHARS_MAX
from router.model.snapshot import Contents
from router.model.sources import Ids
from router.model.tables import Event, Ticket
from rules.links import LinkHosts
from rules.matching import Matching

_ALIKE = 0.5
LANGUAGES = ("en", "zh")
"""In which the web chat can say something to everybody."""

TRANSITIONS: dict[IncidentState, frozenset[IncidentState]] = {
    "proposed": frozenset({"open", "dismissed"}),
    "open": frozenset({"resolved"}),
    "resolved": frozenset({"open"}),
    "dismissed": frozenset({"open"}),
}
"""From each state, where a person may take it."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket that was opened lately, and what it is about."""

    ticket: Ticket
    matter: Matter
    incident_id: IncidentId | None = None
    """The one it is in, unless that is over: what is like it belongs there."""
    is_linked: bool = False
    """It was put into one, also if that is over or somebody took it out: it is not put in again."""
    is_dismissed: bool = False
    """It is in one that agents dismissed: what is like it is none."""


def propose(lately: Sequence[Report], matching: Matching, *, now_ms: int, ids: Ids) -> list[Change]:
    """Link new reports to running incidents that they are like, and propose an incident where there is none."""
    changes: list[Change] = []
    loose = [one for one in lately if not one.is_linked and reports(one.matter.sketch)]
    held = [one for one in lately if one.incident_id is not None]
    for report in [*loose]:
        known = next((one.incident_id for one in held if _one_cause(report, one)), None)
        if known is not None:
            changes += _linked(known, report.ticket, "likeness", actor="system", now_ms=now_ms, ids=ids)
            loose.remove(report)
        elif any(one.is_dismissed and _one_cause(report, one) for one in lately):
            loose.remove(report)
    while loose:
        first, *rest = loose
        cause = [first, *(one for one in rest if _one_cause(first, one))]
        loose = [one for one in rest if one not in cause]
        if len({one.ticket.contact_id for one in cause}) >= matching.incident_contacts:
            incident = Incident(
                id=IncidentId(ids.new()),
                title=_title(cause),
                about=tuple(sorted(things(first.matter.sketch))),
                state="proposed",
                created_at_ms=now_ms,
            )
            changes += [Add(incident), _became(incident, actor="system", now_ms=now_ms)]
            for one in cause:
                changes += _linked(incident.id, one.ticket, "likeness", actor="system", now_ms=now_ms, ids=ids)
    return changes


def _title(cause: Sequence[Report]) -> str:
    """What the first called it who was not offered words, else what the first wrote."""
    named = next((one.ticket.subject for one in cause if one.ticket.channel not in LISTED), "")
    return named or headline(cause[0].ticket.snippet) or cause[0].ticket.subject


def _one_cause(one: Report, other: Report) -> bool:
    """Whether two people report one thing: things and words alike, whatever they own and name."""
    mine, theirs = one.matter.sketch, other.matter.sketch
    shared = things(mine) & things(theirs)
    return bool(shared) and likeness(mine, theirs) >= _ALIKE


def _linked(
    incident_id: IncidentId, ticket: Ticket, reason: str, *, actor: str, now_ms: int, ids: Ids
) -> Iterable[Change]:
    link = IncidentTicket(
        id=ids.new(), incident_id=incident_id, ticket_id=ticket.id, reason=reason, linked_by=actor, at_ms=now_ms
    )
    return [Add(link), _told(ticket, incident_id, "linked", actor, now_ms)]


def open_incident(title: str, tickets: Sequence[Ticket], *, actor: str, now_ms: int, ids: Ids) -> list[Change]:
    """An incident that a person declares, with the tickets they saw it in. Raises Refused."""
    if not title.strip():
        raise Refused("empty", "an incident needs a title", status=422)
    if len(title) > INCIDENT_TITLE_CHARS_MAX:
        detail = f"a title has at most {INCIDENT_TITLE_CHARS_MAX} characters"
        raise Refused("title_too_long", detail, status=422, data={"limit": INCIDENT_TITLE_CHARS_MAX})
    incident = Incident(id=IncidentId(ids.new()), title=title.strip(), state="open", created_at_ms=now_ms)
    changes: list[Change] = [Add(incident), _became(incident, actor=actor, now_ms=now_ms)]
    for ticket in tickets:
        changes += _linked(incident.id, ticket, "by_hand", actor=actor, now_ms=now_ms, ids=ids)
    return changes


def change_state(incident: Incident, state: IncidentState, *, actor: str, now_ms: int) -> list[Change]:
    """Confirm, dismiss, resolve or reopen. Raises Refused for a move the table does not have."""
    if state not in TRANSITIONS[incident.state]:
        allowed = ", ".join(sorted(TRANSITIONS[incident.state]))
        raise Refused(
            "bad_transition", f"an incident that is {incident.state} can become {allowed}, not {state}", status=409
        )
    resolved_at_ms = now_ms if state == "resolved" else None
    changed = incident.changed(state=state, resolved_at_ms=resolved_at_ms)
    return [Save(changed), _became(changed, actor=actor, now_ms=now_ms)]


def _became(incident: Incident, *, actor: str, now_ms: int) -> Change:
    data: dict[str, str] = {"incident": incident.id, "to": incident.state}
    return Record(Event(at_ms=now_ms, kind="incident.state", actor=actor, data=data))


def set_banner(
    incident: Incident,
    texts: Mapping[str, str],
    private: Sequence[PrivateSide],
    *,
    hosts: LinkHosts | None,
    actor: str,
    now_ms: int,
) -> list[Change]:
    """What the web chat says of it while it is open; no texts: nothing. `private` is what its customers told us.

    Everybody reads it: what the guard keeps out of a public reply to any of them is kept out of it. Raises Refused.
    """
    said = {language: text.strip() for language, text in texts.items() if text.strip()}
    concerns: list[Concern] = []
    if unknown := ", ".join(sorted(said.keys() - set(LANGUAGES))):
        spoken = ", ".join(LANGUAGES)
        raise Refused("no_such_language", f"the web chat does not speak {unknown[:40]}; it speaks {spoken}", status=422)
    for language, text in sorted(said.items()):
        if len(text) > BANNER_CHARS_MAX:
            detail = f"{language}: at most {BANNER_CHARS_MAX} characters"
            raise Refused("banner_too_long", detail, status=422, data={"limit": BANNER_CHARS_MAX})
        concerns += inspect(text, visibility="public", hosts=hosts, field=language).all
        found = {each for side in private for each in side.found_in(text)}
        concerns += [Concern(field=language, start=start, end=end, type=kind) for (start, end), kind in sorted(found)]
    if concerns:
        what = ", ".join(f"{each.field} {each.type} {each.start}-{each.end}" for each in concerns)
        findings = [msgspec.to_builtins(each) for each in concerns]
        raise Refused("banner_blocked", f"everybody would read it: {what}", status=422, data={"findings": findings})
    if said == incident.banner:
        return []
    data = {"incident": incident.id, "languages": ",".join(sorted(said))}
    return [
        Save(incident.changed(banner=said)),
        Record(Event(at_ms=now_ms, kind="incident.banner", actor=actor, data=data)),
    ]


def link(
    incident: Incident, ticket: Ticket, before: IncidentTicket | None, *, actor: str, now_ms: int, ids: Ids
) -> list[Change]:
    """Put a ticket into an incident; nothing when it is in it. Raises Refused when the incident is over."""
    if incident.state in {"resolved", "dismissed"}:
        raise Refused("incident_over", f"this incident is {incident.state}", status=409)
    if before is None:
        return list(_linked(incident.id, ticket, "by_hand", actor=actor, now_ms=now_ms, ids=ids))
    if before.unlinked_at_ms is None:
        return []
    again = before.changed(unlinked_at_ms=None, linked_by=actor, reason="by_hand", at_ms=now_ms)
    return [Save(again), _told(ticket, incident.id, "linked", actor, now_ms)]


def unlink(
    incident: Incident, ticket: Ticket, before: IncidentTicket | None, *, actor: str, now_ms: int
) -> list[Change]:
    """Take a ticket out; it is never linked by the machine again. Raises Refused when it is not in it."""
    if before is None or before.unlinked_at_ms is not None:
        raise Refused("not_linked", f"T-{ticket.number} is not in this incident", status=404)
    gone = before.changed(unlinked_at_ms=now_ms)
    return [Save(gone), _told(ticket, incident.id, "unlinked", actor, now_ms)]


def merged(source: Contents, target: Contents, *, actor: str, now_ms: int, ids: Ids) -> list[Change]:
    """A ticket goes on in another: who is told in one of its incidents is told there."""
    changes: list[Change] = []
    there = {row.incident_id: row for row in target.incidents}
    for row in source.incidents:
        before = there.get(row.incident_id)
        if row.unlinked_at_ms is not None or (before is not None and before.unlinked_at_ms is None):
            continue
        if before is None:
            changes += _linked(row.incident_id, target.ticket, row.reason, actor=actor, now_ms=now_ms, ids=ids)
            continue
        again = before.changed(unlinked_at_ms=None, linked_by=actor, at_ms=now_ms)
        changes += [Save(again), _told(target.ticket, row.incident_id, "linked", actor, now_ms)]
    return changes


def unmerged(target: Contents, at_ms: int, *, actor: str, now_ms: int) -> list[Change]:
    """A merge of then is taken back: out of what it brought with it."""
    changes: list[Change] = []
    for row in target.incidents:
        if row.at_ms == at_ms and row.unlinked_at_ms is None:
            changes.append(Save(row.changed(unlinked_at_ms=now_ms)))
            changes.append(_told(target.ticket, row.incident_id, "unlinked", actor, now_ms))
    return changes


def _told(ticket: Ticket, incident_id: IncidentId, what: str, actor: str, now_ms: int) -> Change:
    return Record(
        ticket.event(
            "ticket.updated", actor=actor, data={"incident": incident_id, "incident_ticket": what}, now_ms=now_ms
        )
    )


def addressed(tickets: Iterable[Ticket]) -> list[TicketId]:
    """Whom one reply to all goes to: a closed ticket is left in peace."""
    return [ticket.id for ticket in tickets if ticket.state != "closed"]


def speakers(tickets: Iterable[Ticket]) -> frozenset[TicketId]:
    """Of the tickets of one conversation the newest, in which its customer writes on: nobody reads the same twice."""
    newest = {ticket.conversation_id: ticket.id for ticket in sorted(tickets, key=lambda ticket: ticket.id)}
    return frozenset(newest.values())
