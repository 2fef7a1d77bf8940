"""What an erased person wrote and what was said to them goes in batches, each a transaction of its own.

A batch that is repeated changes nothing: after a crash all of them run again from the first. A journal row keeps one
thing, the keyed hash of its message's id: what the provider delivers once more is known, and stays away.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from router.model.erasure import Erasure, ErasureWork
from router.model.ids import BlobHash, ContactId, JournalId, QuarantineId, SealedId, TicketId
from router.model.returned import returned_id
from router.model.tables import Message
from router.store import media
from router.store.erasure import as_before, overwritten
from router.store.journal import IN_ORDER, dedupe_key
from router.store.rows import QuarantineRow
from router.store.script import Record, Script, fetch, run, select

MESSAGES_MAX: Final = 100
TICKETS_MAX: Final = 50
EVENTS_MAX: Final = 500
JOURNAL_MAX: Final = 2_000
QUARANTINE_MAX: Final = 50
MERGE_PAGES: Final = 200
"""Of the search index, rewritten in one transaction."""

HashedKey = Callable[[str, str, str], str]
"""(channel, account, dedupe key) as the journal keeps it of what was erased."""
_KEPT: Final = frozenset({"from", "to", "state", "urgency_from", "urgency_to", "queue_from", "queue_to", "attempt"})
"""Of an event's data: what counts and audits need, each one of a few words of ours, or an agent's id."""


class _File(msgspec.Struct, frozen=True):
    blob: BlobHash | None = None


class _Undecided(msgspec.Struct, frozen=True):
    """Of a message.JournalEntry, what rests elsewhere."""

    attachments: tuple[_File, ...] = ()


_UNDECIDED: Final = msgspec.json.Decoder(_Undecided)


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch did."""

    after: str | None
    """Where the next one goes on; None: there is none."""
    files: frozenset[BlobHash] = frozenset()
    """Let go of."""


# --- messages ------------------------------------------------------------------------------------------------------


def messages(
    people: Sequence[ContactId], work: ErasureWork, after: str, hashed: HashedKey, *, now_ms: int
) -> Script[Batch]:
    """Blank the next messages of their tickets, and of theirs in other people's tickets."""
    found = yield from select(
        "SELECT m.id FROM tickets AS k JOIN messages AS m ON m.ticket_id = k.id "
        "WHERE k.contact_id {in people} AND m.id > :after "
        "UNION SELECT e.message_id FROM conversations AS c JOIN events AS e ON e.conversation_id = c.id "
        "WHERE c.contact_id {in people} AND e.message_id > :after ORDER BY 1 LIMIT :most",
        people=list(people),
        after=after,
        most=MESSAGES_MAX,
    )
    ids = [row[0] for row in found]
    if not ids:
        return Batch(after=None)
    yield from overwritten()
    rows = yield from fetch(Message, "WHERE t.id {in ids} ORDER BY t.id {pg FOR NO KEY UPDATE}", ids=ids)
    yield from _forget_deliveries(rows, hashed, now_ms=now_ms)
    sealed = {SealedId(id_) for id_ in ids} | {row.care.sealed_id for row in rows if row.care and row.care.sealed_id}
    sealed |= {SealedId(row.correction.outbox_id) for row in rows if row.correction}
    yield from run("DELETE FROM sealed WHERE id {in ids}", ids=sorted(sealed))
    yield from run("DELETE FROM search_text WHERE message_id {in ids}", ids=ids)
    yield from run("DELETE FROM private_links WHERE message_id {in ids}", ids=ids)
    yield from run(
        "UPDATE outbox SET state = CASE WHEN state IN ('queued', 'sending', 'held', 'dead') THEN 'cancelled' "
        "ELSE state END, error = NULL, provider_id = NULL, lease_until_ms = NULL, version = version + 1 "
        "WHERE message_id {in ids}",
        ids=ids,
    )
    yield from run(
        "UPDATE messages SET external_id = NULL, in_reply_to = NULL, \"references\" = '[]', client_key = NULL, "
        "sender = NULL, subject = NULL, text = '', html = NULL, findings = '[]', redactions = '[]', care = NULL, "
        "attachments = '[]', buttons = '[]', pieces = '[]', correction = NULL, earlier = '[]', reaction = '', "
        "ext = NULL, verdict = 'null', state = 'deleted', version = version + 1 WHERE id {in ids}",
        ids=ids,
    )
    yield from _leave_others_tickets(people, {row.ticket_id for row in rows}, work)
    files = frozenset(file.blob for row in rows for file in row.attachments if file.blob is not None)
    yield from _let_go(files, now_ms=now_ms)
    yield from as_before()
    return Batch(after=ids[-1], files=files)


