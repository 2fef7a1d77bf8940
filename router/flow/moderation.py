"""What agents do to customers' public posts: gather, decide, apply; a worker carries it to the network."""

from router.bus import Bus
from router.core.moderation import Reason, decide_moderation
from router.flow.channels import Channels
from router.flow.persistence import persist
from router.model.capabilities import Moderation
from router.model.errors import Refused
from router.model.ids import MessageId
from router.model.sources import Clock, Ids
from router.model.tables import Agent
from router.store import changes as store_changes
from router.store import commands as gather
from router.store.script import Store


class Moderator:
    """Asks networks to hide, show or delete posts."""

    def __init__(self, *, store: Store, bus: Bus, channels: Channels, clock: Clock, ids: Ids) -> None:
        self._store, self._bus, self._channels, self._clock, self._ids = store, bus, channels, clock, ids

    async def ask(self, message_id: MessageId, what: Moderation, reason: Reason, agent: Agent) -> None:
        """Have it done, once however often it is asked for. Raises Refused."""

        async def attempt() -> None:
            found = await self._store.read(gather.post(message_id))
            if found is None:
                raise Refused("not_found", f"there is no message {message_id[:40]}", status=404)
            message, ticket, asked = found
            channel = self._channels.find(message.channel, message.account)
            able = channel.capabilities if channel is not None else None
            now_ms = self._clock.now_ms()
            changes = decide_moderation(
                what,
                message,
                ticket,
                asked,
                able=able.moderates if able is not None and able.can_send else (),
                actor=f"agent:{agent.id}",
                reason=reason,
                now_ms=now_ms,
                ids=self._ids,
            )
            if changes:
                await self._store.write(store_changes.apply(changes, now_ms=now_ms))

        await persist(attempt)
        await self._bus.notify("events")
        await self._bus.notify("outbox")
