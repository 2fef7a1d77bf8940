"""A server that says nothing: found out within seconds, and told at once until it speaks again.

A host that vanished refuses nothing: statements under way would wait for half a minute, new connections for ten
seconds, and with them whoever brings a message. A slow statement, or one behind a lock, looks the same from here, so
the server is asked over a connection of its own, which no lock concerns.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

from router.model.errors import StoreUnavailable

SUSPECT_SECONDS: Final = 3.0
"""A transaction that takes longer has the server asked. Shorter hiccups are waited out."""
ASK_SECONDS: Final = 5.0
"""Who does not answer within this time is away."""
_LOOK_SECONDS: Final = 0.5


class Cut(Protocol):
    """A connection that can be let go of without its server's help."""

    def terminate(self) -> None:
        """End it now."""


class Call:
    """A transaction under way, with its wait for a connection."""

    def __init__(self) -> None:
        self.since = asyncio.get_running_loop().time()
        self.patience = asyncio.timeout(None)
        self.connection: Cut | None = None
        self.was_cut = False

    def cut(self) -> None:
        """Have it raise."""
        self.was_cut = True
        if self.connection is None:
            self.patience.reschedule(0)
        else:
            self.connection.terminate()


class Silence:
    """Whether one server answers at all."""

    def __init__(self, place: str, ask: Callable[[], Awaitable[None]]) -> None:
        """`ask` connects anew; it raises OSError or TimeoutError where nobody answers."""
        self._place, self._ask = place, ask
        self._calls: set[Call] = set()
        self._watch: asyncio.Task[None] | None = None
        self.known = False
        """Whether the server is known to be away."""

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Call]:
        """Around one transaction. Raises StoreUnavailable: at once while the server is known to be away, and within
        about SUSPECT_SECONDS + ASK_SECONDS where it falls silent meanwhile."""
        if self.known:
            raise self._unavailable()
        call = Call()
        self._calls.add(call)
        if self._watch is None:
            self._watch = asyncio.create_task(self._look(), name="silence")
        try:
            async with call.patience:
                yield call
        except Exception:
            if call.was_cut:  # whatever the driver makes of it
                raise self._unavailable() from None
            raise
        finally:
            self._calls.discard(call)

    def end(self) -> None:
        """Watch no longer."""
        if self._watch is not None:
            self._watch.cancel()

    def _unavailable(self) -> StoreUnavailable:
        return StoreUnavailable(f"PostgreSQL at {self._place} does not answer; asked again every second")

    async def _look(self) -> None:
        """As long as somebody waits, or the server is away."""
        time = asyncio.get_running_loop().time
        try:
            while self._calls:
                await asyncio.sleep(_LOOK_SECONDS)
                if any(time() - call.since > SUSPECT_SECONDS for call in self._calls):
                    await self._suspect()
        finally:
            self._watch = None

    async def _suspect(self) -> None:
        try:
            while not await self._answers():
                self.known = True
                for call in list(self._calls):
                    call.cut()
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self.known = False
        await asyncio.sleep(SUSPECT_SECONDS)  # whatever takes long takes long: it is not asked about all the time

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                await self._ask()
        except OSError:  # TimeoutError is one
            return False
        return True
