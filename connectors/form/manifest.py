"""The web form kind: what it can do."""

from typing import Final

import msgspec

from connectors.form.adapter import FormConnector
from connectors.form.parse import parse
from connectors.form.settings import Settings
from router.connector import Capabilities, Context, Manifest


def _create(settings: msgspec.Struct, context: Context) -> FormConnector:
    assert isinstance(settings, Settings)
    return FormConnector(context, settings)


_FILE_BYTES_MAX: Final = 15_728_640
_CAPABILITIES: Final = Capabilities(
    visibilities=("private",),
    idempotent_send=True,
    mails_answers=True,
    attachments=True,
    # Its page could show more; answers leave by mail, too, and large ones would not arrive.
    attachment_bytes_max=_FILE_BYTES_MAX,
    attachments_bytes_max=_FILE_BYTES_MAX,
)


def _configured(settings: msgspec.Struct) -> Capabilities:
    assert isinstance(settings, Settings)
    mails = settings.mail_answers and settings.email != "none"
    return msgspec.structs.replace(_CAPABILITIES, mails_answers=mails)


MANIFEST: Final = Manifest(
    kind="form",
    name="Web form",
    version="1",
    settings=Settings,
    capabilities=_CAPABILITIES,
    configured=_configured,
    create=_create,
    parse=parse,
)
