"""Who follows one conversation is woken by what concerns it, once for all that came at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from router.bus.local import LocalBus
from router.flow.feed import ConversationWatch, Feed
from router.model.changes import Record
from router.store import changes, migrate
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.make import NOW, Case, put


class World:
    """A feed that follows a store."""

    def __init__(self, store: SqliteStore) -> None:
        self.store, self.bus = store, LocalBus()
        self.feed = Feed(store=store, bus=self.bus, metrics=Metrics(), log=SilentLog())

    async def happened(self, *cases: Case, told: tuple[Record, ...] = ()) -> int:
        """In one transaction; the newest event, once the feed has handed it out."""
        before = self.feed.last_event_id
        if cases:
            await put(self.store, *cases)
        else:
            await self.store.write(changes.apply(told, now_ms=NOW))
        await self.bus.notify("events")
        async with asyncio.timeout(60):
            while self.feed.last_event_id == before:
                await asyncio.sleep(0)
        for _ in range(20):  # who was woken has looked
            await asyncio.sleep(0)
        return self.feed.last_event_id


@pytest.fixture
async def world(tmp_path) -> AsyncIterator[World]:
    store = await SqliteStore.open(tmp_path / "house.db")
    await store.write(migrate.migrate("sqlite", now_ms=1))
    made = World(store)
    following = asyncio.create_task(made.feed.run())
    yield made
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await store.close()


async def watched(world: World, watch: ConversationWatch, woken: list[int]) -> None:
    async with aclosing(world.feed.changes(watch.concerns)) as news:
        async for _ in news:
            woken.append(world.feed.last_event_id)  # noqa: PERF401 -- while it waits, others look


async def test_who_waits_for_a_conversation_to_begin_is_woken_by_beginnings_alone(world):
    woken: list[int] = []
    ann, ben, carl = Case("Ann"), Case("Ben"), Case("Carl")
    waiting = asyncio.create_task(watched(world, ConversationWatch(), woken))
    await asyncio.sleep(0)
    both = await world.happened(ann, ben)
    await world.happened(told=(Record(ann.event("delivery.state", ann.reply)),))
    third = await world.happened(carl)
    waiting.cancel()
    assert woken == [0, both, third], "two that began at once are one thing to look at"


async def test_who_follows_a_conversation_hears_of_nothing_else(world):
    woken: list[int] = []
    ann, ben = Case("Ann"), Case("Ben")
    watch = ConversationWatch()
    watch.conversation_id = ann.conversation.id
    waiting = asyncio.create_task(watched(world, watch, woken))
    await asyncio.sleep(0)
    began = await world.happened(ann)
    await world.happened(ben)
    changed = await world.happened(told=(Record(ann.event("delivery.state", ann.reply)),))
    waiting.cancel()
    assert woken == [0, began, changed]
