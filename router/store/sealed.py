"""Raw payloads at rest: encrypted, and for a short time. Written by router.store.journal.append."""

from router.model.ids import SealedId
from router.store.rows import SealedRow
from router.store.script import Script, fetch, fetch_one, run


def get(sealed_id: SealedId) -> Script[SealedRow | None]:
    """One payload; None once it has expired."""
    return fetch_one(SealedRow, "WHERE t.id = :id", id=sealed_id)


def ends() -> Script[list[SealedRow]]:
    """The oldest and the newest payload that are kept; one when there is only one."""
    return fetch(SealedRow, "WHERE t.id IN (SELECT MIN(id) FROM sealed UNION SELECT MAX(id) FROM sealed) ORDER BY t.id")


def expire(*, now_ms: int, limit: int = 1_000) -> Script[int]:
    """Delete payloads whose time is over, at most `limit`; how many went. Run it until it answers 0."""
    return run(
        "DELETE FROM sealed WHERE id IN (SELECT id FROM sealed WHERE expires_at_ms IS NOT NULL "
        "AND expires_at_ms <= :now_ms ORDER BY expires_at_ms LIMIT :limit)",
        now_ms=now_ms,
        limit=limit,
    )
