"""What agents' inboxes say and hear of signals: each is decided upon facts, and none is kept (core/presence.py)."""

from router.core.presence import is_listened_to, signal_of
from router.flow.channels import Channels
from router.flow.signals import SignalBoard, SignalWatch
from router.flow.switches import Switches
from router.model.ids import TicketId
from router.model.limits import SIGNAL_EVERY_MS
from router.model.pace import Pace
from router.model.signals import SignalKind
from router.model.sources import Clock
from router.model.tables import Agent, Conversation
from router.store import inbox, presence
from router.store.script import Store


class Presence:
    """Agents at their tickets."""

    def __init__(
        self, *, store: Store, channels: Channels, switches: Switches, board: SignalBoard, clock: Clock
    ) -> None:
        self._store, self._channels, self._switches = store, channels, switches
        self._board, self._clock = board, clock
        self._pace = Pace(1, SIGNAL_EVERY_MS)

    async def tell(self, ticket_id: TicketId, kind: SignalKind, agent: Agent, *, over: bool) -> None:
        """An agent writes (or stopped), or has read what the customer said last. Over the pace, or with nobody to tell,
        nothing happens."""
        key, now_ms = f"{kind} {over} {agent.id} {ticket_id}", self._clock.now_ms()
        if self._pace.wait_ms(key, now_ms):
            return
        self._pace.take(key, now_ms)
        facts = await self._store.read(presence.facts(ticket_id))
        if facts is None:
            return
        where = facts.conversation
        signal = signal_of(
            facts, kind, agent, self._channels.view(where), over=over, is_off=self._is_off(where), now_ms=now_ms
        )
        if signal is not None:
            await self._board.say(signal)

    def _is_off(self, where: Conversation) -> bool:
        channel = self._channels.find(where.channel, where.account)
        if channel is None:
            return True
        return any(self._switches.of(channel, cause) is not None for cause in ("operator", "credentials"))

    def watch(self) -> SignalWatch:
        """A watcher for one inbox."""
        return self._board.watch()

    async def follow(self, watch: SignalWatch, name: str | None, agent: Agent) -> TicketId | None:
        """Let `watch` hear of the ticket that an agent has open, by id or number; of none that the agent may not see.
        The ticket's id."""
        ticket_id = await self._store.read(inbox.ticket_id(agent.id, name)) if name else None
        facts = await self._store.read(presence.facts(ticket_id)) if ticket_id else None
        watch.move(facts.place if facts else None)
        return ticket_id if facts else None

    async def hears(self, ticket_id: TicketId) -> bool:
        """Whether what the customer does may be shown now."""
        facts = await self._store.read(presence.facts(ticket_id))
        return facts is not None and is_listened_to(facts, self._clock.now_ms())
