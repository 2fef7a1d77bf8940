"""The mail connector: one account, IMAP in, SMTP out, health for the operator.

Made by manifest.py; the house calls what `router.connector.Connector` names. A folder is
followed in watch.py; the ways of the two protocols are in imap.py, receive.py and smtp.py.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from connectors.email.account import Account
from connectors.email.domains import deliverable
from connectors.email.errors import Busy, ConnectionLost, LoginRefused, ServerRefused
from connectors.email.imap import quoted
from connectors.email.render import is_address, message_id, render
from connectors.email.settings import Settings
from connectors.email.smtp import Sender
from connectors.email.watch import State, Watch
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
from router.model.limits import SEND_SECONDS_MAX

_CHECK_S: Final = 10.0
_FOLDER_S: Final = 15.0
"""For the copy in the sent folder, or the look into it."""
_WHOLE_S: Final = SEND_SECONDS_MAX - 4
"""For a mail and its copy: a caller who gave up during the copy would not know that the mail has left."""
_SEVERITY: Final = ("ok", "starting", "retrying", "auth_failed", "stopped")


class EmailConnector:
    """One mail account."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._account = Account(settings, context)
        self._domain = settings.address.rpartition("@")[2]
        self._sender = Sender(settings.smtp, settings.timeouts, self._domain, self._account)
        self._folders: dict[str, tuple[State, str]] = dict.fromkeys(settings.imap.folders, ("starting", ""))
        self._health = Health(state="starting", since_ms=context.clock.now_ms())

    # --- receiving -------------------------------------------------------------------------------------------------

    async def run(self, inlet: Inlet) -> None:
        """Receive until cancelled, each folder over a connection of its own."""
        watches = [
            Watch(self._account, self._context, inlet, folder, self._told) for folder in self._settings.imap.folders
        ]
        try:
            async with asyncio.TaskGroup() as group:
                for watch in watches:
                    group.create_task(watch.run())
        finally:
            self._changed("stopped")

    def _told(self, folder: str, state: State, detail: str) -> None:
        """A folder says how it is: the channel is as well as the worst of them."""
        several = len(self._folders) > 1
        self._folders[folder] = (state, f"{folder}: {detail}" if several and detail else detail)
        self._changed(*max(self._folders.values(), key=lambda one: _SEVERITY.index(one[0])), heard=state == "ok")

    def _changed(self, state: State, detail: str = "", *, heard: bool = False) -> None:
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
            answered_at_ms=now if heard else before.answered_at_ms,
        )

    # --- sending ---------------------------------------------------------------------------------------------------

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Hand the mail to the SMTP server, and a copy to the sent folder where one is configured."""
        if not is_address(outbound.to):
            return Rejected(reason="the recipient is no mail address")
        to = deliverable(outbound.to)
        mail, until_s = render(outbound, self._settings.address), asyncio.get_running_loop().time() + _WHOLE_S
        outcome = await self._sender.send("" if outbound.automatic else self._settings.address, to, mail)
        if isinstance(outcome, Sent):
            await self._keep_copy(mail, until_s)
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
                session = await self._account.session(folder)
                try:
                    found = await session.search(f"HEADER Message-ID {quoted(wanted)}")
                finally:
                    await session.close()
        except (ConnectionLost, ServerRefused, LoginRefused, Busy, TimeoutError) as error:
            return Unknown(reason=f"the sent folder cannot be read: {error}")
        # Its absence proves nothing: the copy is made after the mail was handed over.
        return Sent(provider_id=wanted) if found else Unknown(reason="not in the sent folder")

    async def _keep_copy(self, mail: bytes, until_s: float) -> None:
        """Best effort: the mail has left, whatever becomes of the copy."""
        folder = self._settings.imap.sent_folder
        if folder is None:
            return
        try:
            async with asyncio.timeout_at(until_s), asyncio.timeout(_FOLDER_S):
                session = await self._account.session(folder)
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
                first, *others = self._settings.imap.folders
                session = await self._account.session(first)
                try:
                    for folder in others:
                        await session.select(folder)
                finally:
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
        await self._account.close()
