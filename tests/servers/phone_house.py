"""A house for the phone connector, with a socket that the telephone network calls, and what its tests share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
from aiohttp import web

from connectors.phone.adapter import PhoneConnector
from connectors.phone.manifest import MANIFEST
from connectors.phone.simulator import Handset, PhoneServer
from router.clock import SystemClock
from router.connector import Accepted, Context, Cursor, Outbound, RawEvent
from tests.servers.connector_house import ConnectorHouse, working

SID = "AC" + "1" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
OTHER_SID = "AC" + "2" * 32
OTHER_TOKEN = "fedcba9876543210fedcba9876543210"
LINE, CHINESE_LINE = "+15550100001", "+15550100002"
CALLER = "+4915550177001"
MEI, LEE, ADA = "+15550190001", "+15550190002", "+15550190003"
QUICK = {"connect_s": 30.0, "call_s": 30.0, "file_s": 30.0, "look_s": 3_600.0, "settle_s": 0.0, "retry_s": 0.01,
         "auth_retry_s": 0.2}  # fmt: skip
AGENTS = [
    {"name": "Mei", "number": MEI, "languages": ["zh"]},
    {"name": "Lee", "number": LEE},
    {"name": "Ada", "number": ADA, "languages": ["en"]},
]


def wanted(base_url: str, **changes: object) -> dict[str, object]:
    """Settings of a channel with an agent or three."""
    found: dict[str, object] = {
        "account_sid": SID, "auth_token": TOKEN, "base_url": base_url, "timeouts": QUICK, "agents": AGENTS,
        "lines": [{"number": LINE}, {"number": CHINESE_LINE, "language": "zh"}], "sms_from": LINE,
    }  # fmt: skip
    return found | changes


class PhoneHouse(ConnectorHouse):
    """Of one account: the connector's own routes behind a socket."""

    def __init__(self) -> None:
        super().__init__(MANIFEST)
        self.is_worked = True
        """Whether its queues are in their hours."""
        self.asked: list[str] = []
        """The queues whose hours were asked for."""
        self.hangs = False
        """The store neither takes nor refuses."""
        self._runner: web.AppRunner | None = None

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """One transaction, or none ever."""
        if self.hangs:
            await asyncio.Event().wait()
        return await super().accept(raws, cursor)

    def is_open(self, queue: str) -> bool:
        """Implements Hours."""
        self.asked.append(queue)
        return self.is_worked

    def context(self) -> Context:
        """With hours."""
        return msgspec.structs.replace(super().context(), hours=self)

    async def listen(self) -> None:
        """Take a port; what is mounted comes with `mount`."""
        self._handlers: dict[tuple[str, str], object] = {}
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.public_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        for route in self._routes:
            if (request.method, request.path) == (route.method, f"/channels/phone/default{route.path}"):
                return await route.handler(request)
        return web.Response(status=404)

    def mount(self, connector: PhoneConnector) -> None:
        """Answer by this connector."""
        self._routes = connector.routes(self)

    async def close(self) -> None:
        """Give the port back."""
        if self._runner is not None:
            await self._runner.cleanup()

    def texts(self) -> list[str | None]:
        """What was accepted, in order."""
        return [event.text for event in self.accepted]


@contextlib.asynccontextmanager
async def phones(house: PhoneHouse, directory: Path | None = None, **settings: object) -> AsyncIterator[PhoneServer]:
    """The telephone network, and the connector mounted at the addresses of our two numbers."""
    await house.listen()
    async with PhoneServer(SystemClock(), {SID: TOKEN, OTHER_SID: OTHER_TOKEN}, directory=directory) as network:
        connector = house.made(wanted(network.url, **settings))
        assert isinstance(connector, PhoneConnector)
        house.mount(connector)
        for number in (LINE, CHINESE_LINE):
            network.own(number, SID, f"{house.public_url}/channels/phone/default")
        network.handsets |= {number: Handset() for number in (MEI, LEE, ADA)}
        network.connector = connector  # type: ignore[attr-defined]
        try:
            yield network
        finally:
            await connector.close()
            await house.close()


async def looked(house: PhoneHouse, network: PhoneServer) -> None:
    """One look at what the provider has."""
    await network.connector._looker.look(house)  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def running(house: PhoneHouse, network: PhoneServer) -> AsyncIterator[PhoneConnector]:
    """The connector does what it does by itself, and stops in good order."""
    connector: PhoneConnector = network.connector  # type: ignore[attr-defined]
    async with working(connector, house):
        yield connector
    assert connector.health().state == "stopped"


def outbound(to: str = CALLER, text: str = "We found it.", **changes: object) -> Outbound:
    """A reply to somebody who called or wrote."""
    found: dict[str, object] = {
        "id": "o1", "key": "key-1", "message_id": "m1", "channel": "phone", "account": "default",
        "thread": f"sms:{to}", "to": to, "visibility": "private", "text": text, "created_at_ms": 5,
    }  # fmt: skip
    return Outbound(**{**found, **changes})  # type: ignore[arg-type]
