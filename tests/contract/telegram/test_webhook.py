"""Telegram in, by webhook: 200 only after the commit; the simulator repeats by Telegram's own rule."""

import asyncio
import contextlib
import io
import json

import aiohttp
import pytest
from aiohttp import web

from connectors.telegram.simulator import BotApiServer, Fault, Person
from connectors.telegram.webhook import BODY_BYTES_MAX, SECRET_HEADER
from router.clock import SystemClock
from tests.servers.telegram_house import QUICK, SECRET, TOKEN, TelegramHouse

PATH = "/channels/telegram/default/webhook"


@pytest.fixture
async def server():
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot"}, webhook_retry_s=0.02) as made:
        yield made


@contextlib.asynccontextmanager
async def serving(server, house=None, port=0, **settings):
    """The connector behind a real HTTP server, and its house."""
    house = house or TelegramHouse()
    app = web.Application()
    connector = house.connector(server, mode="webhook", webhook_secret=SECRET, **settings)
    for route in connector.routes(house):
        app.router.add_route(route.method, f"/channels/telegram/default{route.path}", route.handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    house.public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    connector._context = house.context()
    task = asyncio.create_task(connector.run(house))
    try:
        yield house, connector
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.cleanup()
        await connector.close()


async def test_messages_come_and_are_answered_with_an_empty_200(server):
    ann = Person(server, 77)
    async with serving(server) as (house, connector):
        await house.until(lambda: connector.health().state == "ok")
        for number in range(20):
            await ann.write(f"line {number}")
        await server.until(lambda: not server.bots[TOKEN].pending)
        assert [event.text for event in house.accepted] == [f"line {number}" for number in range(20)]
        assert {status for _, status in server.deliveries} == {200}
        assert (await connector.check()).state == "ok"
    assert server.refusals == []
    assert server.bots[TOKEN].hook.secret == SECRET


async def test_what_waited_comes_when_the_webhook_is_set(server):
    ann = Person(server, 77)
    await ann.write("@walletbot from before", chat=ann.group(-1001))
    async with serving(server) as (house, _):
        await house.until_accepted(1)
    assert house.accepted[0].text == "from before"


async def test_the_store_away_is_answered_with_503_and_told_once(server):
    ann = Person(server, 77)
    house = TelegramHouse()
    house.unavailable = 1
    async with serving(server, house) as (house, _):
        await ann.write("hello")
        await house.until_accepted(1)
        await server.until(lambda: not server.bots[TOKEN].pending)
    assert [status for _, status in server.deliveries] == [503, 200]
    assert house.names().count("store.unavailable") == 1
    assert len(house.accepted) == 1


async def test_killed_between_commit_and_answer_doubles_nothing(server):
    ann, house = Person(server, 77), TelegramHouse()
    accept, calls = house.accept, []

    async def dying(raws, cursor=None):
        found = await accept(raws, cursor)
        calls.append(raws)
        if len(calls) == 1:
            raise RuntimeError("killed")  # the answer is 500, the message is durable
        return found

    house.accept = dying
    async with serving(server, house):
        await ann.write("once")
        await server.until(lambda: not server.bots[TOKEN].pending)
    assert [event.text for event in house.accepted] == ["once"]
    assert house.duplicates == 1


async def test_the_secret_is_asked_for(server):
    async with serving(server) as (house, _), aiohttp.ClientSession() as http:
        update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}
        for headers in ({}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: "ü"}, {SECRET_HEADER: SECRET + "x"}):
            async with http.post(house.public_url + PATH, json=update, headers=headers) as answer:
                assert answer.status == 403
        async with http.get(house.public_url + PATH) as answer:
            assert answer.status == 405
    assert house.calls == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"update_id":"x"}', b'{"update_id":1,"message":[]}', b"\xff"]
)
async def test_what_is_no_update_is_quarantined_and_not_repeated(server, body):
    async with serving(server) as (house, _), aiohttp.ClientSession(headers={SECRET_HEADER: SECRET}) as http:
        answer = await http.post(house.public_url + PATH, data=body)
        assert (answer.status, await answer.read()) == (200, b"")
    assert house.quarantined == 1
    assert house.accepted == []


async def test_a_pretty_printed_update_is_read_and_a_huge_one_is_refused(server):
    said = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": {"id": 7, "first_name": "A"}}
    pretty = json.dumps({"update_id": 1, "message": said | {"text": "a\nb"}}, indent=2)
    async with serving(server) as (house, _), aiohttp.ClientSession() as http:
        async with http.post(house.public_url + PATH, data=pretty, headers={SECRET_HEADER: SECRET}) as answer:
            assert answer.status == 200
        huge = io.BytesIO(b" " * (BODY_BYTES_MAX + 1))
        async with http.post(house.public_url + PATH, data=huge, headers={SECRET_HEADER: SECRET}) as answer:
            assert answer.status == 413
    assert house.accepted[0].text == "a\nb"


