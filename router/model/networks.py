"""Whose pace is counted: the network address that a request came from."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final

_IPV6_NETWORK_BITS: Final = 64
"""What one customer is given of the address space."""


def network_of(remote: str | None, forwarded: Sequence[str], proxies: int) -> str:
    """The address that is counted: the peer's own, or what the outermost of our proxies saw, by the lines of
    X-Forwarded-For; of IPv6 its network."""
    seen = [part.strip() for line in forwarded for part in line.split(",") if part.strip()]
    address = seen[-proxies] if proxies and len(seen) >= proxies else remote or ""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped) if mapped is not None else f"{int(known) >> (128 - _IPV6_NETWORK_BITS):x}/64"
    return str(known)
