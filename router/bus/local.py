"""The bus inside one process: no server, no thread, memory bounded by the number of partitions.

Made by `app` for the embedded set-up; all callers share its event loop.
"""

import asyncio
import itertools
from collections.abc import Collection, Sequence

from router.bus import Pointer, Topic
from router.bus.signals import Claims, Hearings, Listener
from router.bus.topics import Topics, TopicWatch
from router.model.signals import Signal


class LocalBus:
    """At most one pointer waits and one is unacked for each partition: either wakes the owner for all of its rows."""

    def __init__(self) -> None:
        self._waiting: dict[int, Pointer] = {}
        """By partition, in the order of publishing."""
        self._unacked: dict[int, Pointer] = {}
        self._owned: frozenset[int] = frozenset()
        self._entries = itertools.count(1)
        self._bell = asyncio.Event()
        """Rung once and then replaced, so that everybody who looked before the ring hears it."""
        self._topics = Topics()
        self._hearings, self._claims = Hearings(), Claims()
        self._closed = False

    async def publish(self, pointers: Sequence[Pointer]) -> None:
        """Announce committed rows; a partition that already waits needs no second pointer."""
        for pointer in pointers:
            if pointer.partition not in self._waiting and not self._closed:
                entry = Pointer(
                    partition=pointer.partition, journal_id=pointer.journal_id, entry=str(next(self._entries))
                )
                self._waiting[pointer.partition] = entry
        self._ring()

    async def consume(self, partitions: Collection[int], wait_s: float) -> list[Pointer]:
        """Pointers of the owned partitions, oldest first; waits up to `wait_s` seconds for the first."""
        owned = frozenset(partitions)
        self._redeliver(owned - self._owned)
        self._owned = owned
        try:
            async with asyncio.timeout(wait_s):
                while not (ready := self._take(owned)):
                    await self._bell.wait()
                    if self._closed:
                        return []
        except TimeoutError:
            return []
        return ready

    async def ack(self, pointers: Sequence[Pointer]) -> None:
        """Forget entries whose rows were worked."""
        for pointer in pointers:
            unacked = self._unacked.get(pointer.partition)
            if unacked is not None and unacked.entry == pointer.entry:
                del self._unacked[pointer.partition]

    async def notify(self, topic: Topic) -> None:
        """Wake everybody who watches `topic`."""
        self._topics.wake(topic)

    def watch(self, topic: Topic) -> TopicWatch:
        """A watcher that misses no `notify` made after this call."""
        return self._topics.watch(topic)

    async def signal(self, signal: Signal) -> None:
        """Tell whoever hears."""
        self._hearings.tell(signal)

    def hear(self) -> Listener:
        """A listener of all signals from this call on."""
        return self._hearings.hear()

    async def claim(self, name: str, for_ms: int) -> bool:
        """Whether it was free."""
        return not self._closed and self._claims.claim(name, for_ms)

    def healthy(self) -> bool:
        """Until closed, memory does not fail."""
        return not self._closed

    def trouble(self) -> str | None:
        """None: there is nobody to reach."""
        return None

    def buried(self) -> int:
        """Nothing foreign ever enters this bus."""
        return 0

    async def close(self) -> None:
        """Wake all waiters; what waited is found again in the journal."""
        self._closed = True
        self._waiting.clear()
        self._ring()
        self._topics.wake_all()

    def _ring(self) -> None:
        rung, self._bell = self._bell, asyncio.Event()
        rung.set()

    def _take(self, owned: frozenset[int]) -> list[Pointer]:
        ready = [pointer for partition, pointer in self._waiting.items() if partition in owned]
        for pointer in ready:
            del self._waiting[pointer.partition]
            self._unacked[pointer.partition] = pointer
        return ready

    def _redeliver(self, gained: frozenset[int]) -> None:
        """What a former owner left unacked stands before what waits, and for it."""
        left = {partition: pointer for partition, pointer in self._unacked.items() if partition in gained}
        self._waiting = left | {key: value for key, value in self._waiting.items() if key not in left}
