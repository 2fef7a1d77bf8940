"""What a decision tells of itself, from what the rules said and where the ticket ended up. Pure."""

from typing import Final

import msgspec

from router.core.acts import OVER_QUOTA
from router.core.floods import Flood
from router.core.lifecycle import may
from router.core.placement import Placement
from router.core.receipts import unanswered
from router.core.repeats import Again
from router.model.decisions import Why, WhyConflict, WhyLost, WhyNote, WhyReason
from router.model.message import JournalEntry
from router.model.tables import Message, Ticket
from rules.facts import Verdict

_DECODER: Final = msgspec.json.Decoder(Why | None)


def why_stored(message: Message) -> Why | None:
    """What is kept with a message; None for one that was never judged, by this release, or of which nothing is left."""
    try:
        why: Why | None = _DECODER.decode(message.verdict)
    except msgspec.ValidationError:
        return None
    return why


def judged(verdict: Verdict, ticket: Ticket) -> Why:
    """The reasons of a message that the rules judged; `ticket` is the ticket once it was decided."""
    return Why(
        rules_version=verdict.version,
        packs=verdict.packs,
        tags=verdict.tags,
        untags=verdict.untags,
        urgency=verdict.urgency,
        queue=ticket.queue,
        language=verdict.language,
        reasons=tuple(WhyReason(rule=r.rule, why=r.why, at=r.at) for r in verdict.reasons),
        skills=verdict.skills,
        sla=verdict.sla,
        notes=tuple(WhyNote(rule=n.rule, text=n.text) for n in verdict.notes),
        lost=tuple(WhyLost(rule=x.rule, key=x.key, value=x.value, to=x.to) for x in verdict.lost),
        joined="amendment",
        contact_by="conversation",
        ticket_new=False,
    )


def unjudged(ticket: Ticket) -> Why:
    """For what changes a ticket without a text that could be judged: a delete, a reaction, a receipt."""
    return Why(
        rules_version="",
        urgency=ticket.urgency,
        queue=ticket.queue,
        language=ticket.language,
        joined="amendment",
        contact_by="conversation",
        ticket_new=False,
    )


def why_of(entry: JournalEntry, placement: Placement, verdict: Verdict, ticket: Ticket) -> Why:
    """Why a message became what it became."""
    return msgspec.structs.replace(
        judged(verdict, ticket),
        joined=placement.joined,
        joined_detail=placement.not_joined,
        left=_left(entry, placement),
        unanswered=unanswered(entry.event, placement.sender),
        contact_by=placement.contact_by,
        known_by=placement.known_by,
        conflicts=tuple([WhyConflict(row.kind, row.value, row.contact_id) for row in placement.foreign]),
        ticket_new=placement.ticket is None,
        points=placement.belonging.points if placement.belonging is not None else None,
        related=placement.related,
        related_by=placement.related_by,
        parse_ms=entry.parse_ms,
        redact_ms=entry.redact_ms,
    )


def _left(entry: JournalEntry, placement: Placement) -> str:
    if placement.last_word:
        return "thanks"
    sleeps = placement.ticket is not None and may(placement.ticket.state, "open", "contact")
    return "automatic" if sleeps and entry.event.automatic != "none" else ""


def noticed(why: Why, entry: JournalEntry, flood: Flood, said: Again | None, *, is_withheld: bool) -> Why:
    """The same with what was noticed of floods and repetitions."""
    withheld = ["reply"] if is_withheld else []
    withheld += [act.kind for act in why.acts if act.detail == OVER_QUOTA]
    withheld += ["ticket"] if why.joined == "over_quota" else []
    repeat = said.why if said is not None else None
    return msgspec.structs.replace(why, flood=flood.why(tuple(withheld)), repeat=repeat, released_by=entry.released_by)


def added(why: Why) -> dict[str, str]:
    """What the history tells of a message besides that it came."""
    told = {"left": why.left, "released_by": why.released_by, "muted": why.muted, "unanswered": why.unanswered}
    if why.repeat is not None:
        told |= {"repeats": why.repeat.of, "nth": str(why.repeat.nth)}
    if why.flood is not None and why.flood.sender:
        told["over_quota"] = f"{why.flood.sender}/{why.flood.quota}"
    return {key: value for key, value in told.items() if value}
