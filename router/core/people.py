"""What agents do about who is who: link, unlink, merge, split, keep apart, undo. Pure.

Each act is decided on whole circles, read with their contacts locked, and keeps what it moved, for its undoing.
Tickets follow their contact; none is joined to another by it.
"""

from collections.abc import Collection, Sequence

import msgspec

from router.core.circles import Following, follow, recorded, told
from router.model.changes import Add, Change, Remove, Save, contact_name
from router.model.errors import Refused
from router.model.events import EventKind
from router.model.ids import ActId, ContactId, IdentityId, PairId
from router.model.limits import REASON_CHARS_MAX
from router.model.people import ActKind, Circle, Moved, NeverMerge, PeopleAct
from router.model.snapshot import IdentityKey
from router.model.sources import Ids
from router.model.tables import Contact, Identity


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Who does it, why, and when."""

    actor: str
    reason: str
    now_ms: int


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An act and all that it changes."""

    act: PeopleAct
    changes: list[Change]


def checked_reason(reason: str) -> str:
    """A reason that says something. Raises Refused (reason_needed, reason_too_long)."""
    said = reason.strip()
    if not said:
        raise Refused("reason_needed", "say why, in a few words; whoever undoes it will want to know", status=422)
    if len(said) > REASON_CHARS_MAX:
        raise Refused("reason_too_long", f"a reason has at most {REASON_CHARS_MAX} characters", status=422)
    return said


def link(circle: Circle, key: IdentityKey, owner: Contact | None, deed: Deed, ids: Ids) -> Done:
    """Say that an address is this contact's. Raises Refused (contact_merged, identity_taken, already_linked)."""
    contact = living(circle.contact)
    if owner is not None:
        if owner.id == contact.id:
            raise Refused("already_linked", f"{shown(key)} is {contact_name(contact)}'s already")
        raise Refused(
            "identity_taken",
            f"{shown(key)} is proven to be {contact_name(owner)}'s; unlink it there first, or merge the two",
            data={"contact": contact_name(owner)},
        )
    identity = Identity(
        id=IdentityId(ids.new()),
        contact_id=contact.id,
        kind=key[0],
        value=key[1],
        proof="agent",
        created_at_ms=deed.now_ms,
    )
    act = _act("link", contact, None, Moved(identities=(identity,)), [circle], deed, ids)
    return Done(act=act, changes=[touched(contact), Add(identity), *_told(act, "contact.linked", [circle])])


def unlink(circle: Circle, key: IdentityKey, deed: Deed, ids: Ids) -> Done:
    """Say that an address is not this contact's: it is nobody's until it is proven anew. Raises Refused."""
    contact = living(circle.contact)
    (identity,) = _own(circle, [key])
    act = _act("unlink", contact, None, Moved(identities=(identity,)), [circle], deed, ids)
    return Done(act=act, changes=[touched(contact), Remove(identity), *_told(act, "contact.unlinked", [circle])])


def merge(into: Circle, other: Circle, deed: Deed, ids: Ids) -> Done:
    """Say that two contacts are one person. Raises Refused (same_contact, contact_merged, never_merge)."""
    if into.contact.id == other.contact.id:
        raise Refused("same_contact", "a contact cannot be merged with itself", status=422)
    living(into.contact)
    living(other.contact)
    not_apart(into, other)
    contact = into.contact
    following = Following(
        identities=other.identities,
        conversations=other.conversations,
        tickets=other.tickets,
    )
    moved = recorded(following, into, other.absorbed)
    act = _act("merge", contact, other.contact, moved, [into, other], deed, ids)
    changes: list[Change] = [
        touched(contact),
        *(pointing(each, contact.id) for each in (other.contact, *other.absorbed)),
    ]
    changes += follow(following, contact.id)
    return Done(act=act, changes=[*changes, *_told(act, "contact.merged", [into, other])])


