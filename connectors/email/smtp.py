"""One SMTP connection per account, kept and reused; every way a send can end is one of the house's outcomes.

Called by adapter.py. Sources: RFC 5321 (4.2.1 reply codes), RFC 6409, RFC 3463; aiosmtplib 5.1.
"""

import asyncio
import contextlib
import re
from typing import Final

import aiosmtplib

from connectors.email.account import Account
from connectors.email.charsets import decode
from connectors.email.errors import Busy, LoginRefused, told
from connectors.email.settings import Smtp, Timeouts
from router.connector import AuthFailed, Rejected, Retry, SendOutcome, Sent, Unknown
from router.model.limits import SEND_SECONDS_MAX

_SEND_S: Final = SEND_SECONDS_MAX - 5
"""One whole send, its turn waited for; the caller gives up a little later."""
_TURN_S: Final = _SEND_S / 2
"""So long a mail waits for those before it; then it goes back to the house, surely unsent."""
_QUIT_S: Final = 2.0
_AUTH_CODES: Final = frozenset({530, 534, 535, 538})
_CLOSING: Final = 421
"""The server ends the connection (RFC 5321, section 3.8)."""
_USED_UP: Final = re.compile(r"\b5\.(?:4\.5|1\.90)\b|sending limit", re.IGNORECASE)
"""How servers say for good that this account has sent too much today (Gmail 5.4.5, Exchange Online 5.1.90): tomorrow it
has not, and the mail is not at fault."""
_USED_UP_S: Final = 3 * 3_600.0
"""Between two tries then: all that a reply has reach beyond a day."""
_REASON_CHARS_MAX: Final = 300
_FAILURES: Final = (aiosmtplib.SMTPException, OSError, ValueError, LoginRefused, Busy)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


