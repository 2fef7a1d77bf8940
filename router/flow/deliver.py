"""The delivery worker: replies leave the way the question came.

A row is claimed and committed as `sending` before the provider is called, so that a crash leaves a mark: what was
`sending` when its lease ran out may have arrived, and is looked up before anything else. What fails while a reply is
made ready has surely not left: it is tried again. Order holds per conversation.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from router.bus import Bus
from router.connector import AuthFailed, Outbound, OutboundAttachment, Rejected, Retry, SendOutcome, Sent, Unknown
from router.core.corrections import took_place
from router.core.delivery import after_attempt
from router.core.reply_token import make_token
from router.flow.channels import Channel, Channels
from router.flow.links import LinkWriter, Reached
from router.flow.media import Media
from router.flow.seals import open_reply
from router.flow.switches import Switches
from router.keys import Keyring
from router.model.buttons import Button, ButtonLimits, degraded
from router.model.changes import Change
from router.model.errors import Conflict, StoreUnavailable
from router.model.ids import OutboxId
from router.model.limits import (
    LOOK_UP_SECONDS_MAX,
    READY_SECONDS_MAX,
    SEND_CONCURRENCY,
    SEND_LEASE_MS,
    SEND_SECONDS_MAX,
)
from router.model.sources import Clock
from router.store import changes as store_changes
from router.store import commands, outbox, threads
from router.store.outbox import Claimed
from router.store.script import Store
from router.telemetry import Logger, Metrics, why

_POLL_S = 1.0
_PAUSE_S = 0.5
_CONFLICTS_MAX = 6
_MAY_COME_TWICE = frozenset({"edit", "react"})
"""What agents do to what stands there: done once more, nothing changes."""


class _FileGone(Exception):
    """A reply must not leave without what was attached to it."""


class DeliveryWorker:
    """Sends what waits in the outbox."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        channels: Channels,
        media: Media,
        keys: Keyring,
        links: LinkWriter,
        reached: Reached,
        switches: Switches,
        clock: Clock,
        jitter: Callable[[], float],
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._channels, self._keys = store, bus, channels, keys
        self._media, self._links, self._reached, self._switches = media, links, reached, switches
        self._clock, self._jitter = clock, jitter
        self._metrics, self._log = metrics, log
        self._unsent: dict[OutboxId, int] = {}
        """Rows that surely did not leave, and that the store was away to be told of; with the version each has until
        somebody claims it."""

    async def run(self) -> None:
        """Work until cancelled; each channel by itself, so that a slow provider holds up nobody else's replies."""
        async with asyncio.TaskGroup() as group:
            for channel in self._channels.all():
                if channel.capabilities.can_send:
                    group.create_task(self._run_channel(channel), name=f"deliver:{channel.kind}/{channel.account}")
            await asyncio.Event().wait()

    async def _run_channel(self, channel: Channel) -> None:
        keys = self._channels.keys_of(channel)
        watch = self._bus.watch("outbox")
        sending: set[asyncio.Task[None]] = set()
        try:
            while True:
                room = SEND_CONCURRENCY - len(sending)
                free = self._switches.room(channel, room) if room else 0
                claimed = await self._claim(keys, free) if free else []
                for item in claimed:
                    task = asyncio.create_task(self._deliver(item))
                    sending.add(task)
                    task.add_done_callback(sending.discard)
                if room and (not free or len(claimed) < free):
                    await watch.wait(_POLL_S)
                else:
                    await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.close()
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    async def _claim(self, keys: Sequence[tuple[str, str]], limit: int) -> list[Claimed]:
        try:
            claimed = await self._store.write(
                outbox.claim(keys, now_ms=self._clock.now_ms(), lease_ms=SEND_LEASE_MS, limit=limit)
            )
        except (StoreUnavailable, Conflict) as error:
            self._log.warning("deliver.store_unavailable", **why(error))
            await asyncio.sleep(_PAUSE_S)
            return []
        return [self._remembered(item) for item in claimed]

    def _remembered(self, item: Claimed) -> Claimed:
        is_unsent = self._unsent.pop(item.entry.id, None) == item.entry.version - 1
        return msgspec.structs.replace(item, was_sending=False) if is_unsent else item

    async def run_once(self) -> int:
        """Claim and send one round of every channel, for tests and simulations; how many rows it worked."""
        claimed = [item for channel in self._channels.all() for item in await self._claim_round(channel)]
        await asyncio.gather(*(self._deliver(item) for item in claimed))
        return len(claimed)

    async def _claim_round(self, channel: Channel) -> list[Claimed]:
        keys = self._channels.keys_of(channel)
        free = self._switches.room(channel, SEND_CONCURRENCY)
        return await self._claim(keys, free) if keys and free else []

    async def _deliver(self, item: Claimed) -> None:
        channel = self._channels.find(item.entry.channel, item.entry.account)
        assert channel is not None, "only rows of our own channels are claimed"
        carrier, ready = await self._made_ready(channel, item)
        outcome = await self._send(carrier, item, ready) if isinstance(ready, Outbound) else ready
        if outcome is None:  # the row stays `sending`, and once its lease runs out it is looked up
            return
        if isinstance(outcome, AuthFailed):
            await self._switches.refuse(channel, outcome.reason)
            if item.was_sending:  # queued, what may have arrived before would be sent again without a look
                return
        elif isinstance(outcome, Sent):
            await self._switches.accepted(channel)
        self._metrics.sent.labels(item.entry.channel, type(outcome).__name__.lower()).inc()
        if isinstance(outcome, Sent) and outcome.reached is not None:
            await self._reach(item, outcome.reached)
        if not await self._settle(item, outcome, carrier) and await self._has_namesake(item, outcome):
            assert isinstance(outcome, Sent)
            await self._settle(item, msgspec.structs.replace(outcome, provider_id=None, pieces=()), carrier)
        await self._bus.notify("events")
        await self._bus.notify("outbox")

    async def _reach(self, item: Claimed, visitor: str) -> None:
        """An agent answered a public post in private: the network says who its writer is there. The machine's answers
        hold a link: whoever opens it decides what the private conversation is about."""
        is_private_answer = item.message.visibility == "private" and item.conversation.visibility == "public"
        if item.message.author_id is None or not is_private_answer:
            return
        try:
            await self._reached.note(item.message, item.conversation, visitor)
        except StoreUnavailable as error:  # then they are known as anybody who writes there
            self._log.warning("deliver.not_reached", outbox_id=item.entry.id, **why(error))

    async def _carrier(self, channel: Channel, item: Claimed) -> Channel:
        """Who carries it: the channel itself, or the mail channel where the customer typed an address.

        Anybody can type anybody's address. Until a person of ours has answered, the machine's words stay on the
        channel's own page, so that a form cannot be made to write to strangers.
        """
        mail = self._channels.mail_for(channel) if item.conversation.reply_to and item.entry.action == "send" else None
        if mail is None:
            return channel
        if item.message.author_id is not None:
            return mail
        answered = await self._store.read(threads.has_been_answered(item.conversation.id))
        return mail if answered else channel

    async def _settle(self, item: Claimed, outcome: SendOutcome, carrier: Channel) -> bool:
        """Write what became of it, tried for as long as the row is ours: forgotten, it would count as uncertain. False
        when something of it is not as it was read."""
        conflicts = 0
        while True:
            try:
                if conflicts:
                    found = await self._store.read(outbox.still(item))
                    if found is None or conflicts > _CONFLICTS_MAX:
                        # A receipt or an agent has settled it meanwhile: theirs stands.
                        self._log.warning("deliver.row_moved", outbox_id=item.entry.id)
                        return False
                    item = found
                await self._write(item, outcome, carrier)
            except Conflict:  # two that waited for each other, or its ticket was merged, or edited, meanwhile
                conflicts += 1
                continue
            except StoreUnavailable as error:
                if isinstance(outcome, Retry):
                    self._unsent[item.entry.id] = item.entry.version
                if self._clock.now_ms() < (item.entry.lease_until_ms or 0):
                    await asyncio.sleep(_PAUSE_S)
                    continue
                self._log.warning("deliver.not_settled", outbox_id=item.entry.id, **why(error))
                return True
            self._unsent.pop(item.entry.id, None)
            return True

    async def _write(self, item: Claimed, outcome: SendOutcome, carrier: Channel) -> None:
        """What became of it, in one transaction. Raises Conflict and StoreUnavailable."""
        is_edit = item.entry.action == "edit"
        replaced = await self._replaced(item) if is_edit and isinstance(outcome, Sent) else []
        changes = after_attempt(
            item.entry,
            item.message,
            outcome,
            now_ms=self._clock.now_ms(),
            jitter=self._jitter(),
            resend_is_safe=item.entry.action in _MAY_COME_TWICE or carrier.capabilities.idempotent_send,
        )
        await self._store.write(store_changes.apply([*replaced, *changes], now_ms=self._clock.now_ms()))

    async def _replaced(self, item: Claimed) -> list[Change]:
        """The answer with the text that its channel has now, on the message and the ticket as they are."""
        facts = await self._store.read(commands.correction_facts(item.message.id))
        return [] if facts is None else took_place(item.entry, facts.message, facts.ticket)

    async def _has_namesake(self, item: Claimed, outcome: SendOutcome) -> bool:
        """Whether the provider gave it another message's id: without one it is sent all the same, and known to be."""
        if not isinstance(outcome, Sent) or outcome.provider_id is None:
            return False
        try:
            found = await self._store.read(outbox.namesake(item.message, outcome.provider_id))
        except StoreUnavailable:  # it stays `sending`, and once its lease runs out it is looked up
            return False
        if found is not None:
            self._log.warning("deliver.id_taken", outbox_id=item.entry.id, channel=item.entry.channel)
        return found is not None

    async def _made_ready(self, channel: Channel, item: Claimed) -> tuple[Channel, Outbound | SendOutcome | None]:
        """Who carries it and what is to leave; or what becomes of it, for no provider was called this time."""
        carrier = channel
        try:
            async with asyncio.timeout(READY_SECONDS_MAX):
                carrier = await self._carrier(channel, item)
                return carrier, await self._content(carrier, item)
        except _FileGone as gone:
            return carrier, Rejected(reason=f"its file {gone} is there no more; write it again without")
        except Exception as error:  # noqa: BLE001 -- what is wrong with one reply is not the worker's trouble
            self._log.warning("deliver.not_ready", outbox_id=item.entry.id, **why(error))
            is_away = isinstance(error, StoreUnavailable | TimeoutError)
            reason = f"not ready to be sent: {str(error) if is_away and str(error) else type(error).__name__}"
            if not item.was_sending:
                return carrier, Retry(reason=reason)
            # Queued, what may have arrived before would be sent again without a look.
            return carrier, None if is_away else Unknown(reason=reason)

    async def _content(self, channel: Channel, item: Claimed) -> Outbound | Rejected:
        if item.entry.action not in {"send", "edit"}:
            return _about(item)
        text = await self._text(item)
        if text is None:
            return Rejected(reason="its sealed text has expired; write it again")
        own = channel.capabilities.private_link if item.conversation.visibility == "public" else ""
        filled = await self._links.filled(item.message, text, own)
        if filled is None:
            return Rejected(reason="no channel opens private links any more")
        shown, buttons = degraded(filled, item.message.buttons, _room(channel, item))
        if item.entry.action == "edit":
            return _about(item, shown, buttons)
        outbound = await self._outbound(channel, item, shown, buttons)
        if channel.kind != item.entry.channel and channel.capabilities.threads:
            # Ids of the form's messages are no Message-IDs.
            return msgspec.structs.replace(outbound, in_reply_to=None, references=())
        return outbound

    async def _send(self, channel: Channel, item: Claimed, outbound: Outbound) -> SendOutcome | None:
        """What the provider says; None when that has to be seen later."""
        try:
            return await self._call(channel, item, outbound)
        except TimeoutError:
            return Unknown(reason=f"no answer within {SEND_SECONDS_MAX} s")
        except StoreUnavailable as error:
            self._log.warning("deliver.store_unavailable", outbox_id=item.entry.id, **why(error))
            return None
        except Exception as error:  # noqa: BLE001 -- a connector's mistake is one reply's trouble, not the worker's
            self._log.error("deliver.connector_failed", channel=channel.kind, error=type(error).__name__)
            return Unknown(reason=f"the connector failed: {type(error).__name__}")

    async def _text(self, item: Claimed) -> str | None:
        """What it says, in clear; None once that has expired."""
        message, correction = item.message, item.message.correction
        if item.entry.action == "send":
            return await open_reply(message.id, self._store, self._keys) if message.redactions else message.text
        if correction is None or correction.outbox_id != item.entry.id:
            return None
        return await open_reply(item.entry.id, self._store, self._keys) if correction.redactions else correction.text

    async def _call(self, channel: Channel, item: Claimed, outbound: Outbound) -> SendOutcome:
        """One provider call; what may have arrived before is looked up first, unless it may come twice."""
        may_come_twice = outbound.action in _MAY_COME_TWICE
        async with asyncio.timeout(SEND_SECONDS_MAX):
            if item.was_sending and not may_come_twice:
                found = await channel.connector.reconcile(outbound)
                if not isinstance(found, Retry):
                    return found
            outcome = await channel.connector.send(outbound)
        if isinstance(outcome, Unknown) and not may_come_twice:
            return await self._looked_up(channel, outbound) or outcome
        return outcome

    async def _looked_up(self, channel: Channel, outbound: Outbound) -> Sent | None:
        """Whether what may have arrived can be seen there. That it cannot, so soon after, proves nothing."""
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS_MAX):
                found = await channel.connector.reconcile(outbound)
        except TimeoutError:
            return None
        return found if isinstance(found, Sent) else None

    async def _outbound(self, channel: Channel, item: Claimed, text: str, buttons: tuple[Button, ...]) -> Outbound:
        message, conversation = item.message, item.conversation
        heard_at_ms = None
        if channel.capabilities.reply_window_s is not None:
            heard_at_ms = await self._store.read(threads.last_heard(conversation.id))
        files = []
        for file in message.attachments:
            data = await self._media.read(file)
            if data is None:
                raise _FileGone(file.name)
            files.append(OutboundAttachment(name=file.name, content_type=file.content_type, data=data))
        return Outbound(
            id=item.entry.id,
            key=item.entry.id,
            message_id=message.id,
            channel=conversation.channel,
            account=conversation.account,
            thread=conversation.thread,
            to=conversation.reply_to or conversation.peer,
            visibility=message.visibility,
            subject=message.subject,
            text=text,
            in_reply_to=message.in_reply_to,
            references=message.references,
            thread_index=conversation.thread_index,
            reply_token=make_token(conversation.id, self._keys.tag),
            automatic=message.automatic != "none",
            author_name=item.author_name,
            attachments=tuple(files),
            buttons=buttons,
            created_at_ms=message.sent_at_ms,
            heard_at_ms=heard_at_ms,
        )


def _room(channel: Channel, item: Claimed) -> ButtonLimits | None:
    """What the channel shows of buttons where this goes."""
    limits = channel.capabilities.buttons
    return limits if limits is not None and (limits.in_public or item.conversation.visibility == "private") else None


def _about(item: Claimed, text: str | None = None, buttons: tuple[Button, ...] = ()) -> Outbound:
    """What stands there already, by the network's ids of it, and what it is to say, if anything."""
    message, conversation = item.message, item.conversation
    return Outbound(
        id=item.entry.id,
        key=item.entry.id,
        message_id=message.id,
        channel=conversation.channel,
        account=conversation.account,
        action=item.entry.action,
        target_id=message.external_id,
        pieces=message.pieces,
        thread=conversation.thread,
        to=conversation.peer,
        visibility=message.visibility,
        text=text or (message.reaction if item.entry.action == "react" else ""),
        automatic=item.entry.action not in _MAY_COME_TWICE,
        buttons=buttons,
        created_at_ms=item.entry.created_at_ms,
    )
