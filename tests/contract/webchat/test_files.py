"""Files of visitors over real sockets: whole or not at all, once, judged by content, and only of whoever is known."""

import asyncio
import json
from urllib.parse import urlsplit

import msgspec
import pytest

from connectors.webchat import posts
from connectors.webchat.frames import FRAME_BYTES_MAX, FileHead, Message, Post
from connectors.webchat.parse import Envelope, NamedFile, parse, raw_event
from connectors.webchat.simulator import NotPosted, VisitorClient
from router.clock import SystemClock
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.filekinds import MEGABYTE
from router.model.pace import HOUR_MS
from tests.servers.chat_house import app_user, running_chat, visitor_at

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
JPEG = b"\xff\xd8\xff\xe0" + bytes(1_000)
PDF = b"%PDF-1.7 a paper"
UUID = "019c0000-0000-7000-8000-000000000000"


def attached(house):
    return [
        [(file.name, file.content_type, file.data) for file in event.attachments] for event in house.events.values()
    ]


def post_of(visitor: VisitorClient, *files: tuple[str, bytes], **fields) -> tuple[Post, tuple[bytes, ...]]:
    heads = tuple(FileHead(name=name, size=len(data)) for name, data in files)
    defaults = {"v": 1, "token": visitor.token, "client_msg_id": UUID, "files": heads}
    return msgspec.convert(defaults | fields, Post), tuple(data for _, data in files)


