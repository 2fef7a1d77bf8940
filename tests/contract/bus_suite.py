"""What every bus promises, whichever it is. A test file subclasses `BusSuite` and gives it a `processes` fixture.

Nothing here waits for time to pass: `PATIENCE_S` only ends a test whose bus lost a wake-up.
"""

import asyncio
from collections.abc import Awaitable, Callable

from router.bus import Bus, Pointer
from router.model.limits import PARTITIONS, SIGNALS_WAITING_MAX
from router.model.signals import Signal

PATIENCE_S = 20.0

Processes = Callable[[], Awaitable[Bus]]
"""Each call gives the bus of one more process; where there is one process only, always the same."""


def pointer(partition: int, journal_id: str) -> Pointer:
    return Pointer(partition=partition, journal_id=journal_id)


def signal(thread: str, **fields: object) -> Signal:
    where = {"channel": "webchat", "account": "main", "thread": thread, "peer": "ann"}
    return Signal(kind="typing", by="agent", **where, **fields)


def names(pointers: list[Pointer]) -> list[tuple[int, str]]:
    return [(each.partition, each.journal_id) for each in pointers]


class BusSuite:
    async def test_what_was_published_before_anybody_consumed_arrives(self, processes: Processes):
        bus = await processes()
        await bus.publish([pointer(1, "a"), pointer(2, "b")])
        assert names(await bus.consume({1, 2}, PATIENCE_S)) == [(1, "a"), (2, "b")]

    async def test_a_waiting_consumer_wakes(self, processes: Processes):
        one, other = await processes(), await processes()
        waiting = asyncio.create_task(one.consume({5}, PATIENCE_S))
        await asyncio.sleep(0)
        await other.publish([pointer(5, "a")])
        assert names(await waiting) == [(5, "a")]

    async def test_an_owner_gets_its_own_partitions_only(self, processes: Processes):
        bus = await processes()
        await bus.publish([pointer(1, "mine"), pointer(2, "yours")])
        assert names(await bus.consume({1}, PATIENCE_S)) == [(1, "mine")]
        assert await bus.consume({1}, 0) == []
        assert names(await bus.consume({1, 2}, PATIENCE_S))[-1] == (2, "yours")

    async def test_nobody_waits_longer_than_asked(self, processes: Processes):
        bus = await processes()
        async with asyncio.timeout(PATIENCE_S):
            assert await bus.consume({1, 2, 3}, 0.01) == []
            assert await bus.consume((), 0.01) == []
            assert await bus.watch("rules").wait(0.01) in {True, False}

    async def test_pointers_of_a_partition_keep_their_order(self, processes: Processes):
        here, there = await processes(), await processes()
        expected = [f"{number:04}" for number in range(40)]
        seen = []
        for journal_id in expected:
            await there.publish([pointer(7, journal_id)])
            got = await here.consume({7}, PATIENCE_S)
            seen += [each.journal_id for each in got]
            await here.ack(got)
        assert seen == expected

    async def test_a_burst_is_delivered_in_order_and_wakes_every_partition(self, processes: Processes):
        bus = await processes()
        everything = [pointer(number % 3, f"{number:04}") for number in range(300)]
        for at in range(0, len(everything), 50):
            await bus.publish(everything[at : at + 50])
        seen: dict[int, list[str]] = {0: [], 1: [], 2: []}
        while not all(seen.values()):
            got = await bus.consume(set(seen), PATIENCE_S)
            assert got, "a partition was never woken"
            for each in got:
                seen[each.partition].append(each.journal_id)
        for partition, ids in seen.items():
            assert ids == sorted(set(ids))
            assert ids[0] == f"{partition:04}"

    async def test_unacked_entries_come_back_to_later_owners_until_acked(self, processes: Processes):
        first = await processes()
        await first.publish([pointer(1, "a")])
        got = await first.consume({1}, PATIENCE_S)
        assert names(got) == [(1, "a")]
        for _ in range(3):
            assert await first.consume((), 0) == []
            later = await processes()
            again = await later.consume({1}, PATIENCE_S)
            assert names(again) == [(1, "a")]
            assert await later.consume({1}, 0) == [], "the same owner sees an entry once"
            first = later
        await first.ack(again)
        await first.publish([pointer(2, "after the ack")])
        await first.consume({2}, PATIENCE_S)
        later = await processes()
        assert await later.consume({1}, 0) == []

    async def test_a_partition_taken_back_brings_what_was_left_unacked(self, processes: Processes):
        bus = await processes()
        await bus.publish([pointer(1, "a"), pointer(2, "b")])
        assert len(await bus.consume({1, 2}, PATIENCE_S)) == 2
        assert await bus.consume({2}, 0) == []
        assert names(await bus.consume({1, 2}, PATIENCE_S)) == [(1, "a")]

    async def test_what_a_former_owner_left_comes_before_what_is_new(self, processes: Processes):
        first, publisher = await processes(), await processes()
        await publisher.publish([pointer(1, "old")])
        assert names(await first.consume({1}, PATIENCE_S)) == [(1, "old")]
        await first.consume((), 0)
        await publisher.publish([pointer(1, "new")])
        later = await processes()
        assert names(await later.consume({1}, PATIENCE_S))[0] == (1, "old")

    async def test_an_ack_of_the_unknown_is_harmless(self, processes: Processes):
        bus = await processes()
        await bus.publish([pointer(1, "a")])
        got = await bus.consume({1}, PATIENCE_S)
        await bus.ack([*got, *got, Pointer(partition=3, journal_id="b", entry="17-0")])
        await bus.publish([pointer(1, "c")])
        assert names(await bus.consume({1, 3}, PATIENCE_S)) == [(1, "c")]

    async def test_no_committed_row_is_left_behind(self, processes: Processes):
        """The worker's use of the bus: committed rows are worked by their partition, whatever pointer woke it."""
        worker, publisher = await processes(), await processes()
        partitions = range(PARTITIONS)
        journal: dict[int, list[int]] = {partition: [] for partition in partitions}
        total = 2_000

        async def commit_and_publish() -> None:
            for row in range(total):
                partition = row * 7 % PARTITIONS if row % 2 else 3
                journal[partition].append(row)
                await publisher.publish([pointer(partition, f"{row:06}")])
                if row % 16 == 0:
                    await asyncio.sleep(0)

        publishing = asyncio.create_task(commit_and_publish())
        worked: list[int] = []
        while len(worked) < total:
            got = await worker.consume(partitions, PATIENCE_S)
            assert got, f"{total - len(worked)} committed rows and nobody was woken"
            for partition in {each.partition for each in got}:
                worked += journal[partition]
                journal[partition].clear()
            await worker.ack(got)
        await publishing
        assert sorted(worked) == list(range(total))

    async def test_a_watcher_misses_no_notification(self, processes: Processes):
        here, there = await processes(), await processes()
        watch = here.watch("events")
        for _ in range(50):
            await there.notify("events")
            assert await watch.wait(PATIENCE_S)

    async def test_a_notification_made_before_the_wait_counts(self, processes: Processes):
        bus = await processes()
        watch = bus.watch("outbox")
        await bus.notify("outbox")
        await asyncio.sleep(0)
        assert await watch.wait(PATIENCE_S)

    async def test_every_watcher_of_the_topic_wakes_in_every_process(self, processes: Processes):
        here, there = await processes(), await processes()
        watches = [here.watch("rules"), here.watch("rules"), there.watch("rules")]
        await here.notify("rules")
        assert all([await watch.wait(PATIENCE_S) for watch in watches])

    async def test_a_closed_watch_is_not_woken(self, processes: Processes):
        bus = await processes()
        watch, other = bus.watch("rules"), bus.watch("rules")
        watch.close()
        watch.close()
        await bus.notify("rules")
        assert await other.wait(PATIENCE_S)
        assert not await watch.wait(0)

    async def test_closing_wakes_all_waiters(self, processes: Processes):
        bus = await processes()
        watch = bus.watch("events")
        waiting = [
            asyncio.create_task(bus.consume({1, 2}, PATIENCE_S)),
            asyncio.create_task(watch.wait(PATIENCE_S)),
        ]
        await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S / 2):
            await bus.close()
            consumed, _ = await asyncio.gather(*waiting)
        assert consumed == []

    async def test_a_closed_bus_raises_nothing_and_says_nothing(self, processes: Processes):
        bus = await processes()
        assert bus.healthy()
        await bus.close()
        await bus.close()
        assert not bus.healthy()
        await bus.publish([pointer(1, "a")])
        await bus.ack([Pointer(partition=1, journal_id="a", entry="1-0")])
        await bus.notify("events")
        assert await bus.consume({1}, 0.01) == []
        assert bus.buried() == 0

    async def test_a_signal_is_heard_once_by_everybody_who_listens_as_it_was_said(self, processes: Processes):
        said, elsewhere = await processes(), await processes()
        early, here, there = said.hear(), said.hear(), elsewhere.hear()
        early.close()
        told = [signal("a", name="Mei 美", for_customer=True), signal("b", over=True)]
        for each in told:
            await said.signal(each)
        async with asyncio.timeout(PATIENCE_S):
            assert [await here.next() for _ in told] == told
            assert [await there.next() for _ in told] == told
            await elsewhere.signal(signal("last"))
            assert await here.next() == await there.next() == signal("last")

    async def test_signals_that_nobody_takes_do_not_pile_up(self, processes: Processes):
        bus = await processes()
        hearing = bus.hear()
        for number in range(SIGNALS_WAITING_MAX + 10):
            await bus.signal(signal(f"{number}"))
        async with asyncio.timeout(PATIENCE_S):
            heard = [(await hearing.next()).thread for _ in range(SIGNALS_WAITING_MAX)]
            await bus.signal(signal("after"))
            assert (await hearing.next()).thread == "after"
        assert heard == [str(number) for number in range(SIGNALS_WAITING_MAX)]

    async def test_what_one_claims_nobody_else_gets_until_its_time_is_over(self, processes: Processes):
        one, other = await processes(), await processes()
        assert await one.claim("typing:ann", 60_000)
        assert not await one.claim("typing:ann", 60_000)
        assert not await other.claim("typing:ann", 60_000)
        assert await other.claim("typing:bob", 1)
        async with asyncio.timeout(PATIENCE_S):
            while not await one.claim("typing:bob", 60_000):
                await asyncio.sleep(0.005)
