"""How one attempt to send can end: what `Connector.send` answers with, a closed set."""

from typing import Literal

import msgspec


class Sent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The provider has it."""

    provider_id: str | None = None
    state: Literal["sent", "delivered"] = "sent"
    reached: str | None = None
    """Of a private answer to a public post: whom it went to, as the network names them in private."""


class Retry(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Not now; surely not delivered."""

    reason: str
    after_s: float | None = None
    """What the provider asked for, in seconds."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Never; an agent has to see the reason."""

    reason: str


class AuthFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The channel's credentials are dead: the channel pauses and the operator is told once."""

    reason: str


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It may have arrived: look it up with `reconcile`, never send blindly again."""

    reason: str


SendOutcome = Sent | Retry | Rejected | AuthFailed | Unknown
