"""The bus while Redis dies, forgets, refuses or cannot be reached: no call raises or hangs; nothing is lost."""

import asyncio

import pytest

from router.bus.streams import route_key

pytest.register_assert_rewrite("tests.contract.bus_suite", "tests.contract.redis_buses")

from tests.contract.bus_suite import PATIENCE_S, names, pointer, signal  # noqa: E402 -- rewritten first
from tests.contract.redis_buses import (  # noqa: E402
    RecordingLog,
    WithRedis,
    blocked,
    connected,
    noticed,
    received,
    running_bus,
)


class TestOutages(WithRedis):
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

    async def test_signals_are_lost_while_it_is_away_and_none_comes_late(self, redis_server):
        url = redis_server.url
        async with asyncio.timeout(2 * PATIENCE_S), running_bus(url) as here, running_bus(url, name="two") as there:
            await connected(here)
            await connected(there)
            own, hearing = here.hear(), there.hear()
            redis_server.stop()
            await noticed(here)
            await here.signal(signal("while it was away"))
            assert (await own.next()).thread == "while it was away", "in this process it needs no Redis"
            assert not await here.claim("typing", 60_000), "nobody can tell who else does it"
            redis_server.start()
            while not here.healthy():
                assert await here.consume({9}, 0.05) == []
            await connected(there)
            await here.signal(signal("after"))
            assert (await hearing.next()).thread == "after"
            assert await here.claim("typing", 60_000)

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


class TestNetwork(WithRedis):
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
        while await watch.wait(0):  # its own notification
            pass
        proxy.mode = "pass"
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
