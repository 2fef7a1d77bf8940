"""What every simulated network keeps: faults to play, what it refused, who waits, and a file that outlives a kill."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from router.model.sources import Clock

_Kept = TypeVar("_Kept")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """How one call goes wrong."""

    how: Literal["answer", "reset_before", "reset_after", "silence", "none"] = "answer"
    """reset_after: it is done, and the connection is cut before the answer. none: nothing goes wrong this time."""
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = {}


class World:
    """The base of a simulator's state. In a file of `directory` (None: in memory alone), so that a killed demo loses
    none."""

    def __init__(self, clock: Clock, name: str, directory: Path | None) -> None:
        self.clock = clock
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        """By what is called, as the simulator names it; used up one by one, then all is well."""
        self.refusals: list[str] = []
        """What the strict server had to object to."""
        self.changed = asyncio.Condition()
        self._place = directory / f"{name}.json" if directory is not None else None

    def next_fault(self, what: str) -> Fault | None:
        """The fault to play now, if one is due."""
        waiting = self.faults[what]
        fault = waiting.popleft() if waiting else None
        return None if fault is None or fault.how == "none" else fault

    def _load(self, kind: type[_Kept]) -> _Kept | None:
        """What was kept of an earlier run."""
        if self._place is None or not self._place.exists():
            return None
        return msgspec.json.decode(self._place.read_bytes(), type=kind)

    def _state(self) -> object:
        """What is to be kept."""
        raise NotImplementedError

    async def tell(self) -> None:
        """Something has changed: keep it, and wake whoever waits."""
        if self._place is not None:
            # Beside it first: a demo that is killed meanwhile finds the old one whole.
            beside = self._place.with_suffix(".new")
            beside.write_bytes(msgspec.json.encode(self._state()))
            beside.replace(self._place)
        await self.wake()

    async def wake(self) -> None:
        """Let those who wait look again."""
        async with self.changed:
            self.changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; a test that waits in vain times out."""
        async with self.changed:
            await self.changed.wait_for(condition)
