"""The simulated mail server: a world of mailboxes behind an IMAP and an SMTP port of this machine."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from connectors.email.simulator.imap import LINE_BYTES_MAX, ImapSession
from connectors.email.simulator.smtp import Handler
from connectors.email.simulator.world import World
from router.model.sources import Clock

HOST: Final = "127.0.0.1"


class MailServer(World):
    """IMAP and SMTP on loopback over the same mailboxes. `async with` starts and stops it."""

    def __init__(
        self,
        clock: Clock,
        accounts: Mapping[str, str],
        *,
        directory: Path | None = None,
        imap_port: int = 0,
        smtp_port: int = 0,
    ) -> None:
        """`accounts`: address to password of those who may log in; everybody has a mailbox. Port 0: any free one."""
        super().__init__(clock, accounts, directory)
        self.imap_port = imap_port
        self.smtp_port = smtp_port
        self._smtp = Handler(self)
        self._sessions: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._servers: list[asyncio.Server] = []

    def drop_sessions(self) -> None:
        """Cut every IMAP connection."""
        for writer in self._sessions.values():
            writer.transport.abort()

    def cut(self) -> None:
        """Cut every SMTP connection."""
        self._smtp.cut()

    async def start(self) -> None:
        """Listen; the ports are known afterwards and stay the same over a restart."""
        loop = asyncio.get_running_loop()
        imap = await asyncio.start_server(self._session, HOST, self.imap_port, limit=LINE_BYTES_MAX)
        self._servers.append(imap)
        smtp = await loop.create_server(self._smtp.protocol, HOST, self.smtp_port)
        self._servers.append(smtp)
        self.imap_port = imap.sockets[0].getsockname()[1]
        self.smtp_port = smtp.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end every session."""
        for server in self._servers:
            server.close()
        sessions = list(self._sessions)
        for task in sessions:
            task.cancel()
        self._smtp.cut()
        await asyncio.gather(*sessions, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._sessions[task] = writer
        # A stop cancels the session, and that is its normal end: nobody waits for this task's result.
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await ImapSession(self, reader, writer).serve()
            finally:
                del self._sessions[task]
                writer.close()
