"""The sweeper: what time alone brings about. Lost wake-ups, expired payloads, timers, alarms that nobody has accepted,
and the gauges operators watch.

Each step goes by itself, so that one with a defect, or whose statements take too long, skips none of the others. All of
it is prompt: what may take minutes (files, router/flow/file_care.py, and erasures) has workers of its own.
"""

from collections.abc import Awaitable, Callable

from router.bus import Bus, Pointer
from router.flow import rounds
from router.flow.channels import Channels
from router.flow.incidents import Incidents
from router.flow.ladders import Ladders
from router.flow.rulebook import Rulebook
from router.flow.timers import Timers
from router.model.errors import Conflict, StatementTimeout, StoreUnavailable
from router.model.limits import SWEEP_AFTER_MS
from router.model.sources import Clock, Ids
from router.store import blocks, channel_load, held_search, inbox, journal, outbox, people, quarantine, sealed
from router.store.script import Store
from router.telemetry import Logger, Metrics, why

_BATCH = 500
_LOGINS_EVERY_MS = 60_000
_INCIDENTS_EVERY_MS = 15_000


class Sweeper:
    """Announces forgotten journal rows again, lets sealed payloads expire, works off timers, and measures."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        timers: Timers,
        ladders: Ladders,
        incidents: Incidents,
        clock: Clock,
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._timers, self._ladders, self._incidents = store, bus, timers, ladders, incidents
        self._clock, self._metrics, self._log = clock, metrics, log
        self._logins_at_ms = self._incidents_at_ms = 0
        self._held_unindexed = True
        """An earlier release may have held messages without their words."""
        self._over: set[tuple[str, str]] = set()
        """Accounts that were over their quota since this process began, so that their gauges go down again."""

    async def run(self) -> None:
        """Work until cancelled."""
        await rounds.repeat("sweep", self.run_once, log=self._log)

    async def run_once(self) -> None:
        """One round. Raises StoreUnavailable when the database is away."""
        await self._step("ladders", self._ladders.run_once)
        await self._step("journal", self._announce)
        await self._step("sealed", self._expire)
        await self._step("logins", self._forget_logins)
        await self._step("timers", self._timers.run_due)
        await self._step("incidents", self._detect)
        await self._step("held", self._index_held)
        await self._step("measures", self._measure)

    async def _step(self, name: str, step: Callable[[], Awaitable[object]]) -> None:
        try:
            await step()
        except (Conflict, StatementTimeout) as error:
            self._log.warning("sweep.step_cut_off", step=name, **why(error))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- a defect in one step is not the trouble of the others
            self._metrics.sweep_failures.labels(name).inc()
            self._log.error("sweep.step_failed", step=name, **why(error))

    async def _announce(self) -> None:
        now_ms = self._clock.now_ms()
        forgotten = await self._store.read(journal.unprocessed_since(now_ms - SWEEP_AFTER_MS, now_ms=now_ms))
        if forgotten:
            await self._bus.publish([Pointer(partition=partition, journal_id=row) for row, partition in forgotten])

    async def _expire(self) -> None:
        await self._store.write(sealed.expire(now_ms=self._clock.now_ms(), limit=_BATCH))

    async def _forget_logins(self) -> None:
        now_ms = self._clock.now_ms()
        if rounds.is_time(self._logins_at_ms, _LOGINS_EVERY_MS, now_ms):
            self._logins_at_ms = now_ms
            await self._store.write(people.expire_logins(now_ms=now_ms))

    async def _detect(self) -> None:
        now_ms = self._clock.now_ms()
        if rounds.is_time(self._incidents_at_ms, _INCIDENTS_EVERY_MS, now_ms):
            self._incidents_at_ms = now_ms
            await self._incidents.detect()

    async def _index_held(self) -> None:
        if self._held_unindexed:
            self._held_unindexed = await self._store.write(held_search.index_older())

    async def _measure(self) -> None:
        metrics, now_ms = self._metrics, self._clock.now_ms()
        oldest = await self._store.read(journal.oldest_pending())
        metrics.oldest_unrouted_seconds.set((now_ms - oldest) / 1000 if oldest is not None else 0)
        unsent = await self._store.read(outbox.oldest_unsent(now_ms=now_ms))
        metrics.oldest_unsent_seconds.set((now_ms - unsent.since_ms) / 1000 if unsent is not None else 0)
        metrics.dead_letters.set(await self._store.read(outbox.count_dead()))
        metrics.undecided.set(await self._store.read(journal.count_dead()))
        metrics.quarantined.set(await self._store.read(quarantine.count_waiting()))
        metrics.held.set((await self._store.read(blocks.count_held())).held)
        over = {(load.channel, load.account) for load in await self._store.read(channel_load.over(now_ms=now_ms))}
        for account in self._over | over:
            metrics.channel_over_quota.labels(*account).set(account in over)
        self._over |= over
        for queue in await self._store.read(inbox.queue_counts()):
            metrics.queue_waiting.labels(queue.queue).set(queue.waiting)
            since = queue.oldest_waiting_since_ms
            metrics.queue_oldest_seconds.labels(queue.queue).set((now_ms - since) / 1000 if since is not None else 0)


def sweeper_of(
    *,
    store: Store,
    bus: Bus,
    rulebook: Rulebook,
    channels: Channels,
    incidents: Incidents,
    clock: Clock,
    ids: Ids,
    metrics: Metrics,
    log: Logger,
) -> Sweeper:
    """A sweeper with all that it works off."""
    timers = Timers(
        store=store, bus=bus, rulebook=rulebook, channels=channels, clock=clock, ids=ids, metrics=metrics, log=log
    )
    ladders = Ladders(store=store, bus=bus, rulebook=rulebook, clock=clock, ids=ids, metrics=metrics, log=log)
    return Sweeper(
        store=store, bus=bus, timers=timers, ladders=ladders, incidents=incidents, clock=clock,
        metrics=metrics, log=log,
    )  # fmt: skip
