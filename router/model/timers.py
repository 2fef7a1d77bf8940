"""Rows of what time alone brings about, and of identity checks, which are over when their time is."""

from typing import ClassVar, Literal

import msgspec

from router.model.ids import ContactId, MessageId, TicketId
from router.model.tables import OutboxState, Row

TimerKind = Literal["remind", "close", "wake", "unread", "check", "edit"]


class Timer(Row, frozen=True, kw_only=True):
    """Something that time alone brings about, unless it was overtaken: `since_ms` says what it was set for."""

    TABLE: ClassVar[str] = "timers"
    id: str
    ticket_id: TicketId
    kind: TimerKind
    since_ms: int
    """remind, close: the state's beginning; wake: when it was put aside to; unread, check, edit: when it was sent."""
    about: str | None = None
    """unread, edit: the message; check: the identity check."""
    due_at_ms: int
    done_at_ms: int | None = None
    outcome: str | None = None
    """What came of it: fired, or why not."""
    created_at_ms: int
    version: int = 1


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """How far what a ticket's customer is to answer has come."""

    state: OutboxState
    left_at_ms: int | None = None


CheckState = Literal["pending", "passed", "failed", "expired"]


class IdentityCheck(Row, frozen=True, kw_only=True):
    """A customer is asked to prove who they are at the wallet's back end."""

    TABLE: ClassVar[str] = "identity_checks"
    id: str
    ticket_id: TicketId
    contact_id: ContactId
    message_id: MessageId
    """Holds the link, where the customer could be written to."""
    state: CheckState = "pending"
    attempts: int = 0
    attempts_max: int
    answers: tuple[str, ...] = ()
    """The back end's names for the attempts it told of."""
    user_id: str | None = None
    """The account that passed."""
    expires_at_ms: int
    decided_at_ms: int | None = None
    created_at_ms: int
    version: int = 1
