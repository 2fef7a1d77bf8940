"""A recovery phrase told in several messages: once the last shows what they are, all of them are masked. Pure."""

import msgspec

from router.core.placement import Placement
from router.core.quotes import words_of
from router.core.tickets import headline
from router.model.changes import Change, Forget, Record, Save
from router.model.message import Care, JournalEntry, Redaction, Unindexed
from router.model.snapshot import Snapshot
from router.model.tables import Event, Message, Ticket
from rules.pieces import PIECES_MAX, is_piece, masked_together

_TYPE = "SEED_PHRASE"
_MASK = f"[{_TYPE}]"


class Pieces(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the messages that hold a phrase together."""

    entry: JournalEntry
    """The newest, masked."""
    masked: tuple[tuple[Message, Message], ...] = ()
    """Those before it, as they were and as they are to be."""
    own: bool = False
    """Whether something of the newest was masked."""

    def changes(self, ticket: Ticket) -> list[Change]:
        """Put the masks into what is kept, and forget the payloads that hold the words."""
        event, now_ms = self.entry.event, self.entry.received_at_ms
        kept = [(event.channel, event.account, event.message_id)] if self.own else []
        changes: list[Change] = []
        for _, message in self.masked:
            changes.append(Save(message))
            changes.append(
                Record(
                    Event(
                        at_ms=now_ms,
                        kind="message.edited",
                        ticket_id=message.ticket_id,
                        message_id=message.id,
                        conversation_id=message.conversation_id,
                        queue=ticket.queue,
                        actor="system",
                        data={"masked": _TYPE},
                    )
                )
            )
            kept.append((message.channel, message.account, message.external_id or ""))
        return changes + [Forget(channel=key[0], account=key[1], message_id=key[2]) for key in kept]

    def named(self, ticket: Ticket) -> Ticket:
        """The ticket without the words in its name."""
        for was, message in self.masked:
            if ticket.subject == headline(words_of(was)):
                return msgspec.structs.replace(ticket, subject=headline(message.text))
        return ticket


def together(entry: JournalEntry, placement: Placement, snapshot: Snapshot) -> Pieces:
    """Look at a message with those before it in its conversation, if it may go on with what they began."""
    event, text = entry.event, entry.event.text or ""
    if placement.conversation is None or event.kind != "message" or not is_piece(text):
        return Pieces(entry=entry)
    before = snapshot.told_in(placement.conversation.id)[-PIECES_MAX:]
    *masked, own = masked_together([*(message.text for message in before), text])
    changed = tuple(
        (message, _masked(message, new)) for message, new in zip(before, masked, strict=True) if message.text != new
    )
    if own == text:
        return Pieces(entry=entry, masked=changed)
    safe = msgspec.structs.replace(event, text=own, html=None)
    care = _cared(entry.care, own)
    redactions = _redactions(text, own, entry.redactions)
    findings = tuple(dict.fromkeys((*entry.findings, _TYPE)))
    entry = msgspec.structs.replace(entry, event=safe, findings=findings, redactions=redactions, care=care)
    return Pieces(entry=entry, masked=changed, own=True)


def _masked(message: Message, text: str) -> Message:
    return message.changed(
        text=text,
        html=None,
        findings=tuple(dict.fromkeys((*message.findings, _TYPE))),
        redactions=_redactions(message.text, text, message.redactions),
        care=_cared(message.care, text),
    )


def _cared(care: Care | None, text: str) -> Care | None:
    """What the search is not to find stood elsewhere before the mask: of such a text it finds nothing."""
    if care is None or all(span.field != "text" for span in care.unindexed):
        return care
    kept = tuple(span for span in care.unindexed if span.field != "text")
    return msgspec.structs.replace(care, unindexed=(Unindexed(field="text", start=0, end=len(text)), *kept))


def _redactions(was: str, text: str, before: tuple[Redaction, ...]) -> tuple[Redaction, ...]:
    """Those `before`, and the one span that a mask took the place of, in offsets of the text as it came in."""
    start = next((n for n, (one, other) in enumerate(zip(was, text, strict=False)) if one != other), 0)
    end = len(was) - (len(text) - text.find(_MASK, start) - len(_MASK))
    outside: list[Redaction] = []
    for other in before:
        mask = len(other.type) + 2
        if other.field == "subject" or other.start >= end:
            outside.append(other)
        elif other.start + mask <= start:
            outside.append(other)
            start, end = start + other.end - other.start - mask, end + other.end - other.start - mask
        else:  # it went with the words around it
            end += other.end - other.start - mask
    found = [*outside, Redaction(field="text", start=start, end=end, type=_TYPE)]
    return tuple(sorted(found, key=lambda one: (one.field == "subject", one.start)))
