"""Whoever waits within a limit is stopped at any moment, also at the one in which the wait ends."""

import asyncio

import pytest

from router.clock import SystemClock
from router.flow.leases import Leases
from router.store import migrate
from router.store.sqlite import SqliteStore
from router.telemetry import SilentLog


@pytest.mark.parametrize("later", range(4))
async def test_a_worker_that_waits_for_a_lease_is_cancelled_as_it_gets_one(tmp_path, later):
    store = await SqliteStore.open(tmp_path / "house.db")
    await store.write(migrate.migrate("sqlite", now_ms=1))
    leases = Leases("worker", store=store, clock=SystemClock(), log=SilentLog())

    async def work():
        while True:
            await leases.wait(60)

    worker = asyncio.create_task(work())
    await asyncio.sleep(0)
    await leases.refresh()
    for _ in range(later):
        await asyncio.sleep(0)
    worker.cancel()
    await asyncio.wait([worker], timeout=1)
    assert worker.cancelled()
    await store.close()
