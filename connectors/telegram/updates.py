"""The parts of Telegram's updates that are read, as types; everything else of an update is left alone. Pure.

Source: Bot API 9 (core.telegram.org/bots/api), as python-telegram-bot 22.8 has it. Ids take up to 52 bits.
"""

from typing import Final

import msgspec

ALLOWED: Final = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_message", "callback_query",
    "inline_query", "message_reaction", "my_chat_member", "chat_join_request",
)  # fmt: skip
"""What Telegram is asked for. Reactions come only when they are named."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str | None = None


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """Where something was said: private, group, supergroup or channel."""

    id: int
    type: str
    title: str = ""
    username: str | None = None


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A marked stretch of text, in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """Any kind of file."""

    file_id: str
    file_unique_id: str = ""
    file_size: int | None = None
    file_name: str | None = None
    mime_type: str | None = None
    width: int = 0
    height: int = 0


class Sticker(msgspec.Struct, frozen=True, kw_only=True):
    """A picture out of a set, with the emoji it stands for."""

    emoji: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of somebody's address book."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A point on the map, in degrees."""

    latitude: float
    longitude: float


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """A named place."""

    title: str = ""
    address: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A line of something: an answer to a poll, a task of a list."""

    text: str = ""


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """A question to many."""

    question: str = ""
    options: tuple[Told, ...] = ()


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks, under a title."""

    title: str = ""
    tasks: tuple[Told, ...] = ()


class Titled(msgspec.Struct, frozen=True, kw_only=True):
    """What has a title and is of no use here: a game, an invoice."""

    title: str = ""


class Dice(msgspec.Struct, frozen=True, kw_only=True):
    """A throw."""

    emoji: str = ""
    value: int = 0


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Something of which a bot is told no more than that it is there."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The message that another one answers."""

    message_id: int
    forum_topic_created: object = None
    """In a topic everything that answers nothing answers its beginning."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message, post or edit."""

    message_id: int
    date: int
    """Seconds since 1970."""
    chat: Chat
    user: User | None = msgspec.field(default=None, name="from")
    sender_chat: Chat | None = None
    """A group or channel that somebody speaks for."""
    message_thread_id: int | None = None
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    via_bot: User | None = None
    edit_date: int | None = None
    media_group_id: str | None = None
    reply_to_message: Answered | None = None
    external_reply: Presence | None = None
    """It answers something of another chat or topic."""
    quote: Told | None = None
    """The part of it that is answered."""
    text: str | None = None
    entities: tuple[Entity, ...] = ()
    caption: str | None = None
    caption_entities: tuple[Entity, ...] = ()
    photo: tuple[File, ...] = ()
    document: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    sticker: Sticker | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    checklist: Checklist | None = None
    game: Titled | None = None
    invoice: Titled | None = None
    story: Presence | None = None
    paid_media: Presence | None = None
    giveaway: Presence | None = None


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A button was pressed."""

    id: str
    user: User = msgspec.field(name="from")
    message: Message | None = None
    data: str = ""


class ReactionType(msgspec.Struct, frozen=True, kw_only=True):
    """One reaction."""

    type: str
    emoji: str = ""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody changed their reaction to a message."""

    chat: Chat
    message_id: int
    date: int
    user: User | None = None
    new_reaction: tuple[ReactionType, ...] = ()


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """One update; at most one of the optional fields is there. Other kinds have no customer in them."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    business_message: Message | None = None
    callback_query: Callback | None = None
    message_reaction: Reaction | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """As much of an update as is looked at before it is committed."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Callback | None = None


decode: Final = msgspec.json.Decoder(Update).decode
peek: Final = msgspec.json.Decoder(Envelope).decode


def kept_files(message: Message) -> list[tuple[str, File]]:
    """The files of a message that are fetched, each with its field: of a photo the largest size."""
    found: list[tuple[str, File]] = []
    if message.photo:
        found.append(("photo", max(message.photo, key=lambda size: size.width * size.height)))
    for field in ("animation", "document", "voice", "audio", "video", "video_note"):
        file: File | None = getattr(message, field)
        # An animation stands there as a document once more.
        if file is not None and not (field == "document" and message.animation is not None):
            found.append((field, file))
    return found
