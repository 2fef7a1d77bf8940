"""Files outside the database (router/blobs): which there are, who refers to them, which are on their way out.

A row is written in the transaction that first refers to its file, after the bytes are durable. A file that nobody
seems to refer to is marked as going; from then on whoever wants to refer to it is refused (MediaGone) and asks again.
So what is found then is so for good: when nobody refers to it, its bytes are removed, and then its row; else the mark.
Looking for references reads every message with files, and is done beside the writer, in no transaction that writes.
"""

from collections.abc import Collection, Sequence
from typing import Final

from router.model.errors import MediaGone
from router.model.ids import AgentId, AttachmentId, BlobHash, TicketId
from router.model.tables import Message
from router.store.rows import BlobRow, MediaRow, UploadRow
from router.store.script import Script, fetch, fetch_one, insert, run, select

_OURS: Final = (
    "t.hash {in hashes} AND t.created_at_ms < :before_ms AND (t.going_at_ms IS NULL OR t.going_at_ms < :before_ms)"
)


def find(hashes: Collection[BlobHash]) -> Script[dict[BlobHash, MediaRow]]:
    """Those that are kept, or going."""
    rows = yield from fetch(MediaRow, "WHERE t.hash {in hashes}", hashes=list(hashes))
    return {row.hash: row for row in rows}


def refer(files: Sequence[MediaRow], known: Sequence[BlobHash]) -> Script[None]:
    """Let the transaction refer to files: new ones, whose bytes are durable, and known ones. Raises MediaGone."""
    wanted = sorted({*known, *(file.hash for file in files)})
    if not wanted:
        return
    ordered: list[MediaRow] = sorted(files, key=lambda file: file.hash)
    yield from insert(ordered, conflict="ignore")
    # Locked, so that nobody finds them without a reference before this one is to be seen.
    found = yield from select(
        "SELECT hash FROM media WHERE hash {in hashes} AND going_at_ms IS NULL ORDER BY hash {pg FOR SHARE}",
        hashes=wanted,
    )
    if len(found) != len(wanted):
        raise MediaGone(f"{len(wanted) - len(found)} of {len(wanted)} files are being removed")


def idle(hashes: Collection[BlobHash], *, now_ms: int) -> Script[int]:
    """Something lets go of these files in this transaction: whether anything else holds them is looked at later."""
    return run(
        "UPDATE media SET idle_at_ms = :now_ms "
        "WHERE hash IN (SELECT hash FROM media WHERE hash {in hashes} ORDER BY hash {pg FOR NO KEY UPDATE})",
        now_ms=now_ms,
        hashes=list(hashes),
    )


def idle_ones(*, before_ms: int, limit: int) -> Script[list[BlobHash]]:
    """Files to be looked at that are kept since before then, and those whose removal was cut off."""
    rows = yield from select(
        "SELECT hash FROM media WHERE idle_at_ms IS NOT NULL AND created_at_ms < :before_ms "
        "AND (going_at_ms IS NULL OR going_at_ms < :before_ms) ORDER BY idle_at_ms LIMIT :limit",
        before_ms=before_ms,
        limit=limit,
    )
    return [BlobHash(row[0]) for row in rows]


def to_look_at(hashes: Collection[BlobHash], *, before_ms: int) -> Script[list[MediaRow]]:
    """Those that are kept since before then and not on their way out, unless that was cut off before then."""
    return fetch(MediaRow, f"WHERE {_OURS} ORDER BY t.hash", hashes=sorted(hashes), before_ms=before_ms)


def take(
    seen: Sequence[MediaRow], used: Collection[BlobHash], *, before_ms: int, now_ms: int
) -> Script[list[BlobHash]]:
    """Mark those of `seen` as going that were not found `used`, so that nothing new refers to them; which ones.

    What is used needs no second look, unless something let go of it since it was seen.
    """
    yield from select(
        "SELECT hash FROM media WHERE hash {in hashes} ORDER BY hash {pg FOR UPDATE}",
        hashes=sorted(row.hash for row in seen),
    )
    yield from run(
        "UPDATE media SET idle_at_ms = NULL WHERE hash {in used} AND going_at_ms IS NULL AND idle_at_ms {in idle}",
        used=sorted(used),
        idle=sorted({row.idle_at_ms for row in seen if row.hash in used and row.idle_at_ms is not None}),
    )
    rows = yield from select(
        f"UPDATE media AS t SET idle_at_ms = COALESCE(t.idle_at_ms, :now_ms), going_at_ms = :now_ms WHERE {_OURS} "  # noqa: S608
        "RETURNING hash",
        hashes=sorted(row.hash for row in seen if row.hash not in used),
        before_ms=before_ms,
        now_ms=now_ms,
    )
    return sorted(BlobHash(row[0]) for row in rows)


