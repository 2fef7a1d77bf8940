"""Signed calls to programs of the house's owner: webhooks, the wallet's back end. One way out, with one guard.

An address is looked up and checked for each call: what is not on the public internet is refused unless the
configuration names its host, so that a rules file cannot make the house knock at its own neighbours' doors.
"""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from router.flow.references import References
from router.model.errors import ConfigError
from router.model.signing import signature
from router.model.sources import Clock

_RETRY_AFTER_S_MAX = 3_600


class PrivateAddress(OSError):
    """A host that is not on the public internet."""


class NotCalled(Exception):
    """There is no answer. `forever`: nor will there be, as things are; else it may come later."""

    def __init__(self, reason: str, *, forever: bool) -> None:
        super().__init__(reason)
        self.reason, self.forever = reason, forever


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to call, as the rules say it."""

    what: str
    """For people: `webhook crm`."""
    url: str
    """https, or a reference to it."""
    secret: str
    """A reference."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    body: bytes
    retry_after_ms: int

    @property
    def is_for_now(self) -> bool:
        """Another attempt may fare better."""
        return self.status in {408, 425, 429} or self.status >= 500


class PublicResolver(AbstractResolver):
    """Looks names up and answers with public addresses only; `allowed` hosts may be anywhere."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses that will be connected to, so that no later answer can differ. Raises PrivateAddress."""
        found = await self._names.resolve(host, port, family)
        if host not in self._allowed and not all(is_public(one["host"]) for one in found):
            raise PrivateAddress(host)
        return found

    async def close(self) -> None:
        """Nothing to let go of."""
        await self._names.close()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also behind an IPv6 form of it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)


def is_address(url: str) -> bool:
    """Whether anything could be asked there. Of what is none, aiohttp and the look-up of names raise plain ValueErrors:
    at once of brackets and ports, and of an empty or overlong label not before the name is looked up."""
    try:
        host = URL(url).raw_host or ""
        host.encode("idna")
    except ValueError:
        return False
    return bool(host)


def is_public_host(url: str, allowed: frozenset[str]) -> bool:
    """Whether an http or https address may lead to the public internet: a name, which is checked as it is looked up, or
    a public IP address. `allowed` hosts may be anywhere."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not host:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # 2130706433 and 127.1 are addresses to the system and to aiohttp, which looks no such name up.
        return not host.replace(".", "").isdigit()
    return host in allowed or is_public(host)


class SignedCalls:
    """Calls places that the rules name."""

    def __init__(
        self,
        *,
        references: References,
        private_hosts: frozenset[str],
        clock: Clock,
    ) -> None:
        self._references, self._private, self._clock = references, private_hosts, clock

    def session(self, timeout_s: float) -> aiohttp.ClientSession:
        """Connections that go to public addresses only; the caller closes it."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=PublicResolver(self._private)),
            timeout=aiohttp.ClientTimeout(total=timeout_s),
            # A proxy from the environment would look names up for us, and unchecked.
            trust_env=False,
        )

    async def post(
        self, http: aiohttp.ClientSession, place: Place, body: bytes, key: str, *, read_bytes_max: int = 0
    ) -> Reply:
        """POST `body` under an idempotency key. Raises NotCalled."""
        url, secret = self._ready(place)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Switchboard-Signature": signature(secret, self._clock.now_ms() // 1000, body),
        }
        return await self._call(http, "POST", url, headers, body, read_bytes_max)

    async def get(
        self, http: aiohttp.ClientSession, place: Place, query: Mapping[str, str], *, read_bytes_max: int
    ) -> Reply:
        """GET with a query; what is signed is `GET`, a blank, and path with query as sent. Raises NotCalled."""
        url, secret = self._ready(place)
        asked = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
        parts = urlsplit(asked)
        signed = f"GET {parts.path}?{parts.query}".encode()
        headers = {"Switchboard-Signature": signature(secret, self._clock.now_ms() // 1000, signed)}
        return await self._call(http, "GET", asked, headers, None, read_bytes_max)

    async def _call(
        self,
        http: aiohttp.ClientSession,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        read_bytes_max: int,
    ) -> Reply:
        # As it was signed: a query must not be written in another way underway.
        address = URL(url, encoded=method == "GET")
        try:
            async with http.request(method, address, data=body, headers=headers, allow_redirects=False) as response:
                content = await _read(response, read_bytes_max)
                return Reply(status=response.status, body=content, retry_after_ms=_asked_pause_ms(response))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(error, PrivateAddress) or isinstance(error.__cause__, PrivateAddress):
                raise NotCalled(_not_public(url), forever=True) from None
            raise NotCalled(f"no answer: {type(error).__name__}", forever=False) from None

    def _ready(self, place: Place) -> tuple[str, bytes]:
        """Address and secret. Raises NotCalled."""
        try:
            url, secret = self._references.address(place.url), self._references.secret(place.secret, place.what)
        except ConfigError as error:
            raise NotCalled(str(error), forever=False) from None
        if refused := self._refusal(url):
            raise NotCalled(refused, forever=True)
        return url, secret

    def _refusal(self, url: str) -> str:
        """Why an address is not called; names are looked at again as they are looked up."""
        if not is_address(url):
            return "its url is no address"
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host in self._private:
            return "" if parts.scheme in {"http", "https"} else "its url is no address"
        if parts.scheme != "https" or not host:
            return "its url is not https"
        return "" if is_public_host(url, self._private) else _not_public(url)


async def _read(response: aiohttp.ClientResponse, bytes_max: int) -> bytes:
    """The answer, when anybody wants it. Raises NotCalled when it is too long."""
    content = bytearray()
    if bytes_max:
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > bytes_max:
                raise NotCalled(f"it answered with more than {bytes_max} bytes", forever=True)
    return bytes(content)


def _not_public(url: str) -> str:
    return f"{urlsplit(url).hostname} is not on the public internet; webhooks.private_hosts may name it"


def _asked_pause_ms(response: aiohttp.ClientResponse) -> int:
    asked = response.headers.get("Retry-After", "")
    return min(int(asked), _RETRY_AFTER_S_MAX) * 1000 if asked.isascii() and asked.isdecimal() else 0
