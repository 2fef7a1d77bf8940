"""The feed: committed events to every connected inbox, in order, none skipped, none twice.

A reader starts from a snapshot and its last event id; on return it asks for what came after. Events are read once per
process and handed to all readers; a reader that cannot keep up is told to take a fresh snapshot.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec

from router.bus import Bus
from router.model.errors import StoreUnavailable
from router.model.ids import ConversationId, EventId
from router.model.limits import FEED_BACKLOG_MAX, FEED_CLIENT_BUFFER
from router.model.tables import Event
from router.store import events as store_events
from router.store.script import Store
from router.telemetry import Logger, Metrics, why

_POLL_S = 1.0
_PAGE = 500
_AT_ONCE = 100
_PAUSE_S = 0.5
_BEGINNINGS: Final = frozenset({"message.added", "link.opened"})
"""What comes with a conversation that was not there."""


class Gap(msgspec.Struct, frozen=True):
    """Too far behind: take a fresh snapshot and go on from here."""

    last_event_id: EventId


class _Reader:
    def __init__(self) -> None:
        self.queue: asyncio.Queue[Event] = asyncio.Queue(FEED_CLIENT_BUFFER)
        self.overflowed = False

    def push(self, event: Event) -> None:
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overflowed = True


class Feed:
    """Reads committed events and fans them out."""

    def __init__(self, *, store: Store, bus: Bus, metrics: Metrics, log: Logger) -> None:
        self._store, self._bus, self._metrics, self._log = store, bus, metrics, log
        self._last = EventId(0)
        self._readers: set[_Reader] = set()

    @property
    def last_event_id(self) -> EventId:
        """The newest event handed out."""
        return self._last

    async def start(self) -> None:
        """Begin at the newest event."""
        self._last = await self._store.read(store_events.latest_id())

    async def run(self) -> None:
        """Follow the events until cancelled."""
        watch = self._bus.watch("events")
        try:
            while True:
                try:
                    while await self._pull():
                        pass
                except StoreUnavailable as error:
                    self._log.warning("feed.store_unavailable", **why(error))
                    await asyncio.sleep(_PAUSE_S)
                await watch.wait(_POLL_S)
        finally:
            watch.close()

    async def _pull(self) -> bool:
        events = await self._store.read(store_events.since(self._last, limit=_PAGE))
        for event in events:
            for reader in self._readers:
                reader.push(event)
            self._last = event.id
        return len(events) == _PAGE

    async def follow(self, after: EventId) -> AsyncIterator[list[Event] | Gap]:
        """Events after `after`, replayed and then live; a Gap when that is too far back or the reader too slow.

        Several at once where several wait, so that a reader can look up what belongs to them in one go.
        """
        reader = _Reader()
        self._readers.add(reader)
        self._metrics.feed_clients.set(len(self._readers))
        try:
            if after > self._last or self._last - after > FEED_BACKLOG_MAX:
                # Ids from the future mean another database: its reader starts afresh like one that is far behind.
                after = self._last
                yield Gap(after)
            while after < self._last:
                missed = await self._store.read(store_events.since(after, limit=_PAGE))
                after = missed[-1].id
                yield missed
            while True:
                waiting = [await reader.queue.get()]
                if reader.overflowed:
                    reader.queue = asyncio.Queue(FEED_CLIENT_BUFFER)
                    reader.overflowed = False
                    after = self._last
                    yield Gap(after)
                    continue
                while len(waiting) < _AT_ONCE and not reader.queue.empty():
                    waiting.append(reader.queue.get_nowait())
                fresh = [event for event in waiting if event.id > after]
                if fresh:
                    after = fresh[-1].id
                    yield fresh
        finally:
            self._readers.discard(reader)
            self._metrics.feed_clients.set(len(self._readers))

    async def changes(self, concerns: Callable[[Event], bool]) -> AsyncIterator[None]:
        """Yield when something that concerns the reader was committed; also once at the start.

        Once for all that waits: a reader looks at what there is, not at each fact of it.
        """
        reader = _Reader()
        self._readers.add(reader)
        try:
            yield None
            while True:
                events = [await reader.queue.get()]
                while not reader.queue.empty():
                    events.append(reader.queue.get_nowait())
                if reader.overflowed or any(map(concerns, events)):
                    reader.overflowed = False
                    yield None
        finally:
            self._readers.discard(reader)


class ConversationWatch:
    """Which events concern one conversation, which may not exist yet."""

    def __init__(self) -> None:
        self.conversation_id: ConversationId | None = None

    def concerns(self, event: Event) -> bool:
        """Until the conversation is known, each event might have made it that tells of one's beginning."""
        if self.conversation_id is None:
            return event.kind in _BEGINNINGS
        return event.conversation_id == self.conversation_id
