"""Messages with files, posted over HTTP: looked through, then committed as one payload, then acknowledged.

One request brings the words and the files, so nothing can be lost between them: whatever was cut off is posted again
with the same id and is the same message. What a file is, its content says.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from connectors.webchat import frames
from connectors.webchat.parse import Envelope, NamedFile, client_id, raw_event
from connectors.webchat.settings import FILES_BYTES_MAX, Files
from connectors.webchat.visitors import BadIdentity, Visitor, Visitors
from router.connector import Context, Inlet
from router.model.errors import InvalidMessage, StoreUnavailable
from router.model.filekinds import FILE_KINDS, MEGABYTE, FileTrouble, file_name
from router.model.pace import HOUR_MS, Pace

UPLOAD_S: Final = 300.0
"""One request, from its first byte to its last."""
STALL_S: Final = 30.0
"""A request of which nothing came for so long is over."""
REQUESTS_MAX: Final = 256
"""Under way at once, those of whom nothing is known yet among them."""
UPLOADS_PER_VISITOR: Final = 2
UPLOADING_BYTES_MAX: Final = 8 * FILES_BYTES_MAX
"""Announced bytes of all requests under way: they are in memory until they are committed."""
DRAINED_BYTES_MAX: Final = 64 * MEGABYTE
"""So much of a refused request is read, so that a browser hears why; whoever sends more is cut off."""
ROOM_S: Final = 2
_PIECE_BYTES: Final = 65_536
_DECODER: Final = msgspec.json.Decoder(frames.Post)
_REASONS: Final[dict[FileTrouble, frames.RefusalReason]] = {
    "many": "file_many",
    "large": "file_large",
    "total": "file_total",
    "empty": "file_empty",
    "kind": "file_kind",
}
_CUT: Final = (HttpProcessingError, aiohttp.ClientPayloadError, web.RequestPayloadError)
"""What aiohttp's reader raises for a request that ends early."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a client is told."""

    status: int
    frame: frames.Ack | frames.Error
    wait_s: int = 0
    visitor: str | None = None
    """Whose conversation has something new."""


