"""Tickets: opening them, what a customer's next message does to them, and what people do to them. Pure."""

from collections.abc import Sequence

import msgspec

from router.core.lifecycle import OVER, Brought, check, may, mover_of
from router.core.placement import NotJoined, Placement
from router.model.ids import AgentId, ConversationId, MessageId, TicketId
from router.model.limits import SUBJECT_CHARS_MAX
from router.model.message import JournalEntry
from router.model.sources import Ids
from router.model.tables import URGENCY_RANK, Contact, Event, Ticket, TicketState, Urgency
from rules.facts import Verdict
from rules.language import tells

_FOLLOWED: frozenset[NotJoined] = frozenset({"ticket_closed", "reopen_window_over"})
"""A message to a ticket that is over opens a follow-up."""
_SUBJECT_FROM_TEXT = 80
_SNIPPET = 160


def snippet_of(text: str) -> str:
    """The first characters of a message on one line, for lists."""
    return " ".join(text[: _SNIPPET * 2].split())[:_SNIPPET]


def subject_of(entry: JournalEntry, new_text: str) -> str:
    """The subject, or the beginning of `new_text` where the channel has none, or what came instead of words."""
    subject = " ".join((entry.event.subject or "").split())
    if subject:
        return subject[:SUBJECT_CHARS_MAX]
    line = headline(new_text)
    if not line:
        return entry.attachments[0].name if entry.attachments else f"[{entry.event.kind}]"
    return line


def headline(text: str) -> str:
    """The beginning of a text as the name of a ticket."""
    line = " ".join(text[: _SUBJECT_FROM_TEXT * 4].split())
    return line if len(line) <= _SUBJECT_FROM_TEXT else line[: _SUBJECT_FROM_TEXT - 1] + "…"


def open_ticket(
    entry: JournalEntry,
    placement: Placement,
    verdict: Verdict,
    contact: Contact,
    conversation_id: ConversationId,
    new_text: str,
    ids: Ids,
) -> Ticket:
    """A new ticket for an event that joins none; `new_text` is its text without quoted history."""
    event, now_ms = entry.event, entry.received_at_ms
    return Ticket(
        id=TicketId(ids.new()),
        contact_id=contact.id,
        conversation_id=conversation_id,
        channel=event.channel,
        account=event.account,
        visibility=event.visibility,
        subject=subject_of(entry, new_text),
        urgency=verdict.urgency,
        urgency_rank=URGENCY_RANK[verdict.urgency],
        queue=verdict.queue,
        tags=verdict.tags,
        language=verdict.language,
        findings=entry.findings,
        related=placement.related,
        snippet=snippet_of(new_text),
        last_inbound_at_ms=now_ms,
        last_message_at_ms=now_ms,
        state_since_ms=now_ms,
        waiting_since_ms=now_ms,
        created_at_ms=now_ms,
    )


def opened(ticket: Ticket, placement: Placement, verdict: Verdict, message_id: MessageId) -> list[Event]:
    """What is told of a new ticket; also in the history of one that is over, where the matter goes on."""
    now_ms = ticket.created_at_ms
    data: dict[str, str] = {"urgency": verdict.urgency, "contact_by": placement.contact_by}
    if verdict.reasons:
        data["rule"] = verdict.reasons[0].rule
    if placement.not_joined:
        data["not_joined"] = placement.not_joined
    events: list[Event] = []
    if placement.not_joined in _FOLLOWED:
        data["follows"] = before = placement.related[0]
        told: dict[str, str] = {"by": ticket.id, "because": placement.not_joined}
        events = [Event(at_ms=now_ms, kind="ticket.followed", ticket_id=before, queue=ticket.queue, data=told)]
    actor = f"contact:{ticket.contact_id}"
    return [ticket.event("ticket.opened", message_id=message_id, actor=actor, data=data, now_ms=now_ms), *events]