def split(circle: Circle, keys: Collection[IdentityKey], deed: Deed, ids: Ids) -> Done:
    """Give some of a contact's addresses, with what was said from them alone, to a contact of their own.

    Raises Refused (contact_merged, no_such_identity, nothing_left).
    """
    contact = living(circle.contact)
    own = _own(circle, keys)
    if len(own) == len(circle.identities):
        raise Refused("nothing_left", "these are all the contact has; leave it one of them", status=422)
    fresh = Contact(id=ContactId(ids.new()), language=contact.language, created_at_ms=deed.now_ms)
    following = Following.of(circle, own)
    act = _act("split", contact, fresh, recorded(following), [circle], deed, ids)
    changes: list[Change] = [touched(contact), Add(fresh), *follow(following, fresh.id)]
    return Done(act=act, changes=[*changes, *_told(act, "contact.split", [circle])])


def keep_apart(one: Circle, other: Circle, deed: Deed, ids: Ids) -> Done:
    """Say that two contacts are two people. Raises Refused (same_contact, contact_merged, already_apart)."""
    if one.contact.id == other.contact.id:
        raise Refused("same_contact", "a contact is one person; to make two of it, split it", status=422)
    first, second = sorted((living(one.contact), living(other.contact)), key=lambda contact: contact.id)
    if other.contact.id in one.apart:
        raise Refused("already_apart", "these two are on the never-merge list already")
    act = _act("never_merge", one.contact, other.contact, Moved(), [one, other], deed, ids)
    pair = NeverMerge(
        id=PairId(ids.new()), first_id=first.id, second_id=second.id, act_id=act.id, created_at_ms=deed.now_ms
    )
    changes = [touched(first), touched(second), Add(pair), *_told(act, "contact.never_merge", [one, other])]
    return Done(act=act, changes=changes)


def not_apart(one: Circle, other: Circle) -> None:
    """Nobody of the one circle may be kept apart from anybody of the other. Raises Refused (never_merge)."""
    theirs = {other.contact.id, *(each.id for each in other.absorbed)}
    ours = {one.contact.id, *(each.id for each in one.absorbed)}
    if one.apart & theirs or other.apart & ours:
        raise Refused(
            "never_merge",
            f"{contact_name(one.contact)} and {contact_name(other.contact)} are two people, an agent said; "
            "undo that first",
        )


def living(contact: Contact) -> Contact:
    """The contact, unless it is merged away. Raises Refused (contact_merged)."""
    if contact.merged_into is not None:
        raise Refused("contact_merged", f"{contact_name(contact)} was merged into another contact; act on that one")
    return contact


def _own(circle: Circle, keys: Collection[IdentityKey]) -> tuple[Identity, ...]:
    found = {(row.kind, row.value): row for row in circle.identities}
    missing = [key for key in keys if key not in found]
    if missing or not keys:
        named = ", ".join(map(shown, missing)) or "nothing"
        raise Refused("no_such_identity", f"{contact_name(circle.contact)} has no {named}", status=404)
    return tuple([found[key] for key in dict.fromkeys(keys)])


def shown(key: IdentityKey) -> str:
    """An address as sentences name it."""
    return f"{key[0]} {key[1]}"


def touched(contact: Contact) -> Save:
    """What is being decided about the contact meanwhile has to look again."""
    return Save(contact.changed())


def pointing(contact: Contact, to: ContactId | None) -> Save:
    """Say which contact it turned out to be; None: it is one of its own."""
    return Save(contact.changed(merged_into=to))


def _act(
    kind: ActKind,
    contact: Contact,
    other: Contact | None,
    moved: Moved,
    circles: Sequence[Circle],
    deed: Deed,
    ids: Ids,
) -> PeopleAct:
    return PeopleAct(
        id=ActId(ids.new()),
        kind=kind,
        contact_id=contact.id,
        other_id=other.id if other is not None else None,
        reason=deed.reason,
        actor=deed.actor,
        moved=moved,
        seq=1 + max(circle.last_seq for circle in circles),
        created_at_ms=deed.now_ms,
    )


def _told(act: PeopleAct, kind: EventKind, circles: Sequence[Circle]) -> list[Change]:
    return [Add(act), *told(act, kind, circles, actor=act.actor, now_ms=act.created_at_ms)]
