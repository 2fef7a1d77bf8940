"""A Redis bus in a test: opened and closed, watched until it is up or down, with a plain client beside it to tamper."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from router.bus.redis import RedisBus
from tests.contract.bus_suite import PATIENCE_S


class RecordingLog:
    """Keeps the names of events, and the reason of each."""

    def __init__(self):
        self.events = []
        self.reasons = []

    def _keep(self, event, fields):
        self.events.append(event)
        self.reasons.append(fields.get("reason"))

    def info(self, event, /, **fields):
        self._keep(event, fields)

    def warning(self, event, /, **fields):
        self._keep(event, fields)


@asynccontextmanager
async def running_bus(url, name="one", log=None) -> AsyncIterator[RedisBus]:
    bus = await RedisBus.open(url, name=name, log=log or RecordingLog(), jitter=random.Random(7).random)
    try:
        yield bus
    finally:
        await bus.close()


async def connected(bus):
    """Return once the bus is up: each connection of its listener wakes all watchers."""
    watch = bus.watch("rules")
    while not bus.healthy():
        await watch.wait(0.05)
    watch.close()
    return bus


async def noticed(bus):
    """Return once the bus knows that Redis is away; a worker would poll the database meanwhile."""
    while bus.healthy():
        assert await bus.consume({9}, 0.05) == []


async def blocked(raw):
    """Return once a consumer waits inside Redis."""
    while not (await raw.info("clients"))["blocked_clients"]:
        pass


async def received(bus, partitions):
    """What arrives first, however long Redis is away."""
    while not (got := await bus.consume(partitions, 0.5)):
        pass
    return got


class WithRedis:
    @pytest.fixture
    async def raw(self, redis_server):
        """A plain client, to look and to tamper."""
        client = Redis.from_url(redis_server.url)
        yield client
        await client.aclose()

    @pytest.fixture
    def log(self):
        return RecordingLog()

    @pytest.fixture
    async def bus(self, redis_server, log):
        async with asyncio.timeout(PATIENCE_S), running_bus(redis_server.url, log=log) as bus:
            yield await connected(bus)
