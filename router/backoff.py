"""How a connector waits after a failure: longer each time, and never in step with others."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from router.connector import Context
from router.model.errors import StoreUnavailable

_Result = TypeVar("_Result")


class Times(Protocol):
    """The timeouts of a channel, as far as they are looked at here. In seconds."""

    @property
    def retry_s(self) -> float:
        """The first pause."""
        ...

    @property
    def retry_max_s(self) -> float:
        """The longest."""
        ...


class Backoff:
    """The pauses of one channel."""

    def __init__(self, context: Context, times: Times) -> None:
        self._context, self._times = context, times

    async def pause(self, attempt: int) -> None:
        """Wait `retry_s` doubled `attempt` times, at most `retry_max_s`; half of it is random."""
        longest = min(self._times.retry_s * 2.0 ** min(attempt, 30), self._times.retry_max_s)
        # The tail of a UUIDv7 is random: the one source of randomness that a connector is given.
        share = int(self._context.ids.new().replace("-", "")[-8:], 16) / 0xFFFF_FFFF
        await asyncio.sleep(longest * (0.5 + share / 2))

    async def until_stored(self, act: Callable[[], Awaitable[_Result]]) -> _Result:
        """What `act` returns; while the store is away, stand still and try again."""
        attempt = 0
        while True:
            try:
                return await act()
            except StoreUnavailable:
                if attempt == 0:
                    self._context.log.warning("store.unavailable", account=self._context.account)
                await self.pause(attempt)
                attempt += 1
