"""How an account of the web chat is configured."""

from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from router.model.filekinds import MEGABYTE, FileBounds
from router.model.secret import Secret

SECRET_CHARS_MIN: Final = 32
FILES_BYTES_MAX: Final = 20 * MEGABYTE
"""All files of one message, either way: what a telephone on the move can be expected to carry, and with its words below
what the house takes as one payload."""


class Files(FileBounds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What visitors may attach to a message."""

    kinds: tuple[str, ...] = (
        "png", "jpeg", "gif", "webp", "heic", "pdf", "txt", "mp3", "m4a", "ogg", "wav", "mp4", "mov", "webm",
    )  # fmt: skip
    most: Annotated[int, Meta(ge=0, le=10)] = 5
    """How many; with 0 the page has no button for them."""
    megabytes: Annotated[int, Meta(ge=1, le=20)] = 10
    """Of one file; all of a message together at most 20."""
    megabytes_per_visitor_hour: Annotated[int, Meta(ge=20, le=10_000)] = 60
    megabytes_per_hour: Annotated[int, Meta(ge=20, le=1_000_000)] = 1_000
    """Of everybody: visitors cost nothing to make."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account of the web chat."""

    title: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    """What the page calls you; "Support", in the visitor's language, where it is left out."""
    reply_minutes: Annotated[int, Meta(ge=1, le=10_080)] = 10
    """The response time the page promises."""
    identity_secret: Secret | None = None
    """Shared with the server of the app that embeds the chat: proves its users."""
    allowed_origins: tuple[str, ...] = ()
    """Sites that may embed the page or connect from their own, such as https://app.example; our own always may."""
    messages_per_minute: Annotated[int, Meta(ge=1, le=6_000)] = 30
    """Of one visitor."""
    files: Files = Files()
    connections_per_visitor: Annotated[int, Meta(ge=1, le=100)] = 8
    connections_max: Annotated[int, Meta(ge=1, le=100_000)] = 5_000

    def __post_init__(self) -> None:
        """Refuse a secret that can be guessed, and what is no origin: it would end up in a header."""
        if self.identity_secret is not None and len(self.identity_secret.reveal()) < SECRET_CHARS_MIN:
            raise ValueError(f"identity_secret: at least {SECRET_CHARS_MIN} characters; openssl rand -hex 32 makes one")
        for origin in self.allowed_origins:
            parts = urlsplit(origin)
            if (
                parts.scheme not in {"http", "https"}
                or not parts.netloc
                or f"{parts.scheme}://{parts.netloc}" != origin
            ):
                raise ValueError(
                    f"allowed_origins: {origin!r} is no origin; write scheme and host: https://app.example"
                )
            if any(mark.isspace() or mark in ";,'\"" for mark in origin):
                raise ValueError(f"allowed_origins: {origin!r} holds a character no origin has")
