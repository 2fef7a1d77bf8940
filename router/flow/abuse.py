"""What agents do about abuse: block, lift, look at what is held, let it through. Each act is one transaction that locks
whom it is about, reads, decides and writes; whoever routes a message of theirs meanwhile looks again.
"""

from collections.abc import Callable, Sequence

import msgspec

from router.bus import Bus, Pointer
from router.core import blocks as decide
from router.core import holding
from router.core.blocks import Blocking
from router.core.identity import UNPROVEN_KINDS
from router.core.people import Deed, checked_reason
from router.flow.names import contact_named
from router.flow.people import checked_key, linkable
from router.flow.persistence import persist
from router.model.abuse import Block
from router.model.changes import Change
from router.model.errors import Refused
from router.model.ids import ContactId
from router.model.limits import RELEASED_MAX
from router.model.message import JournalEntry
from router.model.snapshot import IdentityKey
from router.model.sources import Clock, Ids
from router.model.tables import Ticket
from router.store import blocks as stored
from router.store import changes as store_changes
from router.store import dossier, journal
from router.store.script import Script, Store, fetch_one
from rules.redact import redact

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(JournalEntry)


class Abuse:
    """Blocks, and what they and the quotas hold."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._store, self._bus, self._clock, self._ids = store, bus, clock, ids

    async def block(
        self, contact: str | None, key: IdentityKey | None, reason: str, actor: str, *, until_ms: int | None = None
    ) -> Block:
        """Block a contact by its name, or an address, whether anybody wrote from it or not.

        Raises Refused, also for what nobody will ever write from: a block of a handle would hold nothing.
        """
        if (contact is None) == (key is None):
            raise Refused("bad_block", "name a contact, or the kind and the value of an address", status=422)
        address = checked_key(key) if key is not None else None
        named = await contact_named(self._store, contact) if contact is not None else None

        def script(deed: Deed) -> Script[Block]:
            owner = named if address is None else (yield from dossier.holder(address))
            if owner is None and address is not None and address[0] not in UNPROVEN_KINDS:
                linkable(address)
            facts = yield from _facts(owner.id if owner is not None else None, address, deed.now_ms)
            row, changes = decide.block(facts, deed, self._ids, until_ms=until_ms)
            yield from store_changes.apply(changes, now_ms=deed.now_ms)
            return row

        return await self._do(script, reason, actor)

    async def lift(self, block_id: str, reason: str, actor: str) -> Block:
        """End a block; what it held stays held. Raises Refused (not_found, lifted_already)."""

        def script(deed: Deed) -> Script[Block]:
            row = yield from stored.block(block_id)
            if row is None:
                raise Refused("not_found", f"there is no block {block_id[:40]!r}", status=404)
            key = (row.kind, row.value) if row.kind is not None and row.value is not None else None
            owner = (yield from dossier.holder(key)) if key is not None else None
            facts = yield from _facts(owner.id if owner is not None else row.contact_id, key, deed.now_ms)
            yield from store_changes.apply(decide.lift(row, facts, deed), now_ms=deed.now_ms)
            return row

        await self._do(script, reason, actor)
        lifted = await self._store.read(stored.block(block_id))
        assert lifted is not None, "blocks are never deleted"
        return lifted

    async def release(self, held_ids: Sequence[str], actor: str) -> int:
        """Let held messages through, all or none; how many. Each is decided like any other, at once. Raises Refused
        (not_found, released_already, too_many)."""
        wanted = sorted(set(held_ids))
        if not 1 <= len(wanted) <= RELEASED_MAX:
            raise Refused("too_many", f"from 1 to {RELEASED_MAX} messages at a time", status=422)

        async def attempt() -> list[Pointer]:
            return await self._store.write(self._released(wanted, actor, self._clock.now_ms()))

        pointers = await persist(attempt, what="what is let through")
        await self._bus.publish(pointers)
        await self._bus.notify("events")
        return len(pointers)

    def _released(self, held_ids: Sequence[str], actor: str, now_ms: int) -> Script[list[Pointer]]:
        pointers: list[Pointer] = []
        changes: list[Change] = []
        for held_id in held_ids:
            line = yield from stored.held(held_id)
            if line is None:
                raise Refused("not_found", f"there is no held message {held_id[:40]!r}", status=404)
            if line.row.state != "held" or line.row.entry is None:
                raise Refused("released_already", "this message was let through already")
            ticket = yield from fetch_one(Ticket, "WHERE t.id = :id", id=line.held.ticket_id or "")
            entry = _DECODER.decode(line.row.entry)
            more, again = holding.release(line.held, entry, ticket, actor=actor, now_ms=now_ms)
            changes += more
            yield from journal.let_through(line.row.id, _ENCODER.encode(again))
            pointers.append(Pointer(partition=line.row.partition, journal_id=line.row.id))
        yield from store_changes.apply(changes, now_ms=now_ms)
        return pointers

    async def _do(self, script: Callable[[Deed], Script[Block]], reason: str, actor: str) -> Block:
        safe = redact(checked_reason(reason), visibility="private").text

        async def attempt() -> Block:
            return await self._store.write(script(Deed(actor=actor, reason=safe, now_ms=self._clock.now_ms())))

        row = await persist(attempt, what="this contact")
        await self._bus.notify("events")
        return row


def _facts(contact_id: ContactId | None, key: IdentityKey | None, now_ms: int) -> Script[Blocking]:
    contact = (yield from stored.locked_contact(contact_id)) if contact_id is not None else None
    tickets = (yield from stored.unsolved(contact.id)) if contact is not None else []
    standing = yield from stored.standing(contact_id if key is None else None, key, now_ms=now_ms)
    return Blocking(contact=contact, key=key, tickets=tuple(tickets), standing=standing)


def held_entry(line: stored.HeldLine) -> JournalEntry | None:
    """What was held, as it was accepted; None once it was let through and decided."""
    return None if line.row.entry is None else _DECODER.decode(line.row.entry)
