"""What a browser sends for a form, read within bounds and without loss: files over a bound are counted, not kept, so
that what was typed is still there when they are refused.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, Literal
from urllib.parse import parse_qsl

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from connectors.form.settings import FILES_BYTES_MAX, Files

VALUES_BYTES_MAX: Final = 262_144
"""All that was typed."""
BODY_BYTES_MAX: Final = 67_108_864
"""So much is read to its end, so that a browser hears the answer; whoever sends more is cut off."""
PARTS_MAX: Final = 100
NAME_BYTES_MAX: Final = 100
_CHUNK: Final = 65_536
_MALFORMED: Final = (
    ValueError,
    LookupError,
    AssertionError,
    RuntimeError,
    HttpProcessingError,
    aiohttp.ClientPayloadError,
    web.RequestPayloadError,
)
"""What aiohttp's reader raises for bytes that are no multipart form."""

Trouble = Literal["broken", "too_large", "slow", "full"]


class Upload(msgspec.Struct):
    """One file as it came."""

    name: str
    data: bytes = b""
    size: int = 0
    kept: bool = True
    """False: it is over a bound, and its bytes were let go."""


class Body(msgspec.Struct):
    """All that came."""

    values: dict[str, str] = {}
    files: list[Upload] = []
    trouble: Trouble | None = None
    """What came of it is here all the same."""


async def read_body(request: web.Request, files: Files, *, within_s: float, stops: bool, keeps: bool = True) -> Body:
    """Read a form, for so long. With `stops` what was typed is enough: it ends where the first file begins. Without
    `keeps` files are counted only.

    Raises ConnectionError when its sender has gone.
    """
    body = Body()
    try:
        async with asyncio.timeout(within_s):
            if request.content_type == "multipart/form-data":
                await _read_parts(request, body, _Room(files, keeps=keeps), stops=stops)
            elif request.content_type == "application/x-www-form-urlencoded":
                await _read_pairs(request, body)
            else:
                body.trouble = "broken"
    except _Over:
        body.trouble = "too_large"
    except TimeoutError:
        body.trouble = "slow"
    except _MALFORMED:
        body.trouble = "broken"
    return body


class _Over(Exception):
    """More came than any form holds."""


async def _read_pairs(request: web.Request, body: Body) -> None:
    data = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > VALUES_BYTES_MAX:
            await _drain(request, len(data))
            raise _Over
    pairs = parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=PARTS_MAX)
    for name, value in pairs:
        body.values.setdefault(name, _text(value))


async def _drain(request: web.Request, seen: int) -> None:
    async for chunk in request.content.iter_chunked(_CHUNK):
        seen += len(chunk)
        if seen > BODY_BYTES_MAX:
            return


async def _read_parts(request: web.Request, body: Body, room: "_Room", *, stops: bool) -> None:
    reader = await request.multipart()
    for _ in range(PARTS_MAX):
        part = await reader.next()
        if part is None:
            return
        if not isinstance(part, aiohttp.BodyPartReader):
            raise ValueError("a form holds no parts within parts")
        name = part.name or ""
        if part.filename is None:
            value = await room.value(_chunks(part))
            if len(name) <= NAME_BYTES_MAX:
                body.values.setdefault(name, value)
            continue
        if stops:
            return
        upload = await room.file(part.filename, _chunks(part))
        if upload.name or upload.size:  # a browser sends an empty part where no file was chosen
            body.files.append(upload)
    raise _Over


async def _chunks(part: aiohttp.BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(_CHUNK):
        yield chunk


class _Room:
    """What is left of each bound while one body is read."""

    def __init__(self, files: Files, *, keeps: bool) -> None:
        self._bytes_max = files.bytes_max
        self._files_left = files.most
        self._kept_left = FILES_BYTES_MAX if keeps else 0
        self._values_left = VALUES_BYTES_MAX
        self._body_left = BODY_BYTES_MAX

    async def value(self, chunks: AsyncIterator[bytes]) -> str:
        """One field. Raises _Over when nobody types so much."""
        data = bytearray()
        over = False
        async for chunk in chunks:
            self._pass(chunk)
            self._values_left -= len(chunk)
            over = over or self._values_left < 0
            if not over:
                data += chunk
        if over:
            raise _Over
        return _text(data.decode("utf-8", "replace"))

    async def file(self, name: str, chunks: AsyncIterator[bytes]) -> Upload:
        """One file: its bytes, or only how many there were."""
        upload = Upload(name=name)
        data = bytearray()
        self._files_left -= 1
        async for chunk in chunks:
            self._pass(chunk)
            upload.size += len(chunk)
            if upload.size > min(self._bytes_max, self._kept_left) or self._files_left < 0:
                upload.kept, data = False, bytearray()
            elif upload.kept:
                data += chunk
        if upload.kept:
            upload.data = bytes(data)
            self._kept_left -= len(data)
        elif not upload.name and not upload.size:
            self._files_left += 1
        return upload

    def _pass(self, chunk: bytes) -> None:
        self._body_left -= len(chunk)
        if self._body_left < 0:
            raise _Over


def _text(value: str) -> str:
    """A field's text: forms write line ends as CRLF whatever the system (HTML, constructing the entry list)."""
    return value.replace("\r\n", "\n").replace("\r", "\n")
