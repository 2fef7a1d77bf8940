"""The Telegram connector: one bot. Updates in by long polling or webhook, replies out, health for the operator.

Made by manifest.py; the house calls what `router.connector.Connector` names. The ways are in polling.py, webhook.py and
sending.py, the provider is in client.py.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from aiohttp import web

from connectors.telegram.client import Client, Disputed
from connectors.telegram.polling import Poller
from connectors.telegram.sending import Sender
from connectors.telegram.settings import Settings
from connectors.telegram.take import Taker
from connectors.telegram.webhook import PATH, Webhook
from router.backoff import Backoff
from router.connector import AuthFailed, Context, Health, Inlet, Outbound, Route, SendOutcome, Unknown
from router.failures import Denied, Failed, Later
from router.model.signals import Signal

_CHECK_S: Final = 9.0
_DISPUTED_ATTEMPT: Final = 4
"""Where somebody else receives the updates, we ask again as if it had failed so often already."""
_TOKEN_REMEDY: Final = "give the channel the token that BotFather shows (/mybots, API Token)"  # noqa: S105
State = Literal["ok", "retrying", "auth_failed", "misconfigured", "stopped"]


class TelegramConnector:
    """One bot."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings, self._context, self._times = settings, context, settings.timeouts
        self._client = Client(settings)
        self._backoff = Backoff(context, self._times)
        self._taker = Taker(self._client, context, self._backoff)
        self._sender = Sender(self._client, context.clock)
        self._webhook = Webhook(settings, context, self._taker)
        self._failures = 0
        self._health = Health(state="starting", since_ms=context.clock.now_ms())

    # --- receiving -------------------------------------------------------------------------------------------------

    async def run(self, inlet: Inlet) -> None:
        """Receive until cancelled, with a growing pause after each failure."""
        try:
            while True:
                try:
                    await self._receive(inlet)
                except Failed as error:
                    await self._failed(error)
                    self._failures += 1
        finally:
            self._changed("stopped")

    async def _receive(self, inlet: Inlet) -> None:
        await self._taker.introduce()
        if self._settings.mode == "webhook":
            await self._keep_webhook()
        poller = Poller(self._client, self._context, self._taker, self._times, self._backoff, self._heard)
        await poller.follow(inlet)

    async def _keep_webhook(self) -> None:
        """Tell Telegram where to deliver, and look from time to time how that goes. Raises Failed."""
        url = self._webhook_url()
        secret = self._settings.webhook_secret
        assert secret is not None, "mode webhook has one"
        await self._client.set_webhook(url, secret.reveal())
        while True:
            told = await self._client.webhook()
            if told.get("url") != url:
                raise Disputed("another program has set a webhook of its own for this bot")
            self._heard(self._trouble(told))
            await asyncio.sleep(self._times.webhook_look_s)

    def _webhook_url(self) -> str:
        return f"{self._context.public_url.rstrip('/')}/channels/telegram/{self._context.account}{PATH}"

    def _trouble(self, told: dict[str, Any]) -> str:
        """What Telegram says of deliveries since the last one that worked."""
        since_ms = int(told.get("last_error_date") or 0) * 1000
        waiting = told.get("pending_update_count") or 0
        if not waiting or since_ms < (self._webhook.last_ms or self._health.since_ms):
            return ""
        return f"Telegram cannot deliver: {str(told.get('last_error_message'))[:200]}; {waiting} updates wait"

    async def _failed(self, error: Failed) -> None:
        """Say what is wrong and wait."""
        if isinstance(error, Denied):
            self._changed("auth_failed", f"{error}: {_TOKEN_REMEDY}")
            await asyncio.sleep(self._times.auth_retry_s)
            return
        if isinstance(error, Disputed):
            self._changed("misconfigured", _dispute(str(error)))
            await self._backoff.pause(max(self._failures, _DISPUTED_ATTEMPT))
            return
        self._changed("retrying", str(error))
        asked_s = error.after_s if isinstance(error, Later) else None
        if asked_s is not None:
            await asyncio.sleep(min(asked_s, self._times.auth_retry_s))
        else:
            await self._backoff.pause(self._failures)

    def _heard(self, trouble: str = "") -> None:
        """Telegram answered; `trouble` is what it complains of."""
        self._failures = 0
        self._changed("retrying" if trouble else "ok", trouble)

    def _changed(self, state: State, detail: str = "") -> None:
        """Take note of the state; a change of it is logged, a repetition is not."""
        now, before = self._context.clock.now_ms(), self._health
        if state != before.state:
            log = self._context.log.info if state in {"ok", "stopped"} else self._context.log.warning
            log(f"telegram.{state}", account=self._context.account, detail=detail or None)
        self._health = Health(
            state=state,
            detail=detail,
            since_ms=before.since_ms if state == before.state else now,
            answered_at_ms=now if state == "ok" else before.answered_at_ms,
        )

    # --- sending ---------------------------------------------------------------------------------------------------

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Send the reply, in as many messages as it needs; correct one, or delete a group's post."""
        outcome = await self._sender.send(outbound)
        if isinstance(outcome, AuthFailed):
            self._changed("auth_failed", outcome.reason)
        return outcome

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """A bot cannot read what it wrote: whether it arrived is for a person to find out."""
        del outbound
        return Unknown(reason="a bot cannot look up what it has sent; look into the chat, or ask the customer")

    async def signal(self, signal: Signal) -> None:
        """Show that somebody writes."""
        await self._sender.signal(signal)

    # --- for the operator ------------------------------------------------------------------------------------------

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """The webhook, where that is how updates come."""
        if self._settings.mode != "webhook":
            return ()

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._webhook.handle(request, inlet)

        return (Route(method="POST", path=PATH, handler=handle),)

    async def check(self) -> Health:
        """Ask Telegram who we are, and whether updates come the way that is configured."""
        now = self._context.clock.now_ms()
        try:
            async with asyncio.timeout(_CHECK_S):
                name = await self._client.me()
                told = await self._client.webhook()
        except Denied as error:
            return Health(state="auth_failed", detail=f"{error}: {_TOKEN_REMEDY}", since_ms=now)
        except Failed as error:
            return Health(state="retrying", detail=str(error), since_ms=now)
        except TimeoutError:
            return Health(state="retrying", detail=f"no answer within {_CHECK_S:g} s", since_ms=now)
        url = str(told.get("url") or "")
        if self._settings.mode == "polling" and url:
            return Health(state="misconfigured", detail=_dispute(f"webhook at {urlsplit(url).netloc}"), since_ms=now)
        waiting = told.get("pending_update_count") or 0
        if self._settings.mode == "webhook" and url != self._webhook_url():
            detail = (
                f"@{name}: the webhook is set when the service starts; now it is at {urlsplit(url).netloc or 'none'}"
            )
            return Health(state="ok" if not url else "misconfigured", detail=detail, since_ms=now)
        return Health(state="ok", detail=f"@{name}, {waiting} updates wait", since_ms=now)

    def health(self) -> Health:
        """How receiving is right now."""
        return self._health

    async def close(self) -> None:
        """Close the connections to Telegram."""
        await self._client.close()


def _dispute(said: str) -> str:
    """What Telegram says of somebody else, and what to do."""
    if "webhook" in said.lower():
        return f"{said}: this bot's updates go to a webhook; delete it (deleteWebhook), or set mode: webhook"
    return f"{said}: stop the other program that uses this token, or revoke the token and give this channel the new one"
