"""The web chat kind: what it can do, how an account is configured."""

from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from connectors.webchat.adapter import WebchatConnector
from connectors.webchat.frames import BUTTONS, TEXT_CHARS_MAX
from connectors.webchat.pages import Pages
from connectors.webchat.parse import parse
from connectors.webchat.visitors import Visitors
from router.connector import Capabilities, Context, Manifest
from router.model.secret import Secret

SECRET_CHARS_MIN: Final = 32


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


def _create(settings: msgspec.Struct, context: Context) -> WebchatConnector:
    assert isinstance(settings, Settings)
    secret = settings.identity_secret.reveal().encode() if settings.identity_secret else None
    return WebchatConnector(
        context,
        pages=Pages(settings.title, settings.reply_minutes, settings.allowed_origins),
        visitors=Visitors(context, secret, settings.messages_per_minute),
        allowed_origins=settings.allowed_origins,
        connections_per_visitor=settings.connections_per_visitor,
        connections_max=settings.connections_max,
    )


_FILE_BYTES_MAX: Final = 20_971_520
"""What a telephone on the move can be expected to load."""

MANIFEST: Final = Manifest(
    kind="webchat",
    name="Web chat",
    version="1",
    settings=Settings,
    capabilities=Capabilities(
        visibilities=("private",),
        idempotent_send=True,
        opens_links=True,
        text_max=TEXT_CHARS_MAX,
        attachments=True,
        attachment_bytes_max=_FILE_BYTES_MAX,
        buttons=BUTTONS,
    ),
    create=_create,
    parse=parse,
)
