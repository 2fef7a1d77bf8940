"""Files on the pages to play on: what a customer picks, why it is refused, and how a file is shown there."""

import re
from collections.abc import Callable
from html import escape
from typing import Final
from urllib.parse import quote

import msgspec
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http import HttpProcessingError

from router.model.filekinds import MEGABYTE, file_name
from router.model.filetypes import PLAYED, SHOWN, UNTOLD, type_of

_FIELD: Final = "file"
_FIELDS_MAX: Final = 40
_FIELD_BYTES_MAX: Final = 65_536
_BODY_BYTES_MAX: Final = 512 * MEGABYTE
"""So much is read of what is refused anyway: a browser shows an answer only once it has sent everything."""
_TYPE: Final = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}")
_OPENED: Final = SHOWN | PLAYED | {"video/mp4"}
"""What a browser shows in a tab of its own; everything else it saves."""
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=86400, immutable",
}


class Picked(msgspec.Struct, frozen=True):
    """A file that a customer sends."""

    name: str
    data: bytes
    declared: str = UNTOLD
    """Its type as the browser says it."""

    @property
    def kind(self) -> str:
        """Its media type, by the content where that tells."""
        return type_of(self.data) or self.declared


class Takes(msgspec.Struct, frozen=True, kw_only=True):
    """Which files a provider takes of a customer."""

    who: str
    bytes_max: int
    """Of one file; of all together where there may be several."""
    picture_bytes_max: int | None = None
    """Of a picture, where that is less."""
    most: int = 1
    kinds: tuple[str, ...] = ()
    """Media types; all when there are none."""
    called: str = ""
    """What `kinds` are called, in both languages."""

    @property
    def _unit(self) -> int:
        """The megabyte that the provider counts in."""
        return MEGABYTE if self.bytes_max % MEGABYTE == 0 else 1_000_000

    def _told(self, most: int) -> str:
        return f"{most // self._unit} MB"

    def _most(self, file: Picked) -> int:
        is_picture = self.picture_bytes_max is not None and file.kind.startswith("image/")
        return self.picture_bytes_max or 0 if is_picture else self.bytes_max

    def picker(self) -> str:
        """Where files are picked in a form."""
        size = self._told(self.bytes_max)
        if self.most > 1:
            label = f"Files, at most {size} together 文件（共不超过 {size}）"
        elif self.picture_bytes_max is not None:
            picture = self._told(self.picture_bytes_max)
            label = f"A picture (at most {picture}) or film (at most {size}) 图片（{picture}）或视频（{size}）"
        else:
            label = f"A file, at most {size} 文件（不超过 {size}）"
        several, accepted = " multiple" * (self.most > 1), f' accept="{",".join(self.kinds)}"' * bool(self.kinds)
        return f'<label>{label}<input type="file" name="{_FIELD}"{several}{accepted}></label>'

    def refusal(self, files: tuple[Picked, ...], size: int) -> str:
        """Why these, of `size` bytes together, are not sent; empty when they are."""
        other = next((file for file in files if self.kinds and file.kind not in self.kinds), None)
        if other is not None:
            return f"{self.who} takes {self.called}; {other.name} is none of them. 不支持这种文件。"
        if len(files) > self.most:
            return f"{self.who} takes {self.most} at once. 一次最多 {self.most} 个文件。"
        most = min(map(self._most, files), default=self.bytes_max)
        if size > most:
            most_told = self._told(most)
            return f"{self.who} takes at most {most_told}; this has {size / self._unit:.1f} MB. 文件最大 {most_told}。"
        return "The file is empty. 文件为空。" if any(not file.data for file in files) else ""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A form that was sent."""

    fields: dict[str, str]
    files: tuple[Picked, ...] = ()
    refusal: str = ""
    """Why the files are not sent, for people."""

    def field(self, name: str) -> str:
        """What one field says; empty where there is none."""
        return self.fields.get(name, "")


async def sheet(request: web.Request, takes: Takes) -> Sheet:
    """Read a form with its files. Raises HTTPException for what is none, or far too long."""
    if request.content_type != "multipart/form-data":
        return Sheet(fields={name: str(value) for name, value in (await request.post()).items()})
    fields: dict[str, str] = {}
    files: list[Picked] = []
    read = size = 0
    try:
        # Made here, since the server's own one ends at the longest body that its calls may have.
        reader = MultipartReader(request.headers, request.content)
        while isinstance(part := await reader.next(), BodyPartReader) and len(fields) + len(files) < _FIELDS_MAX:
            is_file = part.name == _FIELD
            most = max(0, takes.bytes_max - size) if is_file else _FIELD_BYTES_MAX
            data, length = await _bytes(part, most, _BODY_BYTES_MAX - read)
            read += length
            if not is_file:
                fields[part.name or ""] = data.decode("utf-8", "replace")
            elif length or part.filename:  # a field in which nothing was picked is sent as well
                size += length
                files.append(_picked(part, data))
    except (ValueError, RuntimeError, HttpProcessingError):
        raise web.HTTPBadRequest(text="this is no form\n") from None
    return Sheet(fields=fields, files=tuple(files), refusal=takes.refusal(tuple(files), size))


async def _bytes(part: BodyPartReader, most: int, whole_most: int) -> tuple[bytes, int]:
    """At most so many bytes of a part, and how many it has; it is read to its end. Raises HTTPException."""
    kept, length = bytearray(), 0
    while chunk := await part.read_chunk():
        length += len(chunk)
        if length > whole_most:
            raise web.HTTPRequestEntityTooLarge(whole_most, length)
        kept += chunk[: max(0, most - len(kept))]
    return bytes(kept), length


def _picked(part: BodyPartReader, data: bytes) -> Picked:
    declared = part.headers.get("Content-Type", "").partition(";")[0].strip()
    return Picked(file_name(part.filename or ""), data, declared if _TYPE.fullmatch(declared) else UNTOLD)


def refused(why: str) -> str:
    """What the page says of what was not sent; nothing without a reason."""
    return f'<p class="refused" role="alert"><b>Nothing was sent. 未发送。</b> {escape(why)}</p>' if why else ""


# --- what is shown ---------------------------------------------------------------------------------------------------


def shown(key: str, name: str, data: bytes) -> str:
    """A file in a frame: a picture as a picture, anything else by its name; both open in a tab of their own, since a
    frame that asks for itself again would stop what it plays."""
    address = f"/files/{quote(key, safe='')}/{quote(name, safe='')}"
    told = escape(name)
    inner = f'<img src="{address}" alt="{told}">' if type_of(data) in SHOWN else f"{told} ({_size(len(data))})"
    return f'<a class="file" href="{address}" target="_blank" rel="noopener">{inner}</a>'


def gone(name: str) -> str:
    """A file that is not kept any more."""
    return f'<span class="file">{escape(name)} (no longer kept 已不再保存)</span>'


def _size(length: int) -> str:
    return f"{length / MEGABYTE:.1f} MB" if length >= MEGABYTE // 10 else f"{max(1, length // 1024)} KB"


def add_to(app: web.Application, find: Callable[[str], bytes | None]) -> None:
    """Serve what is shown; `find` gives the bytes of a key."""

    async def serve(request: web.Request) -> web.Response:
        data = find(request.match_info["key"])
        if data is None:
            raise web.HTTPNotFound(text="no such file\n")
        kind = type_of(data) or UNTOLD
        if kind in _OPENED:
            return web.Response(body=data, content_type=kind, headers=_HEADERS)
        named = f"attachment; filename*=UTF-8''{quote(request.match_info['name'], safe='')}"
        return web.Response(body=data, content_type=UNTOLD, headers={**_HEADERS, "Content-Disposition": named})

    app.router.add_get("/files/{key}/{name}", serve)
