"""Signals between processes: two that serve pages, two that deliver, PostgreSQL and Redis between them."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest

from connectors.telegram.simulator import BotApiServer, Person
from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds
from tests.e2e.desk import Desk
from tests.servers.process import free_port
from tests.servers.service import Service
from tests.servers.telegram_house import QUICK, TOKEN

PATIENCE_S = 60.0


@pytest.fixture
async def telegram():
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot"}) as server:
        yield server


@asynccontextmanager
async def running(service):
    """The house in five processes; gives the second web process's address."""
    port = free_port()
    web, *others = [
        service.worker("web"),
        service.worker("web", port=port),
        service.worker("intake,route", port=free_port()),
        *(service.worker("deliver", port=free_port()) for _ in range(2)),
    ]
    try:
        await web.start()  # the first one makes the tables
        await asyncio.gather(*(worker.start() for worker in others))
        yield f"http://127.0.0.1:{port}"
        for worker in (web, *others):
            assert await worker.stop() == 0
            assert not worker.troubles()
    finally:
        await service.end()


async def test_a_signal_reaches_the_customer_once_whichever_process_has_them(
    tmp_path, telegram, fresh_postgres, redis_server
):
    bot = {"kind": "telegram", "settings": {"token": TOKEN, "base_url": telegram.url, "timeouts": QUICK}}
    channels = [bot, {"kind": "webchat"}]
    service = Service(tmp_path, storage=fresh_postgres, bus=redis_server.url, channels=channels)
    may, clock = Person(telegram, 7731180, "阿May"), SystemClock()
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        asyncio.timeout(3 * PATIENCE_S),
        running(service) as elsewhere,
        aiohttp.ClientSession(cookie_jar=jar) as http,
    ):
        desk = await Desk.open(service, http)
        address = f"{elsewhere.replace('http', 'ws', 1)}/channels/webchat/default/ws"
        visitor = VisitorClient(http, address, clock, TimedIds(clock), signals=True)
        await may.write("我的币被人转走了")
        await may.answer()
        ticket = await desk.until("T-1001", lambda ticket: ticket["signals"])
        assert ticket["signals"] == ["typing"]
        async with visitor:
            await visitor.write("hello")
            ticket = await desk.until("T-1002", lambda ticket: ticket["signals"])
            newest = next(m["id"] for m in ticket["messages"] if m["kind"] == "inbound")
            await visitor.until(lambda v: newest in v.messages)

            async def tell(number, kind):
                address = f"{service.url}/api/v1/tickets/{number}/signals"
                async with http.post(address, json={"kind": kind}) as answer:
                    assert answer.status == 202, await answer.text()

            await tell("T-1001", "typing")
            await telegram.until(may.sees_typing)
            await tell("T-1002", "read")
            await visitor.until(lambda v: v.seen_up_to == newest)
            await tell("T-1002", "typing")
            await visitor.until(lambda v: v.writing == "mei")
            async with http.ws_connect(f"{service.url}/api/v1/feed") as feed:
                await feed.send_json({"type": "watch", "ticket": "T-1002"})
                heard = asyncio.create_task(typing(feed))
                while not (await asyncio.wait({heard}, timeout=1))[0]:
                    await visitor.type()  # as a page does while somebody types; the feed may not listen yet
                assert (await heard)["by"] == "customer"
        assert [name for name, _ in telegram.calls].count("sendchataction") == 1, "two deliver, one of them calls"


async def typing(feed):
    while (frame := await feed.receive_json())["type"] != "typing":
        pass
    return frame
