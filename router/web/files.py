"""Files over HTTP: the one way out, sandboxed, and the way in for what agents attach.

What a sender calls a file is never believed. Pictures and sound that browsers show and that can hold no script are
shown under the type that their content has; everything else is a download of bytes.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, Literal
from urllib.parse import quote

from aiohttp import web

from router.connector import Signer
from router.core.openings import unopened
from router.flow.channels import Channel
from router.flow.commands import Commands
from router.flow.media import Media
from router.flow.names import ticket_named
from router.flow.threads import FILE_PURPOSE, file_value
from router.flow.uploads import Uploads
from router.model.errors import Refused, StoreUnavailable
from router.model.filetypes import HEAD_BYTES, PLAYED, SHOWN, UNTOLD, type_of
from router.model.ids import AttachmentId, MessageId
from router.model.message import StoredAttachment
from router.model.tables import Agent
from router.store import inbox, threads
from router.store.script import Store
from router.telemetry import Logger, why
from router.web.auth import Auth
from router.web.problems import answer

THREAD_FILE: Final = "/files/{message}/{attachment}/{mark}"
"""A file for the customer whose conversation it is of, below the prefix of the channel."""
_HEADERS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "bytes",
}
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_PIECE_BYTES: Final = 65_536
_SERVED: Final = frozenset({200, 206})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def shown_as(file: StoredAttachment) -> Literal["image", "audio"] | None:
    """What an inbox may do with a file besides offering it. Of old ones only their senders say what they are: should
    that be wrong, the picture stays empty, for what is served is told by its content."""
    kind = file.sniffed or file.content_type
    if file.state != "stored":
        return None
    return "image" if kind in SHOWN else "audio" if kind in PLAYED else None


class FilesApi:
    """Files of messages, and uploads."""

    def __init__(
        self,
        *,
        store: Store,
        auth: Auth,
        media: Media,
        uploads: Uploads,
        commands: Commands,
        signer: Signer,
        log: Logger,
    ) -> None:
        self._store, self._auth, self._media, self._uploads, self._signer = store, auth, media, uploads, signer
        self._commands, self._log = commands, log

    def routes(self) -> list[web.RouteDef]:
        """All of them, but for those of channels."""
        return [
            web.get("/api/v1/attachments/{message}/{attachment}", self.get),
            web.post("/api/v1/tickets/{ticket}/files", self.upload),
            web.delete("/api/v1/files/{attachment}", self.drop),
        ]

    async def get(self, request: web.Request) -> web.StreamResponse:
        """GET /api/v1/attachments/{message}/{attachment}."""
        agent = await self._auth.agent(request)
        message = await self._store.read(inbox.message(agent.id, MessageId(request.match_info["message"])))
        wanted = AttachmentId(request.match_info["attachment"])
        files = message.attachments if message is not None else ()
        file = next((file for file in files if file.id == wanted), None)
        if message is None or request.method == "HEAD" or unopened(message, wanted) is None:
            return await self._serve(request, file)
        try:
            response = await self._serve(request, file)
        except ConnectionError:  # a player takes what it wants and hangs up
            await self._opened(message.id, wanted, agent)
            raise
        if response.status in _SERVED:
            await self._opened(message.id, wanted, agent)
        return response

    def of_thread(self, channel: Channel) -> Handler:
        """The handler of a channel's THREAD_FILE: who has the mark may read the file."""
        kind, account = channel.kind, channel.account

        async def serve(request: web.Request) -> web.StreamResponse:
            message, file, mark = (request.match_info[name] for name in ("message", "attachment", "mark"))
            found = None
            if self._signer.verify(FILE_PURPOSE, file_value(kind, account, message, file), mark):
                script = threads.file(kind, account, MessageId(message), AttachmentId(file))
                found = await self._store.read(script)
            return await self._serve(request, found)

        return serve

    async def upload(self, request: web.Request) -> web.Response:
        """POST /api/v1/tickets/{id}/files?name=…: the body is the file."""
        agent = await self._auth.agent(request)
        ticket_id = await ticket_named(self._store, request.match_info["ticket"], agent.id)
        pieces = request.content.iter_chunked(_PIECE_BYTES)
        name = request.query.get("name", "")
        file = await self._uploads.take(ticket_id, name, _all(pieces), request.content_length, agent)
        told = {"id": file.id, "name": file.name, "content_type": file.content_type, "size": file.size}
        return answer({"file": {**told, "shows": shown_as(file)}}, status=201)

    async def drop(self, request: web.Request) -> web.Response:
        """DELETE /api/v1/files/{id}: a file that was not sent."""
        agent = await self._auth.agent(request)
        await self._uploads.drop(AttachmentId(request.match_info["attachment"]), agent)
        return answer({"ok": True})

    async def _opened(self, message_id: MessageId, file_id: AttachmentId, agent: Agent) -> None:
        """Once the bytes are out, so that nobody waits for it; what fails is done by the next who opens it."""
        try:
            await self._commands.open_file(message_id, file_id, agent)
        except (Refused, StoreUnavailable) as error:
            self._log.warning("file.opening_not_noted", message_id=message_id, attachment_id=file_id, **why(error))

    async def _serve(self, request: web.Request, file: StoredAttachment | None) -> web.StreamResponse:
        if file is None or file.blob is None:
            raise Refused("not_found", "there is no such file", status=404)
        kind = await self._type_of(file)
        inline = kind in SHOWN | PLAYED and "download" not in request.query
        name = quote(file.name, safe="")
        headers = {
            **_HEADERS,
            "Content-Type": kind if inline and kind else UNTOLD,
            "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{name}",
        }
        span = _span(request.headers.get("Range", ""), file.size)
        if span is None:
            return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
        start, end = span
        partial = (start, end) != (0, file.size)
        if partial:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        pieces = await self._media.open(file.blob, file.size, start, end)
        if pieces is None:
            raise Refused("not_found", "there is no such file", status=404)
        response = web.StreamResponse(status=206 if partial else 200, headers=headers)
        response.content_length = end - start
        async with aclosing(pieces):
            await response.prepare(request)
            if request.method != "HEAD":
                async for piece in pieces:
                    await response.write(piece)
        await response.write_eof()
        return response

    async def _type_of(self, file: StoredAttachment) -> str | None:
        """By its content: what is stored of it, or for files of earlier releases its first bytes."""
        if file.sniffed is not None or file.blob is None:
            return file.sniffed
        head = await self._media.open(file.blob, file.size, 0, HEAD_BYTES)
        return None if head is None else type_of(b"".join([piece async for piece in head]))


async def _all(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of what is asked for (RFC 9110, section 14.1.2); None when nothing of it is there.

    Several ranges, and what is none of bytes, are answered with the whole: a server may.
    """
    found = _RANGE.fullmatch(asked.replace(" ", ""))
    if found is None or not (found[1] or found[2]):
        return 0, size
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size) if length else None
    start, end = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < start:
        return 0, size
    return (start, end) if start < size else None
