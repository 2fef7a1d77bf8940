"""One raw payload: the updates of one message, and the files that were fetched for it. Pure.

A line of JSON, then the files end to end. The updates stay as Telegram sent them, so that a mended parser can read a
quarantined payload again.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from router.connector import RawEvent
from router.model.errors import InvalidMessage

BOT_ID: Final = "bot_id"
"""`RawEvent.meta`: the id of our own bot."""
BOT_NAME: Final = "bot_name"
"""Its user name, by which groups address it."""
LINK: Final = "link"
"""What became of a link of ours that the customer came with: opened, or refused."""

GROWN: Final = "grown"
"""Set when all updates but the last are here already: it adds to the message that they are."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file."""

    file_id: str
    data: bytes | None = None
    problem: str = ""
    """Why there is no data, for the agent; empty without data: it came with an earlier payload."""


class _Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    file_id: str
    size: int = -1
    problem: str = ""


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    updates: tuple[msgspec.Raw, ...]
    files: tuple[_Place, ...] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Head).decode


def pack(updates: Sequence[bytes], files: Sequence[Fetched], meta: Mapping[str, str]) -> RawEvent:
    """The payload of one message: its updates as JSON, an album's in order, and its files."""
    places = tuple(
        _Place(file_id=file.file_id, problem=file.problem)
        if file.data is None
        else _Place(file_id=file.file_id, size=len(file.data))
        for file in files
    )
    head = _encode(_Head(updates=tuple(map(msgspec.Raw, updates)), files=places))
    # A pretty-printed update would end the line early; between JSON's tokens a blank is as good as a line break.
    head = head.replace(b"\n", b" ").replace(b"\r", b" ")
    return RawEvent(body=b"\n".join((head, b"".join(file.data or b"" for file in files))), meta=meta)


def unpack(body: bytes) -> tuple[list[bytes], dict[str, Fetched]]:
    """The updates and the files by their id. Raises InvalidMessage for what `pack` never made."""
    head, _, rest = body.partition(b"\n")
    try:
        found = _decode(head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidMessage(f"no update of Telegram: {error}") from None
    files: dict[str, Fetched] = {}
    start = 0
    for place in found.files:
        if place.size < 0:
            files[place.file_id] = Fetched(file_id=place.file_id, problem=place.problem)
            continue
        files[place.file_id] = Fetched(file_id=place.file_id, data=rest[start : start + place.size])
        start += place.size
    if start != len(rest):
        raise InvalidMessage(f"{len(rest)} bytes of files, {start} were announced")
    return [bytes(update) for update in found.updates], files
