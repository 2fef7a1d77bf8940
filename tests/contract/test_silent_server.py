"""PostgreSQL on a host that takes every byte and answers none: told soon, then at once, and served when it is back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from router.clock import SystemClock
from router.model.errors import StoreUnavailable
from router.store import health, silence
from router.store.postgres import PostgresStore
from router.store.script import select
from tests.servers.proxy import FaultProxy

SOON_S = 1.0


@pytest.fixture
async def proxy(postgres) -> AsyncIterator[FaultProxy]:
    proxy = FaultProxy(postgres.port)
    await proxy.start()
    yield proxy
    proxy.mode = "pass"
    await proxy.stop()


@pytest.fixture
async def store(proxy, postgres, fresh_postgres: str, monkeypatch) -> AsyncIterator[PostgresStore]:
    monkeypatch.setattr(silence, "SUSPECT_SECONDS", 0.5)
    monkeypatch.setattr(silence, "ASK_SECONDS", 1.0)
    store = await PostgresStore.open(fresh_postgres.replace(f":{postgres.port}/", f":{proxy.port}/"))
    yield store
    await store.close()


async def answers(store: PostgresStore, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            try:
                assert await store.read(select("SELECT 1")) == [(1,)]
            except StoreUnavailable:
                await asyncio.sleep(0.1)
            else:
                return


async def test_a_silent_server_is_told_soon_then_at_once_until_it_is_back(store, proxy):
    await answers(store)
    proxy.mode = "blackhole"
    calls = [asyncio.create_task(store.write(select("SELECT 1"))) for _ in range(12)]  # more than there are connections
    async with asyncio.timeout(5):
        errors = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(error, StoreUnavailable) and "does not answer" in str(error) for error in errors)
    async with asyncio.timeout(SOON_S):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await store.read(select("SELECT 1"))
    proxy.mode = "pass"
    await answers(store)


async def test_one_that_is_slow_but_answers_is_waited_for(store, fresh_postgres):
    slow = asyncio.create_task(store.read(select("SELECT 1 FROM pg_sleep(4)")))
    for _ in range(10):
        await asyncio.sleep(0.3)
        assert await store.read(select("SELECT 1")) == [(1,)]
    assert await slow == [(1,)]


async def test_its_clock_is_read(store):
    theirs_ms = await store.read(health.clock_ms())
    assert abs(theirs_ms - SystemClock().now_ms()) < 5_000


async def test_a_house_on_a_silent_server_ends_soon(store, proxy):
    proxy.mode = "blackhole"
    with pytest.raises(StoreUnavailable):
        await store.read(select("SELECT 1"))
    async with asyncio.timeout(SOON_S):
        await store.close()
