"""Whether a customer's account is known for sure. Pure; the one place that says what is enough.

Today it is that the app itself vouched for its user. A check of the identity, once there is one, belongs here.
"""

from collections.abc import Iterable

from router.model.tables import Identity


def is_verified(identities: Iterable[Identity]) -> bool:
    """Whether the app has proven who this is."""
    return any(identity.kind == "user_id" and identity.proof == "app" for identity in identities)


def account_of(identities: Iterable[Identity]) -> str | None:
    """The customer's id in the app, never a typed one; None when none, or more than one, is known."""
    known = {identity.value for identity in identities if identity.kind == "user_id"}
    return known.pop() if len(known) == 1 else None