async def test_pictures_of_an_album_add_to_the_message_of_the_first(server):
    ann = Person(server, 77)
    gone = ann.photo(b"two")
    server.missing.add(gone[1]["file_id"])
    async with serving(server) as (house, _):
        await ann.send(photo=ann.photo(b"one"), media_group_id="g", caption="all three")
        await ann.send(photo=gone, media_group_id="g")
        await ann.send(photo=ann.photo(b"three"), media_group_id="g")
        await house.until_accepted(3)
        await server.until(lambda: not server.bots[TOKEN].pending)
    notice = "[photo: could not be fetched (the file server answered 404); ask for it again]"
    assert [(event.kind, event.message_id, event.target_id, event.text) for event in house.accepted] == [
        ("message", "77:1", None, "all three"),
        ("edit", "77:2", "77:1", f"all three\n{notice}"),
        ("edit", "77:3", "77:1", f"all three\n{notice}"),
    ]
    assert [[file.data for file in event.attachments] for event in house.accepted] == [[b"one"], [], [b"three"]]


async def test_a_file_server_that_is_silent_keeps_nobody_waiting_behind_it(server):
    ann = Person(server, 77)
    server.faults["file"].append(Fault(how="silence"))
    async with serving(server, timeouts=QUICK | {"file_s": 3_600.0, "webhook_files_s": 0.2}) as (house, _):
        await ann.send(photo=ann.photo(b"my screen"), caption="see here")
        await ann.write("are you there?")
        await house.until_accepted(2)
        await server.until(lambda: not server.bots[TOKEN].pending)
    notice = "[photo: could not be fetched (the file server gave no answer in time); ask for it again]"
    assert [event.text for event in house.accepted] == [f"see here\n{notice}", "are you there?"]
    assert [status for _, status in server.deliveries] == [200, 200]


async def test_a_picture_that_is_brought_twice_says_once_what_it_says(server):
    ann = Person(server, 77)
    async with serving(server) as (house, _):
        first = await ann.send(photo=ann.photo(b"one"), media_group_id="g", caption="both")
        await house.until_accepted(1)
        await server.push(server.only_bot(), 77, {"message": first})  # not sure that we had it
        await server.until(lambda: not server.bots[TOKEN].pending)
        await ann.send(photo=ann.photo(b"two"), media_group_id="g")
        await house.until_accepted(2)
    assert [(event.message_id, event.text) for event in house.accepted] == [("77:1", "both"), ("77:2", "both")]


async def test_a_picture_whose_album_was_forgotten_is_a_message_and_never_there_twice(server):
    ann, house = Person(server, 77), TelegramHouse()
    async with serving(server, house):
        first, second = await ann.album(b"one", b"two")
        await house.until_accepted(2)
        await server.until(lambda: not server.bots[TOKEN].pending)
    async with serving(server, house):
        await server.push(server.only_bot(), 77, {"message": second})  # not sure that we had it
        third = await ann.send(photo=ann.photo(b"three"), media_group_id=first["media_group_id"])
        await server.until(lambda: not server.bots[TOKEN].pending)
    assert house.duplicates == 1
    assert [event.message_id for event in house.accepted] == ["77:1", "77:2", f"77:{third['message_id']}"]
    assert house.accepted[2].attachments[0].data == b"three"


async def test_a_webhook_that_somebody_else_has_taken_is_said_and_taken_back(server):
    async with serving(server) as (house, connector):
        await house.until(lambda: connector.health().state == "ok")
        server.bots[TOKEN].hook.url = "https://elsewhere.example/"
        await house.until(lambda: connector.health().state == "misconfigured")
        assert "webhook of its own" in connector.health().detail
        await house.until(lambda: connector.health().state == "ok")


async def test_a_token_refused_at_the_start_is_said(server):
    bot = server.bots.pop(TOKEN)
    async with serving(server) as (house, connector):
        await house.until(lambda: connector.health().state == "auth_failed")
        server.bots[TOKEN] = bot
        server.faults["setwebhook"].append(Fault(status=502))
        await house.until(lambda: connector.health().state == "ok")


async def test_deliveries_that_fail_are_said_to_the_operator(server):
    house = TelegramHouse()
    house.unavailable = 10_000
    async with serving(server, house) as (house, connector):
        await house.until(lambda: connector.health().state == "ok")
        await Person(server, 77).write("hello")
        await server.until(lambda: bool(server.deliveries))
        server.bots[TOKEN].hook.last_error_ms += 1_000  # Telegram tells whole seconds
        await house.until(lambda: connector.health().state == "retrying")
        assert "503" in connector.health().detail
        assert "1 updates wait" in connector.health().detail


async def test_no_ack_before_the_commit_with_500_at_once(server):
    gate, knocked = asyncio.Event(), asyncio.Event()
    house = TelegramHouse()
    accept = house.accept

    async def slow(raws, cursor=None):
        knocked.set()
        await gate.wait()
        return await accept(raws, cursor)

    house.accept = slow
    async with serving(server, house):
        people = [Person(server, 1_000 + number) for number in range(500)]
        await asyncio.gather(*(one.write(f"from {one.user['id']}") for one in people))
        await knocked.wait()
        assert server.deliveries == []
        gate.set()
        await server.until(lambda: not server.bots[TOKEN].pending)
    assert len(house.accepted) == 500
    assert house.duplicates == 0
