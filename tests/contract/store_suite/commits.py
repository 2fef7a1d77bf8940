"""What crosses the door is committed, or the store was away: a connector hears of nothing else."""

import asyncio

import pytest

from router.bus.local import LocalBus
from router.clock import VirtualClock
from router.flow.commits import Arrival, Commits
from router.model.errors import Conflict, MediaGone, StoreUnavailable
from router.store import journal
from router.store.rows import MediaRow, SealedRow
from router.store.script import Store, insert, run
from tests.contract.store_suite.make import NOW, entry, uid


class Yielding:
    """A store beside which somebody takes back what was in the way, once a conflict was told `after` times."""

    def __init__(self, store: Store, row: SealedRow, *, after: int) -> None:
        self._store, self._row, self._left = store, row, after

    async def write(self, script):
        try:
            return await self._store.write(script)
        except Conflict:
            self._left -= 1
            if self._left == 0:
                await self._store.write(run("DELETE FROM sealed WHERE id = :id", id=self._row.id))
            raise


def commits(store) -> Commits:
    return Commits(store=store, bus=LocalBus(), clock=VirtualClock(NOW))


def arrival(key: str, *, sealed: SealedRow | None = None, **more) -> Arrival:
    rows = [] if sealed is None else [sealed]
    return Arrival(journal=[entry(key, sealed_id=sealed and sealed.id)], quarantine=(), sealed=rows, **more)


@pytest.fixture
async def taken(store: Store) -> SealedRow:
    """A row that is there already: whoever brings it has a conflict."""
    row = SealedRow(id=uid(), key_id="k1", data=b"x", created_at_ms=NOW)
    await store.write(insert([row]))
    return row


class CommitsSuite:
    async def test_a_conflict_that_passes_is_not_noticed(self, store: Store, taken: SealedRow):
        door = commits(Yielding(store, taken, after=2))
        assert await door.write(arrival("a", sealed=taken)) == ["new"]
        assert await door.write(arrival("a")) == ["duplicate"]

    async def test_a_conflict_that_stays_is_a_store_that_is_away(self, store: Store, taken: SealedRow):
        door = commits(store)
        first, stuck, last = await asyncio.gather(
            door.write(arrival("first")),
            door.write(arrival("stuck", sealed=taken)),
            door.write(arrival("last")),
            return_exceptions=True,
        )
        assert isinstance(stuck, StoreUnavailable)
        assert first == last == ["new"], "whom it came with is not harmed"
        assert await store.read(journal.find("email", "default", "stuck")) is None

    async def test_a_file_that_is_going_is_kept_anew_by_whoever_has_it(self, store: Store):
        going = MediaRow(hash="cd" * 32, key_id="k1", size=2, created_at_ms=NOW, going_at_ms=NOW)
        await store.write(insert([going]))
        with pytest.raises(MediaGone):
            await commits(store).write(arrival("a", known=[going.hash]))
