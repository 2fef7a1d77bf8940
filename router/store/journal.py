"""The journal: what was accepted, once, in order. Written by intake, worked off by the route workers.

A unique key decides what is a duplicate. The transaction that applies a batch also marks its rows done, and only while
the worker still holds the partitions' fencing tokens. New rows go in by their unique key, stored ones are taken by id,
whoever takes several: so writers wait for each other and never die of it.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import msgspec

from router.model.errors import Conflict, Fenced
from router.model.ids import BlobHash, JournalId
from router.model.limits import CLOCKS_APART_MS_MAX, PARK_MS_MAX
from router.store import media
from router.store.rows import JournalRow, MediaRow, QuarantineRow, SealedRow
from router.store.script import Script, fetch, fetch_one, insert, run, select

Appended = Literal["new", "duplicate"]
CursorAt = tuple[str, str, str, str]
"""(channel, account, scope, value)"""
NO_FENCES: Mapping[int, int] = {}
IN_ORDER: Final = "id IN (SELECT id FROM journal WHERE id {in ids} ORDER BY id {pg FOR NO KEY UPDATE})"
"""The condition of a statement that changes the rows of `ids`."""
_PARKED_MS_MAX: Final = PARK_MS_MAX + CLOCKS_APART_MS_MAX
"""Who seems to wait for longer was parked by a clock that was wrong."""
DEDUPE_BYTES_MAX: Final = 512
"""Longer keys are hashed: an index entry of PostgreSQL holds 2,704 bytes."""


def append(
    entries: Sequence[JournalRow],
    *,
    sealed: Sequence[SealedRow] = (),
    files: Sequence[MediaRow] = (),
    known: Sequence[BlobHash] = (),
    quarantine: Sequence[QuarantineRow] = (),
    hashed: Sequence[str] = (),
    cursor: CursorAt | None = None,
    now_ms: int,
) -> Script[list[Appended]]:
    """Commit what one payload batch brought, together; per entry, whether it is new.

    Of files, `files` were put in their place for this, `known` were there. `hashed` are the keys that the entries have
    if their sender was erased since (router.store.erasing), one for each. Raises MediaGone.

    A duplicate, of a stored row or of one before it in `entries`, is counted on the first one. Sealed rows that only
    duplicates name are not kept.
    """
    rows = [_bounded(entry) for entry in entries]
    first: dict[tuple[str, str, str], JournalRow] = {}
    for row in rows:
        first.setdefault(_key(row), row)
    candidates = [first[key] for key in sorted(first)]
    yield from media.refer(files, known)  # before the journal, as in router.store.changes
    count = yield from insert(candidates, conflict="ignore")
    new = {row.id for row in candidates}
    if count != len(candidates):
        found = yield from select("SELECT id FROM journal WHERE id {in ids}", ids=list(new))
        new = {row[0] for row in found}
    erased = yield from _drop_erased(dict(zip([row.id for row in rows], hashed, strict=False)), new)
    new -= erased
    again = [row for row in rows if row.id not in new]
    if again:
        yield from _count_again(again, now_ms)
    unwanted = {row.sealed_id for row in again} - {row.sealed_id for row in rows if row.id in new}
    unwanted -= {row.sealed_id for row in quarantine}
    if erased:  # what came with them is nobody's
        yield from media.idle({*known, *(file.hash for file in files)}, now_ms=now_ms)
    yield from insert([row for row in sealed if row.id not in unwanted])
    yield from insert(quarantine)
    if cursor is not None:
        yield from _move(cursor)
    return ["new" if row.id in new else "duplicate" for row in rows]


def _drop_erased(hashed: Mapping[JournalId, str], new: Collection[JournalId]) -> Script[set[JournalId]]:
    """Of the rows just inserted take out those of people who were erased. Looked for after the insert: an erasure that
    is committed in between had the plain key until then, or has the hashed one now."""
    wanted = {key: id_ for id_, key in hashed.items() if id_ in new}
    if not wanted:
        return set()
    found = yield from select("SELECT dedupe_key FROM journal WHERE dedupe_key {in keys}", keys=list(wanted))
    erased = {wanted[row[0]] for row in found}
    if erased:
        yield from run("DELETE FROM journal WHERE id {in ids}", ids=sorted(erased))
    return erased


def _key(row: JournalRow) -> tuple[str, str, str]:
    return row.channel, row.account, row.dedupe_key


def dedupe_key(key: str) -> str:
    """The key as it is stored."""
    if len(key) * 4 <= DEDUPE_BYTES_MAX or len(key.encode()) <= DEDUPE_BYTES_MAX:
        return key
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def _bounded(row: JournalRow) -> JournalRow:
    key = dedupe_key(row.dedupe_key)
    return row if key is row.dedupe_key else msgspec.structs.replace(row, dedupe_key=key)


def _count_again(rows: Sequence[JournalRow], now_ms: int) -> Script[int]:
    counts = Counter(_key(row) for row in rows)
    return run(
        "UPDATE journal SET redeliveries = redeliveries + k.times, last_redelivered_at_ms = :now_ms "
        "FROM (SELECT j.id, d.times FROM {each keys channel account dedupe_key times:bigint} AS d JOIN journal AS j "
        "ON j.dedupe_key = d.dedupe_key AND j.channel = d.channel AND j.account = d.account "
        "ORDER BY j.id {pg FOR NO KEY UPDATE OF j}) AS k WHERE journal.id = k.id",
        keys=[(*key, counts[key]) for key in sorted(counts)],
        now_ms=now_ms,
    )


def _move(at: CursorAt) -> Script[int]:
    channel, account, scope, value = at
    return run(
        "INSERT INTO cursors (channel, account, scope, value) VALUES (:channel, :account, :scope, :value) "
        "ON CONFLICT (channel, account, scope) DO UPDATE SET value = excluded.value",
        channel=channel,
        account=account,
        scope=scope,
        value=value,
    )


def cursor(channel: str, account: str, scope: str) -> Script[str | None]:
    """The last committed cursor."""
    rows = yield from select(
        "SELECT value FROM cursors WHERE channel = :channel AND account = :account AND scope = :scope",
        channel=channel,
        account=account,
        scope=scope,
    )
    return rows[0][0] if rows else None


def claim(partitions: Collection[int], limit: int, now_ms: int) -> Script[list[JournalRow]]:
    """Pending rows of the worker's partitions in journal order.

    A conversation with a row parked until later is left out whole. Reads only: ownership is the partition's lease.
    """
    rows = yield from fetch(
        JournalRow,
        "WHERE t.state = 'pending' AND t.partition {in partitions} "
        "AND NOT EXISTS (SELECT 1 FROM journal AS p WHERE p.state = 'pending' AND p.not_before_ms IS NOT NULL "
        "AND {same p.conversation_key t.conversation_key} "
        "AND p.not_before_ms > :now_ms AND p.not_before_ms <= :far_ms) "
        "ORDER BY t.id LIMIT :limit",
        partitions=list(partitions),
        now_ms=now_ms,
        far_ms=now_ms + _PARKED_MS_MAX,
        limit=limit,
    )
    return rows


def check_fences(fences: Mapping[int, int]) -> Script[None]:
    """Raise Fenced unless each partition's token is still the given one; it cannot change until the commit."""
    if not fences:
        return
    rows = yield from select(
        "SELECT id, token FROM partitions WHERE id {in ids} ORDER BY id {pg FOR KEY SHARE}", ids=list(fences)
    )
    lost = sorted(fences.items() - {(row[0], row[1]) for row in rows})
    if lost:
        raise Fenced(f"partitions {[partition for partition, _ in lost]} were taken over")


