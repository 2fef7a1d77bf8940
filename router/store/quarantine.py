"""Payloads that could not be understood: visible, replayable, never in the way of what is behind them."""

from typing import Literal

from router.model.ids import QuarantineId
from router.store.rows import QuarantineRow
from router.store.script import Script, fetch, fetch_one, run, select


def get(quarantine_id: QuarantineId) -> Script[QuarantineRow | None]:
    """One quarantined payload."""
    return fetch_one(QuarantineRow, "WHERE t.id = :id", id=quarantine_id)


def listed(
    *, limit: int, after: str = "", state: Literal["waiting", "replayed", "expired"] = "waiting"
) -> Script[list[QuarantineRow]]:
    """Quarantined payloads in order of id."""
    return fetch(
        QuarantineRow,
        "WHERE t.state = :state AND t.id > :after ORDER BY t.id LIMIT :limit",
        state=state,
        after=after,
        limit=limit,
    )


def resolve(
    quarantine_id: QuarantineId, state: Literal["replayed", "expired"], *, now_ms: int, forget_at_ms: int
) -> Script[bool]:
    """Decide a waiting payload (`replayed`, `expired`); its sealed bytes go at `forget_at_ms`. False when decided."""
    count = yield from run(
        "UPDATE quarantine SET state = :state, resolved_at_ms = :now_ms WHERE id = :id AND state = 'waiting'",
        id=quarantine_id,
        state=state,
        now_ms=now_ms,
    )
    yield from run(
        "UPDATE sealed SET expires_at_ms = :forget_at_ms WHERE expires_at_ms IS NULL "
        "AND id = (SELECT sealed_id FROM quarantine WHERE id = :id AND state <> 'waiting')",
        id=quarantine_id,
        forget_at_ms=forget_at_ms,
    )
    return count == 1


def count_waiting() -> Script[int]:
    """How many wait for a decision."""
    rows = yield from select("SELECT COUNT(*) FROM quarantine WHERE state = 'waiting'")
    return int(rows[0][0])
