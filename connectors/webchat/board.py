"""What the house tells everybody above their conversation: followed once for all open pages, while there are any."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connectors.webchat import frames
from router.connector import Banners


class Board:
    """The newest banners, for every session that shows them."""

    def __init__(self, banners: Banners) -> None:
        self._banners = banners
        self._current: frames.Banners | None = None
        """None until the house has said it."""
        self._changed = asyncio.Event()
        """Of the next change; each has its own."""
        self._following: asyncio.Task[None] | None = None
        self._readers = 0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """While somebody reads, the house is followed."""
        self._readers += 1
        if self._following is None:
            self._following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            self._readers -= 1
            if not self._readers:
                following, self._following, self._current = self._following, None, None
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def after(self, shown: frames.Banners | None) -> frames.Banners:
        """What is to be shown now, once that is something else than `shown`."""
        while self._current is None or self._current == shown:
            await self._changed.wait()
        return self._current

    async def _follow(self) -> None:
        async for found in self._banners.watch():
            shown = tuple(frames.Banner(id=each.id, texts=dict(each.texts)) for each in found)
            self._current = frames.Banners(banners=shown)
            self._changed.set()
            self._changed = asyncio.Event()
