"""Import of contacts with proven identities, in set-based chunks, and their export (docs/formats.md, "Contact")."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from router.model.ids import ClaimId, ContactId, IdentityId
from router.model.limits import EXT_BYTES_MAX
from router.model.people import Claim, folded_name
from router.model.snapshot import IdentityKey
from router.model.sources import Ids
from router.model.tables import Contact, Identity
from router.store import naming
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


class OnePerson(msgspec.Struct, frozen=True, kw_only=True):
    """A row that says of several contacts that they are one person: it waits until they are merged."""

    at: int
    """Its position in the chunk."""
    into: ContactId
    others: tuple[ContactId, ...]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a chunk."""

    created: int
    updated: int
    errors: list[tuple[int, str]]
    """(position in the chunk, what is wrong): these rows were left out."""
    one_person: list[OnePerson] = []
    """So were these: what they need comes first."""


def load(rows: Sequence[ContactIn], *, ids: Ids, now_ms: int) -> Script[Imported]:
    """Upsert contacts by key and give them their proven identities, all in one transaction.

    A known person without a key who has one of the identities becomes that contact; several such persons have to be
    merged first. An identity that belongs to another key, stored or in this chunk, is an error of the later row; so are
    a key that is the C-n of somebody else, and more unknown fields than a contact may have.
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
    wanted_ids = {row.contact_id for row in stored} | {row.merged_into for row in by_key.values() if row.merged_into}
    owners = yield from fetch(Contact, "WHERE t.id {in ids}", ids=sorted(wanted_ids))
    called = yield from naming.called([key for key in keys if key not in by_key])
    plan = _Plan(by_key, stored, owners, called, ids, now_ms)
    for at, row in good:
        wrong = plan.take(at, row)
        if wrong is not None:
            errors.append((at, wrong))
    created = yield from _numbered(plan.created)
    yield from insert(created)
    if plan.updated:
        updated = sorted(plan.updated.values(), key=lambda contact: contact.id)
        yield Update(updated, [contact.version - 1 for contact in updated])
    yield from insert(plan.identities)
    yield from insert(plan.claims, conflict="ignore")
    return Imported(
        created=len(created),
        updated=len(plan.updated) - len(plan.bystanders),
        errors=sorted(errors),
        one_person=plan.one_person,
    )


def _numbered(created: Sequence[Contact]) -> Script[list[Contact]]:
    if not created:
        return []
    first = yield from naming.take("contact", len(created))
    return [msgspec.structs.replace(contact, number=number) for number, contact in enumerate(created, first)]


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
    """What a chunk does to the contacts and identities that are there. Rows that say what is known change nothing."""

    def __init__(
        self,
        by_key: Mapping[str | None, Contact],
        stored: Sequence[Identity],
        owners: Sequence[Contact],
        called: Mapping[str, ContactId],
        ids: Ids,
        now_ms: int,
    ) -> None:
        self._by_key = {row.key: row.id for row in by_key.values()}
        self._stored = {(row.kind, row.value): row for row in stored}
        self._owners = {row.id: row for row in (*owners, *by_key.values())}
        self._called = called
        """Who bears a key of this chunk as a name."""
        self._ids = ids
        self._now_ms = now_ms
        self.created: list[Contact] = []
        self.updated: dict[ContactId, Contact] = {}
        self.bystanders: set[ContactId] = set()
        """Updated only because they have one more identity."""
        self.identities: list[Identity] = []
        self.one_person: list[OnePerson] = []
        self._awaited: dict[ContactId, str] = {}
        """Whose these contacts will be, once they are one."""
        self.claims: list[Claim] = []

    def take(self, at: int, row: ContactIn) -> str | None:
        """Plan one row; what is wrong with it, if anything."""
        known = [self._stored[identity] for identity in row.proven() if identity in self._stored]
        keyed = self._now(self._by_key[row.key]) if row.key in self._by_key else None
        # What was merged by an agent stays merged: its row speaks of the contact that it turned out to be.
        whole = keyed if keyed is None or keyed.merged_into is None else self._now(keyed.merged_into)
        for identity in known:
            owner = self._now(identity.contact_id)
            key = owner.key or self._awaited.get(owner.id)
            if key not in {None, row.key} and (whole is None or owner.id != whole.id):
                return _clash((identity.kind, identity.value), key or "")
        owners = sorted({identity.contact_id for identity in known}, key=lambda each: self._owners[each].number)
        found = whole or next(map(self._now, owners), None)
        bearer = self._called.get(row.key)
        if bearer is not None and bearer not in owners and (found is None or bearer != found.id):
            return f"contact {row.key!r} is what somebody else is called here; give the row another key"
        ext = _merged(found.ext if found else None, row.ext)
        if ext is not None and len(ext.encode()) > EXT_BYTES_MAX:
            return f"with those of earlier rows the unknown fields take more than {EXT_BYTES_MAX:,} bytes"
        others = tuple([each for each in owners if found is not None and each != found.id])
        if found is not None and others:
            self.one_person.append(OnePerson(at=at, into=found.id, others=others))
            self._awaited |= dict.fromkeys((found.id, *others), row.key)
            return None
        merged = keyed is not None and found is not keyed
        contact = found if merged and found is not None else self._contact(row, found, ext)
        made = len(self.identities)
        self._identities(row, contact, known)
        if found is not None and len(self.identities) > made and contact.id not in self.updated:
            self.bystanders.add(contact.id)  # what is being decided about them meanwhile has to look again
            self._save(self._now(contact.id))
        return None

    def _identities(self, row: ContactIn, contact: Contact, known: Sequence[Identity]) -> None:
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

    def _now(self, contact_id: ContactId) -> Contact:
        """A contact as this chunk has left it so far."""
        return self.updated.get(contact_id) or self._owners[contact_id]

    def _save(self, contact: Contact) -> None:
        version = contact.version if contact.id in self.updated else contact.version + 1
        self.updated[contact.id] = msgspec.structs.replace(contact, version=version)

    def _contact(self, row: ContactIn, found: Contact | None, ext: str | None) -> Contact:
        known = found or Contact(id=ContactId(self._ids.new()), created_at_ms=self._now_ms)
        said = msgspec.structs.replace(
            known,
            key=row.key,
            name=row.name or known.name,
            language=row.language or known.language,
            vip=row.vip,
            ext=ext,
        )
        if found is None:
            self.created.append(said)
        elif said != found:
            self.bystanders.discard(said.id)
            self._save(said)
        name = folded_name(row.name)
        if name is not None and (found is None or row.name != found.name):
            self.claims.append(
                Claim(
                    id=ClaimId(self._ids.new()),
                    contact_id=said.id,
                    kind="name",
                    value=name,
                    created_at_ms=self._now_ms,
                )
            )
        return said


def _merged(old: str | None, new: str | None) -> str | None:
    if old is None or new is None:
        return new or old
    return to_json({**msgspec.json.decode(old, type=dict), **msgspec.json.decode(new, type=dict)})


def dump(*, after: str = "", limit: int = CHUNK_MAX) -> Script[list[tuple[Contact, list[Identity]]]]:
    """Contacts after this id, in order, each with its identities; of those who were erased there is nothing to tell."""
    contacts = yield from fetch(
        Contact,
        "WHERE t.id > :after AND t.merged_into IS NULL AND t.erased_at_ms IS NULL ORDER BY t.id LIMIT :limit",
        after=after,
        limit=limit,
    )
    found = yield from fetch(
        Identity, "WHERE t.contact_id {in ids} ORDER BY t.id", ids=[contact.id for contact in contacts]
    )
    owned: dict[ContactId, list[Identity]] = {contact.id: [] for contact in contacts}
    for identity in found:
        owned[identity.contact_id].append(identity)
    return [(contact, owned[contact.id]) for contact in contacts]
