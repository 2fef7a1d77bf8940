"""A stormy day in small: faults at random, restarts in between, and at its end both ledgers are equal."""

import asyncio
import contextlib
import os
import random

from connectors.telegram.simulator import BotApiServer, Fault, Person
from connectors.telegram.simulator.world import busy
from router.clock import SystemClock
from tests.servers.telegram_house import QUICK, TOKEN, TelegramHouse

EVENTS = int(os.environ.get("SWITCHBOARD_SOAK_EVENTS", "3000"))
PEOPLE = 40


async def test_ledgers_are_equal_after_a_stormy_day():
    source, house, said = random.Random(5), TelegramHouse(), []
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot"}) as server:
        people = [Person(server, 1_000 + number, f"P{number}") for number in range(PEOPLE)]
        writing = asyncio.create_task(_write(server, people, source, said))
        while not writing.done() or server.only_bot().pending:
            connector = house.connector(server, timeouts=QUICK | {"poll_s": 0.2, "call_s": 0.5, "retry_max_s": 0.05})
            task = asyncio.create_task(connector.run(house))
            await asyncio.sleep(source.uniform(0.05, 0.6))
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await connector.close()
            house.unavailable += source.randrange(3)
        await writing
    assert sorted(event.message_id for event in house.accepted) == sorted(said)
    assert len(said) == EVENTS
    assert house.quarantined == 0
    by_person = {one.user["id"]: [name for name in said if name.startswith(f"{one.user['id']}:")] for one in people}
    for number, names in by_person.items():
        assert [event.message_id for event in house.accepted if event.sender.id == str(number)] == names


async def _write(server, people, source, said):
    """What people say, some of it twice, while calls fail in every way."""
    faults = [
        busy(), Fault(status=502, body=b"<html>"), Fault(status=500), Fault(body=b"{"),
        Fault(how="reset_before"), Fault(how="reset_after"), Fault(how="silence"),
    ]  # fmt: skip
    for number in range(EVENTS):
        one = source.choice(people)
        message = await one.write(f"line {number}")
        said.append(f"{one.user['id']}:{message['message_id']}")
        if source.random() < 0.05:
            await server.push(server.only_bot(), one.user["id"], {"message": message})
        if source.random() < 0.01:
            server.faults["getupdates"].append(source.choice(faults))
        if number % 20 == 0:
            await asyncio.sleep(0.005)