def finish(ids: Sequence[JournalId], *, fences: Mapping[int, int], now_ms: int) -> Script[None]:
    """Mark rows done and drop their content. Raises Fenced, or Conflict when one of them was not pending."""
    yield from check_fences(fences)
    yield from mark_decided(ids, now_ms=now_ms)


def mark_decided(ids: Collection[JournalId], *, held: Collection[JournalId] = (), now_ms: int) -> Script[None]:
    """The statement of `finish`, for a transaction that has checked its fences. Of `ids`, those `held` keep their
    content, for somebody to let through."""
    if not ids:
        return
    count = yield from run(
        "UPDATE journal SET state = CASE WHEN id {in held} THEN 'held' ELSE 'done' END, "  # noqa: S608
        "entry = CASE WHEN id {in held} THEN entry END, error = NULL, not_before_ms = NULL, routed_at_ms = :now_ms "
        f"WHERE {IN_ORDER} AND state = 'pending'",
        ids=list(ids),
        held=list(held),
        now_ms=now_ms,
    )
    if count != len(set(ids)):
        raise Conflict(f"journal: {len(set(ids)) - count} of {len(set(ids))} rows are no longer pending")


def take(ids: Collection[JournalId], named: Collection[tuple[str, str, str]]) -> Script[None]:
    """Lock these rows and those of the (channel, account, message id)s, for a transaction that changes them in several
    statements."""
    found = yield from select(
        "SELECT j.id FROM {each keys channel account key} AS k JOIN journal AS j "
        "ON j.dedupe_key = k.key AND j.channel = k.channel AND j.account = k.account",
        keys=[(channel, account, dedupe_key(message_id)) for channel, account, message_id in named],
    )
    yield from select(
        "SELECT id FROM journal WHERE id {in ids} ORDER BY id {pg FOR NO KEY UPDATE}",
        ids=[*ids, *(row[0] for row in found)],
    )


