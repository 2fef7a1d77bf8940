"""Uploads in pieces: sessions that are begun, filled in order, closed and got ready, and files that are used once.

Sources: docs.x.com/x-api/media (initialize, append, finalize, status; best practices for sizes and for what goes
together). What X does not document is as strict here as it could be: segments come in their order, the last one alone
may be repeated, and a session is closed once.
"""

import base64
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from connectors.x.simulator.refusals import invalid, only
from connectors.x.simulator.world import Account, Json, World
from router.model.filetypes import type_of

MEGABYTE: Final = 1_048_576
PICTURE_BYTES_MAX: Final = 5 * MEGABYTE
_BYTES_MAX: Final = {"image": PICTURE_BYTES_MAX, "gif": 15 * MEGABYTE, "video": 512 * MEGABYTE}
_USES: Final = {
    "image/png": "image", "image/jpeg": "image", "image/webp": "image", "image/gif": "gif", "video/mp4": "video",
}  # fmt: skip
_KEYS: Final = {"image": "3", "gif": "16", "video": "7"}
_SEGMENT_BYTES_MAX: Final = 5 * MEGABYTE
_SEGMENTS_MAX: Final = 1_000
_OPEN_S: Final = 1_295_999
_KEPT_S: Final = 86_400
_PICTURES_MAX: Final = 4
_SESSIONS_MAX: Final = 200
State = Literal["open", "pending", "in_progress", "succeeded", "failed"]


class Session(msgspec.Struct, kw_only=True):
    """One file on its way."""

    owner: str
    place: str
    """Where it may be used: tweet, dm."""
    use: str
    kind: str
    key: str
    total: int
    good_until_ms: int
    state: State = "open"
    segments: list[bytes] = []
    questions: int = 0
    """How often it was asked about."""

    @property
    def data(self) -> bytes:
        """What has come."""
        return b"".join(self.segments)


