"""What the rules may look at of an inbound message. Pure."""

import re
from typing import Final

from router.core.identity import SenderView, read_sender
from router.core.placement import Placement
from router.core.quotes import words_of
from router.model.message import InboundEvent, JournalEntry, Sender
from router.model.tables import Contact, Message, Ticket
from rules.expression import expression
from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts

_NOTE: Final = expression(r"^\[[^\]\n]*\]$", re.MULTILINE)
"""A line of a call in which its channel says what happened: "[ended after 12 s, not taken]"."""


def texts_of(event: InboundEvent) -> tuple[str, str]:
    """What rules read of an event, unless it belongs to others: its new words and its subject."""
    return _said(event, words_of(event)), event.subject or ""


def _said(event: InboundEvent, words: str) -> str:
    """The words that somebody said: a call's notes are nobody's. What is left keeps its place."""
    return _NOTE.sub(lambda note: " " * len(note[0]), words) if event.kind == "call" else words


def event_of(message: Message) -> InboundEvent:
    """A stored inbound message as it came, as far as rules look at it: without its text and files."""
    return InboundEvent(
        kind="call" if message.channel == "phone" else "message",
        channel=message.channel,
        account=message.account,
        message_id=message.external_id or message.id,
        visibility=message.visibility,
        sent_at_ms=message.sent_at_ms,
        sender=message.sender or Sender(id=""),
        subject=message.subject,
        language=message.language,
        automatic=message.automatic,
        ext=message.ext,
    )


def facts_again(
    message: Message,
    ticket: Ticket | None,
    contact: Contact | None,
    *,
    findings: tuple[str, ...],
    language: str | None,
    now_ms: int,
) -> Facts:
    """What the rules may look at of a message whose text has changed: the text of today, its writer and its ticket."""
    event = event_of(message)
    return Facts(
        message=MessageFacts(
            text=_said(event, words_of(message)),
            subject=event.subject or "",
            channel=event.channel,
            account=event.account,
            visibility=event.visibility,
            lang=language,
            is_first=False,
            is_automatic=event.automatic != "none",
            attachments=len(message.attachments),
            findings=findings,
            ext=event.ext or "",
        ),
        customer=_customer(contact, read_sender(event)),
        ticket=ticket_facts(ticket),
        now_ms=now_ms,
    )


def _customer(contact: Contact | None, sender: SenderView) -> CustomerFacts:
    return CustomerFacts(
        known=contact is not None,
        verified=bool(sender.proven),
        vip=contact.vip if contact is not None else False,
        language=contact.language if contact is not None else None,
    )


def ticket_facts(ticket: Ticket | None) -> TicketFacts:
    """What the rules may look at of a ticket; None: there is none yet."""
    if ticket is None:
        return TicketFacts()
    return TicketFacts(exists=True, state=ticket.state, queue=ticket.queue, urgency=ticket.urgency, tags=ticket.tags)


def facts_of(entry: JournalEntry, placement: Placement, new_text: str) -> Facts:
    """What the rules may look at; `new_text` is the text without quoted history."""
    event = entry.event
    return Facts(
        message=MessageFacts(
            text=_said(event, new_text),
            subject=event.subject or "",
            channel=event.channel,
            account=event.account,
            visibility=event.visibility,
            lang=event.language,
            is_first=placement.conversation is None,
            is_automatic=event.automatic != "none",
            alarm=event.alarm,
            attachments=len(entry.attachments),
            findings=entry.findings,
            ext=event.ext or "",
        ),
        customer=_customer(placement.contact, placement.sender),
        ticket=ticket_facts(placement.ticket),
        now_ms=entry.received_at_ms,
    )
