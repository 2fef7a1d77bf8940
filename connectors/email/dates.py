"""Date fields to milliseconds and back (RFC 5322, section 3.3). Reading is total: what is no date is None."""

import email.utils
import re
from datetime import date
from typing import Final

_MONTHS: Final = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_USUAL: Final = re.compile(
    r"\s*(?:[A-Za-z]{3},\s{0,4})?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?"
    r" (?:([+-])(\d\d)(\d\d)|GMT|UTC?|Z)\b"
)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_DAYS: Final = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")
_NAMES: Final = tuple(name.title() for name in _MONTHS)
_VALUE_CHARS_MAX: Final = 200


def read(value: str) -> int | None:
    """Milliseconds since 1970 UTC; None for what is no date, or one before 1970 or after the year 9999."""
    usual = _USUAL.match(value)
    if usual is None:
        return _unusual(value)
    day, name, year, hour, minute, second, sign, zone_hours, zone_minutes = usual.groups()
    try:
        days = date(int(year), _MONTHS[name.lower()], int(day)).toordinal() - _EPOCH_DAY
    except (KeyError, ValueError):
        return None
    seconds = days * 86_400 + int(hour) * 3_600 + int(minute) * 60 + int(second or 0)
    if sign is not None:
        offset = int(zone_hours) * 3_600 + int(zone_minutes) * 60
        seconds += offset if sign == "-" else -offset
    return seconds * 1_000 if seconds >= 0 else None


def written(at_ms: int) -> str:
    """The field for a time, in UTC."""
    days, seconds = divmod(at_ms // 1_000, 86_400)
    day = date.fromordinal(_EPOCH_DAY + days)
    clock = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{_DAYS[days % 7]}, {day.day:02} {_NAMES[day.month - 1]} {day.year} {clock} +0000"


def _unusual(value: str) -> int | None:
    try:
        parsed = email.utils.parsedate_tz(value[:_VALUE_CHARS_MAX])
        seconds = email.utils.mktime_tz(parsed) if parsed is not None else -1
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return seconds * 1_000 if 0 <= seconds < 253_402_300_800 else None