class Uploads:
    """The sessions of all accounts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.sessions: dict[str, Session] = {}
        self.check_after_s = 1
        self.questions = 1
        """How often it is asked about a GIF or film before that is ready."""

    def expire(self) -> None:
        """Everything that was uploaded is too old."""
        for session in self.sessions.values():
            session.good_until_ms = 0

    async def initialize(self, account: Account, given: Json) -> Json:
        """Begin."""
        only(given, {"media_type", "media_category", "total_bytes"})
        kind, total = given.get("media_type", ""), given.get("total_bytes")
        place, _, use = str(given.get("media_category", "")).partition("_")
        if place not in {"tweet", "dm"} or use not in _BYTES_MAX or _USES.get(kind) != use:
            raise invalid("One or more parameters to your request was invalid: media_category, media_type")
        if not isinstance(total, int) or not 1 <= total <= _BYTES_MAX[use]:
            raise invalid("File size exceeds limit.")
        number = self._world.new_id()
        key = f"{_KEYS[use]}_{number}"
        self.sessions[number] = Session(
            owner=account.id, place=place, use=use, kind=kind, key=key, total=total, good_until_ms=self._until(_OPEN_S)
        )
        if len(self.sessions) > _SESSIONS_MAX:
            del self.sessions[next(iter(self.sessions))]
        return {"data": {"id": number, "media_key": key, "expires_after_secs": _OPEN_S}}

    async def append(self, account: Account, number: str, given: Json) -> Json:
        """Take one segment: the next one, or the last one again."""
        only(given, {"media", "segment_index"})
        session = self._session(account, number)
        index = given.get("segment_index")
        try:
            segment = base64.b64decode(given.get("media", ""), validate=True)
        except (ValueError, TypeError):
            raise invalid("media is no base64") from None
        if session.state != "open":
            raise invalid("The session is closed.")
        if not segment or len(segment) > _SEGMENT_BYTES_MAX:
            raise invalid("The segment is empty, or too large.")
        at = len(session.segments)
        if not isinstance(index, int) or index < 0 or index not in {at - 1, at} or index >= _SEGMENTS_MAX:
            raise invalid(f"segment_index: {index} is out of order; the next one is {at}")
        filled = [*session.segments[:index], segment]
        if sum(map(len, filled)) > session.total:
            raise invalid("More bytes than were announced.")
        session.segments = filled
        return {"data": {"expires_at": session.good_until_ms // 1_000}}

    async def finalize(self, account: Account, number: str, given: Json) -> Json:
        """Close: pictures are ready, GIFs and films are looked at for a while."""
        only(given, set())
        session = self._session(account, number)
        if session.state != "open":
            raise invalid("The session is closed.")
        if sum(map(len, session.segments)) != session.total:
            raise invalid("Segments do not add up to provided total file size.")
        session.good_until_ms = self._until(_KEPT_S)
        if session.use != "image":
            session.state = "pending"
        elif type_of(session.data) == session.kind:
            session.state = "succeeded"
        else:
            raise invalid("Invalid or unsupported media")
        return {"data": self._shown(number, session)}

    async def status(self, account: Account, given: Json) -> Json:
        """How far a GIF or film is."""
        only(given, {"command", "media_id"})
        if given.get("command") != "STATUS":
            raise invalid("command: STATUS is the only one")
        number = given.get("media_id", "")
        session = self._session(account, number)
        if session.use == "image" or session.state == "open":
            raise invalid("There is nothing to be asked about this media id.")
        session.questions += 1
        if session.questions >= self.questions:
            session.state = "succeeded" if _is_sound(session) else "failed"
        else:
            session.state = "in_progress"
        return {"data": self._shown(number, session)}

    def use(self, account: Account, place: str, ids: Sequence[str]) -> Json:
        """What a post (`tweet`) or message (`dm`) gets of uploaded files, each used once. Raises Refusal."""
        found = [self.sessions.get(each) for each in ids]
        now_ms = self._world.clock.now_ms()
        ready = [
            each
            for each in found
            if each and (each.owner, each.place, each.state) == (account.id, place, "succeeded")
            and each.good_until_ms > now_ms
        ]  # fmt: skip
        if len(ready) != len(ids):
            raise invalid("Your media IDs are invalid.")
        most = _PICTURES_MAX if place == "tweet" and all(each.use == "image" for each in ready) else 1
        if len(ready) > most:
            raise invalid("A Tweet has at most four photos, or one GIF, or one video; a message has one of them.")
        for each in ids:
            del self.sessions[each]
        shown = [self._kept(each) for each in ready]
        return {"attachments": {"media_keys": [one["media_key"] for one in shown]}, "_media": shown}

    def _kept(self, session: Session) -> Json:
        """Put a file where it can be fetched; what shows it. (X makes a film of a GIF; this keeps it as it came.)"""
        key, is_private = session.key, session.place == "dm"
        if session.use == "image":
            host = "ton.twitter.com" if is_private else "pbs.twimg.com"
            path = f"/1.1/ton/data/dm/{key}/a.jpg" if is_private else f"/media/{key}.jpg"
            shown: Json = {"media_key": key, "type": "photo", "url": f"https://{host}{path}"}
        else:
            name = "animation.gif" if session.use == "gif" else "film.mp4"
            path = f"/{session.place}_video/{key}/{name}"
            film = {"content_type": "video/mp4", "bit_rate": 0, "url": f"https://video.twimg.com{path}"}
            kind = "animated_gif" if session.use == "gif" else "video"
            shown = {"media_key": key, "type": kind, "variants": [film]}
        self._world.files[path] = session.data
        return shown

    def _session(self, account: Account, number: str) -> Session:
        session = self.sessions.get(number)
        if session is None or session.owner != account.id or session.good_until_ms <= self._world.clock.now_ms():
            raise invalid("Your media IDs are invalid.")
        return session

    def _until(self, seconds: int) -> int:
        return self._world.clock.now_ms() + seconds * 1_000

    def _shown(self, number: str, session: Session) -> Json:
        left_s = (session.good_until_ms - self._world.clock.now_ms()) // 1_000
        shown: Json = {"id": number, "media_key": session.key, "size": session.total, "expires_after_secs": left_s}
        if session.use == "image":
            return shown
        processing: Json = {"state": session.state}
        if session.state in {"pending", "in_progress"}:
            processing["check_after_secs"] = self.check_after_s
        if session.state == "failed":
            processing["error"] = {"code": 1, "name": "InvalidMedia", "message": "file is invalid"}
        return shown | {"processing_info": processing}


def _is_sound(session: Session) -> bool:
    """Whether a GIF or film is what it says, and whole: a trailer, or a box that says where its pictures are."""
    data = session.data
    whole = data.endswith(b";") if session.use == "gif" else b"moov" in data
    return whole and type_of(data) == session.kind
