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


_CAPABILITIES: Final = Capabilities(visibilities=("private",), idempotent_send=True, mails_answers=True)


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
