"""STARTTLS for aioimaplib, which has none. Called by imap.py."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from aioimaplib import aioimaplib


class StartTlsClient(aioimaplib.IMAP4):  # type: ignore[misc]  # aioimaplib carries no types
    """STARTTLS (RFC 3501, section 6.2.1), which aioimaplib has not: greeting and upgrade by hand, then its protocol."""

    _LINE_BYTES_MAX: Final = 8_192

    def create_client(
        self,
        host: str,
        port: int,
        loop: asyncio.AbstractEventLoop | None,
        conn_lost_cb: Callable[[Exception | None], None] | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Called by the constructor: start connecting."""
        assert ssl_context is not None
        loop = loop or asyncio.get_running_loop()
        self.protocol = aioimaplib.IMAP4ClientProtocol(loop, conn_lost_cb)
        self._client_task = loop.create_task(self._connect(host, port, ssl_context))

    async def _connect(self, host: str, port: int, tls: ssl.SSLContext) -> None:
        reader, self._writer = await asyncio.open_connection(host, port, limit=self._LINE_BYTES_MAX)
        try:
            await self._upgrade(reader, host, tls)
        except BaseException:
            self._writer.transport.abort()  # nobody else knows of it before the protocol does
            raise

    async def _upgrade(self, reader: asyncio.StreamReader, host: str, tls: ssl.SSLContext) -> None:
        greeting = await reader.readline()
        if not greeting.startswith(b"* OK"):
            raise ConnectionError(f"unexpected greeting: {greeting[:80]!r}")
        self._writer.write(b"s1 STARTTLS\r\n")
        answer = await reader.readline()
        while answer.startswith(b"* "):
            answer = await reader.readline()
        if not answer.startswith(b"s1 OK"):
            raise ConnectionError(f"the server refused STARTTLS: {answer[:80]!r}")
        # Whatever follows the answer in clear was put there by somebody else: start_tls drops the reader's buffer.
        loop = asyncio.get_running_loop()
        transport = await loop.start_tls(self._writer.transport, self.protocol, tls, server_hostname=host)
        self.protocol.connection_made(transport)
        self.protocol.state = aioimaplib.NONAUTH
        async with self.protocol.state_condition:
            self.protocol.state_condition.notify_all()