async def raw_post(visitor: VisitorClient, body: bytes, *, announced: int | None = None) -> asyncio.StreamWriter:
    """A request as bytes, of which more may be announced than comes; whoever wants the answer reads it."""
    place = urlsplit(visitor.post_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    length = len(body) if announced is None else announced
    writer.write(
        f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {length}\r\n\r\n".encode() + body
    )
    await writer.drain()
    writer.answer = reader
    return writer


async def refused(visitor: VisitorClient, *files: tuple[str, bytes], **fields) -> tuple[str | None, object]:
    ack = await visitor.post(*post_of(visitor, *files, **fields))
    assert ack.outcome == "refused"
    return ack.reason, None if ack.file is msgspec.UNSET else ack.file


async def test_files_come_with_their_words_and_every_tab_shows_them(chat, http, house):
    visitor, other_tab = visitor_at(chat, http), visitor_at(chat, http)
    async with visitor:
        other_tab.token = visitor.token
        async with other_tab:
            ack = await visitor.write_with(
                "see here", ("shot.png", PNG), ("bill.pdf", PDF), ("log.txt", "第一行\n".encode())
            )
            assert ack.outcome == "accepted"
            await other_tab.until(lambda v: v.texts("customer") == ["see here"])
        (shown,) = [m for m in other_tab.messages.values() if m.author == "customer"]
        assert shown.client_msg_id == ack.client_msg_id
        assert [(f.name, f.content_type, f.size) for f in shown.files] == [
            ("shot.png", "image/png", len(PNG)), ("bill.pdf", "application/pdf", 16), ("log.txt", "text/plain", 10),
        ]  # fmt: skip
    assert attached(house) == [
        [
            ("shot.png", "image/png", PNG),
            ("bill.pdf", "application/pdf", PDF),
            ("log.txt", "text/plain", "第一行\n".encode()),
        ]
    ]
    (event,) = house.events.values()
    assert (event.message_id, event.text, event.language) == (
        f"{visitor.visitor}:{ack.client_msg_id}",
        "see here",
        None,
    )


@pytest.mark.parametrize(("lang", "told"), [("zh-CN", "zh"), ("en", "en"), ("fr", None), (None, None)])
async def test_a_file_without_words_says_which_language_its_page_speaks(chat, http, house, lang, told):
    async with visitor_at(chat, http, lang=lang) as visitor:
        assert (await visitor.write_with("", ("shot.png", PNG))).outcome == "accepted"
    (event,) = house.events.values()
    assert (event.text, event.language) == ("", told)


async def test_a_returning_visitor_sees_the_files_again(chat, http):
    visitor = visitor_at(chat, http)
    async with visitor:
        await visitor.write_with("", ("shot.png", PNG))
        await visitor.until(lambda v: len(v.messages) == 2)
    again = visitor_at(chat, http)
    again.token = visitor.token
    async with again:
        (file,) = next(m.files for m in again.messages.values() if m.author == "customer")
        async with http.get(chat.page_url + file.path) as got:
            assert await got.read() == PNG


@pytest.mark.parametrize(
    "data",
    [b"MZ\x90\0" + bytes(100), b"\x7fELF\x02" + bytes(20), b"PK\x03\x04 an archive", b"a\0b", b"caf\xe9 in latin-1"],
)
async def test_what_is_no_kind_of_ours_is_refused_whatever_it_is_called(chat, http, house, data):
    async with visitor_at(chat, http) as visitor:
        assert await refused(visitor, ("good.png", PNG), ("also.png", data)) == ("file_kind", 1)
        assert not house.events
        assert (await visitor.post(*post_of(visitor, ("evil.exe", PNG)))).outcome == "accepted"
    assert attached(house) == [[("evil.exe", "image/png", PNG)]], "the content says what it is"


async def test_what_is_too_much_is_refused_and_named(http, house):
    files = {"most": 3, "megabytes": 8, "kinds": ["png"]}
    big, whole = PNG + bytes(8 * MEGABYTE), PNG + bytes(8 * MEGABYTE - len(PNG))
    async with running_chat(house, {"files": files}) as chat, visitor_at(chat, http) as visitor:
        assert await refused(visitor, *[("a.png", PNG)] * 4) == ("file_many", 3)
        assert await refused(visitor, ("a.png", PNG), ("b.png", big)) == ("file_large", 1)
        assert await refused(visitor, *[("a.png", whole)] * 3) == ("file_total", 2)
        assert await refused(visitor, ("a.png", b"")) == ("file_empty", 0)
        assert await refused(visitor) == ("empty", None)
        assert await refused(visitor, ("a.png", PNG), client_msg_id="x") == ("bad_id", None)
        assert await refused(visitor, ("a.png", PNG), text="x" * 10_001) == ("too_long", None)
        assert not house.events
        assert (await visitor.post(*post_of(visitor, ("a.png", whole), ("b.png", whole)))).outcome == "accepted"


async def test_a_house_that_wants_none_takes_none(http, house):
    async with running_chat(house, {"files": {"most": 0}}) as chat, visitor_at(chat, http) as visitor:
        assert await refused(visitor, ("a.png", PNG)) == ("file_many", 0)


async def test_what_was_cut_off_left_nothing_and_arrives_once_when_it_is_posted_again(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        post, contents = post_of(visitor, ("shot.png", PNG))
        body = msgspec.json.encode(post) + b"\n" + contents[0]
        for cut in (5, len(body) - len(PNG), len(body) - 1):
            writer = await raw_post(visitor, body[:cut], announced=len(body))
            writer.close()
            await writer.wait_closed()
        while chat.connector._posts._bytes_under_way:
            await asyncio.sleep(0)
        assert not house.events
        assert not chat.connector._posts._under_way
        assert (await visitor.post(post, contents)).outcome == "accepted"
        assert (await visitor.post(post, contents)).outcome == "duplicate"
    assert attached(house) == [[("shot.png", "image/png", PNG)]]


async def test_who_stops_in_the_middle_is_told_to_try_again(chat, http, house, monkeypatch):
    monkeypatch.setattr(posts, "STALL_S", 0.05)
    async with visitor_at(chat, http) as visitor:
        body = msgspec.json.encode(post_of(visitor, ("shot.png", PNG))[0]) + b"\n" + PNG
        writer = await raw_post(visitor, body[:-100], announced=len(body))
        answer = (await writer.answer.readuntil(b"}")).decode()
        assert answer.startswith("HTTP/1.1 408 ")
        assert '"try_again"' in answer
        writer.close()
    assert not house.events


async def test_one_message_posted_twice_at_once_is_one(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        house.door.clear()
        both = [asyncio.create_task(visitor.post(*post_of(visitor, ("shot.png", PNG)))) for _ in range(2)]
        while len(house.waiting) < 2:
            await asyncio.sleep(0)
        assert not house.events
        third = await visitor.post(*post_of(visitor, ("c.png", PNG), client_msg_id=UUID.replace("0000", "0001", 1)))
        assert (third.reason, visitor.retry_after) == ("try_again", "2"), "two are on their way already"
        house.door.set()
        assert sorted([(await each).outcome for each in both]) == ["accepted", "duplicate"]
        assert (await visitor.transmit(Message(client_msg_id=UUID, text="the same id"))).outcome == "duplicate"
    assert len(house.events) == 1


async def test_two_visitors_at_once_each_get_their_own(chat, http, house):
    async with visitor_at(chat, http) as ann, visitor_at(chat, http) as bob:
        acks = await asyncio.gather(
            ann.post(*post_of(ann, ("ann.png", PNG))), bob.post(*post_of(bob, ("bob.jpg", JPEG)))
        )
        assert [ack.outcome for ack in acks] == ["accepted", "accepted"], "the same id of two people is two messages"
        await ann.until(lambda v: len(v.messages) == 2)
        await bob.until(lambda v: len(v.messages) == 2)
        assert [f.name for m in ann.messages.values() for f in m.files] == ["ann.png"]
        assert [f.name for m in bob.messages.values() for f in m.files] == ["bob.jpg"]


async def test_nobody_posts_without_a_token_that_is_theirs(chat, http, house):
    async with visitor_at(chat, http) as ann, visitor_at(chat, http, user=app_user("u-1")) as may:
        bob_as_ann = ann.token.replace(ann.visitor, may.visitor)
        for token in (None, "", "nonsense", ann.token[:-1] + "!", bob_as_ann, may.token):
            with pytest.raises(NotPosted) as refusal:
                await ann.post(*post_of(ann, ("a.png", PNG), token=token))
            assert (refusal.value.status, refusal.value.error.code) == (403, "unknown_visitor")
        with pytest.raises(NotPosted) as refusal:
            await ann.post(*post_of(ann, ("a.png", PNG), user={"user_id": "u-1", "hmac": "0" * 64}))
        assert (refusal.value.status, refusal.value.error.code) == (403, "bad_identity")
        assert not house.events
        assert (await may.write_with("", ("may.png", PNG))).outcome == "accepted"
    (event,) = house.events.values()
    assert (event.sender.id, event.sender.user_id, event.sender.verified) == (may.visitor, "u-1", True)
    assert "hmac" not in repr(event)


async def test_a_store_that_is_away_leaves_the_files_with_the_client(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        house.away = True
        ack = await visitor.write_with("", ("shot.png", PNG))
        assert (ack.reason, visitor.retry_after) == ("try_again", "2")
        house.away = False
        ((post, contents),) = visitor.posts.values()
        assert (await visitor.post(post, contents)).outcome == "accepted"
        assert not visitor.posts
    assert len(house.events) == 1


async def test_a_visitor_who_sends_too_much_is_slowed_down_and_others_are_not(http, house):
    files = {"megabytes": 20, "megabytes_per_visitor_hour": 20, "megabytes_per_hour": 45}
    large = PNG + bytes(12 * MEGABYTE)
    async with running_chat(house, {"files": files}) as chat:
        ann, bob, eve, dan = (visitor_at(chat, http) for _ in range(4))
        async with ann, bob, eve, dan:
            assert await refused(ann, ("a.png", large), ("b.bin", b"\0\0\0")) == ("file_kind", 1)
            assert (await ann.write_with("", ("a.png", large))).outcome == "accepted", "what was refused does not count"
            ack = await ann.write_with("", ("b.png", large))
            assert ack.reason == "slow_down"
            assert 700 < int(ann.retry_after) <= 900, "4 of 20 MB are missing: a fifth of an hour, and a little"
            assert (await ann.write("words go on")).outcome == "accepted"
            assert (await ann.write_with("", ("small.png", PNG))).outcome == "accepted"
            assert (await bob.write_with("", ("a.png", large))).outcome == "accepted"
            assert (await eve.write_with("", ("a.png", large))).outcome == "accepted"
            assert (await dan.write_with("", ("a.png", large))).reason == "slow_down", "all of them have sent enough"
    assert len(house.events) == 5


async def test_an_upload_that_comes_to_nothing_gives_back_no_more_than_it_took(http, house):
    house.clock = LaterClock()
    large = PNG + bytes(18 * MEGABYTE)
    async with running_chat(house, {"files": {"megabytes": 20, "megabytes_per_hour": 40}}) as chat:
        ann, bob, eve = (visitor_at(chat, http) for _ in range(3))
        async with ann, bob, eve:
            head = msgspec.json.encode(post_of(eve, ("a.png", large))[0])
            writer = await raw_post(eve, head + b"\n", announced=len(head) + 1 + len(large))
            while not chat.connector._posts._under_way:
                await asyncio.sleep(0)
            house.clock.ahead_ms = HOUR_MS // 2
            for _ in range(2):
                assert (await ann.write_with("", ("a.png", large))).outcome == "accepted"
            writer.close()
            while chat.connector._posts._under_way:
                await asyncio.sleep(0)
            assert (await ann.write_with("", ("a.png", large))).outcome == "accepted", "what eve's had taken"
            assert (await bob.write_with("", ("a.png", large))).reason == "slow_down"


class LaterClock(SystemClock):
    """The time, and so much."""

    ahead_ms = 0

    def now_ms(self):
        return super().now_ms() + self.ahead_ms


async def test_who_posts_too_often_is_slowed_down(http, house):
    async with running_chat(house, {"messages_per_minute": 2}) as chat, visitor_at(chat, http) as visitor:
        await visitor.write("one")
        assert (await visitor.write_with("", ("a.png", PNG))).outcome == "accepted"
        ack = await visitor.write_with("", ("b.png", PNG))
        assert (ack.reason, visitor.retry_after) == ("slow_down", "30")


async def test_more_requests_than_there_is_room_for_are_sent_away_unread(chat, http, house, monkeypatch):
    monkeypatch.setattr(posts, "REQUESTS_MAX", 1)
    async with visitor_at(chat, http) as ann, visitor_at(chat, http) as bob:
        house.door.clear()
        first = asyncio.create_task(ann.post(*post_of(ann, ("a.png", PNG))))
        await house.knocked.wait()
        with pytest.raises(NotPosted) as refusal:
            await bob.post(*post_of(bob, ("b.png", PNG)))
        assert (refusal.value.status, refusal.value.error.code, bob.retry_after) == (503, "try_again", "2")
        house.door.set()
        assert (await first).outcome == "accepted"
        assert (await bob.post(*post_of(bob, ("b.png", PNG)))).outcome == "accepted"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda head, data: b"nonsense\n" + data, "bad_frame"),
        (lambda head, data: b"[]\n", "bad_frame"),
        (lambda head, data: b'{"v":1}\n', "bad_frame"),
        (lambda head, data: b"", "bad_frame"),
        (lambda head, data: head, "bad_frame"),
        (lambda head, data: b"[" * 60_000 + b"\n", "bad_frame"),
        (lambda head, data: b"x" * (FRAME_BYTES_MAX + 70_000) + b"\n", "bad_frame"),
        (lambda head, data: head.replace(b'"v":1', b'"v":2') + b"\n" + data, "unsupported_version"),
        (lambda head, data: head + b"\n" + data[:-1], "bad_frame"),
        (lambda head, data: head + b"\n" + data + b"x", "bad_frame"),
        (lambda head, data: head.replace(b'"size":10248', b'"size":-1') + b"\n" + data, "bad_frame"),
    ],
)
async def test_what_is_no_post_is_named_and_the_next_one_is_taken(chat, http, house, change, code):
    async with visitor_at(chat, http) as visitor:
        post, contents = post_of(visitor, ("a.png", PNG))
        async with http.post(visitor.post_url, data=change(msgspec.json.encode(post), PNG)) as response:
            assert (response.status, (await response.json())["code"]) == (400, code)
        assert not house.events
        assert (await visitor.post(post, contents)).outcome == "accepted"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("..\\..\\etc/pass\r\nwd", "passwd"), ("a\u202egpj.exe", "agpj.exe"), ("<img src=x>.png", "_img src=x_.png"),
        ("", "file"), ("x" * 900, "x" * 200), ("截图 1.png", "截图 1.png"),
    ],
)  # fmt: skip
async def test_names_are_hostile_text(chat, http, house, told, kept):
    async with visitor_at(chat, http) as visitor:
        assert (await visitor.write_with("", (told, PNG))).outcome == "accepted"
    assert attached(house) == [[(kept, "image/png", PNG)]]


