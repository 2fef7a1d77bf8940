"""The page worker: pages leave by the mail channel or a Telegram bot, tried again until they are taken.

What they say is the ticket's number, how urgent it is, its queue and where to accept it, never content. A mail has the
same Message-ID at every attempt, so that what may have arrived is simply sent again; in a chat it may stand twice.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from router.bus import Bus
from router.connector import Outbound, Rejected, Retry, SendOutcome, Unknown
from router.core.pages import after_page, is_given_up
from router.flow import rounds
from router.flow.channels import Channel, Channels
from router.flow.references import References
from router.flow.telegram import TelegramBot
from router.model.changes import ticket_number
from router.model.errors import ConfigError
from router.model.ids import MessageId, OutboxId
from router.model.limits import SEND_LEASE_MS, SEND_SECONDS_MAX
from router.model.sources import Clock
from router.model.tables import Ticket, Urgency
from router.store import alarms
from router.store.alarms import ClaimedPage, PageWay
from router.store.script import Store
from router.telemetry import Logger, Metrics

_SLOTS = 8
"""At once in each lane."""
_Lane = tuple[PageWay, bool]
"""By which way, and whether it was tried before: a mail server that hangs delays no chat, and old pages no new one."""
_LANES: tuple[_Lane, ...] = (("telegram", False), ("email", False), ("telegram", True), ("email", True))
_MOOT: Final = Rejected(reason="nobody has to accept it any more")
_CHINESE: dict[Urgency, str] = {"low": "低", "normal": "普通", "high": "高", "critical": "紧急"}


class PageWorker:
    """Sends the pages that wait for the mail channel or the bot."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        channels: Channels,
        telegram: TelegramBot | None,
        references: References,
        public_url: str,
        clock: Clock,
        jitter: Callable[[], float],
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._channels, self._public_url = store, bus, channels, public_url
        self._telegram, self._references = telegram, references
        self._clock, self._jitter, self._metrics, self._log = clock, jitter, metrics, log

    async def run(self) -> None:
        """Work until cancelled, each lane by itself."""
        async with asyncio.TaskGroup() as group:
            for lane in _LANES:
                claim = partial(self._claim, lane)
                work = rounds.stream("pages", claim, self._deliver, slots=_SLOTS, bus=self._bus, log=self._log)
                group.create_task(work, name=f"pages:{lane[0]}")

    async def run_once(self) -> int:
        """One round of every lane, for tests; how many pages it worked."""
        claimed = [page for lane in _LANES for page in await self._claim(lane, _SLOTS)]
        await asyncio.gather(*(self._deliver(item) for item in claimed))
        return len(claimed)

    async def _claim(self, lane: _Lane, limit: int) -> list[ClaimedPage]:
        (way, is_again), now_ms = lane, self._clock.now_ms()
        return await self._store.write(
            alarms.claim_pages(way, is_again=is_again, now_ms=now_ms, lease_ms=SEND_LEASE_MS, limit=limit)
        )

    async def _deliver(self, item: ClaimedPage) -> None:
        outcome = await self._send(item)
        changes = after_page(item.page, outcome, now_ms=self._clock.now_ms(), jitter=self._jitter())
        await rounds.settle("pages", item.page.id, changes, store=self._store, clock=self._clock, log=self._log)
        if is_given_up(changes) and outcome != _MOOT:
            self._metrics.pages_failed.labels(item.page.kind).inc()
        await self._bus.notify("events")

    async def _send(self, item: ClaimedPage) -> SendOutcome:
        if item.ticket.alarm_since_ms is None:  # hours of attempts may lie behind it
            return _MOOT
        return await (self._write(item) if item.page.kind == "telegram" else self._mail(item))

    async def _write(self, item: ClaimedPage) -> SendOutcome:
        if self._telegram is None:
            return Rejected(reason="no bot is configured (oncall.telegram of switchboard.yaml)")
        try:
            chat = self._references.address(item.page.target)
        except ConfigError as error:
            return Retry(reason=str(error))
        return await self._telegram.send(chat, self._text(item.ticket))

    async def _mail(self, item: ClaimedPage) -> SendOutcome:
        channel = self._channels.first("email")
        if channel is None:
            return Rejected(reason="no mail channel is configured")
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                return await channel.connector.send(self._outbound(item, channel))
        except TimeoutError:
            return Unknown(reason=f"no answer within {SEND_SECONDS_MAX} s")
        except Exception as error:  # noqa: BLE001 -- a connector's mistake is one page's trouble, not the worker's
            self._log.error("pages.connector_failed", channel=channel.kind, error=type(error).__name__)
            return Retry(reason=f"the connector failed: {type(error).__name__}")

    def _outbound(self, item: ClaimedPage, channel: Channel) -> Outbound:
        page, ticket, urgency = item.page, item.ticket, item.ticket.urgency
        return Outbound(
            id=OutboxId(page.id),
            key=page.id,
            message_id=MessageId(page.id),
            channel=channel.kind,
            account=channel.account,
            thread=page.id,
            to=page.target,
            visibility="private",
            subject=f"{ticket_number(ticket)}: {urgency}, not accepted yet / {_CHINESE[urgency]}，尚无人接单",
            text=self._text(ticket),
            automatic=True,
            created_at_ms=page.created_at_ms,
        )

    def _text(self, ticket: Ticket) -> str:
        number, queue = ticket_number(ticket), ticket.queue
        return (
            f"{number} is {ticket.urgency}, in the queue {queue}, and nobody has accepted it yet. Accept it here:\n"
            f"{number} 为{_CHINESE[ticket.urgency]}工单，队列 {queue}，尚无人接单。请在这里接单：\n\n"
            f"{self._public_url}/inbox/critical/{number}\n"
        )
