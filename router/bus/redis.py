"""The bus among many processes: Redis Streams carry pointers, pub/sub carries topics.

Made by `app`; everything runs in its event loop. Three connections: a sender that nobody waits for, a reader that
blocks for the owner of partitions, a listener for topics whose pings notice a silent network; a fourth for claims, once
there are any. Losing Redis, or all it
held, costs time and nothing else: the journal is in the database (docs/decisions/0002).
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Sequence
from typing import Final

from router.bus import Pointer, Topic
from router.bus.link import CALL_S, Command, Health, Pause, Wire, accepted
from router.bus.signals import Hearings, Listener, packed, unpacked
from router.bus.streams import StreamReader, add, forget
from router.bus.topics import Topics, TopicWatch
from router.connector import Log
from router.model.limits import SIGNALS_WAITING_MAX
from router.model.signals import Signal

HEARTBEAT_S: Final = 1.0
"""The listener asks for a sign of life after so much silence; after as much again, Redis is away."""
_CLOSE_S: Final = 0.5
_CHANNELS: Final[dict[bytes, Topic]] = {b"sb:outbox": "outbox", b"sb:events": "events", b"sb:rules": "rules"}
_SIGNALS: Final = b"sb:signals"


class _Parcel:
    """What waits to be sent: bounded by the partitions, the topics and the entries the worker holds."""

    def __init__(self) -> None:
        self.pointers: dict[int, Pointer] = {}
        """The oldest unsent one of each partition stands for the younger ones."""
        self.acks: dict[int, list[str]] = {}
        self.topics: set[Topic] = set()
        self.signals: list[bytes] = []

    def commands(self, sender: str) -> list[Command]:
        """Everything as one pipeline; acks first, so that who sees a new entry sees them done."""
        acks = [command for partition, entries in self.acks.items() for command in forget(partition, entries)]
        channels = [channel for channel, topic in _CHANNELS.items() if topic in self.topics]
        return [
            *acks,
            *map(add, self.pointers.values()),
            *(("PUBLISH", channel, sender) for channel in channels),
            *(("PUBLISH", _SIGNALS, body) for body in self.signals),
        ]

    def join(self, later: "_Parcel") -> None:
        """Take over what came in while this one could not be sent. Signals are lost: they may have been told."""
        self.signals.clear()
        for partition, pointer in later.pointers.items():
            self.pointers.setdefault(partition, pointer)
        for partition, entries in later.acks.items():
            self.acks.setdefault(partition, []).extend(entries)
        self.topics |= later.topics


class RedisBus:
    """Pointers and topics through one Redis. `open` it; one worker at a time calls `consume`."""

    def __init__(self, url: str, *, name: str, log: Log, jitter: Callable[[], float]) -> None:
        self._name = name
        self._jitter = jitter
        self._topics, self._hearings = Topics(), Hearings()
        self._health = Health(log, first="listener")
        self._listening, self._sending, self._reading, self._claiming = (Wire(url) for _ in range(4))
        self._one_claim = asyncio.Lock()
        """A wire takes one question at a time."""
        self._reader = StreamReader(self._reading)
        self._reader_pause = Pause(jitter)
        self._retry_at = 0.0
        """Loop time before which the reader leaves Redis alone."""
        self._read_limit: asyncio.Timeout | None = None
        """Ends a read that is under way when the bus closes."""
        self._parcel = _Parcel()
        self._work = asyncio.Event()
        self._closed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, url: str, *, name: str, log: Log, jitter: Callable[[], float]) -> "RedisBus":
        """A started bus; Redis need not be there. `name` is this process's own, `jitter` gives numbers in [0, 1).

        Raises ValueError for a URL that names no Redis.
        """
        bus = cls(url, name=name, log=log, jitter=jitter)
        bus._tasks = [asyncio.create_task(bus._send()), asyncio.create_task(bus._listen())]
        return bus

    async def publish(self, pointers: Sequence[Pointer]) -> None:
        """Announce committed rows; returns at once. The newer of two pointers unsent for one partition is dropped."""
        for pointer in pointers:
            self._parcel.pointers.setdefault(pointer.partition, pointer)
        self._work.set()

    async def ack(self, pointers: Sequence[Pointer]) -> None:
        """Forget entries whose rows were worked; returns at once."""
        if self._closed.is_set():
            return
        for pointer in pointers:
            self._parcel.acks.setdefault(pointer.partition, []).append(pointer.entry)
        self._work.set()

    async def notify(self, topic: Topic) -> None:
        """Wake everybody who watches `topic`: here at once, elsewhere through Redis."""
        self._topics.wake(topic)
        self._parcel.topics.add(topic)
        self._work.set()

    def watch(self, topic: Topic) -> TopicWatch:
        """A watcher that misses no `notify` made after this call: every (re)connection wakes it as well."""
        return self._topics.watch(topic)

    async def signal(self, signal: Signal) -> None:
        """Tell whoever hears, here at once, elsewhere through Redis if it is there; returns at once."""
        self._hearings.tell(signal)
        body = packed(self._name, signal)
        if body is not None and self.healthy() and len(self._parcel.signals) < SIGNALS_WAITING_MAX:
            self._parcel.signals.append(body)
            self._work.set()

    def hear(self) -> Listener:
        """A listener of all signals from this call on."""
        return self._hearings.hear()

    async def claim(self, name: str, for_ms: int) -> bool:
        """Whether it was free; False, too, when Redis does not say so within `CALL_S`."""
        if self._closed.is_set():
            return False
        try:
            async with self._one_claim:
                (reply,) = await self._claiming.ask([("SET", f"sb:claim:{name}", self._name, "NX", "PX", for_ms)])
        except Exception:  # noqa: BLE001 -- whatever is wrong with Redis, whoever asks goes without
            return False
        return reply == b"OK"

    def healthy(self) -> bool:
        """Whether all three connections worked when last used."""
        return self._health.up and not self._closed.is_set()

    def trouble(self) -> str | None:
        """What Redis said, or how it could not be reached."""
        return self._health.trouble

    def buried(self) -> int:
        """Poison entries this process set aside."""
        return self._reader.buried

    async def consume(self, partitions: Collection[int], wait_s: float) -> list[Pointer]:
        """Pointers of the owned partitions, oldest first; waits up to `wait_s` seconds, `CALL_S` more in trouble."""
        if self._closed.is_set():
            await asyncio.sleep(wait_s)
            return []
        loop = asyncio.get_running_loop()
        owned = frozenset(partitions)
        ends_at = loop.time() + wait_s
        if not owned:
            self._health.worked("reader")  # nothing to read, hence nothing that fails
            await self._rest(wait_s)
            return []
        while True:
            await self._rest(min(self._retry_at, ends_at) - loop.time())
            if self._closed.is_set():
                return []
            if loop.time() >= self._retry_at and (pointers := await self._read(owned, ends_at - loop.time())):
                return pointers
            if loop.time() >= ends_at:
                return []

    async def close(self) -> None:
        """Send what waits, for at most half a second, then release connections and wake all waiters."""
        self._closed.set()
        self._work.set()
        if self._read_limit is not None:
            with contextlib.suppress(RuntimeError):  # it is expiring by itself
                self._read_limit.reschedule(0)
        await asyncio.wait(self._tasks[:1], timeout=_CLOSE_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for wire in (self._listening, self._sending, self._reading, self._claiming):
            await wire.close()
        self._topics.wake_all()

    async def _rest(self, pause_s: float) -> None:
        """Wait, but not longer than the bus is open."""
        if pause_s > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._closed.wait()

    async def _read(self, owned: frozenset[int], wait_s: float) -> list[Pointer]:
        wait_s = max(wait_s, 0.0)
        try:
            async with asyncio.timeout(wait_s + CALL_S) as self._read_limit:
                pointers = await self._reader.read(owned, wait_s)
        except Exception as error:  # noqa: BLE001 -- a broken stream surfaces as almost anything from a parser
            self._retry_at = asyncio.get_running_loop().time() + self._reader_pause.next_s()
            if not self._closed.is_set():
                self._health.failed("reader", error)
            return []
        finally:
            self._read_limit = None
        self._reader_pause.reset()
        self._health.worked("reader")
        return pointers

    async def _send(self) -> None:
        """One pipeline after the other; whatever comes in meanwhile goes together with the next."""
        pause = Pause(self._jitter)
        failures = 0
        while not (self._closed.is_set() and (failures or not self._work.is_set())):
            await self._work.wait()
            self._work.clear()
            parcel, self._parcel = self._parcel, _Parcel()
            commands = parcel.commands(self._name)
            if not commands:
                continue
            try:
                accepted(await self._sending.ask(commands))
            except Exception as error:  # noqa: BLE001 -- as above
                parcel.join(self._parcel)
                self._parcel = parcel
                self._work.set()
                failures += 1
                # The first failure may be a connection that was closed while idle: a fresh one is tried at once.
                if failures > 1:
                    self._health.failed("sender", error)
                    await self._rest(pause.next_s())
            else:
                failures = 0
                pause.reset()
                self._health.worked("sender")

    async def _listen(self) -> None:
        pause = Pause(self._jitter)
        while True:
            try:
                await self._follow(pause)
            except Exception as error:  # noqa: BLE001 -- as above
                self._health.failed("listener", error)
            await self._listening.close()
            await self._rest(pause.next_s())

    async def _follow(self, pause: Pause) -> None:
        """Pass topics on until the connection fails, which raises."""
        wire = self._listening
        await wire.tell(("SUBSCRIBE", *_CHANNELS, _SIGNALS))
        unconfirmed = len(_CHANNELS) + 1
        silent = False
        while True:
            match await wire.hear(HEARTBEAT_S):
                case None if silent:
                    raise TimeoutError(f"no sign of life for {2 * HEARTBEAT_S:.0f} s")
                case None:
                    silent = True
                    await wire.tell(("PING",))
                    continue
                case [b"subscribe", *_]:
                    unconfirmed -= 1
                    if unconfirmed == 0:
                        self._health.worked("listener")
                        self._topics.wake_all()  # whatever was said before we could hear it
                case [b"message", channel, bytes() as body] if channel == _SIGNALS:
                    self._heard(body)
                case [b"message", bytes() as channel, bytes() as sender] if sender != self._name.encode():
                    self._topics.wake(_CHANNELS[channel])
                case _:
                    pause.reset()  # a pong: it stayed for a while
            silent = False

    def _heard(self, body: bytes) -> None:
        """Pass on a signal of another process; what is none is nobody's loss."""
        found = unpacked(body)
        if found is not None and found[0] != self._name.encode():
            self._hearings.tell(found[1])
