"""How a Telegram bot is configured: its token, where its Bot API is, how updates come."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from router.model.secret import Secret

SECRET_CHARS_MIN: Final = 16
_TOKEN: Final = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}")
"""The bot's id, a colon, and what BotFather made up."""
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What setWebhook takes as secret_token."""
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Seconds = Annotated[float, Meta(gt=0, le=3_600)]


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait, in seconds."""

    connect_s: Seconds = 10.0
    call_s: Seconds = 15.0
    """For the answer to one call."""
    poll_s: Annotated[float, Meta(ge=0, le=50)] = 25.0
    """How long Telegram may hold a getUpdates open; a dead connection is noticed `call_s` later."""
    file_s: Seconds = 60.0
    """One file, from the question where it is to its last byte."""
    webhook_files_s: Annotated[float, Meta(gt=0, le=50)] = 25.0
    """All files of one delivery: Telegram waits a minute for the answer, and keeps the rest of the chat back until then
    (github.com/tdlib/telegram-bot-api/issues/341)."""
    album_s: Annotated[float, Meta(ge=0, le=10)] = 1.0
    """How long the last picture of an album is waited for."""
    retry_s: Seconds = 1.0
    """The first pause after a failure; it doubles, with jitter, up to `retry_max_s`."""
    retry_max_s: Seconds = 60.0
    auth_retry_s: Seconds = 300.0
    """The pause after a refused token, or while somebody else receives the bot's updates."""
    webhook_look_s: Seconds = 60.0
    """Between two looks at what Telegram says of the webhook."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One bot."""

    token: Secret
    """As BotFather gave it."""
    username: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_]{5,32}\Z")] | None = None
    """The bot's name, without @: links from groups into private lead to https://t.me/<username>."""
    base_url: Annotated[str, Meta(pattern=r"\Ahttps?://[^\s/?#@]+(?:/[^\s?#]*)?\Z")] = "https://api.telegram.org"
    """Another Bot API server, such as one of your own (not started with --local)."""
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: Secret | None = None
    """Telegram sends it with every update; needed for mode webhook."""
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        """Refuse a token that is none, a webhook that anybody could call, and a token sent in clear."""
        if not _TOKEN.fullmatch(self.token.reveal()):
            raise ValueError(
                "token: not a bot token; BotFather gives one like 123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
            )
        secret = self.webhook_secret.reveal() if self.webhook_secret is not None else None
        if self.mode == "webhook" and secret is None:
            raise ValueError("webhook_secret: mode webhook needs one; openssl rand -hex 32 makes one")
        if secret is not None and (len(secret) < SECRET_CHARS_MIN or not _SECRET.fullmatch(secret)):
            raise ValueError(
                f"webhook_secret: {SECRET_CHARS_MIN} to 256 letters, digits, _ and -; openssl rand -hex 32"
            )
        parts = urlsplit(self.base_url)
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise ValueError("base_url: the token is part of every address; use https outside this machine")
