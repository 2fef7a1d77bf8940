"""The `matching` section: when a message belongs into one of its writer's own tickets. Thresholds are points and times.

What adds and what takes points stands in router/core/points.txt; a site tells here how many are enough.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from rules.book import Book
from rules.document import Node
from rules.moments import duration
from rules.reader import Reader

HOUR_MS: Final = 3_600_000
POINTS_MAX: Final = 1_000
WINDOW_MAX_MS: Final = 90 * 24 * HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """When a message joins a ticket of the same contact."""

    join_at: int = 100
    """Points that are enough."""
    chat_window_ms: int = 72 * HOUR_MS
    """Since the last message of a ticket, for messages of the same conversation without anything new in them."""
    likeness_window_ms: int = 72 * HOUR_MS
    """The same for the same matter in other words, also on another channel."""
    entity_window_ms: int = 30 * 24 * HOUR_MS
    """The same where a transaction, an order or an amount holds messages together."""
    incident_contacts: int = 4
    """Different contacts with one cause that make an incident worth proposing."""
    incident_window_ms: int = HOUR_MS
    """Within which they wrote."""


DEFAULT: Final = Matching()
COUNTS: Final = ("join_at", "incident_contacts")
TIMES: Final = {
    "chat_window": "chat_window_ms",
    "likeness_window": "likeness_window_ms",
    "entity_window": "entity_window_ms",
    "incident_window": "incident_window_ms",
}
KEYS: Final = (*COUNTS, *TIMES)


def read(node: Node, before: Matching, book: Book) -> Matching:
    """Read a section over what was said before; problems are recorded, and what is wrong changes nothing."""
    reader = book.reader
    found = {key: _value(key, value, reader) for key, value in reader.keys(node, KEYS, "matching").items()}
    known: dict[str, Any] = {TIMES.get(key, key): value for key, value in found.items() if value is not None}
    return replace(before, **known)


def _value(key: str, node: Node, reader: Reader) -> int | None:
    if key in COUNTS:
        return reader.number(node, key, 1, POINTS_MAX)
    time_ms = duration(node, key, reader)
    if time_ms is not None and time_ms > WINDOW_MAX_MS:
        reader.fail(node.at, "limit", f"{key} is too long", f"at most {WINDOW_MAX_MS // (24 * HOUR_MS)}d")
        return None
    return time_ms
