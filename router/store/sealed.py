"""Raw payloads at rest, encrypted, for a short time, and the quarantine of those that could not be understood."""

from router.model.ids import QuarantineId, SealedId
from router.store.rows import QuarantineRow, SealedRow
from router.store.script import Script, fetch, fetch_one, run


def get(sealed_id: SealedId) -> Script[SealedRow | None]:
    """One payload; None once it has expired."""
    return fetch_one(SealedRow, "WHERE t.id = :id", id=sealed_id)


def expire(*, now_ms: int, limit: int = 1_000) -> Script[int]:
    """Delete payloads whose time is over, at most `limit`; how many went. Run it until it answers 0."""
    return run(
        "DELETE FROM sealed WHERE id IN (SELECT id FROM sealed WHERE expires_at_ms IS NOT NULL "
        "AND expires_at_ms <= :now_ms ORDER BY expires_at_ms LIMIT :limit)",
        now_ms=now_ms,
        limit=limit,
    )


def quarantine(quarantine_id: QuarantineId) -> Script[QuarantineRow | None]:
    """One quarantined payload."""
    return fetch_one(QuarantineRow, "WHERE t.id = :id", id=quarantine_id)


def quarantined(*, limit: int, after: str = "", state: str = "waiting") -> Script[list[QuarantineRow]]:
    """Quarantined payloads in order of id."""
    return fetch(
        QuarantineRow,
        "WHERE t.state = :state AND t.id > :after ORDER BY t.id LIMIT :limit",
        state=state,
        after=after,
        limit=limit,
    )


def resolve(quarantine_id: QuarantineId, state: str, *, now_ms: int, forget_at_ms: int) -> Script[bool]:
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
