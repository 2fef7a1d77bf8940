"""Taking back what was done about who is who: the newest act on a contact first, exactly what it moved. Pure."""

from collections.abc import Callable, Mapping

import msgspec

from router.core.circles import Following, follow, told
from router.core.people import Deed, living, not_apart, pointing, shown, touched
from router.model.changes import Add, Change, Remove, Save
from router.model.errors import Refused
from router.model.ids import ContactId
from router.model.people import ActKind, Circle, NeverMerge, PeopleAct
from router.model.tables import Contact, Identity


class Undoing(msgspec.Struct, frozen=True, kw_only=True):
    """The facts an undoing is decided on."""

    act: PeopleAct
    circles: Mapping[ContactId, Circle]
    """Of the contacts that the act names."""
    newer: PeopleAct | None = None
    """An act on one of them since then that still holds."""
    owner: Contact | None = None
    """Whose the identity of an `unlink` is by now."""
    pair: NeverMerge | None = None


def undo(facts: Undoing, deed: Deed) -> list[Change]:
    """Take an act back. Raises Refused (already_undone, undo_order, undo_moved, identity_taken, contact_merged,
    never_merge)."""
    act = facts.act
    if act.undone_at_ms is not None:
        raise Refused("already_undone", "this has been taken back already")
    if facts.newer is not None and act.kind != "never_merge":
        raise Refused(
            "undo_order",
            f"a later {facts.newer.kind} of one of these contacts stands on it; undo that first",
            data={"act": facts.newer.id},
        )
    changes = _UNDO[act.kind](facts)
    undone = act.changed(undone_at_ms=deed.now_ms, undone_by=deed.actor, undone_reason=deed.reason)
    circles = list(facts.circles.values())
    return [*changes, Save(undone), *told(act, "contact.undone", circles, actor=deed.actor, now_ms=deed.now_ms)]


def _unlinked(facts: Undoing) -> list[Change]:
    circle = facts.circles[facts.act.contact_id]
    (identity,) = _still(circle, facts.act.moved.identities)
    return [touched(living(circle.contact)), Remove(identity)]


def _linked(facts: Undoing) -> list[Change]:
    (identity,) = facts.act.moved.identities
    if facts.owner is not None:
        raise Refused("identity_taken", f"{shown((identity.kind, identity.value))} is somebody's again by now")
    contact = living(facts.circles[facts.act.contact_id].contact)
    return [touched(contact), Add(msgspec.structs.replace(identity, contact_id=contact.id))]


def _parted(facts: Undoing) -> list[Change]:
    """Of a merge: the other contact gets its own back, and what was said from its addresses since."""
    act = facts.act
    assert act.other_id is not None, "a merge names two"
    into, other = facts.circles[act.contact_id], facts.circles[act.other_id]
    contact = living(into.contact)
    if other.contact.merged_into != contact.id:
        raise Refused("undo_moved", "the contact that was merged is no longer a part of this one")
    mine = set(act.moved.contacts)
    changes: list[Change] = [touched(contact), pointing(other.contact, None)]
    changes += [pointing(each, other.contact.id) for each in into.absorbed if each.id in mine]
    following = Following.of(into, _still(into, act.moved.identities), act.moved)
    return [*changes, *follow(following, other.contact.id)]


def _joined(facts: Undoing) -> list[Change]:
    """Of a split: all that the new contact has by now goes back, and the contact with it."""
    act = facts.act
    assert act.other_id is not None, "a split names two"
    into, other = facts.circles[act.contact_id], facts.circles[act.other_id]
    contact = living(into.contact)
    living(other.contact)
    not_apart(into, other)
    pointed = {each.id: each.ticket_id for each in (*act.moved.conversations, *act.moved.kept)}
    known = {each.id for each in (*into.tickets, *other.tickets)}
    everything = (*into.conversations, *other.conversations)
    loose = [each for each in everything if each.ticket_id is None and pointed.get(each.id) in known]
    following = Following(
        identities=other.identities,
        conversations=other.conversations,
        tickets=other.tickets,
        pointers={each.id: pointed[each.id] for each in loose},
        left=tuple([each for each in loose if each in into.conversations]),
    )
    changes: list[Change] = [touched(contact)]
    changes += [pointing(each, contact.id) for each in (other.contact, *other.absorbed)]
    return [*changes, *follow(following, contact.id)]


def _free(facts: Undoing) -> list[Change]:
    if facts.pair is None:
        raise Refused("undo_moved", "the two are no longer on the never-merge list")
    return [*(touched(circle.contact) for circle in facts.circles.values()), Remove(facts.pair)]


def _still(circle: Circle, identities: tuple[Identity, ...]) -> tuple[Identity, ...]:
    """The identities as they are now, as long as they are all where the act put them."""
    now = {identity.id: identity for identity in circle.identities}
    gone = [shown((each.kind, each.value)) for each in identities if each.id not in now]
    if gone:
        raise Refused("undo_moved", f"{', '.join(gone)} went elsewhere since")
    return tuple([now[identity.id] for identity in identities])


_UNDO: Mapping[ActKind, Callable[[Undoing], list[Change]]] = {
    "link": _unlinked,
    "unlink": _linked,
    "merge": _parted,
    "split": _joined,
    "never_merge": _free,
}
