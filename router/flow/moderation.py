"""What agents do to posts and answers that stand on a network: gather, decide, apply; a worker carries it there."""

from collections.abc import Sequence

import msgspec

from router.bus import Bus
from router.core.corrections import CorrectCommand, decide_correction
from router.core.moderation import Reason, decide_moderation, possible
from router.core.reactions import decide_reaction
from router.flow.channels import Channel, Channels
from router.flow.persistence import persist
from router.flow.rulebook import Rulebook
from router.flow.seals import seal_reply
from router.keys import Keyring
from router.model.capabilities import Moderation
from router.model.errors import existing
from router.model.ids import MessageId
from router.model.sources import Clock, Ids
from router.model.tables import Agent, Message, OutboxEntry, Ticket
from router.store import changes as store_changes
from router.store import commands as gather
from router.store.script import Store


class Moderator:
    """Asks networks to hide, show or delete posts, to give answers of ours another text, to react to messages."""

    def __init__(
        self, *, store: Store, bus: Bus, channels: Channels, rulebook: Rulebook, keys: Keyring, clock: Clock, ids: Ids
    ) -> None:
        self._store, self._bus, self._channels, self._clock, self._ids = store, bus, channels, clock, ids
        self._rulebook, self._keys = rulebook, keys

    async def ask(self, message_id: MessageId, what: Moderation, reason: Reason, agent: Agent) -> None:
        """Have it done, once however often it is asked for. Raises Refused."""

        async def attempt() -> None:
            message, ticket, asked = await self._post(message_id)
            channel = self._channels.find(message.channel, message.account)
            now_ms = self._clock.now_ms()
            changes = decide_moderation(
                what,
                message,
                ticket,
                asked,
                able=_able(message, channel),
                actor=agent.actor,
                reason=reason,
                now_ms=now_ms,
                ids=self._ids,
            )
            if changes:
                await self._store.write(store_changes.apply(changes, now_ms=now_ms))

        await persist(attempt)
        await self._tell()

    async def react(self, message_id: MessageId, emoji: str, agent: Agent) -> None:
        """Set our reaction to a customer's message, or, without `emoji`, take it off. Raises Refused."""

        async def attempt() -> None:
            message, ticket, asked = await self._post(message_id)
            channel = self._channels.find(message.channel, message.account)
            able = channel.capabilities if channel is not None and channel.capabilities.can_send else None
            now_ms = self._clock.now_ms()
            changes = decide_reaction(
                emoji,
                message,
                ticket,
                asked,
                able=able.reactions if able is not None else None,
                actor=agent.actor,
                now_ms=now_ms,
                ids=self._ids,
            )
            if changes:
                await self._store.write(store_changes.apply(changes, now_ms=now_ms))

        await persist(attempt)
        await self._tell()

    async def correct(self, command: CorrectCommand, agent: Agent) -> None:
        """Give an answer of ours another text, once its channel has it. Raises Refused."""

        async def attempt() -> None:
            facts = await self._store.read(gather.correction_facts(command.message_id))
            facts = existing(facts, "message", command.message_id)
            message, now_ms = facts.message, self._clock.now_ms()
            place = msgspec.structs.replace(facts.conversation, visibility=message.visibility)
            view = self._channels.view(place)
            corrected = decide_correction(
                command,
                facts,
                view.edits,
                agent,
                text_max=view.text_max,
                hosts=self._rulebook.hosts,
                now_ms=now_ms,
                ids=self._ids,
            )
            if corrected.outbox_id is None:
                return
            clear, row = corrected.clear, corrected.outbox_id
            sealed = [] if clear is None else [seal_reply(row, clear, self._keys, now_ms=now_ms)]
            await self._store.write(store_changes.apply(corrected.changes, now_ms=now_ms, sealed=sealed))

        await persist(attempt)
        await self._tell()

    async def _post(self, message_id: MessageId) -> tuple[Message, Ticket, list[OutboxEntry]]:
        return existing(await self._store.read(gather.post(message_id)), "message", message_id)

    async def _tell(self) -> None:
        await self._bus.notify("events")
        await self._bus.notify("outbox")


def _able(message: Message, channel: Channel | None) -> Sequence[Moderation]:
    """What can be done to it by its channel."""
    if channel is None or not channel.capabilities.can_send:
        return ()
    able = channel.capabilities
    return possible(message, able.moderates, takes_back=able.takes_back)
