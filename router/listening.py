"""Sockets that are listened on, and left so that nobody is left standing in the door."""

import asyncio
import socket
import ssl
from typing import Final

from aiohttp import web

_BACKLOG: Final = 1_024
_ROUNDS: Final = 3
"""Of the loop, until whoever was accepted last is a connection like the others."""


class Listener:
    """Serves an application at one address, once opened.

    A listening socket that asyncio closes in the round after it accepted somebody forgets them: neither served nor
    closed (python/cpython, issue 109564). So nobody is accepted any more first, then all are let go.
    """

    def __init__(self, app: web.Application, *, shutdown_s: float = 1.0, tls: ssl.SSLContext | None = None) -> None:
        """`shutdown_s`: how long requests under way are waited for."""
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=shutdown_s)
        self._tls = tls
        self._sockets: list[socket.socket] = []

    @property
    def port(self) -> int:
        """The port it listens on; it may have been opened with 0."""
        return int(self._sockets[0].getsockname()[1])

    async def open(self, host: str, port: int) -> None:
        """Listen at every address of the host. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        await self._runner.setup()
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            self._sockets.append(socket.create_server(address[:2], family=family, backlog=_BACKLOG))
            await web.SockSite(self._runner, self._sockets[-1], ssl_context=self._tls, backlog=_BACKLOG).start()

    async def close(self) -> None:
        """Let everybody go, and stop listening."""
        for one in self._sockets:
            asyncio.get_running_loop().remove_reader(one)
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        await self._runner.cleanup()
        self._sockets.clear()