def judge_again(
    ticket: Ticket,
    findings: Sequence[str],
    verdict: Verdict,
    *,
    message_id: MessageId,
    default_queue: str,
    now_ms: int,
    begins: bool = False,
) -> tuple[Ticket, list[Event]]:
    """The ticket after the rules saw more of it, and what that changed; its version stays.

    Urgency only rises. The queue moves only with a rise and where a rule names one, so that a polite answer never tears
    a ticket from its team and a raised voice never sends it back to the start; also where the message `begins` it, as
    long as nobody has it.
    """
    judged = msgspec.structs.replace(
        ticket,
        tags=tuple(tag for tag in dict.fromkeys((*ticket.tags, *verdict.tags)) if tag not in verdict.untags),
        findings=tuple(dict.fromkeys((*ticket.findings, *findings))),
    )
    rises = URGENCY_RANK[verdict.urgency] > ticket.urgency_rank
    moves = (rises or (begins and ticket.assignee_id is None)) and verdict.queue not in {default_queue, ticket.queue}
    if not rises and not moves:
        return judged, []
    urgency = verdict.urgency if rises else ticket.urgency
    raised = msgspec.structs.replace(
        judged,
        urgency=urgency,
        urgency_rank=URGENCY_RANK[urgency],
        queue=verdict.queue if moves else ticket.queue,
    )
    event = raised.event(
        "ticket.updated",
        message_id=message_id,
        actor="rules",
        data={
            "urgency_from": ticket.urgency,
            "urgency_to": raised.urgency,
            "queue_from": ticket.queue,
            "queue_to": raised.queue,
            "rule": verdict.reasons[0].rule if verdict.reasons else "",
        },
        now_ms=now_ms,
    )
    return raised, [event]


def follow_up(
    ticket: Ticket,
    entry: JournalEntry,
    placement: Placement,
    verdict: Verdict,
    *,
    message_id: MessageId,
    new_text: str,
    default_queue: str,
) -> tuple[Ticket, list[Event]]:
    """The ticket after a customer's next message, and what that changed.

    Automatic mail (out of office) and last words ("thanks, it works") are filed without waking anything.
    """
    now_ms = entry.received_at_ms
    events: list[Event] = []
    state, waiting_since_ms = ticket.state, ticket.waiting_since_ms
    if entry.event.automatic == "none" and not placement.last_word:
        waiting_since_ms = waiting_since_ms if waiting_since_ms is not None else now_ms
        if ticket.snoozed_until_ms is not None:
            who = f"contact:{ticket.contact_id}"
            ticket, woken = snooze(ticket, None, actor=who, reason="customer_wrote", now_ms=now_ms)
            ticket = msgspec.structs.replace(ticket, version=ticket.version - 1)  # one change with what follows
            events.append(woken)
        if may(state, "open", "contact"):
            state = "open"
            events.append(_state_event(ticket, state, f"contact:{ticket.contact_id}", "customer_wrote", now_ms))
    judged, raised = judge_again(
        ticket,
        entry.findings,
        verdict,
        message_id=message_id,
        default_queue=default_queue,
        now_ms=entry.received_at_ms,
        begins=placement.begins,
    )
    changed = msgspec.structs.replace(
        judged,
        subject=headline(new_text) if placement.begins and not entry.event.subject else ticket.subject,
        state=state,
        state_reason=ticket.state_reason if state == ticket.state else None,
        state_since_ms=ticket.state_since_ms if state == ticket.state else now_ms,
        language=verdict.language if _tells_language(entry, new_text) else ticket.language,
        related=tuple(dict.fromkeys((*ticket.related, *placement.related))),
        snippet=snippet_of(new_text),
        last_inbound_at_ms=now_ms,
        last_message_at_ms=max(now_ms, ticket.last_message_at_ms),
        waiting_since_ms=waiting_since_ms,
        solved_at_ms=ticket.solved_at_ms if state in OVER else None,
        version=ticket.version + 1,
    )
    return changed, events + raised


def _tells_language(entry: JournalEntry, new_text: str) -> bool:
    """Whether the customer is answered in the language of this message from now on."""
    return entry.event.automatic == "none" and (entry.event.language is not None or tells(new_text))


def _state_event(ticket: Ticket, state: TicketState, actor: str, reason: str, now_ms: int) -> Event:
    return ticket.event(
        "ticket.state", actor=actor, data={"from": ticket.state, "to": state, "reason": reason}, now_ms=now_ms
    )


