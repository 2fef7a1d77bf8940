"""Blocks and what they held: read for decisions and for people."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from router.model.abuse import Block, Held
from router.model.changes import Withdraw
from router.model.ids import BlockId, ContactId, TicketId
from router.model.limits import PAGE_MAX
from router.model.snapshot import IdentityKey
from router.model.tables import Contact, Ticket
from router.store import held_search
from router.store.journal import dedupe_key, forget_payloads
from router.store.rows import JournalRow
from router.store.script import Script, fetch, fetch_one, run, select

COUNTED_MAX: Final = 1_000
"""Held messages that are counted; beyond it is "1,000 or more"."""
TOLD_MAX: Final = 100
"""Unsolved tickets in whose history a block is told."""


class HeldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A held message with the journal row that keeps it."""

    held: Held
    row: JournalRow
    block: Block | None
    contact: Contact | None
    ticket: Ticket | None


class HeldCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages wait, at most COUNTED_MAX, and how many of these are critical."""

    held: int
    critical: int


# --- for decisions -------------------------------------------------------------------------------------------------


def that_may_hold(
    keys: Collection[IdentityKey], contacts: Collection[ContactId]
) -> Script[list[tuple[IdentityKey | str, Block]]]:
    """Blocks of these addresses and contacts that nobody has lifted, under what they block.

    A block of a contact that was merged into one of these holds for that one.
    """
    if not (yield from select("SELECT 1 FROM blocks WHERE lifted_at_ms IS NULL LIMIT 1")):
        return []
    found: list[tuple[IdentityKey | str, Block]] = []
    for block in (yield from fetch(
        Block,
        "JOIN {each keys kind value} AS k ON {same t.value k.value} AND t.kind = k.kind "
        "WHERE t.lifted_at_ms IS NULL ORDER BY t.id",
        keys=sorted(keys),
    )):  # fmt: skip
        assert block.kind is not None
        assert block.value is not None
        found.append(((block.kind, block.value), block))
    if not contacts:
        return found
    ids = sorted(contacts)
    absorbed = yield from select("SELECT id, merged_into FROM contacts WHERE merged_into {in ids}", ids=ids)
    living: dict[str, str] = {**{id_: id_ for id_ in ids}, **{row[0]: row[1] for row in absorbed}}
    of_contacts = yield from fetch(
        Block, "WHERE t.contact_id {in ids} AND t.lifted_at_ms IS NULL ORDER BY t.id", ids=sorted(living)
    )
    found += [(living[block.contact_id or ""], block) for block in of_contacts]
    return found


def withdraw(one: Withdraw) -> Script[None]:
    """Drop the words of a held message whose sender deleted it, and what came sealed with them."""
    rows = yield from select(
        "SELECT id FROM journal WHERE dedupe_key = :key AND channel = :channel AND account = :account "
        "AND state = 'held' AND {same conversation_key :by}",
        key=dedupe_key(one.message_id),
        channel=one.channel,
        account=one.account,
        by=one.conversation_key,
    )
    for (journal_id,) in rows:
        yield from run("UPDATE journal SET state = 'done', entry = NULL WHERE id = :id", id=journal_id)
        gone = yield from select(
            "UPDATE held SET released_at_ms = :at_ms, released_by = 'sender', version = version + 1 "
            "WHERE journal_id = :id AND released_at_ms IS NULL RETURNING id",
            id=journal_id,
            at_ms=one.at_ms,
        )
        yield from held_search.forget([row[0] for row in gone])
        yield from forget_payloads([(one.channel, one.account, one.message_id)])


# --- for people ----------------------------------------------------------------------------------------------------


def block(block_id: str) -> Script[Block | None]:
    """One block."""
    return fetch_one(Block, "WHERE t.id = :id", id=block_id)


def standing(contact_id: ContactId | None, key: IdentityKey | None, *, now_ms: int) -> Script[Block | None]:
    """The block in force of just this address, or of just this contact as a whole."""
    by = "{same t.value :value} AND t.kind = :named" if key is not None else "t.contact_id = :contact"
    params = {"named": key[0], "value": key[1]} if key is not None else {"contact": contact_id}
    return fetch_one(
        Block,
        f"WHERE {by} AND t.lifted_at_ms IS NULL AND (t.until_ms IS NULL OR t.until_ms > :now_ms) ORDER BY t.id",
        now_ms=now_ms,
        **params,
    )


def listed(*, now_ms: int, over: bool = False, after: str = "", limit: int = PAGE_MAX) -> Script[list[Block]]:
    """Blocks in force, the oldest first; or those that are `over`, with who lifted them and why."""
    holds = "t.lifted_at_ms IS NULL AND (t.until_ms IS NULL OR t.until_ms > :now_ms)"
    return fetch(
        Block,
        f"WHERE {'NOT ' if over else ''}({holds}) AND t.id > :after ORDER BY t.id LIMIT :limit",
        now_ms=now_ms,
        after=after,
        limit=limit,
    )


def count_listed(*, now_ms: int) -> Script[int]:
    """How many blocks are in force, at most COUNTED_MAX."""
    rows = yield from select(
        "SELECT COUNT(*) FROM (SELECT 1 FROM blocks WHERE lifted_at_ms IS NULL "
        "AND (until_ms IS NULL OR until_ms > :now_ms) LIMIT :most) AS found",
        now_ms=now_ms,
        most=COUNTED_MAX,
    )
    return int(rows[0][0])


def of_contact(ids: Sequence[ContactId], keys: Collection[IdentityKey], *, now_ms: int) -> Script[list[Block]]:
    """Blocks in force of a contact, of those merged into it, and of their addresses."""
    found = yield from fetch(Block, "WHERE t.contact_id {in ids} AND t.lifted_at_ms IS NULL", ids=list(ids))
    if keys:
        found += yield from fetch(
            Block,
            "JOIN {each keys kind value} AS k ON {same t.value k.value} AND t.kind = k.kind "
            "WHERE t.lifted_at_ms IS NULL",
            keys=sorted(keys),
        )
    return sorted((each for each in found if each.holds(now_ms)), key=lambda each: each.id)


def unsolved(contact_id: ContactId) -> Script[list[Ticket]]:
    """In whose history a block of their contact is told."""
    return fetch(
        Ticket,
        "WHERE t.contact_id = :id AND t.state NOT IN ('solved', 'closed') ORDER BY t.id DESC LIMIT :most",
        id=contact_id,
        most=TOLD_MAX,
    )


def locked_contact(contact_id: ContactId) -> Script[Contact | None]:
    """A contact, so that whoever decides about it meanwhile waits."""
    return fetch_one(Contact, "WHERE t.id = :id {pg FOR NO KEY UPDATE}", id=contact_id)


def held_messages(
    *,
    contacts: Sequence[ContactId] | None = None,
    ticket_id: TicketId | None = None,
    block_id: BlockId | None = None,
    text: str | None = None,
    before: str | None = None,
    limit: int = PAGE_MAX,
) -> Script[list[HeldLine]]:
    """What waits to be let through, the newest first: of all, of a contact, beside a ticket, of a block; with `text`
    what has these words, of itself or of its sender."""
    where = ["t.released_at_ms IS NULL"]
    more: dict[str, object] = {"limit": limit}
    if text is not None:
        words = held_search.params(text)
        if words is None:
            return []
        where.append(held_search.FOUND)
        more |= words
    if before is not None:
        where.append("t.id < :before")
        more["before"] = before
    if contacts is not None:
        where.append("t.contact_id {in contacts}")
        more["contacts"] = list(contacts)
    if ticket_id is not None:
        where.append("t.ticket_id = :ticket")
        more["ticket"] = ticket_id
    if block_id is not None:
        where.append("t.block_id = :block")
        more["block"] = block_id
    rows = yield from fetch(Held, f"WHERE {' AND '.join(where)} ORDER BY t.id DESC LIMIT :limit", **more)
    return (yield from _with_rows(rows))


def dump_held(*, after: str = "", limit: int = PAGE_MAX) -> Script[list[HeldLine]]:
    """What waits, in order of id, for `export`."""
    rows = yield from fetch(
        Held, "WHERE t.released_at_ms IS NULL AND t.id > :after ORDER BY t.id LIMIT :limit", after=after, limit=limit
    )
    return (yield from _with_rows(rows))


def held(held_id: str) -> Script[HeldLine | None]:
    """One of them, waiting or let through."""
    lines = yield from _with_rows((yield from fetch(Held, "WHERE t.id = :id", id=held_id)))
    return lines[0] if lines else None


def held_of(journal_ids: Collection[str]) -> Script[list[Held]]:
    """What was held of these journal rows."""
    return fetch(Held, "WHERE t.journal_id {in ids}", ids=sorted(journal_ids))


def _with_rows(found: Sequence[Held]) -> Script[list[HeldLine]]:
    if not found:
        return []
    rows = yield from fetch(JournalRow, "WHERE t.id {in ids}", ids=[row.journal_id for row in found])
    blocks = yield from fetch(Block, "WHERE t.id {in ids}", ids=_named(row.block_id for row in found))
    contacts = yield from fetch(Contact, "WHERE t.id {in ids}", ids=_named(row.contact_id for row in found))
    tickets = yield from fetch(Ticket, "WHERE t.id {in ids}", ids=_named(row.ticket_id for row in found))
    by_id: dict[str, JournalRow] = {row.id: row for row in rows}
    block_of: dict[str | None, Block] = {row.id: row for row in blocks}
    contact_of: dict[str | None, Contact] = {row.id: row for row in contacts}
    ticket_of: dict[str | None, Ticket] = {row.id: row for row in tickets}
    return [
        HeldLine(
            held=each,
            row=by_id[each.journal_id],
            block=block_of.get(each.block_id),
            contact=contact_of.get(each.contact_id),
            ticket=ticket_of.get(each.ticket_id),
        )
        for each in found
    ]


def _named(ids: Iterable[str | None]) -> list[str]:
    return sorted({each for each in ids if each is not None})


def count_held(
    contacts: Sequence[ContactId] | None = None, ticket_id: TicketId | None = None, text: str | None = None
) -> Script[HeldCount]:
    """How many wait, of all, of a contact, or beside a ticket; with `text` how many of them have these words."""
    where = "t.released_at_ms IS NULL"
    more: dict[str, object] = {}
    if text is not None:
        words = held_search.params(text)
        if words is None:
            return HeldCount(held=0, critical=0)
        where += f" AND {held_search.FOUND}"
        more |= words
    if contacts is not None:
        where += " AND t.contact_id {in contacts}"
        more["contacts"] = list(contacts)
    if ticket_id is not None:
        where += " AND t.ticket_id = :ticket"
        more["ticket"] = ticket_id
    rows = yield from select(
        "SELECT COUNT(*), COUNT(CASE WHEN urgency = 'critical' THEN 1 END) FROM "  # noqa: S608 - our own text
        f"(SELECT t.urgency FROM held AS t WHERE {where} ORDER BY t.id DESC LIMIT :counted) AS newest",
        counted=COUNTED_MAX,
        **more,
    )
    return HeldCount(held=rows[0][0], critical=rows[0][1])


def same_text(ticket_id: TicketId, contact_id: ContactId, most: int) -> Script[int]:
    """How many other people said, word for word, what was said in a ticket; counted up to `most`."""
    rows = yield from select(
        "SELECT COUNT(*) FROM (SELECT DISTINCT other.contact_id FROM marks AS mine "
        "JOIN marks AS other ON other.value = mine.value "
        "WHERE mine.ticket_id = :ticket AND mine.value LIKE 'text:%' AND other.contact_id <> :contact "
        "LIMIT :most) AS people",
        ticket=ticket_id,
        contact=contact_id,
        most=most,
    )
    return int(rows[0][0])
