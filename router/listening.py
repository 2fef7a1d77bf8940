"""Sockets that are listened on, and left so that nobody is left standing in the door."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Iterable, Sequence
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

_BACKLOG: Final = 1_024
_ROUNDS: Final = 3
"""Of the loop, until whoever was accepted last is a connection like the others."""
_TRIES: Final = 8
"""To find a port that is free at every address of a host."""
_ABSENT: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

_NOBODY_THERE: Final = 499
"""Of an answer that nobody gets."""


def hung_up(request: web.Request, error: Exception) -> bool:
    """Whoever asked has gone, in the middle of their request or of our answer, and this is how that is told."""
    is_gone = request.transport is None or request.transport.is_closing()
    return is_gone and isinstance(error, ConnectionError | TimeoutError)


@web.middleware
async def _let_go(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raised on, aiohttp would log a failure of ours, with a traceback; of an answer it finds that nobody is there."""
    try:
        return await handler(request)
    except (ConnectionError, TimeoutError) as error:
        if not hung_up(request, error):
            raise
        return web.Response(status=_NOBODY_THERE)


class Listener:
    """Serves an application at one address, once opened.

    A listening socket that asyncio closes in the round after it accepted somebody forgets them: neither served nor
    closed (python/cpython, issue 109564). So nobody is accepted any more first, then all are let go. That somebody
    hangs up is logged nowhere: it is theirs to do.
    """

    def __init__(self, app: web.Application, *, shutdown_s: float = 1.0, tls: ssl.SSLContext | None = None) -> None:
        """`shutdown_s`: how long requests under way are waited for."""
        if _let_go not in app.middlewares:  # an application may be served again
            app.middlewares.insert(0, _let_go)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=shutdown_s)
        self._tls = tls
        self._sockets: list[socket.socket] = []

    @property
    def port(self) -> int:
        """The port it listens on; it may have been opened with 0."""
        return int(self._sockets[0].getsockname()[1])

    async def open(self, host: str, port: int) -> None:
        """Listen at every address of the host that this machine has, with one port (0: any). Raises OSError when it is
        taken, and when the host is somewhere else."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        await self._runner.setup()
        self._sockets = bound([(family, str(address[0])) for family, _, _, _, address in found], port)
        for one in self._sockets:
            await web.SockSite(self._runner, one, ssl_context=self._tls, backlog=_BACKLOG).start()

    async def close(self) -> None:
        """Let everybody go, and stop listening."""
        for one in self._sockets:
            asyncio.get_running_loop().remove_reader(one)
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        await self._runner.cleanup()
        self._sockets.clear()


def bound(places: Iterable[tuple[int, str]], port: int) -> list[socket.socket]:
    """Sockets at families and addresses, all with one port; 0 finds one that is free at each of them. Raises OSError.

    An address that this machine lacks is left out as long as another is here: `localhost` is often `::1`, too, where
    there is no IPv6.
    """
    distinct = list(dict.fromkeys(places))
    for _ in range(_TRIES if port == 0 else 0):
        with contextlib.suppress(OSError):  # taken at the second address: told below, if it stays so
            return _bound(distinct, 0)
    return _bound(distinct, port)


def _bound(places: Sequence[tuple[int, str]], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    absent: OSError | None = None
    for family, address in places:
        try:
            sockets.append(socket.create_server((address, port), family=family, backlog=_BACKLOG))
            port = sockets[0].getsockname()[1]
        except OSError as error:
            if error.errno not in _ABSENT:
                for one in sockets:
                    one.close()
                raise
            absent = error
    if absent is not None and not sockets:
        raise absent
    return sockets
