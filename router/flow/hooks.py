"""The webhook worker: sends word of decisions to the receivers that rules name, signed, in order for each ticket."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from router.bus import Bus
from router.core.hooks import HookOutcome, after_hook
from router.core.pages import is_given_up
from router.flow import rounds
from router.flow.rulebook import Rulebook
from router.flow.signed import NotCalled, Place, Reply, SignedCalls
from router.model.errors import StoreUnavailable
from router.model.limits import SEND_LEASE_MS
from router.model.sources import Clock
from router.model.tables import HookEntry
from router.store import hooks
from router.store.hooks import ClaimedHook
from router.store.script import Store
from router.telemetry import Logger, Metrics, why

_POLL_S = 1.0
_TIMEOUT_S = 10.0
_CONCURRENCY = 8


class HookWorker:
    """Sends what waits for webhooks."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        rulebook: Rulebook,
        calls: SignedCalls,
        clock: Clock,
        jitter: Callable[[], float],
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._rulebook, self._calls = store, bus, rulebook, calls
        self._clock, self._jitter, self._metrics, self._log = clock, jitter, metrics, log

    async def run(self) -> None:
        """Work until cancelled; each webhook by itself, so that a slow receiver holds up nobody else's words, and each
        word by itself, so that one that is not answered holds up its own ticket's alone."""
        watch = self._bus.watch("outbox")
        working: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                working = {name: task for name, task in working.items() if not task.done()}
                try:
                    for name in await self._store.read(hooks.due(now_ms=self._clock.now_ms())):
                        if name not in working:
                            working[name] = asyncio.create_task(self._work(name), name=f"hooks:{name}")
                except StoreUnavailable as error:
                    self._log.warning("hooks.store_unavailable", **why(error))
                await watch.wait(_POLL_S)
        finally:
            watch.close()
            for task in working.values():
                task.cancel()
            await asyncio.gather(*working.values(), return_exceptions=True)

    async def run_once(self) -> int:
        """One round of every webhook, for tests; how many rows it worked."""
        names = await self._store.read(hooks.due(now_ms=self._clock.now_ms()))
        return sum(await asyncio.gather(*map(self._round, names)))

    async def _work(self, webhook: str) -> None:
        try:
            claim = partial(self._claim, webhook)
            await rounds.stream("hooks", claim, self._deliver, slots=_CONCURRENCY, bus=self._bus, log=self._log)
        except Exception as error:  # noqa: BLE001 -- nobody waits for this task, and it is begun anew while words are due
            self._log.error("hooks.failed", webhook=webhook, **why(error))

    async def _round(self, webhook: str) -> int:
        """Claim and send what is due for one webhook; how many rows it worked."""
        claimed = await self._claim(webhook, _CONCURRENCY)
        await asyncio.gather(*map(self._deliver, claimed))
        return len(claimed)

    async def _claim(self, webhook: str, limit: int) -> Sequence[ClaimedHook]:
        now_ms = self._clock.now_ms()
        return await self._store.write(hooks.claim(webhook, now_ms=now_ms, lease_ms=SEND_LEASE_MS, limit=limit))

    async def _deliver(self, item: ClaimedHook) -> None:
        outcome = await self._send(item)
        self._metrics.hooks.labels(outcome.kind).inc()
        changes = after_hook(item.entry, outcome, now_ms=self._clock.now_ms(), jitter=self._jitter())
        await rounds.settle("hooks", item.entry.id, changes, store=self._store, clock=self._clock, log=self._log)
        await self._bus.notify("events")
        if outcome.kind != "later":
            await self._bus.notify("outbox")  # the ticket's next word may go
        if is_given_up(changes) and _is_page(item.entry):
            self._metrics.pages_failed.labels("webhook").inc()

    async def _send(self, item: ClaimedHook) -> HookOutcome:
        webhook = self._rulebook.current.webhooks.get(item.entry.webhook)
        if webhook is None:
            return HookOutcome(kind="never", reason=f"the rules no longer have a webhook {item.entry.webhook}")
        place = Place(what=f"webhook {webhook.name}", url=webhook.url, secret=webhook.secret)
        try:
            async with self._calls.session(_TIMEOUT_S) as http:
                return _outcome(await self._calls.post(http, place, _body(item), item.entry.id))
        except NotCalled as error:
            return HookOutcome(kind="never" if error.forever else "later", reason=error.reason)
        except Exception as error:  # noqa: BLE001 -- one word's trouble, not the worker's: it is tried again, not for ever
            return HookOutcome(kind="later", reason=rounds.unforeseen("hooks", item.entry.id, error, log=self._log))


def _is_page(entry: HookEntry) -> bool:
    word: dict[str, object] = msgspec.json.decode(bytes(entry.body))
    return word.get("type") == "page"


def _body(item: ClaimedHook) -> bytes:
    """The word with the number that its ticket got when it was committed; one that names no type is of a decision."""
    word: dict[str, object] = msgspec.json.decode(bytes(item.entry.body))
    return msgspec.json.encode({"type": "decision", "ticket": f"T-{item.ticket_number}", **word})


def _outcome(reply: Reply) -> HookOutcome:
    if 200 <= reply.status < 300:
        return HookOutcome(kind="sent")
    reason = f"the webhook answered {reply.status}"
    if reply.is_for_now:
        return HookOutcome(kind="later", reason=reason, after_ms=reply.retry_after_ms)
    return HookOutcome(kind="never", reason=reason)
