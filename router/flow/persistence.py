"""How commands go on when the facts moved under them: gather and decide again, a bounded number of times.

Whoever was slower once goes on in turn. All at once, each round would have one winner and every other command of this
process one try less: of thirty notes on a ticket that come together, half were refused.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from router.model.errors import Conflict, Refused

T = TypeVar("T")
CONFLICTS_MAX: Final = 8
"""So often somebody else may be faster."""
_TURNS: Final[WeakValueDictionary[str, asyncio.Lock]] = WeakValueDictionary()
"""Kept by those who wait, so that nothing is left of who is through."""


async def persist(attempt: Callable[[], Awaitable[T]], *, of: str = "", what: str = "this ticket") -> T:
    """Try until nobody was faster. Raises Refused (busy) when somebody always is; `what` names what they change, `of`
    is its id where there is one, for those who change another one to go past."""
    try:
        return await attempt()
    except Conflict:
        pass
    async with _TURNS.setdefault(of or what, asyncio.Lock()):
        for _ in range(CONFLICTS_MAX - 1):
            try:
                return await attempt()
            except Conflict:
                continue
    raise Refused("busy", f"somebody else is changing {what} all the time; try again")
