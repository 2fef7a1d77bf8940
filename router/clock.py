"""The one place that may ask the time and make ids; `app` hands both to everything else.

`VirtualClock` serves `switchboard route`, imports and the simulation tests.
"""

import random
import time
from collections.abc import Iterator

from router.model.limits import CLOCKS_APART_MS_MAX
from router.model.sources import Clock


class SystemClock:
    """The machine's clock. Corrections of it never turn back: it stands until they are made up for. One that was wrong
    by more than clocks may differ is followed back: standing still for hours, nothing that was put off would be done.
    """

    def __init__(self) -> None:
        self._last_ms = 0

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        now_ms = time.time_ns() // 1_000_000
        if not now_ms < self._last_ms <= now_ms + CLOCKS_APART_MS_MAX:
            self._last_ms = now_ms
        return self._last_ms


class VirtualClock:
    """A clock that stands still until it is told."""

    def __init__(self, start_ms: int = 0) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        return self._now_ms

    def advance_to(self, now_ms: int) -> None:
        """Move forward; a time already past changes nothing."""
        self._now_ms = max(self._now_ms, now_ms)


_TAIL_BITS = 48
_STEP_BYTES = 4
_STEPS_AT_ONCE = 512
"""The system's randomness costs a call into the kernel: it is drawn for many ids at once."""


class TimedIds:
    """UUIDv7 (RFC 9562, section 5.7; monotonic by method 2 of section 6.2): later ids of a source are greater.

    Each millisecond begins at a random place of all 74 free bits, and random steps in the last 48 lead from one id to
    the next; what stands before them is written once per millisecond.
    """

    def __init__(self, clock: Clock, seed: int | None = None) -> None:
        self._clock = clock
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 -- seeded only by tests and simulations
        self._steps = self._draw()
        self._ms = -1
        self._head = ""
        self._tail = 0

    def new(self) -> str:
        """A fresh id in canonical text form."""
        ms = self._clock.now_ms()
        if ms > self._ms:
            self._begin(ms)
        else:
            self._tail += next(self._steps) + 1
            if self._tail >> _TAIL_BITS:
                self._begin(self._ms + 1)
        return f"{self._head}{self._tail:012x}"

    def _begin(self, ms: int) -> None:
        self._ms = ms
        time_, free = f"{ms:012x}", next(self._steps)
        self._head = f"{time_[:8]}-{time_[8:]}-{0x7000 | free >> 20:04x}-{0x8000 | free & 0x3FFF:04x}-"
        self._tail = next(self._steps) << 15 | next(self._steps) & 0x7FFF  # the highest bit is left to the steps

    def _draw(self) -> Iterator[int]:
        """Random steps from one id to the next, without end."""
        while True:
            yield from memoryview(self._random.randbytes(_STEP_BYTES * _STEPS_AT_ONCE)).cast("I")
