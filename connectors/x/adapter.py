"""The X connector: one account. Mentions and direct messages in by polling and webhook, replies out, health.

Made by manifest.py; the house calls what `router.connector.Connector` names. The ways are in polling.py, webhook.py and
sending.py, the provider is in client.py.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

from aiohttp import web

from connectors.x.client import Client
from connectors.x.failures import Forbidden
from connectors.x.polling import LISTS, List, Poller
from connectors.x.sending import KEYS_REMEDY, PERMISSION_REMEDY, Sender
from connectors.x.settings import Settings
from connectors.x.take import Taker
from connectors.x.upload import Uploader
from connectors.x.webhook import PATH, Webhook
from router.backoff import Backoff
from router.connector import AuthFailed, Context, Health, Inlet, Outbound, Retry, Route, SendOutcome, Sent
from router.failures import Denied, Failed, Later

_CHECK_S: Final = 9.0
State = Literal["starting", "ok", "retrying", "auth_failed", "misconfigured", "stopped"]
_WORST: Final[tuple[State, ...]] = ("auth_failed", "misconfigured", "retrying", "starting", "ok")


class XConnector:
    """One account."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings, self._context, self._times = settings, context, settings.timeouts
        self._client = Client(settings, context.clock)
        self._backoff = Backoff(context, self._times)
        self._taker = Taker(self._client, context, self._backoff)
        self._sender = Sender(self._client, Uploader(self._client, context.clock, self._times.retry_s))
        self._webhook = Webhook(settings, context, self._taker)
        self._told: dict[str, tuple[State, str]] = {}
        """State and detail of each list, and of sending once it had trouble."""
        self._health = Health(state="starting", since_ms=context.clock.now_ms())

    # --- receiving -------------------------------------------------------------------------------------------------

    async def run(self, inlet: Inlet) -> None:
        """Receive until cancelled; each list with a growing pause after its own failures."""
        self._told.clear()
        try:
            async with asyncio.TaskGroup() as group:
                for which in LISTS:
                    group.create_task(self._follow(which, inlet), name=f"x:{which}")
        finally:
            self._changed("stopped", "")

    async def _follow(self, which: List, inlet: Inlet) -> None:
        failures = 0

        def heard() -> None:
            nonlocal failures
            failures = 0
            self._told.pop("sending", None)  # X is there and takes our keys
            self._tell(which, "ok", "")

        poller = Poller(which, self._client, self._context, self._taker, self._settings, self._backoff, heard)
        while True:
            try:
                await poller.follow(inlet)
            except Failed as error:
                await self._failed(which, error, failures)
                failures += 1

    async def _failed(self, which: List, error: Failed, failures: int) -> None:
        """Say what is wrong and wait."""
        match error:
            case Denied():
                self._tell(which, "auth_failed", f"{error}: {KEYS_REMEDY}")
                await asyncio.sleep(self._times.auth_retry_s)
            case Forbidden():
                self._tell(which, "misconfigured", f"{which}: {error}: {PERMISSION_REMEDY}")
                await asyncio.sleep(self._times.auth_retry_s)
            case Later() if error.after_s is not None:
                # A window that is used up is no trouble: X says when the next one begins.
                self._tell(which, "ok", f"{which}: {error}; on again in {error.after_s:.0f} s")
                await asyncio.sleep(max(error.after_s, self._times.retry_s))
            case _:
                self._tell(which, "retrying", f"{which}: {error}")
                await self._backoff.pause(failures)

    # --- health ----------------------------------------------------------------------------------------------------

    def _tell(self, what: str, state: State, detail: str) -> None:
        """Take note of how one of our doings is; the worst of them is how the channel is."""
        self._told[what] = (state, detail)
        self._weigh()

    def _weigh(self) -> None:
        worst = min(self._told.values(), key=lambda told: _WORST.index(told[0]))
        details = dict.fromkeys(told[1] for told in self._told.values() if told[0] == worst[0] and told[1])
        self._changed(worst[0], "; ".join(details))

    def _changed(self, state: State, detail: str) -> None:
        """A change of the state is logged, a repetition is not."""
        now_ms, before = self._context.clock.now_ms(), self._health
        if state != before.state:
            log = self._context.log.info if state in {"ok", "stopped"} else self._context.log.warning
            log(f"x.{state}", account=self._context.account, detail=detail or None)
        self._health = Health(
            state=state,
            detail=detail,
            since_ms=before.since_ms if state == before.state else now_ms,
            answered_at_ms=now_ms if state == "ok" else before.answered_at_ms,
            quota_left=self._client.quota.left(now_ms),
        )

    # --- sending ---------------------------------------------------------------------------------------------------

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Send the reply, in as many posts as it needs; or hide a reply under one of our posts."""
        outcome = await self._sender.send(outbound)
        match outcome:
            case AuthFailed(reason=reason):
                self._tell("sending", "auth_failed", reason)
            case Retry(reason=reason, after_s=None):
                self._tell("sending", "retrying", reason)
            case Sent() if self._told.pop("sending", None) is not None and self._told:
                self._weigh()
            case _:
                pass
        return outcome

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """Look for it among our own posts and messages."""
        return await self._sender.reconcile(outbound)

    # --- for the operator ------------------------------------------------------------------------------------------

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """The webhook, where events are posted to us: its challenge and its deliveries."""
        if self._settings.mode != "webhook":
            return ()

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._webhook.handle(request, inlet)

        return (
            Route(method="GET", path=PATH, handler=self._webhook.challenge),
            Route(method="POST", path=PATH, handler=handle),
        )

    async def check(self) -> Health:
        """Ask X who we are."""
        now_ms = self._context.clock.now_ms()
        try:
            async with asyncio.timeout(_CHECK_S):
                name = await self._client.me()
        except Denied as error:
            return Health(state="auth_failed", detail=f"{error}: {KEYS_REMEDY}", since_ms=now_ms)
        except Forbidden as error:
            return Health(state="misconfigured", detail=f"{error}: {PERMISSION_REMEDY}", since_ms=now_ms)
        except Failed as error:
            return Health(state="retrying", detail=str(error), since_ms=now_ms)
        except TimeoutError:
            return Health(state="retrying", detail=f"no answer within {_CHECK_S:g} s", since_ms=now_ms)
        hook = f"; deliveries are expected at {self._hook()}" if self._settings.mode == "webhook" else ""
        left = self._client.quota.left(now_ms)
        return Health(state="ok", detail=f"@{name}{hook}", since_ms=now_ms, quota_left=left)

    def _hook(self) -> str:
        return f"{self._context.public_url.rstrip('/')}/channels/x/{self._context.account}{PATH}"

    def health(self) -> Health:
        """How it is right now."""
        return self._health

    async def close(self) -> None:
        """Close the connections to X."""
        await self._client.close()
