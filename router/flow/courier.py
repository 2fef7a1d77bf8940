"""Signals to providers: one call for each, by one of the processes that deliver, dropped when late or too many.

Beside the delivery of replies, and never in its way: no row, no retry, no state of the channel follows from a signal.
"""

import asyncio
from collections import defaultdict
from typing import cast

from router.bus import Bus
from router.flow.channels import Channel, Channels
from router.model.limits import SIGNAL_CONCURRENCY, SIGNAL_EVERY_MS, SIGNAL_SECONDS_MAX
from router.model.signals import Signal, Signalling
from router.telemetry import Metrics


class SignalCourier:
    """Brings what customers may be shown to their providers."""

    def __init__(self, *, bus: Bus, channels: Channels, metrics: Metrics) -> None:
        self._bus, self._channels, self._metrics = bus, channels, metrics
        self._under_way: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)
        """By channel."""

    async def run(self) -> None:
        """Work until cancelled."""
        hearing = self._bus.hear()
        try:
            while True:
                self._take(await hearing.next())
        finally:
            hearing.close()
            tasks = [task for some in self._under_way.values() for task in some]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _take(self, signal: Signal) -> None:
        if not signal.for_customer:
            return
        channel = self._channels.find(signal.channel, signal.account)
        if channel is None or signal.kind not in channel.capabilities.signals:
            return
        under_way = self._under_way[f"{channel.kind}/{channel.account}"]
        if len(under_way) >= SIGNAL_CONCURRENCY:
            self._count(channel, "dropped")
            return
        task = asyncio.create_task(self._bring(channel, signal))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    async def _bring(self, channel: Channel, signal: Signal) -> None:
        name = f"{signal.kind}:{signal.over}:{signal.conversation_id}:{signal.message_id}"
        try:
            async with asyncio.timeout(SIGNAL_SECONDS_MAX):
                if await self._bus.claim(name, SIGNAL_EVERY_MS):
                    await cast("Signalling", channel.connector).signal(signal)
                    self._count(channel, "told")
        except TimeoutError:
            self._count(channel, "late")
        except Exception:  # noqa: BLE001 -- a connector's mistake costs one signal
            self._count(channel, "failed")

    def _count(self, channel: Channel, outcome: str) -> None:
        self._metrics.signals.labels(channel.kind, outcome).inc()
