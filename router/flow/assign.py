"""The assigner: gives waiting tickets to agents who are online and have room. One process at a time does it."""

from router.bus import Bus
from router.core.assignment import closed_queues, decide_assignments
from router.flow.rulebook import Rulebook
from router.model.errors import Conflict, StoreUnavailable
from router.model.sources import Clock
from router.store import assignment
from router.store import changes as store_changes
from router.store.script import Store
from router.telemetry import Logger, why

_POLL_S = 2.0
_BATCH = 200


class Assigner:
    """Offers the oldest fitting ticket to the longest idle agent."""

    def __init__(self, *, store: Store, bus: Bus, rulebook: Rulebook, clock: Clock, log: Logger) -> None:
        self._store, self._bus, self._rulebook, self._clock, self._log = store, bus, rulebook, clock, log

    async def run(self) -> None:
        """Work until cancelled: after every commit that may matter, and now and then."""
        watch = self._bus.watch("events")
        try:
            while True:
                try:
                    await self.run_once()
                except StoreUnavailable as error:
                    self._log.warning("assign.store_unavailable", **why(error))
                await watch.wait(_POLL_S)
        finally:
            watch.close()

    async def run_once(self) -> int:
        """One round; how many changes it made. A round that collides with somebody is simply tried at the next wake."""
        now_ms = self._clock.now_ms()
        closed = closed_queues(self._rulebook.current, now_ms)
        view = await self._store.read(assignment.gather(_BATCH, closed=sorted(closed)))
        if not view.loads or not view.waiting:
            return 0
        changes = decide_assignments(view.waiting, view.loads, closed=closed, now_ms=now_ms)
        if not changes:
            return 0
        try:
            await self._store.write(store_changes.apply(changes, now_ms=now_ms))
        except Conflict:
            return 0
        await self._bus.notify("events")
        return len(changes)
