"""When Telegram, the network or the token fails: it is said once, waited out, and nothing is lost."""

import asyncio
import logging

import pytest

from connectors.telegram.simulator import BotApiServer, Fault, Person
from connectors.telegram.simulator.world import UPDATE_TTL_MS, busy
from router.clock import VirtualClock
from router.connector import Sent
from tests.servers.telegram_house import (
    QUICK,
    TOKEN,
    TelegramHouse,
    confirmed,
    outbound,
    person,
    running,
    texts,
)


async def test_every_sort_of_trouble_is_waited_out_and_loses_nothing(house, server):
    server.faults["getupdates"].extend(
        [
            busy(),
            busy(1),
            Fault(status=500, body=b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'),
            Fault(status=502, body=b"<html>Bad Gateway</html>", content_type="text/html"),
            Fault(how="reset_before"),
            Fault(how="reset_after"),
            Fault(body=b'{"ok":tru'),
            Fault(body=b'{"ok":true,"result":{}}'),
            Fault(body=b'{"ok":true,"result":' + b"[" * 100_000),
        ]
    )
    await person(server).write("hello")
    async with running(house, server) as connector:
        await house.until_accepted(1)
        await confirmed(server)
        assert connector.health().state == "ok"
    assert texts(house) == ["hello"]
    # One line for each change, however long it lasts.
    assert house.names().count("telegram.retrying") == 1
    assert house.names().count("telegram.ok") == 1
    assert not server.faults["getupdates"]


async def test_a_black_hole_is_noticed_within_one_poll_and_one_call(house, server):
    server.faults["getupdates"].append(Fault(how="silence"))
    async with running(house, server, timeouts=QUICK | {"call_s": 0.2, "poll_s": 0.2}) as connector:
        await house.until(lambda: connector.health().state == "retrying")
        await person(server).write("hello")
        await house.until_accepted(1)


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_cuts_while_messages_arrive(house, server, fault_proxy, how):
    ann = person(server)
    proxy = await fault_proxy(server.port)
    async with running(house, server, base_url=f"http://127.0.0.1:{proxy.port}") as connector:
        await house.until(lambda: connector.health().state == "ok")
        for cut in range(3):
            await ann.write(f"{cut} before")
            await proxy.cut(how)
            await ann.write(f"{cut} after")
            await house.until_accepted(2 * cut + 2)
    assert texts(house) == [f"{cut} {when}" for cut in range(3) for when in ("before", "after")]


async def test_nobody_listens(house, server):
    async with running(house, server, base_url="http://127.0.0.1:1") as connector:
        await house.until(lambda: connector.health().state == "retrying")
        assert connector.health().detail == "no connection to Telegram: ConnectError"
        assert (await connector.check()).state == "retrying"


async def test_a_dead_token_is_said_once_with_the_remedy_and_comes_back(house, server):
    bot = server.bots.pop(TOKEN)
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "auth_failed")
        assert "BotFather" in connector.health().detail
        assert (await connector.check()).state == "auth_failed"
        await asyncio.sleep(0.5)  # some more attempts, which say nothing new
        server.bots[TOKEN] = bot
        await person(server).write("hello")
        await house.until_accepted(1)
    assert house.names().count("telegram.auth_failed") == 1
    assert not any(TOKEN in str(fields) for _, fields in house.logged)


async def test_a_webhook_in_the_way_is_said_clearly(house, server):
    connector = house.connector(server)
    await connector._client.set_webhook("https://elsewhere.example/hook", "s")
    assert (await connector.check()).state == "misconfigured"
    await connector.close()
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "misconfigured")
        assert "mode: webhook" in connector.health().detail
        server.bots[TOKEN].hook = None
        await person(server).write("hello")
        await house.until_accepted(1)


async def test_another_program_that_polls_is_said_clearly(house, server):
    rival = TelegramHouse().connector(server)
    async with running(house, server, timeouts=QUICK | {"poll_s": 30.0}) as connector:
        await house.until(lambda: connector.health().state == "ok")
        stealing = asyncio.create_task(rival._client.updates(None, 1))
        await house.until(lambda: connector.health().state == "misconfigured")
        assert "revoke the token" in connector.health().detail
        stealing.cancel()
        await asyncio.gather(stealing, return_exceptions=True)
    await rival.close()


async def test_check_says_who_we_are(house, server):
    connector = house.connector(server)
    found = await connector.check()
    assert (found.state, found.detail) == ("ok", "@walletbot, 0 updates wait")
    await connector.close()


async def test_telegram_keeps_what_is_not_fetched_for_a_day():
    clock = VirtualClock(1_800_000_000_000)
    async with BotApiServer(clock, {TOKEN: "walletbot"}) as server:
        house = TelegramHouse()
        ann = Person(server, 77)
        await ann.write("too old")
        clock.advance_to(clock.now_ms() + UPDATE_TTL_MS - 1_000)
        await ann.write("an hour of outage is nothing")
        clock.advance_to(clock.now_ms() + 2_000)
        async with running(house, server):
            await house.until_accepted(1)
        assert texts(house) == ["an hour of outage is nothing"]


async def test_stopping_leaves_no_task_behind(house, server):
    async with running(house, server) as connector:
        await house.until(lambda: connector.health().state == "ok")
    names = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}
    assert not any("Telegram" in name or "Poller" in name for name in names)


async def test_neither_token_nor_words_reach_any_log(house, server, caplog):
    caplog.set_level(logging.DEBUG)
    async with running(house, server) as connector:
        await person(server).write("a word nobody logs")
        await house.until_accepted(1)
        assert isinstance(await connector.send(outbound(5520931, "another word")), Sent)
        server.faults["sendmessage"].append(
            Fault(status=400, body=b'{"ok":false,"description":"' + TOKEN.encode() + b'"}')
        )
        assert TOKEN not in str(await connector.send(outbound(5520931, key="k2")))
    logged = caplog.text + str(house.logged)
    assert TOKEN not in logged
    assert "word" not in logged
