"""Facebook in: challenge, batches of every shape, comments and messages, files, links; 200 only after the commit."""

import asyncio
import json
import urllib.parse

import aiohttp
import pytest

from connectors.facebook.meta import MARK
from connectors.facebook.simulator import Fault, GraphServer
from connectors.facebook.simulator.world import EVENT_TTL_MS, Pending
from connectors.facebook.webhook import BODY_BYTES_MAX
from router.clock import SystemClock, VirtualClock
from tests.servers.facebook_house import (
    NOW,
    PAGE,
    POST,
    QUICK,
    FacebookHouse,
    delivered,
    outbound,
    person,
    serving,
    wallet_page,
)

TOKEN = f"01939f5a-7c3b-7abc-8def-0123456789ab.{'s' * 22}"


@pytest.fixture
async def server():
    async with GraphServer(SystemClock(), [wallet_page()], webhook_retry_s=0.02) as made:
        yield made


def texts(house):
    return [event.text for event in house.accepted]


async def test_the_address_is_proven_with_the_verify_token_alone(server):
    page = server.only_page()
    async with serving(server):
        assert await server.challenge(page) == "1158201444"
        assert await server.challenge(page, token="another-token-of-some-length") is None
        assert await server.challenge(page, token="") is None
        assert await server.challenge(page, number="<script>alert(1)</script>") is None
        asked = {"hub.mode": "unsubscribe", "hub.challenge": "1", "hub.verify_token": page.verify_token}
        async with aiohttp.ClientSession() as http, http.get(server.hooks[PAGE], params=asked) as answer:
            assert answer.status == 403


async def test_messages_and_comments_come_and_are_acknowledged(server):
    ann = person(server)
    async with serving(server) as (house, connector):
        await ann.write("where is my deposit?")
        await ann.comment("又被扣了两次手续费", POST)
        await delivered(server)
        assert {status for _, status in server.deliveries} == {200}
        assert (await connector.check()).state == "ok"
    private, public = house.accepted
    assert (private.visibility, private.thread_id, private.sender.name) == ("private", None, "Ann Lee")
    assert (public.visibility, public.thread_id, public.sender.name) == ("public", POST, "Ann Lee")
    assert private.sender.id == public.sender.id == ann.id


async def test_the_store_away_is_answered_with_503_told_once_and_nothing_is_lost(server):
    ann = person(server)
    house = FacebookHouse()
    house.unavailable = 2
    async with serving(server, house):
        await ann.write("hello")
        await delivered(server)
    assert [status for _, status in server.deliveries] == [503, 503, 200]
    assert house.names().count("store.unavailable") == 1
    assert texts(house) == ["hello"]


async def test_one_that_is_not_taken_holds_up_no_other_and_is_forgotten_after_a_day_and_a_half():
    clock = VirtualClock(NOW)
    async with GraphServer(clock, [wallet_page()], batch_max=1) as server:
        page = server.only_page()
        house = FacebookHouse()
        house.unavailable = 1
        async with serving(server, house):
            await person(server).write("first")
            await server.until(lambda: len(server.deliveries) == 1)
            await person(server).write("second")
            await server.until(lambda: len(server.deliveries) == 2)
            assert texts(house) == ["second"]
            clock.advance_to(clock.now_ms() + 1_000)
            await delivered(server)
            assert texts(house) == ["second", "first"]
        await person(server).write("never taken")
        clock.advance_to(clock.now_ms() + EVENT_TTL_MS)
        async with serving(server):
            await person(server).write("after")
            await delivered(server)
        assert page.pending == []


