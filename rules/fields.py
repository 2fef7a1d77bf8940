"""The fields a condition may test, with the kind of each and where it is read.

Adding a field means one line here; the loader, the evaluator and the messages follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from rules.facts import URGENCY_ORDER
from rules.scene import Scene
from rules.text import PLACEHOLDER_TYPES

Kind = Literal["text", "word", "flag", "number", "set"]
"""text is searched for words; word is compared whole; set holds several words."""
Value = str | bool | int | float | tuple[str, ...] | None
Reference = Literal["queue", "tag"]

TICKET_STATES: Final = (
    "new", "open", "waiting", "solved", "closed", "rejected", "verifying",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a condition may look at."""

    name: str
    kind: Kind
    read: Callable[[Scene], Value]
    choices: tuple[str, ...] = ()
    """The only values it takes, when they are known."""
    refers: Reference | None = None
    """Its values are names defined in the rules files."""
    ranked: bool = False
    """The choices go from low to high and may be compared."""
    decimal: bool = False
    """A number that may be below zero and have digits behind the point."""


_FIELDS: Final = (
    Field("message.text", "text", lambda s: s.facts.message.text),
    Field("message.subject", "text", lambda s: s.facts.message.subject),
    Field("message.any", "text", lambda s: s.facts.message.text or s.facts.message.subject),
    Field("message.lang", "word", lambda s: s.language),
    Field("message.channel", "word", lambda s: s.facts.message.channel),
    Field("message.account", "word", lambda s: s.facts.message.account),
    Field(
        "message.visibility",
        "word",
        lambda s: s.facts.message.visibility,
        choices=("public", "private"),
    ),
    Field("message.is_first", "flag", lambda s: s.facts.message.is_first),
    Field("message.is_automatic", "flag", lambda s: s.facts.message.is_automatic),
    Field("message.alarm", "flag", lambda s: s.facts.message.alarm),
    Field("message.attachments", "number", lambda s: s.facts.message.attachments),
    Field("message.findings", "set", lambda s: s.facts.message.findings, choices=PLACEHOLDER_TYPES),
    Field("customer.known", "flag", lambda s: s.facts.customer.known),
    Field("customer.verified", "flag", lambda s: s.facts.customer.verified),
    Field("customer.vip", "flag", lambda s: s.facts.customer.vip),
    Field("customer.language", "word", lambda s: s.facts.customer.language),
    Field("ticket.exists", "flag", lambda s: s.facts.ticket.exists),
    Field("ticket.state", "word", lambda s: s.facts.ticket.state, choices=TICKET_STATES),
    Field("ticket.queue", "word", lambda s: s.facts.ticket.queue, refers="queue"),
    Field(
        "ticket.urgency",
        "word",
        lambda s: s.facts.ticket.urgency,
        choices=URGENCY_ORDER,
        ranked=True,
    ),
    Field("ticket.tags", "set", lambda s: s.facts.ticket.tags, refers="tag"),
)

FIELDS: Final = {field.name: field for field in _FIELDS}

TEXT_PARTS: Final = {
    "message.text": ("text",),
    "message.subject": ("subject",),
    "message.any": ("text", "subject"),
}
"""Which scanned parts of a message a text field covers."""

LANGUAGE_FIELDS: Final = frozenset({"message.lang", "customer.language"})
"""Compared by language: `zh` also means zh-Hans and zh-TW."""
