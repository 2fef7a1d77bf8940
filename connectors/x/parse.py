"""One raw payload to the events it means. Pure; called by intake through the manifest.

A post is known by its id, a direct message by `dm:` and its id, whichever way it comes, so that what is listed and what
is posted to us is one. A post that was edited has a new id and names the first: it is an edit of that one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from connectors.x import wire
from connectors.x.contents import files_of, quoted, text_of, unaddressed
from connectors.x.parcel import LINK, OWN_ID, Parcel, Shape, unpack
from connectors.x.wire import DirectMessage, Includes, Media, Post
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import NAME_CHARS_MAX
from router.model.message import InboundEvent, Sender

CHANNEL: Final = "x"
GROUP: Final = "group:"
"""Before the id of a direct message conversation of several, where it is a thread."""
_LINK: Final = re.compile(
    r"(?<![\w.-])(?P<token>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9_-]{16,64})(?![\w.-])"
)
_REFUSED: Final = "[came with a link that opens nothing any more]"
_CIPHER: Final = "[a message that only the customer's own app can show; ask for an ordinary one]"
_ID: Final = re.compile(r"\d{1,20}")


def link_token(text: str) -> str | None:
    """The token of our link that a direct message brings."""
    found = _LINK.search(text)
    return None if found is None else found["token"]


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The event of `raw.body`, or none for what is no customer's utterance. Raises InvalidMessage."""
    parcel = unpack(raw.body)
    try:
        event = _READERS[parcel.shape](parcel, raw.meta, account)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidMessage(f"no {parcel.shape} of X: {error}") from None
    return () if event is None else (event,)


def message_of(parcel: Parcel) -> tuple[DirectMessage, list[Media]]:
    """A direct message in the shape of version 2, whichever it came in, and its files. Raises msgspec.DecodeError."""
    if parcel.shape == "message":
        message = wire.decode_message(parcel.item)
        return message, parcel.includes.files(message.attachments)
    legacy = wire.decode_legacy(parcel.item)
    said = legacy.message_create
    if said is None:
        return DirectMessage(id=legacy.id, event_type=legacy.type), []
    media = said.message_data.attachment.media
    message = DirectMessage(
        id=legacy.id,
        text=said.message_data.text,
        sender_id=said.sender_id,
        dm_conversation_id=f"{said.target.recipient_id}-{said.sender_id}",
        created_at=legacy.created_timestamp,
        entities=said.message_data.entities,
    )
    return message, [] if media is None else [media.media]


def _post(parcel: Parcel, meta: Mapping[str, str], account: str) -> InboundEvent | None:
    post, includes, own_id = wire.decode_post(parcel.item), parcel.includes, meta.get(OWN_ID, "")
    _check(post.id, post.author_id)
    if post.author_id == own_id or post.refers("retweeted"):
        return None
    text, entities = (post.text, post.entities) if post.note_tweet is None else _whole(post)
    media = includes.files(post.attachments)
    files, notices = files_of(media, parcel.files)
    said = text_of(text, entities, has_files=bool(media))
    said = unaddressed(said, wire.Entities(mentions=(*entities.mentions, *post.entities.mentions)), own_id)
    told = "\n".join(filter(None, (said, *notices)))
    first = post.edit_history_tweet_ids[0] if post.edit_history_tweet_ids else post.id
    return InboundEvent(
        kind="message" if first == post.id else "edit",
        channel=CHANNEL,
        account=account,
        message_id=post.id,
        target_id=None if first == post.id else first,
        thread_id=post.conversation_id or post.id,
        in_reply_to=post.refers("replied_to"),
        visibility="public",
        sent_at_ms=sent_at_ms(post.created_at),
        sender=_sender(post.author_id, includes),
        text="\n\n".join(filter(None, (told, quoted(post.referenced_tweets, includes)))),
        attachments=tuple(files),
    )


def _whole(post: Post) -> tuple[str, wire.Entities]:
    """The text of a long post; the short form of it ends in dots."""
    assert post.note_tweet is not None
    return post.note_tweet.text, post.note_tweet.entities


def _message(parcel: Parcel, meta: Mapping[str, str], account: str) -> InboundEvent | None:
    message, media = message_of(parcel)
    if message.event_type != "MessageCreate" or message.sender_id == meta.get(OWN_ID, ""):
        return None  # somebody joined or left, or it is our own
    _check(message.id, message.sender_id)
    files, notices = files_of(media, parcel.files)
    said = _unlinked(text_of(message.text, message.entities, has_files=bool(media)), meta)
    told = "\n".join(filter(None, (said, *notices)))
    text = "\n\n".join(filter(None, (told, quoted(message.referenced_tweets, parcel.includes))))
    if not text and not files:
        return None  # nothing but a link that opened, which the house tells
    is_group = is_group_conversation(message.dm_conversation_id)
    return InboundEvent(
        channel=CHANNEL,
        account=account,
        message_id=f"dm:{message.id}",
        thread_id=f"{GROUP}{message.dm_conversation_id}" if is_group else None,
        # What several people read is public.
        visibility="public" if is_group else "private",
        sent_at_ms=sent_at_ms(message.created_at),
        sender=_sender(message.sender_id, parcel.includes),
        text=text,
        attachments=tuple(files),
    )


def _unlinked(text: str, meta: Mapping[str, str]) -> str:
    """A text without the token that was tried, which is nobody's matter."""
    if LINK not in meta:
        return text
    rest = _LINK.sub("", text, count=1).strip()
    return rest or (_REFUSED if meta[LINK] == "refused" else "")


def _encrypted(parcel: Parcel, meta: Mapping[str, str], account: str) -> InboundEvent | None:
    chat = wire.decode_encrypted(parcel.item)
    if chat.sender_id == meta.get(OWN_ID, ""):
        return None
    if not chat.id:
        raise InvalidMessage("a message of an encrypted chat without an id")
    _check(chat.sender_id)
    return InboundEvent(
        kind="unsupported",
        channel=CHANNEL,
        account=account,
        message_id=f"chat:{chat.id[:100]}",
        visibility="private",
        sent_at_ms=sent_at_ms(chat.created_at_msec),
        sender=_sender(chat.sender_id, parcel.includes),
        text=_CIPHER,
    )


_Reader = Callable[[Parcel, Mapping[str, str], str], InboundEvent | None]
_READERS: Final[Mapping[Shape, _Reader]] = {
    "post": _post, "message": _message, "legacy": _message, "encrypted": _encrypted,
}  # fmt: skip


def is_group_conversation(conversation_id: str) -> bool:
    """Whether a direct message conversation is one of several: its id names no pair."""
    return bool(conversation_id) and "-" not in conversation_id


def _check(*ids: str) -> None:
    for each in ids:
        if not _ID.fullmatch(each):
            raise InvalidMessage(f"an id that is none of X: {each[:40]!r}")


def _sender(user_id: str, includes: Includes) -> Sender:
    user = includes.user(user_id)
    if user is None:
        return Sender(id=user_id)
    return Sender(id=user_id, name=user.name[:NAME_CHARS_MAX] or None, handle=user.username[:NAME_CHARS_MAX] or None)


def sent_at_ms(told: str) -> int:
    """Milliseconds, of RFC 3339 or of a number of them; 0, which means unknown, for what no clock shows."""
    if told.isascii() and told.isdecimal():
        return int(told[:16]) if int(told[:16]) < 253_402_300_800_000 else 0
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return 0
    return int(found.timestamp() * 1_000) if found.tzinfo is not None and found.year >= 1971 else 0