def change_state(
    ticket: Ticket,
    state: TicketState,
    *,
    actor: str,
    reason: str | None,
    checklist: tuple[str, ...] = (),
    checked: bool = False,
    now_ms: int,
) -> tuple[Ticket, Event]:
    """Move a ticket along the table of core/lifecycle.py; `checked`: an identity check is under way.

    Raises Refused for a way that the table does not have for this actor, or without what it needs.
    """
    brought = Brought(reason=reason, checklist=checklist, check=checked)
    check(ticket.state, state, mover_of(actor), brought)
    waiting_since_ms = ticket.waiting_since_ms
    if state in {"waiting", "solved", "closed", "rejected"}:
        waiting_since_ms = None
    elif state == "open" and waiting_since_ms is None:
        waiting_since_ms = now_ms
    changed = ticket.changed(
        state=state,
        state_reason=reason,
        state_since_ms=now_ms,
        checklist=checklist if state == "rejected" else ticket.checklist,
        waiting_since_ms=waiting_since_ms,
        solved_at_ms=now_ms if state == "solved" else ticket.solved_at_ms if state == "closed" else None,
    )
    return changed, _state_event(ticket, state, actor, "" if reason is None else "given", now_ms)


def told_with_others(ticket: Ticket, text: str, *, actor: str, now_ms: int) -> tuple[Ticket, list[Event]]:
    """A ticket whose customer was told what many are, and what is told of that.

    It waits for its customer then, if it waited for us; but nobody has taken it by that, and what rings rings on.
    """
    events: list[Event] = []
    version, rings = ticket.version, ticket.alarm_since_ms is not None
    if ticket.state in {"new", "open"} and not rings:
        ticket, event = change_state(ticket, "waiting", actor=actor, reason=None, now_ms=now_ms)
        events.append(event)
    after = msgspec.structs.replace(
        ticket,
        first_replied_at_ms=ticket.first_replied_at_ms if rings else ticket.first_replied_at_ms or now_ms,
        snippet=snippet_of(text),
        last_message_at_ms=now_ms,
        version=version + 1,
    )
    return after, events


def assign(
    ticket: Ticket, agent_id: AgentId | None, *, actor: str, reason: str, now_ms: int
) -> tuple[Ticket, list[Event]]:
    """Give a ticket to an agent, or back to its queue. A new ticket that somebody has is open."""
    events = [
        ticket.event(
            "ticket.assigned",
            actor=actor,
            data={"from": ticket.assignee_id or "", "to": agent_id or "", "reason": reason},
            now_ms=now_ms,
        )
    ]
    state: TicketState = "open" if ticket.state == "new" and agent_id is not None else ticket.state
    if state != ticket.state:
        events.append(_state_event(ticket, state, actor, "assigned", now_ms))
    changed = ticket.changed(
        assignee_id=agent_id,
        assigned_at_ms=now_ms if agent_id is not None else None,
        state=state,
        state_since_ms=ticket.state_since_ms if state == ticket.state else now_ms,
    )
    return changed, events


def snooze(ticket: Ticket, until_ms: int | None, *, actor: str, reason: str, now_ms: int) -> tuple[Ticket, Event]:
    """Put a ticket aside until a moment, or take it back (None)."""
    event = ticket.event(
        "ticket.snoozed",
        actor=actor,
        data={"until_ms": "" if until_ms is None else str(until_ms), "reason": reason},
        now_ms=now_ms,
    )
    changed = ticket.changed(snoozed_until_ms=until_ms)
    return changed, event


def set_urgency(ticket: Ticket, urgency: Urgency, *, actor: str, now_ms: int) -> tuple[Ticket, Event]:
    """An agent's own judgement of urgency."""
    event = ticket.event(
        "ticket.updated", actor=actor, data={"urgency_from": ticket.urgency, "urgency_to": urgency}, now_ms=now_ms
    )
    changed = ticket.changed(urgency=urgency, urgency_rank=URGENCY_RANK[urgency])
    return changed, event


def move(ticket: Ticket, queue: str, *, actor: str, now_ms: int) -> tuple[Ticket, Event]:
    """Hand a ticket to another queue; whoever had it no longer does."""
    changed = ticket.changed(queue=queue, assignee_id=None, assigned_at_ms=None)
    data = {"queue_from": ticket.queue, "queue_to": queue}
    event = changed.event("ticket.updated", actor=actor, data=data, now_ms=now_ms)
    return changed, event
