"""What a log line may tell of an error."""

import contextlib
from pathlib import Path

from router.clock import VirtualClock
from router.model.errors import Conflict, StoreUnavailable
from router.telemetry import StructuredLog, why


def test_why_quotes_what_is_ours_and_nothing_else():
    full = StoreUnavailable("SQLite: database or disk is full (SQLITE_FULL)")
    assert why(full) == {"error": "StoreUnavailable", "reason": "SQLite: database or disk is full (SQLITE_FULL)"}
    assert why(Conflict("Key (value)=(ann@example.org) already exists")) == {"error": "Conflict", "reason": None}
    assert why(ValueError("ann@example.org")) == {"error": "ValueError", "reason": None}


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    with (tmp_path / "gone.log").open("w") as gone:
        log = StructuredLog(VirtualClock(), gone)
    log.info("house.started")
    full = Path("/dev/full").open("w")  # noqa: SIM115 -- closing it fails too
    StructuredLog(VirtualClock(), full).error("store.writes_fail", reason="disk full")
    with contextlib.suppress(OSError):
        full.close()
