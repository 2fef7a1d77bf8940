"""A worker dies or sleeps with work in hand: its lease runs out, its heir is woken for the rest, and it is fenced."""

import asyncio
import io
import random
from contextlib import AsyncExitStack

import pytest

from router.bus import Pointer
from router.bus.redis import RedisBus
from router.clock import VirtualClock
from router.flow.leases import Leases
from router.model.errors import Fenced
from router.model.limits import LEASE_MS, LEASE_RENEW_MS, PARTITIONS
from router.store import journal, migrate
from router.store.sqlite import SqliteStore
from router.telemetry import SilentLog, StructuredLog

PATIENCE_S = 20.0


@pytest.fixture
async def store(tmp_path):
    store = await SqliteStore.open(tmp_path / "house.db")
    await store.write(migrate.migrate(store.dialect, now_ms=0))
    yield store
    await store.close()


@pytest.fixture
def clock():
    return VirtualClock(1_000_000)


@pytest.fixture
async def worker(store, clock, redis_server):
    async with AsyncExitStack() as stack:

        async def make(name):
            bus = await RedisBus.open(redis_server.url, name=name, log=SilentLog(), jitter=random.Random(3).random)
            stack.push_async_callback(bus.close)
            return Leases(name, store=store, clock=clock, log=SilentLog()), bus

        yield make


@pytest.mark.parametrize("emptied", [False, True], ids=["redis kept", "redis emptied meanwhile"])
async def test_the_heir_gets_what_a_dead_owner_left_and_fences_it(store, clock, worker, redis_server, emptied):
    first, first_bus = await worker("first")
    heir, heir_bus = await worker("heir")
    await first.refresh()
    assert len(first.held()) == PARTITIONS
    await heir.refresh()
    assert not heir.held(), "a living owner keeps what it holds until it has given its surplus back"

    await first_bus.publish([Pointer(partition=5, journal_id="a")])
    in_hand = await first_bus.consume(first.held(), PATIENCE_S)
    assert [each.journal_id for each in in_hand] == ["a"]
    tokens = dict(first.held())
    # From here on the first worker neither renews nor acks: killed, or paused.
    for _ in range(LEASE_MS // LEASE_RENEW_MS):
        assert 5 not in heir.held()
        clock.advance_to(clock.now_ms() + LEASE_RENEW_MS)
        await heir.refresh()
    assert len(heir.held()) == PARTITIONS
    assert not first.held(), "it knows by its own clock that its lease has run out"

    if emptied:
        redis_server.flush()
        await heir_bus.publish([Pointer(partition=5, journal_id="a")])  # as the sweeper does
    left = await heir_bus.consume(heir.held(), PATIENCE_S)
    assert [(each.partition, each.journal_id) for each in left] == [(5, "a")]

    with pytest.raises(Fenced):
        await store.write(journal.finish([], fences={5: tokens[5]}, now_ms=clock.now_ms()))
    await store.write(journal.finish([], fences={5: heir.held()[5]}, now_ms=clock.now_ms()))


async def test_a_second_worker_takes_its_share_with_what_waits_there(store, clock, worker):
    first, first_bus = await worker("first")
    await first.refresh()
    await first_bus.publish(
        [Pointer(partition=partition, journal_id=f"{partition}") for partition in range(PARTITIONS)]
    )
    await first_bus.consume(first.held(), PATIENCE_S)  # some or all, none acked

    second, second_bus = await worker("second")
    for _ in range(3):
        await second.refresh()
        await first.refresh()
    assert len(first.held()) == len(second.held()) == PARTITIONS // 2
    assert not first.held().keys() & second.held().keys()
    woken = set()
    while woken < second.held().keys():
        got = await second_bus.consume(second.held(), PATIENCE_S)
        assert got, "a partition changed hands and its work was forgotten"
        woken.update(each.partition for each in got)
    assert woken == second.held().keys()


async def test_the_log_says_why_the_database_is_away(store, clock):
    said = io.StringIO()
    leases = Leases("first", store=store, clock=clock, log=StructuredLog(clock, said))
    await store.close()
    renewing = asyncio.create_task(leases.run())
    while "leases.store_unavailable" not in said.getvalue():
        await asyncio.sleep(0)
    renewing.cancel()
    assert "the store is closed" in said.getvalue()
