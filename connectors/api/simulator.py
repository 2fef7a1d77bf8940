"""The other side of the API channel: a strict receiver of signed webhooks, for tests and the demo.

It checks what the contract promises (signature, age, key, shape), drops repetitions by Idempotency-Key as receivers
must, and fails as told.
"""

import asyncio
import hashlib
import hmac
import re
from collections import deque
from typing import Final, Literal

import msgspec
from aiohttp import web

from router.model.sources import Clock

SKEW_S: Final = 300
"""How old a signed delivery may be."""
_SIGNATURE = re.compile(r"t=(?P<at>\d{1,12}),v1=(?P<mac>[0-9a-f]{64})")


class Attachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a delivery."""

    name: str
    content_type: str
    size: int
    data: bytes


class Delivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="message"):
    """The body of one webhook, as the contract has it."""

    channel: str
    account: str
    conversation: str
    message_id: str
    to: str
    visibility: Literal["public", "private"]
    subject: str | None
    text: str
    in_reply_to: str | None
    author_name: str | None
    automatic: bool
    attachments: tuple[Attachment, ...]
    created_at_ms: int


class Moderation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """The body of a webhook that asks for something to be done to what stands there."""

    channel: str
    account: str
    conversation: str
    target_id: str | None
    created_at_ms: int


class Hiding(Moderation, frozen=True, kw_only=True, tag="hide"):
    """Out of sight."""


class Showing(Moderation, frozen=True, kw_only=True, tag="unhide"):
    """In sight again."""


class Deletion(Moderation, frozen=True, kw_only=True, tag="delete"):
    """Gone."""


class Correction(Moderation, frozen=True, kw_only=True, tag="edit"):
    """It says something else from now on."""

    text: str


class Reacting(Moderation, frozen=True, kw_only=True, tag="react"):
    """A customer's message gets our emoji, or none any more."""

    emoji: str


_decode = msgspec.json.Decoder(Delivery | Hiding | Showing | Deletion | Correction | Reacting).decode


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """How to treat one delivery: answer `status`, or take it (`take`) and never say so (`cut`)."""

    status: int = 200
    headers: dict[str, str] = {}
    body: bytes = b""
    take: bool = False
    cut: bool = False


class WebhookReceiver:
    """An aiohttp handler with a memory; mount `handle` for POST."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self.faults: deque[Fault] = deque()
        """Used up one by one, then all is well."""
        self.taken: dict[str, Delivery] = {}
        """By Idempotency-Key, once each."""
        self.moderated: dict[str, Moderation] = {}
        """What is to be done to posts and answers, likewise."""
        self.calls = 0
        self.refusals: list[str] = []
        """What was wrong with the deliveries that were not as promised."""
        self.arrived = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one delivery."""
        self.calls += 1
        body = await request.read()
        objection = self._objection(request, body)
        if objection is not None:
            self.refusals.append(objection)
            return web.json_response({"error": objection}, status=401)
        try:
            delivery = _decode(body)
        except msgspec.DecodeError as error:
            self.refusals.append(str(error))
            return web.json_response({"error": str(error)}, status=400)
        key = request.headers["Idempotency-Key"]
        corrected = self._named(delivery.target_id) if isinstance(delivery, Correction) else ""
        if corrected is None:
            self.refusals.append("an edit of what was never taken")
            return web.json_response({"error": "no such message"}, status=404)
        fault = self.faults.popleft() if self.faults else Fault(take=True)
        if fault.take:
            if isinstance(delivery, Correction):
                assert corrected is not None
                self.taken[corrected] = msgspec.structs.replace(self.taken[corrected], text=delivery.text)
            if isinstance(delivery, Moderation):
                self.moderated.setdefault(key, delivery)
            else:
                self.taken.setdefault(key, delivery)
            self.arrived.set()
        if fault.cut:
            assert request.transport is not None
            request.transport.abort()
        if fault.status == 200 and not fault.body:
            return web.json_response({"id": f"r-{list(self.taken).index(key) + 1}"} if key in self.taken else {})
        return web.Response(status=fault.status, headers=fault.headers, body=fault.body)

    def _named(self, target_id: str | None) -> str | None:
        """The key of the message that was answered with this id."""
        return next((key for at, key in enumerate(self.taken, 1) if f"r-{at}" == target_id), None)

    def _objection(self, request: web.Request, body: bytes) -> str | None:
        found = _SIGNATURE.fullmatch(request.headers.get("Switchboard-Signature", ""))
        if found is None:
            return "no well-formed Switchboard-Signature"
        expected = hmac.new(self._secret, found["at"].encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, found["mac"]):
            return "the signature does not fit the body"
        if abs(self._clock.now_ms() // 1000 - int(found["at"])) > SKEW_S:
            return "the signature is too old"
        if not request.headers.get("Idempotency-Key"):
            return "no Idempotency-Key"
        return None if request.content_type == "application/json" else "not application/json"