def _leave_others_tickets(
    people: Sequence[ContactId], tickets: Collection[TicketId], work: ErasureWork
) -> Script[None]:
    """They took part in somebody else's matter: it goes on without their address, and without their words in lists."""
    others = yield from select(
        "SELECT id FROM tickets WHERE id {in ids} AND NOT (contact_id {in people})",
        ids=sorted(tickets),
        people=list(people),
    )
    if others:
        ids = [row[0] for row in others]
        yield from run("UPDATE tickets SET snippet = '', version = version + 1 WHERE id {in ids}", ids=ids)
        yield from run(
            "DELETE FROM participants WHERE ticket_id {in ids} AND value {in values}", ids=ids, values=list(work.values)
        )


def _let_go(files: Collection[BlobHash], *, now_ms: int) -> Script[None]:
    """Files that rest outside are looked at once this is committed; those of an earlier release rest here."""
    if not files:
        return
    yield from media.idle(sorted(files), now_ms=now_ms)
    inside = yield from select("SELECT hash FROM blobs WHERE hash {in hashes}", hashes=sorted(files))
    if inside:
        hashes = {BlobHash(row[0]) for row in inside}
        used = yield from media.referred(hashes)
        yield from run("DELETE FROM blobs WHERE hash {in hashes}", hashes=sorted(hashes - used))


def _forget_deliveries(rows: Sequence[Message], hashed: HashedKey, *, now_ms: int) -> Script[None]:
    """The journal rows that messages came in."""
    wanted = [
        (row.channel, row.account, dedupe_key(row.external_id))
        for row in rows
        if row.external_id is not None and row.kind == "inbound"
    ]
    if wanted:
        found = yield from select(
            "SELECT j.id, j.channel, j.account, j.dedupe_key FROM {each wanted channel account key} AS k "
            "JOIN journal AS j ON j.dedupe_key = k.key AND j.channel = k.channel AND j.account = k.account",
            wanted=wanted,
        )
        yield from _forget_rows(found, hashed, now_ms=now_ms)


def _forget_rows(rows: Sequence[Record], hashed: HashedKey, *, now_ms: int) -> Script[None]:
    ids = [JournalId(row[0]) for row in rows]
    if not ids:
        return
    entries = yield from select("SELECT entry FROM journal WHERE id {in ids} AND entry IS NOT NULL", ids=ids)
    for (entry,) in entries:
        yield from media.idle(_files_of(entry), now_ms=now_ms)
    yield from run("DELETE FROM held WHERE journal_id {in ids}", ids=ids)
    yield from run("DELETE FROM sealed WHERE id IN (SELECT sealed_id FROM journal WHERE id {in ids})", ids=ids)
    yield from run(
        "UPDATE journal SET dedupe_key = k.hashed, message_id = '', conversation_key = '', entry = NULL, error = NULL, "  # noqa: S608
        "sealed_id = NULL, not_before_ms = NULL, state = 'done', routed_at_ms = COALESCE(routed_at_ms, :now_ms) "
        f"FROM {{each rows id hashed}} AS k WHERE journal.id = k.id AND journal.{IN_ORDER}",
        ids=ids,
        rows=[(row[0], hashed(row[1], row[2], row[3])) for row in rows],
        now_ms=now_ms,
    )


def _files_of(entry: bytes) -> list[BlobHash]:
    try:
        undecided = _UNDECIDED.decode(entry)
    except msgspec.DecodeError:  # it was buried for that
        return []
    return [file.blob for file in undecided.attachments if file.blob is not None]


# --- what else came in ---------------------------------------------------------------------------------------------


