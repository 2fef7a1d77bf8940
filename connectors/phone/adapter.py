"""The phone connector: calls and text messages in, text messages out, health for the operator.

Made by manifest.py; the house calls what `router.connector.Connector` names. What a caller hears is decided in menu.py,
the provider is in client.py and webhook.py.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from connectors.phone.client import Client
from connectors.phone.fetching import Fetcher
from connectors.phone.looking import Known, Looker
from connectors.phone.sending import Sender
from connectors.phone.settings import Settings
from connectors.phone.webhook import Webhooks
from router.connector import AuthFailed, Context, Health, Inlet, Outbound, Rejected, Route, SendOutcome, Sent
from router.failures import Denied, Failed, Later
from router.model.errors import Refused, StoreUnavailable

_CHECK_S: Final = 9.0
_REMEDY: Final = "give the channel the account's SID and token as the provider's console shows them"
_OWED_S: Final = 1.0
"""Between two tries to write what is owed."""
State = Literal["starting", "ok", "retrying", "auth_failed", "stopped"]


class PhoneConnector:
    """One account."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings, self._context, self._times = settings, context, settings.timeouts
        public = (settings.public_url or context.public_url).rstrip("/")
        base = f"{public}/channels/phone/{context.account}"
        known = Known()
        self._client = Client(settings)
        fetcher = Fetcher(self._client, context)
        self._webhooks = Webhooks(settings, context, fetcher, known, base)
        self._looker = Looker(self._client, settings, context, fetcher, known)
        self._sender = Sender(self._client, settings, f"{base}/sms-status")
        self._health = Health(state="starting", since_ms=context.clock.now_ms())

    # --- receiving -------------------------------------------------------------------------------------------------

    async def run(self, inlet: Inlet) -> None:
        """Look from time to time for what nobody told us, and write what is owed, until cancelled."""
        try:
            while True:
                pause_s = await self._look(inlet)
                # What is owed is somebody's alarm: it does not wait for the next look.
                while pause_s > 0:
                    await self._pay(inlet)
                    step_s = min(pause_s, _OWED_S)
                    await asyncio.sleep(step_s)
                    pause_s -= step_s
        finally:
            self._changed("stopped")

    async def _look(self, inlet: Inlet) -> float:
        """One look; the pause after it, in seconds."""
        try:
            await self._looker.look(inlet)
        except StoreUnavailable:
            return self._times.look_s  # the house says so itself; the next look begins where this one did
        except Denied as error:
            self._changed("auth_failed", f"{error}: {_REMEDY}")
            return self._times.auth_retry_s
        except Failed as error:
            self._changed("retrying", str(error))
            asked_s = error.after_s if isinstance(error, Later) else None
            return max(self._times.look_s, min(asked_s or 0.0, self._times.auth_retry_s))
        self._changed("ok")
        return self._times.look_s

    async def _pay(self, inlet: Inlet) -> None:
        try:
            await self._webhooks.pay(inlet)
        except StoreUnavailable:
            return  # tried again in a moment

    async def backfill(self, inlet: Inlet, since_ms: int) -> None:
        """Hand over what the provider has since then. Raises Refused."""
        try:
            await self._looker.bring(inlet, since_ms, self._context.clock.now_ms())
        except Failed as error:
            raise Refused("provider", str(error)) from None

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """What the provider calls."""
        return self._webhooks.routes(inlet)

    # --- sending ---------------------------------------------------------------------------------------------------

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Send the reply as a text message."""
        outcome = await self._sender.send(outbound)
        match outcome:
            case Sent() | Rejected():
                self._changed("ok")
            case AuthFailed():
                self._changed("auth_failed", outcome.reason)
            case _:
                self._changed("retrying", outcome.reason)
        return outcome

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """Look for it among the messages that were sent."""
        return await self._sender.reconcile(outbound)

    # --- for the operator ------------------------------------------------------------------------------------------

    async def check(self) -> Health:
        """Ask the provider for the account."""
        now = self._context.clock.now_ms()
        try:
            async with asyncio.timeout(_CHECK_S):
                name = await self._client.account()
        except Denied as error:
            return Health(state="auth_failed", detail=f"{error}: {_REMEDY}", since_ms=now)
        except Failed as error:
            return Health(state="retrying", detail=str(error), since_ms=now)
        except TimeoutError:
            return Health(state="retrying", detail=f"no answer within {_CHECK_S:g} s", since_ms=now)
        except msgspec.DecodeError:
            return Health(state="retrying", detail="the provider's answer cannot be read", since_ms=now)
        return Health(state="ok", detail=name, since_ms=now)

    def health(self) -> Health:
        """How it is right now."""
        at_ms = max(self._health.answered_at_ms or 0, self._webhooks.answered_at_ms or 0)
        return msgspec.structs.replace(self._health, answered_at_ms=at_ms or None)

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._client.close()

    def _changed(self, state: State, detail: str = "") -> None:
        """Take note of the state; a change of it is logged, a repetition is not."""
        before = self._health
        if state != before.state:
            log = self._context.log.info if state in {"ok", "stopped"} else self._context.log.warning
            log(f"phone.{state}", account=self._context.account, detail=detail or None)
        now_ms = self._context.clock.now_ms()
        self._health = Health(
            state=state,
            detail=detail,
            since_ms=before.since_ms if state == before.state else now_ms,
            answered_at_ms=now_ms if state == "ok" else before.answered_at_ms,
        )