class _Turned(Exception):
    """Not taken."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _Slow(Exception):
    """It takes too long."""


class Posts:
    """Takes the messages with files of one account."""

    def __init__(self, context: Context, visitors: Visitors, files: Files) -> None:
        self._context, self._visitors, self._files = context, visitors, files
        self._own = Pace(files.megabytes_per_visitor_hour * MEGABYTE, HOUR_MS)
        self._all = Pace(files.megabytes_per_hour * MEGABYTE, HOUR_MS)
        self._under_way: Counter[str] = Counter()
        self._bytes_under_way = 0
        self._requests = 0

    async def take(self, request: web.Request, inlet: Inlet) -> Answer:
        """Read, look through and commit one message. Raises ConnectionError when its sender has gone."""
        if self._requests >= REQUESTS_MAX:
            return _later(503, "no room for another request")
        self._requests += 1
        try:
            return await self._answer(_Body(request.content), inlet)
        finally:
            self._requests -= 1

    async def _answer(self, body: "_Body", inlet: Inlet) -> Answer:
        try:
            try:
                return await self._take(body, inlet)
            except _Turned as turned:
                await body.drain()
                return turned.answer
        except _Slow:
            return _later(408, f"nothing came for {STALL_S:.0f} s, or not all within {UPLOAD_S:.0f} s")
        except _CUT:
            return _later(400, "the request ended early")

    async def _take(self, body: "_Body", inlet: Inlet) -> Answer:
        post = _post(await body.line())
        visitor = self._visitor(post)
        self._object(post)
        size = sum(file.size for file in post.files)
        with self._room(post, visitor.id, size):
            contents = [await body.exactly(file.size) for file in post.files]
            await body.end()
            return await self._commit(post, visitor, contents, inlet)

    def _visitor(self, post: frames.Post) -> Visitor:
        """Who posts. Raises _Turned."""
        try:
            visitor = self._visitors.returning(post.token, post.user)
        except BadIdentity as error:
            raise _Turned(_error(403, "bad_identity", str(error))) from None
        if visitor is None:
            raise _Turned(_error(403, "unknown_visitor", "no token of ours; connect first, and post what welcome gave"))
        return visitor

    def _object(self, post: frames.Post) -> None:
        """Refuse for good what can be judged before any file is read. Raises _Turned."""
        if client_id(post.client_msg_id) is None:
            raise _refused(post, "bad_id")
        if not post.files:
            raise _refused(post, "empty")
        if len(post.text) > frames.TEXT_CHARS_MAX:
            raise _refused(post, "too_long")
        left = FILES_BYTES_MAX
        for number, file in enumerate(post.files):
            trouble = self._files.trouble_of(number + 1, file.size, fits=file.size <= left)
            if trouble is not None:
                raise _refused(post, _REASONS[trouble], file=number)
            left -= file.size

    @contextmanager
    def _room(self, post: frames.Post, visitor_id: str, size: int) -> Iterator[None]:
        """While its bytes are here. What comes to nothing does not count. Raises _Turned."""
        now_ms = self._context.clock.now_ms()
        if self._under_way[visitor_id] >= UPLOADS_PER_VISITOR or self._bytes_under_way + size > UPLOADING_BYTES_MAX:
            raise _Turned(Answer(status=503, frame=_ack(post, "try_again"), wait_s=ROOM_S))
        wait_ms = (
            self._own.wait_ms(visitor_id, now_ms, size)
            or self._all.wait_ms("", now_ms, size)
            or self._visitors.wait_ms(visitor_id, now_ms)
        )
        if wait_ms:
            raise _Turned(Answer(status=429, frame=_ack(post, "slow_down"), wait_s=-(-wait_ms // 1000)))
        self._count(visitor_id, size, now_ms)
        self._under_way[visitor_id] += 1
        self._bytes_under_way += size
        try:
            yield
        except BaseException:
            # As of now: given back as of then, the time since would be counted twice.
            self._count(visitor_id, -size, self._context.clock.now_ms())
            raise
        finally:
            self._bytes_under_way -= size
            self._under_way[visitor_id] -= 1
            if not self._under_way[visitor_id]:
                del self._under_way[visitor_id]

    def _count(self, visitor_id: str, size: int, now_ms: int) -> None:
        self._own.take(visitor_id, now_ms, size)
        self._all.take("", now_ms, size)

    async def _commit(self, post: frames.Post, visitor: Visitor, contents: Sequence[bytes], inlet: Inlet) -> Answer:
        envelope = Envelope(
            visitor=visitor.id,
            received_at_ms=self._context.clock.now_ms(),
            user=visitor.user,
            user_verified=visitor.user_verified,
            frame=frames.Message(client_msg_id=post.client_msg_id, text=post.text, sent_at_ms=post.sent_at_ms),
            language=post.lang,
            files=await asyncio.to_thread(self._named, post, contents),
        )
        try:
            ((accepted,),) = await inlet.accept([raw_event(envelope, contents)])
        except StoreUnavailable:
            raise _Turned(Answer(status=503, frame=_ack(post, "try_again"), wait_s=ROOM_S)) from None
        if accepted.outcome == "quarantined":
            raise _refused(post, "unreadable")
        ack = frames.Ack(
            client_msg_id=post.client_msg_id, outcome="accepted" if accepted.outcome == "new" else "duplicate"
        )
        return Answer(status=200, frame=ack, visitor=visitor.id)

    def _named(self, post: frames.Post, contents: Sequence[bytes]) -> tuple[NamedFile, ...]:
        """The files under the types that their contents have. Raises _Turned."""
        named = []
        for number, (head, data) in enumerate(zip(post.files, contents, strict=True)):
            kind = self._files.kind_of(data)
            if kind is None:
                raise _refused(post, _REASONS["kind"], file=number)
            named.append(NamedFile(name=file_name(head.name), media_type=FILE_KINDS[kind].media_type))
        return tuple(named)


class _Body:
    """What is left of a request."""

    def __init__(self, content: aiohttp.StreamReader) -> None:
        self._content = content
        self._until = asyncio.get_running_loop().time() + UPLOAD_S
        self._rest = b""

    async def line(self) -> bytes:
        """Up to the first line feed. Raises _Turned."""
        held = bytearray()
        while (at := held.find(b"\n")) < 0:
            piece = await self._next()
            if not piece or len(held) > frames.FRAME_BYTES_MAX:
                detail = f"the first line is JSON of at most {frames.FRAME_BYTES_MAX} bytes, ended by a line feed"
                raise _Turned(_error(400, "bad_frame", detail))
            held += piece
        self._rest = bytes(held[at + 1 :])
        return bytes(held[:at])

    async def exactly(self, size: int) -> bytes:
        """The next bytes. Raises _Turned."""
        data = bytearray()
        while len(data) < size:
            piece, self._rest = self._rest or await self._next(), b""
            if not piece:
                raise _Turned(_error(400, "bad_frame", f"{size - len(data)} bytes of a file did not come"))
            missing = size - len(data)
            data += piece[:missing]
            self._rest = piece[missing:]
        return bytes(data)

    async def end(self) -> None:
        """There is no more. Raises _Turned."""
        if self._rest or await self._next():
            raise _Turned(_error(400, "bad_frame", "more bytes came than the files have"))

    async def drain(self) -> None:
        """Read what nobody wants."""
        seen = 0
        while seen <= DRAINED_BYTES_MAX and (piece := await self._next()):
            seen += len(piece)

    async def _next(self) -> bytes:
        """The next piece; b"" at the end. Raises _Slow."""
        stalled = asyncio.get_running_loop().time() + STALL_S
        try:
            async with asyncio.timeout_at(min(stalled, self._until)):
                return await self._content.read(_PIECE_BYTES)
        except TimeoutError:
            raise _Slow from None


def _post(line: bytes) -> frames.Post:
    try:
        post = frames.decoded(line, _DECODER)
    except (msgspec.ValidationError, InvalidMessage) as error:
        raise _Turned(_error(400, "bad_frame", str(error))) from None
    if post.v != frames.VERSION:
        detail = f"found version {post.v}; this server speaks {frames.VERSION}"
        raise _Turned(_error(400, "unsupported_version", detail))
    return post


def _ack(post: frames.Post, reason: frames.RefusalReason, file: int | None = None) -> frames.Ack:
    which = msgspec.UNSET if file is None else file
    return frames.Ack(client_msg_id=post.client_msg_id, outcome="refused", reason=reason, file=which)


def _refused(post: frames.Post, reason: frames.RefusalReason, *, file: int | None = None) -> _Turned:
    return _Turned(Answer(status=422, frame=_ack(post, reason, file)))


def _error(status: int, code: frames.ErrorCode, detail: str) -> Answer:
    return Answer(status=status, frame=frames.Error(code=code, detail=detail))


def _later(status: int, detail: str) -> Answer:
    return Answer(status=status, frame=frames.Error(code="try_again", detail=detail), wait_s=ROOM_S)
