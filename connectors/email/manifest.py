"""The mail kind: what it can do, how an account is made."""

from typing import Final

import msgspec

from connectors.email.adapter import EmailConnector
from connectors.email.backfill import backfill
from connectors.email.chinese import SAID
from connectors.email.parse import CHANNEL, parse
from connectors.email.settings import Settings
from router.connector import Capabilities, Context, Inlet, Manifest

_ATTACHMENT_BYTES_MAX: Final = 18_874_368
"""18 MiB: base64 makes 25 MiB of it, what large providers take."""


def _create(settings: msgspec.Struct, context: Context) -> EmailConnector:
    assert isinstance(settings, Settings)
    return EmailConnector(settings, context)


async def _backfill(settings: msgspec.Struct, context: Context, inlet: Inlet, since_ms: int) -> None:
    assert isinstance(settings, Settings)
    await backfill(settings, context, inlet, since_ms)


MANIFEST: Final = Manifest(
    kind=CHANNEL,
    name="E-mail",
    version="1",
    settings=Settings,
    capabilities=Capabilities(
        visibilities=("private",),
        idempotent_send=True,
        attachments=True,
        attachment_bytes_max=_ATTACHMENT_BYTES_MAX,
        attachments_bytes_max=_ATTACHMENT_BYTES_MAX,
        ids_by_senders=True,
        threads=True,
    ),
    create=_create,
    parse=parse,
    backfill=_backfill,
    renamed={"mailbox": "folders: [INBOX]"},
    chinese=SAID,
)
