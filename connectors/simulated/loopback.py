"""A server of one machine: it listens on loopback alone, and keeps its port over a restart."""

import asyncio
import ssl
from typing import Final, Self

from aiohttp import web

HOST: Final = "127.0.0.1"


class Loopback:
    """Serves `app` once started; `async with` starts and stops it. Pages are added to the app before that.

    A simulator adds what else it runs by `_begin` and `_end`.
    """

    def __init__(self, *, port: int = 0, body_bytes_max: int = 1_048_576, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.app = web.Application(client_max_size=body_bytes_max)
        self.silent = asyncio.Event()
        """Set when those who were left without an answer may go."""
        self._tls = tls
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http{'' if self._tls is None else 's'}://{HOST}:{self.port}"

    async def start(self) -> None:
        """Listen; the port is known afterwards."""
        self.silent.clear()
        self._runner = web.AppRunner(self.app, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port, ssl_context=self._tls).start()
        self.port = self._runner.addresses[0][1]
        self._begin()

    async def stop(self) -> None:
        """Stop listening and whatever else runs."""
        self.silent.set()
        await self._end()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _begin(self) -> None:
        """Once it listens."""

    async def _end(self) -> None:
        """Before it stops listening."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def reset(request: web.Request) -> web.Response:
    """Cut the connection instead of an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
