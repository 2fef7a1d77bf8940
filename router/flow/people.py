"""What agents do about who is who, each in one transaction that locks the contacts, reads, decides and writes.

Unlike commands about tickets, the facts are read where they are written: whoever routes a message of one of these
people meanwhile waits, or finds the contact changed and looks again.
"""

from collections.abc import Callable, Sequence

import msgspec

from router.bus import Bus
from router.core import people
from router.core.identity import normalise
from router.core.people import Deed, Done
from router.core.undoing import Undoing, undo
from router.flow.names import contact_named
from router.flow.persistence import persist
from router.model.changes import Save
from router.model.contact import PROVIDERS, normal_email, normal_phone
from router.model.errors import Refused
from router.model.ids import ActId, ContactId
from router.model.limits import ID_CHARS_MAX
from router.model.people import Circle, Hint, PeopleAct
from router.model.snapshot import IdentityKey
from router.model.sources import Clock, Ids
from router.model.tables import Contact, Conversation, Identity, Ticket
from router.store import blocks, dossier, hints
from router.store import changes as store_changes
from router.store.dossier import Dossier
from router.store.script import Script, Store
from rules.redact import redact

_Decide = Callable[[dict[ContactId, Circle], Deed], Done]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge would move, before it is done."""

    into: Contact
    other: Contact
    identities: tuple[Identity, ...]
    conversations: int
    tickets: tuple[Ticket, ...]


class People:
    """Acts about who is who, and what they are decided on."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock, ids: Ids) -> None:
        self._store, self._bus, self._clock, self._ids = store, bus, clock, ids

    async def show(self, name: str) -> tuple[Dossier, list[Hint]]:
        """A contact with what is known of it, and who may be the same person. Raises Refused (no_such_contact)."""
        contact = await self._contact(name, erased=True)
        return await self._store.read(_shown(contact, self._clock.now_ms()))

    async def find(self, text: str) -> list[Contact]:
        """Contacts by key, number, address or whole name."""
        return await self._store.read(dossier.find(text.strip()[:ID_CHARS_MAX])) if text.strip() else []

    async def link(self, name: str, key: IdentityKey, reason: str, actor: str) -> PeopleAct:
        """Say that an address is this contact's. Raises Refused."""
        contact, key = await self._contact(name), linkable(checked_key(key))

        def script(deed: Deed) -> Script[PeopleAct]:
            circles = yield from dossier.circles([contact.id])
            owner = yield from dossier.holder(key)
            return (yield from _apply(people.link(circles[contact.id], key, owner, deed, self._ids), deed))

        return await self._do(script, reason, actor)

    async def unlink(self, name: str, key: IdentityKey, reason: str, actor: str) -> PeopleAct:
        """Say that an address is not this contact's. Raises Refused."""
        contact, key = await self._contact(name), checked_key(key)
        return await self._decide(
            [contact.id], lambda found, deed: people.unlink(found[contact.id], key, deed, self._ids), reason, actor
        )

    async def merge(self, into: str, other: str, reason: str, actor: str) -> PeopleAct:
        """Say that `other` is the same person as `into`, which stays. Raises Refused."""
        one, two = await self._contact(into), await self._contact(other)
        return await self._decide(
            [one.id, two.id],
            lambda found, deed: people.merge(found[one.id], found[two.id], deed, self._ids),
            reason,
            actor,
        )

    async def preview(self, into: str, other: str) -> Preview:
        """What `merge` would do, decided as it would be. Raises Refused for what it would refuse."""
        one, two = await self._contact(into), await self._contact(other)
        found = await self._store.read(dossier.circles([one.id, two.id], locked=False))
        deed = Deed(actor="system", reason="preview", now_ms=self._clock.now_ms())
        done = people.merge(found[one.id], found[two.id], deed, self._ids)
        rows = [change.row for change in done.changes if isinstance(change, Save)]
        return Preview(
            into=one,
            other=two,
            identities=tuple([row for row in rows if isinstance(row, Identity)]),
            conversations=sum(isinstance(row, Conversation) for row in rows),
            tickets=tuple([row for row in rows if isinstance(row, Ticket)]),
        )

    async def split(self, name: str, keys: Sequence[IdentityKey], reason: str, actor: str) -> PeopleAct:
        """Give some addresses of a contact to a contact of their own. Raises Refused."""
        contact, wanted = await self._contact(name), [checked_key(key) for key in keys]
        return await self._decide(
            [contact.id],
            lambda found, deed: people.split(found[contact.id], wanted, deed, self._ids),
            reason,
            actor,
            makes_contact=True,
        )

    async def keep_apart(self, name: str, other: str, reason: str, actor: str) -> PeopleAct:
        """Say that two contacts are two people. Raises Refused."""
        one, two = await self._contact(name), await self._contact(other)
        return await self._decide(
            [one.id, two.id],
            lambda found, deed: people.keep_apart(found[one.id], found[two.id], deed, self._ids),
            reason,
            actor,
        )

    async def undo(self, act_id: str, reason: str, actor: str) -> PeopleAct:
        """Take an act back. Raises Refused."""
        known = await self._act(act_id)

        def script(deed: Deed) -> Script[PeopleAct]:
            named = {known.contact_id, *known.moved.contacts, *([known.other_id] if known.other_id else [])}
            circles = yield from dossier.circles(named)
            act = yield from dossier.act(known.id)
            assert act is not None, "acts are never deleted"
            owner = None
            if act.kind == "unlink":
                (identity,) = act.moved.identities
                owner = yield from dossier.holder((identity.kind, identity.value))
            facts = Undoing(
                act=act,
                circles={key: circle for key, circle in circles.items() if key in {act.contact_id, act.other_id}},
                newer=(yield from dossier.newer_act(act, named)),
                owner=owner,
                pair=(yield from dossier.pair_of(act.id, named)),
            )
            yield from store_changes.apply(undo(facts, deed), now_ms=deed.now_ms)
            return act

        await self._do(script, reason, actor)
        return await self._act(act_id)

    async def _contact(self, name: str, *, erased: bool = False) -> Contact:
        found = await contact_named(self._store, name)
        if found.erased_at_ms is not None and not erased:
            raise Refused("contact_erased", "this contact was erased: nothing is known of them any more")
        return found

    async def _act(self, act_id: str) -> PeopleAct:
        found = await self._store.read(dossier.act(ActId(act_id)))
        if found is None:
            raise Refused("not_found", f"there is no act {act_id[:40]!r}", status=404)
        return found

    async def _decide(
        self, ids: Sequence[ContactId], decide: _Decide, reason: str, actor: str, *, makes_contact: bool = False
    ) -> PeopleAct:
        def script(deed: Deed) -> Script[PeopleAct]:
            circles = yield from dossier.circles(ids, makes_contact=makes_contact)
            return (yield from _apply(decide(circles, deed), deed))

        return await self._do(script, reason, actor)

    async def _do(self, script: Callable[[Deed], Script[PeopleAct]], reason: str, actor: str) -> PeopleAct:
        safe = redact(people.checked_reason(reason), visibility="private").text

        async def attempt() -> PeopleAct:
            return await self._store.write(script(Deed(actor=actor, reason=safe, now_ms=self._clock.now_ms())))

        act = await persist(attempt, what="these contacts")
        await self._bus.notify("events")
        return act


