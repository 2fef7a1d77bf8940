"""Works off the timers that are due: for the sweeper, and for `switchboard route` between two lines.

A timer is done in the transaction that does what it brings about, and its version is checked there: whoever of several
processes comes second writes nothing, and a crash leaves it due.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from router.bus import Bus
from router.core import edits, unread, verification
from router.core.notices import Moment
from router.core.timers import changes_of, fire
from router.flow.aside import Aside
from router.flow.channels import Channels
from router.flow.consequences import consequences
from router.flow.rulebook import Rulebook
from router.model.changes import Change, Save
from router.model.errors import Conflict, StatementTimeout, StoreUnavailable
from router.model.ids import EventId
from router.model.sources import Clock, Ids
from router.model.tables import Ticket
from router.model.timers import Timer
from router.store import changes as store_changes
from router.store import checks, timers
from router.store import commands as gather
from router.store.script import Store
from router.telemetry import Logger, Metrics

_BATCH = 100
_ASIDE_MS: Final = 600_000
"""So long a timer waits that could not be worked off."""
_BATCHES_MAX = 50
"""Of one round, so that the sweeper's other work is not held up by a clock that jumped."""


class Timers:
    """Decides timers and writes what came of them."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        rulebook: Rulebook,
        channels: Channels,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._rulebook, self._channels = store, bus, rulebook, channels
        self._clock, self._ids = clock, ids
        self._aside = Aside("timers", for_ms=_ASIDE_MS, clock=clock, metrics=metrics, log=log)

    async def run_due(self) -> int:
        """One round; how many timers were worked off. Raises StoreUnavailable."""
        worked = 0
        for _ in range(_BATCHES_MAX):
            aside = self._aside.ids()
            found = await self._store.read(timers.due(now_ms=self._clock.now_ms(), limit=_BATCH, aside=aside))
            if not found:
                break
            worked += await self._work(found)
        if worked:
            await self._bus.notify("events")
            await self._bus.notify("outbox")
        return worked

    async def _work(self, found: Sequence[Timer]) -> int:
        """A batch in one transaction; one by one where that fails: what somebody faster did stands."""
        # Of one ticket's timers each sees what the one before it did. Not all say whose they are: what was edited may
        # have been merged into another ticket since.
        first = {timer.ticket_id: timer for timer in reversed(found)}
        alone: list[Timer] = []
        together: list[Change] = []
        moved: set[str] = set()
        for timer in first.values():
            with self._aside.guard(timer.id):
                changes = await self._decided(timer)
                tickets = {
                    change.row.id for change in changes if isinstance(change, Save) and isinstance(change.row, Ticket)
                }
                if tickets.isdisjoint(moved):
                    alone.append(timer)
                    together += changes
                    moved |= tickets
        try:
            await self._apply(together)
        except Exception as error:
            if isinstance(error, StoreUnavailable) and not isinstance(error, StatementTimeout):
                raise
            # Somebody was faster with one of them, or one cannot be written.
            for timer in alone:
                with self._aside.guard(timer.id), suppress(Conflict):
                    await self._apply(await self._decided(timer))
        return len(alone)

    async def _apply(self, changes: Sequence[Change]) -> None:
        await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))

    async def _decided(self, timer: Timer) -> list[Change]:
        now_ms, ruleset = self._clock.now_ms(), self._rulebook.current
        if timer.kind == "unread":
            facts = await self._store.read(timers.unlooked(timer))
            outcome, told = unread.look(timer, facts, ruleset.lifecycle, now_ms=now_ms, ids=self._ids)
            done = timer.changed(done_at_ms=now_ms, outcome=outcome)
            return [Save(done), *told]
        if timer.kind == "check":
            return await self._expired(timer, now_ms)
        if timer.kind == "edit":
            message, ticket, contact = await self._store.read(timers.edited(timer))
            return edits.settle(timer, message, ticket, contact, ruleset, now_ms=now_ms)
        found = await self._store.read(gather.reply_facts(timer.ticket_id, EventId(0)))
        assert found is not None, "a foreign key says so"
        moment = Moment(facts=found, channel=self._channels.view(found.conversation), ruleset=ruleset, now_ms=now_ms)
        said = await self._store.read(timers.said(timer))
        fired = fire(timer, moment, self._ids, said)
        changes = changes_of(fired, found.ticket)
        return await consequences(self._store, ruleset, found.ticket, changes, now_ms=now_ms, ids=self._ids)

    async def _expired(self, timer: Timer, now_ms: int) -> list[Change]:
        check = await self._store.read(checks.get(timer.about or ""))
        ticket = await self._store.read(gather.ticket(timer.ticket_id))
        if check is None:  # erased since the timer was read, and the timer with it
            raise Conflict("an identity check is gone, and its timer")
        assert ticket is not None, "a foreign key says so"
        outcome, changes = verification.expire(check, ticket, now_ms)
        done = timer.changed(done_at_ms=now_ms, outcome=outcome)
        return await consequences(
            self._store, self._rulebook.current, ticket, [Save(done), *changes], now_ms=now_ms, ids=self._ids
        )
