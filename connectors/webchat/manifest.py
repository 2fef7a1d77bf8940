"""The web chat kind: what it can do, and how an account of it is made."""

from typing import Final

import msgspec

from connectors.webchat.adapter import WebchatConnector
from connectors.webchat.chinese import SAID
from connectors.webchat.frames import BUTTONS, TEXT_CHARS_MAX
from connectors.webchat.pages import Pages
from connectors.webchat.parse import parse
from connectors.webchat.posts import Posts
from connectors.webchat.settings import FILES_BYTES_MAX, Settings
from connectors.webchat.visitors import Visitors
from router.connector import Capabilities, Context, Manifest


def _create(settings: msgspec.Struct, context: Context) -> WebchatConnector:
    assert isinstance(settings, Settings)
    secret = settings.identity_secret.reveal().encode() if settings.identity_secret else None
    visitors = Visitors(context, secret, settings.messages_per_minute)
    return WebchatConnector(
        context,
        pages=Pages(settings.title, settings.reply_minutes, settings.files, settings.allowed_origins),
        visitors=visitors,
        posts=Posts(context, visitors, settings.files),
        allowed_origins=settings.allowed_origins,
        connections_per_visitor=settings.connections_per_visitor,
        connections_max=settings.connections_max,
    )


MANIFEST: Final = Manifest(
    kind="webchat",
    name="Web chat",
    version="1",
    settings=Settings,
    capabilities=Capabilities(
        visibilities=("private",),
        idempotent_send=True,
        signals=("typing", "read"),
        opens_links=True,
        text_max=TEXT_CHARS_MAX,
        attachments=True,
        attachment_bytes_max=FILES_BYTES_MAX,
        buttons=BUTTONS,
    ),
    create=_create,
    parse=parse,
    chinese=SAID,
)
