"""Where X is: its hosts as they are, or all of them at one server of this machine. Addresses in requests never change.

With a server of one's own nothing else is reachable: a name that is not X's is an error, not a look-up.
"""

import socket
import ssl
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

API: Final = "api.twitter.com"
"""Where tweepy calls."""
PUBLIC_FILES: Final = frozenset({"pbs.twimg.com", "video.twimg.com"})
PRIVATE_FILES: Final = frozenset({"ton.twitter.com", "ton.x.com"})
"""Files of direct messages: asked for with a signature."""
HOSTS: Final = frozenset({API}) | PUBLIC_FILES | PRIVATE_FILES


class _Here(AbstractResolver):
    """Every host of X at one address."""

    def __init__(self, connect_to: str) -> None:
        host, _, port = connect_to.partition(":")
        self._host, self._port = host, int(port)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The one address. Raises OSError for a host that is not X's."""
        del port, family
        if host not in HOSTS:
            raise OSError(f"{host} is no host of X")
        flags = socket.AI_NUMERICHOST
        return [
            ResolveResult(hostname=host, host=self._host, port=self._port, family=socket.AF_INET, proto=0, flags=flags)
        ]

    async def close(self) -> None:
        """Nothing is open."""


def connector(connect_to: str, ca: str) -> aiohttp.TCPConnector:
    """Connections to X. Raises OSError when the file `ca` cannot be read."""
    if not connect_to:
        return aiohttp.TCPConnector(limit=32)
    context = ssl.create_default_context(cafile=ca)
    return aiohttp.TCPConnector(limit=32, resolver=_Here(connect_to), ssl=context, use_dns_cache=False)
