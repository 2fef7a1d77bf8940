"""How the channels are, said by the processes that run them and shown by those that serve the inbox.

Every process also tries here whether the database takes writes, for one that only answers cannot do its work, and says
whether the bus is up.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from router.bus import Bus
from router.flow.channels import Channel, Channels
from router.flow.switches import Switches
from router.model.errors import Conflict, StoreUnavailable
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
        self,
        *,
        store: Store,
        bus: Bus,
        channels: Channels,
        switches: Switches,
        runs_channels: bool,
        heard: Mapping[tuple[str, str], int],
        clock: Clock,
        metrics: Metrics,
        log: Logger,
    ) -> None:
        """`heard`: when something last came in at this process, by kind and account."""
        self._store, self._bus = store, bus
        self._channels, self._switches, self._runs = channels, switches, runs_channels
        self._heard = heard
        self._told: dict[tuple[str, str], int] = {}
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
            self._metrics.bus_up.set(1 if self._bus.healthy() else 0)
            try:
                await self.try_writing()
                if self._runs and self.writes_fail is None:
                    await self._report()
                if self.writes_fail is None:
                    await self._tell()
                await self._read()
            except (StoreUnavailable, Conflict) as error:
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
            key = (channel.kind, channel.account)
            found = self._how(channel, now_ms)
            self._measure(found)
            said = self._said.get(key)
            is_news = said is None or (said.state, said.detail) != (found.state, found.detail)
            if is_news or (said is not None and now_ms - said.at_ms >= _REPEAT_MS):
                await self._store.write(health.report(found))
                self._said[key] = found

    async def _tell(self) -> None:
        """When something last came in here, where that is news."""
        for channel in self._channels.all():
            key = (channel.kind, channel.account)
            at_ms = self._heard.get(key)
            if at_ms is not None and at_ms != self._told.get(key):
                await self._store.write(health.heard(*key, at_ms))
                self._told[key] = at_ms

    def _how(self, channel: Channel, now_ms: int) -> ChannelHealth:
        """What the connector says, under what the house knows besides."""
        said = channel.connector.health()
        state, detail = str(said.state), said.detail
        paused = self._switches.of(channel, "operator")
        refused = self._switches.of(channel, "credentials")
        name = f"{channel.kind}/{channel.account}"
        if paused is not None:
            since = datetime.fromtimestamp(paused.since_ms / 1000, UTC).isoformat(timespec="seconds")
            state, detail = "paused", f"by an operator since {since}; go on with: switchboard channels resume {name}"
        elif refused is not None or state == "auth_failed":
            reason = detail if state == "auth_failed" or refused is None else refused.detail
            state, detail = "auth_failed", "; ".join(part for part in (reason, channel.remedy) if part)
        return ChannelHealth(
            kind=channel.kind,
            account=channel.account,
            state=state,
            detail=detail,
            at_ms=now_ms,
            answered_at_ms=said.answered_at_ms,
            quota_left=said.quota_left,
        )

    def _measure(self, found: ChannelHealth) -> None:
        key = (found.kind, found.account)
        self._metrics.channel_up.labels(*key).set(1 if found.state == "ok" else 0)
        self._metrics.channel_paused.labels(*key).set(1 if found.state == "paused" else 0)
        if found.answered_at_ms is not None:
            self._metrics.channel_lag_seconds.labels(*key).set((found.at_ms - found.answered_at_ms) / 1000)
        if found.quota_left is not None:
            self._metrics.channel_quota_left.labels(*key).set(found.quota_left)

    async def _read(self) -> None:
        found = await self._store.read(health.channels())
        changed = [(c.kind, c.account, c.state) for c in found] != [(c.kind, c.account, c.state) for c in self.current]
        self.current = found
        for one in found:
            if one.last_event_at_ms is not None:
                self._metrics.channel_last_event.labels(one.kind, one.account).set(one.last_event_at_ms / 1000)
        if changed:
            for listener in self._listeners:
                listener()
