"""The web chat in the whole house on SQLite: a visitor writes and is answered; a restart loses nothing."""

import asyncio

import aiohttp

from connectors.webchat.frames import Message
from connectors.webchat.simulator import VisitorClient
from router.app import App
from router.clock import TimedIds
from router.config import ChannelConfig
from tests.servers.whole_house import answer_as_agent, running_house

WEBCHAT = ChannelConfig(kind="webchat")
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def visitor_at(app: App, http: aiohttp.ClientSession) -> VisitorClient:
    address = f"http://127.0.0.1:{app.server.port}/channels/webchat/default/ws"
    return VisitorClient(http, address, app.clock, TimedIds(app.clock))


async def test_a_visitor_writes_and_is_answered(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app, visitor_at(app, http) as visitor:
        assert (await visitor.write("我的币被人转走了")).outcome == "accepted"
        await visitor.until(lambda v: len(v.texts("system")) == 1)
        (own,) = [m for m in visitor.messages.values() if m.author == "customer"]
        assert own.text == "我的币被人转走了"
        assert own.client_msg_id is not None
        assert "T-1001" in visitor.texts("system")[0]
        reply_id = await answer_as_agent(app, "请先不要再操作。", "reply-1")
        await visitor.until(lambda v: reply_id in v.messages and v.messages[reply_id].delivery == "sent")
        assert visitor.messages[reply_id].author_name == "Mei"
        await visitor.shown(reply_id)
        await visitor.until(lambda v: v.messages[reply_id].delivery == "read")


async def test_a_restart_loses_and_doubles_nothing(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app:
        visitor = visitor_at(app, http)
        async with visitor:
            ack = await visitor.write("before the restart")
            await visitor.until(lambda v: len(v.messages) == 2)
    async with running_house(tmp_path, WEBCHAT) as app:
        again = visitor_at(app, http)
        again.token = visitor.token
        async with again:
            assert again.visitor == visitor.visitor
            assert again.texts("customer") == ["before the restart"]
            repeated = Message(client_msg_id=ack.client_msg_id, text="before the restart")
            assert (await again.transmit(repeated)).outcome == "duplicate"
            assert (await again.write("after it")).outcome == "accepted"
            await again.until(lambda v: v.texts("customer") == ["before the restart", "after it"])
            assert len(again.texts("system")) == 1, "one receipt for one ticket"


async def test_a_recovery_phrase_is_masked_before_anybody_sees_it(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app, visitor_at(app, http) as visitor:
        await visitor.write(f"they asked me for {PHRASE} and I typed it")
        await visitor.until(lambda v: len(v.texts("customer")) == 1)
        assert visitor.texts("customer") == ["they asked me for [SEED_PHRASE] and I typed it"]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"sausage" in path.read_bytes()]


async def test_two_visitors_have_two_conversations(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app, visitor_at(app, http) as one, visitor_at(app, http) as other:
        await one.write("same words")
        await other.write("same words")
        await one.until(lambda v: len(v.texts("system")) == 1)
        await other.until(lambda v: len(v.texts("system")) == 1)
        assert one.texts("system") != other.texts("system")
        assert not set(one.messages) & set(other.messages)


async def test_a_second_tab_that_was_silent_hears_of_the_first(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app:
        first, second = visitor_at(app, http), visitor_at(app, http)
        async with first:
            second.token = first.token
            async with second:
                await first.write("from the first tab")
                await second.until(lambda v: v.texts("customer") == ["from the first tab"])


async def test_when_it_last_heard_something_is_known_after_a_restart(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app, visitor_at(app, http) as visitor:
        await heard_at(app, lambda at_ms: at_ms is None)
        await visitor.write("hello")
        written_ms = app.clock.now_ms()
        first_ms = await heard_at(app, lambda at_ms: at_ms is not None)
        assert first_ms <= written_ms
    async with running_house(tmp_path, WEBCHAT) as app:
        assert await heard_at(app, lambda at_ms: at_ms is not None) == first_ms
        async with http.get(f"http://127.0.0.1:{app.server.port}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        (told,) = [line for line in lines if line.startswith("switchboard_channel_last_event") and '"webchat"' in line]
        assert float(told.split()[-1]) == first_ms / 1000


async def heard_at(app: App, is_wanted):
    """When the web chat last heard something, as the inbox is told, once that `is_wanted`."""
    while True:
        for one in app.health.current:
            if one.kind == "webchat" and is_wanted(one.last_event_at_ms):
                return one.last_event_at_ms
        await asyncio.sleep(0.05)
