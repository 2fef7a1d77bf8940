"""How the house is: health checks, the gauges that are read when asked, and the status line of the inbox."""

import asyncio

from aiohttp import web

from router.bus import Bus
from router.flow.channels import Channels
from router.flow.feed import Feed
from router.flow.rulebook import Rulebook
from router.model.errors import StoreUnavailable
from router.model.ids import AgentId
from router.model.sources import Clock
from router.store import events as store_events
from router.store import inbox
from router.store.script import Store
from router.telemetry import Metrics
from router.web.problems import answer, problem

_READY_S = 3.0


class Status:
    """Answers what everybody asks."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        channels: Channels,
        rulebook: Rulebook,
        feed: Feed,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._store, self._bus, self._channels, self._rulebook = store, bus, channels, rulebook
        self._feed, self._metrics, self._clock = feed, metrics, clock

    def snapshot(self) -> dict[str, object]:
        """Rules, channels and the newest event, for the inbox."""
        rules = self._rulebook.status
        error = {"problems": rules.problems, "at_ms": rules.failed_at_ms} if rules.problems else None
        channels = []
        for channel in self._channels.all():
            health = channel.connector.health()
            channels.append(
                {"kind": channel.kind, "account": channel.account, "state": health.state, "detail": health.detail}
            )
        return {
            "rules": {"version": rules.version, "hash": rules.hash, "at_ms": rules.at_ms, "error": error},
            "channels": channels,
            "bus": self._bus.healthy(),
            "last_event_id": self._feed.last_event_id,
        }

    async def queues(self, actor: AgentId) -> list[dict[str, object]]:
        """Every queue of the rules in their order, then queues that only old tickets still know."""
        counts = {count.queue: count for count in await self._store.read(inbox.queue_counts(actor))}
        specs = self._rulebook.current.queues
        names = [*specs, *(name for name in counts if name not in specs)]
        listed: list[dict[str, object]] = []
        for name in names:
            count = counts.get(name)
            listed.append(
                {
                    "name": name,
                    "title": dict(specs[name].names) if name in specs else {"en": name},
                    "waiting": count.waiting if count else 0,
                    "open": count.open if count else 0,
                    "oldest_waiting_since_ms": count.oldest_waiting_since_ms if count else None,
                }
            )
        return listed

    def measure(self) -> None:
        """Bring the gauges that nobody pushes up to date."""
        now_ms = self._clock.now_ms()
        for channel in self._channels.all():
            health = channel.connector.health()
            self._metrics.channel_up.labels(channel.kind, channel.account).set(1 if health.state == "ok" else 0)
            if health.last_event_at_ms is not None:
                lag_s = (now_ms - health.last_event_at_ms) / 1000
                self._metrics.channel_lag_seconds.labels(channel.kind, channel.account).set(lag_s)

    async def healthz(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return answer({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.Response:
        """The process can do its work: the database answers. A lost bus is a delay, not a reason to stop serving."""
        try:
            async with asyncio.timeout(_READY_S):
                await self._store.read(store_events.latest_id())
        except (StoreUnavailable, TimeoutError):
            return problem(503, "not_ready", "the database does not answer")
        return answer({"status": "ready", "bus": "up" if self._bus.healthy() else "down"})
