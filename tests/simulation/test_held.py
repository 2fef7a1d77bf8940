"""A power cut at every await while what a blocked sender wrote is held and let through: each message is filed once."""

import shutil

import pytest

from router.bus.local import LocalBus
from router.clock import TimedIds
from router.flow.abuse import Abuse
from router.model.abuse import Block
from router.model.changes import Add
from router.store import blocks, changes, migrate, people
from router.store.sqlite import SqliteStore
from tests.simulation.lives import AGENT, Fuse, Life, PowerCut, World
from tests.simulation.test_power_cuts import AGAIN, FIRST, OTHER, SECOND, SPOKEN

BLOCK = Block(id="b", kind="telegram", value="customer-of-a", reason="a mistake", actor="system", created_at_ms=1)


class Gate(World):
    """The same world, in which an agent lets through whatever is held once all of it was said."""

    def actors(self, life: Life):
        return [*super().actors(life), lambda: self._release_turn(life)]

    async def _release_turn(self, life: Life) -> bool:
        lines = await life.store.read(blocks.held_messages())
        if self.provider.waiting or len(lines) < len(SPOKEN["a"]):
            return False
        abuse = Abuse(store=life.store, bus=LocalBus(), clock=self.clock, ids=TimedIds(self.clock, seed=self.lives))
        await abuse.release([line.held.id for line in lines], "agent:agent-mei")
        return True

    async def is_settled(self, life: Life) -> bool:
        return await super().is_settled(life) and not await life.store.read(blocks.held_messages())


@pytest.fixture
async def house(tmp_path):
    """A database in which one customer is blocked."""
    path = tmp_path / "house.db"
    store = await SqliteStore.open(path, synchronous="OFF")
    await store.write(migrate.migrate(store.dialect, now_ms=0))
    await store.write(people.add_agent(AGENT))
    await store.write(changes.apply([Add(BLOCK)], now_ms=1))
    await store.close()
    return path


async def survives(house, name: object, cuts: list[int]) -> int:
    path = house.with_name(f"{name}.db")
    shutil.copyfile(house, path)
    # Whoever is blocked speaks last, so that tickets are numbered as in the plain world.
    subject = Gate(path, "idempotent", [OTHER, FIRST, AGAIN, SECOND])
    for cut in cuts:
        async with subject.life(Fuse(cut)) as life:
            try:
                await subject.live(life)
            except PowerCut:
                continue
            break
    fuse = Fuse()
    async with subject.life(fuse) as life:
        await subject.live(life)
        await subject.assert_all_is_well(life, SPOKEN)
    return fuse.passed


async def test_a_power_cut_at_every_await_files_what_was_held_once(house):
    points = await survives(house, "unharmed", [])
    assert points > 100, "the whole path was walked"
    for cut in range(1, points + 1):
        await survives(house, cut, [cut])
