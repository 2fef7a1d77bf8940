"""Climbs the ladders of alarms that nobody has accepted; part of the sweeper's walk.

A ladder and its pages are rows written together, under keys that let no second sweeper page the same step: a crash
between two steps leaves a due time, and whoever sweeps next goes on from there.
"""

from router.bus import Bus
from router.core.oncall import begin, climb
from router.flow.rulebook import Rulebook
from router.model.changes import Change
from router.model.errors import Conflict
from router.model.sources import Clock, Ids
from router.store import alarms
from router.store import changes as store_changes
from router.store.script import Store
from router.telemetry import Metrics

_BATCH = 200


class Ladders:
    """All ladders of the house."""

    def __init__(self, *, store: Store, bus: Bus, rulebook: Rulebook, clock: Clock, ids: Ids, metrics: Metrics) -> None:
        self._store, self._bus, self._rulebook = store, bus, rulebook
        self._clock, self._ids, self._metrics = clock, ids, metrics

    async def run_once(self) -> int:
        """Page what is due; how many ladders moved."""
        ruleset, ids, now_ms = self._rulebook.current, self._ids, self._clock.now_ms()
        moves = [
            begin(ticket, ruleset, now_ms=now_ms, ids=ids)
            for ticket in await self._store.read(alarms.without_ladder(_BATCH))
        ]
        moves += [
            climb(one.ladder, one.ticket, ruleset, now_ms=now_ms, ids=ids)
            for one in await self._store.read(alarms.climbing(_BATCH))
        ]
        moved = sum([await self._move(changes) for changes in moves if changes])
        if moved:
            await self._bus.notify("events")
            await self._bus.notify("outbox")
        loud = await self._store.read(alarms.loud())
        self._metrics.alarms_ringing.set(loud.ringing)
        self._metrics.alarms_unanswered.set(loud.unanswered)
        return moved

    async def _move(self, changes: list[Change]) -> bool:
        """One ladder by itself: another sweeper was faster with this one, perhaps not with the next."""
        try:
            await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
        except Conflict:
            return False
        return True
