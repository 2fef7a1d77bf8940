"""What a decision tells of itself, from what the rules said and where the ticket ended up. Pure."""

from router.model.decisions import Why, WhyLost, WhyNote, WhyReason
from router.model.tables import Ticket
from rules.facts import Verdict


def judged(verdict: Verdict, ticket: Ticket) -> Why:
    """The reasons of a message that the rules judged; `ticket` is the ticket once it was decided."""
    return Why(
        rules_version=verdict.version,
        packs=verdict.packs,
        tags=verdict.tags,
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
