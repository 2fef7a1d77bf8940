"""Who owns which partition: leases with fencing tokens, shared evenly among the workers that are alive.

Called by the route workers, each about once a second. A partition's token grows with every change of owner; the
transaction that applies a batch compares it (router.store.journal.check_fences), so a paused owner writes nothing. That
also makes it safe to take what a clock that was far ahead has leased.
"""

from router.model.limits import CLOCKS_APART_MS_MAX, LEASE_MS, PARTITIONS
from router.store.script import Script, run, select


def acquire(owner: str, *, now_ms: int, lease_ms: int) -> Script[dict[int, int]]:
    """Say that `owner` is alive, renew what it holds, give back what is more than its share of the partitions, take
    free and expired ones up to it; partition to token of all it holds until `now_ms + lease_ms`.
    """
    until_ms = now_ms + lease_ms
    share = yield from _share(owner, now_ms, until_ms)
    held = yield from _renew(owner, until_ms)
    surplus = sorted(held)[share:]
    if surplus:
        yield from _give_back(owner, surplus)
        for partition in surplus:
            del held[partition]
    if len(held) < share:
        held |= yield from _take(owner, share - len(held), now_ms, until_ms)
    return held


def _share(owner: str, now_ms: int, until_ms: int) -> Script[int]:
    yield from run(
        "INSERT INTO workers (owner, seen_until_ms) VALUES (:owner, :until_ms) "
        "ON CONFLICT (owner) DO UPDATE SET seen_until_ms = excluded.seen_until_ms",
        owner=owner,
        until_ms=until_ms,
    )
    # Long gone ones only: deleting what another worker may be renewing would make the two wait for each other.
    yield from run("DELETE FROM workers WHERE seen_until_ms < :long_ago_ms", long_ago_ms=now_ms - 3_600_000)
    rows = yield from select(
        "SELECT COUNT(*) FROM workers WHERE seen_until_ms > :now_ms AND seen_until_ms <= :far_ms",
        now_ms=now_ms,
        far_ms=until_ms + CLOCKS_APART_MS_MAX,
    )
    return -(-PARTITIONS // max(1, int(rows[0][0])))


def _renew(owner: str, until_ms: int) -> Script[dict[int, int]]:
    # Not a key update: batches that hold their fences FOR KEY SHARE go on meanwhile.
    rows = yield from select(
        "UPDATE partitions SET lease_until_ms = :until_ms WHERE id IN (SELECT id FROM partitions WHERE owner = :owner "
        "ORDER BY id {pg FOR NO KEY UPDATE}) AND owner = :owner RETURNING id, token",
        owner=owner,
        until_ms=until_ms,
    )
    return {row[0]: row[1] for row in rows}


def _give_back(owner: str, ids: list[int]) -> Script[int]:
    return run(
        "UPDATE partitions SET owner = NULL, lease_until_ms = 0 WHERE id {in ids} AND owner = :owner",
        ids=ids,
        owner=owner,
    )


def _take(owner: str, count: int, now_ms: int, until_ms: int) -> Script[dict[int, int]]:
    """A partition whose batch is being committed right now is passed over; the next round finds it."""
    rows = yield from select(
        "SELECT id FROM partitions WHERE owner IS NULL "
        "OR (owner <> :owner AND NOT (lease_until_ms > :now_ms AND lease_until_ms <= :far_ms)) "
        "ORDER BY lease_until_ms, id LIMIT :count {pg FOR UPDATE SKIP LOCKED}",
        owner=owner,
        now_ms=now_ms,
        far_ms=until_ms + CLOCKS_APART_MS_MAX,
        count=count,
    )
    taken = yield from select(
        "UPDATE partitions SET owner = :owner, token = token + 1, lease_until_ms = :until_ms "
        "WHERE id {in ids} RETURNING id, token",
        owner=owner,
        until_ms=until_ms,
        ids=sorted(row[0] for row in rows),
    )
    return {row[0]: row[1] for row in taken}


def release(owner: str) -> Script[None]:
    """Give everything back at once: a worker that stops cleanly keeps nobody waiting."""
    yield from run("DELETE FROM workers WHERE owner = :owner", owner=owner)
    yield from run("UPDATE partitions SET owner = NULL, lease_until_ms = 0 WHERE owner = :owner", owner=owner)


def owners(*, now_ms: int) -> Script[dict[str, int]]:
    """How many partitions each owner holds right now; `""` counts those nobody holds."""
    rows = yield from select("SELECT id, owner, lease_until_ms FROM partitions")
    counts: dict[str, int] = {}
    for _, owner, until_ms in rows:
        is_held = owner is not None and now_ms < until_ms <= now_ms + LEASE_MS + CLOCKS_APART_MS_MAX
        name = owner if is_held else ""
        counts[name] = counts.get(name, 0) + 1
    return counts
