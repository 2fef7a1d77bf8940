"""Times as commands print and read them."""

import argparse
import re
from datetime import UTC, datetime

_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
_LONGEST_DAYS = 36_500
_DURATION = re.compile(rf"(\d{{1,6}})\s*([{''.join(_UNITS)}])")


def duration_ms(text: str) -> int:
    """A length of time on the command line, such as 30d, 12h or 90m."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time; for example 30d, 12h or 90m")
    length_ms = int(found[1]) * _UNITS[found[2]]
    if length_ms > _LONGEST_DAYS * _UNITS["d"]:  # far beyond it no date can be told
        raise argparse.ArgumentTypeError(f"{text!r} is too long; at most {_LONGEST_DAYS}d")
    return length_ms


def when(at_ms: int) -> str:
    """UTC, to the millisecond, such as `2026-11-02 08:00:03.120Z`."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.") + f"{at_ms % 1000:03}Z"
