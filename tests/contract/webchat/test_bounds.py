"""The edges of the web chat: bad frames, wrong texts, too much of anything, foreign origins, bad settings."""

import asyncio
import json

import aiohttp
import msgspec
import pytest

from connectors.webchat.frames import Hello, Message
from connectors.webchat.manifest import MANIFEST
from connectors.webchat.pages import Pages
from connectors.webchat.settings import Files
from connectors.webchat.simulator import Closed, VisitorClient
from router.clock import SystemClock, TimedIds
from router.config import ChannelConfig
from router.discovery import settings_of
from router.model.errors import ConfigError
from tests.servers.chat_house import IDENTITY_SECRET, running_chat, visitor_at


async def write_raw(visitor: VisitorClient, text_json: str) -> None:
    """Send a message whose text is written in JSON just so, and see it accepted."""
    message_id = TimedIds(SystemClock()).new()
    ack = visitor._acks[message_id] = asyncio.get_running_loop().create_future()
    await visitor.send_text(f'{{"type":"message","client_msg_id":"{message_id}","text":{text_json}}}')
    assert (await ack).outcome == "accepted"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"type":"message","client_msg_id":"x","text":"y"}', "hello_first"),
        ('{"type":"hello","v":2}', "unsupported_version"),
        ('{"type":"hello"}', "bad_frame"),
        ('{"type":"hello","v":1,"last_seq":-1}', "bad_frame"),
        ('{"type":"hello","v":1,"last_seq":"1"}', "bad_frame"),
        ('{"type":"hello","v":1,"user":{"name":"no id"}}', "bad_frame"),
        ('{"type":"hello","v":1,"token":' + json.dumps("x" * 400) + "}", "bad_frame"),
        ('{"type":"subscribe"}', "bad_frame"),
        ("{}", "bad_frame"),
        ("[]", "bad_frame"),
        ("", "bad_frame"),
        ("nonsense", "bad_frame"),
        ("[" * 100_000, "bad_frame"),
    ],
)
async def test_a_bad_first_frame_is_named_and_ends_the_connection(chat, http, text, code):
    async with http.ws_connect(chat.socket_url) as socket:
        await socket.send_str(text)
        error = await socket.receive_json()
        assert error["type"] == "error"
        assert error["code"] == code
        assert error["detail"]
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1008


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"hello","v":1}',
        '{"type":"message","client_msg_id":"x"}',
        '{"type":"message","client_msg_id":"x","text":1}',
        '{"type":"shown","message_ids":' + json.dumps(["x"] * 201) + "}",
        '{"type":"nothing"}',
        "\x00",
    ],
)
async def test_a_bad_later_frame_ends_the_connection_and_leaves_others_alone(chat, http, text):
    async with visitor_at(chat, http) as good:
        async with visitor_at(chat, http) as bad:
            await bad.send_text(text)
            assert (await bad.closed()).error.code == "bad_frame"
        assert (await good.write("still here")).outcome == "accepted"


async def test_a_binary_frame_and_a_giant_one_end_the_connection(chat, http):
    async with http.ws_connect(chat.socket_url) as socket:
        await socket.send_bytes(b"{}")
        assert (await socket.receive_json())["code"] == "bad_frame"
    async with http.ws_connect(chat.socket_url) as socket:
        await socket.send_str('{"type":"message","text":"' + "x" * 200_000 + '"}')
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1009


async def test_unknown_fields_and_typing_are_taken_from_newer_clients(chat, http):
    async with visitor_at(chat, http) as visitor:
        await visitor.send_text('{"type":"typing","since":5}')
        await visitor.send_text('{"type":"pong"}')
        await visitor.ping()
        assert (await visitor.write("fine")).outcome == "accepted"


@pytest.mark.parametrize(
    ("client_msg_id", "text", "reason"),
    [
        ("not-a-uuid", "hello", "bad_id"),
        ("", "hello", "bad_id"),
        ("019c0000-0000-7000-8000-000000000000x", "hello", "bad_id"),
        ("019c0000-0000-7000-8000-000000000000", "  \n ", "empty"),
        ("019c0000-0000-7000-8000-000000000000", "x" * 10_001, "too_long"),
    ],
)
async def test_what_can_never_be_taken_is_refused_for_good(chat, http, house, client_msg_id, text, reason):
    frame = Message(client_msg_id=client_msg_id, text=text)
    async with visitor_at(chat, http) as visitor:
        ack = await visitor.transmit(frame)
        assert (ack.outcome, ack.reason) == ("refused", reason)
        assert (await visitor.write("next one")).outcome == "accepted"
    assert len(house.events) == 1


async def test_the_longest_text_passes_however_it_is_escaped(chat, http, house):
    text = "😀" * 10_000
    async with visitor_at(chat, http) as visitor:
        await write_raw(visitor, json.dumps(text, ensure_ascii=True))
    assert [event.text for event in house.events.values()] == [text]


