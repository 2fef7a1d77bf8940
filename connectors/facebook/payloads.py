"""The parts of Meta's webhooks that are read, as types; everything else is left alone. Pure.

Source: Messenger Platform, Webhook Events Reference; Graph API, Webhooks for Pages, field `feed`. Numbers come as
numbers in some versions and as text in others.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

Number = int | float | str


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A person, by the id that this page knows them by, or the page."""

    id: str = ""
    name: str = ""


class Coordinates(msgspec.Struct, frozen=True, kw_only=True):
    """A point on the map, in degrees."""

    lat: float = 0.0
    long: float = 0.0


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What an attachment holds."""

    url: str = ""
    title: str = ""
    sticker_id: Number | None = None
    coordinates: Coordinates | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or something else that is no text."""

    type: str = ""
    title: str = ""
    url: str = ""
    payload: Payload | None = None

    @property
    def is_file(self) -> bool:
        """Whether there are bytes to fetch; a sticker says in a word what it shows."""
        return self.type in FILE_TYPES and self.payload is not None and self.payload.sticker_id is None

    @property
    def address(self) -> str:
        """Where it is, or where it leads."""
        return (self.payload.url if self.payload is not None else "") or self.url


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The message that another one answers."""

    mid: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message, of a person or (an echo) of the page."""

    mid: str = ""
    text: str = ""
    is_echo: bool = False
    metadata: str = ""
    """Of an echo: what the sender put there."""
    attachments: tuple[Attachment, ...] = ()
    reply_to: Answered | None = None


class MessageEdit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody changed what they wrote."""

    mid: str
    text: str = ""
    num_edit: Number = 0


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody reacted to a message."""

    mid: str
    action: str = "react"
    emoji: str = ""
    reaction: str = ""


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody came by a link."""

    ref: str = ""


class Postback(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody pressed a button."""

    mid: str = ""
    title: str = ""
    payload: str = ""
    referral: Referral | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of ours have arrived."""

    mids: tuple[str, ...] = ()


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of ours have been read: all up to a time."""

    watermark: Number = 0


class Messaging(msgspec.Struct, frozen=True, kw_only=True):
    """One event of Messenger."""

    sender: Party = Party()
    recipient: Party = Party()
    timestamp: Number = 0
    """Milliseconds since 1970."""
    message: Message | None = None
    message_edit: MessageEdit | None = None
    reaction: Reaction | None = None
    postback: Postback | None = None
    referral: Referral | None = None
    delivery: Delivery | None = None
    read: Read | None = None

    @property
    def ref(self) -> str:
        """What a link that somebody came by carries."""
        if self.referral is not None:
            return self.referral.ref
        return self.postback.referral.ref if self.postback is not None and self.postback.referral is not None else ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened under the page's posts, or to one."""

    item: str = ""
    verb: str = ""
    sender: Party = msgspec.field(default=Party(), name="from")
    post_id: str = ""
    comment_id: str = ""
    parent_id: str = ""
    created_time: Number = 0
    """Seconds since 1970."""
    message: str = ""
    photo: str = ""
    photos: tuple[str, ...] = ()
    """Of a post with several."""
    video: str = ""
    link: str = ""

    @property
    def files(self) -> list[tuple[str, str]]:
        """Type and address of each; of a post that is one picture or film, Meta tells it as the link."""
        found = [("image", address) for address in dict.fromkeys((self.photo, *self.photos)) if address]
        found += [("video", self.video)] if self.video else []
        kind = {"photo": "image", "video": "video"}.get(self.item)
        return [(kind, self.link)] if not found and self.link and kind is not None else found


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a field that is subscribed to."""

    field: str = ""
    value: Feed = Feed()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Events of one page; the lists are read one by one."""

    id: str | int
    time: Number = 0
    messaging: tuple[msgspec.Raw, ...] = ()
    changes: tuple[msgspec.Raw, ...] = ()
    standby: tuple[msgspec.Raw, ...] = ()
    """What another app answers (handover protocol)."""


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery: events of one page or several."""

    object: str
    entry: tuple[msgspec.Raw, ...]


class One(msgspec.Struct, frozen=True, kw_only=True):
    """A notification that holds exactly one event."""

    page: str
    time_s: int
    messaging: Messaging | None = None
    feed: Feed | None = None
    kinds: tuple[str, ...] = ()
    """The names of what stands in an event of Messenger."""


FILE_TYPES: Final = frozenset({"image", "audio", "video", "file"})
decode_notification: Final = msgspec.json.Decoder(Notification).decode
decode_entry: Final = msgspec.json.Decoder(Entry).decode
_decode_messaging: Final = msgspec.json.Decoder(Messaging).decode
_decode_change: Final = msgspec.json.Decoder(Change).decode
_decode_names: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ENVELOPE: Final = frozenset({"sender", "recipient", "timestamp"})
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)
"""What reading a payload may raise."""


def read(body: bytes) -> One:
    """The only event of a notification. Raises one of UNREADABLE, ValueError also where there is not exactly one."""
    notification = decode_notification(body)
    if notification.object != "page" or len(notification.entry) != 1:
        raise ValueError("not one entry of a page")
    entry = decode_entry(notification.entry[0])
    if len(entry.messaging) + len(entry.changes) != 1:
        raise ValueError("not one event in its entry")
    page, time_s = str(entry.id), whole(entry.time) // (1_000 if whole(entry.time) > _SECONDS_MAX else 1)
    if entry.messaging:
        kinds = tuple(name for name in _decode_names(entry.messaging[0]) if name not in _ENVELOPE)
        return One(page=page, time_s=time_s, messaging=_decode_messaging(entry.messaging[0]), kinds=kinds)
    change = _decode_change(entry.changes[0])
    return One(page=page, time_s=time_s, feed=change.value if change.field == "feed" else None)


_SECONDS_MAX: Final = 100_000_000_000
"""A larger number counts milliseconds."""
_TIME_MAX_MS: Final = 253_402_300_800_000


def whole(number: Number) -> int:
    """A number that may have come as text; 0 for what is none."""
    try:
        return int(float(number)) if not isinstance(number, int) else number
    except (ValueError, OverflowError):
        return 0


def at_ms(number: Number) -> int:
    """Milliseconds since 1970 of a time in seconds or milliseconds; 0, which means unknown, for what no clock shows."""
    found = whole(number)
    found = found * 1_000 if 0 < found <= _SECONDS_MAX else found
    return found if 0 < found < _TIME_MAX_MS else 0


def files_of(one: One) -> Iterator[tuple[str, str]]:
    """Type and address of each file of an event, in order."""
    if one.messaging is not None and one.messaging.message is not None and not one.messaging.message.is_echo:
        for attachment in one.messaging.message.attachments:
            if attachment.is_file:
                yield attachment.type, attachment.address
    if one.feed is not None and one.feed.verb in {"add", "edited", "edit"} and one.feed.sender.id != one.page:
        yield from one.feed.files