def _apply(done: Done, deed: Deed) -> Script[PeopleAct]:
    yield from store_changes.apply(done.changes, now_ms=deed.now_ms)
    return done.act


def _shown(contact: Contact, now_ms: int) -> Script[tuple[Dossier, list[Hint]]]:
    found = yield from dossier.dossier(contact)
    everybody = [contact.id, *(each.id for each in found.absorbed)]
    keys = [(each.kind, each.value) for each in found.identities]
    found = msgspec.structs.replace(
        found,
        blocks=(yield from blocks.of_contact(everybody, keys, now_ms=now_ms)),
        held=(yield from blocks.count_held(everybody)),
    )
    return found, (yield from hints.of(found)) if contact.merged_into is None else []


def checked_key(key: IdentityKey) -> IdentityKey:
    """The address as it is stored. Raises Refused for one that nothing could ever match."""
    kind, value = key[0].strip().lower(), normalise(key[0].strip().lower(), key[1])
    if not kind.replace("_", "").replace("-", "").isalnum() or not value or len(value) > ID_CHARS_MAX:
        raise Refused("bad_identity", "an identity is a kind, such as email or telegram, and its value", status=422)
    return kind, value


def linkable(key: IdentityKey) -> IdentityKey:
    """What nobody will ever write from is a slip. What an import or a channel brought may be so, and be undone."""
    kind, value = key
    meant = None
    if kind == "email" and normal_email(value) is None:
        meant = "a mail address such as may@example.org"
    elif kind == "phone" and normal_phone(value) is None:
        meant = "a phone number such as +14155550100"
    elif kind in PROVIDERS and (value.startswith("@") or len(value.split()) > 1):
        meant = "the provider's id of the person, not the handle or the name"
    if meant is not None:
        raise Refused("bad_identity", f"{value[:40]!r} is nothing that {kind} has: {meant} was meant", status=422)
    return key