def let_through(journal_id: JournalId, entry: bytes) -> Script[None]:
    """Have a held row decided, as `entry`. Raises Conflict when it is not held."""
    count = yield from run(
        "UPDATE journal SET state = 'pending', attempts = 0, entry = :entry, routed_at_ms = NULL "
        "WHERE id = :id AND state = 'held'",
        id=journal_id,
        entry=entry,
    )
    if count != 1:
        raise Conflict("journal: a row to let through is not held")


def forget_payloads(messages: Collection[tuple[str, str, str]]) -> Script[None]:
    """Delete what rests sealed of these (channel, account, message id)."""
    for channel, account, message_id in sorted(messages):
        at = {"channel": channel, "account": account, "key": dedupe_key(message_id)}
        here = "WHERE dedupe_key = :key AND channel = :channel AND account = :account AND sealed_id IS NOT NULL"
        found = yield from select(f"SELECT sealed_id FROM journal {here}", **at)  # noqa: S608 -- no value in it
        if found:
            yield from run("DELETE FROM sealed WHERE id {in ids}", ids=[row[0] for row in found])
            yield from run(f"UPDATE journal SET sealed_id = NULL {here}", **at)  # noqa: S608


def park(
    journal_id: JournalId, error: str, *, not_before_ms: int, fences: Mapping[int, int] = NO_FENCES
) -> Script[int]:
    """Count a failed attempt and leave the row, and what follows in its conversation, until later."""
    yield from check_fences(fences)
    return (
        yield from run(
            "UPDATE journal SET attempts = attempts + 1, not_before_ms = :not_before_ms, error = :error "
            "WHERE id = :id AND state = 'pending'",
            id=journal_id,
            not_before_ms=not_before_ms,
            error=error,
        )
    )


def bury(journal_id: JournalId, error: str, *, fences: Mapping[int, int] = NO_FENCES) -> Script[int]:
    """Give a row up as a dead letter; what is behind it goes on."""
    yield from check_fences(fences)
    return (
        yield from run(
            "UPDATE journal SET state = 'dead', attempts = attempts + 1, not_before_ms = NULL, error = :error "
            "WHERE id = :id AND state = 'pending'",
            id=journal_id,
            error=error,
        )
    )