def settle(taken: Sequence[BlobHash], used: Collection[BlobHash], *, now_ms: int) -> Script[list[BlobHash]]:
    """Those that were taken at `now_ms` and, looked at again since, were not found used: they may be removed.

    The others stay, as do those that somebody else has taken up meanwhile.
    """
    yield from run(
        "UPDATE media SET going_at_ms = NULL WHERE hash {in used} AND going_at_ms = :now_ms",
        used=sorted(used),
        now_ms=now_ms,
    )
    rows = yield from select(
        "SELECT hash FROM media WHERE hash {in taken} AND going_at_ms = :now_ms ORDER BY hash",
        taken=list(taken),
        now_ms=now_ms,
    )
    return [BlobHash(row[0]) for row in rows]


def referred(hashes: Collection[BlobHash]) -> Script[set[BlobHash]]:
    """Those that a message, an undecided journal row or an upload refers to. Reads every message with files."""
    found = yield from select(
        "SELECT DISTINCT {sqlite json_extract(f.value, '$.blob')}{pg f.value->>'blob'} FROM messages AS m, "
        "{sqlite json_each(m.attachments) AS f}{pg jsonb_array_elements(CAST(m.attachments AS jsonb)) AS f (value)} "
        "WHERE m.attachments <> '[]' AND {sqlite json_extract(f.value, '$.blob')}{pg f.value->>'blob'} {in hashes} "
        "UNION SELECT u.hash FROM uploads AS u WHERE u.hash {in hashes} "
        "UNION SELECT h.hash FROM {each pairs hash} AS h JOIN journal AS j ON j.entry IS NOT NULL AND "
        "{sqlite instr(CAST(j.entry AS TEXT), h.hash) > 0}{pg position(convert_to(h.hash, 'UTF8') IN j.entry) > 0}",
        hashes=list(hashes),
        pairs=[(each,) for each in hashes],
    )
    return {row[0] for row in found}


def unreferred(*, before_ms: int, limit: int) -> Script[list[BlobHash]]:
    """Files kept since before then that no message and no upload refers to; the journal may. Reads every message with
    files, once."""
    rows = yield from select(
        "SELECT hash FROM media WHERE going_at_ms IS NULL AND created_at_ms < :before_ms "
        "EXCEPT SELECT {sqlite json_extract(f.value, '$.blob')}{pg f.value->>'blob'} FROM messages AS m, "
        "{sqlite json_each(m.attachments) AS f}{pg jsonb_array_elements(CAST(m.attachments AS jsonb)) AS f (value)} "
        "WHERE m.attachments <> '[]' EXCEPT SELECT hash FROM uploads ORDER BY 1 LIMIT :limit",
        before_ms=before_ms,
        limit=limit,
    )
    return [BlobHash(row[0]) for row in rows]


def of_messages(ids: Sequence[str]) -> Script[set[BlobHash]]:
    """The files of messages as they are stored now."""
    rows = yield from fetch(Message, "WHERE t.id {in ids} AND t.attachments <> '[]'", ids=list(ids))
    return {file.blob for row in rows for file in row.attachments if file.blob is not None}


def with_remote_files(*, limit: int = 100) -> Script[list[Message]]:
    """Messages with files that are to be fetched, the newest first: their addresses may expire soonest."""
    return fetch(
        Message,
        """WHERE {sqlite instr(t.attachments, '"state":"remote"')}"""
        """{pg position('"state":"remote"' IN t.attachments)} > 0 """
        "AND t.state = 'live' ORDER BY t.id DESC LIMIT :limit",
        limit=limit,
    )


def gone(hashes: Collection[BlobHash]) -> Script[int]:
    """Their bytes are removed: so are their rows."""
    return run("DELETE FROM media WHERE hash {in hashes} AND going_at_ms IS NOT NULL", hashes=list(hashes))


