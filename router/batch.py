"""Messages posted together, by whoever is let in: one JSON object, an array, or NDJSON. Each has its result, in order.

A message that is refused does not stop the others.
"""

import json
from typing import Literal

import msgspec

from router.connector import Accepted, Inlet, RawEvent
from router.model.errors import InvalidMessage, Refused
from router.model.explain import load_halved, load_object
from router.model.limits import API_BATCH_MAX

KINDS_KEY = "kinds"
"""`RawEvent.meta`: the channel kinds that the sender may speak for, separated by commas; absent means all."""

_BOM = b"\xef\xbb\xbf"
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message."""

    message_id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    error: str | None = None


def split(body: bytes, content_type: str) -> list[bytes]:
    """The JSON objects of a request. Raises Refused when it is neither an object, an array nor NDJSON."""
    text = body.strip().removeprefix(_BOM).lstrip()
    if content_type in {"application/x-ndjson", "application/ndjson"} or (
        text[:1] == b"{" and b"\n" in text and _several(text)
    ):
        return [line for line in text.splitlines() if line.strip()]
    if text[:1] == b"[":
        return _items(text)
    if text[:1] == b"{":
        return [text]
    raise Refused("invalid_json", "send one JSON object, an array of them, or NDJSON (one object a line)", status=400)


def _items(text: bytes) -> list[bytes]:
    try:
        return [bytes(item) for item in _ARRAY.decode(text)]
    except msgspec.DecodeError as error:
        why = f"the array is not JSON: {error}"
    try:
        items = load_halved(text)
    except ValueError:
        raise Refused("invalid_json", why, status=400) from None
    assert isinstance(items, list)  # it begins with a bracket
    return [json.dumps(item).encode() for item in items]


def _several(text: bytes) -> bool:
    """Whether this is NDJSON sent as plain JSON: its first line, or its last, is an object of its own."""
    return any(_is_object(line) for line in (text.split(b"\n", 1)[0], text.rsplit(b"\n", 1)[1]))


def _is_object(line: bytes) -> bool:
    try:
        load_object(line)
    except InvalidMessage:
        return False
    return True


async def accept(body: bytes, content_type: str, kinds: tuple[str, ...], inlet: Inlet) -> list[Result]:
    """Commit a request's messages; their results: a public contract.

    Raises Refused for what is no batch, and for a message that is refused alone, with its result; StoreUnavailable
    when nothing was written.
    """
    items = split(body, content_type)
    if not items:
        raise Refused("empty", "there is no message in this request", status=400)
    if len(items) > API_BATCH_MAX:
        raise Refused("too_many", f"{len(items)} messages; at most {API_BATCH_MAX} are taken at once", status=413)
    meta = {KINDS_KEY: ",".join(kinds)}
    results = [_result(outcomes) for outcomes in await inlet.accept([RawEvent(body=item, meta=meta) for item in items])]
    if len(results) == 1 and (error := results[0].error) is not None:
        raise Refused("rejected", error, status=422, data={"results": results})
    return results


def _result(outcomes: list[Accepted]) -> Result:
    first = outcomes[0]
    if first.outcome == "quarantined":
        return Result(message_id=first.message_id, status="rejected", error=first.reason)
    return Result(message_id=first.message_id, status="accepted" if first.outcome == "new" else "duplicate")
