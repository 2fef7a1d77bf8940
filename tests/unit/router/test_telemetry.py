"""What a log line may tell of an error."""

from router.model.errors import Conflict, StoreUnavailable
from router.telemetry import why


def test_why_quotes_what_is_ours_and_nothing_else():
    full = StoreUnavailable("SQLite: database or disk is full (SQLITE_FULL)")
    assert why(full) == {"error": "StoreUnavailable", "reason": "SQLite: database or disk is full (SQLITE_FULL)"}
    assert why(Conflict("Key (value)=(ann@example.org) already exists")) == {"error": "Conflict", "reason": None}
    assert why(ValueError("ann@example.org")) == {"error": "ValueError", "reason": None}
