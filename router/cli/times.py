"""Times as commands print them: UTC, to the millisecond."""

from datetime import UTC, datetime


def when(at_ms: int) -> str:
    """Such as `2026-11-02 08:00:03.120Z`."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.") + f"{at_ms % 1000:03}Z"
