"""Import of contacts with proven identities, in set-based chunks, and their export (docs/formats.md, "Contact")."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from router.model.ids import ContactId, IdentityId
from router.model.limits import EXT_BYTES_MAX
from router.model.snapshot import IdentityKey
from router.model.sources import Ids
from router.model.tables import Contact, Identity
from router.store.changes import number_contacts
from router.store.codec import to_json
from router.store.script import Script, Update, fetch, insert

CHUNK_MAX: Final = 1_000
"""Rows of one transaction; callers cut longer files."""


class ContactIn(msgspec.Struct, frozen=True, kw_only=True):
    """One imported row; its identities already in the form that messages are compared with."""

    key: str
    name: str | None = None
    language: str | None = None
    vip: bool = False
    identities: tuple[IdentityKey, ...] = ()
    linked: bool = False
    """They are proven to be one person's. Without it a single one is kept, several are only claims and are not."""
    ext: str | None = None
    """Unknown fields, a JSON object as text; they are merged into those of earlier rows, the later value wins."""

    def proven(self) -> tuple[IdentityKey, ...]:
        """The identities that become rows."""
        return self.identities if self.linked or len(set(self.identities)) == 1 else ()


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a chunk."""

    created: int
    updated: int
    errors: list[tuple[int, str]]
    """(position in the chunk, what is wrong): these rows were left out."""


def load(rows: Sequence[ContactIn], *, ids: Ids, now_ms: int) -> Script[Imported]:
    """Upsert contacts by key and give them their proven identities, all in one transaction.

    A known person without a key who has one of the identities becomes that contact. An identity that belongs to another
    key, stored or in this chunk, is an error of the later row; so are more unknown fields than a contact may have.
    """
    good, errors = _check(rows)
    keys = sorted({row.key for _, row in good})
    by_key = {
        row.key: row
        for row in (
            yield from fetch(Contact, "JOIN {each keys key} AS k ON {same t.key k.key}", keys=[(key,) for key in keys])
        )
    }
    wanted = sorted({identity for _, row in good for identity in row.proven()})
    stored = yield from fetch(
        Identity, "JOIN {each wanted kind value} AS k ON {same t.value k.value} AND t.kind = k.kind", wanted=wanted
    )
    owners = yield from fetch(Contact, "WHERE t.id {in ids}", ids=sorted({row.contact_id for row in stored}))
    plan = _Plan(by_key, stored, owners, ids, now_ms)
    for at, row in good:
        wrong = plan.take(row)
        if wrong is not None:
            errors.append((at, wrong))
    created = yield from number_contacts(plan.created)
    yield from insert(created)
    if plan.updated:
        updated = sorted(plan.updated.values(), key=lambda contact: contact.id)
        yield Update(updated, [contact.version - 1 for contact in updated])
    yield from insert(plan.identities)
    if plan.moved:
        yield Update(plan.moved, [0] * len(plan.moved))
    return Imported(created=len(created), updated=len(plan.updated), errors=sorted(errors))


def _check(rows: Sequence[ContactIn]) -> tuple[list[tuple[int, ContactIn]], list[tuple[int, str]]]:
    """Rows that do not contradict one another, with their positions, and what is wrong with the others."""
    good: list[tuple[int, ContactIn]] = []
    errors: list[tuple[int, str]] = []
    seen: dict[IdentityKey, str] = {}
    keys: set[str] = set()
    for at, row in enumerate(rows):
        taken = next((i for i in row.identities if seen.get(i, row.key) != row.key), None)
        if taken is not None:
            errors.append((at, _clash(taken, seen[taken])))
        elif row.key in keys:
            errors.append((at, f"contact {row.key!r} is there twice; put all its identities on one row"))
        else:
            keys.add(row.key)
            seen.update(dict.fromkeys(row.identities, row.key))
            good.append((at, row))
    return good, errors


def _clash(identity: IdentityKey, owner: str) -> str:
    kind, value = identity
    return f"{kind} {value!r} already belongs to contact {owner!r}; an identity belongs to one person"


class _Plan:
    """What a chunk does to the contacts and identities that are there."""

    def __init__(
        self,
        by_key: Mapping[str | None, Contact],
        stored: Sequence[Identity],
        owners: Sequence[Contact],
        ids: Ids,
        now_ms: int,
    ) -> None:
        self._by_key = by_key
        self._stored = {(row.kind, row.value): row for row in stored}
        self._owners = {row.id: row for row in owners}
        self._ids = ids
        self._now_ms = now_ms
        self.created: list[Contact] = []
        self.updated: dict[ContactId, Contact] = {}
        self.identities: list[Identity] = []
        self.moved: list[Identity] = []

    def take(self, row: ContactIn) -> str | None:
        """Plan one row; what is wrong with it, if anything."""
        known = [self._stored[identity] for identity in row.proven() if identity in self._stored]
        for identity in known:
            owner = self._owner(identity)
            if owner.key not in {None, row.key}:
                return _clash((identity.kind, identity.value), owner.key or "")
        found = self._by_key.get(row.key) or next(map(self._owner, known), None)
        ext = _merged(found.ext if found else None, row.ext)
        if ext is not None and len(ext.encode()) > EXT_BYTES_MAX:
            return f"with those of earlier rows the unknown fields take more than {EXT_BYTES_MAX:,} bytes"
        contact = self._contact(row, found, ext)
        for identity in known:
            if identity.contact_id != contact.id:
                self.moved.append(msgspec.structs.replace(identity, contact_id=contact.id, proof="import"))
        have = {(identity.kind, identity.value) for identity in known}
        for kind, value in dict.fromkeys(row.proven()):
            if (kind, value) not in have:
                self.identities.append(
                    Identity(
                        id=IdentityId(self._ids.new()),
                        contact_id=contact.id,
                        kind=kind,
                        value=value,
                        proof="import",
                        created_at_ms=self._now_ms,
                    )
                )
        return None

    def _owner(self, identity: Identity) -> Contact:
        return self.updated.get(identity.contact_id) or self._owners[identity.contact_id]

    def _contact(self, row: ContactIn, found: Contact | None, ext: str | None) -> Contact:
        if found is None:
            made = Contact(
                id=ContactId(self._ids.new()),
                key=row.key,
                name=row.name,
                language=row.language,
                vip=row.vip,
                ext=ext,
                created_at_ms=self._now_ms,
            )
            self.created.append(made)
            return made
        changed = msgspec.structs.replace(
            found,
            key=row.key,
            name=row.name or found.name,
            language=row.language or found.language,
            vip=row.vip,
            ext=ext,
            version=found.version + 1,
        )
        self.updated[found.id] = changed
        return changed


def _merged(old: str | None, new: str | None) -> str | None:
    if old is None or new is None:
        return new or old
    return to_json({**msgspec.json.decode(old, type=dict), **msgspec.json.decode(new, type=dict)})


def dump(*, after: str = "", limit: int = CHUNK_MAX) -> Script[list[tuple[Contact, list[Identity]]]]:
    """Contacts after this id, in order, each with its identities."""
    contacts = yield from fetch(Contact, "WHERE t.id > :after ORDER BY t.id LIMIT :limit", after=after, limit=limit)
    found = yield from fetch(
        Identity, "WHERE t.contact_id {in ids} ORDER BY t.id", ids=[contact.id for contact in contacts]
    )
    owned: dict[ContactId, list[Identity]] = {contact.id: [] for contact in contacts}
    for identity in found:
        owned[identity.contact_id].append(identity)
    return [(contact, owned[contact.id]) for contact in contacts]
