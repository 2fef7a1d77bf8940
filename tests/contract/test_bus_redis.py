"""The bus suite over Redis Streams, and what only a server can do: die, forget, refuse, go silent, be tampered with."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from router.bus import Pointer
from router.bus.redis import RedisBus
from router.bus.streams import STREAM_MAX, dead_key, read_entry, route_key

pytest.register_assert_rewrite("tests.contract.bus_suite")

from tests.contract.bus_suite import PATIENCE_S, BusSuite, names, pointer  # noqa: E402 -- rewritten first


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


@pytest.fixture
async def raw(redis_server):
    """A plain client, to look and to tamper."""
    client = Redis.from_url(redis_server.url)
    yield client
    await client.aclose()


@pytest.fixture
def log():
    return RecordingLog()


@pytest.fixture
async def bus(redis_server, log):
    async with asyncio.timeout(PATIENCE_S), running_bus(redis_server.url, log=log) as bus:
        yield await connected(bus)


class TestRedisBus(BusSuite):
    @pytest.fixture
    async def processes(self, redis_server):
        async with AsyncExitStack() as stack:
            count = 0

            async def another():
                nonlocal count
                count += 1
                bus = await stack.enter_async_context(running_bus(redis_server.url, name=f"process {count}"))
                return await connected(bus)

            yield another

    async def test_a_process_does_not_wake_itself_twice(self, processes):
        here, there = await processes(), await processes()
        own, echo, done = here.watch("events"), there.watch("events"), here.watch("rules")
        await here.notify("events")
        assert await own.wait(PATIENCE_S)
        assert await echo.wait(PATIENCE_S)
        await there.notify("rules")
        assert await done.wait(PATIENCE_S)
        assert not await own.wait(0), "what Redis sent back came before what woke us for the rules"

    async def test_closing_ends_a_read_at_any_moment(self, processes):
        for moment in range(1, 16):
            bus = await processes()
            waiting = asyncio.create_task(bus.consume({1}, PATIENCE_S))
            for _ in range(moment):
                await asyncio.sleep(0)
            async with asyncio.timeout(PATIENCE_S / 2):
                await bus.close()
                assert await waiting == []


class TestStreams:
    async def test_acked_entries_leave_nothing_behind(self, bus, raw):
        for number in range(5):
            await bus.publish([pointer(1, f"{number}"), pointer(2, f"{number}")])
            await bus.ack(await bus.consume({1}, PATIENCE_S))
            await bus.ack(await bus.consume({2}, PATIENCE_S))
        await bus.publish([pointer(3, "after the acks")])
        await bus.consume({3}, PATIENCE_S)
        for partition in (1, 2):
            assert await raw.xlen(route_key(partition)) == 0
            assert (await raw.xpending(route_key(partition), "route"))["pending"] == 0

    async def test_a_long_backlog_is_read_page_by_page_in_order(self, bus, raw):
        ids = [f"{number:04}" for number in range(250)]
        for journal_id in ids:
            await raw.xadd(route_key(4), {"j": journal_id})
        seen = []
        while len(seen) < len(ids):
            got = await bus.consume({4}, PATIENCE_S)
            assert 0 < len(got) <= 100
            seen += [each.journal_id for each in got]
        assert seen == ids

    async def test_a_take_over_reads_all_that_was_left_before_anything_new(self, bus, raw, redis_server):
        ids = [f"{number:04}" for number in range(250)]
        for journal_id in ids:
            await raw.xadd(route_key(4), {"j": journal_id})
        for _ in range(3):
            await bus.consume({4}, PATIENCE_S)
        await raw.xadd(route_key(4), {"j": "new"})
        async with running_bus(redis_server.url, name="later") as later:
            seen = []
            while "new" not in seen:
                seen += [each.journal_id for each in await later.consume({4, 5}, PATIENCE_S)]
        assert seen == [*ids, "new"]

    async def test_a_partition_nobody_reads_stays_small_and_still_wakes_its_owner(self, bus, raw):
        pipeline = raw.pipeline(transaction=False)
        for number in range(STREAM_MAX):
            pipeline.xadd(route_key(1), {"j": str(number)})
        await pipeline.execute()
        await bus.publish([pointer(1, "one more"), pointer(2, "elsewhere")])
        assert names(await bus.consume({2}, PATIENCE_S)) == [(2, "elsewhere")]
        assert await raw.xlen(route_key(1)) == STREAM_MAX
        assert names(await bus.consume({1}, PATIENCE_S))[0] == (1, "0")

    async def test_poison_is_buried_with_its_reason_and_blocks_nothing(self, bus, raw, redis_server):
        key = route_key(1)
        poison = [{"x": "1"}, {"j": ""}, {"j": "x" * 65}, {"j": b"\xff\xfe"}, {b"\x00": b"\x00" * 5_000}]
        await raw.xadd(key, {"j": "first"})
        for fields in poison:
            await raw.xadd(key, fields)
        await raw.xadd(key, {"j": "last", "added": "in a later version"})
        got = await bus.consume({1}, PATIENCE_S)
        assert names(got) == [(1, "first"), (1, "last")]
        assert bus.buried() == len(poison)
        assert bus.healthy()
        assert await raw.xlen(key) == 2
        assert (await raw.xpending(key, "route"))["pending"] == 2
        graves = [fields for _, fields in await raw.xrange(dead_key(1))]
        assert len(graves) == len(poison)
        assert all(b"journal id" in grave[b"reason"] and grave[b"entry"] for grave in graves)
        assert len(graves[-1][b"\x00"]) == 256
        async with running_bus(redis_server.url, name="later") as later:
            assert names(await later.consume({1}, PATIENCE_S)) == names(got)
            assert later.buried() == 0

    async def test_only_poison_wakes_nobody(self, bus, raw):
        waiting = asyncio.create_task(bus.consume({1}, PATIENCE_S))
        await raw.xadd(route_key(1), {"nothing": "here"})
        await raw.xadd(route_key(1), {"j": "good"})
        assert names(await waiting) == [(1, "good")]

    async def test_an_entry_deleted_while_pending_is_forgotten(self, bus, raw, redis_server):
        await raw.xadd(route_key(1), {"j": "gone"})
        await raw.xadd(route_key(1), {"j": "kept"})
        gone, _ = await bus.consume({1}, PATIENCE_S)
        await raw.xdel(route_key(1), gone.entry)
        async with running_bus(redis_server.url, name="later") as later:
            assert names(await later.consume({1}, PATIENCE_S)) == [(1, "kept")]
        assert (await raw.xpending(route_key(1), "route"))["pending"] == 1

    async def test_a_wait_cancelled_at_any_moment_loses_nothing(self, bus, raw):
        for moment in range(12):
            waiting = asyncio.create_task(bus.consume({1}, PATIENCE_S))
            for _ in range(moment):
                await asyncio.sleep(0)
            await bus.publish([pointer(1, str(moment))])
            await raw.ping()
            waiting.cancel()
            [got] = await asyncio.gather(waiting, return_exceptions=True)
            if isinstance(got, asyncio.CancelledError):
                got = await bus.consume({1}, PATIENCE_S)
            assert names(got) == [(1, str(moment))]
            await bus.ack(got)
        assert bus.healthy()

    async def test_an_entry_delivered_into_a_cancelled_wait_comes_back(self, bus, raw):
        waiting = asyncio.create_task(bus.consume({1}, PATIENCE_S))
        await blocked(raw)
        # Both in one turn of the loop: Redis has the entry delivered before it sees the connection end.
        await raw.eval("redis.call('XADD', KEYS[1], '*', 'j', 'a')", 1, route_key(1))
        waiting.cancel()
        [got] = await asyncio.gather(waiting, return_exceptions=True)
        if isinstance(got, asyncio.CancelledError):
            got = await bus.consume({1}, PATIENCE_S)
        assert names(got) == [(1, "a")]

    @given(entry=st.binary(max_size=30), fields=st.lists(st.binary(max_size=80), max_size=6))
    def test_any_fields_give_a_pointer_or_a_reason(self, entry, fields):
        name = entry.hex().encode()
        read = read_entry(3, name, fields)
        if isinstance(read, Pointer):
            assert read.journal_id.encode() in fields
            assert (read.partition, read.entry) == (3, name.decode())
        else:
            assert read


class TestOutages:
    async def test_a_restart_is_a_delay(self, redis_server):
        log = RecordingLog()
        async with asyncio.timeout(2 * PATIENCE_S), running_bus(redis_server.url, log=log) as bus:
            await connected(bus)
            watch = bus.watch("events")
            await bus.publish([pointer(1, "unacked")])
            assert names(await bus.consume({1}, PATIENCE_S)) == [(1, "unacked")]
            redis_server.stop()
            await noticed(bus)
            await bus.publish([pointer(2, "published while it was away")])
            await bus.notify("outbox")
            assert await bus.consume({1, 2}, 0.01) == []
            redis_server.start()
            assert await watch.wait(PATIENCE_S), "who watches looks again after a reconnection"
            seen = set()
            while len(seen) < 2:
                seen.update(names(await bus.consume({1, 2}, 0.5)))
            assert seen == {(1, "unacked"), (2, "published while it was away")}
            await connected(bus)
        assert log.events == ["bus.up", "bus.down", "bus.up"]

    async def test_a_kill_while_waiting_is_a_delay(self, redis_server, raw):
        log = RecordingLog()
        async with asyncio.timeout(2 * PATIENCE_S), running_bus(redis_server.url, log=log) as bus:
            await connected(bus)
            waiting = asyncio.create_task(bus.consume({1}, PATIENCE_S))
            await blocked(raw)
            redis_server.kill()
            await bus.publish([pointer(1, "a")])
            redis_server.start(empty=True)
            assert names(await waiting) == [(1, "a")]
            await connected(bus)
        assert log.events == ["bus.up", "bus.down", "bus.up"]

    async def test_an_emptied_redis_is_a_delay(self, bus, log, redis_server):
        await bus.publish([pointer(1, "lost")])
        got = await bus.consume({1}, PATIENCE_S)
        redis_server.flush()
        await bus.ack(got)
        await bus.publish([pointer(1, "after"), pointer(2, "after")])
        seen = await bus.consume({1, 2}, PATIENCE_S)
        while len(seen) < 2:
            seen += await bus.consume({1, 2}, PATIENCE_S)
        assert sorted(names(seen)) == [(1, "after"), (2, "after")]
        assert log.events == ["bus.up"], "streams and groups are made again at once"

    async def test_emptied_while_somebody_waits(self, bus, log, redis_server, raw):
        for number in range(5):
            waiting = asyncio.create_task(bus.consume({1, 2}, PATIENCE_S))
            await blocked(raw)
            redis_server.flush()
            await bus.publish([pointer(2, str(number))])
            assert names(await waiting) == [(2, str(number))]
        assert log.events == ["bus.up"]

    async def test_no_redis_at_the_start(self, redis_server):
        redis_server.stop()
        log = RecordingLog()
        async with asyncio.timeout(2 * PATIENCE_S), running_bus(redis_server.url, log=log) as bus:
            watch = bus.watch("events")
            assert not bus.healthy()
            await bus.publish([pointer(1, "a")])
            assert await bus.consume({1}, 0.01) == []
            redis_server.start()
            assert names(await received(bus, {1})) == [(1, "a")]
            assert await watch.wait(PATIENCE_S)
            await connected(bus)
        assert log.events == ["bus.down", "bus.up"]

    async def test_closing_without_redis(self, redis_server):
        redis_server.stop()
        async with asyncio.timeout(PATIENCE_S), running_bus(redis_server.url) as bus:
            await bus.publish([pointer(1, "a")])
            waiting = asyncio.create_task(bus.consume({1}, PATIENCE_S))
            await asyncio.sleep(0)
            await bus.close()
            assert await waiting == []

    async def test_a_wrong_password_is_said_once_and_mended_while_running(self, redis_server, raw):
        log = RecordingLog()
        url = redis_server.url.replace("redis://", "redis://:wr0ng@")
        await raw.config_set("requirepass", "r1ght")
        try:
            async with asyncio.timeout(2 * PATIENCE_S), running_bus(url, log=log) as bus:
                assert await bus.consume({1}, 0.3) == []
                await bus.publish([pointer(1, "a")])
                await bus.notify("events")
                assert not bus.healthy()
                assert log.events == ["bus.down"]
                assert "password" in log.reasons[0]
                assert "wr0ng" not in log.reasons[0]
                await raw.config_set("requirepass", "wr0ng")
                assert names(await received(bus, {1})) == [(1, "a")]
        finally:
            await raw.config_set("requirepass", "")

    async def test_a_full_redis_is_a_delay(self, redis_server, raw):
        log = RecordingLog()
        async with asyncio.timeout(2 * PATIENCE_S), running_bus(redis_server.url, log=log) as bus:
            await connected(bus)
            await raw.config_set("maxmemory", "1")
            try:
                await bus.publish([pointer(1, "a")])
                await noticed(bus)
            finally:
                await raw.config_set("maxmemory", "0")
            assert names(await received(bus, {1})) == [(1, "a")]
            await connected(bus)
        assert log.events == ["bus.up", "bus.down", "bus.up"]

    async def test_a_foreign_key_in_our_place_is_a_delay(self, redis_server, raw):
        await raw.set(route_key(1), "not a stream")
        async with asyncio.timeout(2 * PATIENCE_S), running_bus(redis_server.url) as bus:
            await bus.publish([pointer(1, "a")])
            assert await bus.consume({1}, 0.1) == []
            assert not bus.healthy()
            await raw.delete(route_key(1))
            assert names(await received(bus, {1})) == [(1, "a")]
            await connected(bus)


class TestNetwork:
    @pytest.fixture
    async def proxy(self, redis_server, fault_proxy):
        return await fault_proxy(redis_server.port)

    @pytest.fixture
    async def far(self, proxy):
        async with asyncio.timeout(3 * PATIENCE_S), running_bus(f"redis://{proxy.host}:{proxy.port}/0", "far") as bus:
            yield await connected(bus)

    @pytest.mark.parametrize("how", ["fin", "rst"])
    async def test_a_connection_cut_while_waiting_loses_nothing(self, proxy, far, bus, raw, how):
        watch = far.watch("events")
        for number in range(3):
            await far.consume({1}, 0)
            waiting = asyncio.create_task(received(far, {1}))
            await blocked(raw)
            await proxy.cut(how)
            await bus.publish([pointer(1, str(number))])
            got = await waiting
            while (1, str(number)) not in names(got):
                got += await received(far, {1})
            await far.ack(got)
            assert await watch.wait(PATIENCE_S)

    async def test_a_silent_network_hangs_no_call(self, proxy, far, bus):
        watch = far.watch("events")
        await far.consume({1}, 0)
        proxy.mode = "blackhole"
        await far.publish([pointer(1, "from far")])
        await far.notify("events")
        await noticed(far)
        assert await far.consume({1}, 0.01) == []
        await bus.publish([pointer(1, "to far")])
        proxy.mode = "pass"
        while await watch.wait(0):  # its own notification
            pass
        assert await watch.wait(PATIENCE_S)
        seen = set()
        while len(seen) < 2:
            seen.update(names(await far.consume({1}, 0.5)))
        assert seen == {(1, "from far"), (1, "to far")}
        await connected(far)

    async def test_a_silent_network_is_noticed_by_an_idle_process(self, proxy, far):
        proxy.mode = "blackhole"
        watch = far.watch("events")
        while far.healthy():
            await watch.wait(0.05)
        assert not far.healthy()

    async def test_a_silent_network_does_not_hold_up_the_end(self, proxy, redis_server):
        async with running_bus(f"redis://{proxy.host}:{proxy.port}/0") as far:
            await connected(far)
            proxy.mode = "blackhole"
            await far.publish([pointer(1, "a")])
            waiting = asyncio.create_task(far.consume({1}, 10 * PATIENCE_S))
            await asyncio.sleep(0)
            async with asyncio.timeout(PATIENCE_S):
                await far.close()
                assert await waiting == []

    async def test_a_slow_network_is_slow_and_nothing_else(self, proxy, far, bus):
        proxy.mode = "slow"
        for number in range(5):
            await bus.publish([pointer(partition, str(number)) for partition in range(64)])
            got = []
            while len(got) < 64:
                got += await far.consume(range(64), PATIENCE_S)
            assert {each.journal_id for each in got} == {str(number)}
            await far.ack(got)
        assert far.healthy()

    async def test_a_server_that_refuses_connections(self, proxy, far):
        proxy.mode = "refuse"
        await proxy.cut("rst")
        await noticed(far)
        await far.publish([pointer(1, "a")])
        proxy.mode = "pass"
        assert names(await received(far, {1})) == [(1, "a")]
        await connected(far)
