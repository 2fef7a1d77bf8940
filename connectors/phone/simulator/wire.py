"""The provider's requests to the house: signed, asked once, given fifteen seconds."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec

from connectors.phone.signature import signature
from connectors.phone.simulator.network import Network

PATIENCE_S: Final = 15.0
_BODY_BYTES_MAX: Final = 1_048_576


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the house said; status 0: nothing."""

    status: int
    content_type: str = ""
    body: bytes = b""


class Wire:
    """Sends for the accounts of one network; `url` is where the API is."""

    def __init__(self, network: Network, url: str, patience_s: float = PATIENCE_S) -> None:
        self.network, self.url, self._patience_s = network, url, patience_s

    async def post(
        self, account: str, url: str, form: Mapping[str, str], *, signed: str | None = None, token: str | None = None
    ) -> Answer:
        """One request, never repeated. `signed` and `token` are for forgers."""
        told = list(form.items())
        mark = signature(token or self.network.accounts[account], url, told) if signed is None else signed
        headers = {"X-Twilio-Signature": mark, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        times = aiohttp.ClientTimeout(total=self._patience_s)
        try:
            async with (
                aiohttp.ClientSession(timeout=times) as http,
                http.post(url, data=urlencode(told).encode(), headers=headers, allow_redirects=False) as answer,
            ):
                body = await answer.content.read(_BODY_BYTES_MAX)
                found = Answer(status=answer.status, content_type=answer.content_type, body=body)
        except (aiohttp.ClientError, TimeoutError):
            found = Answer(status=0)
        self.network.posts.append((url, found.status))
        return found

    async def shout(self, account: str, url: str, form: Mapping[str, str]) -> None:
        """A whole request, and gone before it is answered."""
        body = urlencode(form).encode()
        mark = signature(self.network.accounts[account], url, list(form.items()))
        parts = urlsplit(url)
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Twilio-Signature: {mark}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
