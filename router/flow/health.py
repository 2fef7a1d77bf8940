"""How the channels are, said by the processes that run them and shown by those that serve the inbox.

Every process also tries here whether the database takes writes, for one that only answers cannot do its work.
"""

import asyncio
from collections.abc import Callable

from router.flow.channels import Channels
from router.model.errors import StoreUnavailable
from router.model.sources import Clock
from router.store import health
from router.store.health import ChannelHealth
from router.store.script import Store
from router.telemetry import Logger, Metrics, why

_EVERY_S = 2.0
_REPEAT_MS = 30_000
"""What does not change is still said this often, so that silence means a dead process."""


class HealthBoard:
    """Reports this process's channels where it runs them, and knows what all processes reported."""

    def __init__(
        self, *, store: Store, channels: Channels, runs_channels: bool, clock: Clock, metrics: Metrics, log: Logger
    ) -> None:
        self._store, self._channels, self._runs = store, channels, runs_channels
        self._clock, self._metrics, self._log = clock, metrics, log
        self._said: dict[tuple[str, str], ChannelHealth] = {}
        self._listeners: list[Callable[[], None]] = []
        self.current: list[ChannelHealth] = []
        self.writes_fail: str | None = None
        """Why the database took the last trial write not, in its own words; None while it takes them."""

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` when a channel's state changes."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    async def run(self) -> None:
        """Report and read until cancelled."""
        while True:
            try:
                await self.try_writing()
                if self._runs and self.writes_fail is None:
                    await self._report()
                await self._read()
            except StoreUnavailable as error:
                self._log.warning("health.store_unavailable", **why(error))
            await asyncio.sleep(_EVERY_S)

    async def try_writing(self) -> None:
        """Learn whether the database takes writes."""
        before = self.writes_fail
        try:
            await self._store.write(health.try_writing())
        except StoreUnavailable as error:
            self.writes_fail = str(error)
        else:
            self.writes_fail = None
        self._metrics.store_writable.set(0 if self.writes_fail else 1)
        if self.writes_fail and not before:
            self._log.warning("store.writes_fail", reason=self.writes_fail)
        elif before and not self.writes_fail:
            self._log.info("store.writes_work")

    async def _report(self) -> None:
        now_ms = self._clock.now_ms()
        for channel in self._channels.all():
            state = channel.connector.health()
            key = (channel.kind, channel.account)
            found = ChannelHealth(
                kind=channel.kind, account=channel.account, state=state.state, detail=state.detail, at_ms=now_ms
            )
            self._metrics.channel_up.labels(*key).set(1 if state.state == "ok" else 0)
            if state.last_event_at_ms is not None:
                self._metrics.channel_lag_seconds.labels(*key).set((now_ms - state.last_event_at_ms) / 1000)
            said = self._said.get(key)
            is_news = said is None or (said.state, said.detail) != (found.state, found.detail)
            if is_news or (said is not None and now_ms - said.at_ms >= _REPEAT_MS):
                await self._store.write(health.report(found))
                self._said[key] = found

    async def _read(self) -> None:
        found = await self._store.read(health.channels())
        changed = [(c.kind, c.account, c.state) for c in found] != [(c.kind, c.account, c.state) for c in self.current]
        self.current = found
        if changed:
            for listener in self._listeners:
                listener()
