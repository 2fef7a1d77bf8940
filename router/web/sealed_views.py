"""Values that a redaction policy sealed, as an agent sees that they are there."""

import msgspec

from router.model.message import Care


class SealedView(msgspec.Struct, frozen=True, kw_only=True):
    """A value that some may reveal."""

    place: int
    """How `reveal` names it."""
    field: str
    start: int
    """Where its placeholder begins in that field."""
    type: str
    agents: bool
    """False: only those with the role admin."""
    until_ms: int


def sealed_view(care: Care | None) -> tuple[SealedView, ...]:
    """Those that somebody may reveal."""
    if care is None or care.sealed_until_ms is None:
        return ()
    return tuple(
        SealedView(
            place=place,
            field=value.field,
            start=value.start,
            type=value.type,
            agents=value.agents,
            until_ms=care.sealed_until_ms,
        )
        for place, value in enumerate(care.sealed)
        if value.agents or value.supervisors
    )
