"""The page worker: pages that go by mail leave through the mail channel, tried again until it takes them.

What a pager's mail says is the ticket's number and where to accept it, never content. The same page is the same
Message-ID at every attempt, so that what may have arrived is simply sent again.
"""

import asyncio
from collections.abc import Callable

from router.bus import Bus
from router.connector import Outbound, Rejected, Retry, SendOutcome, Unknown
from router.core.pages import after_page
from router.flow.channels import Channel, Channels
from router.model.errors import Conflict, StoreUnavailable
from router.model.ids import MessageId, OutboxId
from router.model.limits import SEND_LEASE_MS, SEND_SECONDS_MAX
from router.model.sources import Clock
from router.store import alarms
from router.store import changes as store_changes
from router.store.alarms import ClaimedPage
from router.store.script import Store
from router.telemetry import Logger, why

_POLL_S = 1.0
_CONCURRENCY = 8


class PageWorker:
    """Sends the pages that wait for the mail channel."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        channels: Channels,
        public_url: str,
        clock: Clock,
        jitter: Callable[[], float],
        log: Logger,
    ) -> None:
        self._store, self._bus, self._channels, self._public_url = store, bus, channels, public_url
        self._clock, self._jitter, self._log = clock, jitter, log

    async def run(self) -> None:
        """Work until cancelled."""
        watch = self._bus.watch("outbox")
        try:
            while True:
                try:
                    while await self.run_once():
                        pass
                except (StoreUnavailable, Conflict) as error:
                    self._log.warning("pages.store_unavailable", **why(error))
                await watch.wait(_POLL_S)
        finally:
            watch.close()

    async def run_once(self) -> int:
        """Claim and send one round; how many pages it worked."""
        claimed = await self._store.write(
            alarms.claim_pages(now_ms=self._clock.now_ms(), lease_ms=SEND_LEASE_MS, limit=_CONCURRENCY)
        )
        await asyncio.gather(*(self._deliver(item) for item in claimed))
        if claimed:
            await self._bus.notify("events")
        return len(claimed)

    async def _deliver(self, item: ClaimedPage) -> None:
        outcome = await self._send(item)
        changes = after_page(item.page, outcome, now_ms=self._clock.now_ms(), jitter=self._jitter())
        try:
            await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
        except (StoreUnavailable, Conflict) as error:
            self._log.warning("pages.not_settled", page_id=item.page.id, **why(error))

    async def _send(self, item: ClaimedPage) -> SendOutcome:
        channel = self._channels.first("email")
        if channel is None:
            return Rejected(reason="no mail channel is configured")
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                return await channel.connector.send(self._mail(item, channel))
        except TimeoutError:
            return Unknown(reason=f"no answer within {SEND_SECONDS_MAX} s")
        except Exception as error:  # noqa: BLE001 -- a connector's mistake is one page's trouble, not the worker's
            self._log.error("pages.connector_failed", channel=channel.kind, error=type(error).__name__)
            return Retry(reason=f"the connector failed: {type(error).__name__}")

    def _mail(self, item: ClaimedPage, channel: Channel) -> Outbound:
        page, number = item.page, f"T-{item.ticket_number}"
        return Outbound(
            id=OutboxId(page.id),
            key=page.id,
            message_id=MessageId(page.id),
            channel=channel.kind,
            account=channel.account,
            thread=page.id,
            to=page.target,
            visibility="private",
            subject=f"{number}: critical, not accepted yet / 紧急，尚无人接单",
            text=(
                f"{number} is critical and nobody has accepted it yet. Accept it here:\n"
                f"{number} 是紧急工单，尚无人接单。请在这里接单：\n\n{self._public_url}/inbox/critical/{number}\n"
            ),
            automatic=True,
            created_at_ms=page.created_at_ms,
        )
