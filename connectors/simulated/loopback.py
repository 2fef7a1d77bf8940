"""A server of one machine: it listens on loopback alone, and keeps its port over a restart."""

import asyncio
import ssl
from typing import Final, Self

from aiohttp import web

from connectors.simulated.world import Fault
from router.listening import Listener

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
        self._listener: Listener | None = None

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http{'' if self._tls is None else 's'}://{HOST}:{self.port}"

    async def start(self) -> None:
        """Listen; the port is known afterwards."""
        self.silent.clear()
        self._listener = Listener(self.app, shutdown_s=0.2, tls=self._tls)
        await self._listener.open(HOST, self.port)
        self.port = self._listener.port
        self._begin()

    async def stop(self) -> None:
        """Stop listening and whatever else runs."""
        self.silent.set()
        await self._end()
        if self._listener is not None:
            await self._listener.close()
            self._listener = None

    def _begin(self) -> None:
        """Once it listens."""

    async def _end(self) -> None:
        """Before it stops listening."""

    async def play(self, request: web.Request, fault: Fault) -> web.Response:
        """Answer as a fault has it, or not at all."""
        if fault.how == "reset_before":
            return reset(request)
        if fault.how == "silence":
            await self.silent.wait()
        headers = {"Content-Type": fault.content_type, **fault.headers}
        return web.Response(status=fault.status, body=fault.body, headers=headers)

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
