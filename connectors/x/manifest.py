"""The X kind: what it can do, how an account is made."""

from typing import Final

import msgspec

from connectors.x.adapter import XConnector
from connectors.x.backfill import backfill
from connectors.x.chinese import SAID
from connectors.x.parse import CHANNEL, parse
from connectors.x.render import ALONE, PICTURE_BYTES_MAX, PICTURES, PICTURES_MAX, PUBLIC_CHARS_MAX, TEXT_CHARS_MAX
from connectors.x.settings import Settings
from router.connector import Capabilities, Context, Inlet, Manifest
from router.model.capabilities import PrivateAnswer

_CAPABILITIES: Final = Capabilities(
    visibilities=("private", "public"),
    text_max=TEXT_CHARS_MAX,
    public_text_max=PUBLIC_CHARS_MAX,
    attachments=True,
    attachment_bytes_max=PICTURE_BYTES_MAX,
    attachments_most=PICTURES_MAX,
    attachment_types=PICTURES,
    lone_files=ALONE,
    moderates=("hide", "unhide"),
    takes_back=True,
    # No edits: X lets nobody change a reply to somebody else (https://docs.x.com/x-api/fundamentals/edit-posts), which
    # every public answer is, and has no call that changes a direct message.
    private_answer=PrivateAnswer(is_sure=False),
)


def _create(settings: msgspec.Struct, context: Context) -> XConnector:
    assert isinstance(settings, Settings)
    return XConnector(settings, context)


def _configured(settings: msgspec.Struct) -> Capabilities:
    """Whoever posts in public is led to this account's own direct messages."""
    assert isinstance(settings, Settings)
    # X puts the text into the message before it is sent; the house's token is all of it.
    link = f"https://twitter.com/messages/compose?recipient_id={settings.account_id}&text={{token}}"
    return msgspec.structs.replace(_CAPABILITIES, private_link=link)


async def _backfill(settings: msgspec.Struct, context: Context, inlet: Inlet, since_ms: int) -> None:
    assert isinstance(settings, Settings)
    await backfill(settings, context, inlet, since_ms)


MANIFEST: Final = Manifest(
    kind=CHANNEL,
    name="X",
    version="1",
    settings=Settings,
    capabilities=_CAPABILITIES,
    create=_create,
    parse=parse,
    backfill=_backfill,
    configured=_configured,
    chinese=SAID,
)
