"""A secret told in several messages: once the last shows what they are, all of them are masked. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from router.core.evidence import ASKED
from router.core.facts import facts_of
from router.core.placement import Placement
from router.core.quotes import words_of
from router.core.tickets import headline
from router.model.changes import Change, Forget, Record, Save
from router.model.message import Care, JournalEntry, Redaction, Unindexed, Visibility
from router.model.snapshot import Snapshot
from router.model.tables import Event, Message, Ticket
from rules import answered
from rules.announced import (
    BEFORE_MAX,
    BEFORE_MS,
    announces,
    masked_beside,
    may_be_value,
    may_be_word,
    names,
    names_parts,
    says_password,
)
from rules.pieces import PIECES_MAX, is_piece, masked_together
from rules.redact import Policy
from rules.ruleset import Ruleset

_PHRASE = "SEED_PHRASE"


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What masking changes of a message."""

    text: str
    findings: tuple[str, ...]
    redactions: tuple[Redaction, ...]
    care: Care | None

    def without(self, start: int, end: int, kind: str) -> "_Told":
        """Mask a span of the text."""
        text = f"{self.text[:start]}[{kind}]{self.text[end:]}"
        return _Told(
            text=text,
            findings=tuple(dict.fromkeys((*self.findings, kind))),
            redactions=_redactions(self.redactions, start, end, kind),
            care=_cared(self.care, text),
        )


