"""Climbs the ladders of alarms that nobody has accepted; part of the sweeper's walk.

A ladder and its pages are rows written together, under keys that let no second sweeper page the same step: a crash
between two steps leaves a due time, and whoever sweeps next goes on from there.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from router.bus import Bus
from router.core.oncall import begin, climb
from router.flow.aside import Aside
from router.flow.rulebook import Rulebook
from router.model.changes import Change
from router.model.errors import Conflict
from router.model.sources import Clock, Ids
from router.model.tables import Ticket
from router.store import alarms
from router.store import changes as store_changes
from router.store.script import Store
from router.telemetry import Logger, Metrics

_BATCH = 200
_ASIDE_MS: Final = 60_000
"""So long an alarm waits whose step could not be taken."""


class Ladders:
    """All ladders of the house."""

    def __init__(
        self, *, store: Store, bus: Bus, rulebook: Rulebook, clock: Clock, ids: Ids, metrics: Metrics, log: Logger
    ) -> None:
        self._store, self._bus, self._rulebook = store, bus, rulebook
        self._clock, self._ids, self._metrics = clock, ids, metrics
        self._aside = Aside("ladders", for_ms=_ASIDE_MS, clock=clock, metrics=metrics, log=log)

    async def run_once(self) -> int:
        """Page what is due; how many ladders moved."""
        ruleset, ids, now_ms, aside = self._rulebook.current, self._ids, self._clock.now_ms(), self._aside.ids()
        moves: list[tuple[Ticket, Callable[[], list[Change]]]] = [
            (ticket, partial(begin, ticket, ruleset, now_ms=now_ms, ids=ids))
            for ticket in await self._store.read(alarms.without_ladder(_BATCH, aside))
        ]
        moves += [
            (one.ticket, partial(climb, one.ladder, one.ticket, ruleset, now_ms=now_ms, ids=ids))
            for one in await self._store.read(alarms.climbing(_BATCH, aside))
        ]
        moved = sum([await self._move(*move) for move in moves])
        if moved:
            await self._bus.notify("events")
            await self._bus.notify("outbox")
        loud = await self._store.read(alarms.loud())
        self._metrics.alarms_ringing.set(loud.ringing)
        self._metrics.alarms_unanswered.set(loud.unanswered)
        return moved

    async def _move(self, ticket: Ticket, decide: Callable[[], list[Change]]) -> bool:
        """One ladder by itself: another sweeper was faster with this one, perhaps not with the next."""
        with self._aside.guard(ticket.id), suppress(Conflict):
            if changes := decide():
                await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
                return True
        return False
