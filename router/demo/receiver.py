"""Where the demo's API channel sends replies: stands in for the company's own bridge to X, WhatsApp and the others.

Checks each webhook's signature and keeps what it was given in a file, so that one can see what a customer would get.
"""

import hashlib
import hmac
from pathlib import Path

import msgspec
from aiohttp import web

from router.listening import Listener


class Receiver:
    """A webhook receiver on loopback."""

    def __init__(self, secret: str, kept: Path) -> None:
        self._secret = secret.encode()
        self._kept = kept
        self._seen: set[str] = set()
        app = web.Application()
        app.router.add_post("/replies", self._receive)
        self._listener = Listener(app, shutdown_s=0.5)

    async def start(self) -> str:
        """Listen on a free port; the address to send to."""
        await self._listener.open("127.0.0.1", 0)
        return f"http://127.0.0.1:{self._listener.port}/replies"

    async def stop(self) -> None:
        """Stop listening."""
        await self._listener.close()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        stated, _, signature = request.headers.get("Switchboard-Signature", "").partition(",v1=")
        signed = stated.removeprefix("t=").encode() + b"." + body
        expected = hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            return web.Response(status=401, text="the signature does not fit")
        key = request.headers.get("Idempotency-Key", "")
        if key not in self._seen:
            self._seen.add(key)
            with self._kept.open("ab") as file:
                file.write(msgspec.json.encode(msgspec.json.decode(body)) + b"\n")
        return web.json_response({"id": key})
