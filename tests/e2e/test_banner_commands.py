"""From the command line to every open chat page: a web process of its own, and a banner that comes and goes."""

import aiohttp
import pytest

from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds
from tests.servers.service import Service

KNOWN = {"en": "We know that withdrawals are slow.", "zh": "我们已知提现较慢。"}


@pytest.fixture
async def service(tmp_path):
    made = Service(tmp_path, channels=[{"kind": "webchat"}])
    yield made
    await made.end()


def told(visitor):
    return None if visitor.banners is None else [banner.texts for banner in visitor.banners]


def visitor_at(service, http):
    address = service.url.replace("http", "ws", 1) + "/channels/webchat/default/ws"
    clock = SystemClock()
    return VisitorClient(http, address, clock, TimedIds(clock), banners=True)


async def test_what_an_agent_says_from_the_command_line_is_on_every_open_page(service):
    """The pages hang on the process of the role web, in which no connector runs."""
    await service.command("migrate")
    await service.command("user", "add", "mei")
    web = service.worker("web")
    await web.start()
    incident = (await service.command("incidents", "open", "Withdrawals", "--as", "mei")).split()[0]
    async with aiohttp.ClientSession() as http, visitor_at(service, http) as early:
        await early.until(lambda v: told(v) == [])
        texts = ("--en", KNOWN["en"], "--zh", KNOWN["zh"])
        await service.command("incidents", "banner", incident, *texts, "--as", "mei")
        await early.until(lambda v: told(v) == [KNOWN])
        async with visitor_at(service, http) as late:
            await late.until(lambda v: told(v) == [KNOWN])
        await service.command("incidents", "resolve", incident, "--as", "mei")
        await early.until(lambda v: told(v) == [])
