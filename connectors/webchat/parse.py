"""One message frame of a visitor to the event it means. Pure; called by intake through the manifest."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.webchat.frames import TEXT_CHARS_MAX, AppUser, Message
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.message import AttachmentIn, InboundEvent, Sender
from router.model.parcel import Fetched, pack, unpack
from router.model.storable import storable

CLOCK_TRUST_MS: Final = 7 * 86_400_000
"""How far back the client's own clock is believed: a message may have waited that long in an offline queue."""
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LANGUAGES: Final = frozenset({"en", "zh"})


class NamedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose kind was found in its content; its bytes follow the envelope."""

    name: str
    media_type: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What one RawEvent holds: the frame, and the facts about its writer that the adapter has verified."""

    visitor: str
    received_at_ms: int
    user: AppUser | None = None
    user_verified: bool = False
    frame: Message
    language: str | None = None
    """Of the page; told with files only."""
    files: tuple[NamedFile, ...] = ()


_decode = msgspec.json.Decoder(Envelope).decode
_encode = msgspec.json.Encoder().encode


def raw_event(envelope: Envelope, contents: Sequence[bytes] = ()) -> RawEvent:
    """The payload that `parse` reads, without the user's HMAC, which is of no use to anybody behind the door.

    `contents` are the bytes of the envelope's files, in order.
    """
    if envelope.user is not None:
        envelope = msgspec.structs.replace(envelope, user=msgspec.structs.replace(envelope.user, hmac=None))
    body = _encode(envelope)
    if not contents:
        return RawEvent(body=body)
    return RawEvent(body=pack([body], [Fetched(file_id=str(at), data=data) for at, data in enumerate(contents)]))


def client_id(text: str) -> str | None:
    """A client_msg_id in canonical form (RFC 9562, section 4), or None if it is no UUID."""
    lowered = text.lower()
    return lowered if _UUID.fullmatch(lowered) else None


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The message in `raw.body`. Raises InvalidMessage for what the adapter should not have let pass.

    The visitor's id is part of the message's id, so that no visitor can occupy the id of another's message.
    """
    body, contents = _opened(raw.body)
    try:
        envelope = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidMessage(f"no envelope of the web chat: {error}") from None
    frame = envelope.frame
    own_id = client_id(frame.client_msg_id)
    if own_id is None:
        raise InvalidMessage("expected a UUID", field="client_msg_id")
    if len(frame.text) > TEXT_CHARS_MAX:
        raise InvalidMessage(
            f"found {len(frame.text):,} characters; at most {TEXT_CHARS_MAX:,} are taken", field="text"
        )
    return (
        InboundEvent(
            channel="webchat",
            account=account,
            message_id=f"{envelope.visitor}:{own_id}",
            visibility="private",
            sent_at_ms=_sent_at_ms(frame.sent_at_ms, envelope.received_at_ms),
            sender=_sender(envelope),
            text=storable(frame.text),
            language=None if frame.text.strip() else _language(envelope.language),
            attachments=_attachments(envelope.files, contents),
            alarm=frame.alarm,
        ),
    )


def _opened(body: bytes) -> tuple[bytes, list[bytes]]:
    """The envelope, and the files that it came with. JSON of ours holds no line feed."""
    if b"\n" not in body:
        return body, []
    events, files = unpack(body)
    if len(events) != 1:
        raise InvalidMessage(f"found {len(events)} envelopes, expected one")
    return events[0], [file.data or b"" for file in files.values()]


def _attachments(named: Sequence[NamedFile], contents: Sequence[bytes]) -> tuple[AttachmentIn, ...]:
    if len(named) != len(contents):
        raise InvalidMessage(f"found {len(contents)} files, {len(named)} were named", field="attachments")
    return tuple(
        AttachmentIn(name=storable(file.name), content_type=file.media_type, size=len(data), data=data)
        for file, data in zip(named, contents, strict=True)
    )


def _language(tag: str | None) -> str | None:
    """What the page speaks, for a message without words of its own."""
    base = (tag or "").partition("-")[0].lower()
    return base if base in _LANGUAGES else None


def _sent_at_ms(claimed_ms: int | None, received_at_ms: int) -> int:
    """The client's time where it is believable, else ours."""
    if claimed_ms is None or not received_at_ms - CLOCK_TRUST_MS <= claimed_ms <= received_at_ms:
        return received_at_ms
    return claimed_ms


def _sender(envelope: Envelope) -> Sender:
    """A verified user_id is an identity. The signature covers nothing else: a mail address beside it stays out, since
    it would pass for proven."""
    user = envelope.user
    if user is None:
        return Sender(id=envelope.visitor)
    if envelope.user_verified:
        return Sender(id=envelope.visitor, name=user.name, user_id=user.user_id, verified=True)
    return Sender(id=envelope.visitor, name=user.name, email=user.email, user_id=user.user_id)
