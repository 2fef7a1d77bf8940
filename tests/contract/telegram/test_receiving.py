"""Telegram in, by long polling: the real client library on a real socket against the strict simulator."""

import asyncio

import msgspec
import pytest

from connectors.telegram.simulator import BotApiServer, Person
from connectors.telegram.simulator.world import Pending
from router.clock import SystemClock
from tests.servers.telegram_house import OTHER_TOKEN, TOKEN, TelegramHouse, confirmed, person, running, texts


@pytest.fixture
async def server():
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot", OTHER_TOKEN: "otherbot"}) as made:
        yield made


async def test_a_private_message_arrives_whole_and_is_confirmed_after_the_commit(house, server):
    ann = person(server, name="Ann", last_name="Lee", username="annlee")
    async with running(house, server) as connector:
        said = await ann.write("我的币被人转走了 😱")
        await house.until_accepted(1)
        await confirmed(server)
        assert connector.health().state == "ok"
        assert connector.health().answered_at_ms is not None
    (event,) = house.accepted
    assert event.message_id == f"5520931:{said['message_id']}"
    assert (event.kind, event.visibility, event.thread_id) == ("message", "private", None)
    assert event.text == "我的币被人转走了 😱"
    assert event.sent_at_ms == said["date"] * 1000
    assert (event.sender.id, event.sender.name, event.sender.handle) == ("5520931", "Ann Lee", "annlee")
    assert house.cursors == {"updates": "800000001"}


async def test_order_is_kept_over_many(house, server):
    ann = person(server)
    for number in range(250):
        await ann.write(f"line {number}")
    async with running(house, server):
        await house.until_accepted(250)
        await confirmed(server)
    assert texts(house) == [f"line {number}" for number in range(250)]
    assert house.duplicates == 0


@pytest.mark.parametrize("number", [0, 1, 100, 101])
async def test_pages_of_every_size(house, server, number):
    ann = person(server)
    for at in range(number):
        await ann.write(f"line {at}")
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "ok")
        await house.until_accepted(number)
        await ann.write("in between")
        await house.until_accepted(number + 1)
    assert texts(house) == [*(f"line {at}" for at in range(number)), "in between"]


async def test_the_store_away_confirms_nothing(house, server):
    house.unavailable = 3
    await person(server).write("hello")
    async with running(house, server):
        await house.until_accepted(1)
        await confirmed(server)
    assert house.duplicates == 0
    assert house.names().count("store.unavailable") == 1


async def test_killed_between_commit_and_offset_doubles_nothing(house, server):
    ann = person(server)
    await ann.write("one")
    await ann.write("two")
    committed = asyncio.Event()
    accept = house.accept

    async def dying(raws, cursor=None):
        await accept(raws, None)  # durable, and then nothing more happens
        committed.set()
        await asyncio.Event().wait()

    house.accept = dying
    async with running(house, server):
        await committed.wait()
    house.accept = accept
    async with running(house, server):
        await ann.write("three")
        await house.until_accepted(3)
        await confirmed(server)
    assert texts(house) == ["one", "two", "three"]
    assert house.duplicates == 2


async def test_killed_before_the_commit_loses_nothing(house, server):
    await person(server).write("one")
    knocked = asyncio.Event()
    accept = house.accept

    async def dying(raws, cursor=None):
        knocked.set()
        await asyncio.Event().wait()

    house.accept = dying
    async with running(house, server):
        await knocked.wait()
    house.accept = accept
    async with running(house, server):
        await house.until_accepted(1)
    assert texts(house) == ["one"]


async def test_the_same_update_three_times_and_in_another_batch_is_one_message(house, server):
    ann = person(server)
    said = await ann.write("once")
    bot = server.bots[TOKEN]
    async with running(house, server):
        await house.until_accepted(1)
        await confirmed(server)
        for _ in range(2):
            await server.push(bot, said["chat"]["id"], {"message": said})
        await ann.write("after")
        await house.until_accepted(2)
    assert texts(house) == ["once", "after"]
    assert house.duplicates == 2


async def test_ids_that_begin_elsewhere_after_a_quiet_week_are_taken(house, server):
    ann, bot = person(server), server.bots[TOKEN]
    await ann.write("before")
    async with running(house, server):
        await house.until_accepted(1)
        await confirmed(server)
    bot.next_update = 17
    await ann.write("after")
    async with running(house, server):
        await house.until_accepted(2)
        await confirmed(server)
    assert house.cursors == {"updates": "17"}


@pytest.mark.parametrize("cursor", ["rubbish", "", "-4", "99999999999", "²"])
async def test_a_cursor_that_cannot_be_right_skips_nothing(house, server, cursor):
    house.cursors["updates"] = cursor
    await person(server).write("hello")
    async with running(house, server):
        await house.until_accepted(1)


async def test_a_poisoned_update_is_quarantined_and_blocks_nothing(house, server):
    ann, bot = person(server), server.bots[TOKEN]
    await ann.write("before")
    await server.push(bot, 1, {"message": {"message_id": 7, "chat": {"id": 1, "type": "private"}}})
    await server.push(bot, 1, {"message": "no object at all"})
    await ann.write("after")
    async with running(house, server):
        await house.until_accepted(2)
        await confirmed(server)
    assert texts(house) == ["before", "after"]
    assert house.quarantined == 2


async def test_an_update_without_an_id_is_quarantined_and_does_not_spin(house, server):
    bot = server.bots[TOKEN]
    bot.pending.append(Pending(id=1, chat=1, body={"message": {}}, expires_at_ms=2**60))
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "retrying")
        assert "without ids" in connector.health().detail
    assert house.quarantined >= 1


async def test_two_bots_do_not_see_each_other(server):
    houses = TelegramHouse(), TelegramHouse()
    other = Person(server, 77, "Ben", bot=server.bots[OTHER_TOKEN])
    async with running(houses[0], server), running(houses[1], server, token=OTHER_TOKEN):
        await person(server).write("to the first")
        await other.write("to the second")
        await houses[0].until_accepted(1)
        await houses[1].until_accepted(1)
    assert [texts(house) for house in houses] == [["to the first"], ["to the second"]]


def test_payloads_hold_no_token(house):
    connector = house.made({"token": TOKEN})
    assert TOKEN not in repr(connector._settings)
    assert TOKEN not in str(msgspec.structs.asdict(connector._settings))
