"""The customer's page and its files: read, compressed and hashed once, answered from memory."""

import gzip
import hashlib
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web

from connectors.webchat.settings import FILES_BYTES_MAX, Files
from router.connector import Route

_STATIC: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
}
_COMMENT: Final = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/[ \t]*|//[^\n]*)$", re.MULTILINE | re.DOTALL)
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; "
    "trusted-types 'none'; frame-ancestors "
)


class _File(msgspec.Struct, frozen=True, kw_only=True):
    plain: bytes
    zipped: bytes
    content_type: str
    etag: str
    headers: dict[str, str]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        headers = {**self.headers, "ETag": self.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304, headers=headers)
        zips = "gzip" in request.headers.get("Accept-Encoding", "")
        if zips:
            headers["Content-Encoding"] = "gzip"
        body = self.zipped if zips else self.plain
        return web.Response(body=body, content_type=self.content_type, charset="utf-8", headers=headers)


class Pages:
    """All files of one account's page."""

    def __init__(self, title: str | None, reply_minutes: int, files: Files, allowed_origins: tuple[str, ...]) -> None:
        page_headers = {
            "Content-Security-Policy": _CSP + " ".join(("'self'", *allowed_origins)),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        file_headers = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
        # The loader is what other sites load.
        loader_headers = file_headers | {"Cross-Origin-Resource-Policy": "cross-origin"}
        self._files: dict[str, _File] = {}
        for path in sorted(_STATIC.rglob("*")):
            if path.suffix not in _TYPES:
                continue
            name = path.relative_to(_STATIC).as_posix()
            body = _lean(path)
            if name == "index.html":
                # Without a name of its own the page says "Support", and its script says so in the reader's language.
                filled = body.decode().replace("{{title}}", escape(title or "Support"))
                filled = filled.replace("{{own_title}}", escape(title or ""))
                filled = filled.replace("{{files}}", escape(_told(files)))
                body = filled.replace("{{reply_minutes}}", str(reply_minutes)).encode()
                self._files["/"] = _file(body, path.suffix, page_headers)
            else:
                headers = loader_headers if name == "loader.js" else file_headers
                self._files[f"/{name}"] = _file(body, path.suffix, headers)

    def routes(self) -> Sequence[Route]:
        """One for each file."""
        return tuple(Route(method="GET", path=path, handler=file.serve) for path, file in self._files.items())

    def zipped_bytes(self) -> dict[str, int]:
        """What each file costs on the wire."""
        return {path: len(file.zipped) for path, file in self._files.items()}


def _lean(path: Path) -> bytes:
    """A file without indentation and comments on lines of their own; every line keeps its number."""
    body = path.read_text("utf-8")
    if path.suffix == ".js":
        body = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), body)
    return _INDENT.sub("", body).encode()


def _told(files: Files) -> str:
    """What the page has to know to refuse a file before it is sent."""
    told = {
        "accept": ",".join(files.suffixes),
        "most": files.most,
        "each": files.bytes_max,
        "all": FILES_BYTES_MAX,
    }
    return msgspec.json.encode(told).decode()


def _file(body: bytes, suffix: str, headers: dict[str, str]) -> _File:
    return _File(
        plain=body,
        zipped=gzip.compress(body, 9, mtime=0),
        content_type=_TYPES[suffix],
        etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        headers=headers,
    )
