"""A TCP proxy that fails as networks do: closes, resets, goes silent, crawls.

It stands between a client and a real server, in the event loop of the test.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from typing import Literal

Mode = Literal["pass", "blackhole", "slow", "refuse"]
_CHUNK_BYTES = 65_536
_SLOW_CHUNK_BYTES = 512
_SLOW_PAUSE_SECONDS = 0.005


class FaultProxy:
    """Forwards to one server; `mode` says how, for open and for new connections alike.

    pass: every byte at once · slow: about 100 kB/s · blackhole: takes every byte and gives none on ·
    refuse: new connections are closed at once, open ones pass.
    """

    host = "127.0.0.1"

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self._target = (target_host, target_port)
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._news = asyncio.Condition()
        self.mode: Mode = "pass"
        self.port = 0
        self.accepted = 0

    @property
    def open(self) -> int:
        """How many clients are connected now."""
        return len(self._clients)

    async def start(self) -> None:
        """Listen on a new port."""
        self._server = await asyncio.start_server(self._accept, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        if self._server is None:
            return
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def cut(self, how: Literal["fin", "rst"]) -> int:
        """End every open connection to the client, politely or by reset; return how many there were."""
        clients = list(self._clients)
        for client in clients:
            if how == "rst":
                # RFC 1122 4.2.2.13: closing with lingering time 0 sends RST instead of FIN.
                raw: socket.socket = client.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.transport.abort()
            else:
                client.close()
        async with self._news:
            await self._news.wait_for(lambda: not self._clients.intersection(clients))
        return len(clients)

    async def wait_for_connections(self, count: int) -> None:
        """Wait until `count` connections were accepted since the start."""
        async with self._news:
            await self._news.wait_for(lambda: self.accepted >= count)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "refuse":
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._clients.add(writer)
        self.accepted += 1
        async with self._news:
            self._news.notify_all()
        try:
            await self._join(reader, writer)
        except (OSError, asyncio.CancelledError):
            # An end of either side ends both; a cancel is our own stop. Neither is anybody's error.
            pass
        finally:
            writer.transport.abort()
            self._clients.discard(writer)
            self._tasks.discard(task)
            async with self._news:
                self._news.notify_all()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._target)
        pumps = [
            asyncio.create_task(self._pump(reader, up_writer)),
            asyncio.create_task(self._pump(up_reader, writer)),
            asyncio.create_task(writer.wait_closed()),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            # Before any await: `stop` may cancel us here, too.
            up_writer.close()
            writer.close()
            await asyncio.gather(*pumps, return_exceptions=True)
            with contextlib.suppress(OSError):
                await up_writer.wait_closed()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            if self.mode == "blackhole":
                continue
            if self.mode == "slow":
                for start in range(0, len(data), _SLOW_CHUNK_BYTES):
                    writer.write(data[start : start + _SLOW_CHUNK_BYTES])
                    await writer.drain()
                    await asyncio.sleep(_SLOW_PAUSE_SECONDS)
                continue
            writer.write(data)
            await writer.drain()


@contextlib.asynccontextmanager
async def running_proxy(target_port: int) -> AsyncIterator[FaultProxy]:
    """A started proxy before a loopback port."""
    proxy = FaultProxy(target_port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
