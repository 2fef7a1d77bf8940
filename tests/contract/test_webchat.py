"""The web chat over real sockets: acknowledged after commit, resumed by position, nobody sees another's words."""

import asyncio
import hashlib
import hmac
import json

import aiohttp
import msgspec
import pytest

from connectors.webchat.frames import AppUser, Hello, Message
from connectors.webchat.manifest import MANIFEST
from connectors.webchat.pages import Pages
from connectors.webchat.simulator import Closed, VisitorClient
from router.clock import SystemClock, TimedIds
from router.config import ChannelConfig
from router.connector import Outbound, Sent
from router.discovery import settings_of
from router.model.errors import ConfigError
from tests.servers.chat_house import ChatHouse, ChatServer, running_chat

SECRET = "an identity secret of 32 or more"
RECEIPT = "We have your message. Your ticket is T-1001.\nAn agent answers within 10 minutes."


@pytest.fixture
async def house():
    return ChatHouse(receipt=RECEIPT)


@pytest.fixture
async def chat(house):
    settings = {"identity_secret": SECRET, "allowed_origins": ["https://shop.example"], "messages_per_minute": 1_000}
    async with running_chat(house, settings) as server:
        yield server


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


def visitor_of(chat: ChatServer, http: aiohttp.ClientSession, **kwargs) -> VisitorClient:
    clock = SystemClock()
    return VisitorClient(http, chat.socket_url, clock, TimedIds(clock), **kwargs)


def app_user(user_id: str, secret: str = SECRET, **fields) -> AppUser:
    return AppUser(
        user_id=user_id, hmac=hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest(), **fields
    )


async def write_raw(visitor: VisitorClient, text_json: str) -> None:
    """Send a message whose text is written in JSON just so, and see it accepted."""
    message_id = TimedIds(SystemClock()).new()
    ack = visitor._acks[message_id] = asyncio.get_running_loop().create_future()
    await visitor.send_text(f'{{"type":"message","client_msg_id":"{message_id}","text":{text_json}}}')
    assert (await ack).outcome == "accepted"


async def test_a_message_is_acknowledged_and_comes_back_with_its_own_id_and_a_receipt(chat, http, house):
    async with visitor_of(chat, http) as visitor:
        ack = await visitor.write("我的币被人转走了")
        assert (ack.outcome, ack.reason) == ("accepted", None)
        await visitor.until(lambda v: len(v.messages) == 2)
    own, receipt = sorted(visitor.messages.values(), key=lambda m: m.id)
    assert (own.author, own.text, own.client_msg_id) == ("customer", "我的币被人转走了", ack.client_msg_id)
    assert (receipt.author, receipt.text, receipt.client_msg_id) == ("system", RECEIPT, None)
    (event,) = house.events.values()
    assert event.channel == "webchat"
    assert event.account == "main"
    assert event.message_id == f"{visitor.visitor}:{ack.client_msg_id}"
    assert event.thread_id is None
    assert event.visibility == "private"
    assert event.sender.id == visitor.visitor
    assert event.sender.user_id is None


async def test_no_ack_before_the_commit(chat, http, house):
    async with visitor_of(chat, http) as visitor:
        house.door.clear()
        writing = asyncio.create_task(visitor.write("wait for it"))
        await house.knocked.wait()
        assert not writing.done()
        assert not house.events
        house.door.set()
        assert (await writing).outcome == "accepted"
        assert len(house.events) == 1


async def test_an_agents_answer_is_pushed_and_its_display_reported(chat, http, house):
    async with visitor_of(chat, http) as visitor:
        await visitor.write("hello")
        reply = house.add(visitor.visitor, author="agent", author_name="Mei", text="Hi", delivery="sent")
        await visitor.until(lambda v: reply.id in v.messages)
        assert visitor.messages[reply.id].author_name == "Mei"
        await visitor.shown(reply.id)
        await visitor.until(lambda v: v.messages[reply.id].delivery == "read")
        await visitor.shown(reply.id, "not-a-message-of-theirs")
        await visitor.ping()
    assert house.marks == [(visitor.visitor, reply.id, "read")]