async def test_half_an_emoji_and_a_nul_are_replaced_not_refused_for_ever(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        await write_raw(visitor, r'"a\ud83d b\u0000c \ud83d\ude00"')
    assert [event.text for event in house.events.values()] == ["a\ufffd b\ufffdc 😀"]


async def test_a_visitor_who_writes_too_fast_is_slowed_down_and_others_are_not(http, house):
    async with running_chat(house, {"messages_per_minute": 3}) as chat:
        async with visitor_at(chat, http) as hasty, visitor_at(chat, http) as other:
            acks = [await hasty.write(f"{n}") for n in range(5)]
            assert [ack.outcome for ack in acks][:3] == ["accepted"] * 3
            assert acks[-1].reason == "slow_down"
            assert acks[-1].client_msg_id in hasty.queue
            assert (await other.write("calm")).outcome == "accepted"
        again = visitor_at(chat, http)
        again.token = hasty.token
        async with again:
            assert (await again.write("reconnecting does not help")).reason == "slow_down"


async def test_a_flood_of_messages_stops_no_alarm_and_alarms_have_a_bound_of_their_own(http, house):
    async with running_chat(house, {"messages_per_minute": 1}) as chat, visitor_at(chat, http) as visitor:
        assert (await visitor.write("hello")).outcome == "accepted"
        assert (await visitor.write("hello?")).reason == "slow_down"
        acks = [await visitor.write("My wallet is being emptied", alarm=True) for _ in range(7)]
        assert [ack.outcome for ack in acks] == ["accepted"] * 6 + ["refused"]
        assert acks[-1].reason == "slow_down"


async def test_connections_are_bounded_for_each_visitor_and_in_all(http, house):
    async with running_chat(house, {"connections_per_visitor": 2, "connections_max": 3}) as chat:
        one = visitor_at(chat, http)
        async with one:
            two, three = visitor_at(chat, http), visitor_at(chat, http)
            two.token = three.token = one.token
            async with two:
                with pytest.raises(Closed) as refusal:
                    await three.connect()
                assert refusal.value.error.code == "too_many_connections"
                async with visitor_at(chat, http):
                    with pytest.raises(aiohttp.WSServerHandshakeError) as full:
                        await visitor_at(chat, http).connect()
                    assert full.value.status == 503
            async with three:
                assert three.visitor == one.visitor


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("same", True),
        ("https://shop.example", True),
        ("https://shop.example.evil.example", False),
        ("http://shop.example", False),
        ("https://evil.example", False),
        ("null", False),
        ("http://[", False),
    ],
)
async def test_only_known_origins_connect(chat, http, origin, allowed):
    visitor = visitor_at(chat, http, origin=chat.origin if origin == "same" else origin)
    if allowed:
        async with visitor:
            assert visitor.visitor
    else:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await visitor.connect()
        assert refusal.value.status == 403


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"allowed_origin": []}, "allowed_origin"),
        ({"allowed_origins": ["shop.example"]}, "no origin"),
        ({"allowed_origins": ["https://shop.example/path"]}, "no origin"),
        ({"allowed_origins": ["https://a.example; script-src *"]}, "no origin|holds a character"),
        ({"identity_secret": "short"}, "identity_secret"),
        ({"messages_per_minute": 0}, "messages_per_minute"),
        ({"title": ""}, "title"),
    ],
)
def test_bad_settings_are_named(settings, named):
    with pytest.raises(ConfigError, match=named):
        settings_of(MANIFEST, ChannelConfig(kind="webchat", settings=settings))


def test_settings_never_print_their_secret():
    settings = settings_of(MANIFEST, ChannelConfig(kind="webchat", settings={"identity_secret": IDENTITY_SECRET}))
    assert IDENTITY_SECRET not in repr(settings)


async def test_page_and_loader_carry_their_policies(http, house):
    async with running_chat(house, {"title": "<Ann's>", "allowed_origins": ["https://shop.example"]}) as chat:
        async with http.get(chat.page_url) as response:
            policy = response.headers["Content-Security-Policy"]
            page = await response.text()
        assert policy.endswith("frame-ancestors 'self' https://shop.example")
        assert "'unsafe" not in policy
        assert "&lt;Ann&#x27;s&gt;" in page
        assert "{{" not in page
        async with http.get(chat.page_url + "loader.js") as response:
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            etag = response.headers["ETag"]
        async with http.get(chat.page_url + "loader.js", headers={"If-None-Match": etag}) as response:
            assert response.status == 304
        async with http.get(chat.page_url + "../main/%2e%2e/adapter.py") as response:
            assert response.status == 404


def test_the_whole_page_stays_light():
    sizes = Pages("Support", 10, Files(), ()).zipped_bytes()
    assert sizes["/loader.js"] <= 3_000
    later = {"/files.js", "/files.css", "/filestore.js", "/posts.js", "/i18n/files/en.json", "/i18n/files/zh-CN.json"}
    last = {"/signs.js", "/signs.css", "/i18n/signs/en.json", "/i18n/signs/zh-CN.json"}
    assert sum(size for path, size in sizes.items() if path not in later | last) <= 20_000
    assert sum(sizes[path] for path in later) <= 6_500
    assert sum(sizes[path] for path in last) <= 1_600


def test_hello_is_what_a_browser_sends():
    sent = '{"type":"hello","v":1,"token":null,"last_seq":0,"user":null,"lang":"zh"}'
    assert msgspec.json.decode(sent, type=Hello) == Hello(v=1, lang="zh")
