"""The mail connector: one account, IMAP in, SMTP out, health for the operator.

Made by manifest.py; the house calls what `router.connector.Connector` names. The ways of the two protocols are in
imap.py, receive.py and smtp.py.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final, Literal

from connectors.email.imap import Busy, ConnectionLost, LoginRefused, ServerRefused, Session, quoted
from connectors.email.receive import Receiver
from connectors.email.render import is_address, message_id, render
from connectors.email.settings import Settings
from connectors.email.smtp import Sender
from router.connector import (
    AuthFailed,
    Context,
    Health,
    Inlet,
    Outbound,
    Rejected,
    Route,
    SendOutcome,
    Sent,
    Unknown,
)
from router.model.errors import ConfigError

_CHECK_S: Final = 10.0
_FOLDER_S: Final = 15.0
"""For the copy in the sent folder, or the look into it."""
_BUSY_ATTEMPT: Final = 5
"""A server that is full is asked again as if it had failed so often already."""


class EmailConnector:
    """One mail account."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._tls = tls_context(settings)
        self._domain = settings.address.rpartition("@")[2]
        self._sender = Sender(settings.smtp, settings.timeouts, self._domain, self._tls)
        self._failures = 0
        self._health = Health(state="starting", since_ms=context.clock.now_ms())

    # --- receiving -------------------------------------------------------------------------------------------------

    async def run(self, inlet: Inlet) -> None:
        """Receive until cancelled: one connection after another, with a growing pause after each failure."""
        receiver = Receiver(self._settings, self._context, inlet, self._heard, self._pause)
        try:
            while True:
                await self._connection(receiver)
                self._failures += 1
        finally:
            self._changed("stopped")

    async def _connection(self, receiver: Receiver) -> None:
        """One connection until it fails, and the pause after it."""
        session: Session | None = None
        try:
            session = await Session.open(self._settings.imap, self._settings.timeouts, self._tls)
            await receiver.follow(session)
        except LoginRefused as error:
            self._changed("auth_failed", f"the mail server refuses user or password: {error}")
            await asyncio.sleep(self._settings.timeouts.auth_retry_s)
        except Busy as error:
            # Sessions that it still counts as ours end by themselves; asking fast would keep it full.
            self._changed("retrying", f"the mail server takes no more logins for now: {error}")
            await self._pause(max(self._failures, _BUSY_ATTEMPT))
        except (ConnectionLost, ServerRefused) as error:
            self._changed("retrying", str(error))
            await self._pause(self._failures)
        finally:
            if session is not None:
                session.drop()

    def _heard(self) -> None:
        """The server answered."""
        self._failures = 0
        self._changed("ok")

    async def _pause(self, attempt: int) -> None:
        """Wait `retry_s` doubled `attempt` times, at most `retry_max_s`; half of it is random."""
        timeouts = self._settings.timeouts
        longest = min(timeouts.retry_s * 2.0 ** min(attempt, 30), timeouts.retry_max_s)
        # The tail of a UUIDv7 is random: the one source of randomness that a connector is given.
        share = int(self._context.ids.new().replace("-", "")[-8:], 16) / 0xFFFF_FFFF
        await asyncio.sleep(longest * (0.5 + share / 2))

    def _changed(self, state: Literal["ok", "retrying", "auth_failed", "stopped"], detail: str = "") -> None:
        """Take note of the state; a change of it is logged, a repetition is not."""
        now = self._context.clock.now_ms()
        before = self._health
        if state != before.state:
            log = self._context.log.info if state in {"ok", "stopped"} else self._context.log.warning
            log(f"mail.{state}", account=self._context.account, detail=detail or None)
        self._health = Health(
            state=state,
            detail=detail,
            since_ms=before.since_ms if state == before.state else now,
            last_event_at_ms=now if state == "ok" else before.last_event_at_ms,
        )

    # --- sending ---------------------------------------------------------------------------------------------------

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Hand the mail to the SMTP server, and a copy to the sent folder where one is configured."""
        if not is_address(outbound.to):
            return Rejected(reason="the recipient is no mail address")
        mail = render(outbound, self._settings.address)
        outcome = await self._sender.send("" if outbound.automatic else self._settings.address, outbound.to, mail)
        if isinstance(outcome, Sent):
            await self._keep_copy(mail)
            return Sent(provider_id=message_id(outbound.key, self._domain))
        return outcome

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """Look for the Message-ID in the sent folder; else unknown: sending again with the same id is harmless."""
        folder = self._settings.imap.sent_folder
        if folder is None:
            return Unknown(reason="no sent_folder is configured to look in")
        wanted = message_id(outbound.key, self._domain)
        try:
            async with asyncio.timeout(_FOLDER_S):
                session = await Session.open(self._settings.imap, self._settings.timeouts, self._tls, folder=folder)
                try:
                    found = await session.search(f"HEADER Message-ID {quoted(wanted)}")
                finally:
                    await session.close()
        except (ConnectionLost, ServerRefused, LoginRefused, Busy, TimeoutError) as error:
            return Unknown(reason=f"the sent folder cannot be read: {error}")
        # Its absence proves nothing: the copy is made after the mail was handed over.
        return Sent(provider_id=wanted) if found else Unknown(reason="not in the sent folder")

    async def _keep_copy(self, mail: bytes) -> None:
        """Best effort: the mail has left, whatever becomes of the copy."""
        folder = self._settings.imap.sent_folder
        if folder is None:
            return
        try:
            async with asyncio.timeout(_FOLDER_S):
                session = await Session.open(self._settings.imap, self._settings.timeouts, self._tls)
                try:
                    await session.append(folder, mail)
                finally:
                    await session.close()
        except (ConnectionLost, ServerRefused, LoginRefused, Busy, TimeoutError) as error:
            self._context.log.warning("mail.copy_failed", account=self._context.account, detail=str(error))

    # --- for the operator ------------------------------------------------------------------------------------------

    def routes(self, inlet: Inlet) -> Sequence[Route]:  # noqa: ARG002 -- mail has no pages
        """Mail is pulled: no routes."""
        return ()

    async def check(self) -> Health:
        """Log in to both servers, the way the running channel does."""
        now = self._context.clock.now_ms()
        try:
            async with asyncio.timeout(_CHECK_S):
                session = await Session.open(self._settings.imap, self._settings.timeouts, self._tls)
                await session.close()
                outcome = await self._sender.probe()
        except LoginRefused as error:
            return Health(state="auth_failed", detail=f"IMAP: {error}", since_ms=now)
        except ServerRefused as error:
            return Health(state="misconfigured", detail=f"IMAP folder: {error}", since_ms=now)
        except (ConnectionLost, Busy) as error:
            return Health(state="retrying", detail=f"IMAP: {error}", since_ms=now)
        except TimeoutError:
            return Health(state="retrying", detail=f"no answer within {_CHECK_S:g} s", since_ms=now)
        match outcome:
            case Sent():
                return Health(state="ok", detail="IMAP and SMTP take the login", since_ms=now)
            case AuthFailed(reason=reason):
                return Health(state="auth_failed", detail=f"SMTP: {reason}", since_ms=now)
            case _:
                return Health(state="retrying", detail=f"SMTP: {outcome.reason}", since_ms=now)

    def health(self) -> Health:
        """How receiving is right now."""
        return self._health

    async def close(self) -> None:
        """Release the SMTP connection; the IMAP one ended with `run`."""
        await self._sender.close()


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """One context for both servers, or None when neither speaks TLS. Raises ConfigError for a bad `ca_file`."""
    if settings.imap.tls == settings.smtp.tls == "none":
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError(f"ca_file: {settings.ca_file!r} cannot be read as PEM certificates: {error}") from error