async def test_a_batch_of_all_sorts_keeps_its_order_and_sets_aside_what_it_cannot_read(server):
    ann, page = person(server), server.only_page()
    first, second = ann.compose("first"), ann.compose("second")
    comment = {"field": "feed", "value": {
        "from": {"id": ann.id, "name": ann.name}, "item": "comment", "verb": "add", "post_id": POST,
        "comment_id": "1001_9", "parent_id": POST, "created_time": 1793606402, "message": "in public",
    }}  # fmt: skip
    entries = [
        {"id": PAGE, "time": 1, "messaging": [first, {"sender": 7}, second]},
        {"id": PAGE, "time": 1, "changes": [comment, "no change"], "standby": [first]},
        {"id": "999", "time": 1, "messaging": [first]},
        "no entry",
    ]
    async with serving(server) as (house, connector):
        body = json.dumps({"object": "page", "entry": entries}, indent=2).encode()
        assert await server.post(page, body) == 200
        assert await server.post(page, b'{"object": "page", "entry": [') == 200
        assert await server.post(page, b"\xff\xfe") == 200
        assert await server.post(page, b"[" * 100_000) == 200
        assert await server.post(page, body) == 200
        told = (await connector.check()).detail
    assert house.names().count("facebook.other_page") == 1
    assert texts(house) == ["first", "second", "in public"]
    assert house.quarantined == 9
    assert "2 left to another app" in told
    assert "2 of another page" in told


async def test_what_nobody_would_send_is_not_even_read(server):
    page = server.only_page()
    async with serving(server) as (house, _):
        assert await server.post(page, b" " * (BODY_BYTES_MAX + 1)) in {413, 0}
        assert await server.post(page, b"{}", signed="sha256=\xff") == 403
    assert house.raws == []


async def test_our_own_words_come_back_are_counted_and_are_nobodys_message(server):
    ann = person(server)
    async with serving(server) as (house, connector):
        await ann.write("hello")
        await delivered(server)
        assert (await connector.send(outbound(ann.id, "We look."))).provider_id == ann.seen()[0].mid
        elsewhere = {"sender": {"id": PAGE}, "recipient": {"id": ann.id}, "timestamp": 1,
                     "message": {"mid": "m_e", "is_echo": True, "text": "from Meta's own inbox"}}  # fmt: skip
        await server.push(server.only_page(), "messaging", elsewhere, "message_echoes")
        await delivered(server)
        assert ann.seen()[0].metadata.startswith(MARK)
        assert "1 echoes of ours; 1 by the page itself" in (await connector.check()).detail
    assert texts(house) == ["hello"]


# --- comments ------------------------------------------------------------------------------------------------------


async def test_comments_are_edited_taken_back_and_hidden(server):
    ann = person(server)
    async with serving(server) as (house, _):
        said = await ann.comment("my key is no good", POST)
        await ann.comment("same here", POST, said.id)
        await delivered(server)
        await ann.change(said, "my code is no good")
        await delivered(server)
        await ann.remove(said)
        await delivered(server)
    first, answer, edit, removal = house.accepted
    assert answer.in_reply_to == first.message_id == said.id
    assert (edit.kind, edit.target_id, edit.text) == ("edit", said.id, "my code is no good")
    assert (removal.kind, removal.target_id) == ("delete", said.id)


async def test_the_same_comment_however_often_it_is_told_is_one(server):
    ann, page = person(server), server.only_page()
    async with serving(server) as (house, _):
        await ann.comment("hello", POST)
        (waiting,) = page.pending
        for _ in range(3):
            assert await server.post(page, server.notification(page, waiting)) == 200
        await delivered(server)
    assert texts(house) == ["hello"]
    assert house.duplicates == 3


async def test_an_edit_and_a_removal_before_their_original_lose_neither(server):
    ann, page = person(server), server.only_page()
    said = ann.compose_comment("helo", POST)
    async with serving(server) as (house, _):
        await ann.change(said, "hello")
        await delivered(server)
        await ann.remove(said)
        await delivered(server)
        said.is_removed = False
        late = {"from": {"id": ann.id, "name": ann.name}, "item": "comment", "verb": "add", "post_id": POST,
                "comment_id": said.id, "parent_id": POST, "created_time": 1793606402, "message": "helo"}  # fmt: skip
        await server.push(page, "changes", {"field": "feed", "value": late}, "feed")
        await delivered(server)
    assert [(event.kind, event.text) for event in house.accepted] == [
        ("edit", "hello"), ("delete", ""), ("message", "helo"),
    ]  # fmt: skip


