"""The bus suite over the in-process bus, and its bound on memory."""

import pytest

from router.bus.local import LocalBus

pytest.register_assert_rewrite("tests.contract.bus_suite")

from tests.contract.bus_suite import BusSuite, names, pointer  # noqa: E402 -- rewritten first


class TestLocalBus(BusSuite):
    @pytest.fixture
    def processes(self):
        bus = LocalBus()

        async def the_only_one():
            return bus

        return the_only_one

    async def test_a_partition_that_waits_needs_no_second_pointer(self):
        bus = LocalBus()
        for number in range(10_000):
            await bus.publish([pointer(number % 4, str(number))])
        assert names(await bus.consume(range(4), 0)) == [(0, "0"), (1, "1"), (2, "2"), (3, "3")]
        assert await bus.consume(range(4), 0) == []

    async def test_a_row_published_while_its_partition_is_worked_wakes_it_again(self):
        bus = LocalBus()
        await bus.publish([pointer(1, "a")])
        got = await bus.consume({1}, 0)
        await bus.publish([pointer(1, "b")])
        await bus.ack(got)
        assert names(await bus.consume({1}, 0)) == [(1, "b")]

    async def test_two_owners_share_it_when_each_has_its_own_partitions(self):
        bus = LocalBus()
        await bus.publish([pointer(1, "a"), pointer(2, "b")])
        assert names(await bus.consume({2}, 0)) == [(2, "b")]
        assert names(await bus.consume({1}, 0)) == [(1, "a")]

    async def test_a_watcher_wakes_once_for_all_that_was_said(self):
        bus = LocalBus()
        watch = bus.watch("events")
        await bus.notify("events")
        await bus.notify("events")
        assert await watch.wait(0)
        assert not await watch.wait(0)
        await bus.notify("rules")
        assert not await watch.wait(0)
