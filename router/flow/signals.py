"""Signals inside this process: heard from the bus, handed to whoever watches their conversation, and said.

Kept nowhere and tried once (router/model/signals.py): who watches too slowly, or comes too late, misses them.
"""

import asyncio
from collections.abc import AsyncGenerator

from router.bus import Bus
from router.model.limits import SIGNALS_WAITING_MAX
from router.model.signals import Place, Signal


class SignalWatch:
    """One watcher, of one conversation at a time."""

    def __init__(self, watchers: "dict[Place, set[SignalWatch]]") -> None:
        self._watchers = watchers
        self._waiting: asyncio.Queue[Signal] = asyncio.Queue(SIGNALS_WAITING_MAX)
        self.place: Place | None = None
        """What it watches now."""

    def move(self, place: Place | None) -> None:
        """Watch this from now on, or nothing."""
        if self.place is not None:
            there = self._watchers[self.place]
            there.discard(self)
            if not there:
                del self._watchers[self.place]
        self.place = place
        if place is not None:
            self._watchers.setdefault(place, set()).add(self)

    def tell(self, signal: Signal) -> None:
        """Keep it until it is taken; with no room, drop it."""
        if not self._waiting.full():
            self._waiting.put_nowait(signal)

    async def next(self) -> Signal:
        """The next one about the conversation that is watched."""
        while True:
            signal = await self._waiting.get()
            if signal.place == self.place:
                return signal


class SignalBoard:
    """All watchers of this process."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._watchers: dict[Place, set[SignalWatch]] = {}

    async def run(self) -> None:
        """Hand on what the bus says, until cancelled."""
        hearing = self._bus.hear()
        try:
            while True:
                signal = await hearing.next()
                for watch in self._watchers.get(signal.place, ()):
                    watch.tell(signal)
        finally:
            hearing.close()

    def watch(self) -> SignalWatch:
        """A watcher that watches nothing yet; `move(None)` when it is no longer needed."""
        return SignalWatch(self._watchers)

    async def say(self, signal: Signal) -> None:
        """To every process, this one among them."""
        await self._bus.signal(signal)


class AccountSignals:
    """Those of one channel account: implements model.signals.Signals."""

    def __init__(self, kind: str, account: str, board: SignalBoard) -> None:
        self._kind, self._account, self._board = kind, account, board

    async def watch(self, thread: str, peer: str) -> AsyncGenerator[Signal]:
        """What the peer's page is to show from now on."""
        watch = self._board.watch()
        watch.move(Place(self._kind, self._account, thread, peer))
        try:
            while True:
                signal = await watch.next()
                if signal.by == "agent" and signal.for_customer:
                    yield signal
        finally:
            watch.move(None)

    async def typing(self, thread: str, peer: str) -> None:
        """Tell whoever has the peer's ticket open."""
        place = Place(self._kind, self._account, thread, peer)
        await self._board.say(Signal(kind="typing", by="customer", **place._asdict()))
