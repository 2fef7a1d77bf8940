"""Which account in the app is the customer's, and whether the app vouched for it. Pure."""

from collections.abc import Iterable

from router.model.tables import Identity


def is_verified(identities: Iterable[Identity]) -> bool:
    """Whether the app has proven who this is."""
    return any(identity.kind == "user_id" and identity.proof == "app" for identity in identities)


def account_of(identities: Iterable[Identity]) -> str | None:
    """The customer's id in the app, never a typed one; None when none, or more than one, is known."""
    known = {identity.value for identity in identities if identity.kind == "user_id"}
    return known.pop() if len(known) == 1 else None
