"""What rules that wait for `ticket.updated` make of a change that an agent made. Pure.

It is part of that change: one version, one transaction. What rules change wakes no rules again.
"""

import msgspec

from router.core import tickets
from router.core.acts import Scene, carry_out
from router.core.facts import ticket_facts
from router.model.changes import Change, Record
from router.model.snapshot import Surroundings
from router.model.sources import Ids
from router.model.tables import URGENCY_RANK, Event, Ticket
from rules.changed import EVENT
from rules.facts import CustomerFacts, Facts, MessageFacts, Verdict
from rules.ruleset import Ruleset


def is_change(before: Ticket, after: Ticket) -> bool:
    """Whether something changed that rules can see."""
    return ticket_facts(before) != ticket_facts(after)


def judge_update(
    before: Ticket, after: Ticket, around: Surroundings, ruleset: Ruleset, *, now_ms: int, ids: Ids
) -> tuple[Ticket, list[Change]]:
    """The ticket after the rules saw what an agent made of it, and what else changes; its version stays."""
    facts = Facts(
        message=MessageFacts(
            text="",
            channel=after.channel,
            account=after.account,
            visibility=after.visibility,
            lang=after.language,
            is_first=False,
            findings=after.findings,
        ),
        customer=CustomerFacts(
            known=True, verified=around.verified, vip=around.contact.vip, language=around.contact.language
        ),
        ticket=ticket_facts(after),
        ticket_before=ticket_facts(before),
        event=EVENT,
        now_ms=now_ms,
    )
    verdict = ruleset.evaluate(facts, queue=after.queue)
    if not verdict.reasons:
        return after, []
    judged, event = _judged(after, verdict, now_ms)
    scene = Scene(
        now_ms=now_ms,
        opened=False,
        message_id=None,
        conversation_id=after.conversation_id,
        channel=after.channel,
        account=after.account,
        visibility=after.visibility,
        findings=after.findings,
        verdict=verdict,
        agents=around.agents,
        times=ruleset.times,
        remedies=ruleset.actions,
        actions=around.actions,
    )
    ticket, acted, _ = carry_out(verdict.acts, judged, scene, ids)
    return ticket, [Record(event), *acted]


def _judged(ticket: Ticket, verdict: Verdict, now_ms: int) -> tuple[Ticket, Event]:
    """Tags, a rise of urgency and another queue. Urgency never falls: an agent's word is not undone by a default."""
    tags = tuple(tag for tag in dict.fromkeys((*ticket.tags, *verdict.tags)) if tag not in verdict.untags)
    judged = msgspec.structs.replace(ticket, tags=tags)
    data = {"rule": ", ".join(reason.rule for reason in verdict.reasons)}
    if tags != ticket.tags:
        data |= {"tags_from": ", ".join(ticket.tags), "tags_to": ", ".join(tags)}
    if URGENCY_RANK[verdict.urgency] > max(ticket.urgency_rank, URGENCY_RANK["normal"]):
        data |= {"urgency_from": ticket.urgency, "urgency_to": verdict.urgency}
        judged = msgspec.structs.replace(judged, urgency=verdict.urgency, urgency_rank=URGENCY_RANK[verdict.urgency])
    if verdict.queue != ticket.queue:
        data |= {"queue_from": ticket.queue, "queue_to": verdict.queue}
        moved, _ = tickets.move(judged, verdict.queue, actor="rules", now_ms=now_ms)
        judged = msgspec.structs.replace(moved, version=ticket.version)
    if verdict.notes:
        data["note"] = "; ".join(note.text for note in verdict.notes)
    event = judged.event("ticket.updated", actor="rules", data=data, now_ms=now_ms)
    return judged, event
