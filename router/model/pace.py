"""How much is let in over time: a bucket for each key that fills again evenly. In memory, bounded, of this process."""

from collections import OrderedDict
from typing import Final

REMEMBERED_MAX: Final = 10_000
"""Keys whose pace is remembered; the one quiet for longest is forgotten first."""
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS


class Pace:
    """So much in so long, of each key."""

    def __init__(self, most: int, window_ms: int) -> None:
        self._most, self._window_ms = most, window_ms
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """Key to (how much it may still send, as of when in ms)."""

    def wait_ms(self, key: str, now_ms: int, amount: int = 1) -> int:
        """How long until so much more fits; 0 when it does. What is more than all fits where nothing was taken yet."""
        missing = min(amount, self._most) - self._now(key, now_ms)
        return 0 if missing <= 0 else max(1, round(missing * self._window_ms / self._most))

    def take(self, key: str, now_ms: int, amount: int = 1) -> None:
        """Count it; a negative amount gives back what came to nothing."""
        left = self._now(key, now_ms) - amount
        self._left.pop(key, None)
        self._left[key] = (left, now_ms)
        if len(self._left) > REMEMBERED_MAX:
            self._left.popitem(last=False)

    def _now(self, key: str, now_ms: int) -> float:
        left, as_of_ms = self._left.get(key, (float(self._most), now_ms))
        return min(float(self._most), left + max(0, now_ms - as_of_ms) * self._most / self._window_ms)
