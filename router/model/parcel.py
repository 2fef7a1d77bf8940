"""One raw payload with what was fetched for it: the provider's own events, and files. Pure.

A line of JSON, then the files end to end. The events stay as the provider sent them, so that a mended parser can read a
quarantined payload again.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from router.model.errors import InvalidMessage


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file."""

    file_id: str
    data: bytes | None = None
    content_type: str = ""
    """What it was served as, where the provider says so."""
    problem: str = ""
    """Why there is no data, for the agent; empty without data: it came with an earlier payload."""


class _Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    file_id: str
    size: int = -1
    content_type: str = ""
    problem: str = ""


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    updates: tuple[msgspec.Raw, ...]
    files: tuple[_Place, ...] = ()


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(_Head).decode


def pack(events: Sequence[bytes], files: Sequence[Fetched]) -> bytes:
    """The events of one message as JSON, in order, and its files."""
    places = tuple(
        _Place(file_id=file.file_id, problem=file.problem)
        if file.data is None
        else _Place(file_id=file.file_id, size=len(file.data), content_type=file.content_type)
        for file in files
    )
    head = _encode(_Head(updates=tuple(map(msgspec.Raw, events)), files=places))
    # Pretty-printed JSON would end the line early; between its tokens a blank is as good as a line break.
    head = head.replace(b"\n", b" ").replace(b"\r", b" ")
    return b"\n".join((head, b"".join(file.data or b"" for file in files)))


def unpack(body: bytes) -> tuple[list[bytes], dict[str, Fetched]]:
    """The events and the files by their id. Raises InvalidMessage for what `pack` never made."""
    head, _, rest = body.partition(b"\n")
    try:
        found = _decode(head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidMessage(f"no payload of ours: {error}") from None
    files: dict[str, Fetched] = {}
    start = 0
    for place in found.files:
        if place.size < 0:
            files[place.file_id] = Fetched(file_id=place.file_id, problem=place.problem)
            continue
        data = rest[start : start + place.size]
        files[place.file_id] = Fetched(file_id=place.file_id, data=data, content_type=place.content_type)
        start += place.size
    if start != len(rest):
        raise InvalidMessage(f"{len(rest)} bytes of files, {start} were announced")
    return [bytes(event) for event in found.updates], files
