"""The webhook: the challenge, the signature over the bytes as they came, the commit, and only then 200.

Meta repeats what was answered otherwise, at growing intervals for some hours, in whatever batches, in no order.
"""

import hashlib
import hmac
import re
from typing import Final

from aiohttp import web

from connectors.facebook.settings import Settings
from connectors.facebook.take import Taker
from router.bounded import read_delivery
from router.connector import Context, Inlet
from router.model.errors import StoreUnavailable

PATH: Final = "/webhook"
SIGNATURE_HEADER: Final = "X-Hub-Signature-256"
BODY_BYTES_MAX: Final = 8 * 1_048_576
"""A delivery carries up to 1,000 events, and no files."""
_CHALLENGE: Final = re.compile(r"[\w.~-]{1,256}", re.ASCII)


def signature(secret: bytes, body: bytes) -> str:
    """What Meta sets beside a delivery (Graph API, Webhooks, Validating Payloads)."""
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


class Webhook:
    """The handlers that Meta calls."""

    def __init__(self, settings: Settings, context: Context, taker: Taker) -> None:
        self._settings, self._context, self._taker = settings, context, taker
        self._store_is_away = False

    async def challenge(self, request: web.Request) -> web.StreamResponse:
        """Prove that the address is ours: whoever knows the verify token is given the challenge back."""
        query = request.query
        known = self._settings.verify_token.reveal().encode()
        given = query.get("hub.verify_token", "").encode(errors="replace")
        said = query.get("hub.challenge", "")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(known, given):
            return web.Response(status=403, text="the verify token is wrong\n")
        if not _CHALLENGE.fullmatch(said):
            return web.Response(status=400, text="no challenge\n")
        return web.Response(text=said, headers={"X-Content-Type-Options": "nosniff"})

    async def handle(self, request: web.Request, inlet: Inlet) -> web.StreamResponse:
        """Take one delivery."""
        body = await read_delivery(request, BODY_BYTES_MAX)
        expected = signature(self._settings.app_secret.reveal().encode(), body).encode()
        if not hmac.compare_digest(expected, request.headers.get(SIGNATURE_HEADER, "").encode(errors="replace")):
            return web.Response(status=403, text="the signature is wrong\n")
        try:
            raws = await self._taker.raw_events(body)
            if raws:
                await inlet.accept(raws)
        except StoreUnavailable:
            if not self._store_is_away:
                self._context.log.warning("store.unavailable", account=self._context.account)
            self._store_is_away = True
            return web.Response(status=503, headers={"Retry-After": "2"}, text="not now\n")
        self._store_is_away = False
        return web.Response(status=200, text="EVENT_RECEIVED\n")
