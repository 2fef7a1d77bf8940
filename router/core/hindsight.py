"""The facts of a message that was decided long ago, as far as the store still knows them. Pure.

`rules replay` judges them once more. They are built by the function that built them then (`inbound.facts_of`), from
rows of today that are turned back to the message's arrival: its ticket by the events since, its writer by when the
contact was made. What was not kept is today's: the contact's language and whether it is a VIP; and the message's text
after edits. The language is the one that was recognised then.
"""

from collections.abc import Sequence

import msgspec

from router.core.alarm import ALARM_BUTTON
from router.core.brought import brings
from router.core.facts import event_of, facts_of
from router.core.identity import read_sender
from router.core.matters import Said
from router.core.placement import Placement
from router.core.quotes import visible, writer_of
from router.model.decisions import Why
from router.model.matter import Sketch
from router.model.message import InboundEvent, JournalEntry
from router.model.tables import Contact, Conversation, Event, Message, Ticket
from rules.facts import Facts

_WHY = msgspec.json.Decoder(Why | None)
_STRANGER = frozenset({"new", "unproven"})
"""Ways of knowing the writer (`placement.ContactBy`) that mean there was no contact yet."""
_NO_WORDS = frozenset({"[call]", "[unsupported]"})
"""What stands in the place of a text where nothing was written."""


def facts_then(
    message: Message,
    *,
    conversation: Conversation | None,
    contact: Contact,
    ticket: Ticket,
    events: Sequence[Event],
    tags: tuple[str, ...],
) -> Facts:
    """What the rules saw of a stored inbound message.

    `conversation` is None for the first message of one. `events` are the ticket's changes since the message arrived,
    in order, its own among them; `tags` those that the ticket had until then.
    """
    why = _WHY.decode(message.verdict)
    if why is not None and why.joined == "amendment":  # it was edited, and the edit's reasons took the place of its own
        why = None
    known = why.contact_by not in _STRANGER if why else contact.created_at_ms < message.received_at_ms
    opened = why.ticket_new if why else ticket.created_at_ms >= message.received_at_ms
    event = msgspec.structs.replace(
        event_of(message),
        alarm=why is not None and any(reason.rule == ALARM_BUTTON for reason in why.reasons),
    )
    text = "" if message.text in _NO_WORDS else message.text
    return facts_of(
        _entry(message, event),
        Placement(
            sender=read_sender(event),
            contact=contact if known else None,
            contact_by="conversation",
            missing=(),
            conversation=conversation,
            conversation_key=(event.channel, event.account, event.visibility, "", ""),
            ticket=None if opened else _back(ticket, events, tags),
            heard=Said(text="", sketch=Sketch(), at_ms=message.received_at_ms),
            joined="conversation",
        ),
        visible(text, writer_of(message), brings(message)),
    )


def _entry(message: Message, event: InboundEvent) -> JournalEntry:
    return JournalEntry(
        event=event,
        attachments=message.attachments,
        findings=message.findings,
        rules_version="",
        received_at_ms=message.received_at_ms,
    )


def _back(ticket: Ticket, events: Sequence[Event], tags: tuple[str, ...]) -> Ticket:
    """The ticket before `events` happened to it: the first change of a thing says what it was."""
    was: dict[str, str] = {}
    for event in events:
        if event.kind == "ticket.state":
            was.setdefault("state", event.data.get("from", ticket.state))
        for thing in ("urgency", "queue"):
            if before := event.data.get(f"{thing}_from"):
                was.setdefault(thing, before)
    return msgspec.structs.replace(ticket, tags=tags, **was)
