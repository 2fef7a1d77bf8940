"""What X still allows, by endpoint, as the headers of its answers say. Pure: times are those of the house's clock.

Source: docs.x.com/x-api/fundamentals/rate-limits. Each endpoint has a window of its own (15 minutes), some a second one
of a day. What was never answered is not known to be closed.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

_WINDOWS: Final = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
_ENDPOINTS_MAX: Final = 100
_RESET_MS_MAX: Final = 86_400_000 + 60_000


class _Window(NamedTuple):
    remaining: int
    reset_ms: int


class Quota:
    """What one account has left."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], _Window] = {}

    def note(self, endpoint: str, headers: Mapping[str, str], now_ms: int) -> None:
        """Take down what an answer says."""
        for name in _WINDOWS:
            remaining, reset = headers.get(f"{name}-remaining", ""), headers.get(f"{name}-reset", "")
            if not (remaining.isascii() and remaining.isdecimal() and reset.isascii() and reset.isdecimal()):
                continue
            # A reset that is absurdly far off is a broken header, not a limit.
            reset_ms = min(int(reset[:15]) * 1_000, now_ms + _RESET_MS_MAX)
            if len(self._windows) < _ENDPOINTS_MAX or (endpoint, name) in self._windows:
                self._windows[endpoint, name] = _Window(int(remaining[:9]), reset_ms)

    def spend(self, endpoint: str, now_ms: int) -> int:
        """0: a call may leave, and is counted; else how many milliseconds until one may."""
        own = [key for key in self._windows if key[0] == endpoint]
        for key in own:
            if self._windows[key].reset_ms <= now_ms:
                del self._windows[key]
        wait_ms = self.wait_ms(endpoint, now_ms)
        if not wait_ms:
            for key in own:
                if key in self._windows:
                    window = self._windows[key]
                    self._windows[key] = window._replace(remaining=window.remaining - 1)
        return wait_ms

    def wait_ms(self, endpoint: str, now_ms: int) -> int:
        """How long an endpoint stays closed."""
        closed = [
            window.reset_ms
            for (name, _), window in self._windows.items()
            if name == endpoint and window.remaining <= 0 and window.reset_ms > now_ms
        ]
        return max(closed, default=now_ms) - now_ms

    def pace_ms(self, endpoint: str, now_ms: int, reserve: int) -> int:
        """How long to wait between two calls so that the window lasts, `reserve` of them left for other purposes."""
        paces = [0]
        for (name, _), window in self._windows.items():
            if name == endpoint and window.reset_ms > now_ms:
                paces.append((window.reset_ms - now_ms) // max(1, window.remaining - reserve))
        return max(paces)

    def left(self, now_ms: int) -> int | None:
        """The fewest calls that any endpoint still allows; None when nothing is known."""
        known = [window.remaining for window in self._windows.values() if window.reset_ms > now_ms]
        return max(0, min(known)) if known else None
