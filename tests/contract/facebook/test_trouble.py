"""When Facebook, the network or the token fails: it is said once, with what to do, and comes back by itself."""

import asyncio

import pytest

from connectors.facebook.client import FIELDS
from connectors.facebook.simulator import Fault, GraphServer
from connectors.facebook.simulator.world import error
from router.clock import SystemClock
from router.connector import Sent
from tests.servers.facebook_house import (
    TOKEN,
    FacebookHouse,
    delivered,
    outbound,
    person,
    serving,
    wallet_page,
)


@pytest.fixture
async def server():
    async with GraphServer(SystemClock(), [wallet_page(fields=[])], webhook_retry_s=0.02) as made:
        yield made


async def state(house, connector, wanted):
    await house.until(lambda: connector.health().state == wanted)


async def test_the_page_is_subscribed_and_its_name_told(server):
    house = FacebookHouse()
    connector = house.connector(server)
    before = await connector.check()
    assert before.state == "ok"
    assert "feed" in before.detail
    assert "do not come here" in before.detail
    await connector.close()
    async with serving(server, house) as (_, connector):
        await state(house, connector, "ok")
        assert server.only_page().fields == list(FIELDS)
        assert (await connector.check()).detail == "Wallet"
        server.only_page().fields = []  # what Meta does to an app that has not answered for an hour
        await server.until(lambda: server.only_page().fields == list(FIELDS))


async def test_every_sort_of_trouble_is_waited_out_and_told_once(server):
    server.faults["subscribe"].extend([
        error(613, Retry_After="1"), error(2, status=500), Fault(status=502, body=b"<html>", content_type="text/html"),
        Fault(how="reset_before"), Fault(how="reset_after"), Fault(body=b'{"succ'), Fault(how="silence"),
    ])  # fmt: skip
    house = FacebookHouse()
    async with serving(server, house, timeouts={"call_s": 0.3, "retry_s": 0.02, "retry_max_s": 0.1}) as (_, connector):
        await state(house, connector, "ok")
        assert not server.faults["subscribe"]
    assert house.names().count("facebook.retrying") == 1
    assert house.names().count("facebook.ok") == 1


async def test_a_reply_that_leaves_does_not_hide_that_nothing_comes_in(server):
    ann = person(server)
    async with serving(server, timeouts={"auth_retry_s": 3_600.0, "look_s": 0.1}) as (house, connector):
        await state(house, connector, "ok")
        await ann.write("hello")
        await delivered(server)
        server.faults["subscribe"].append(error(200, "Requires pages_manage_metadata"))
        await state(house, connector, "misconfigured")
        assert isinstance(await connector.send(outbound(ann.id)), Sent)
        assert connector.health().state == "misconfigured"
        assert "lacks a permission" in connector.health().detail


async def test_a_dead_token_is_said_once_with_the_remedy_and_comes_back(server):
    page, house = server.only_page(), FacebookHouse()
    async with serving(server, house) as (_, connector):
        await state(house, connector, "ok")
        page.token = "EAAanother0token0that0nobody0has"
        await state(house, connector, "auth_failed")
        assert "page access token" in connector.health().detail
        checked = await connector.check()
        assert checked.state == "auth_failed"
        assert TOKEN not in f"{checked} {connector.health()} {house.logged}"
        await person(server).write("events still come")
        await delivered(server)
        page.token = TOKEN
        await state(house, connector, "ok")
    assert house.names().count("facebook.auth_failed") == 1
    assert [event.text for event in house.accepted] == ["events still come"]


async def test_the_token_of_another_page_is_said(server):
    house = FacebookHouse()
    connector = house.connector(server, page_id=999)
    told = await connector.check()
    assert told.state == "misconfigured"
    assert "does not know" in told.detail
    await connector.close()


async def test_nobody_there_is_waited_for(server):
    house = FacebookHouse()
    async with serving(server, house) as (_, connector):
        await state(house, connector, "ok")
        await server.stop()
        await state(house, connector, "retrying")
        assert (await connector.check()).state == "retrying"
        await server.start()
        await state(house, connector, "ok")
        ann = person(server)
        await ann.write("hello")
        await delivered(server)
        assert isinstance(await connector.send(outbound(ann.id)), Sent)


async def test_a_hole_in_the_line_is_noticed_when_the_time_is_up(server):
    house = FacebookHouse()
    async with serving(server, house, timeouts={"call_s": 0.2, "look_s": 0.05, "retry_s": 0.02}) as (_, connector):
        await state(house, connector, "ok")
        server.faults["show"].append(Fault(how="silence"))
        await state(house, connector, "retrying")
        await state(house, connector, "ok")


async def test_stopping_leaves_no_task_behind(server):
    before = asyncio.all_tasks()
    async with serving(server) as (house, connector):
        await state(house, connector, "ok")
        await person(server).write("hello")
        await delivered(server)
    await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() - before if "facebook" in task.get_name()} == set()
