"""How often messages are let in: a bucket for each address, and one for all."""

from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec

from connectors.form.settings import Limits
from router.model.pace import HOUR_MS, MINUTE_MS, Pace

_IPV6_NETWORK_BITS: Final = 64
"""What one customer is given of the address space."""


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
