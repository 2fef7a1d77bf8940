"""The API channel: a program that speaks for its customers, and the receiver of its webhooks."""

import asyncio
import base64
import itertools
import json
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from aiohttp import web

from connectors.api.manifest import MANIFEST
from connectors.api.simulator import Delivery, Reacting, WebhookReceiver
from connectors.api.simulator import Fault as Answer
from router.clock import SystemClock
from tests.conformance.bench import Bench, Fault, Said
from tests.conformance.house import House
from tests.house.tree import ROOT

_HTML = b"<html><body>Bad gateway</body></html>"
_ANSWERS: Mapping[Fault, Answer] = {
    "busy": Answer(status=429, headers={"Retry-After": "1"}),
    "busy_html": Answer(status=429, body=_HTML),
    "error": Answer(status=502, body=_HTML),
    "reset": Answer(cut=True),
    "lost": Answer(take=True, cut=True),
    "refused": Answer(status=410),
}


class ApiBench(Bench):
    """Posts batches; drops repetitions of a delivery by its Idempotency-Key, as receivers must."""

    kind = "api"
    manifest = MANIFEST
    quality = ROOT / "connectors" / "api" / "quality.yaml"
    faults = ("busy", "busy_html", "error", "reset", "lost")
    secret = "a webhook secret of some length"
    wrong_settings = (
        ({"webhook_url": "https://a.example/h"}, "go together"),
        ({"webhook_url": "http://a.example/h", "webhook_secret": secret}, "https"),
        ({"webhook_url": "https://a.example", "webhook_secret": "short"}, "webhook_secret"),
        ({"webhook": 1}, "webhook"),
    )

    async def open(self, folder: Path) -> None:
        self._receiver = WebhookReceiver(self.secret.encode(), SystemClock())
        self._numbers = itertools.count(1)
        self._bodies: dict[str, bytes] = {}
        self._port = 0
        await self.plug()

    async def close(self) -> None:
        await self.unplug()

    async def plug(self) -> None:
        app = web.Application()
        app.router.add_post("/hook", self._receiver.handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def unplug(self) -> None:
        await self._runner.cleanup()

    def settings(self, account: str) -> Mapping[str, object]:
        return {
            "kinds": ["telegram"],
            "webhook_url": f"http://127.0.0.1:{self._port}/hook",
            "webhook_secret": self.secret,
            "edits": True,
            "reactions": ["👍", "🙏"],
        }

    async def connect(self, house: House) -> None:
        self._url = house.url
        self._token = await house.token("telegram")
        self._other = await house.token("x")

    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        message_id = f"t{next(self._numbers)}"
        wire = {
            "channel": "telegram",
            "account": account,
            "message_id": message_id,
            "visibility": "private",
            "sent_at": "2026-11-02T08:00:03Z",
            "sender": {"id": customer},
            "text": text,
        }
        self._bodies[message_id] = json.dumps(wire, ensure_ascii=False).encode()
        return Said(message_id, text, customer, account)

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said:
        said = await self.said(text, customer)
        data = base64.b64encode(file).decode()
        attached = [{"name": f"{customer}.txt", "content_type": "text/plain", "size": len(file), "data": data}]
        wire = json.loads(self._bodies[said.id]) | {"attachments": attached}
        self._bodies[said.id] = json.dumps(wire, ensure_ascii=False).encode()
        return said

    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        bodies = [self._bodies[one.id] for one in messages]
        for body in [b"\n".join(bodies)] if together else bodies:
            if unheard:
                await self._shout(body)
            elif await self._post(body) != 202:
                return False
        return not unheard

    async def _post(self, body: bytes) -> int:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-ndjson"}
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.post(f"{self._url}/api/v1/messages", data=body, headers=headers) as answer,
            ):
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def _shout(self, body: bytes) -> None:
        """Send a whole request and go before it is answered."""
        host, _, port = self._url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"POST /api/v1/messages HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async def poison(self) -> None:
        assert await self._post(b'{"channel": "telegram", "text": 1}') == 422

    async def forge(self, said: Said) -> list[bool]:
        own, tries = self._token, ["", "x", self._other, f"{self._token}x"]
        taken = []
        for self._token in tries:
            taken.append(await self._post(self._bodies[said.id]) == 202)
        self._token = own
        return taken

    def fail(self, *faults: Fault) -> None:
        self._receiver.faults.extend(_ANSWERS[fault] for fault in faults)

    def lock(self) -> None:
        self._receiver._secret = b"another secret, quite another"

    def unlock(self) -> None:
        self._receiver._secret = self.secret.encode()

    def reactions(self, customer: str, account: str = "default") -> list[str]:
        told = [one.emoji for one in self._receiver.moderated.values() if isinstance(one, Reacting)]
        return told[-1:]

    def seen(self, customer: str, account: str = "default") -> list[str]:
        taken = self._receiver.taken.values()
        return [one.text for one in taken if isinstance(one, Delivery) and (one.to, one.account) == (customer, account)]
