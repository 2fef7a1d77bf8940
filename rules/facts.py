"""What the rules see and what they answer.

The caller builds `Facts` from a stored (already redacted) message and gets a `Verdict`. Offsets are code points.
"""

from typing import Literal

import msgspec

Urgency = Literal["low", "normal", "high", "critical"]
Visibility = Literal["public", "private"]
Span = tuple[int, int]
"""Start and end of a hit in the field that was searched, in code points, end exclusive."""

MESSAGE_RECEIVED = "message.received"
"""The event that every message is."""

URGENCY_ORDER: tuple[Urgency, ...] = ("low", "normal", "high", "critical")


class MessageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One inbound message as stored: after redaction, quoted history already cut from `text`."""

    text: str
    subject: str = ""
    channel: str = ""
    account: str = "default"
    visibility: Visibility = "private"
    lang: str | None = None
    """BCP 47 tag when the provider knows it; the engine detects it from the text when None."""
    is_first: bool = True
    """First message of its conversation."""
    is_automatic: bool = False
    alarm: bool = False
    """The customer pressed the alarm."""
    attachments: int = 0
    """How many attachments came with it."""
    findings: tuple[str, ...] = ()
    """Types of secrets and personal data the door found, such as SEED_PHRASE (see rules/redact.py)."""
    ext: str = ""
    """A JSON object with what the provider or the site added, redacted; rules read the fields they declare."""


class CustomerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The contact the message was proven to come from."""

    known: bool = False
    verified: bool = False
    vip: bool = False
    language: str | None = None


class TicketFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket the message joins, or the defaults of a new one."""

    exists: bool = False
    state: str = "new"
    queue: str | None = None
    urgency: Urgency = "normal"
    tags: tuple[str, ...] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one evaluation may look at."""

    message: MessageFacts
    customer: CustomerFacts = CustomerFacts()
    ticket: TicketFacts = TicketFacts()
    ticket_before: TicketFacts | None = None
    """What the ticket was, when the event is that it changed."""
    event: str = MESSAGE_RECEIVED
    """What happened; only rules that wait for it are tried."""
    now_ms: int | None = None
    """When it happened. Without it no condition on time holds."""


class Picked(msgspec.Struct, frozen=True, kw_only=True):
    """A redaction policy that a rule chose at the door."""

    rule: str
    policy: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a rule fired: the words that hit and where (spans of message.text, sorted)."""

    rule: str
    why: str
    at: tuple[Span, ...] = ()


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A write that a rule asked for and another rule had already made."""

    rule: str
    key: str
    value: str
    to: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A remark that a rule leaves for the ticket's history."""

    rule: str
    text: str


FactKind = Literal["account", "time", "amount", "transaction", "error", "steps"]
"""What agents may have to know about a matter."""

ActKind = Literal["assign", "close", "snooze", "hide", "notify", "webhook", "propose"]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a rule asks of the house."""

    kind: ActKind
    value: str
    """assign: a login or `nobody`; close: why; snooze: `4h` or `until office`; hide: `true`; notify: `queue:billing` or
    `agent:mei`; webhook: its name; propose: an action of the back end."""
    rule: str
    text: str = ""
    """Of a notice."""


class TemplateReply(msgspec.Struct, frozen=True, kw_only=True):
    """An automatic answer a rule asks for; the text is already in the customer's language."""

    template: str
    rule: str
    text: str
    """May hold `{{ticket.number}}`, `{{customer.name}}` and `{{queue.name}}`, filled in by the caller."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules said of one message."""

    tags: tuple[str, ...]
    urgency: Urgency
    queue: str
    """Always one of the rule set's queues; its default queue when no rule asked."""
    untags: tuple[str, ...] = ()
    """Tags the ticket loses."""
    skills: tuple[str, ...] = ()
    """What its agent needs besides the skills of the queue."""
    sla: str | None = None
    """One of the rule set's promises."""
    notes: tuple[Note, ...] = ()
    acts: tuple[Act, ...] = ()
    """Of assign, close, snooze and hide one each at most."""
    language: str
    replies: tuple[TemplateReply, ...] = ()
    reasons: tuple[Reason, ...] = ()
    lost: tuple[Lost, ...] = ()
    version: str
    """Content hash of the rule set that judged."""
    packs: tuple[str, ...] = ()
    """What it calls itself, with versions: wallet@1.1.0."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A span that a detector took for a secret or for personal data, in code points of the field as it came in."""

    field: str
    start: int
    end: int
    type: str
    masked: bool
    """Whether the span was replaced by its placeholder; otherwise it is only reported."""
    evidence: str = ""
    """Why: a checksum, a label beside it, a shape. Never the value."""


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """A field after the door: placeholders such as `[CARD]` in place of what was masked."""

    text: str
    findings: tuple[Finding, ...] = ()
    """Sorted by start, disjoint."""