def journal_page(work: ErasureWork, after: str) -> Script[tuple[list[Record], str | None]]:
    """Of the next rows of the journal those that they wrote, edits and receipts as well; and where to go on."""
    rows = yield from select(
        "SELECT id, channel, account, dedupe_key, conversation_key FROM journal "
        "WHERE id > :after AND id <= :until AND state IN ('done', 'held') ORDER BY id LIMIT :most",
        after=after,
        until=work.until,
        most=JOURNAL_MAX,
    )
    keys = frozenset(work.keys)
    return [row for row in rows if row[4] in keys], rows[-1][0] if rows else None


def forget_rows(rows: Sequence[Record], hashed: HashedKey, *, now_ms: int) -> Script[None]:
    """Of these rows of the journal only the hash stays."""
    yield from overwritten()
    yield from _forget_rows(rows, hashed, now_ms=now_ms)
    yield from as_before()


def quarantine_page(after: str) -> Script[list[QuarantineRow]]:
    """Payloads that nobody could parse and that still rest, in order of id."""
    return fetch(
        QuarantineRow,
        "JOIN sealed AS s ON s.id = t.sealed_id WHERE t.id > :after ORDER BY t.id LIMIT :most",
        after=after,
        most=QUARANTINE_MAX,
    )


def drop_quarantined(ids: Sequence[QuarantineId], *, now_ms: int) -> Script[None]:
    """Payloads that name them."""
    yield from overwritten()
    yield from run("DELETE FROM sealed WHERE id IN (SELECT sealed_id FROM quarantine WHERE id {in ids})", ids=list(ids))
    yield from run(
        "UPDATE quarantine SET detail = '', sealed_id = NULL, resolved_at_ms = COALESCE(resolved_at_ms, :now_ms), "
        "state = CASE WHEN state = 'waiting' THEN 'expired' ELSE state END WHERE id {in ids}",
        ids=list(ids),
        now_ms=now_ms,
    )
    yield from as_before()


# --- what stands around tickets ------------------------------------------------------------------------------------


def tickets(people: Sequence[ContactId], after: str, *, now_ms: int) -> Script[Batch]:
    """Drop what stands around their next tickets: what they are compared by, who takes part, what waits to be told."""
    yield from overwritten()
    rows = yield from select(
        "SELECT id FROM tickets WHERE contact_id {in people} AND id > :after ORDER BY id LIMIT :most",
        people=list(people),
        after=after,
        most=TICKETS_MAX,
    )
    ids = [TicketId(row[0]) for row in rows]
    if not ids:
        return Batch(after=None)
    for table in ("participants", "matters", "marks", "timers", "identity_checks"):
        yield from run(f"DELETE FROM {table} WHERE ticket_id {{in ids}}", ids=ids)  # noqa: S608 - our own text
    yield from run("DELETE FROM hooks WHERE ticket_id {in ids} AND state IN ('queued', 'sending')", ids=ids)
    yield from run(
        "UPDATE actions SET account = NULL, outcome = NULL, error = NULL, "
        "state = CASE WHEN state = 'proposed' THEN 'declined' ELSE state END, version = version + 1 "
        "WHERE ticket_id {in ids}",
        ids=ids,
    )
    yield from run(
        "UPDATE regroupings SET source_reason = NULL, stood = NULL, version = version + 1 WHERE source_id {in ids}",
        ids=ids,
    )
    yield from run("UPDATE pages SET error = NULL, version = version + 1 WHERE ticket_id {in ids}", ids=ids)
    yield from _rename_incidents(ids)
    uploads = yield from select("SELECT hash FROM uploads WHERE ticket_id {in ids}", ids=ids)
    yield from run("DELETE FROM uploads WHERE ticket_id {in ids}", ids=ids)
    files = frozenset(BlobHash(row[0]) for row in uploads)
    yield from _let_go(files, now_ms=now_ms)
    yield from as_before()
    return Batch(after=ids[-1], files=files)


def _rename_incidents(ids: Sequence[TicketId]) -> Script[None]:
    """An incident that was found is called after its first ticket: it may have been this one's words."""
    yield from run(
        "UPDATE incidents SET title = COALESCE((SELECT k.subject FROM incident_tickets AS l "
        "JOIN tickets AS k ON k.id = l.ticket_id WHERE l.incident_id = incidents.id AND k.erased_at_ms IS NULL "
        "AND k.subject <> '' ORDER BY k.id LIMIT 1), '-'), version = version + 1 "
        "WHERE id IN (SELECT incident_id FROM incident_tickets WHERE ticket_id {in ids} AND reason = 'likeness')",
        ids=list(ids),
    )


