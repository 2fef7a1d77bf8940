"""Leases: even shares, take-over of the dead, tokens that grow with every owner."""

import asyncio

import pytest

from router.model.errors import Fenced
from router.model.limits import CLOCKS_APART_MS_MAX, PARTITIONS
from router.store import journal, leases
from router.store.script import Store
from tests.contract.store_suite.make import NOW


async def acquire(store: Store, owner: str, at_ms: int) -> dict[int, int]:
    return await store.write(leases.acquire(owner, now_ms=NOW + at_ms, lease_ms=1_000))


async def fenced(store: Store, fences: dict[int, int]) -> bool:
    try:
        await store.write(journal.finish([], fences=fences, now_ms=NOW))
    except Fenced:
        return True
    return False


class LeaseSuite:
    async def test_a_lone_worker_takes_everything_and_keeps_its_tokens(self, store: Store):
        held = await acquire(store, "one", 0)
        assert sorted(held) == list(range(PARTITIONS))
        assert set(held.values()) == {1}
        assert await acquire(store, "one", 500) == held
        assert await acquire(store, "one", 5_000) == held, "nobody took them while it slept"
        assert not await fenced(store, held)

    async def test_workers_share_evenly(self, store: Store):
        await acquire(store, "one", 0)
        for at_ms in range(0, 600, 200):
            one, two, three = [await acquire(store, name, at_ms) for name in ("one", "two", "three")]
        assert sorted(map(len, (one, two, three))) == [20, 22, 22]
        assert sorted([*one, *two, *three]) == list(range(PARTITIONS))
        assert await store.read(leases.owners(now_ms=NOW + 600)) == {
            "one": len(one),
            "two": len(two),
            "three": len(three),
        }

    async def test_a_killed_worker_is_replaced_and_fenced(self, store: Store):
        dead = await acquire(store, "dead", 0)
        assert await acquire(store, "heir", 900) == {}
        assert not await fenced(store, dead)
        heir = await acquire(store, "heir", 1_000)
        assert heir.keys() == dead.keys()
        assert all(heir[partition] == dead[partition] + 1 for partition in heir)
        assert await fenced(store, {5: dead[5]})
        assert not await fenced(store, heir)

    async def test_a_killed_worker_whose_clock_was_far_ahead_keeps_nobody_waiting(self, store: Store):
        ahead = await acquire(store, "ahead", 3_600_000)
        assert await store.read(leases.owners(now_ms=NOW)) == {"": PARTITIONS}
        heir = await acquire(store, "heir", 0)
        assert heir.keys() == ahead.keys(), "nobody to share with"
        assert await fenced(store, {5: ahead[5]})
        assert await acquire(store, "heir", 500) == heir

    async def test_clocks_that_differ_a_little_take_nothing_from_each_other(self, store: Store):
        ahead = await acquire(store, "ahead", CLOCKS_APART_MS_MAX)
        assert await acquire(store, "behind", 0) == {}
        assert not await fenced(store, ahead)

    async def test_a_sleeper_that_wakes_gets_its_share_with_new_tokens(self, store: Store):
        stale = await acquire(store, "sleeper", 0)
        await acquire(store, "heir", 1_100)
        awake = await acquire(store, "sleeper", 1_200)
        await acquire(store, "heir", 1_300)
        awake = await acquire(store, "sleeper", 1_400)
        assert len(awake) == PARTITIONS // 2
        assert all(awake[partition] > stale[partition] for partition in awake)

    async def test_who_stops_cleanly_keeps_nobody_waiting(self, store: Store):
        first = await acquire(store, "one", 0)
        await store.write(leases.release("one"))
        assert await store.read(leases.owners(now_ms=NOW)) == {"": PARTITIONS}
        second = await acquire(store, "two", 1)
        assert len(second) == PARTITIONS
        assert await fenced(store, {0: first[0]})

    async def test_racing_workers_never_share_a_partition(self, store: Store, other: Store):
        for at_ms in range(0, 1_000, 250):
            held = await asyncio.gather(*(acquire(store if n % 2 else other, f"worker {n}", at_ms) for n in range(8)))
            taken = [partition for each in held for partition in each]
            assert len(taken) == len(set(taken))
        assert sorted(taken) == list(range(PARTITIONS))

    @pytest.mark.parametrize("fences", [{3: 99}, {PARTITIONS + 1: 1}], ids=["wrong token", "no such partition"])
    async def test_a_made_up_fence_does_not_hold(self, store: Store, fences):
        await acquire(store, "one", 0)
        assert await fenced(store, fences)