async def test_half_an_emoji_in_a_name_is_no_reason_to_refuse(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        post, _ = post_of(visitor, ("NAME", PNG), text="ok")
        head = msgspec.json.encode(post).replace(b"NAME", rb"\ud83d.png").replace(b'"ok"', rb'"cut \ud83d"')
        async with http.post(visitor.post_url, data=head + b"\n" + PNG) as response:
            assert (await response.json())["outcome"] == "accepted"
    (event,) = house.events.values()
    assert (event.text, event.attachments[0].name) == ("cut \ufffd", "\ufffd.png")


async def test_only_known_origins_post_and_may_read_the_answer(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        post, contents = post_of(visitor, ("a.png", PNG))
        body = msgspec.json.encode(post) + b"\n" + contents[0]
        for origin in ("https://evil.example", "null"):
            async with http.post(visitor.post_url, data=body, headers={"Origin": origin}) as response:
                assert response.status == 403
        assert not house.events
        async with http.post(visitor.post_url, data=body, headers={"Origin": "https://shop.example"}) as response:
            assert response.status == 200
            assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
            assert response.headers["Cache-Control"] == "no-store"


async def test_a_channel_at_rest_takes_nothing(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        await chat.connector.close()
        post, contents = post_of(visitor, ("a.png", PNG))
        async with http.post(visitor.post_url, data=msgspec.json.encode(post) + b"\n" + contents[0]) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert not house.events


async def test_the_page_is_told_what_may_be_sent(http, house):
    files = {"kinds": ["png", "txt"], "most": 2, "megabytes": 3}
    async with running_chat(house, {"files": files}) as chat, http.get(chat.page_url) as response:
        page = await response.text()
    told = json.loads(page.partition('data-files="')[2].partition('"')[0].replace("&quot;", '"'))
    assert told == {
        "accept": ".png,.txt,.log,.csv", "most": 2,
        "each": 3 * MEGABYTE, "all": 20 * MEGABYTE,
    }  # fmt: skip


def test_a_payload_whose_files_do_not_fit_their_names_is_refused():
    frame = Message(client_msg_id=UUID, text="")
    envelope = Envelope(
        visitor="v", received_at_ms=1, frame=frame, files=(NamedFile(name="a.png", media_type="image/png"),)
    )
    (event,) = parse(raw_event(envelope, [PNG]), "main")
    assert event.attachments[0].data == PNG
    whole = raw_event(envelope, [PNG]).body
    for body in (
        raw_event(envelope).body,
        raw_event(envelope, [PNG, PNG]).body,
        whole + b"x",
        whole[:-1],
        b"{}\n",
        b"\n",
    ):
        with pytest.raises(InvalidMessage):
            parse(RawEvent(body=body), "main")