class Sender:
    """Hands mails to the configured server, one after the other."""

    def __init__(self, settings: Smtp, timeouts: Timeouts, domain: str, account: Account) -> None:
        self._settings = settings
        self._timeouts = timeouts
        self._domain, self._address = domain, account.settings.address
        self._tls, self._tokens = account.tls, account.tokens
        self._lock = asyncio.Lock()
        self._client: aiosmtplib.SMTP | None = None
        self._uncertain = False
        """The content was sent and its answer has not come."""

    async def send(self, sender: str, recipient: str, mail: bytes) -> SendOutcome:
        """Deliver one mail; an empty `sender` for automatic ones (RFC 3834, section 3.3)."""
        until_s = asyncio.get_running_loop().time() + _SEND_S
        try:
            async with asyncio.timeout(_TURN_S):
                await self._lock.acquire()
        except TimeoutError:
            return Retry(reason="the mail server is slow: other mails are still being handed to it")
        try:
            return await self._in_turn(sender, recipient, mail, until_s)
        finally:
            self._lock.release()

    async def probe(self) -> SendOutcome:
        """Connect, log in, NOOP: Sent when all is well."""
        async with self._lock:
            self._uncertain = False
            try:
                client = await self._connected()
                await client.noop()
            except _FAILURES as error:
                self._drop()
                return self._failed(error)
            return Sent()

    async def close(self) -> None:
        """Say goodbye and close."""
        async with self._lock:
            if self._client is not None and self._client.is_connected:
                with contextlib.suppress(Exception):
                    await self._client.quit(timeout=_QUIT_S)
            self._drop()

    async def _in_turn(self, sender: str, recipient: str, mail: bytes, until_s: float) -> SendOutcome:
        self._uncertain = False
        try:
            async with asyncio.timeout_at(until_s):
                outcome = await self._attempt(sender, recipient, mail)
        except TimeoutError:
            outcome = self._broken(f"no answer within {_SEND_S} s")
        except BaseException:
            self._drop()
            raise
        if not isinstance(outcome, Sent):
            self._drop()
        return outcome

    async def _attempt(self, sender: str, recipient: str, mail: bytes) -> SendOutcome:
        reused = self._client is not None and self._client.is_connected
        try:
            return await self._deliver(sender, recipient, mail)
        except _FAILURES as error:
            if not reused or self._uncertain or not _is_stale(error):
                return self._failed(error)
        # A kept connection that the server had closed meanwhile: nothing was handed over, so a fresh one may try.
        self._drop()
        try:
            return await self._deliver(sender, recipient, mail)
        except _FAILURES as error:
            return self._failed(error)

    async def _deliver(self, sender: str, recipient: str, mail: bytes) -> SendOutcome:
        client = await self._connected()
        limit = client.esmtp_extensions.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < len(mail):
            return Rejected(reason=f"the mail has {len(mail)} bytes; the mail server takes {limit}")
        options = [f"SIZE={len(mail)}"] if client.supports_extension("size") else []
        encoding = "ascii"
        if not recipient.isascii():
            if not client.supports_extension("smtputf8"):
                return Rejected(reason="the mail server cannot write to addresses with letters beyond ASCII")
            options.append("SMTPUTF8")
            encoding = "utf-8"
        await self._envelope(client, sender, options)
        await client.rcpt(recipient, encoding=encoding)
        self._uncertain = True
        try:
            await client.data(mail)
        except aiosmtplib.SMTPDataError:
            self._uncertain = False  # the server has answered: it has not taken it
            raise
        self._uncertain = False
        return Sent()

    async def _envelope(self, client: aiosmtplib.SMTP, sender: str, options: list[str]) -> None:
        """Say whom it is from. Some servers (Coremail may) take no empty address: an automatic mail then has the
        account's own, which RFC 3834, section 3.3, allows; its fields keep machines from answering."""
        try:
            await client.mail(sender, options=options)
        except aiosmtplib.SMTPSenderRefused as error:
            if sender or error.code < 500:
                raise
            await client.mail(self._address, options=options)

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        settings = self._settings
        if settings.password is None and self._tokens is not None:
            await self._tokens.access()  # fetched before connecting: servers do not wait long for a login
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port_or_default,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",  # None would go on in clear where a server does not offer it
            tls_context=self._tls,
            local_hostname=self._domain,
            timeout=self._timeouts.command_s,
        )
        self._client = client
        async with asyncio.timeout(self._timeouts.connect_s):
            await client.connect()
            if client.is_ehlo_or_helo_needed:  # what the server can do is asked before the first mail
                try:
                    await client.ehlo()
                except aiosmtplib.SMTPHeloError:
                    await client.helo()
            await self._log_in(client)
        return client

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        user, password = self._settings.user, self._settings.password
        if user is None:
            return
        if password is not None or self._tokens is None:
            await client.login(user, password.reveal() if password is not None else "")
            return
        token = await self._tokens.access()
        try:
            await client.auth_xoauth2(user, token.reveal())
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code not in _AUTH_CODES:
                raise
            token = await self._tokens.access(refused=token)
            await client.auth_xoauth2(user, token.reveal())

    def _failed(self, error: Exception) -> SendOutcome:
        """The outcome for an error, by what to do about it."""
        if isinstance(error, LoginRefused):
            return AuthFailed(reason=str(error)[:_REASON_CHARS_MAX])
        if isinstance(error, aiosmtplib.SMTPResponseException) and not self._uncertain:
            reason = f"{error.code} {_words(error.message)}"[:_REASON_CHARS_MAX]
            if isinstance(error, aiosmtplib.SMTPAuthenticationError) or error.code in _AUTH_CODES:
                return AuthFailed(reason=reason) if error.code >= 500 else Retry(reason=reason)
            handed_over = isinstance(
                error, aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError
            )
            if handed_over and _USED_UP.search(reason):
                return Retry(reason=reason, after_s=_USED_UP_S)
            # A 5xx to the greeting or EHLO speaks of us and this server, not of this mail: the queue waits.
            return Rejected(reason=reason) if handed_over and error.code >= 500 else Retry(reason=reason)
        return self._broken(told(error))

    def _broken(self, reason: str) -> SendOutcome:
        reason = _words(reason)[:_REASON_CHARS_MAX]
        return Unknown(reason=reason) if self._uncertain else Retry(reason=reason)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _is_stale(error: Exception) -> bool:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return error.code == _CLOSING
    return isinstance(error, ConnectionError | aiosmtplib.SMTPTimeoutError)


def _words(said: str) -> str:
    """What a server says on one line. Some say it in the charset of their country: aiosmtplib hands over each byte that
    is no UTF-8 as half a surrogate."""
    return _CONTROL.sub(" ", decode(said.encode("utf-8", "surrogateescape"), "utf-8"))
