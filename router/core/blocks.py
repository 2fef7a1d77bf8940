"""Blocked senders: who is one, what is done with what they write, and how an agent blocks and unblocks. Pure.

What a blocked sender writes opens nothing, rings nobody and is answered by nothing. It is kept, with who blocked them
and why, and whoever lets it through has it decided like any other message.
"""

from typing import Final

import msgspec

from router.core.identity import SenderView
from router.core.people import Deed, touched
from router.core.placement import writer
from router.model.abuse import Block
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.events import EventKind
from router.model.ids import BlockId
from router.model.limits import BLOCK_MAX_MS
from router.model.message import InboundEvent, JournalEntry
from router.model.snapshot import IdentityKey, Snapshot
from router.model.sources import Ids
from router.model.tables import Contact, Event, Ticket, Urgency
from rules.abuse import Abuse

ABOUT_OLD = frozenset({"delete", "receipt"})
"""What takes something back, or tells what became of our own answer, is no new word of the sender."""

_TYPED: Final = frozenset({"email", "phone"})


def blocking(event: InboundEvent, snapshot: Snapshot, now_ms: int) -> Block | None:
    """The block that holds for whoever wrote this: of an address they came by, or of the contact they are.

    Somebody who only claims an address that is blocked is held as well: no forger gets further than whom they play, and
    no form, whose every message comes from an id of its own, is a way around a block.
    """
    if not snapshot.blocks:
        return None
    sender, contact = writer(event, snapshot)
    addresses = [*(each.key for each in sender.proven), *addresses_of(event, sender)]
    keys: dict[IdentityKey | str, None] = dict.fromkeys(addresses)
    keys.update(dict.fromkeys([contact.id] if contact is not None else []))
    keys.update(dict.fromkeys([known.contact_id for key in addresses if (known := snapshot.identities.get(key))]))
    return next((block for key in keys for block in snapshot.blocks.get(key, ()) if block.holds(now_ms)), None)


def addresses_of(event: InboundEvent, sender: SenderView) -> list[IdentityKey]:
    """The id it came by, and the mail address and number that its writer names as theirs. An account of the app is
    theirs only where the app says so."""
    return [(event.channel, sender.peer), *(hint for hint in sender.hints if hint[0] in _TYPED)]


def is_blocked(entry: JournalEntry, snapshot: Snapshot) -> Block | None:
    """The block that stops an event; None for history, for what was let through, and for what is about old words."""
    if entry.imported or entry.released_by or entry.event.kind in ABOUT_OLD:
        return None
    return blocking(entry.event, snapshot, entry.received_at_ms)


def is_let_in(urgency: Urgency, abuse: Abuse) -> bool:
    """Whether what a blocked sender writes is taken all the same."""
    return urgency == "critical" and abuse.blocked_critical == "ring"


class Blocking(msgspec.Struct, frozen=True, kw_only=True):
    """The facts a block is decided on, read with the contact locked."""

    contact: Contact | None
    """Whose the address is, or who is meant; None: nobody known has that address."""
    key: IdentityKey | None = None
    """None: the whole contact."""
    tickets: tuple[Ticket, ...] = ()
    """The contact's unsolved ones, in whose history it is told."""
    standing: Block | None = None
    """A block of the same in force."""


def block(facts: Blocking, deed: Deed, ids: Ids, *, until_ms: int | None) -> tuple[Block, list[Change]]:
    """Block an address or a contact. Raises Refused (contact_merged, blocked_already, bad_until)."""
    contact = facts.contact
    if contact is not None and contact.merged_into is not None:
        raise Refused("contact_merged", "this contact was merged into another; block that one")
    if facts.standing is not None:
        raise Refused("blocked_already", "this sender is blocked already", data={"block": facts.standing.id})
    if until_ms is not None and not 0 < until_ms - deed.now_ms <= BLOCK_MAX_MS:
        raise Refused("bad_until", "the end of a block lies in the future, at most ten years from now", status=422)
    row = Block(
        id=BlockId(ids.new()),
        contact_id=contact.id if contact is not None and facts.key is None else None,
        kind=facts.key[0] if facts.key is not None else None,
        value=facts.key[1] if facts.key is not None else None,
        reason=deed.reason,
        actor=deed.actor,
        until_ms=until_ms,
        created_at_ms=deed.now_ms,
    )
    return row, [Add(row), *_moved(contact), *_told(row, "sender.blocked", facts.tickets, deed)]


def lift(row: Block, facts: Blocking, deed: Deed) -> list[Change]:
    """End a block. What it held stays held until somebody lets it through. Raises Refused (lifted_already)."""
    if not row.holds(deed.now_ms):
        raise Refused("lifted_already", "this block is over already")
    lifted = row.changed(lifted_at_ms=deed.now_ms, lifted_by=deed.actor, lifted_reason=deed.reason)
    return [Save(lifted), *_moved(facts.contact), *_told(row, "sender.unblocked", facts.tickets, deed)]


def _moved(contact: Contact | None) -> list[Change]:
    """What is being decided about the contact meanwhile has to look again."""
    return [] if contact is None else [touched(contact)]


def _told(row: Block, kind: EventKind, tickets: tuple[Ticket, ...], deed: Deed) -> list[Change]:
    data = {"block": row.id, "kind": row.kind or "", "until_ms": "" if row.until_ms is None else str(row.until_ms)}
    about = [Event(at_ms=deed.now_ms, kind=kind, actor=deed.actor, data=data)]
    if tickets:
        about = [msgspec.structs.replace(about[0], ticket_id=ticket.id, queue=ticket.queue) for ticket in tickets]
    return [Record(event) for event in about]
