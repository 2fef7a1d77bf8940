"""The phone kind: what it can do, how an account is made."""

from typing import Final

import msgspec

from connectors.phone.adapter import PhoneConnector
from connectors.phone.chinese import SAID
from connectors.phone.parse import CHANNEL, WITHHELD, parse
from connectors.phone.render import SMS_CHARS_MAX
from connectors.phone.settings import Settings
from router.connector import Capabilities, Context, Inlet, Manifest


def _create(settings: msgspec.Struct, context: Context) -> PhoneConnector:
    assert isinstance(settings, Settings)
    return PhoneConnector(settings, context)


def _configured(settings: msgspec.Struct) -> Capabilities:
    """Replies are text messages where the account sends some; else its customers are called back."""
    assert isinstance(settings, Settings)
    return _WRITES if settings.sms_from is not None else _CALLS


async def _backfill(settings: msgspec.Struct, context: Context, inlet: Inlet, since_ms: int) -> None:
    connector = _create(settings, context)
    try:
        await connector.backfill(inlet, since_ms)
    finally:
        await connector.close()


_CALLS: Final = Capabilities(can_send=False, answered_by_call=True, answers_by_itself=False)
_WRITES: Final = Capabilities(
    text_max=SMS_CHARS_MAX, answered_by_call=True, unwritable=f"{WITHHELD}:", answers_by_itself=False
)

MANIFEST: Final = Manifest(
    kind=CHANNEL,
    name="Phone",
    version="1",
    settings=Settings,
    capabilities=_WRITES,
    create=_create,
    parse=parse,
    backfill=_backfill,
    configured=_configured,
    chinese=SAID,
)