async def test_a_returning_visitor_gets_exactly_what_was_missed(chat, http, house):
    visitor = visitor_of(chat, http)
    async with visitor:
        await visitor.write("first")
        await visitor.until(lambda v: len(v.messages) == 2)
    seen = set(visitor.messages)
    reply = house.add(visitor.visitor, author="agent", text="while you were away", delivery="sent")
    first_id = next(m.id for m in house.thread(visitor.visitor) if m.author == "customer")
    house.change(visitor.visitor, first_id, deleted=True)
    who = visitor.visitor
    visitor.messages.clear()
    async with visitor:
        assert visitor.visitor == who
        assert set(visitor.messages) == {reply.id, first_id}
        assert visitor.messages[first_id].deleted
        assert visitor.messages[first_id].text == ""
    assert first_id in seen


async def test_a_long_thread_arrives_in_batches_without_a_gap(chat, http, house):
    visitor = visitor_of(chat, http)
    async with visitor:
        pass
    made = [house.add(visitor.visitor, author="agent", text=f"{n}", delivery="sent").id for n in range(450)]
    async with visitor:
        await visitor.until(lambda v: len(v.messages) == 450)
    assert sorted(visitor.messages) == made
    assert visitor.texts() == [f"{n}" for n in range(450)]


async def test_a_repeated_message_is_a_duplicate_also_after_reconnecting(chat, http, house):
    visitor = visitor_of(chat, http)
    async with visitor:
        ack = await visitor.write("once")
        frame = Message(client_msg_id=ack.client_msg_id.upper(), text="once")
        assert (await visitor.transmit(frame)).outcome == "duplicate"
    async with visitor:
        assert (await visitor.transmit(frame)).outcome == "duplicate"
    assert len(house.events) == 1


async def test_a_connection_lost_before_the_ack_loses_and_doubles_nothing(chat, http, house):
    visitor = visitor_of(chat, http)
    async with visitor:
        house.door.clear()
        writing = asyncio.create_task(visitor.write("in flight"))
        await house.knocked.wait()
        await visitor._socket.close()
        with pytest.raises(Closed):
            await writing
    house.door.set()
    async with visitor:
        (ack,) = await visitor.flush()
    assert ack.outcome in {"accepted", "duplicate"}
    assert not visitor.queue
    assert [event.text for event in house.events.values()] == ["in flight"]


async def test_a_store_that_is_away_leaves_the_message_with_the_client(chat, http, house):
    async with visitor_of(chat, http) as visitor:
        house.away = True
        ack = await visitor.write("keep me")
        assert (ack.outcome, ack.reason) == ("refused", "try_again")
        assert ack.client_msg_id in visitor.queue
        house.away = False
        (again,) = await visitor.flush()
        assert again.outcome == "accepted"
        assert again.client_msg_id == ack.client_msg_id
        assert not visitor.queue


async def test_hello_while_the_store_is_away_is_told_to_come_back(chat, http, house):
    house.away = True
    with pytest.raises(Closed) as refusal:
        await visitor_of(chat, http).connect()
    assert refusal.value.error.code == "try_again"
    assert refusal.value.code == 1013


async def test_a_store_that_goes_away_closes_the_push_for_a_later_return(chat, http, house):
    visitor = visitor_of(chat, http)
    async with visitor:
        await visitor.write("hi")
        await visitor.until(lambda v: len(v.messages) == 2)
        house.away = True
        house.add(visitor.visitor, author="agent", text="unreadable now", delivery="sent")
        assert (await visitor.closed()).code == 1013
    house.away = False
    async with visitor:
        assert visitor.texts("agent") == ["unreadable now"]


async def test_one_visitor_cannot_occupy_anothers_message_id(chat, http, house):
    async with visitor_of(chat, http) as one, visitor_of(chat, http) as other:
        ack = await one.write("mine")
        frame = Message(client_msg_id=ack.client_msg_id, text="not yours")
        assert (await other.transmit(frame)).outcome == "accepted"
        await other.until(lambda v: len(v.messages) == 2)
        assert other.texts("customer") == ["not yours"]
    assert len(house.events) == 2


