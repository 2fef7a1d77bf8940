"""The delivery worker: replies leave the way the question came.

A row is claimed and committed as `sending` before the provider is called, so that a crash leaves a mark: what was
`sending` when its lease ran out may have arrived, and is looked up before anything else. Order holds per conversation.
"""

import asyncio
from collections.abc import Callable

from router.bus import Bus
from router.connector import Outbound, OutboundAttachment, Retry, SendOutcome, Unknown
from router.core.delivery import after_attempt
from router.core.reply_token import make_token
from router.flow.channels import Channel, Channels
from router.keys import Keyring, Sealed
from router.model.errors import Conflict, StoreUnavailable
from router.model.limits import SEND_CONCURRENCY, SEND_LEASE_MS, SEND_SECONDS_MAX
from router.model.sources import Clock
from router.store import blobs, outbox
from router.store import changes as store_changes
from router.store.outbox import Claimed
from router.store.script import Store
from router.telemetry import Logger, Metrics

_POLL_S = 1.0
_PAUSE_S = 0.5


class DeliveryWorker:
    """Sends what waits in the outbox."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        channels: Channels,
        keys: Keyring,
        clock: Clock,
        jitter: Callable[[], float],
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._channels, self._keys = store, bus, channels, keys
        self._clock, self._jitter, self._metrics, self._log = clock, jitter, metrics, log

    async def run(self) -> None:
        """Work until cancelled."""
        watch = self._bus.watch("outbox")
        try:
            while True:
                try:
                    if await self.run_once():
                        continue
                except StoreUnavailable as error:
                    self._log.warning("deliver.store_unavailable", error=type(error).__name__)
                    await asyncio.sleep(_PAUSE_S)
                await watch.wait(_POLL_S)
        finally:
            watch.close()

    async def run_once(self) -> int:
        """Claim and send one round; how many rows it worked."""
        keys = self._channels.keys()
        if not keys:
            return 0
        claimed = await self._store.write(
            outbox.claim(keys, now_ms=self._clock.now_ms(), lease_ms=SEND_LEASE_MS, limit=SEND_CONCURRENCY)
        )
        await asyncio.gather(*(self._deliver(item) for item in claimed))
        return len(claimed)

    async def _deliver(self, item: Claimed) -> None:
        channel = self._channels.find(item.entry.channel, item.entry.account)
        assert channel is not None, "only rows of our own channels are claimed"
        outcome = await self._send(channel, item)
        self._metrics.sent.labels(item.entry.channel, type(outcome).__name__.lower()).inc()
        changes = after_attempt(
            item.entry,
            item.message,
            outcome,
            now_ms=self._clock.now_ms(),
            jitter=self._jitter(),
            resend_is_safe=channel.capabilities.idempotent_send,
        )
        try:
            await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
        except Conflict:
            # A receipt or an agent moved the row meanwhile: theirs stands, and an expired lease is looked at again.
            self._log.warning("deliver.row_moved", outbox_id=item.entry.id)
        await self._bus.notify("events")

    async def _send(self, channel: Channel, item: Claimed) -> SendOutcome:
        try:
            outbound = await self._outbound(item)
            async with asyncio.timeout(SEND_SECONDS_MAX):
                if item.was_sending:
                    found = await channel.connector.reconcile(outbound)
                    if not isinstance(found, Retry):
                        return found
                return await channel.connector.send(outbound)
        except TimeoutError:
            return Unknown(reason=f"no answer within {SEND_SECONDS_MAX} s")
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- a connector's mistake is one reply's trouble, not the worker's
            self._log.error("deliver.connector_failed", channel=channel.kind, error=type(error).__name__)
            return Unknown(reason=f"the connector failed: {type(error).__name__}")

    async def _outbound(self, item: Claimed) -> Outbound:
        message, conversation = item.message, item.conversation
        files = []
        for file in message.attachments:
            if file.blob is None:
                continue
            row = await self._store.read(blobs.get(file.blob))
            if row is not None:
                data = self._keys.open(Sealed(row.key_id, row.data), f"blob:{row.hash}")
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
            text=message.text,
            in_reply_to=message.in_reply_to,
            references=message.references,
            reply_token=make_token(conversation.id, self._keys.tag),
            automatic=message.automatic != "none",
            author_name=item.author_name,
            attachments=tuple(files),
            created_at_ms=message.sent_at_ms,
        )
