"""The API channel kind: what it can do, how an account is configured."""

from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from connectors.api.adapter import ApiConnector
from connectors.api.chinese import SAID
from connectors.api.incoming import Incoming
from connectors.api.parse import parse
from router.connector import Capabilities, Context, Manifest
from router.model.capabilities import Edits, Moderation, PrivateAnswer, Reactions
from router.model.secret import Secret

SECRET_CHARS_MIN: Final = 16


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account of the API channel."""

    kinds: tuple[Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,31}\Z")], ...] = ()
    """The channel kinds this account may speak for, and whose replies it carries."""
    inbound_secret: Secret | None = None
    """Signs what is posted to /channels/api/<account>/messages; without it there is no such address."""
    webhook_url: Annotated[str, Meta(pattern=r"\Ahttps?://[^\s/]+")] | None = None
    """Where replies go; without it they are rejected with the reason."""
    webhook_secret: Secret | None = None
    """Signs what goes there."""
    answers_privately: bool = False
    """Its receiver can answer a public post so that its writer alone reads it."""
    moderates: tuple[Moderation, ...] = ("hide",)
    """What its receiver does to a customer's public post when it is asked to."""
    edits: bool = False
    """Its receiver can give an answer that it took another text."""
    reactions: tuple[Annotated[str, Meta(min_length=1, max_length=32)], ...] = ()
    """The emoji that its receiver takes as reactions to customers' messages."""
    webhook_timeout_s: Annotated[float, Meta(gt=0, le=30)] = 10.0

    def __post_init__(self) -> None:
        """Refuse a half of the pair, a secret that can be guessed, and plain HTTP to another machine."""
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("webhook_url and webhook_secret go together: set both, or neither")
        for name in ("inbound_secret", "webhook_secret"):
            secret = getattr(self, name)
            if secret is not None and len(secret.reveal()) < SECRET_CHARS_MIN:
                raise ValueError(f"{name}: at least {SECRET_CHARS_MIN} characters; openssl rand -hex 32 makes one")
        if self.inbound_secret is not None and not self.kinds:
            raise ValueError("kinds: name the channel kinds that what is signed with inbound_secret may speak for")
        if self.webhook_url is not None:
            parts = urlsplit(self.webhook_url)
            if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
                raise ValueError("webhook_url carries customers' conversations: use https outside this machine")


def _create(settings: msgspec.Struct, context: Context) -> ApiConnector:
    assert isinstance(settings, Settings)
    signed_with = settings.inbound_secret
    return ApiConnector(
        context,
        url=settings.webhook_url,
        secret=settings.webhook_secret.reveal().encode() if settings.webhook_secret else b"",
        timeout_s=settings.webhook_timeout_s,
        incoming=Incoming(context, signed_with, settings.kinds) if signed_with is not None else None,
    )


_FILE_BYTES_MAX: Final = 5_000_000
_FILES_BYTES_MAX: Final = 8_000_000
"""Of one reply together: they travel inside its JSON, where they are a third longer."""
_CAPABILITIES: Final = Capabilities(
    visibilities=("public", "private"),
    idempotent_send=True,
    attachments=True,
    attachment_bytes_max=_FILE_BYTES_MAX,
    attachments_bytes_max=_FILES_BYTES_MAX,
)


def _configured(settings: msgspec.Struct) -> Capabilities:
    assert isinstance(settings, Settings)
    return msgspec.structs.replace(
        _CAPABILITIES,
        can_send=settings.webhook_url is not None,
        moderates=settings.moderates,
        takes_back="delete" in settings.moderates,
        edits=Edits() if settings.edits else None,
        reactions=Reactions(emoji=settings.reactions) if settings.reactions else None,
        private_answer=PrivateAnswer() if settings.answers_privately else None,
        speaks_for=settings.kinds,
    )


MANIFEST: Final = Manifest(
    kind="api",
    name="API",
    version="1",
    settings=Settings,
    capabilities=_CAPABILITIES,
    configured=_configured,
    create=_create,
    parse=parse,
    chinese=SAID,
)
