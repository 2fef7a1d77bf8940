"""One raw payload: one item of X with what it names, and the files that were fetched for it. Pure.

A line of JSON, then the files end to end. The item stays as X sent it, so that a mended parser can read a quarantined
payload again.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from connectors.x.wire import Includes
from router.connector import RawEvent
from router.model.errors import InvalidMessage

OWN_ID: Final = "own_id"
"""`RawEvent.meta`: the id of our own account."""
LINK: Final = "link"
"""What became of a link of ours that the customer came with: opened, or refused."""

Shape = Literal["post", "message", "legacy", "encrypted"]
"""A post or a direct message of version 2, a direct message of an activity, a cipher."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file."""

    key: str
    data: bytes | None = None
    content_type: str = ""
    problem: str = ""
    """Why there is no data, for the agent."""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What a payload holds."""

    shape: Shape
    item: bytes
    includes: Includes = Includes()
    files: Mapping[str, Fetched] = {}


class _Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    key: str
    size: int = -1
    content_type: str = ""
    problem: str = ""


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    shape: Shape
    item: msgspec.Raw
    includes: Includes = Includes()
    files: tuple[_Place, ...] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Head).decode


def pack(shape: Shape, item: bytes, includes: Includes, files: Sequence[Fetched], meta: Mapping[str, str]) -> RawEvent:
    """The payload of one item."""
    places = tuple(
        _Place(key=file.key, problem=file.problem)
        if file.data is None
        else _Place(key=file.key, size=len(file.data), content_type=file.content_type)
        for file in files
    )
    head = _encode(_Head(shape=shape, item=msgspec.Raw(item), includes=includes, files=places))
    # A pretty-printed item would end the line early; between JSON's tokens a blank is as good as a line break.
    head = head.replace(b"\n", b" ").replace(b"\r", b" ")
    return RawEvent(body=b"\n".join((head, b"".join(file.data or b"" for file in files))), meta=meta)


def unpack(body: bytes) -> Parcel:
    """What `pack` put in. Raises InvalidMessage for what it never made."""
    head, _, rest = body.partition(b"\n")
    try:
        found = _decode(head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidMessage(f"nothing that X sends: {error}") from None
    files: dict[str, Fetched] = {}
    start = 0
    for place in found.files:
        if place.size < 0:
            files[place.key] = Fetched(key=place.key, problem=place.problem)
            continue
        data = rest[start : start + place.size]
        files[place.key] = Fetched(key=place.key, data=data, content_type=place.content_type)
        start += place.size
    if start != len(rest):
        raise InvalidMessage(f"{len(rest)} bytes of files, {start} were announced")
    return Parcel(shape=found.shape, item=bytes(found.item), includes=found.includes, files=files)
