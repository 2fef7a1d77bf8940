"""The bus suite over Redis Streams, and the streams themselves: pages, take-over, poison, what is left behind."""

import asyncio
from contextlib import AsyncExitStack

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.bus import Pointer
from router.bus.streams import STREAM_MAX, dead_key, read_entry, route_key
from router.model.limits import SIGNAL_BYTES_MAX

pytest.register_assert_rewrite("tests.contract.bus_suite", "tests.contract.redis_buses")

from tests.contract.bus_suite import PATIENCE_S, BusSuite, names, pointer, signal  # noqa: E402 -- rewritten first
from tests.contract.redis_buses import WithRedis, blocked, connected, running_bus  # noqa: E402


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


class TestSignals(WithRedis):
    async def test_what_is_no_signal_is_nobodys_loss(self, bus, raw):
        hearing = bus.hear()
        good, better = (msgspec.json.encode(signal(name)) for name in ("good", "better"))
        ill_typed = good.replace(b'"good"', b"7")
        bad = [b"", b"\n", b"two\n{}", b"two\n\xff", b"two\n" + b"[" * 5_000, b"two\n" + ill_typed]
        for body in [*bad, b"one\n" + good, b"two\n" + good + b" " * SIGNAL_BYTES_MAX, b"two\n" + better]:
            await raw.publish("sb:signals", body)
        async with asyncio.timeout(PATIENCE_S):
            assert (await hearing.next()).thread == "better", "not our own echo either"
        assert bus.healthy()

    async def test_one_that_is_too_large_stays_here(self, bus, raw):
        async with raw.pubsub() as listener:
            await listener.subscribe("sb:signals")
            await bus.signal(signal("x" * SIGNAL_BYTES_MAX))
            await bus.signal(signal("small"))
            async with asyncio.timeout(PATIENCE_S):
                while (told := await listener.get_message(timeout=1)) is None or told["type"] != "message":
                    pass
        assert told["data"].startswith(b"one\n")
        assert b"small" in told["data"]


class TestStreams(WithRedis):
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
