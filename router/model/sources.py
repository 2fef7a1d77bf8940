"""Where time and ids come from. Everything below the flows takes values; the flows take these two."""

from typing import Protocol


class Clock(Protocol):
    """The time, as an argument (two implementations: the system's, and the virtual one of `route` and the tests)."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        ...


class Ids(Protocol):
    """A source of UUIDv7 texts."""

    def new(self) -> str:
        """A fresh id, greater than every id this source gave before."""
        ...
