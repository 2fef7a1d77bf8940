"""The webhook: the challenge, the signature over the bytes as they came, the commit, and only then 200.

X posts activities (X Activity API); direct messages may also come as the older Account Activity API has them. X repeats
what was answered otherwise a few times within minutes; what it gives up on, polling finds. Posts and messages bear the
ids that lists show, so that both ways bring them once.
"""

import base64
import hashlib
import hmac
from typing import Final

import msgspec
from aiohttp import web

from connectors.x import wire
from connectors.x.parcel import OWN_ID, Parcel, Shape
from connectors.x.settings import Settings
from connectors.x.take import Taker
from connectors.x.wire import Includes
from router.bounded import read_delivery
from router.connector import Context, Inlet, RawEvent
from router.failures import Failed
from router.model.errors import StoreUnavailable

PATH: Final = "/webhook"
SIGNATURE_HEADER: Final = "x-twitter-webhooks-signature"
BODY_BYTES_MAX: Final = 4_194_304
"""An activity carries no files."""
_EVENTS_MAX: Final = 1_000
_TOKEN_CHARS_MAX: Final = 1_000
_SHAPES: Final[dict[str, Shape]] = {"post.mention.create": "post", "chat.received": "encrypted"}


class _Filter(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str = ""


class _Messages(msgspec.Struct, frozen=True, kw_only=True):
    direct_message_events: list[msgspec.Raw] = []
    users: wire.LegacyUsers = {}


class _Activity(msgspec.Struct, frozen=True, kw_only=True):
    event_type: str
    filter: _Filter = _Filter()
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    includes: msgspec.Raw = msgspec.Raw(b"{}")


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An activity, or what an account's activity was before."""

    data: _Activity | None = None
    for_user_id: str = ""
    direct_message_events: list[msgspec.Raw] = []
    users: wire.LegacyUsers = {}


_decode = msgspec.json.Decoder(_Envelope).decode
_decode_messages = msgspec.json.Decoder(_Messages).decode
_Unreadable = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Webhook:
    """The handlers that X calls."""

    def __init__(self, settings: Settings, context: Context, taker: Taker) -> None:
        self._settings, self._context, self._taker = settings, context, taker
        self._store_is_away = False

    async def challenge(self, request: web.Request) -> web.StreamResponse:
        """Prove that we know the app's secret."""
        token = request.query.get("crc_token", "")
        if not 0 < len(token) <= _TOKEN_CHARS_MAX:
            return web.Response(status=400, text="crc_token is missing\n")
        return web.json_response({"response_token": self._signed(token.encode())})

    async def handle(self, request: web.Request, inlet: Inlet) -> web.StreamResponse:
        """Take one delivery."""
        body = await read_delivery(request, BODY_BYTES_MAX)
        given = request.headers.get(SIGNATURE_HEADER, "").encode(errors="replace")
        if not hmac.compare_digest(self._signed(body).encode(), given):
            return web.Response(status=403, text="the signature is wrong\n")
        try:
            whole = [await self._taker.whole(parcel) for parcel in self._split(body)]
            raws = [await self._taker.raw_event(parcel) for parcel in whole if parcel is not None]
            if raws:
                await self._taker.commit(inlet, raws, None)
        except StoreUnavailable:
            if not self._store_is_away:
                self._context.log.warning("store.unavailable", account=self._context.account)
            self._store_is_away = True
            return web.Response(status=503, headers={"Retry-After": "2"}, text="not now\n")
        except Failed as error:
            # It comes again, and is listed.
            self._context.log.info("x.not_shown", account=self._context.account, reason=str(error))
            return web.Response(status=503, headers={"Retry-After": "2"}, text="not now\n")
        self._store_is_away = False
        return web.Response(status=200)

    def _signed(self, data: bytes) -> str:
        digest = hmac.new(self._settings.consumer_secret.reveal().encode(), data, hashlib.sha256).digest()
        return f"sha256={base64.b64encode(digest).decode()}"

    def _split(self, body: bytes) -> list[Parcel | RawEvent]:
        """Each thing that was said by itself, so that one that cannot be read does not take the others with it."""
        try:
            envelope = _decode(body)
            activity = envelope.data
            whom = activity.filter.user_id if activity is not None else envelope.for_user_id
            if whom and whom != self._settings.account_id:
                self._taker.ignore()  # another account of the same app
                return []
            if activity is None:
                return self._messages(envelope.direct_message_events, envelope.users)
            if activity.event_type == "dm.received":
                found = _decode_messages(activity.payload)
                return self._messages(found.direct_message_events, found.users)
            shape = _SHAPES.get(activity.event_type)
            if shape is not None:
                taken = self._taker.listed(shape, bytes(activity.payload), bytes(activity.includes))
                return [] if taken is None else [taken]
        except _Unreadable:
            return [RawEvent(body=body, meta={OWN_ID: self._settings.account_id})]
        self._taker.ignore()
        return []

    def _messages(self, events: list[msgspec.Raw], users: wire.LegacyUsers) -> list[Parcel | RawEvent]:
        if not events:
            self._taker.ignore()
        includes = Includes(users=wire.legacy_users(users))
        return [Parcel(shape="legacy", item=bytes(event), includes=includes) for event in events[:_EVENTS_MAX]]
