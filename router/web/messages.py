"""POST /api/v1/messages: the API channel's way in. 202 only when every accepted message is durable.

One object, an array, or NDJSON. A message that is refused does not stop the others; each has its result, in order.
"""

from typing import Literal

import msgspec
from aiohttp import web

from router.connector import Accepted, Inlet, RawEvent
from router.model.errors import Refused
from router.model.limits import API_BATCH_MAX, API_BODY_BYTES_MAX
from router.web.auth import Auth
from router.web.problems import answer

_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


class _Result(msgspec.Struct, frozen=True, kw_only=True):
    message_id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    error: str | None = None


def split(body: bytes, content_type: str) -> list[bytes]:
    """The JSON objects of a request. Raises Refused when it is neither an object, an array nor NDJSON."""
    text = body.strip()
    if content_type in {"application/x-ndjson", "application/ndjson"} or (
        text[:1] == b"{" and b"\n" in text and _several(text)
    ):
        return [line for line in text.splitlines() if line.strip()]
    if text[:1] == b"[":
        try:
            return [bytes(item) for item in _ARRAY.decode(text)]
        except msgspec.DecodeError as error:
            raise Refused("invalid_json", f"the array is not JSON: {error}", status=400) from None
    if text[:1] == b"{":
        return [text]
    raise Refused("invalid_json", "send one JSON object, an array of them, or NDJSON (one object a line)", status=400)


def _several(text: bytes) -> bool:
    """Whether this is NDJSON sent as plain JSON: its first line is an object of its own."""
    try:
        msgspec.json.decode(text.split(b"\n", 1)[0])
    except msgspec.DecodeError:
        return False
    return True


class MessagesApi:
    """The endpoint; `inlet` is the API connector's, whose parser reads the wire."""

    def __init__(self, *, auth: Auth, inlet: Inlet) -> None:
        self._auth, self._inlet = auth, inlet

    async def post(self, request: web.Request) -> web.Response:
        """Accept messages. 400 for what is no JSON, 401, 413, 503 when nothing was written."""
        token = await self._auth.api_token(request)
        if (request.content_length or 0) > API_BODY_BYTES_MAX:
            raise Refused("too_large", f"at most {API_BODY_BYTES_MAX} bytes are taken at once", status=413)
        items = split(await request.read(), request.content_type)
        if not items:
            raise Refused("empty", "there is no message in this request", status=400)
        if len(items) > API_BATCH_MAX:
            raise Refused("too_many", f"{len(items)} messages; at most {API_BATCH_MAX} are taken at once", status=413)
        meta = {"kinds": ",".join(token.kinds)}
        accepted = await self._inlet.accept([RawEvent(body=item, meta=meta) for item in items])
        results = [_result(outcomes) for outcomes in accepted]
        refused_alone = len(results) == 1 and results[0].status == "rejected"
        return answer({"results": results}, status=422 if refused_alone else 202)


def _result(outcomes: list[Accepted]) -> _Result:
    first = outcomes[0]
    if first.outcome == "quarantined":
        return _Result(message_id=first.message_id, status="rejected", error=first.reason)
    return _Result(message_id=first.message_id, status="accepted" if first.outcome == "new" else "duplicate")
