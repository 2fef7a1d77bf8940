"""The Facebook kind: what a page can do, how an account is made."""

from typing import Final

import msgspec

from connectors.facebook.adapter import FacebookConnector
from connectors.facebook.chinese import SAID
from connectors.facebook.parse import CHANNEL, parse
from connectors.facebook.render import (
    AGENT_WINDOW_S,
    BUTTONS,
    COMMENT_UNITS_MAX,
    FILE_BYTES_MAX,
    MESSAGE_UNITS_MAX,
    PICTURE_BYTES_MAX,
    PICTURES,
    REACTIONS,
    TEXT_CHARS_MAX,
    WINDOW_S,
)
from connectors.facebook.settings import Settings
from router.connector import Capabilities, Context, Manifest
from router.model.capabilities import Edits, PrivateAnswer, PublicFiles, Reactions

_CAPABILITIES: Final = Capabilities(
    visibilities=("private", "public"),
    text_max=TEXT_CHARS_MAX,
    attachments=True,
    attachment_bytes_max=FILE_BYTES_MAX,
    public_files=PublicFiles(most=1, bytes_max=PICTURE_BYTES_MAX, types=PICTURES),
    moderates=("hide", "unhide", "delete"),
    takes_back=True,
    # Messenger's Send API has nothing that changes a message
    # (https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages).
    edits=Edits(visibilities=("public",), units_max=COMMENT_UNITS_MAX),
    reactions=Reactions(emoji=REACTIONS, visibilities=("private",)),
    signals=("typing", "read"),
    private_answer=PrivateAnswer(once=True, window_s=AGENT_WINDOW_S, units_max=MESSAGE_UNITS_MAX),
    buttons=BUTTONS,
    reply_window_s=WINDOW_S,
)


def _create(settings: msgspec.Struct, context: Context) -> FacebookConnector:
    assert isinstance(settings, Settings)
    return FacebookConnector(settings, context)


def _configured(settings: msgspec.Struct) -> Capabilities:
    assert isinstance(settings, Settings)
    return msgspec.structs.replace(
        _CAPABILITIES,
        private_link=f"{settings.link_url.rstrip('/')}/{settings.page}?ref={{token}}",
        agent_window_s=AGENT_WINDOW_S if settings.human_agent else None,
    )


MANIFEST: Final = Manifest(
    kind=CHANNEL,
    name="Facebook",
    version="1",
    settings=Settings,
    capabilities=_CAPABILITIES,
    create=_create,
    parse=parse,
    configured=_configured,
    chinese=SAID,
)
