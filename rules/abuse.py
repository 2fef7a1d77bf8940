"""The `abuse` section: how much one sender, and one channel, may bring before the house goes quiet about it.

What over a quota means stands in router/core/floods.py; a site tells here where the quotas are.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from rules.book import Book
from rules.document import Node
from rules.matching import HOUR_MS
from rules.moments import duration
from rules.reader import Reader

MESSAGES_MAX: Final = 100_000_000
WITHIN_MAX_MS: Final = 24 * HOUR_MS
REPEATS_MAX_MS: Final = 30 * 24 * HOUR_MS
MINUTE_MS: Final = 60_000

NOBODY: Final = "none"
"""In `mute`: what an earlier file said does not count."""

BlockedCritical = Literal["hold", "ring"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many messages within so long."""

    messages: int
    within_ms: int
    hold: int | None = None
    """Of one sender: so many within the same time, and what follows waits beside the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abuse:
    """What is ordinary."""

    sender: Quota = field(default=Quota(messages=60, within_ms=10 * MINUTE_MS, hold=300))
    channel: Quota = field(default=Quota(messages=20_000, within_ms=10 * MINUTE_MS))
    """Of one account; what a channel can answer within that time."""
    repeats_ms: int = 24 * HOUR_MS
    """How long the same message of the same person is shown as one."""
    blocked_critical: BlockedCritical = "hold"
    """Whether what is critical of a blocked sender rings all the same."""
    mute: tuple[str, ...] = ()
    """Tags of tickets that the machine never answers, but for what is critical."""


DEFAULT: Final = Abuse()
KEYS: Final = ("sender", "channel", "repeats", "blocked_critical", "mute")
QUOTA_KEYS: Final = ("messages", "within")
SENDER_KEYS: Final = (*QUOTA_KEYS, "hold")
CHOICES: Final[tuple[BlockedCritical, ...]] = ("hold", "ring")


def read(node: Node, before: Abuse, book: Book) -> Abuse:
    """Read a section over what was said before; problems are recorded, and what is wrong changes nothing."""
    reader = book.reader
    keys = reader.keys(node, KEYS, "abuse")
    found: dict[str, Any] = {}
    if "sender" in keys:
        found["sender"] = _quota("sender", SENDER_KEYS, keys["sender"], before.sender, reader)
    if "channel" in keys:
        found["channel"] = _quota("channel", QUOTA_KEYS, keys["channel"], before.channel, reader)
    repeats_ms = _time("repeats", keys["repeats"], REPEATS_MAX_MS, reader) if "repeats" in keys else None
    if repeats_ms is not None:
        found["repeats_ms"] = repeats_ms
    chosen = None
    if "blocked_critical" in keys:
        chosen = reader.choice(keys["blocked_critical"], "blocked_critical", CHOICES)
    if chosen is not None:
        found["blocked_critical"] = cast("BlockedCritical", chosen)
    if "mute" in keys:
        found["mute"] = _mute(keys["mute"], book)
    return replace(before, **found)


def _mute(node: Node, book: Book) -> tuple[str, ...]:
    tags = book.reader.scalars(node, "mute")
    if [tag.value for tag in tags] == [NOBODY]:
        return ()
    return tuple([tag.value for tag in tags if book.reader.known(tag, "tag", book.tags) is not None])


def _quota(what: str, known: tuple[str, ...], node: Node, before: Quota, reader: Reader) -> Quota:
    keys = reader.keys(node, known, f"the quota of a {what}")
    found: dict[str, Any] = {
        key: reader.number(keys[key], key, 1, MESSAGES_MAX) for key in ("messages", "hold") if key in keys
    }
    if "within" in keys:
        found["within_ms"] = _time("within", keys["within"], WITHIN_MAX_MS, reader)
    quota = replace(before, **{key: value for key, value in found.items() if value is not None})
    if quota.hold is not None and quota.hold < quota.messages:
        text = f"hold is {quota.hold}, less than messages, which is {quota.messages}"
        reader.fail(node.at, "value", text, "hold comes after messages: write a larger one")
        return before
    return quota


def _time(key: str, node: Node, most_ms: int, reader: Reader) -> int | None:
    time_ms = duration(node, key, reader)
    if time_ms is not None and time_ms > most_ms:
        reader.fail(node.at, "limit", f"{key} is too long", f"at most {most_ms // (24 * HOUR_MS)}d")
        return None
    return time_ms