def sample() -> Script[list[MediaRow]]:
    """The oldest file and the newest; one when there is only one."""
    return fetch(
        MediaRow,
        "WHERE t.going_at_ms IS NULL AND (t.created_at_ms = (SELECT MIN(created_at_ms) FROM media) "
        "OR t.created_at_ms = (SELECT MAX(created_at_ms) FROM media)) ORDER BY t.created_at_ms, t.hash LIMIT 2",
    )


# --- where they are -------------------------------------------------------------------------------------------------


def place() -> Script[str | None]:
    """What the mark is called; None before the first file."""
    rows = yield from select("SELECT id FROM media_place")
    return rows[0][0] if rows else None


def name_place(place_id: str) -> Script[str]:
    """What the mark is called from now on: as somebody else said before, else this, which is there already."""
    yield from run("INSERT INTO media_place (number, id) VALUES (1, :id) ON CONFLICT DO NOTHING", id=place_id)
    rows = yield from select("SELECT id FROM media_place")
    return str(rows[0][0])


# --- files in the database, of earlier releases ---------------------------------------------------------------------


def inside(blob_hash: BlobHash) -> Script[BlobRow | None]:
    """A file that was not moved out yet."""
    return fetch_one(BlobRow, "WHERE t.hash = :hash", hash=blob_hash)


def any_inside() -> Script[BlobRow | None]:
    """Any one of them."""
    return fetch_one(BlobRow, "LIMIT 1")


def count_inside() -> Script[int]:
    """How many there are."""
    rows = yield from select("SELECT COUNT(*) FROM blobs")
    return int(rows[0][0])


def moved(file: MediaRow) -> Script[None]:
    """It is outside now. Raises MediaGone."""
    yield from refer([file], [])
    yield from run("DELETE FROM blobs WHERE hash = :hash", hash=file.hash)


# --- uploads --------------------------------------------------------------------------------------------------------


def count_uploads(agent_id: AgentId) -> Script[int]:
    """How many of an agent's wait for their replies."""
    rows = yield from select("SELECT COUNT(*) FROM uploads WHERE agent_id = :agent_id", agent_id=agent_id)
    return int(rows[0][0])


def add_upload(upload: UploadRow, files: Sequence[MediaRow], known: Sequence[BlobHash]) -> Script[None]:
    """Keep a file for a reply to come. Raises MediaGone."""
    yield from refer(files, known)
    yield from insert([upload])


def uploads(ids: Sequence[AttachmentId], agent_id: AgentId, ticket_id: TicketId) -> Script[list[UploadRow]]:
    """Those of an agent for a ticket, in the order asked for; what is not theirs, or has expired, is left out."""
    rows = yield from fetch(
        UploadRow,
        "WHERE t.id {in ids} AND t.agent_id = :agent_id AND t.ticket_id = :ticket_id",
        ids=list(ids),
        agent_id=agent_id,
        ticket_id=ticket_id,
    )
    by_id = {row.id: row for row in rows}
    return [by_id[each] for each in ids if each in by_id]


def drop_upload(upload_id: AttachmentId, agent_id: AgentId, *, now_ms: int) -> Script[list[BlobHash]]:
    """Take one back; the hash of its file."""
    return _drop(
        "SELECT id, hash FROM uploads WHERE id = :id AND agent_id = :agent_id", now_ms, id=upload_id, agent_id=agent_id
    )


def expire_uploads(*, now_ms: int, limit: int) -> Script[list[BlobHash]]:
    """Drop what no reply came for, at most `limit`; the hashes of their files."""
    return _drop(
        "SELECT id, hash FROM uploads WHERE expires_at_ms <= :now_ms ORDER BY expires_at_ms LIMIT :limit",
        now_ms,
        now_ms=now_ms,
        limit=limit,
    )


def _drop(which: str, at_ms: int, **params: object) -> Script[list[BlobHash]]:
    rows = yield from select(which, **params)
    if not rows:
        return []
    yield from run("DELETE FROM uploads WHERE id {in ids}", ids=[row[0] for row in rows])
    hashes = [BlobHash(row[1]) for row in rows]
    yield from idle(hashes, now_ms=at_ms)
    return hashes
