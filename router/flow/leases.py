"""Which partitions this process owns: leases with fencing tokens, issued and checked by the database.

A killed worker's partitions are taken over once its lease has run out (limits.LEASE_MS). A paused one that wakes up
finds its token outdated when it applies, and writes nothing.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from router.bus import Pointer
from router.model.errors import Conflict, StoreUnavailable
from router.model.limits import LEASE_MS, LEASE_RENEW_MS
from router.model.sources import Clock
from router.store import leases
from router.store.script import Store
from router.telemetry import Logger, why


class Leases:
    """Holds and renews the leases of one worker."""

    def __init__(self, owner: str, *, store: Store, clock: Clock, log: Logger) -> None:
        self._owner, self._store, self._clock, self._log = owner, store, clock, log
        self._held: dict[int, int] = {}
        self._until_ms = 0
        self._changed = asyncio.Event()

    def held(self) -> Mapping[int, int]:
        """Partition to fencing token; empty once the leases have run out unrenewed."""
        return self._held if self._clock.now_ms() < self._until_ms else {}

    async def wait(self, timeout_s: float) -> list[Pointer]:
        """Wait for a first lease; returns no pointers, so that it can stand in for Bus.consume."""
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        return []

    async def refresh(self) -> None:
        """Renew what is held, take what is free, give back what is more than this worker's share."""
        started_ms = self._clock.now_ms()
        held = await self._store.write(leases.acquire(self._owner, now_ms=started_ms, lease_ms=LEASE_MS))
        if held.keys() != self._held.keys():
            self._log.info("leases.changed", held=len(held), before=len(self._held))
        # Counted from before the call: a slow answer must not make us believe in a lease that has ended.
        self._held, self._until_ms = dict(held), started_ms + LEASE_MS
        self._changed.set()

    async def run(self) -> None:
        """Keep renewing until cancelled, then give everything back."""
        try:
            while True:
                try:
                    await self.refresh()
                except (StoreUnavailable, Conflict) as error:
                    self._log.warning("leases.store_unavailable", **why(error))
                await asyncio.sleep(LEASE_RENEW_MS / 1000)
        finally:
            self._held = {}

    async def release(self) -> None:
        """Give everything back, so that others need not wait for it to run out."""
        self._held = {}
        await self._store.write(leases.release(self._owner))
