"""What the rules may look at of an inbound message. Pure."""

import re
from typing import Final

from router.core.placement import Placement
from router.core.quotes import words_of
from router.model.message import InboundEvent, JournalEntry
from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts

_NOTE: Final = re.compile(r"^\[[^\]\n]*\]$", re.MULTILINE)
"""A line of a call in which its channel says what happened: "[ended after 12 s, not taken]"."""


def texts_of(event: InboundEvent) -> tuple[str, str]:
    """What rules read of an event, unless it belongs to others: its new words and its subject."""
    return _said(event, words_of(event)), event.subject or ""


def _said(event: InboundEvent, words: str) -> str:
    """The words that somebody said: a call's notes are nobody's. What is left keeps its place."""
    return _NOTE.sub(lambda note: " " * len(note[0]), words) if event.kind == "call" else words


def facts_of(entry: JournalEntry, placement: Placement, new_text: str) -> Facts:
    """What the rules may look at; `new_text` is the text without quoted history."""
    event, ticket, contact = entry.event, placement.ticket, placement.contact
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
        customer=CustomerFacts(
            known=contact is not None,
            verified=bool(placement.sender.proven),
            vip=contact.vip if contact is not None else False,
            language=contact.language if contact is not None else None,
        ),
        ticket=TicketFacts()
        if ticket is None
        else TicketFacts(exists=True, state=ticket.state, queue=ticket.queue, urgency=ticket.urgency, tags=ticket.tags),
        now_ms=entry.received_at_ms,
    )
