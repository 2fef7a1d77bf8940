"""The walks of merging and splitting tickets: gather, decide, apply, and again when somebody was faster."""

from collections.abc import Awaitable, Callable, Sequence

from router.bus import Bus
from router.core import regrouping as core
from router.core.regrouping import By
from router.flow.persistence import persist
from router.flow.rulebook import Rulebook
from router.model.changes import Add, Change, Save
from router.model.errors import existing
from router.model.grouping import Joining, Regrouping
from router.model.ids import MessageId, TicketId
from router.model.snapshot import Contents
from router.model.sources import Clock, Ids
from router.model.tables import Agent
from router.store import changes as store_changes
from router.store import regrouping as gather
from router.store.script import Store
from router.telemetry import Metrics


class Regroupings:
    """Puts tickets of one contact together and takes them apart."""

    def __init__(self, *, store: Store, bus: Bus, rulebook: Rulebook, clock: Clock, ids: Ids, metrics: Metrics) -> None:
        self._store, self._bus, self._rulebook, self._clock, self._ids = store, bus, rulebook, clock, ids
        self._metrics = metrics

    async def merge(self, source: TicketId, target: TicketId, agent: Agent) -> Regrouping:
        """Move one ticket into another. Raises Refused (other_contact, ticket_closed, same_ticket, too_many,
        customer_waits, alarm_rings, action_under_way)."""

        async def decide() -> list[Change]:
            return core.merge(await self._contents(source), await self._contents(target), self._by(agent), self._ids)

        return _made(await self._apply(decide))

    async def split(self, source: TicketId, messages: frozenset[MessageId], agent: Agent) -> Regrouping:
        """Give some messages a ticket of their own. Raises Refused (no_such_message, nothing_left, too_many,
        contact_erased)."""

        async def decide() -> list[Change]:
            contents = await self._contents(source)
            return core.split(contents, messages, self._rulebook.current, self._by(agent), self._ids)

        return _made(await self._apply(decide))

    async def undo(self, id_: str, agent: Agent) -> Regrouping:
        """Take a merge or a split back. Raises Refused (not_found, already_undone, undo_order, contact_erased,
        customer_waits, alarm_rings, action_under_way)."""

        async def decide() -> list[Change]:
            row = existing(await self._store.read(gather.regrouping(id_)), "merge or split", id_)
            source = await self._contents(row.source_id)
            target = await self._contents(row.target_id, row.message_ids)
            return core.undo(row, source, target, self._rulebook.current, self._by(agent), self._ids)

        return _made(await self._apply(decide))

    def _by(self, agent: Agent) -> By:
        return By(agent_id=agent.id, now_ms=self._clock.now_ms())

    async def _contents(self, ticket_id: TicketId, moved: Sequence[MessageId] = ()) -> Contents:
        return existing(await self._store.read(gather.contents(ticket_id, moved)), "ticket", ticket_id)

    async def _apply(self, decide: Callable[[], Awaitable[list[Change]]]) -> list[Change]:
        async def attempt() -> list[Change]:
            changes = await decide()
            await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
            return changes

        changes = await persist(attempt, what="these tickets")
        await self._bus.notify("events")
        self._count(changes)
        return changes

    def _count(self, changes: list[Change]) -> None:
        for change in changes:
            if isinstance(change, Save) and isinstance(change.row, Joining):
                what = "opened" if change.row.opened else "joined"
                self._metrics.match_undone.labels(what, change.row.reason).inc()


def _made(changes: list[Change]) -> Regrouping:
    rows = [c.row for c in changes if not isinstance(c, Add) and hasattr(c, "row")] + [
        c.row for c in changes if isinstance(c, Add)
    ]
    return next(row for row in rows if isinstance(row, Regrouping))
