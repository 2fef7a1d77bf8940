"""What own channels show of confirmed incidents: implements connector.Banners."""

import asyncio
from collections.abc import AsyncIterator

from router.connector import Banner
from router.flow.feed import Feed
from router.model.errors import StoreUnavailable
from router.model.tables import Event
from router.store import incidents
from router.store.script import Store

_PAUSE_S = 0.5


class HouseBanners:
    """The same for every channel account."""

    def __init__(self, *, store: Store, feed: Feed) -> None:
        self._store, self._feed = store, feed

    async def watch(self) -> AsyncIterator[tuple[Banner, ...]]:
        """Yield what is to be shown: at once, and again whenever it changes."""
        shown: tuple[Banner, ...] | None = None
        async for _ in self._feed.changes(_concerns):
            found = await self._read()
            if found != shown:
                shown = found
                yield found

    async def _read(self) -> tuple[Banner, ...]:
        while True:
            try:
                rows = await self._store.read(incidents.shown())
            except StoreUnavailable:
                await asyncio.sleep(_PAUSE_S)  # what changed is not told again
                continue
            return tuple(Banner(id=row.id, texts=row.banner) for row in rows)


def _concerns(event: Event) -> bool:
    return event.kind in {"incident.state", "incident.banner"}
