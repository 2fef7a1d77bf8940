"""How often messages are let in: a bucket for each address, and one for all. In memory, bounded, of this process."""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec

from connectors.form.settings import Limits

REMEMBERED_MAX: Final = 10_000
"""Addresses whose pace is remembered; the one quiet for longest is forgotten first."""
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
_IPV6_NETWORK_BITS: Final = 64
"""What one customer is given of the address space."""


class Pace:
    """So many in so long, of each key."""

    def __init__(self, most: int, window_ms: int) -> None:
        self._most, self._window_ms = most, window_ms
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """Key to (how many it may still send, as of when in ms)."""

    def wait_ms(self, key: str, now_ms: int) -> int:
        """How long until another fits; 0 when it does."""
        missing = 1 - self._now(key, now_ms)
        return 0 if missing <= 0 else max(1, round(missing * self._window_ms / self._most))

    def take(self, key: str, now_ms: int) -> None:
        """Count one."""
        left = self._now(key, now_ms) - 1
        self._left.pop(key, None)
        self._left[key] = (left, now_ms)
        if len(self._left) > REMEMBERED_MAX:
            self._left.popitem(last=False)

    def _now(self, key: str, now_ms: int) -> float:
        left, as_of_ms = self._left.get(key, (float(self._most), now_ms))
        return min(float(self._most), left + max(0, now_ms - as_of_ms) * self._most / self._window_ms)


class Refusal(msgspec.Struct, frozen=True):
    """Not now."""

    wait_ms: int
    everybody: bool
    """It is not this sender who writes too much: all together do."""


class Gate:
    """The paces of one account. A message counts against all of its paces, or against none."""

    def __init__(self, limits: Limits, proxies: int) -> None:
        self._proxies = proxies
        self._address = Pace(limits.per_address_hour, HOUR_MS)
        self._email = Pace(limits.per_email_hour, HOUR_MS)
        self._all = Pace(limits.per_minute, MINUTE_MS)
        self._alarm_address = Pace(limits.alarms_per_address_minute, MINUTE_MS)
        self._alarms = Pace(limits.alarms_per_minute, MINUTE_MS)

    def admit(
        self, remote: str | None, forwarded: str, email: str | None, now_ms: int, *, alarm: bool
    ) -> Refusal | None:
        """Count one message; None when it was let in."""
        network = network_of(remote, forwarded, self._proxies)
        own = [(self._alarm_address if alarm else self._address, network)]
        if email and not alarm:
            own.append((self._email, email.lower()))
        everybody = (self._alarms if alarm else self._all, "")
        waits = [pace.wait_ms(key, now_ms) for pace, key in (*own, everybody)]
        if any(waits):
            return Refusal(max(waits), everybody=not any(waits[:-1]))
        for pace, key in (*own, everybody):
            pace.take(key, now_ms)
        return None


def network_of(remote: str | None, forwarded: str, proxies: int) -> str:
    """The address that is counted: the peer's own, or what the outermost of our proxies saw; of IPv6 its network."""
    seen = [part.strip() for part in forwarded.split(",") if part.strip()]
    address = seen[-proxies] if proxies and len(seen) >= proxies else remote or ""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped) if mapped is not None else f"{int(known) >> (128 - _IPV6_NETWORK_BITS):x}/64"
    return str(known)
