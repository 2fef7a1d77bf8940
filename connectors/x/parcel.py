"""One raw payload: one item of X, what it names beside it, and the files that were fetched for it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from connectors.x.wire import Includes
from router.connector import RawEvent
from router.model import parcel
from router.model.errors import InvalidMessage
from router.model.parcel import Fetched

OWN_ID: Final = "own_id"
"""`RawEvent.meta`: the id of our own account."""
LINK: Final = "link"
"""What became of a link of ours that the customer came with: opened, or refused."""

Shape = Literal["post", "message", "legacy", "encrypted"]
"""A post or a direct message of version 2, a direct message of an activity, a cipher."""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What a payload holds."""

    shape: Shape
    item: bytes
    includes: Includes = Includes()
    files: Mapping[str, Fetched] = {}


class _Beside(msgspec.Struct, frozen=True, kw_only=True):
    shape: Shape
    includes: Includes = Includes()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Beside).decode


def pack(shape: Shape, item: bytes, includes: Includes, files: Sequence[Fetched], meta: Mapping[str, str]) -> RawEvent:
    """The payload of one item."""
    beside = _encode(_Beside(shape=shape, includes=includes))
    return RawEvent(body=parcel.pack((item, beside), files), meta=meta)


def unpack(body: bytes) -> Parcel:
    """What `pack` put in. Raises InvalidMessage for what it never made."""
    events, files = parcel.unpack(body)
    try:
        item, beside = events
        found = _decode(beside)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f"nothing that X sends: {error}") from None
    return Parcel(shape=found.shape, item=item, includes=found.includes, files=files)