@pytest.mark.parametrize("tampering", ["signature", "visitor", "account", "nonsense", "empty"])
async def test_a_token_that_is_not_ours_opens_nothing(chat, http, house, tampering):
    async with visitor_of(chat, http) as owner:
        await owner.write("private")
    visitor, _, signature = owner.token.rpartition(".")
    forged = {
        "signature": f"{visitor}.{'A' * len(signature)}",
        "visitor": f"{TimedIds(SystemClock()).new()}.{signature}",
        "account": f"{visitor}.{house.keys.sign('webchat-visitor', 'other:' + visitor)}",
        "nonsense": "....",
        "empty": "",
    }[tampering]
    thief = visitor_of(chat, http)
    thief.token, thief.last_seq = forged, 0
    async with thief:
        assert thief.visitor != owner.visitor
        assert not thief.messages


async def test_a_verified_app_user_is_one_person_on_every_device(chat, http, house):
    user = app_user("42", name="Ann", email="ann@example.org")
    async with visitor_of(chat, http, user=user) as phone, visitor_of(chat, http, user=user) as laptop:
        await phone.write("from the phone")
        await laptop.until(lambda v: v.texts("customer") == ["from the phone"])
        assert phone.visitor == laptop.visitor
    (event,) = house.events.values()
    assert event.sender.user_id == "42"
    assert event.sender.verified is True
    assert event.sender.name == "Ann"
    assert event.sender.email is None, "the HMAC covers the id alone; an address beside it would pass for proven"


async def test_a_shared_device_keeps_two_app_users_apart(chat, http):
    async with visitor_of(chat, http, user=app_user("ann")) as ann:
        await ann.write("Ann's secret")
    for user in (app_user("bob"), None, AppUser(user_id="ann")):
        after = visitor_of(chat, http, user=user)
        after.token = ann.token
        async with after:
            assert after.visitor != ann.visitor
            assert not after.messages


async def test_an_unproven_user_id_stays_a_claim(chat, http, house):
    async with visitor_of(chat, http, user=AppUser(user_id="42", email="ann@example.org")) as visitor:
        await visitor.write("hi")
    (event,) = house.events.values()
    assert event.sender.user_id == "42"
    assert event.sender.email == "ann@example.org"
    assert event.sender.verified is None


@pytest.mark.parametrize(
    "user", [app_user("42", secret="x" * 32), AppUser(user_id="42", hmac=""), AppUser(user_id="42", hmac="é")]
)
async def test_an_hmac_that_does_not_hold_is_refused(chat, http, user):
    with pytest.raises(Closed) as refusal:
        await visitor_of(chat, http, user=user).connect()
    assert refusal.value.error.code == "bad_identity"
    assert refusal.value.code == 1008


async def test_without_identity_secret_an_hmac_is_refused(http, house):
    async with running_chat(house) as chat:
        with pytest.raises(Closed) as refusal:
            await visitor_of(chat, http, user=app_user("42")).connect()
        assert "identity_secret" in refusal.value.error.detail


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
    async with visitor_of(chat, http) as good:
        async with visitor_of(chat, http) as bad:
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
    async with visitor_of(chat, http) as visitor:
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
    async with visitor_of(chat, http) as visitor:
        ack = await visitor.transmit(frame)
        assert (ack.outcome, ack.reason) == ("refused", reason)
        assert (await visitor.write("next one")).outcome == "accepted"
    assert len(house.events) == 1


async def test_the_longest_text_passes_however_it_is_escaped(chat, http, house):
    text = "😀" * 10_000
    async with visitor_of(chat, http) as visitor:
        await write_raw(visitor, json.dumps(text, ensure_ascii=True))
    assert [event.text for event in house.events.values()] == [text]


async def test_half_an_emoji_and_a_nul_are_replaced_not_refused_for_ever(chat, http, house):
    async with visitor_of(chat, http) as visitor:
        await write_raw(visitor, r'"a\ud83d b\u0000c \ud83d\ude00"')
    assert [event.text for event in house.events.values()] == ["a\ufffd b\ufffdc 😀"]