def unprocessed_since(before_ms: int, *, now_ms: int) -> Script[list[tuple[JournalId, int]]]:
    """What the sweeper announces again: of each partition the oldest pending row accepted before then, unless parked.

    One is enough: whoever owns the partition works all of its rows.
    """
    return (
        yield from select(
            "SELECT MIN(id) AS id, partition FROM journal WHERE state = 'pending' AND received_at_ms < :before_ms "
            "AND (not_before_ms IS NULL OR not_before_ms <= :now_ms OR not_before_ms > :far_ms) "
            "GROUP BY partition ORDER BY 1",
            before_ms=before_ms,
            now_ms=now_ms,
            far_ms=now_ms + _PARKED_MS_MAX,
        )
    )


def oldest_pending() -> Script[int | None]:
    """When the oldest undecided row was accepted, for the gauge that alarms."""
    rows = yield from select("SELECT received_at_ms FROM journal WHERE state = 'pending' ORDER BY id LIMIT 1")
    return rows[0][0] if rows else None


def backlog() -> Script[int]:
    """How many rows wait."""
    rows = yield from select("SELECT COUNT(*) FROM journal WHERE state = 'pending'")
    return int(rows[0][0])


def holds(conversation_key: str) -> Script[bool]:
    """Whether anything of this sender is held."""
    rows = yield from select(
        "SELECT 1 FROM journal WHERE {same conversation_key :key} AND state = 'held' LIMIT 1", key=conversation_key
    )
    return bool(rows)


def waits(conversation_key: str, partition: int) -> Script[bool]:
    """Whether anything of this sender, whose partition that is, is accepted and not decided upon yet."""
    rows = yield from select(
        "SELECT 1 FROM journal WHERE {same conversation_key :key} AND partition = :partition AND state = 'pending' "
        "LIMIT 1",
        key=conversation_key,
        partition=partition,
    )
    return bool(rows)


def show(journal_id: JournalId) -> Script[JournalRow | None]:
    """One row."""
    return fetch_one(JournalRow, "WHERE t.id = :id", id=journal_id)


def find(channel: str, account: str, key: str, hashed: str | None = None) -> Script[JournalRow | None]:
    """The row that made later ones duplicates; with `hashed`, also what was left of one whose sender was erased."""
    return fetch_one(
        JournalRow,
        "WHERE t.dedupe_key {in keys} AND t.channel = :channel AND t.account = :account",
        keys=[dedupe_key(key), *([] if hashed is None else [hashed])],
        channel=channel,
        account=account,
    )


def find_message(message_id: str) -> Script[list[JournalRow]]:
    """Rows of a provider's message id on any channel, newest first, at most 20; scans, for `trace` only."""
    return fetch(JournalRow, "WHERE t.message_id = :message_id ORDER BY t.id DESC LIMIT 20", message_id=message_id)


def dead(*, limit: int, after: str = "") -> Script[list[JournalRow]]:
    """Dead letters in order of id."""
    return fetch(
        JournalRow, "WHERE t.state = 'dead' AND t.id > :after ORDER BY t.id LIMIT :limit", after=after, limit=limit
    )


def count_dead() -> Script[int]:
    """How many events nobody could decide."""
    rows = yield from select("SELECT COUNT(*) FROM journal WHERE state = 'dead'")
    return int(rows[0][0])


def replay(journal_id: JournalId) -> Script[bool]:
    """Put a dead row back in its place; whether there was one."""
    count = yield from run(
        "UPDATE journal SET state = 'pending', attempts = 0, not_before_ms = NULL, error = NULL "
        "WHERE id = :id AND state = 'dead'",
        id=journal_id,
    )
    return count == 1
