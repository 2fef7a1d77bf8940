"""Killed ten times in a row under load, the house loses nothing and does nothing twice, on both storages.

Customers post (and post again) until they are told "accepted", an agent answers until told "created", and kill -9
falls at moments that a seed chooses: while serving, while starting, while a reply is on its way to its receiver.
"""

import asyncio
import random
from contextlib import AsyncExitStack

import aiohttp
import pytest

from connectors.api.simulator import WebhookReceiver
from router.store.script import run
from tests.e2e.load import Load, assert_nothing_lost_or_doubled, channels, receiver_of_replies, settled
from tests.servers.service import Service

KILLS = 10
CUSTOMERS = 4
"""So many post at once, each to the end before the next message of a conversation."""


async def killed_ten_times(worker, load: Load, receiver: WebhookReceiver, rng: random.Random) -> None:
    for kill in range(KILLS):
        if kill in {3, 7}:  # while it starts
            await worker.launch()
            await asyncio.sleep(rng.uniform(0.1, 1.5))
        else:
            await worker.start()
            load.up.set()
            receiver.arrived.clear()
            await load.until_accepted(len(load.ids) + rng.randrange(5, 60))
            if kill % 2 == 0:
                await receiver.arrived.wait()  # once deciding and delivering go on, too
                await asyncio.sleep(rng.uniform(0.0, 0.3))
        load.up.clear()
        await worker.kill()


async def ten_kills(service: Service, receiver: WebhookReceiver, seed: int) -> None:
    rng = random.Random(seed)
    worker = service.worker()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.end)
        await service.command("migrate")
        token = await service.api_token("telegram")
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        await worker.start()
        await service.sign_in(http)
        await worker.kill()
        load = Load(service, token, http)
        people = [
            asyncio.create_task(work)
            for work in (*(load.customer(random.Random(rng.random())) for _ in range(CUSTOMERS)), load.agent(rng))
        ]
        stack.callback(lambda: [person.cancel() for person in people])
        await killed_ten_times(worker, load, receiver, rng)
        async with service.store() as store:
            # As if the house had been down for the minute after which an unfinished delivery is looked at again.
            await store.write(run("UPDATE outbox SET lease_until_ms = 0 WHERE state = 'sending'"))
            await worker.start()
            load.up.set()
            await load.end()
            await asyncio.gather(*people)
            await settled(store)
            assert not load.refused
            assert load.repeated > 10
            assert load.replied
            assert not receiver.refusals
            await assert_nothing_lost_or_doubled(store, load, receiver)
        assert await worker.stop() == 0
        assert not worker.troubles()


@pytest.fixture
async def replies():
    async with receiver_of_replies() as served:
        yield served


async def test_ten_kills_on_sqlite(tmp_path, replies):
    receiver, address = replies
    await ten_kills(Service(tmp_path, channels=channels(address)), receiver, seed=1)


async def test_ten_kills_on_postgresql_and_redis(tmp_path, replies, fresh_postgres, redis_server):
    receiver, address = replies
    service = Service(tmp_path, storage=fresh_postgres, bus=redis_server.url, channels=channels(address))
    await ten_kills(service, receiver, seed=2)
