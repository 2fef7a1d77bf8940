"""A real SMTP server (aiosmtpd) that keeps what it accepts and fails as it is told.

It lives in the event loop of the test. Faults are scripted per message, in order, or per recipient; nothing
here sleeps: a slow server is one that is told when to go on.
"""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message the server took responsibility for."""

    mail_from: str
    rcpt_tos: list[str]
    raw: bytes
    tls: bool
    login: str | None

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.raw, policy=modern)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What happens to one message at the end of DATA."""

    reply: str | None = None
    drop: bool = False
    hold: bool = False


class _Connection(SMTP):
    """One client; its transport is kept so that the sink can cut it."""

    def __init__(self, sink: "SmtpSink", **options: Any) -> None:
        super().__init__(sink, **options)
        self._sink = sink
        self._wire: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # STARTTLS makes the connection a second time, over the first.
        if self._wire is None:
            self._wire = cast("asyncio.Transport", transport)
            self._sink.connections.add(self._wire)
            self._sink.connected += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._wire is not None:
            self._sink.connections.discard(self._wire)
        super().connection_lost(error)


@dataclass
class SmtpSink:
    """The server and everything it accepted; the fields may be changed while it runs."""

    tls: ssl.SSLContext
    users: dict[str, str] = field(default_factory=dict)
    require_auth: bool = False
    require_tls: bool = False
    utf_8: bool = True
    """It takes addresses beyond ASCII (RFC 6531)."""
    accepted: list[Accepted] = field(default_factory=list)
    refused_recipients: dict[str, str] = field(default_factory=dict)
    """Address to the reply its RCPT gets, such as "550 5.1.1 no such user"."""
    connections: set[asyncio.Transport] = field(default_factory=set)
    connected: int = 0
    failed_logins: int = 0
    host: str = "127.0.0.1"
    port: int = 0
    _faults: deque[_Fault] = field(default_factory=deque)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: asyncio.Server | None = None

    def answer_next(self, reply: str) -> None:
        """Give the next message this reply ("451 4.3.0 busy") instead of accepting it."""
        self._faults.append(_Fault(reply=reply))

    def drop_next(self) -> None:
        """Accept the next message, then cut the connection without a word."""
        self._faults.append(_Fault(drop=True))

    def hold_next(self) -> None:
        """Accept the next message, but say so only after `release`."""
        self._released.clear()
        self._faults.append(_Fault(hold=True))

    def release(self) -> None:
        """Let every held reply go."""
        self._released.set()

    async def wait_for(self, count: int) -> list[Accepted]:
        """Wait until `count` messages were accepted in all and return them."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.accepted) >= count)
        return self.accepted

    def cut(self) -> None:
        """Reset every connection."""
        for transport in list(self.connections):
            transport.abort()

    async def start(self) -> None:
        """Listen: on a new port the first time, on the same one after `stop`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse new connections and cut those there are."""
        if self._server is not None:
            self._server.close()
            self.cut()
            await self._server.wait_closed()
            self._server = None

    def _serve(self) -> SMTP:
        return _Connection(
            self,
            hostname="sink.test",
            tls_context=self.tls,
            require_starttls=self.require_tls,
            auth_required=self.require_auth,
            authenticator=self._authenticate,
            enable_SMTPUTF8=self.utf_8,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        if isinstance(data, LoginPassword):
            login, password = data.login.decode(), data.password.decode()
            if self.users.get(login) == password:
                return AuthResult(success=True, auth_data=login)
        self.failed_logins += 1
        # With its default, handled=True, aiosmtpd answers nothing at all and the client waits in vain.
        return AuthResult(success=False, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Refuse a recipient or take it."""
        refusal = self.refused_recipients.get(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Play the next fault, or accept."""
        fault = self._faults.popleft() if self._faults else _Fault()
        if fault.reply is not None:
            return fault.reply
        self.accepted.append(
            Accepted(
                mail_from=envelope.mail_from or "",
                rcpt_tos=list(envelope.rcpt_tos),
                raw=cast("bytes", envelope.content),
                tls=session.ssl is not None,
                login=cast("str | None", session.auth_data),
            )
        )
        async with self._news:
            self._news.notify_all()
        if fault.drop:
            cast("asyncio.Transport", server.transport).abort()
        if fault.hold:
            await self._released.wait()
        return "250 2.0.0 accepted"


@contextlib.asynccontextmanager
async def running_smtp(tls: ssl.SSLContext) -> AsyncIterator[SmtpSink]:
    """A started sink without users: anybody may send."""
    sink = SmtpSink(tls=tls)
    await sink.start()
    try:
        yield sink
    finally:
        sink.release()
        await sink.stop()
