"""The simulated mail server: start it, deliver into it, read its mailboxes, let it fail on command."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final, Self

from connectors.email.simulator.imap import LINE_BYTES_MAX, ImapSession
from connectors.email.simulator.mailboxes import Folder, Mail, Mailboxes
from connectors.email.simulator.smtp import Handler
from router.model.sources import Clock

HOST: Final = "127.0.0.1"


class MailServer:
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
        self.clock = clock
        self.accounts = {address.lower(): password for address, password in accounts.items()}
        self.mailboxes = Mailboxes(directory)
        self.imap_port = imap_port
        self.smtp_port = smtp_port
        self._faults: dict[str, deque[str]] = {}
        self._sizes: dict[int, int] = {}
        self._sessions: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._servers: list[asyncio.Server] = []

    # --- what tests and the demo do --------------------------------------------------------------------------------

    def deliver(self, raw: bytes, address: str) -> Mail:
        """Put a mail into a mailbox, as its server would; durable on return when there is a directory."""
        return self.inbox(address).add(raw, self.clock.now_ms())

    def inbox(self, address: str) -> Folder:
        """The folder that mail to `address` arrives in."""
        return self.mailboxes.folder(address)

    def mailbox(self, address: str) -> list[bytes]:
        """Everything in the inbox of `address`, oldest first."""
        return [mail.raw for mail in self.inbox(address).mails.values()]

    async def wait_for(self, address: str, count: int) -> list[bytes]:
        """The inbox of `address` once it holds `count` mails."""
        folder = self.inbox(address)
        with folder.watched() as changed:
            while len(folder.mails) < count:
                changed.clear()
                await changed.wait()
        return self.mailbox(address)

    def script(self, point: str, *faults: str) -> None:
        """What happens at the next passages of `point`, in order.

        Points: `imap.<command>`, `smtp.mail`, `smtp.rcpt`, `smtp.data`. A fault is the reply to give ("NO [LIMIT] too
        many", "451 4.3.0 busy"), `drop` (cut the connection), `pass` (let this one go), or for `smtp.data` also `lose`
        (take the mail, then cut the connection).
        """
        self._faults.setdefault(point, deque()).extend(faults)

    def announce(self, mail: Mail, size: int) -> None:
        """Let RFC822.SIZE of a mail be `size`."""
        self._sizes[id(mail)] = size

    def drop_sessions(self) -> None:
        """Cut every IMAP connection."""
        for writer in self._sessions.values():
            writer.transport.abort()

    # --- what the sessions ask -------------------------------------------------------------------------------------

    def next_fault(self, point: str) -> str | None:
        """The fault to play now, if one is scripted."""
        waiting = self._faults.get(point)
        fault = waiting.popleft() if waiting else None
        return None if fault == "pass" else fault

    def announced_size(self, mail: Mail) -> int:
        """What RFC822.SIZE says."""
        return self._sizes.get(id(mail), len(mail.raw))

    # --- life ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen; the ports are known afterwards and stay the same over a restart."""
        loop = asyncio.get_running_loop()
        imap = await asyncio.start_server(self._session, HOST, self.imap_port, limit=LINE_BYTES_MAX)
        self._servers.append(imap)
        smtp = await loop.create_server(Handler(self).protocol, HOST, self.smtp_port)
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


@contextlib.asynccontextmanager
async def running(clock: Clock, accounts: Mapping[str, str]) -> AsyncIterator[MailServer]:
    """A started server in memory."""
    async with MailServer(clock, accounts) as server:
        yield server