async def test_messages_are_edited_reacted_to_and_known_to_have_arrived(server):
    ann = person(server)
    async with serving(server) as (house, connector):
        mid = await ann.write("helo")
        await delivered(server)
        await ann.edit(mid, "hello", 1)
        await ann.edit(mid, "hello!", 2)
        sent = await connector.send(outbound(ann.id))
        await delivered(server)
        await ann.react(sent.provider_id)
        await ann.receive()
        await ann.read()
        await delivered(server)
        await ann.read()
        await delivered(server)
    _, one, two, reaction, receipt, read = house.accepted
    assert [(event.kind, event.target_id, event.text) for event in (one, two)] == [
        ("edit", mid, "hello"), ("edit", mid, "hello!"),
    ]  # fmt: skip
    assert (reaction.kind, reaction.target_id) == ("reaction", sent.provider_id)
    assert (receipt.kind, receipt.target_id, receipt.delivery) == ("receipt", sent.provider_id, "delivered")
    assert (read.kind, read.target_id, read.delivery) == ("receipt", sent.provider_id, "read")
    assert house.duplicates == 1, "the same reading told again"


# --- names, links, files -------------------------------------------------------------------------------------------


async def test_a_name_is_asked_for_once_and_missed_without_harm(server):
    ann, ben = person(server), person(server, "77", "Ben Ng")
    async with serving(server, timeouts=QUICK | {"call_s": 2.0}) as (house, _):
        server.faults["show"].append(Fault(status=500, body=b"<html>"))
        await server.until(lambda: not server.faults["show"])  # the connector's own question, which it repeats
        await ann.write("one")
        await delivered(server)
        await ann.write("two")
        await delivered(server)
        assert [given for _, what, given in server.calls if what == "show" and "first_name" in given["fields"]] == [
            {"fields": "first_name,last_name"}
        ]
        server.faults["show"].append(Fault(how="silence"))
        await server.until(lambda: not server.faults["show"])
        await ben.write("hello")
        await delivered(server)
    assert [event.sender.name for event in house.accepted] == ["Ann Lee", "Ann Lee", "Ben Ng"]


async def test_who_asks_for_no_names_gets_none(server):
    async with serving(server, names=False) as (house, _):
        await person(server).write("hello")
        await delivered(server)
    assert house.accepted[0].sender.name is None


async def test_a_link_of_ours_lets_in_whoever_comes_with_it_first(server):
    ann, ben = person(server), person(server, "77", "Ben Ng")
    house = FacebookHouse()
    house.invitations[TOKEN] = None
    async with serving(server, house):
        await ann.come_by(urllib.parse.quote(TOKEN))
        await delivered(server)
        await ann.come_by(TOKEN)
        await delivered(server)
        await ben.write("hello")
        await ben.come_by(TOKEN)
        await delivered(server)
    assert house.invitations[TOKEN] == ann.id
    assert [(event.sender.id, event.text) for event in house.accepted] == [
        ("77", "hello"), ("77", "[came with a link that opens nothing any more]"),
    ]  # fmt: skip


async def test_a_link_waits_for_the_store(server):
    house = FacebookHouse()
    house.invitations[TOKEN] = None
    house.unavailable = 1
    page = server.only_page()
    event = {"sender": {"id": "5"}, "recipient": {"id": PAGE}, "timestamp": 1, "referral": {"ref": TOKEN}}
    body = server.notification(page, Pending(kind="messaging", event=event, at_ms=1))
    async with serving(server, house):
        assert await server.post(page, body) == 503
        house.unavailable = 0
        assert await server.post(page, body) == 200
    assert house.invitations[TOKEN] == "5"


async def test_files_are_fetched_at_once_and_kept(server):
    ann = person(server)
    async with serving(server) as (house, _):
        picture, voice = ann.file("image", b"\xff\xd8 a picture", server.url), ann.file("audio", b"sound", server.url)
        await ann.write("my screen", attachments=[picture, voice])
        photo = ann.file("image", b"\xff\xd8 in public", server.url)["payload"]["url"]
        await ann.comment("look", POST, photo=photo)
        await delivered(server)
    said, shown = house.accepted
    assert [(file.data, file.content_type) for file in said.attachments] == [
        (b"\xff\xd8 a picture", "image/jpeg"), (b"sound", "audio/mp4"),
    ]  # fmt: skip
    assert (said.text, shown.text) == ("my screen", "look")
    assert shown.attachments[0].data == b"\xff\xd8 in public"


