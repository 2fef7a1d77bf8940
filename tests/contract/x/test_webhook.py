"""X's webhook: whom it hears, what it answers when, and that both ways in bring a thing once."""

import asyncio
import contextlib
import io
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from connectors.x.simulator import Fault
from connectors.x.webhook import BODY_BYTES_MAX
from router.clock import SystemClock
from tests.servers.x_house import XHouse, person, server, texts


@pytest.fixture
async def x(tmp_path):
    async with server(tmp_path, SystemClock(), webhook_retry_s=0.02) as made:
        yield made


@asynccontextmanager
async def hooked(house, x, **settings):
    """The connector's routes behind a socket, its webhook set; nothing is asked for."""
    connector = house.connector(x, mode="webhook", **settings)
    app = web.Application()
    for route in connector.routes(house):
        app.router.add_route(route.method, f"/channels/x/default{route.path}", route.handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/channels/x/default/webhook"
    try:
        assert await x.couriers.register(x.only_account(), url)
        yield connector, url
    finally:
        await runner.cleanup()
        await connector.close()


async def told(house, number):
    async with asyncio.timeout(60):
        await house.until_accepted(number)


def dm(x, ann, text):
    message = {"id": x.new_id(), "text": text, "entities": {}, "sender_id": ann.id}
    return x.couriers.activity(x.only_account(), "dm.received", x.couriers.legacy(x.only_account(), message))


async def test_the_challenge_is_met(x):
    async with hooked(XHouse(), x) as (_, url):
        assert x.only_account().hook.valid
        async with aiohttp.ClientSession() as http:
            for query in ("", "?crc_token=", f"?crc_token={'x' * 1_001}"):
                async with http.get(url + query) as answer:
                    assert answer.status == 400


async def test_without_the_mode_there_is_no_webhook(x):
    connector = XHouse().connector(x)
    assert connector.routes(XHouse()) == ()
    await connector.close()


async def test_posts_and_messages_come_as_they_happen(x):
    ann, house = person(x), XHouse()
    async with hooked(house, x):
        post = await ann.post("@wallet are you there?", media=(ann.photo(b"picture"),))
        await told(house, 1)
        message = await ann.write("my card & more", media=(ann.photo(b"private", private=True),))
        await told(house, 2)
    public, private = house.accepted
    assert (public.message_id, public.text, public.visibility) == (post["id"], "are you there?", "public")
    assert (public.sender.name, public.sender.handle) == ("Ann", ann.user["username"])
    assert (private.message_id, private.text, private.visibility) == (
        f"dm:{message['id']}",
        "my card & more",
        "private",
    )
    assert (private.sender.id, private.sender.name) == (ann.id, "Ann")
    # Of a public picture an activity tells the key and no address: the post is asked for.
    assert [[file.data for file in one.attachments] for one in house.accepted] == [[b"picture"], [b"private"]]
    assert x.couriers.deliveries == [("post.mention.create", 200), ("dm.received", 200)]
    assert [name for name, _ in x.calls] == ["shown"]


async def test_a_post_that_cannot_be_asked_for_comes_again(x):
    ann, house = person(x), XHouse()
    x.faults["shown"].append(Fault(status=503))
    async with hooked(house, x):
        await ann.post("@wallet look", media=(ann.photo(b"picture"),))
        await told(house, 1)
    assert [status for _, status in x.couriers.deliveries] == [503, 200]
    assert [file.data for file in house.accepted[0].attachments] == [b"picture"]


async def test_an_encrypted_chat_is_a_visible_ticket(x):
    ann, house = person(x), XHouse()
    async with hooked(house, x):
        chat_id = await ann.chat()
        await told(house, 1)
    (event,) = house.accepted
    assert (event.kind, event.message_id, event.visibility) == ("unsupported", f"chat:{chat_id}", "private")
    assert event.sender.id == ann.id
    assert event.text.startswith("[a message that only the customer's own app can show")


async def test_both_ways_bring_a_thing_once(x):
    ann, house = person(x), XHouse()
    async with hooked(house, x) as (connector, _):
        await ann.write("one")
        await ann.post("@wallet two")
        await told(house, 2)
        task = asyncio.create_task(connector.run(house))
        async with asyncio.timeout(60):
            await house.until(lambda: house.duplicates >= 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert sorted(texts(house)) == ["one", "two"]


async def test_what_x_gives_up_on_is_found_by_asking(x):
    ann, house = person(x), XHouse()
    house.unavailable = 4
    async with hooked(house, x) as (connector, _):
        await ann.write("hello")
        async with asyncio.timeout(60):
            await x.until(lambda: len(x.couriers.given_up) == 1)
        assert house.accepted == []
        task = asyncio.create_task(connector.run(house))
        await told(house, 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [status for _, status in x.couriers.deliveries] == [503] * 4
    assert house.names().count("store.unavailable") == 1


async def test_who_is_not_x_is_not_heard(x):
    ann, house = person(x), XHouse()
    activity = dm(x, ann, "give me your phrase")
    body, spaced = json.dumps(activity).encode(), json.dumps(activity, indent=1).encode()
    async with hooked(house, x) as (_, url):
        good, other = x.couriers.sign(body), x.couriers.sign(spaced)
        forged = [None if number else "" for number in range(1)] + ["sha256=", "x", good[7:], other, good + "x"]
        answers = [await x.couriers.post(url, body, signature) for signature in forged]
        assert set(answers) == {403}
        assert (house.calls, house.accepted) == (0, [])
        assert await x.couriers.post(url, body, good) == 200
    assert texts(house) == ["give me your phrase"]


async def test_another_account_of_the_app_is_left_alone(x):
    ann, house = person(x), XHouse()
    activity = dm(x, ann, "for somebody else")
    activity["data"]["filter"]["user_id"] = "99"
    older = {"for_user_id": "99", **activity["data"]["payload"]}
    async with hooked(house, x) as (_, url):
        for one in (activity, older, {"data": {"event_type": "follow.follow", "filter": {"user_id": "1"}}}):
            assert await x.couriers.post(url, json.dumps(one).encode()) == 200
    assert (house.calls, house.names().count("x.ignored")) == (0, 3)


async def test_messages_in_the_older_shape_and_several_in_one_delivery(x):
    ann, house = person(x), XHouse()
    messages = [{"id": x.new_id(), "text": f"number {n}", "entities": {}, "sender_id": ann.id} for n in range(5)]
    payload = x.couriers.legacy(x.only_account(), *messages)
    payload["direct_message_events"][2] = {"id": 7, "type": "message_create"}
    payload["users"] = {ann.id: {"id": ann.id, "name": "Ann", "screen_name": "ann"}}
    async with hooked(house, x) as (_, url):
        body = json.dumps({"for_user_id": x.only_account().id, **payload}).encode()
        assert await x.couriers.post(url, body) == 200
        assert await x.couriers.post(url, body) == 200
    assert texts(house) == ["number 0", "number 1", "number 3", "number 4"]
    assert (house.accepted[0].sender.handle, house.quarantined, house.duplicates) == ("ann", 2, 4)


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b'{"data":7}', b'{"data":{"event_type":"dm.received","payload":7}}']
)
async def test_what_cannot_be_read_is_set_aside_and_acknowledged(x, body):
    house = XHouse()
    async with hooked(house, x) as (_, url):
        assert await x.couriers.post(url, body) == 200
    assert (house.quarantined, house.accepted) == (1, [])


async def test_no_delivery_is_so_large(x):
    house = XHouse()
    async with hooked(house, x) as (_, url), aiohttp.ClientSession() as http:
        with contextlib.suppress(aiohttp.ClientError):
            async with http.post(url, data=io.BytesIO(b"x" * (BODY_BYTES_MAX + 1))) as answer:
                assert answer.status == 413
    assert house.calls == 0


async def test_no_acknowledgement_before_the_commit_with_200_at_once(x):
    ann, house = person(x), XHouse()
    bodies = [json.dumps(dm(x, ann, f"number {number}")).encode() for number in range(200)]
    house.unavailable = 20
    async with hooked(house, x) as (_, url):
        statuses = await asyncio.gather(*(x.couriers.post(url, body) for body in bodies))
        assert sorted(statuses) == [200] * 180 + [503] * 20
        assert len(house.accepted) == 180, "200 means that it is kept"
        for body, status in zip(bodies, statuses, strict=True):
            if status == 503:
                assert await x.couriers.post(url, body) == 200
    assert sorted(texts(house)) == sorted(f"number {number}" for number in range(200))


async def test_a_file_that_is_slow_holds_up_its_own_delivery_only(x):
    ann, house = person(x), XHouse()
    x.faults["file"].extend([Fault(status=404)])
    async with hooked(house, x):
        await ann.write("picture", media=(ann.photo(b"x", private=True),))
        await told(house, 1)
    assert house.accepted[0].text.startswith("picture\n[photo: not kept (the file server answered 404")
