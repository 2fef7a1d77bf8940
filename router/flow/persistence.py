"""How commands go on when the facts moved under them: gather and decide again, a bounded number of times."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from router.model.errors import Conflict, Refused

T = TypeVar("T")
CONFLICTS_MAX: Final = 8
"""So often somebody else may be faster."""


async def persist(attempt: Callable[[], Awaitable[T]], *, what: str = "this ticket") -> T:
    """Try until nobody was faster. Raises Refused (busy) when somebody always is; `what` names what they change."""
    for _ in range(CONFLICTS_MAX):
        try:
            return await attempt()
        except Conflict:
            continue
    raise Refused("busy", f"somebody else is changing {what} all the time; try again")
