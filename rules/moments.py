"""Days, moments and durations as people write them. Zones are IANA names or offsets, never the machine's own.

A day without a time stands for all of it, so that `until: 2026-12-24 Europe/Rome` still holds on Christmas Eve.
"""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from rules.document import Node
from rules.reader import Reader

DURATION_MAX_MS: Final = 366 * 86_400_000

WRITTEN: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
    r" ?(?:Z|[+-][0-9]{2}:[0-9]{2}|[A-Za-z][A-Za-z0-9_/+-]*)"
)
"""What a day or a time looks like, for editors."""
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?"
    r" ?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2}|[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)?"
)
_DURATION: Final = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_SHIFTED: Final = re.compile("[+-]?[0-9]")
_LETTERS_MAX: Final = 4
"""Of an abbreviation such as CEST."""
_UNIT_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_EXAMPLE: Final = "for example 2026-12-24 Asia/Shanghai, 2026-12-24 09:00 Asia/Shanghai or 2026-12-24T09:00+08:00"


class Moment(NamedTuple):
    """A point in time, or a whole day, in milliseconds since 1970 (UTC); the end is exclusive."""

    start_ms: int
    end_ms: int
    """Equal to the start unless a day is meant."""


def moment(node: Node, what: str, reader: Reader) -> Moment | None:
    """Read a day or a time of a day; both need a zone."""
    found = reader.scalar(node, what)
    if found is None:
        return None
    matched = _MOMENT.fullmatch(found.value)
    clock: time | None = None
    try:
        day = date.fromisoformat(matched["day"]) if matched else None
        clock = time.fromisoformat(matched["time"]) if matched and matched["time"] else None
    except ValueError:
        day = None
    if matched is None or day is None:
        reader.fail(found.at, "value", f"{what} is {found.value}", _EXAMPLE)
        return None
    if not matched["zone"]:
        reader.fail(found.at, "value", f"{what} has no time zone", _EXAMPLE)
        return None
    where = _offset(matched["zone"], day) or zone_named(matched["zone"])
    if where is None:
        _unknown_zone(node, matched["zone"], reader)
        return None
    start = epoch_ms(datetime.combine(day, clock or time(), where))
    if clock is not None or day == date.max:
        return Moment(start, start)
    return Moment(start, epoch_ms(datetime.combine(day + timedelta(days=1), time(), where)))


def _offset(written: str, day: date) -> tzinfo | None:
    """The zone of `Z` or `+08:00`."""
    if written != "Z" and written[0] not in "+-":
        return None
    try:
        return datetime.fromisoformat(f"{day.isoformat()}T00:00{written}").tzinfo
    except ValueError:
        return None


def zone(node: Node, what: str, reader: Reader) -> ZoneInfo | None:
    """Read the name of a time zone."""
    found = reader.scalar(node, what)
    if found is None:
        return None
    known = zone_named(found.value)
    if known is None:
        _unknown_zone(node, found.value, reader)
    return known


def zone_named(name: str) -> ZoneInfo | None:
    """Return a zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones, such as Asia
        return None


def _unknown_zone(node: Node, name: str, reader: Reader) -> None:
    near = _place(name)
    hint = f"did you mean {near}?" if near else "an IANA name such as Asia/Shanghai"
    reader.fail(node.at, "unknown-zone", f"there is no time zone {name}", hint)


def _place(name: str) -> str | None:
    """The zone of a place that is written like `name`. Letters and offsets are near to others that are hours away: HKT
    to HST, UTC+8 to UTC."""
    written = name.casefold().replace(" ", "_")
    places = {part: zone for zone in sorted(available_timezones()) if "/" in zone for part in _spellings(zone)}
    near = get_close_matches(written, places, n=1, cutoff=0.8) if len(written) > _LETTERS_MAX else []
    return places[near[0]] if near and not _SHIFTED.search(written) else None


def _spellings(zone: str) -> tuple[str, str]:
    return zone.casefold(), zone.casefold().rpartition("/")[2]


def duration(node: Node, what: str, reader: Reader) -> int | None:
    """Read a duration such as 90s, 15m, 4h or 2d, in milliseconds."""
    found = reader.scalar(node, what)
    if found is None:
        return None
    length_ms = duration_ms(found.value)
    if length_ms is None:
        reader.fail(
            found.at, "value", f"{what} is {found.value}", "a duration such as 90s, 15m, 4h or 2d, up to a year"
        )
    return length_ms


def duration_ms(written: str) -> int | None:
    """Return what a duration says, or None when it is none."""
    matched = _DURATION.fullmatch(written)
    length_ms = int(matched[1]) * _UNIT_MS[matched[2]] if matched else 0
    return length_ms if 0 < length_ms <= DURATION_MAX_MS else None


def epoch_ms(at: datetime) -> int:
    """Return an aware datetime as milliseconds since 1970 (UTC)."""
    return round(at.timestamp() * 1000)
