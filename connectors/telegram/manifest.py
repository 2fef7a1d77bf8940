"""The Telegram kind: what it can do, how an account is made."""

from typing import Final

import msgspec

from connectors.telegram.adapter import TelegramConnector
from connectors.telegram.chinese import SAID
from connectors.telegram.parse import CHANNEL, parse
from connectors.telegram.render import FILE_BYTES_MAX, SAYS_BYTES_MAX, TEXT_CHARS_MAX
from connectors.telegram.settings import Settings
from router.connector import Capabilities, Context, Manifest
from router.model.buttons import ButtonLimits


def _create(settings: msgspec.Struct, context: Context) -> TelegramConnector:
    assert isinstance(settings, Settings)
    return TelegramConnector(settings, context)


def _configured(settings: msgspec.Struct) -> Capabilities:
    """Whoever writes in a group is led to the bot itself (https://core.telegram.org/bots/features#deep-linking)."""
    assert isinstance(settings, Settings)
    if settings.username is None:
        return _CAPABILITIES
    link = f"https://t.me/{settings.username}?start={{id}}_{{signature}}"
    return msgspec.structs.replace(_CAPABILITIES, private_link=link)


_CAPABILITIES: Final = Capabilities(
    visibilities=("private", "public"),
    text_max=TEXT_CHARS_MAX,
    attachments=True,
    attachment_bytes_max=FILE_BYTES_MAX,
    moderates=("delete",),
    takes_back=True,
    # A bot has no way to say that it has read (https://core.telegram.org/bots/api#readbusinessmessage is for the chats
    # of a business account), and is not told when somebody types to it.
    signals=("typing",),
    buttons=ButtonLimits(most=10, says_max=SAYS_BYTES_MAX, says_unit="bytes", in_public=True),
)

MANIFEST: Final = Manifest(
    kind=CHANNEL,
    name="Telegram",
    version="1",
    settings=Settings,
    capabilities=_CAPABILITIES,
    configured=_configured,
    create=_create,
    parse=parse,
    chinese=SAID,
)