async def test_a_visitor_who_writes_too_fast_is_slowed_down_and_others_are_not(http, house):
    async with running_chat(house, {"messages_per_minute": 3}) as chat:
        async with visitor_of(chat, http) as hasty, visitor_of(chat, http) as other:
            acks = [await hasty.write(f"{n}") for n in range(5)]
            assert [ack.outcome for ack in acks][:3] == ["accepted"] * 3
            assert acks[-1].reason == "slow_down"
            assert acks[-1].client_msg_id in hasty.queue
            assert (await other.write("calm")).outcome == "accepted"
        again = visitor_of(chat, http)
        again.token = hasty.token
        async with again:
            assert (await again.write("reconnecting does not help")).reason == "slow_down"


async def test_connections_are_bounded_for_each_visitor_and_in_all(http, house):
    async with running_chat(house, {"connections_per_visitor": 2, "connections_max": 3}) as chat:
        one = visitor_of(chat, http)
        async with one:
            two, three = visitor_of(chat, http), visitor_of(chat, http)
            two.token = three.token = one.token
            async with two:
                with pytest.raises(Closed) as refusal:
                    await three.connect()
                assert refusal.value.error.code == "too_many_connections"
                async with visitor_of(chat, http):
                    with pytest.raises(aiohttp.WSServerHandshakeError) as full:
                        await visitor_of(chat, http).connect()
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
    ],
)
async def test_only_known_origins_connect(chat, http, origin, allowed):
    visitor = visitor_of(chat, http, origin=chat.origin if origin == "same" else origin)
    if allowed:
        async with visitor:
            assert visitor.visitor
    else:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await visitor.connect()
        assert refusal.value.status == 403


async def test_nothing_is_left_behind_when_visitors_go(chat, http, house):
    for _ in range(20):
        async with visitor_of(chat, http) as visitor:
            await visitor.write("hi")
    while house.watching or chat.connector.health().detail != "0 connected":
        await asyncio.sleep(0)
    assert not chat.connector._connections


async def test_stopping_lets_everybody_go_and_they_come_back(http, house):
    visitor = None
    async with running_chat(house) as chat:
        visitor = visitor_of(chat, http)
        await visitor.connect()
        await visitor.write("before")
        port = int(chat.origin.rpartition(":")[2])
        chat_closing = asyncio.create_task(chat.connector.close())
        assert (await visitor.closed()).code == 1001
        await chat_closing
        assert chat.connector.health().state == "stopped"
        await visitor.disconnect()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await visitor_of(chat, http).connect()
        assert refusal.value.status == 503
    async with running_chat(house, port=port), visitor:
        assert visitor.texts("customer") == ["before"]


async def test_many_visitors_at_once_each_get_their_own(chat, http, house):
    async def one(number: int) -> None:
        async with visitor_of(chat, http) as visitor:
            for part in range(5):
                assert (await visitor.write(f"{number}/{part}")).outcome == "accepted"
            await visitor.until(lambda v: len(v.texts("customer")) == 5)
            assert visitor.texts("customer") == [f"{number}/{part}" for part in range(5)]

    async with asyncio.TaskGroup() as group:
        for number in range(40):
            group.create_task(one(number))
    assert len(house.events) == 200


async def test_sending_is_done_when_the_reply_is_durable(chat):
    outbound = Outbound(
        id="o", key="k", message_id="m", thread="v", to="v", visibility="private", text="hi", created_at_ms=1
    )
    assert await chat.connector.send(outbound) == Sent()
    assert await chat.connector.reconcile(outbound) == Sent()
    assert (await chat.connector.check()).state == "ok"


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
    settings = settings_of(MANIFEST, ChannelConfig(kind="webchat", settings={"identity_secret": SECRET}))
    assert SECRET not in repr(settings)


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
    sizes = Pages("Support", 10, ()).zipped_bytes()
    assert sizes["/loader.js"] <= 3_000
    assert sum(sizes.values()) <= 20_000


def test_hello_is_what_a_browser_sends():
    sent = '{"type":"hello","v":1,"token":null,"last_seq":0,"user":null,"lang":"zh"}'
    assert msgspec.json.decode(sent, type=Hello) == Hello(v=1, lang="zh")