class Pieces(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the messages that hold a secret together."""

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
        for was, message in self.masked:
            new = [one.type for one in message.redactions if one not in was.redactions]
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
                        data={"masked": ", ".join(dict.fromkeys(new))},
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


def together(entry: JournalEntry, placement: Placement, snapshot: Snapshot, ruleset: Ruleset) -> Pieces:
    """Look at a message with those before it in its conversation, if it may go on with what they began."""
    event, text = entry.event, entry.event.text or ""
    if placement.conversation is None or event.kind != "message" or not may_go_on(text):
        return Pieces(entry=entry)
    before = snapshot.told_in(placement.conversation.id)[-PIECES_MAX:]
    own = _Told(text=text, findings=entry.findings, redactions=entry.redactions, care=entry.care)
    was = [*map(_told, before), own]
    told = _without_phrase(was) if is_piece(text) else was
    if _may_be_named(text):
        question = snapshot.asked_in(placement.conversation.id)
        near = _answered_by(entry, placement, before, question)
        if near or question is not None:
            policy = ruleset.choose(facts_of(entry, placement, text)).treatment.policy
            asked = _asked(before[len(before) - near :], question)
            told = _without_named(told, near, asked, event.visibility, policy)
    changed = tuple(
        (message, _masked(message, new))
        for message, old, new in zip(before, was, told, strict=False)
        if old is not new
    )  # fmt: skip
    if told[-1] is own:
        return Pieces(entry=entry, masked=changed)
    own = told[-1]
    safe = msgspec.structs.replace(event, text=own.text, html=None)
    entry = msgspec.structs.replace(entry, event=safe, findings=own.findings, redactions=own.redactions, care=own.care)
    return Pieces(entry=entry, masked=changed, own=True)


def may_go_on(text: str) -> bool:
    """Whether a message has to be looked at with those before it."""
    return is_piece(text) or _may_be_named(text)


def _may_be_named(text: str) -> bool:
    """Whether a message may be a value, or say that one before it is."""
    return may_be_value(text) or may_be_word(text) or names(text) or says_password(text)


def _answered_by(entry: JournalEntry, placement: Placement, before: Sequence[Message], question: Message | None) -> int:
    """How many of the messages before may say what this one is: none from before an agent has asked something."""
    if question is None and placement.ticket is not None and placement.ticket.state in ASKED:
        return 0
    since_ms = entry.received_at_ms - BEFORE_MS
    return sum(
        message.received_at_ms >= since_ms and (question is None or message.id > question.id)
        for message in before[-BEFORE_MAX:]
    )


def _asked(near: Sequence[Message], question: Message | None) -> str:
    """What the newest message may answer: what the customer asked right before it, or else an agent."""
    if near and answered.is_asked(near[-1].text):
        return near[-1].text
    return question.text if question is not None and len(near) < BEFORE_MAX else ""


def _without_phrase(told: list[_Told]) -> list[_Told]:
    masked = masked_together([one.text for one in told])
    return [
        one if one.text == new else one.without(*_replaced(one.text, new), _PHRASE)
        for one, new in zip(told, masked, strict=True)
    ]


def _replaced(was: str, text: str) -> tuple[int, int]:
    """The one span of `was` that a mask took the place of."""
    mask = f"[{_PHRASE}]"
    start = next((n for n, (one, other) in enumerate(zip(was, text, strict=False)) if one != other), 0)
    return start, len(was) - (len(text) - text.find(mask, start) - len(mask))


def _without_named(told: list[_Told], near: int, asked: str, visibility: Visibility, policy: Policy) -> list[_Told]:
    """Without a value that a question or the messages `near` before it name, or that the newest names behind it."""
    if may_be_value(told[-1].text):
        own = _without(told[-1], answered.secrets(asked, told[-1].text))
        told = [*told[: -near - 1], *_without_values([*told[-near - 1 : -1], own], visibility, policy)]
    if names(told[-1].text):
        values = [place for place in range(-near - 1, -1) if may_be_value(told[place].text)]
        values = values if names_parts(told[-1].text) else values[-1:]
        # Read with the name before them, values are told as any others are.
        name, *found = _without_values([told[-1], *(told[place] for place in values)], visibility, policy)
        told = [*told[:-1], name]
        for place, value in zip(values, found, strict=True):
            told[place] = value
    return _without_words(told, near)


def _without_words(told: list[_Told], near: int) -> list[_Told]:
    """Without a plain word that the messages before it, or the newest behind it, leave no doubt to be a password."""
    before, newest = told[-near - 1 : -1], told[-1]
    if not before:
        return told
    if may_be_word(newest.text) and announces([one.text for one in before]):
        return [*told[:-1], _without_word(newest)]
    if may_be_word(before[-1].text) and says_password(newest.text):
        return [*told[:-2], _without_word(before[-1]), newest]
    return told


def _without_word(told: _Told) -> _Told:
    start = len(told.text) - len(told.text.lstrip())
    return told.without(start, start + len(told.text.strip()), "PASSWORD")


def _without_values(told: list[_Told], visibility: Visibility, policy: Policy) -> list[_Told]:
    found = masked_beside([one.text for one in told], visibility, policy)
    return [_without(one, spans) for one, spans in zip(told, found, strict=True)]


def _without(told: _Told, spans: Iterable[tuple[int, int, str]]) -> _Told:
    for span in sorted(spans, reverse=True):  # so that the offsets of those before it stay true
        told = told.without(*span)
    return told


def _told(message: Message) -> _Told:
    return _Told(text=message.text, findings=message.findings, redactions=message.redactions, care=message.care)


def _masked(message: Message, told: _Told) -> Message:
    return message.changed(
        text=told.text, html=None, findings=told.findings, redactions=told.redactions, care=told.care
    )


def _cared(care: Care | None, text: str) -> Care | None:
    """What the search is not to find stood elsewhere before the mask: of such a text it finds nothing."""
    if care is None or all(span.field != "text" for span in care.unindexed):
        return care
    kept = tuple(span for span in care.unindexed if span.field != "text")
    return msgspec.structs.replace(care, unindexed=(Unindexed(field="text", start=0, end=len(text)), *kept))


def _redactions(before: tuple[Redaction, ...], start: int, end: int, kind: str) -> tuple[Redaction, ...]:
    """Those `before`, and one more that masks a span of the stored text, in offsets of the text as it came in."""
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
    found = [*outside, Redaction(field="text", start=start, end=end, type=kind)]
    return tuple(sorted(found, key=lambda one: (one.field == "subject", one.start)))
