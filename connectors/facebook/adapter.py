"""The Facebook connector: one page. Events in by webhook, replies out by the Graph API, health for the operator.

Made by manifest.py; the house calls what `router.connector.Connector` names. The ways are in webhook.py, take.py and
sending.py, the provider is in client.py.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

from aiohttp import web

from connectors.facebook.client import FIELDS, Client
from connectors.facebook.failures import Refused
from connectors.facebook.sending import TOKEN_REMEDY, Echoes, Sender
from connectors.facebook.settings import Settings
from connectors.facebook.take import Taker, names
from connectors.facebook.webhook import PATH, Webhook
from router.backoff import Backoff
from router.connector import (
    AuthFailed,
    Context,
    Health,
    Inlet,
    Outbound,
    Rejected,
    Retry,
    Route,
    SendOutcome,
    Unknown,
)
from router.failures import Denied, Failed, Later
from router.model.signals import Signal

_CHECK_S: Final = 9.0
_TOLD_PERCENT: Final = 80.0
"""From here on an operator is told how much is used."""
_NEEDED: Final = frozenset({"messages", "feed"})
"""Without these nothing comes in."""
State = Literal["ok", "retrying", "auth_failed", "misconfigured", "stopped"]
_WORST: Final[tuple[State, ...]] = ("auth_failed", "misconfigured", "retrying", "ok")


class FacebookConnector:
    """One page."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings, self._context, self._times = settings, context, settings.timeouts
        self._client = Client(settings, context.clock)
        echoes = Echoes()
        self._taker = Taker(self._client, settings, context, echoes)
        self._sender = Sender(self._client, settings, context.clock, echoes)
        self._webhook = Webhook(settings, context, self._taker)
        self._backoff = Backoff(context, self._times)
        self._failures = 0
        self._told: dict[str, tuple[State, str]] = {}
        """State and detail of receiving, and of sending since the last look at the page."""
        self._health = Health(state="starting", since_ms=context.clock.now_ms())

    # --- receiving -------------------------------------------------------------------------------------------------

    async def run(self, inlet: Inlet) -> None:
        """Keep the page subscribed, and look from time to time whether its token is still taken. Events are pushed.

        Meta ends the subscription of an app whose webhook has failed for an hour.
        """
        del inlet
        try:
            while True:
                try:
                    await self._client.subscribe()
                    await self._client.page_name()
                except Failed as error:
                    await self._failed(error)
                    continue
                self._failures = 0
                self._told.pop("sending", None)  # Meta is there and takes our token
                self._tell("receiving", "ok", "; ".join(names(self._taker.counted)))
                await asyncio.sleep(self._times.look_s)
        finally:
            self._changed("stopped")

    async def _failed(self, error: Failed) -> None:
        """Say what is wrong and wait."""
        if isinstance(error, Denied | Refused):
            state: State = "auth_failed" if isinstance(error, Denied) else "misconfigured"
            self._tell("receiving", state, f"{error}: {TOKEN_REMEDY}")
            await asyncio.sleep(self._times.auth_retry_s)
            return
        self._tell("receiving", "retrying", str(error))
        if isinstance(error, Later) and error.after_s:
            await asyncio.sleep(min(error.after_s, self._times.auth_retry_s))
        else:
            await self._backoff.pause(self._failures)
        self._failures += 1

    def _tell(self, what: str, state: State, detail: str = "") -> None:
        """Take note of how one of our doings is; the worse of them is how the channel is."""
        self._told[what] = (state, detail)
        self._changed(*min(self._told.values(), key=lambda told: _WORST.index(told[0])))

    def _changed(self, state: State, detail: str = "") -> None:
        """Take note of the state; a change of it is logged, a repetition is not."""
        now, before = self._context.clock.now_ms(), self._health
        if state != before.state:
            log = self._context.log.info if state in {"ok", "stopped"} else self._context.log.warning
            log(f"facebook.{state}", account=self._context.account, detail=detail or None)
        percent = self._client.used_percent
        used = f"{percent:.0f} % of the calls that Meta allows are used" if percent >= _TOLD_PERCENT else ""
        self._health = Health(
            state=state,
            detail="; ".join(filter(None, (detail, used))),
            since_ms=before.since_ms if state == before.state else now,
            answered_at_ms=now if state == "ok" else before.answered_at_ms,
        )

    # --- sending ---------------------------------------------------------------------------------------------------

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Send the reply, in as many messages as it needs; or do something to a comment."""
        outcome = await self._sender.send(outbound)
        match outcome:
            case AuthFailed():
                self._tell("sending", "auth_failed", outcome.reason)
            case Retry() | Unknown():
                self._tell("sending", "retrying", outcome.reason)
            case Rejected():
                pass  # of this one reply
            case _:
                self._tell("sending", "ok")
        return outcome

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """Look for it: in the echoes that came back, and among the newest messages and comments."""
        return await self._sender.look_up(outbound)

    async def signal(self, signal: Signal) -> None:
        """Show on Messenger that somebody writes or has read."""
        await self._sender.signal(signal)

    # --- for the operator ------------------------------------------------------------------------------------------

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """The callback address of the app: challenge and deliveries."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._webhook.handle(request, inlet)

        return (
            Route(method="GET", path=PATH, handler=self._webhook.challenge),
            Route(method="POST", path=PATH, handler=handle),
        )

    async def check(self) -> Health:
        """Ask Facebook whose token it is, and whether the page's events come to its app."""
        now = self._context.clock.now_ms()
        try:
            async with asyncio.timeout(_CHECK_S):
                name = await self._client.page_name()
                fields = await self._client.subscribed()
        except Denied as error:
            return Health(state="auth_failed", detail=f"{error}: {TOKEN_REMEDY}", since_ms=now)
        except Refused as error:
            return Health(state="misconfigured", detail=f"{error}: {TOKEN_REMEDY}", since_ms=now)
        except Failed as error:
            return Health(state="retrying", detail=str(error), since_ms=now)
        except TimeoutError:
            return Health(state="retrying", detail=f"no answer within {_CHECK_S:g} s", since_ms=now)
        detail = "; ".join([name, *names(self._taker.counted)])
        missing = sorted(set(FIELDS) - fields)
        if _NEEDED & set(missing):
            detail += f": the page is subscribed when the service starts; now {', '.join(missing)} do not come here"
        return Health(state="ok", detail=detail, since_ms=now)

    def health(self) -> Health:
        """How it went last."""
        return self._health

    async def close(self) -> None:
        """Close the connections to Facebook."""
        await self._client.close()
