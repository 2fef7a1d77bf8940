"""An SMTP server over the simulator's mailboxes: aiosmtpd's protocol in our own event loop, no thread.

Started by server.py. A mail is stored for every recipient, durable where the mailboxes are, before it is accepted.
"""

import asyncio
import hmac
from typing import Final, cast
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from connectors.email.dates import written
from connectors.email.simulator.tokens import REFUSAL
from connectors.email.simulator.world import World
from router.model.limits import RAW_BYTES_MAX

HOSTNAME: Final = "mail.simulator.example"


class Handler:
    """The decisions of the server, by the names that aiosmtpd looks for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._connections: WeakSet[SMTP] = WeakSet()

    def protocol(self) -> SMTP:
        """A protocol for one connection."""
        connection = SMTP(
            self,
            hostname=HOSTNAME,
            enable_SMTPUTF8=True,
            data_size_limit=RAW_BYTES_MAX,
            authenticator=self._authenticate,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )
        self._connections.add(connection)
        return connection

    def cut(self) -> None:
        """End every connection."""
        for connection in self._connections:
            if connection.transport is not None:
                cast("asyncio.Transport", connection.transport).abort()

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str | None, options: list[str]
    ) -> str:
        """Our own accounts must log in to write; everybody else is the world outside."""
        fault = self._fault("smtp.mail", server)
        if fault is not None:
            return fault
        if address and address.lower() in self._world.accounts and session.auth_data != address.lower():
            return "530 5.7.0 log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender ok"

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        """Everybody has a mailbox here."""
        fault = self._fault("smtp.rcpt", server)
        if fault is not None:
            return fault
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        """Store, then accept; a `lose` fault stores and drops the connection before it says so."""
        fault = self._world.next_fault("smtp.data")
        if fault is not None and fault != "lose":
            return self._play(fault, server)
        content = cast("bytes", envelope.content)
        sender = (envelope.mail_from or "").strip("<>")
        for recipient in envelope.rcpt_tos:
            self._world.deliver(self._stamped(content, sender, recipient), recipient)
        return "250 2.0.0 accepted" if fault is None else self._play("drop", server)

    def _stamped(self, content: bytes, sender: str, recipient: str) -> bytes:
        """What a delivering server adds at the top (RFC 5321, section 4.4)."""
        date = written(self._world.clock.now_ms())
        head = (
            f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
            f"Received: from simulator by {HOSTNAME} for <{recipient}>;\r\n {date}\r\n"
        )
        return head.encode() + content

    def _fault(self, point: str, server: SMTP) -> str | None:
        fault = self._world.next_fault(point)
        return None if fault is None else self._play(fault, server)

    def _play(self, fault: str, server: SMTP) -> str:
        if fault == "drop":
            cast("asyncio.Transport", server.transport).abort()
            return "421 4.3.0 dropped"
        return fault

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """An access token, with the response in the command itself; a refusal is explained first."""
        tokens = self._world.tokens
        user = tokens.proves(args[1].encode()) if tokens is not None and len(args) == 2 else None
        if user is not None:
            return AuthResult(success=True, auth_data=user)
        await server.push(f"334 {REFUSAL}")
        answer = await server._reader.readline()  # noqa: SLF001 -- aiosmtpd decodes what it reads by `challenge_auth`
        code = "535 5.7.8 the token is not valid" if not answer.strip() else "501 5.5.2 an empty line is expected"
        await server.push(code)
        return AuthResult(success=False, handled=True)

    def _authenticate(
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,  # noqa: ARG002
        mechanism: str,  # noqa: ARG002
        data: object,
    ) -> AuthResult:
        if isinstance(data, LoginPassword):
            wanted = self._world.accounts.get(data.login.decode())
            if wanted is not None and hmac.compare_digest(wanted.encode(), data.password):
                return AuthResult(success=True, auth_data=data.login.decode())
        # With its default, handled=True, aiosmtpd answers nothing at all and the client waits in vain.
        return AuthResult(success=False, handled=False)
