"""The webhook worker: sends word of decisions to the receivers that rules name, signed, in order for each ticket.

An address is looked up and checked for each call: what is not on the public internet is refused unless the
configuration names its host, so that a rules file cannot make the house knock at its own neighbours' doors.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult

from router.bus import Bus
from router.core.hooks import HookOutcome, after_hook
from router.flow.references import References
from router.flow.rulebook import Rulebook
from router.model.errors import ConfigError, Conflict, StoreUnavailable
from router.model.limits import SEND_LEASE_MS
from router.model.signing import signature
from router.model.sources import Clock
from router.store import changes as store_changes
from router.store import hooks
from router.store.hooks import ClaimedHook
from router.store.script import Store
from router.telemetry import Logger, Metrics, why

_POLL_S = 1.0
_TIMEOUT_S = 10.0
_CONCURRENCY = 8
_RETRY_AFTER_S_MAX = 3_600


class PrivateAddress(OSError):
    """A host that is not on the public internet."""


class PublicResolver(AbstractResolver):
    """Looks names up and answers with public addresses only; `allowed` hosts may be anywhere."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses that will be connected to, so that no later answer can differ. Raises PrivateAddress."""
        found = await self._names.resolve(host, port, family)
        if host not in self._allowed and not all(is_public(one["host"]) for one in found):
            raise PrivateAddress(host)
        return found

    async def close(self) -> None:
        """Nothing to let go of."""
        await self._names.close()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also behind an IPv6 form of it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)


class HookWorker:
    """Sends what waits for webhooks."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        rulebook: Rulebook,
        references: References,
        private_hosts: frozenset[str],
        clock: Clock,
        jitter: Callable[[], float],
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._rulebook, self._references = store, bus, rulebook, references
        self._private = private_hosts
        self._clock, self._jitter, self._metrics, self._log = clock, jitter, metrics, log

    async def run(self) -> None:
        """Work until cancelled; each webhook by itself, so that a slow receiver holds up nobody else's words."""
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
            while await self._round(webhook):
                pass
        except (StoreUnavailable, Conflict) as error:
            self._log.warning("hooks.store_unavailable", **why(error))

    async def _round(self, webhook: str) -> int:
        """Claim and send what is due for one webhook; how many rows it worked."""
        now_ms = self._clock.now_ms()
        claimed = await self._store.write(
            hooks.claim(webhook, now_ms=now_ms, lease_ms=SEND_LEASE_MS, limit=_CONCURRENCY)
        )
        if claimed:
            connector = aiohttp.TCPConnector(resolver=PublicResolver(self._private))
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
            # A proxy from the environment would look names up for us, and unchecked.
            async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as http:
                await asyncio.gather(*(self._deliver(item, http) for item in claimed))
            await self._bus.notify("events")
        return len(claimed)

    async def _deliver(self, item: ClaimedHook, http: aiohttp.ClientSession) -> None:
        try:
            outcome = await self._send(item, http)
        except ConfigError as error:
            outcome = HookOutcome(kind="later", reason=str(error))
        self._metrics.hooks.labels(outcome.kind).inc()
        changes = after_hook(item.entry, outcome, now_ms=self._clock.now_ms(), jitter=self._jitter())
        try:
            await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
        except (StoreUnavailable, Conflict) as error:
            # It stays `sending`, and is sent again under its key once the lease has run out.
            self._log.warning("hooks.not_settled", hook_id=item.entry.id, **why(error))

    async def _send(self, item: ClaimedHook, http: aiohttp.ClientSession) -> HookOutcome:
        webhook = self._rulebook.current.webhooks.get(item.entry.webhook)
        if webhook is None:
            return HookOutcome(kind="never", reason=f"the rules no longer have a webhook {item.entry.webhook}")
        url, secret = self._references.address(webhook), self._references.secret(webhook)
        if refused := self._refusal(url):
            return HookOutcome(kind="never", reason=refused)
        body = _body(item)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": item.entry.id,
            "Switchboard-Signature": signature(secret, self._clock.now_ms() // 1000, body),
        }
        try:
            async with http.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return _outcome(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(error, PrivateAddress) or isinstance(error.__cause__, PrivateAddress):
                return HookOutcome(kind="never", reason=_not_public(url))
            return HookOutcome(kind="later", reason=f"no answer: {type(error).__name__}")

    def _refusal(self, url: str) -> str:
        """Why an address is not called; names are looked at again as they are looked up."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return "its url is no address"
        if host in self._private:
            return "" if parts.scheme in {"http", "https"} else "its url is no address"
        if parts.scheme != "https" or not host:
            return "its url is not https"
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return ""
        return "" if is_public(host) else _not_public(url)


def _not_public(url: str) -> str:
    return f"{urlsplit(url).hostname} is not on the public internet; webhooks.private_hosts may name it"


def _body(item: ClaimedHook) -> bytes:
    """The word with the number that its ticket got when it was committed; one that names no type is of a decision."""
    word: dict[str, object] = msgspec.json.decode(bytes(item.entry.body))
    return msgspec.json.encode({"type": "decision", "ticket": f"T-{item.ticket_number}", **word})


def _outcome(response: aiohttp.ClientResponse) -> HookOutcome:
    status = response.status
    if 200 <= status < 300:
        return HookOutcome(kind="sent")
    reason = f"the webhook answered {status}"
    if status in {408, 425, 429} or status >= 500:
        asked = response.headers.get("Retry-After", "")
        after_s = min(int(asked), _RETRY_AFTER_S_MAX) if asked.isascii() and asked.isdecimal() else 0
        return HookOutcome(kind="later", reason=reason, after_ms=after_s * 1000)
    return HookOutcome(kind="never", reason=reason)
