"""Files of replies on their way to X: pictures, GIFs and films, all of them piece by piece.

A session is begun (initialize), takes the file in segments (append), is closed (finalize), and of a GIF or film X says
when it is ready (status). What X has is written down as it goes (`Upload`): whoever comes back with it goes on with the
next segment, or with asking whether it is ready. Uploading twice is never seen, so whatever went wrong is tried again;
and a session that X no longer takes as it was left is begun anew, once.

Sources: docs.x.com/x-api/media (initialize-media-upload, append-media-upload, finalize-media-upload,
get-media-upload-status, quickstart/media-upload-chunked, quickstart/best-practices): paths, JSON with the segment in
base64, states, `check_after_secs`, categories; a failed segment may be sent again by its index. That a state other than
`failed` can hold an error: github.com/abraham/twitteroauth/issues/1185. X documents segments of at most 5 MB and was
reported to refuse 5 MB (github.com/abraham/twitteroauth/issues/1257): its own examples send 1 MB, and so do we.
"""

import asyncio
import base64
from typing import Final

import msgspec

from connectors.x.client import Client
from connectors.x.failures import Forbidden, Unusable
from router.connector import OutboundAttachment
from router.failures import Later, Refused, Uncertain, one_line
from router.model.sources import Clock

SEGMENT_BYTES: Final = 1_048_576
"""One call; in memory there is the file and one segment of it."""
_SESSIONS: Final = "/2/media/upload"
_CATEGORIES: Final = {"image/gif": "gif", "video/mp4": "video"}
"""What X calls a file by its use; all others are images."""
_READY_S_MAX: Final = 15.0
"""Waited for in one attempt until a file is ready; later attempts ask again."""
READY_MS_MAX: Final = 900_000
"""In all attempts together; what takes longer will not be."""
_ASK_S_MAX: Final = 300.0
"""However long X says that it will take, it is asked again after so long."""
_MARGIN_MS: Final = 120_000
"""An upload that expires sooner is not used."""


class Upload(msgspec.Struct, kw_only=True):
    """How much X has of one file."""

    id: str = ""
    """Of the session, and of the file once it is ready; empty: nothing was begun."""
    good_until_ms: int = 0
    segments: int = 0
    """That have surely arrived."""
    closed_at_ms: int | None = None
    is_ready: bool = False


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    message: str = ""


class _Processing(msgspec.Struct, frozen=True, kw_only=True):
    state: str = ""
    check_after_secs: float = 0
    error: _Error | None = None


class _Session(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    expires_after_secs: int = 3_600
    processing_info: _Processing | None = None
    """Missing where there is nothing to wait for."""


_decode: Final = msgspec.json.Decoder(_Session).decode


class Uploader:
    """Brings files to one account's X."""

    def __init__(self, client: Client, clock: Clock, ask_s: float) -> None:
        """`ask_s`: X is never asked again sooner than after so many seconds."""
        self._client, self._clock, self._ask_s = client, clock, ask_s

    async def put(self, file: OutboundAttachment, upload: Upload, *, private: bool) -> str:
        """The id of a file at X, for one post or message; `upload` is where an earlier attempt ended, and is kept up
        to date. Raises Failed, never Uncertain: Unusable when X can make nothing of it."""
        if upload.good_until_ms <= self._clock.now_ms() + _MARGIN_MS:
            _forget(upload)
        was_begun = bool(upload.id)
        try:
            try:
                return await self._go_on(file, upload, private=private)
            except (Forbidden, Unusable):
                raise
            except Refused:
                _forget(upload)
                if not was_begun:
                    raise
            return await self._go_on(file, upload, private=private)
        except Uncertain as error:
            raise Later(f"the file was not uploaded: {error}") from None

    async def _go_on(self, file: OutboundAttachment, upload: Upload, *, private: bool) -> str:
        if not upload.id:
            await self._begin(file, upload, private=private)
        data = memoryview(file.data)
        for at in range(upload.segments * SEGMENT_BYTES, len(data), SEGMENT_BYTES):
            segment = base64.b64encode(data[at : at + SEGMENT_BYTES]).decode()
            path = f"{_SESSIONS}/{upload.id}/append"
            await self._client.call("append", "POST", path, media=segment, segment_index=upload.segments)
            upload.segments += 1
        if not upload.is_ready:
            await self._ready(upload)
        return upload.id

    async def _begin(self, file: OutboundAttachment, upload: Upload, *, private: bool) -> None:
        category = f"{'dm' if private else 'tweet'}_{_CATEGORIES.get(file.content_type, 'image')}"
        given = {"media_type": file.content_type, "media_category": category}
        path = f"{_SESSIONS}/initialize"
        session = _read(await self._client.call("initialize", "POST", path, **given, total_bytes=len(file.data)))
        if not session.id.isascii() or not session.id.isdecimal():
            raise Uncertain("X answered without the id of what it made")
        upload.id = session.id
        self._note(upload, session)

    async def _ready(self, upload: Upload) -> None:
        """Close the session, and wait until X has made of the file what it shows."""
        waited_s = 0.0
        while True:
            if upload.closed_at_ms is not None:
                asked = {"command": "STATUS", "media_id": upload.id}
                session = _read(await self._client.call("status", "GET", _SESSIONS, **asked))
            else:
                session = _read(await self._client.call("finalize", "POST", f"{_SESSIONS}/{upload.id}/finalize"))
                upload.closed_at_ms = self._clock.now_ms()
            self._note(upload, session)
            pause_s = self._pause_s(session.processing_info)
            if not pause_s:
                upload.is_ready = True
                return
            if self._clock.now_ms() - upload.closed_at_ms > READY_MS_MAX:
                raise Unusable(f"X did not get the file ready within {READY_MS_MAX // 60_000} minutes")
            waited_s += pause_s
            if waited_s > _READY_S_MAX:
                raise Later("X is still preparing the file", pause_s)
            await asyncio.sleep(pause_s)

    def _pause_s(self, processing: _Processing | None) -> float:
        """How long until X is asked again; 0: it is ready. Raises Unusable."""
        if processing is None or processing.state == "succeeded":
            return 0.0
        if processing.state == "failed" or processing.error is not None:
            error = processing.error or _Error()
            why = one_line(": ".join(filter(None, (error.name, error.message))))
            raise Unusable(f"X cannot use the file: {why or 'it does not say why'}")
        return min(max(processing.check_after_secs, self._ask_s), _ASK_S_MAX)

    def _note(self, upload: Upload, session: _Session) -> None:
        upload.good_until_ms = self._clock.now_ms() + session.expires_after_secs * 1_000


def _forget(upload: Upload) -> None:
    """As if nothing had been begun."""
    upload.id, upload.segments, upload.closed_at_ms, upload.is_ready = "", 0, None, False


def _read(data: bytes) -> _Session:
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Uncertain("X answered with something that cannot be read") from None
