"""How the house is: health checks, the gauges that are read when asked, and the status line of the inbox."""

import asyncio
from functools import cache

import msgspec
from aiohttp import web

from router.bus import Bus
from router.core.channel_remarks import Translate, translator
from router.discovery import manifest_of
from router.flow.feed import Feed
from router.flow.health import HealthBoard
from router.flow.rulebook import Rulebook
from router.model.errors import ConfigError, StoreUnavailable
from router.model.ids import AgentId
from router.store import events as store_events
from router.store import inbox
from router.store.script import Store
from router.web.problems import answer, problem
from rules.problems import Problem
from rules.translation import told

_READY_S = 3.0


class Status:
    """Answers what everybody asks."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        rulebook: Rulebook,
        health: HealthBoard,
        feed: Feed,
    ) -> None:
        self._store, self._bus, self._rulebook, self._health, self._feed = store, bus, rulebook, health, feed

    def snapshot(self) -> dict[str, object]:
        """Rules, channels and the newest event, for the inbox."""
        rules = self._rulebook.status
        problems = [_in_both_languages(found) for found in rules.problems]
        error = {"problems": problems, "at_ms": rules.failed_at_ms} if problems else None
        return {
            "rules": {"version": rules.version, "hash": rules.hash, "at_ms": rules.at_ms, "error": error},
            "channels": [
                {
                    "kind": c.kind,
                    "account": c.account,
                    "state": c.state,
                    "detail": c.detail,
                    "zh": {"detail": _translator(c.kind)(c.detail)},
                    "last_event_at_ms": c.last_event_at_ms,
                    "answered_at_ms": c.answered_at_ms,
                    "quota_left": c.quota_left,
                }
                for c in self._health.current
            ],
            "actions": [
                {
                    "name": spec.name,
                    "title": dict(spec.names),
                    "approval": spec.approval,
                    "verified": spec.verified,
                    "undo": spec.undo,
                    "undoes": spec.undoes,
                }
                for spec in self._rulebook.current.actions.values()
            ],
            "context": self._rulebook.current.context is not None,
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

    async def views(self, actor: AgentId) -> dict[str, int]:
        """How many tickets each view holds for this agent."""
        return await self._store.read(inbox.view_counts(actor))

    async def healthz(self, _request: web.Request) -> web.Response:
        """The process answers."""
        return answer({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.Response:
        """The process can do its work: the database answers and takes writes. A lost bus is a delay, not a reason to
        stop serving."""
        try:
            async with asyncio.timeout(_READY_S):
                await self._store.read(store_events.latest_id())
        except (StoreUnavailable, TimeoutError):
            return problem(503, "not_ready", "the database does not answer")
        if self._health.writes_fail is not None:
            detail = f"the database answers, but takes no writes, so nothing is accepted: {self._health.writes_fail}"
            return problem(503, "not_ready", detail)
        return answer({"status": "ready", "bus": "up" if self._bus.healthy() else "down"})


@cache
def _translator(kind: str) -> Translate:
    """Of a connector kind; one that is installed nowhere here, another process runs, says what the house knows."""
    try:
        return translator(manifest_of(kind).chinese)
    except ConfigError:
        return translator({})


def _in_both_languages(found: Problem) -> dict[str, object]:
    """A mistake of the rules; whoever reads Chinese finds the sentences under `zh`."""
    spoken = told(found, "zh")
    return {**msgspec.structs.asdict(found), "zh": {"text": spoken.text, "hint": spoken.hint}}
