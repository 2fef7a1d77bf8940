"""What customers see of their own conversation, on the channels that are the house's own."""

from typing import Literal

import msgspec

from router.model.buttons import Button
from router.model.ids import AttachmentId, MessageId


class ThreadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a message, for its customer."""

    id: AttachmentId
    name: str
    content_type: str
    """What it is by its content; application/octet-stream where that does not tell."""
    size: int
    path: str = ""
    """Where the house serves it, relative to `/channels/<kind>/<account>/`; whoever has it may read the file."""


class ThreadMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message of one conversation as its customer may see it: never a note."""

    seq: int
    """Feed position of its last change: pass the highest seen to `Threads.read` to get what is new."""
    id: MessageId
    author: Literal["customer", "agent", "system"]
    author_name: str | None = None
    text: str
    external_id: str | None = None
    """The customer's own id of an inbound message."""
    delivery: str | None = None
    at_ms: int
    deleted: bool = False
    reaction: str = ""
    """Our emoji to a message of the customer's."""
    edited: bool = False
    """One of ours, corrected since it was sent."""
    files: tuple[ThreadFile, ...] = ()
    buttons: tuple[Button, ...] = ()


class ThreadTicket(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket of one conversation as its customer may see it."""

    number: str
    """T-1001."""
    state: str
