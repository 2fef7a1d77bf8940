"""A power cut at every await of the whole path, and two or three of them at random: all is well afterwards."""

import random
import shutil

import pytest

from router.store import migrate, people
from router.store.sqlite import SqliteStore
from tests.simulation.lives import AGENT, Fuse, PowerCut, World

SEEDS = range(40)


def say(number: int, thread: str, text: str) -> dict[str, object]:
    return {
        "channel": "telegram",
        "message_id": f"m-{number}",
        "thread_id": thread,
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": f"customer-of-{thread}"},
        "text": text,
    }


FIRST, AGAIN, SECOND, OTHER = (
    say(1, "a", "my transfer is stuck"),
    say(1, "a", "my transfer is stuck"),
    say(2, "a", "still stuck"),
    say(3, "b", "hello there"),
)
SPOKEN = {"a": ["my transfer is stuck", "still stuck"], "b": ["hello there"]}


@pytest.fixture
async def empty_house(tmp_path):
    """A database with its schema and one agent, to be copied."""
    path = tmp_path / "empty.db"
    store = await SqliteStore.open(path, synchronous="OFF")
    await store.write(migrate.migrate(store.dialect, now_ms=0))
    await store.write(people.add_agent(AGENT))
    await store.close()
    return path


def world(empty_house, name: object, kind: str) -> World:
    path = empty_house.with_name(f"{name}.db")
    shutil.copyfile(empty_house, path)
    return World(path, kind, [FIRST, AGAIN, SECOND, OTHER])


async def survives(subject: World, cuts: list[int], turns=list) -> int:
    """Let the house die at each of `cuts`, then live to the end; how many points its last life had."""
    for cut in cuts:
        async with subject.life(Fuse(cut)) as life:
            try:
                await subject.live(life, turns)
            except PowerCut:
                continue
            break
    fuse = Fuse()
    async with subject.life(fuse) as life:
        await subject.live(life, turns)
        await subject.assert_all_is_well(life, SPOKEN)
    return fuse.passed


@pytest.mark.parametrize("kind", ["idempotent", "plain", "looked up"])
async def test_a_power_cut_at_every_await(empty_house, kind):
    points = await survives(world(empty_house, "unharmed", kind), [])
    assert points > 100, "the whole path was walked"
    for cut in range(1, points + 1):
        await survives(world(empty_house, cut, kind), [cut])


@pytest.mark.parametrize("kind", ["idempotent", "plain", "looked up"])
async def test_power_cuts_in_a_row_while_everybody_acts_in_any_order(empty_house, kind):
    for seed in SEEDS:
        rng = random.Random(f"{kind} {seed}")
        cuts = [rng.randrange(1, 120) for _ in range(rng.choice([2, 3]))]

        def shuffled(turns, rng=rng):
            return rng.sample(turns, len(turns))

        await survives(world(empty_house, f"seed-{seed}", kind), cuts, shuffled)


async def test_without_a_fence_against_repetition_the_simulation_would_notice(empty_house):
    """The sieve itself: a provider that shows a reply twice is found out."""
    subject = world(empty_house, "sieve", "idempotent")
    async with subject.life(Fuse()) as life:
        await subject.live(life)
        subject.provider.seen.append(subject.provider.seen[0])
        with pytest.raises(AssertionError, match="each reply once"):
            await subject.assert_all_is_well(life, SPOKEN)
