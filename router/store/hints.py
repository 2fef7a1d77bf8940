"""Who else may be the same person: contacts that share a name, a handle or an address with one, by index, bounded."""

from collections.abc import Sequence
from typing import Final, get_args

from router.model.ids import ContactId
from router.model.limits import HINTS_MAX
from router.model.people import Claim, Hint, HintReason
from router.model.snapshot import IdentityKey
from router.model.tables import Identity
from router.store import dossier
from router.store.script import Script, fetch

_LOOKED_MAX: Final = 60
"""Rows read per kind of reason: a name that thousands have is no hint worth more."""
_RANK: Final = {reason: rank for rank, reason in enumerate(get_args(HintReason))}
_ALIKE: Final = "JOIN {each wanted kind value} AS k ON {same t.value k.value} AND t.kind = k.kind "
_Found = tuple[ContactId, HintReason, str, str]


def of(found: dossier.Dossier) -> Script[list[Hint]]:
    """The hints of a contact, the strongest first. Whom it must never be merged with is none."""
    mine = {found.contact.id, *(each.id for each in found.absorbed)}
    own = [(row.kind, row.value) for row in found.identities]
    claimed = [(row.kind, row.value) for row in found.claims]
    proven = {(row.kind, row.value) for row in found.claims if row.proven}
    pairs: list[_Found] = []
    for row in (yield from _identities(claimed)):
        why: HintReason = "conflict" if (row.kind, row.value) in proven else "address"
        pairs.append((row.contact_id, why, row.kind, row.value))
    for names in (True, False):
        wanted = [key for key in claimed if (key[0] == "name") is names]
        alike = yield from _claims(wanted)
        pairs += [(claim.contact_id, _same(claim), claim.kind, claim.value) for claim in alike]
    typed = yield from _claims(own)
    pairs += [(each.contact_id, "conflict" if each.proven else "address", each.kind, each.value) for each in typed]
    return (yield from _hints(pairs, mine, {each.id for each in found.apart}))


def _same(claim: Claim) -> HintReason:
    if claim.kind == "name":
        return "name"
    return "handle" if claim.kind == "handle" else "same_claim"


def _identities(keys: Sequence[IdentityKey]) -> Script[list[Identity]]:
    return (yield from fetch(Identity, _ALIKE, wanted=sorted(set(keys)))) if keys else []


def _claims(keys: Sequence[IdentityKey]) -> Script[list[Claim]]:
    if not keys:
        return []
    return (yield from fetch(Claim, _ALIKE + "LIMIT :most", wanted=sorted(set(keys)), most=_LOOKED_MAX))


def _hints(pairs: Sequence[_Found], mine: set[ContactId], apart: set[ContactId]) -> Script[list[Hint]]:
    contacts = {each.id: each for each in (yield from dossier.contacts({pair[0] for pair in pairs}))}
    roots = {each.merged_into for each in contacts.values() if each.merged_into is not None} - contacts.keys()
    contacts |= {each.id: each for each in (yield from dossier.contacts(roots))}
    reasons: dict[ContactId, dict[tuple[HintReason, str, str], None]] = {}
    for contact_id, reason, kind, value in sorted(pairs, key=lambda pair: (_RANK[pair[1]], pair[2:], pair[0])):
        root = contacts[contact_id].merged_into or contact_id
        if root not in mine and root not in apart and contact_id not in apart:
            reasons.setdefault(root, {})[reason, kind, value] = None
    shown = list(reasons)[:HINTS_MAX]
    return [Hint(contact=contacts[each], reasons=tuple(reasons[each])) for each in shown]
