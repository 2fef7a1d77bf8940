"""The rows that an inbound message leaves: itself, and the conversation it came in. Pure."""

import msgspec

from router.core.placement import Placement
from router.core.pointers import is_mail
from router.model.changes import Add, Change, Save
from router.model.decisions import Why
from router.model.ids import ContactId, ConversationId, MessageId
from router.model.message import JournalEntry
from router.model.tables import Contact, Conversation, Message, Ticket
from rules.facts import Verdict

_ENCODER = msgspec.json.Encoder()


def conversation_of(
    entry: JournalEntry,
    placement: Placement,
    conversation_id: ConversationId,
    contact_id: ContactId,
    ticket: Ticket,
) -> list[Change]:
    """The conversation, new or pointing to the ticket that its newest message is in."""
    existing, now_ms = placement.conversation, entry.received_at_ms
    # An auto-responder's Reply-To says nothing about where its owner reads mail.
    by_person = entry.event.automatic == "none"
    reply_to = entry.event.reply_to if by_person else None
    # A mail without one wants its answers at its sender (RFC 5322, section 3.6.2); a form's page says nothing of it.
    decides = reply_to is not None or (by_person and is_mail(entry.event))
    if existing is None:
        channel, account, visibility, thread, peer = placement.conversation_key
        return [
            Add(
                Conversation(
                    id=conversation_id,
                    channel=channel,
                    account=account,
                    visibility=visibility,
                    thread=thread,
                    peer=peer,
                    contact_id=contact_id,
                    ticket_id=ticket.id,
                    reply_to=reply_to,
                    thread_index=entry.event.thread_index,
                    created_at_ms=now_ms,
                )
            )
        ]
    moved = msgspec.structs.replace(
        existing,
        ticket_id=ticket.id,
        contact_id=contact_id,
        reply_to=reply_to if decides else existing.reply_to,
        thread_index=entry.event.thread_index or existing.thread_index,
    )
    if moved == existing:
        return []
    moved = msgspec.structs.replace(moved, version=existing.version + 1)
    return [Save(moved)]


def message_of(
    entry: JournalEntry,
    ticket: Ticket,
    conversation_id: ConversationId,
    contact: Contact,
    message_id: MessageId,
    verdict: Verdict,
    why: Why,
) -> Message:
    """The message as it rests."""
    event = entry.event
    return Message(
        id=message_id,
        ticket_id=ticket.id,
        conversation_id=conversation_id,
        contact_id=contact.id,
        kind="inbound",
        automatic=event.automatic,
        channel=event.channel,
        account=event.account,
        visibility=event.visibility,
        external_id=event.message_id,
        in_reply_to=event.in_reply_to,
        references=event.references,
        sender=event.sender,
        subject=event.subject,
        text=event.text or ("" if event.kind == "message" else f"[{event.kind}]"),
        html=event.html,
        language=verdict.language,
        findings=entry.findings,
        redactions=entry.redactions,
        care=entry.care,
        attachments=entry.attachments,
        ext=event.ext,
        verdict=msgspec.Raw(_ENCODER.encode(why)),
        sent_at_ms=event.sent_at_ms,
        received_at_ms=entry.received_at_ms,
    )