async def test_a_file_that_cannot_be_had_is_told_and_its_message_arrives(server):
    ann = person(server)
    async with serving(server, timeouts={"files_s": 2.0}) as (house, _):
        gone = {"type": "file", "payload": {"url": f"{server.url}/media/expired"}}
        large = ann.file("video", b"x" * (26 * 1_048_576), server.url)
        await ann.write("one", attachments=[gone, large])
        await delivered(server)
        server.faults["file"].append(Fault(how="silence"))
        await ann.write("two", attachments=[ann.file("image", b"slow", server.url)])
        await delivered(server)
        server.faults["file"].append(Fault(status=503))
        await ann.write("three", attachments=[ann.file("image", b"away", server.url)])
        await delivered(server)
    one, two, three = house.accepted
    assert "[file: could not be fetched (the file server answered 403); ask for it again]" in one.text
    assert "larger than" in one.text
    assert "two\n[image: could not be fetched" in two.text
    assert "answered 503" in three.text
    assert not any(event.attachments for event in house.accepted)
    assert house.names().count("facebook.file_not_fetched") == 4


async def test_a_delivery_with_too_many_large_files_is_taken_with_as_many_as_fit(server):
    ann, page = person(server), server.only_page()
    film = ann.file("video", b"x" * (24 * 1_048_576), server.url)
    said = [Pending(kind="messaging", event=ann.compose(f"{n}", attachments=[film]), at_ms=1) for n in range(10)]
    async with serving(server, timeouts=QUICK) as (house, _):
        assert await server.post(page, server.notification(page, *said)) == 200
    assert [event.text.partition("\n")[0] for event in house.accepted] == [f"{n}" for n in range(10)]
    told = [event for event in house.accepted if "too much came at once" in event.text]
    assert len(told) == 2
    assert len(told) == sum(not event.attachments for event in house.accepted)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/media/x",
        "https://127.0.0.1:{port}@evil.example/x",
        "http://user:pass@127.0.0.1:{port}/media/f000000",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:{port}/media/f000000",
        "file:///etc/passwd",
        "http://[::1]:{port}/media/f000000",
        "https://fbcdn.net.evil.example/x",
        "http://127.0.0.1:{port}abc/",
    ],
)
async def test_a_file_is_fetched_from_nowhere_else(server, address):
    server.files["f000000"] = b"what must not be read"
    async with serving(server) as (house, _):
        url = address.replace("{port}", str(server.port))
        await person(server).write("look", attachments=[{"type": "image", "payload": {"url": url}}])
        await delivered(server)
    assert "it lies elsewhere, which is not fetched" in house.accepted[0].text
    assert house.accepted[0].attachments == ()


async def test_a_redirect_is_not_followed(server):
    server.faults["file"].append(Fault(status=302, headers={"Location": f"{server.url}/media/secret"}))
    server.files["secret"] = b"what must not be read"
    ann = person(server)
    async with serving(server) as (house, _):
        await ann.write("look", attachments=[ann.file("image", b"x", server.url)])
        await delivered(server)
    assert "the file server answered 302" in house.accepted[0].text


async def test_the_hosts_of_meta_and_those_below_them_and_no_other_by_default(server):
    connector = FacebookHouse().connector(server, media_hosts=["fbcdn.net", "fbsbx.com"])
    may = connector._client.may_fetch
    assert may("https://scontent.xx.fbcdn.net/v/x.jpg?oh=1")
    assert may("https://cdn.fbsbx.com:443/v/x")
    for address in (
        "http://cdn.fbsbx.com/v/x", "https://cdn.fbsbx.com:8443/v/x", "https://evilfbcdn.net/x", "https://fbcdn.net.x/y",
        "https://a@cdn.fbsbx.com/x", "//cdn.fbsbx.com/x", "", "https://[cdn.fbsbx.com/x", "https://cdn.fbsbx.com:x/",
    ):  # fmt: skip
        assert not may(address), address
    await connector.close()


async def test_500_at_once_are_acknowledged_after_their_commit(server):
    page, people = server.only_page(), [person(server, str(1_000 + number), f"P{number}") for number in range(50)]
    async with serving(server) as (house, _):
        bodies = [
            server.notification(page, Pending(kind="messaging", event=who.compose(f"{number}"), at_ms=1))
            for number in range(10)
            for who in people
        ]
        answers = await asyncio.gather(*(server.post(page, body) for body in bodies))
    assert set(answers) == {200}
    assert len(house.accepted) == len(house.raws) == 500
