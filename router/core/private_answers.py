"""Answering a public post in private: may it be, by which way, and what that changes of a reply. Pure.

By `answer` the network itself brings the words to whoever posted, who alone reads them. By `link` they stand in public
like any answer, with a link that leads into private; they pass the guard of public words.
"""

from typing import Literal

import msgspec

from router.model.capabilities import PrivateAnswer
from router.model.changes import LINK_PLACEHOLDER
from router.model.errors import Refused
from router.model.ids import LinkId, MessageId, TicketId
from router.model.limits import PRIVATE_LINK_MS
from router.model.sources import Ids
from router.model.splitting import utf16_units
from router.model.tables import Message, PrivateLink

PrivateWay = Literal["answer", "link"]
LINK_CHARS_MAX = 200
"""How much longer a text gets when its blank becomes a link."""


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """The ways into private that a channel has."""

    answer: PrivateAnswer | None = None
    links: bool = False

    @property
    def ways(self) -> tuple[PrivateWay, ...]:
        """Which of them there are."""
        return (*(("answer",) if self.answer is not None else ()), *(("link",) if self.links else ()))


def refused_because(way: PrivateWay, doors: Doors, post: Message, now_ms: int, *, is_answered: bool) -> str:
    """Why a post cannot be answered so now, as a stable code; empty when it can. `is_answered`: it has been before."""
    if post.kind != "inbound" or post.visibility != "public":
        return "not_public"
    if way not in doors.ways or post.external_id is None:
        return "channel_cannot"
    if post.state == "deleted":
        return "post_gone"
    if way == "link" or doors.answer is None:
        return ""
    if doors.answer.once and is_answered:
        return "answered_privately"
    window_s = doors.answer.window_s
    return "private_window_closed" if window_s is not None and now_ms - post.sent_at_ms >= window_s * 1_000 else ""


def check_text(way: PrivateWay, doors: Doors, text: str, *, text_max: int | None, files: int) -> None:
    """`text_max` is the channel's, in code points. Raises Refused (no_files, too_long)."""
    if files:
        raise Refused("no_files", "what leads into private carries no files", status=422, data={"channel": ""})
    room = text_max - LINK_CHARS_MAX if way == "link" and text_max is not None else None
    if room is not None and len(text) > room:
        detail = f"{len(text)} characters; with a link behind it this channel takes {room}"
        raise Refused("too_long", detail, status=422, data={"limit": room})
    limit = doors.answer.units_max if way == "answer" and doors.answer is not None else None
    if limit is not None and (units := utf16_units(text)) > limit:
        raise Refused("too_long", f"{units} UTF-16 units; this answer takes {limit}", status=422, data={"limit": limit})


def with_link(text: str) -> str:
    """The text with a blank for the link: where it stands, else on a line of its own."""
    return text if LINK_PLACEHOLDER in text else f"{text}\n{LINK_PLACEHOLDER}"


def link_of(message: Message, ticket_id: TicketId, *, now_ms: int, ids: Ids) -> PrivateLink:
    """The link behind the blank. It stands in public: that somebody opens it proves nothing."""
    return PrivateLink(
        id=LinkId(ids.new()),
        message_id=MessageId(message.id),
        contact_id=message.contact_id,
        ticket_id=ticket_id,
        proves=False,
        expires_at_ms=now_ms + PRIVATE_LINK_MS,
        created_at_ms=now_ms,
    )
