"""Rows that fail while others move what they are decided on: tried once a claim, and nothing overtakes them."""

from pathlib import Path

import pytest

from router.core.inbound import decide_inbound
from router.model.errors import StatementTimeout
from router.model.limits import PARK_MS_MAX, ROUTE_ATTEMPTS_MAX
from router.store import changes
from router.store.script import Store, run, select
from tests.contract.store_suite.floods import House, told
from tests.contract.store_suite.make import NOW

COLLISIONS_MAX = 8
"""So often a batch is tried as a whole."""


class Colliding:
    """A store in which somebody moves every ticket between what a worker reads and what it writes."""

    def __init__(self, inner: Store) -> None:
        self._inner, self.times = inner, 0
        self.read = inner.read

    async def write(self, script):
        if self.times:
            self.times -= 1
            await self._inner.write(run("UPDATE tickets SET version = version + 1"))
        return await self._inner.write(script)


class Slow:
    """A store in which what is written of a message that says `slow` takes too long, or all that is written does."""

    def __init__(self, inner: Store) -> None:
        self._inner, self.is_busy, self.read = inner, False, inner.read

    async def write(self, script):
        def watched():
            result = yield from script
            slow = yield from select("SELECT id FROM messages WHERE text LIKE 'slow%'")
            if slow or (self.is_busy and isinstance(result, changes.Applied)):
                raise StatementTimeout("a statement took too long")
            return result

        return await self._inner.write(watched())


def break_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that say so cannot be decided; the rest is decided as ever."""

    def decide(entry, *args):
        if "broken" in entry.event.text:
            raise ZeroDivisionError
        return decide_inbound(entry, *args)

    monkeypatch.setattr("router.flow.route.decide_inbound", decide)


async def house_with_tickets(folder: Path, store: Store, *senders: str) -> tuple[House, Colliding]:
    colliding = Colliding(store)
    house = House(folder, colliding)
    await house.take([told(sender, 0, "where is it?") for sender in senders])
    await house.route()
    return house, colliding


async def journal_of(store: Store) -> list[tuple[str, str, int]]:
    rows = await store.read(select("SELECT message_id, state, attempts FROM journal ORDER BY id"))
    return [tuple(row) for row in rows]


class RouteSuite:
    async def test_what_is_behind_a_row_that_collides_alone_waits_for_it(self, store: Store, tmp_path: Path):
        house, colliding = await house_with_tickets(tmp_path, store, "ann", "ben")
        await house.take([told("ann", 1, "first"), told("ann", 2, "second"), told("ben", 1, "mine")])
        colliding.times = COLLISIONS_MAX + 1
        await house.workers[0].run_once()
        assert (await journal_of(store))[2:] == [("ann-1", "pending", 1), ("ann-2", "pending", 0), ("ben-1", "done", 0)]
        house.clock.advance_to(NOW + 1_000)
        await house.route()
        said = "SELECT text FROM messages WHERE kind = 'inbound' AND text IN ('first', 'second') ORDER BY id"
        assert await store.read(select(said)) == [("first",), ("second",)]

    async def test_a_row_that_fails_is_counted_once_however_often_others_collide(
        self, store: Store, tmp_path: Path, monkeypatch
    ):
        break_decisions(monkeypatch)
        house, colliding = await house_with_tickets(tmp_path, store, "ann", "ben")
        await house.take([told("ann", 1, "broken"), told("ann", 2, "and behind it"), told("ben", 1, "mine")])
        colliding.times = 1_000
        await house.workers[0].run_once()
        assert (await journal_of(store))[2:] == [
            ("ann-1", "pending", 1),
            ("ann-2", "pending", 0),
            ("ben-1", "pending", 1),
        ]

    async def test_what_stands_before_a_row_that_fails_is_tried_again(self, store: Store, tmp_path: Path, monkeypatch):
        break_decisions(monkeypatch)
        house, colliding = await house_with_tickets(tmp_path, store, "ann")
        await house.take([told("ann", 1, "fine"), told("ann", 2, "broken")])
        colliding.times = 2  # the row that fails is parked, then the batch collides
        await house.workers[0].run_once()
        assert (await journal_of(store))[1:] == [("ann-1", "done", 0), ("ann-2", "pending", 1)]

    async def test_a_row_whose_statements_take_too_long_is_given_up_while_others_get_through(
        self, store: Store, tmp_path: Path
    ):
        slow = Slow(store)
        house = House(tmp_path, slow)
        slow_ones = [told(name, 1, "slow for ever") for name in ("ann", "eve", "joe")]
        await house.take([*slow_ones, told("ann", 2, "behind it"), told("ben", 1, "mine")])
        for n in range(ROUTE_ATTEMPTS_MAX * 2):
            await house.route()
            house.clock.advance_to(house.clock.now_ms() + PARK_MS_MAX)
            await house.take([told(f"other-{n}", 1, "mine, too")])
        await house.route()
        others = [row for row in await journal_of(store) if row[1] != "dead"]
        given_up = [(f"{name}-1", "dead", 5) for name in ("ann", "eve", "joe")]
        assert [row for row in await journal_of(store) if row[1] == "dead"] == given_up
        assert {state for _, state, _ in others} == {"done"}

    async def test_while_the_database_is_slow_with_all_of_them_none_is_given_up(self, store: Store, tmp_path: Path):
        slow = Slow(store)
        house = House(tmp_path, slow)
        await house.take([told(name, 1, "mine") for name in ("ann", "ben", "eve")])
        slow.is_busy = True
        for _ in range(ROUTE_ATTEMPTS_MAX * 3):
            await house.route()
            house.clock.advance_to(house.clock.now_ms() + PARK_MS_MAX)
        assert {state for _, state, _ in await journal_of(store)} == {"pending"}
        slow.is_busy = False
        await house.route()
        assert {state for _, state, _ in await journal_of(store)} == {"done"}

    async def test_a_row_that_cannot_be_written_harms_nobody_else(self, store: Store, tmp_path: Path, monkeypatch):
        written = changes.apply

        def apply(batch, **more):
            if any("broken" in repr(change) for change in batch):
                raise OverflowError("a number that no column holds")
            return written(batch, **more)

        monkeypatch.setattr("router.flow.route.store_changes.apply", apply)
        house = House(tmp_path, store)
        await house.take([told("ann", 1, "broken"), told("ann", 2, "behind it"), told("ben", 1, "mine")])
        await house.route()
        assert await journal_of(store) == [("ann-1", "pending", 1), ("ann-2", "pending", 0), ("ben-1", "done", 0)]
        for _ in range(ROUTE_ATTEMPTS_MAX):
            house.clock.advance_to(house.clock.now_ms() + PARK_MS_MAX)
            await house.route()
        assert await journal_of(store) == [("ann-1", "dead", 5), ("ann-2", "done", 0), ("ben-1", "done", 0)]
