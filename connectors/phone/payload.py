"""One raw payload: the provider's form as it was signed, what we know of its call, and files that were fetched. Pure.

The form stands first, as it came; behind a line break, which no form holds, the files end to end. What was chosen in
the menu is in the meta data, for the provider knows nothing of it.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal
from urllib.parse import parse_qsl

import msgspec

from router.connector import RawEvent
from router.model.errors import InvalidMessage

Step = Literal["call", "alarm", "taken", "talked", "callback", "voicemail", "transcript", "ended", "sms", "receipt"]
FIELDS_MAX: Final = 200
"""Fields of one form; the provider sends about thirty."""


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we know besides the form."""

    step: Step
    at_ms: int = 0
    language: str | None = None
    line: str = ""
    """The name of our number that was called."""
    topic: str = ""
    """Its id, for the rules."""
    topic_name: str = ""
    """In the caller's words."""
    key: str = ""
    window: str = ""
    window_name: str = ""
    number: str = ""
    """Typed by the caller, to be called back at."""
    colleague: str = ""
    parent: str = ""
    """The caller's own call, where the form is of the call to a colleague."""
    caller: str = ""
    """Its caller."""
    found_later: bool = False
    """Nobody told us: it was found in the provider's lists."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file, or why it is not here."""

    name: str
    content_type: str
    size: int = 0
    problem: str = ""


_TOLD: Final = "told"
_FILES: Final = "files"
_encode = msgspec.json.Encoder().encode
_decode_told = msgspec.json.Decoder(Told).decode
_decode_files = msgspec.json.Decoder(tuple[Fetched, ...]).decode


def pack(form: bytes, told: Told, files: Sequence[tuple[Fetched, bytes]] = ()) -> RawEvent:
    """The payload of one notice."""
    meta = {_TOLD: _encode(told).decode()}
    if not files:
        return RawEvent(body=form, meta=meta)
    meta[_FILES] = _encode([file for file, _ in files]).decode()
    return RawEvent(body=b"\n".join((form, b"".join(data for _, data in files))), meta=meta)


def unpack(raw: RawEvent) -> tuple[dict[str, str], Told, list[tuple[Fetched, bytes]]]:
    """The form's fields, what we know besides, and the files. Raises InvalidMessage for what `pack` never made."""
    form, _, rest = raw.body.partition(b"\n")
    try:
        told = _decode_told(raw.meta.get(_TOLD, ""))
        files = _decode_files(raw.meta.get(_FILES, "[]"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidMessage(f"no notice of the phone: {error}") from None
    found, start = [], 0
    for file in files:
        found.append((file, rest[start : start + file.size]))
        start += file.size
    if start != len(rest):
        raise InvalidMessage(f"{len(rest)} bytes of files, {start} were announced")
    return dict(fields(form)), told, found


def fields(form: bytes) -> list[tuple[str, str]]:
    """The fields of a form, in order. Raises InvalidMessage for what is none."""
    try:
        return parse_qsl(
            form.decode("ascii"), keep_blank_values=True, strict_parsing=bool(form), max_num_fields=FIELDS_MAX
        )
    except ValueError as error:
        raise InvalidMessage(f"no form of the provider: {error}") from None


def shown(found: Mapping[str, str], *names: str) -> str:
    """The first of these fields that says something."""
    return next((found[name] for name in names if found.get(name)), "")
