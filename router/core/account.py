"""Which account in the app is the customer's. Whether it may be touched is core/verification's to say. Pure."""

from collections.abc import Iterable

from router.model.tables import Identity


def account_of(identities: Iterable[Identity]) -> str | None:
    """The customer's id in the app, never a typed one; None when none, or more than one, is known."""
    known = {identity.value for identity in identities if identity.kind == "user_id"}
    return known.pop() if len(known) == 1 else None
