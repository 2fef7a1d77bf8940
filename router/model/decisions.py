"""What a decision says of itself: kept with each message, told by `trace`, the inbox and `route`."""

from typing import Literal

import msgspec

from router.model.ids import ContactId, MessageId, TicketId


class WhyReason(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that fired."""

    rule: str
    why: str
    at: tuple[tuple[int, int], ...] = ()


class WhyLost(msgspec.Struct, frozen=True, kw_only=True):
    """A write a rule asked for that another rule had made before."""

    rule: str
    key: str
    value: str
    to: str


class WhyNote(msgspec.Struct, frozen=True, kw_only=True):
    """A remark that a rule left for the ticket's history."""

    rule: str
    text: str


class WhyAct(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a rule asked of the house, and what came of it within the decision."""

    kind: str
    value: str
    rule: str
    outcome: Literal["done", "impossible"]
    detail: str = ""
    """Why it was impossible, as a stable code."""


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook is told of a decision: ids and names, never content. A public contract (docs/rules.md)."""

    webhook: str
    rule: str
    ticket_id: TicketId
    ticket_new: bool
    message_id: MessageId | None
    """None: an agent changed the ticket."""
    contact_id: str
    channel: str
    visibility: str
    language: str
    state: str
    queue: str
    urgency: str
    tags: tuple[str, ...]
    findings: tuple[str, ...]
    rules_version: str
    at_ms: int


class WhyConflict(msgspec.Struct, frozen=True):
    """An identity that was proven although it is another contact's."""

    kind: str
    value: str
    contact_id: ContactId


Unanswered = Literal["", "forged", "mailing"]
"""Why the machine answers nothing to a message, whatever is due; empty: it may."""


class WhyFlood(msgspec.Struct, frozen=True, kw_only=True):
    """A quota that was exceeded, and what the house therefore did not do."""

    sender: int = 0
    """The how manieth message of its sender it is within the quota's time; 0: the sender is within theirs."""
    quota: int = 0
    within_ms: int = 0
    channel: bool = False
    """The channel is over its own."""
    withheld: tuple[str, ...] = ()
    """reply, webhook, notify: what would have been; ticket: one of its own."""


class WhyRepeat(msgspec.Struct, frozen=True, kw_only=True):
    """The same person said just this before, and nobody has answered."""

    of: MessageId
    """The first of them."""
    nth: int


class WhyEdits(msgspec.Struct, frozen=True, kw_only=True):
    """Edits that came faster than they are judged: the newest text stands, and is judged once for all of them."""

    folded: int
    """So many of this message."""
    because: Literal["message", "sender"]
    """Whose quota: edits of one message, or all that its sender brings."""
    pending: bool
    """The newest is still to be judged."""
    shown: str = ""
    """A digest of what lists showed of the ticket when they began."""


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why an inbound message became what it became. Stored as JSON with the message."""

    rules_version: str
    packs: tuple[str, ...] = ()
    """What those rules call themselves, with versions: wallet@1.1.0."""
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    """Tags that rules took from its ticket, if it had them."""
    urgency: str
    queue: str
    """Where its ticket was once it was decided."""
    language: str
    reasons: tuple[WhyReason, ...] = ()
    lost: tuple[WhyLost, ...] = ()
    skills: tuple[str, ...] = ()
    """What rules asked of the agent; not enforced yet."""
    sla: str | None = None
    """The promise that rules gave; not enforced yet."""
    notes: tuple[WhyNote, ...] = ()
    acts: tuple[WhyAct, ...] = ()
    joined: str
    joined_detail: str = ""
    left: str = ""
    """Why the ticket's state stayed although its customer wrote: thanks, automatic."""
    contact_by: str
    known_by: str = ""
    """The kind of identity that named the contact."""
    conflicts: tuple[WhyConflict, ...] = ()
    ticket_new: bool
    points: int | None = None
    """What spoke for the ticket that came nearest among the contact's own; None: there was none to choose from."""
    related: tuple[TicketId, ...] = ()
    related_by: tuple[str, ...] = ()
    """Why each of them is: claimed, number, address, transaction, order, text, pointed_at."""
    reply_template: str | None = None
    muted: str = ""
    """The tag for which an answer that was due was not given."""
    unanswered: Unanswered = ""
    flood: WhyFlood | None = None
    repeat: WhyRepeat | None = None
    edits: WhyEdits | None = None
    released_by: str = ""
    """Who let it through, an actor; empty: it was not held."""
    parse_ms: float = 0.0
    redact_ms: float = 0.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one inbound event came to, for the caller of the decision."""

    message_id: MessageId | None
    """None: it changed something (a receipt, a delete) without being a message."""
    ticket_id: TicketId | None
    contact_id: str | None
    ticket_new: bool = False
    held: bool = False
    """It waits in the journal; nothing but a note of that was written."""
    why: Why | None = None
