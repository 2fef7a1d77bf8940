"""The API channel kind: what it can do, how an account is configured."""

from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from connectors.api.adapter import ApiConnector
from connectors.api.parse import parse
from router.connector import Capabilities, Context, Manifest


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account of the API channel."""

    kinds: tuple[Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,31}\Z")], ...] = ()
    """The channel kinds this account may speak for, and whose replies it carries."""
    webhook_url: Annotated[str, Meta(pattern=r"\Ahttps?://[^\s/]+")] | None = None
    """Where replies go; without it they are rejected with the reason."""
    webhook_secret: Annotated[str, Meta(min_length=16)] | None = None
    """Signs what goes there."""
    webhook_timeout_s: Annotated[float, Meta(gt=0, le=30)] = 10.0

    def __post_init__(self) -> None:
        """Refuse a half of the pair, and plain HTTP to another machine."""
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("webhook_url and webhook_secret go together: set both, or neither")
        if self.webhook_url is not None:
            parts = urlsplit(self.webhook_url)
            if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
                raise ValueError("webhook_url carries customers' conversations: use https outside this machine")

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Settings(kinds={self.kinds!r}, webhook_url={self.webhook_url!r})"


def _create(settings: msgspec.Struct, context: Context) -> ApiConnector:
    assert isinstance(settings, Settings)
    return ApiConnector(
        context,
        url=settings.webhook_url,
        secret=(settings.webhook_secret or "").encode(),
        timeout_s=settings.webhook_timeout_s,
    )


_CAPABILITIES: Final = Capabilities(visibilities=("public", "private"), idempotent_send=True)


def _configured(settings: msgspec.Struct) -> Capabilities:
    assert isinstance(settings, Settings)
    return msgspec.structs.replace(_CAPABILITIES, can_send=settings.webhook_url is not None, speaks_for=settings.kinds)


MANIFEST: Final = Manifest(
    kind="api",
    name="API",
    version="1",
    settings=Settings,
    capabilities=_CAPABILITIES,
    configured=_configured,
    create=_create,
    parse=parse,
)
