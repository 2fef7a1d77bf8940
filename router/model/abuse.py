"""Rows about abuse: who is blocked and why, what was held of whom, and how much each sender and channel brought lately.

No content rests here. What is held stays in the journal, as it was accepted, until it is let through.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import ClassVar

import msgspec

from router.model.ids import BlockId, ContactId, HeldId, JournalId, MessageId, TicketId
from router.model.message import HeldReason, Visibility
from router.model.tables import Row, Urgency


class Block(Row, frozen=True, kw_only=True):
    """A sender who is not listened to: a whole contact, or one address, known or not."""

    TABLE: ClassVar[str] = "blocks"
    id: BlockId
    contact_id: ContactId | None = None
    kind: str | None = None
    """With `value` the address; both None: all of the contact."""
    value: str | None = None
    reason: str
    actor: str
    """`agent:<id>`, or `system` for the command line."""
    until_ms: int | None = None
    """None: until it is lifted."""
    lifted_at_ms: int | None = None
    lifted_by: str | None = None
    lifted_reason: str | None = None
    created_at_ms: int
    version: int = 1

    def holds(self, now_ms: int) -> bool:
        """Whether it is in force."""
        return self.lifted_at_ms is None and (self.until_ms is None or self.until_ms > now_ms)


class Held(Row, frozen=True, kw_only=True):
    """A message that was accepted and given to nobody: the journal keeps it until somebody lets it through."""

    TABLE: ClassVar[str] = "held"
    id: HeldId
    journal_id: JournalId
    reason: HeldReason
    block_id: BlockId | None = None
    contact_id: ContactId | None = None
    """None: nobody the house knew."""
    ticket_id: TicketId | None = None
    """Beside which it waits: the sender's own."""
    channel: str
    account: str
    urgency: Urgency = "normal"
    """What the rules, or the alarm, said of it."""
    received_at_ms: int
    released_at_ms: int | None = None
    released_by: str | None = None
    """An actor, or `sender`: who wrote it deleted it."""
    version: int = 1


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A message that others of the same sender may repeat."""

    digest: str
    ticket_id: TicketId
    visibility: Visibility
    message_id: MessageId
    """The first."""
    times: int
    at_ms: int
    """Of the first."""
    last_ms: int


class Traffic(Row, frozen=True, kw_only=True):
    """What one sender brought lately."""

    TABLE: ClassVar[str] = "traffic"
    id: str
    """`sender_key`."""
    since_ms: int
    messages: int
    """Since then."""
    held: int = 0
    spoken: tuple[Spoken, ...] = ()
    """The newest last, at most limits.REPEATS_MAX."""
    version: int = 1


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What one account of a channel brought since `start_ms`, where the quota's time began."""

    channel: str
    account: str
    start_ms: int
    messages: int
    withheld: int = 0
    """Automatic answers that nobody got."""
    over_until_ms: int = 0
    """Until then it is over its quota."""


def sender_key(channel: str, account: str, peer: str, *, is_proven: bool) -> str:
    """Of whom messages are counted. What forgers write counts on its own, not against whom they claim to be."""
    return digest_of((channel, account, peer, "proven" if is_proven else "claimed"))


def digest_of(parts: Iterable[str]) -> str:
    """A short name of a few texts."""
    return blake2b("\x1f".join(parts).encode(errors="replace"), digest_size=16).hexdigest()
