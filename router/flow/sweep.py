"""The sweeper: what time alone brings about. Lost wake-ups, expired payloads, tickets that come back, and the gauges
operators alarm on.
"""

import asyncio

from router.bus import Bus, Pointer
from router.core.tickets import snooze
from router.flow.incidents import Incidents
from router.model.changes import Change, Record, Save
from router.model.errors import Conflict, StoreUnavailable
from router.model.limits import SWEEP_AFTER_MS
from router.model.sources import Clock
from router.store import changes as store_changes
from router.store import commands, inbox, journal, outbox, people, quarantine, sealed
from router.store.script import Store
from router.telemetry import Logger, Metrics, why

_EVERY_S = 1.0
_BATCH = 500
_LOGINS_EVERY_MS = 60_000
_INCIDENTS_EVERY_MS = 15_000


class Sweeper:
    """Announces forgotten journal rows again, lets sealed payloads expire, and measures."""

    def __init__(
        self, *, store: Store, bus: Bus, incidents: Incidents, clock: Clock, metrics: Metrics, log: Logger
    ) -> None:
        self._store, self._bus, self._clock, self._metrics, self._log = store, bus, clock, metrics, log
        self._incidents = incidents
        self._logins_at_ms = self._incidents_at_ms = 0

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.run_once()
            except (StoreUnavailable, Conflict) as error:
                self._log.warning("sweep.store_unavailable", **why(error))
            await asyncio.sleep(_EVERY_S)

    async def run_once(self) -> None:
        """One round."""
        now_ms = self._clock.now_ms()
        forgotten = await self._store.read(journal.unprocessed_since(now_ms - SWEEP_AFTER_MS, now_ms=now_ms))
        if forgotten:
            await self._bus.publish([Pointer(partition=partition, journal_id=row) for row, partition in forgotten])
        await self._store.write(sealed.expire(now_ms=now_ms, limit=_BATCH))
        if now_ms - self._logins_at_ms >= _LOGINS_EVERY_MS:
            self._logins_at_ms = now_ms
            await self._store.write(people.expire_logins(now_ms=now_ms))
        await self._wake(now_ms)
        if now_ms - self._incidents_at_ms >= _INCIDENTS_EVERY_MS:
            self._incidents_at_ms = now_ms
            await self._incidents.detect()
        await self._measure(now_ms)

    async def _wake(self, now_ms: int) -> None:
        """Bring back the tickets whose time has come."""
        changes: list[Change] = []
        for ticket in await self._store.read(commands.asleep(now_ms=now_ms, limit=_BATCH)):
            woken, event = snooze(ticket, None, actor="system", reason="time", now_ms=now_ms)
            changes += [Save(woken), Record(event)]
        if changes:
            await self._store.write(store_changes.apply(changes, now_ms=now_ms))
            await self._bus.notify("events")

    async def _measure(self, now_ms: int) -> None:
        metrics = self._metrics
        oldest = await self._store.read(journal.oldest_pending())
        metrics.oldest_unrouted_seconds.set((now_ms - oldest) / 1000 if oldest is not None else 0)
        metrics.dead_letters.set(await self._store.read(outbox.count_dead()))
        metrics.quarantined.set(await self._store.read(quarantine.count_waiting()))
        metrics.bus_up.set(1 if self._bus.healthy() else 0)
        for queue in await self._store.read(inbox.queue_counts()):
            metrics.queue_waiting.labels(queue.queue).set(queue.waiting)
            since = queue.oldest_waiting_since_ms
            metrics.queue_oldest_seconds.labels(queue.queue).set((now_ms - since) / 1000 if since is not None else 0)
