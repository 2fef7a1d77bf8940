"""The part of the schema (rules/schema.py) about how much is enough: to join a ticket, and to be a flood."""

from typing import Final

from rules import abuse, matching
from rules.schema_parts import COUNT, DURATION, TEXT, Schema, one_or_many, ordered, table

_MESSAGES: Final[Schema] = {**COUNT, "minimum": 1, "maximum": abuse.MESSAGES_MAX}


def matching_part() -> Schema:
    """When a message joins a ticket of its writer."""
    parts: dict[str, Schema] = dict.fromkeys(matching.TIMES, DURATION)
    parts |= {key: {**COUNT, "minimum": 1, "maximum": matching.POINTS_MAX} for key in matching.COUNTS}
    return table("matching", ordered(matching.KEYS, parts))


def abuse_part() -> Schema:
    """How much one sender, and one channel, may bring."""
    quota = {"messages": _MESSAGES, "within": DURATION, "hold": _MESSAGES}
    parts = {
        "sender": table("quota", ordered(abuse.SENDER_KEYS, quota)),
        "channel": table("quota", ordered(abuse.QUOTA_KEYS, quota)),
        "repeats": DURATION,
        "blocked_critical": {"enum": list(abuse.CHOICES)},
        "mute": one_or_many(TEXT),
    }
    return table("abuse", ordered(abuse.KEYS, parts))
