"""The parts of X's objects that are read, as types; everything else is left alone. Pure.

Sources: docs.x.com, API v2 data dictionary (Post, User, Media, DM event) and X Activity API event payloads; what an
activity says of a direct message still has the shape of version 1.1.
"""

from collections.abc import Mapping
from typing import Final

import msgspec


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An account."""

    id: str
    name: str = ""
    username: str = ""


class Url(msgspec.Struct, frozen=True, kw_only=True):
    """A shortened address, and where it leads."""

    url: str
    expanded_url: str = ""
    media_key: str | None = None


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A named account."""

    username: str = ""
    id: str = ""


class Entities(msgspec.Struct, frozen=True, kw_only=True):
    """What X found in a text."""

    urls: tuple[Url, ...] = ()
    mentions: tuple[Mention, ...] = ()


class Referenced(msgspec.Struct, frozen=True, kw_only=True):
    """Another post, and how it is meant: replied_to, quoted, retweeted."""

    type: str = "quoted"
    id: str


class Attachments(msgspec.Struct, frozen=True, kw_only=True):
    """Files, by their keys in the includes."""

    media_keys: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """The whole text of a post that is longer than 280."""

    text: str
    entities: Entities = Entities()


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post."""

    id: str
    text: str = ""
    author_id: str
    created_at: str = ""
    conversation_id: str | None = None
    referenced_tweets: tuple[Referenced, ...] = ()
    attachments: Attachments = Attachments()
    entities: Entities = Entities()
    edit_history_tweet_ids: tuple[str, ...] = ()
    note_tweet: Note | None = None

    def refers(self, how: str) -> str | None:
        """The id of the post that it answers (replied_to), quotes or repeats."""
        return next((other.id for other in self.referenced_tweets if other.type == how), None)


class DirectMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a direct message conversation, as API v2 lists it."""

    id: str
    event_type: str = "MessageCreate"
    text: str = ""
    sender_id: str = ""
    dm_conversation_id: str = ""
    created_at: str = ""
    attachments: Attachments = Attachments()
    entities: Entities = Entities()
    referenced_tweets: tuple[Referenced, ...] = ()


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a video."""

    url: str
    content_type: str = ""
    bit_rate: int = 0


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file: photo, video or animated_gif."""

    media_key: str
    type: str = "photo"
    url: str | None = None
    variants: tuple[Variant, ...] = ()
    alt_text: str = ""

    @property
    def address(self) -> str | None:
        """Where its bytes are: of a video the form that is largest and still moderate, else the smallest."""
        if self.url is not None:
            return self.url
        films = sorted((v for v in self.variants if v.content_type == "video/mp4"), key=lambda v: v.bit_rate)
        moderate = [film for film in films if film.bit_rate <= _BIT_RATE_MAX]
        return (moderate[-1] if moderate else films[0]).url if films else None


_BIT_RATE_MAX: Final = 2_200_000
"""Bits a second; what is sharper soon passes the bound on files."""


class Includes(msgspec.Struct, frozen=True, kw_only=True):
    """Objects that others name."""

    users: tuple[User, ...] = ()
    tweets: tuple[Post, ...] = ()
    media: tuple[Media, ...] = ()

    def user(self, user_id: str) -> User | None:
        """By id."""
        return next((user for user in self.users if user.id == user_id), None)

    def files(self, attachments: Attachments) -> list[Media]:
        """The files of one object, in its order."""
        by_key = {media.media_key: media for media in self.media}
        return [by_key[key] for key in attachments.media_keys if key in by_key]


# --- what an activity says of a direct message ---------------------------------------------------------------------


class LegacyVariant(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a video; the bit rate is called otherwise."""

    url: str
    content_type: str = ""
    bitrate: int = 0


class LegacyVideo(msgspec.Struct, frozen=True, kw_only=True):
    """The forms of a video."""

    variants: tuple[LegacyVariant, ...] = ()


class LegacyMedia(msgspec.Struct, frozen=True, kw_only=True):
    """A file."""

    id_str: str
    type: str = "photo"
    media_url_https: str = ""
    url: str = ""
    video_info: LegacyVideo = LegacyVideo()

    @property
    def media(self) -> Media:
        """The same in the shape of version 2."""
        variants = tuple(
            Variant(url=one.url, content_type=one.content_type, bit_rate=one.bitrate)
            for one in self.video_info.variants
        )
        url = (self.media_url_https or None) if self.type == "photo" else None
        return Media(media_key=self.id_str, type=self.type, url=url, variants=variants)


class LegacyAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """What is attached."""

    type: str = ""
    media: LegacyMedia | None = None


class LegacyData(msgspec.Struct, frozen=True, kw_only=True):
    """The content."""

    text: str = ""
    entities: Entities = Entities()
    attachment: LegacyAttachment = LegacyAttachment()


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Whom it is for."""

    recipient_id: str


class MessageCreate(msgspec.Struct, frozen=True, kw_only=True):
    """Who said what to whom."""

    sender_id: str
    target: Target
    message_data: LegacyData


class Legacy(msgspec.Struct, frozen=True, kw_only=True):
    """A direct message in the shape of version 1.1."""

    id: str
    type: str = "message_create"
    created_timestamp: str = ""
    message_create: MessageCreate | None = None


class Encrypted(msgspec.Struct, frozen=True, kw_only=True):
    """A message of an encrypted chat, of which X gives the cipher."""

    id: str
    sender_id: str
    created_at_msec: str = ""


class _LegacyUser(msgspec.Struct, frozen=True, kw_only=True):
    """Wrapped (activity) or flat (account activity, where the handle is called screen_name)."""

    data: User | None = None
    name: str = ""
    screen_name: str = ""


def legacy_users(found: Mapping[str, _LegacyUser]) -> tuple[User, ...]:
    """The users of an activity, as those of version 2."""
    return tuple(
        known.data if known.data is not None else User(id=key, name=known.name, username=known.screen_name)
        for key, known in found.items()
    )


LegacyUsers = dict[str, _LegacyUser]

decode_post: Final = msgspec.json.Decoder(Post).decode
decode_message: Final = msgspec.json.Decoder(DirectMessage).decode
decode_legacy: Final = msgspec.json.Decoder(Legacy).decode
decode_encrypted: Final = msgspec.json.Decoder(Encrypted).decode
decode_includes: Final = msgspec.json.Decoder(Includes).decode
encode: Final = msgspec.json.Encoder().encode
