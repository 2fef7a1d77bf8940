"""Who wrote: what the channel proved, and what it only claims. Pure.

Proof links people; everything else is a hint shown to an agent.
"""

import msgspec

from router.model.contact import normal_email, normal_phone
from router.model.message import InboundEvent, Sender
from router.model.snapshot import IdentityKey
from router.model.tables import Proof

UNPROVEN_KINDS = frozenset({"phone", "form"})
"""Channels whose sender ids are caller ids and typed addresses: they prove nothing by themselves."""

_OWN_PROOF: dict[str, Proof] = {"email": "mail", "webchat": "visitor"}
"""What a sender id proves by itself; elsewhere the provider vouches for it."""
_Claim = tuple[str, str, Proof, bool]
"""Kind, normalised value, what would prove it, and whether that is given."""


class ProvenIdentity(msgspec.Struct, frozen=True):
    """One address that surely is the writer's."""

    kind: str
    value: str
    proof: Proof
    vouched: bool = False
    """The channel itself said so, of this very message; else its kind does."""

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


def conversation_key(event: InboundEvent) -> str:
    """Whose events are decided one after the other."""
    return f"{event.channel}\x1f{event.account}\x1f{event.sender.id.strip().lower()}"


def is_denied(kind: str, sender: Sender | None) -> bool:
    """Whether the channel says that this sender is not who they claim to be."""
    return sender is not None and sender.verified is False and kind not in UNPROVEN_KINDS


def read_sender(event: InboundEvent) -> SenderView:
    """Sort what is known of the writer into proof and hint.

    Whom an agent's forward names is only claimed. `sender.verified` null takes the kind's default: provider ids and
    mail senders prove; caller ids, typed addresses and `user_id` do not. True proves the id and `user_id`, and on
    channels of typed addresses the address as well.
    """
    sender, kind = event.sender, event.channel
    peer = normalise(kind, sender.id)
    typed = kind in UNPROVEN_KINDS or event.forwarded_by is not None
    vouched = sender.verified is True
    claims: list[_Claim] = [
        ("user_id", (sender.user_id or "").strip(), "app", vouched),
        (kind, peer, _OWN_PROOF.get(kind, "provider"), vouched or (sender.verified is None and not typed)),
    ]
    if sender.email and kind != "email":
        claims.append(("email", normalise("email", sender.email), "app", vouched and typed))
    if sender.phone and kind != "phone":
        claims.append(("phone", normalise("phone", sender.phone), "app", vouched and typed))
    proven = tuple(
        [ProvenIdentity(key, value, proof, vouched) for key, value, proof, holds in claims if holds and value]
    )
    known = {identity.key for identity in proven}
    hints = dict.fromkeys([(key, value) for key, value, _, holds in claims if value and not holds])
    return SenderView(
        peer=peer,
        proven=proven,
        hints=tuple([key for key in hints if key not in known]),
        denied=is_denied(kind, sender) and event.forwarded_by is None,
    )
