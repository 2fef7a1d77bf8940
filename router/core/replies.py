"""What an agent writes: replies and notes. Pure; the redaction of the text is an argument.

A note owns no outbox row: no code path from a note to a customer exists.
"""

from typing import Literal

import msgspec

from router.core.tickets import change_state, snippet_of
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.ids import EventId, MessageId, OutboxId, TicketId
from router.model.limits import REPLY_CHARS_MAX
from router.model.snapshot import ReplyFacts
from router.model.sources import Ids
from router.model.tables import Agent, Conversation, Event, Message, OutboxEntry, Ticket
from rules.facts import Redacted


class ReplyCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent asked for."""

    ticket_id: TicketId
    text: str
    last_seen: EventId
    """The newest event of the ticket the agent had seen."""
    client_key: str
    force: bool = False
    """Send although something newer came."""
    solve: bool = False


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """What the ticket's channel can carry."""

    can_send: bool
    reason: str = ""
    """Why not, as a stable code."""
    text_max: int | None = None


def decide_reply(
    command: ReplyCommand,
    facts: ReplyFacts,
    channel: ChannelView,
    redacted: Redacted,
    agent: Agent,
    *,
    now_ms: int,
    ids: Ids,
) -> tuple[Message, list[Change]]:
    """The reply and its changes. Raises Refused (cannot_reply, empty, too_long, stale_reply, reply_blocked, ...)."""
    ticket, conversation = facts.ticket, facts.conversation
    text = command.text.strip()
    _check_sendable(ticket, text, channel)
    if facts.newer and not command.force:
        raise Refused(
            "stale_reply",
            "something newer came while you were writing",
            data={"message_ids": list(facts.newer)},
        )
    _guard(redacted, conversation)
    actor = f"agent:{agent.id}"
    last = facts.last_inbound
    message = Message(
        id=MessageId(ids.new()),
        ticket_id=ticket.id,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        kind="reply",
        author_id=agent.id,
        channel=conversation.channel,
        account=conversation.account,
        visibility=conversation.visibility,
        in_reply_to=last.external_id if last else None,
        references=(*last.references[-20:], last.external_id) if last and last.external_id else (),
        client_key=command.client_key,
        subject=_subject(ticket, last),
        text=text,
        language=ticket.language,
        sent_at_ms=now_ms,
        received_at_ms=now_ms,
    )
    outbox = OutboxEntry(
        id=OutboxId(ids.new()),
        message_id=message.id,
        conversation_id=conversation.id,
        ticket_id=ticket.id,
        channel=conversation.channel,
        account=conversation.account,
        due_at_ms=now_ms,
        created_at_ms=now_ms,
    )
    answered, events = _answered(ticket, agent, text, solve=command.solve, now_ms=now_ms)
    added = Event(
        at_ms=now_ms,
        kind="message.added",
        ticket_id=ticket.id,
        message_id=message.id,
        conversation_id=conversation.id,
        queue=ticket.queue,
        actor=actor,
    )
    changes: list[Change] = [Save(answered), Add(message), Add(outbox), Record(added), *(Record(e) for e in events)]
    return message, changes


def _check_sendable(ticket: Ticket, text: str, channel: ChannelView) -> None:
    if not text:
        raise Refused("empty", "a reply needs text", status=422)
    if ticket.state == "closed":
        raise Refused("ticket_closed", "a closed ticket cannot be answered; a new message opens a follow-up")
    if not channel.can_send:
        raise Refused(
            "cannot_reply", f"this channel cannot carry a reply: {channel.reason}", data={"reason": channel.reason}
        )
    limit = min(channel.text_max or REPLY_CHARS_MAX, REPLY_CHARS_MAX)
    if len(text) > limit:
        raise Refused(
            "too_long", f"{len(text)} characters; this channel takes {limit}", status=422, data={"limit": limit}
        )


def _guard(redacted: Redacted, conversation: Conversation) -> None:
    """Public replies with any finding, and any reply with a secret, are blocked, with what and where."""
    blocking = [f for f in redacted.findings if f.masked]
    if blocking:
        found = [{"start": f.start, "end": f.end, "type": f.type} for f in blocking]
        where = "public" if conversation.visibility == "public" else "private"
        raise Refused(
            "reply_blocked",
            f"this {where} reply holds {', '.join(sorted({f.type for f in blocking}))}",
            status=422,
            data={"findings": found, "visibility": conversation.visibility},
        )


def _subject(ticket: Ticket, last: Message | None) -> str:
    subject = (last.subject if last else None) or ticket.subject
    return subject if subject.lower().startswith(("re:", "回复", "答复")) else f"Re: {subject}"


def _answered(ticket: Ticket, agent: Agent, text: str, *, solve: bool, now_ms: int) -> tuple[Ticket, list[Event]]:
    actor = f"agent:{agent.id}"
    events: list[Event] = []
    version = ticket.version
    target: Literal["solved", "waiting"] = "solved" if solve else "waiting"
    if ticket.state != target and not (ticket.state == "solved" and target == "waiting"):
        ticket, event = change_state(ticket, target, actor=actor, reason=None, now_ms=now_ms)
        events.append(event)
    if ticket.assignee_id is None:
        events.append(
            Event(
                at_ms=now_ms,
                kind="ticket.assigned",
                ticket_id=ticket.id,
                queue=ticket.queue,
                actor=actor,
                data={"from": "", "to": agent.id, "reason": "first_reply"},
            )
        )
    answered = msgspec.structs.replace(
        ticket,
        assignee_id=ticket.assignee_id or agent.id,
        assigned_at_ms=ticket.assigned_at_ms or now_ms,
        first_replied_at_ms=ticket.first_replied_at_ms or now_ms,
        snippet=snippet_of(text),
        last_message_at_ms=now_ms,
        waiting_since_ms=None,
        version=version + 1,
    )
    return answered, events


def decide_note(
    facts: ReplyFacts, text: str, client_key: str, redacted: Redacted, agent: Agent, *, now_ms: int, ids: Ids
) -> tuple[Message, list[Change]]:
    """An internal note; secrets in it are masked like everywhere. Raises Refused when it is empty or too long."""
    if not text.strip():
        raise Refused("empty", "a note needs text", status=422)
    if len(text) > REPLY_CHARS_MAX:
        raise Refused(
            "too_long", f"a note takes {REPLY_CHARS_MAX} characters", status=422, data={"limit": REPLY_CHARS_MAX}
        )
    ticket = facts.ticket
    note = Message(
        id=MessageId(ids.new()),
        ticket_id=ticket.id,
        conversation_id=facts.conversation.id,
        contact_id=ticket.contact_id,
        kind="note",
        author_id=agent.id,
        channel=facts.conversation.channel,
        account=facts.conversation.account,
        visibility="private",
        client_key=client_key,
        text=redacted.text.strip(),
        language=ticket.language,
        findings=tuple(sorted({f.type for f in redacted.findings if f.masked})),
        sent_at_ms=now_ms,
        received_at_ms=now_ms,
    )
    added = Event(
        at_ms=now_ms,
        kind="message.added",
        ticket_id=ticket.id,
        message_id=note.id,
        conversation_id=facts.conversation.id,
        queue=ticket.queue,
        actor=f"agent:{agent.id}",
        data={"note": "1"},
    )
    return note, [Add(note), Record(added)]