def events(people: Sequence[ContactId], after: int) -> Script[int | None]:
    """Of their next events stays what happened and when; the id after which to go on, None at the end."""
    yield from overwritten()
    rows = yield from select(
        "SELECT e.id, e.data FROM tickets AS k JOIN events AS e ON e.ticket_id = k.id "
        "WHERE k.contact_id {in people} AND e.id > :after "
        "UNION SELECT e.id, e.data FROM conversations AS c JOIN events AS e ON e.conversation_id = c.id "
        "WHERE c.contact_id {in people} AND e.id > :after ORDER BY 1 LIMIT :most",
        people=list(people),
        after=after,
        most=EVENTS_MAX,
    )
    changed = [(row[0], kept) for row in rows if (kept := _kept(row[1])) != row[1]]
    if changed:
        yield from run(
            "UPDATE events SET data = k.data FROM {each rows id:bigint data} AS k WHERE events.id = k.id", rows=changed
        )
    yield from as_before()
    return rows[-1][0] if rows else None


def _kept(data: str) -> str:
    known: Mapping[str, str] = msgspec.json.decode(data, type=dict[str, str])
    return msgspec.json.encode({name: value for name, value in known.items() if name in _KEPT}).decode()


# --- the end -------------------------------------------------------------------------------------------------------


def counts(people: Sequence[ContactId], work: ErasureWork) -> Script[None]:
    """How much they wrote lately, what they were let into, and their name in the histories of others."""
    yield from overwritten()
    yield from run(
        "UPDATE events SET data = '{}' WHERE kind {in kinds} AND id IN (SELECT e.id FROM people_acts AS a "
        "JOIN tickets AS k ON k.contact_id = a.contact_id OR k.contact_id = a.other_id "
        "JOIN events AS e ON e.ticket_id = k.id AND e.data LIKE '%' || a.id || '%' "
        "WHERE a.contact_id {in people} OR a.other_id {in people})",
        people=list(people),
        kinds=["contact.linked", "contact.unlinked", "contact.merged", "contact.split", "contact.never_merge",
               "contact.undone"],
    )  # fmt: skip
    yield from run("DELETE FROM traffic WHERE id {in ids}", ids=list(work.senders))
    yield from run("DELETE FROM returned WHERE id {in ids}", ids=sorted(map(returned_id, work.values)))
    yield from run("DELETE FROM private_links WHERE contact_id {in people}", people=list(people))
    yield from as_before()


SEARCH_INDEXES: Final = ("search_index", "held_index")


def merge_search(index: str, *, first: bool) -> Script[bool]:
    """Rewrite some of one of SEARCH_INDEXES, which keeps the words of deleted rows until its parts are merged; whether
    anything is left to merge. PostgreSQL keeps none."""
    yield from overwritten()
    before = yield from select("SELECT {sqlite total_changes()}{pg 0}")
    yield from run(
        f"{{sqlite INSERT INTO {index} ({index}, rank) VALUES ('merge', :pages)}}"  # noqa: S608 - one of ours
        "{pg SELECT :pages::bigint}",
        pages=-MERGE_PAGES if first else MERGE_PAGES,
    )
    after = yield from select("SELECT {sqlite total_changes()}{pg 0}")
    yield from as_before()
    return bool(after[0][0] - before[0][0] >= 2)


def gone(erasure: Erasure) -> Script[None]:
    """All of it is gone; with it goes what it was looked for by."""
    yield from overwritten()
    yield from run(
        "UPDATE erasures SET state = 'compacting', work = NULL, version = version + 1 "
        "WHERE id = :id AND state = 'running'",
        id=erasure.id,
    )
    yield from as_before()


def done(erasure: Erasure, *, now_ms: int) -> Script[None]:
    """The file keeps nothing of it either, as far as it is ours to say."""
    yield from run(
        "UPDATE erasures SET state = 'done', done_at_ms = :now_ms, version = version + 1 "
        "WHERE id = :id AND state <> 'done'",
        id=erasure.id,
        now_ms=now_ms,
    )
