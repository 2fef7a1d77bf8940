"""An agent at work over the HTTP API, as the inbox does it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.servers.service import Service

Json = dict[str, Any]


class Feed:
    """One connected WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def until(self, kind: str) -> Json:
        """The next event of this kind, with its ticket."""
        while True:
            frame = await self._socket.receive_json()
            if frame["type"] == "event" and frame["event"]["kind"] == kind:
                return frame


class Desk:
    """A signed-in agent."""

    def __init__(self, service: Service, http: aiohttp.ClientSession) -> None:
        self._url, self._http = service.url, http
        self._keys = itertools.count(1)

    @classmethod
    async def open(cls, service: Service, http: aiohttp.ClientSession) -> "Desk":
        await service.sign_in(http)
        return cls(service, http)

    @asynccontextmanager
    async def feed(self) -> AsyncIterator[Feed]:
        """Connected and past its hello: nothing committed from here on is missed."""
        async with self._http.ws_connect(f"{self._url}/api/v1/feed") as socket:
            assert (await socket.receive_json())["type"] == "hello"
            yield Feed(socket)

    async def tickets(self, **query: str) -> Json:
        async with self._http.get(f"{self._url}/api/v1/tickets", params=query) as response:
            assert response.status == 200
            return await response.json()

    async def ticket(self, number: str) -> Json | None:
        async with self._http.get(f"{self._url}/api/v1/tickets/{number}") as response:
            return await response.json() if response.status == 200 else None

    async def until(self, number: str, condition: Callable[[Json], bool]) -> Json:
        """The ticket once it exists and is as wanted."""
        while True:
            found = await self.ticket(number)
            if found is not None and condition(found):
                return found
            await asyncio.sleep(0.1)

    async def reply(self, number: str, text: str) -> Json:
        """Answer, knowing everything that is there."""
        seen = await self.until(number, lambda _: True)
        async with self._http.post(
            f"{self._url}/api/v1/tickets/{number}/replies",
            json={"text": text, "last_seen": seen["last_seen"]},
            headers={"Idempotency-Key": f"desk-{next(self._keys)}"},
        ) as response:
            assert response.status == 201, await response.text()
            return await response.json()
