"""Who wrote: what the channel proved, and what it only claims. Pure.

Proof links people; everything else is a hint shown to an agent (DESIGN, promise 4).
"""

import msgspec

from router.model.contact import normal_email, normal_phone
from router.model.message import InboundEvent
from router.model.snapshot import IdentityKey
from router.model.tables import Proof

UNPROVEN_KINDS = frozenset({"phone", "form"})
"""Channels whose sender ids are caller ids and typed addresses: they prove nothing by themselves."""


class ProvenIdentity(msgspec.Struct, frozen=True):
    """One address that surely is the writer's."""

    kind: str
    value: str
    proof: Proof

    @property
    def key(self) -> IdentityKey:
        """What it is looked up by."""
        return (self.kind, self.value)


class SenderView(msgspec.Struct, frozen=True, kw_only=True):
    """The writer as decisions see them."""

    peer: str
    """The sender's id on the channel, normalised."""
    proven: tuple[ProvenIdentity, ...]
    """Strongest first; empty when the channel proves nothing."""
    hints: tuple[IdentityKey, ...]
    """Claimed addresses."""
    denied: bool
    """The channel says this sender is not who they claim to be (a forged mail)."""


def normalise(kind: str, value: str) -> str:
    """An identity's value as it is stored and looked up."""
    if kind == "email":
        return normal_email(value) or value.strip().lower()
    if kind == "phone":
        return normal_phone(value) or value.strip()
    return value.strip()


def read_sender(event: InboundEvent) -> SenderView:
    """Sort what is known of the writer into proof and hint.

    `sender.verified` null takes the kind's default: provider ids and mail senders prove; caller ids, typed addresses
    and `user_id` do not. True proves the id and `user_id`, and on channels of typed addresses the address as well.
    """
    sender, kind = event.sender, event.channel
    peer = normalise(kind, sender.id)
    typed = kind in UNPROVEN_KINDS
    vouched = sender.verified is True
    proven: list[ProvenIdentity] = []
    hints: list[IdentityKey] = []

    def sort(identity_kind: str, value: str | None, proof: Proof, *, is_proven: bool) -> None:
        if not value or not value.strip():
            return
        key = (identity_kind, normalise(identity_kind, value))
        if is_proven:
            proven.append(ProvenIdentity(*key, proof))
        else:
            hints.append(key)

    sort("user_id", sender.user_id, "app", is_proven=vouched)
    own_proof: Proof = "mail" if kind == "email" else "visitor" if kind == "webchat" else "provider"
    sort(kind, sender.id, own_proof, is_proven=vouched or (sender.verified is None and not typed))
    if kind != "email":
        sort("email", sender.email, "app", is_proven=vouched and typed)
    if kind != "phone":
        sort("phone", sender.phone, "app", is_proven=vouched and typed)
    keys = {identity.key for identity in proven}
    return SenderView(
        peer=peer,
        proven=tuple(proven),
        hints=tuple(key for key in dict.fromkeys(hints) if key not in keys),
        denied=sender.verified is False and not typed,
    )
