"""The webhook: the secret, the commit, and only then 200. Telegram repeats what was answered otherwise.

It delivers the updates of one chat one after the other and waits for each answer, so the pictures of an album are
committed one by one: the first as a message, each further one as an edit that adds to it. Which message that is rests
in memory; where it is forgotten, a picture is a message of its own.
"""

import contextlib
import hmac
from collections import OrderedDict
from typing import Final

from aiohttp import web

from connectors.telegram.settings import Settings
from connectors.telegram.take import Arrived, Earlier, Taker, arrived
from router.bounded import read_delivery
from router.connector import Context, Inlet
from router.failures import Failed
from router.model.errors import StoreUnavailable

PATH: Final = "/webhook"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- the name of a header
BODY_BYTES_MAX: Final = 1_048_576
"""An update carries no files."""
_ALBUMS_MAX: Final = 1_000
"""Albums that are remembered."""


class Webhook:
    """The handler that Telegram posts to."""

    def __init__(self, settings: Settings, context: Context, taker: Taker) -> None:
        self._settings, self._context, self._taker = settings, context, taker
        self._store_is_away = False
        self._albums: OrderedDict[tuple[int, str], Earlier] = OrderedDict()
        self.last_ms: int | None = None
        """When the last update was committed."""

    async def handle(self, request: web.Request, inlet: Inlet) -> web.StreamResponse:
        """Take one update."""
        secret = self._settings.webhook_secret
        given = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
        if secret is None or not hmac.compare_digest(secret.reveal().encode(), given):
            return web.Response(status=403, text="the secret token is wrong\n")
        body = await read_delivery(request, BODY_BYTES_MAX)
        with contextlib.suppress(Failed):  # it is only needed to leave our name out of what groups say to us
            await self._taker.introduce()
        try:
            await self._take(arrived(body), inlet)
        except StoreUnavailable:
            if not self._store_is_away:
                self._context.log.warning("store.unavailable", account=self._context.account)
            self._store_is_away = True
            return web.Response(status=503, headers={"Retry-After": "2"}, text="not now\n")
        self._store_is_away = False
        self.last_ms = self._context.clock.now_ms()
        # An answer with a body would be taken for a call of the Bot API.
        return web.Response(status=200)

    async def _take(self, one: Arrived, inlet: Inlet) -> None:
        """Commit one update. Raises StoreUnavailable."""
        album = one.album
        earlier = None if album is None else self._albums.get(album)
        raw = await self._taker.raw_event([one], earlier, files_s=self._settings.timeouts.webhook_files_s)
        await self._taker.commit(inlet, [raw], None)
        if album is not None:
            self._albums[album] = Earlier.of(raw)
            self._albums.move_to_end(album)
            if len(self._albums) > _ALBUMS_MAX:
                self._albums.popitem(last=False)
