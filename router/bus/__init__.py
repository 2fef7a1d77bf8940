"""The bus: wakes workers and carries pointers to journal rows. Never the truth, so losing all of it is a delay.

The database owns journal, attempts, dead entries, leases and fencing tokens (docs/decisions/0002). Whatever pointer
wakes the owner of a partition, it works that partition's unprocessed journal rows in journal order.
Two implementations: `local` inside one process, `redis` (Streams) among many.
"""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

import msgspec

from router.model.signals import Signal

Topic = Literal["outbox", "events", "rules"]
"""What is broadcast to every process: a row waits to leave, events were committed, another rule set is active."""


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: some journal row of a partition waits. `entry` is the bus's own name of it, for `ack`."""

    partition: int
    journal_id: str
    entry: str = ""


class Bus(Protocol):
    """Best effort: no method raises because the bus is away; `healthy` says whether it is there."""

    async def publish(self, pointers: Sequence[Pointer]) -> None:
        """Announce journal rows that were committed. A lost announcement is found by the sweeper.

        A partition whose owner has yet to see an older pointer may get no second one: work all of its rows, then ack.
        """
        ...

    async def consume(self, partitions: Collection[int], wait_s: float) -> list[Pointer]:
        """Pointers of the partitions this worker owns, oldest first; waits up to `wait_s` for the first.

        Delivered again to a later owner until acked; a partition given up and taken back has a later owner, too.
        A malformed entry is buried and counted, never returned. For one worker at a time: each has a bus of its own.
        """
        ...

    async def ack(self, pointers: Sequence[Pointer]) -> None:
        """Forget entries whose rows were worked."""
        ...

    async def notify(self, topic: Topic) -> None:
        """Wake everybody who watches `topic`, in every process."""
        ...

    def watch(self, topic: Topic) -> "Watch":
        """A watcher that misses no `notify` made after this call (it may wake needlessly)."""
        ...

    async def signal(self, signal: Signal) -> None:
        """Pass a signal to whoever hears, in every process, once and now; what cannot be passed on is gone."""
        ...

    def hear(self) -> "Hearing":
        """A listener of all signals from this call on."""
        ...

    async def claim(self, name: str, for_ms: int) -> bool:
        """Whether nobody, in any process, has claimed `name` within its time; then it is claimed for `for_ms`.

        Keeps what all of them hear from being done by each of them. False while the bus is away: nobody does it then.
        """
        ...

    def healthy(self) -> bool:
        """Whether wake-ups travel now; while they do not, workers poll the database."""
        ...

    def trouble(self) -> str | None:
        """What went wrong last, while it is not healthy."""
        ...

    def buried(self) -> int:
        """Poison entries set aside since start."""
        ...

    async def close(self) -> None:
        """Release connections and wake all waiters."""
        ...


class Watch(Protocol):
    """One waiter of a topic."""

    async def wait(self, timeout_s: float) -> bool:
        """True when notified since the last call, False after `timeout_s` seconds."""
        ...

    def close(self) -> None:
        """Stop watching."""
        ...


class Hearing(Protocol):
    """One listener of signals; what it does not take in time is dropped."""

    async def next(self) -> Signal:
        """The next signal, waited for."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...
