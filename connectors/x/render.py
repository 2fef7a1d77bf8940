"""An outbound message as calls of X. Pure: the same `Outbound` gives the same calls at every attempt.

Whoever wrote in private is answered in private; a post is answered under it, in as many posts as the words need, each
an answer to the one before.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from connectors.x import weigh
from connectors.x.parse import GROUP
from router.connector import Outbound, OutboundAttachment
from router.model.capabilities import LoneFiles
from router.model.limits import ATTACHMENT_BYTES_MAX

TEXT_CHARS_MAX: Final = 10_000
"""Of one direct message."""
POSTS_MAX: Final = 18
PUBLIC_CHARS_MAX: Final = 1_200
"""Of a public answer, in code points: what surely is POSTS_MAX posts, in Chinese, too, however it breaks."""
_MARK_WEIGHT: Final = len("\n18/18·abcd")
"""At the end of each post of several."""
PICTURE_BYTES_MAX: Final = 5 * 1_048_576
"""Of a picture (https://docs.x.com/x-api/media/quickstart/best-practices)."""
PICTURES_MAX: Final = 4
"""Of one post (the same page). A direct message has one, so further ones are messages of their own."""
PICTURES: Final = ("image/png", "image/jpeg", "image/webp")
GIF_BYTES_MAX: Final = 15 * 1_048_576
FILM_BYTES_MAX: Final = ATTACHMENT_BYTES_MAX
"""X takes 512 MB in a direct message and more in a post (the same page); the house carries so much."""
ALONE: Final = (
    LoneFiles(types=("image/gif",), bytes_max=GIF_BYTES_MAX),
    LoneFiles(types=("video/mp4",), bytes_max=FILM_BYTES_MAX),
)
"""A post or direct message has one of these, or pictures (the same page)."""
_ID: Final = re.compile(r"\d{1,20}")
_CONVERSATION: Final = re.compile(rf"{GROUP}(\d{{1,20}})")


class Unsendable(Exception):
    """It can never be sent this way; the message says why."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply goes; one of the three is set."""

    post: str | None = None
    """The post it stands under."""
    person: str | None = None
    """Who alone reads it."""
    conversation: str | None = None
    """The direct message conversation of several."""

    @property
    def is_public(self) -> bool:
        """Whether it is a post."""
        return self.post is not None


class Part(msgspec.Struct, frozen=True):
    """One post or one direct message."""

    text: str
    files: tuple[OutboundAttachment, ...] = ()


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One reply, or what is to be done to one post."""

    action: Literal["send", "hide", "unhide", "delete"]
    place: Place
    parts: tuple[Part, ...] = ()
    """In order."""
    posts: tuple[str, ...] = ()
    """To be hidden, shown or deleted."""


def render(outbound: Outbound) -> Delivery:
    """What is to be called for a message. Raises Unsendable."""
    if outbound.action == "edit":
        raise Unsendable("X keeps what was sent as it is")
    if outbound.action == "react":
        raise Unsendable("nobody reacts on X")
    if outbound.action != "send":
        posts = (outbound.target_id or "", *outbound.pieces)
        if not all(_ID.fullmatch(post) for post in posts):
            raise Unsendable(f"what is to {outbound.action} is no post")
        return Delivery(action=outbound.action, place=Place(post=posts[0]), posts=posts)
    place = _place(outbound)
    files = _files(outbound.attachments)
    text = weigh.composed(outbound.text).strip()
    if not text and not files:
        raise Unsendable("there is no text in it")
    texts = _chain(text, outbound.key) if place.is_public else (text,)
    if len(texts) > POSTS_MAX:
        raise Unsendable(f"it would be {len(texts)} posts; a public answer may be {POSTS_MAX}. Say it in private")
    if not place.is_public and len(text) > TEXT_CHARS_MAX:
        raise Unsendable(f"{len(text)} characters; a direct message may have {TEXT_CHARS_MAX}")
    together = PICTURES_MAX if place.is_public else 1
    first = Part(texts[0] if texts else "", files[:together])
    further = (*map(Part, texts[1:]), *(Part("", (each,)) for each in files[together:]))
    return Delivery(action="send", place=place, parts=(first, *further))


def _chain(text: str, key: str) -> tuple[str, ...]:
    """The text in posts. X takes the same words of an account once, and the later posts of an automatic answer would be
    those of the one before: each of several ends with its place and a sign of the reply, the same at every attempt."""
    if weigh.weight(text) <= weigh.POST_WEIGHT_MAX:
        return (text,) if text else ()
    found = weigh.split(text, weigh.POST_WEIGHT_MAX - _MARK_WEIGHT)
    sign = base64.b32encode(hashlib.blake2b(key.encode(), digest_size=5).digest()).decode().lower()[:4]
    return tuple(f"{each}\n{place}/{len(found)}·{sign}" for place, each in enumerate(found, start=1))


def _files(files: Sequence[OutboundAttachment]) -> tuple[OutboundAttachment, ...]:
    """The files of a reply. Raises Unsendable."""
    alone = {kind: each.bytes_max for each in ALONE for kind in each.types}
    if len(files) == 1 and files[0].content_type in alone:
        fit = len(files[0].data) <= alone[files[0].content_type]
    else:
        fit = len(files) <= PICTURES_MAX and all(
            file.content_type in PICTURES and len(file.data) <= PICTURE_BYTES_MAX for file in files
        )
    if not fit:
        raise Unsendable(
            f"a reply on X has {PICTURES_MAX} pictures (PNG, JPEG, WebP) of at most {PICTURE_BYTES_MAX} bytes, or one "
            f"GIF of at most {GIF_BYTES_MAX}, or one MP4 film of at most {FILM_BYTES_MAX}"
        )
    return tuple(files)


def _place(outbound: Outbound) -> Place:
    """Where it goes; never what is private under a post, never what is public into a private chat."""
    group = _CONVERSATION.fullmatch(outbound.thread)
    if outbound.visibility == "private":
        # Whoever wrote in private, or the post that is answered so; its thread is another post's id, or its own.
        is_theirs = outbound.thread == outbound.to or _ID.fullmatch(outbound.in_reply_to or "") is not None
        if group is not None or not is_theirs or not _ID.fullmatch(outbound.to):
            raise Unsendable("a private reply goes to whom wrote what it answers, and to nobody else")
        return Place(person=outbound.to)
    if group is not None:
        return Place(conversation=group[1])
    answered = outbound.in_reply_to if _ID.fullmatch(outbound.in_reply_to or "") else outbound.thread
    if not _ID.fullmatch(answered or "") or answered == outbound.to:
        raise Unsendable("a public answer stands under a post, and this conversation has none")
    return Place(post=answered)
