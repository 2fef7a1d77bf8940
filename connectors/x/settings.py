"""How an X account is configured: the app's and the account's keys, how events come, how far to go."""

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from router.model.secret import Secret

_ACCESS_TOKEN: Final = re.compile(r"(\d{1,20})-[A-Za-z0-9]{20,100}")
"""The account's id, a dash, and what X made up."""
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{10,200}")

Seconds = Annotated[float, Meta(gt=0, le=3_600)]


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait, in seconds."""

    connect_s: Seconds = 10.0
    call_s: Seconds = 15.0
    """For the answer to one call."""
    file_s: Seconds = 60.0
    """One file, to its last byte."""
    retry_s: Seconds = 1.0
    """The first pause after a failure; it doubles, with jitter, up to `retry_max_s`."""
    retry_max_s: Seconds = 300.0
    auth_retry_s: Seconds = 300.0
    """The pause after refused keys."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account."""

    consumer_key: Secret
    """Of the app: API key."""
    consumer_secret: Secret
    """Of the app: API key secret. It signs webhooks, too."""
    access_token: Secret
    """Of the account, made with read, write and direct message permission; it begins with the account's id."""
    access_secret: Secret
    mode: Literal["polling", "webhook"] = "polling"
    """webhook: events are also posted to us; what is missed is still asked for, every `sweep_s`."""
    every_s: Annotated[float, Meta(gt=0, le=3_600)] = 60.0
    """Between two questions for what is new; longer where X allows fewer."""
    sweep_s: Annotated[float, Meta(gt=0, le=86_400)] = 900.0
    overlap_s: Annotated[float, Meta(ge=0, le=86_400)] = 300.0
    """So far behind the newest is asked again: posts may be listed late."""
    start_from: Literal["now", "all"] = "now"
    """At the first start: what comes from then on, or all that X still lists."""
    connect_to: Annotated[str, Meta(pattern=r"\A(?:127\.0\.0\.1:\d{1,5})?\Z")] = ""
    """host:port of a server that stands for all of X on this machine, such as a simulator. Addresses, TLS and
    signatures stay those of X."""
    ca: str = ""
    """File of the authority that vouches for that server (PEM)."""
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        """Refuse keys that are none, and a server of one's own without a certificate to know it by."""
        if not _ACCESS_TOKEN.fullmatch(self.access_token.reveal()):
            raise ValueError(
                "access_token: no access token of an account, which begins with its id: 12345678-AbC…; "
                "developer.x.com, your app, Keys and tokens, Access Token and Secret"
            )
        for name in ("consumer_key", "consumer_secret", "access_secret"):
            if not _KEY.fullmatch(getattr(self, name).reveal()):
                raise ValueError(f"{name}: letters and digits as developer.x.com shows them, without quotes or blanks")
        if bool(self.connect_to) != bool(self.ca):
            raise ValueError("connect_to: goes together with ca, the authority of the server there")

    @property
    def account_id(self) -> str:
        """Of the account at X, which its token begins with."""
        return self.access_token.reveal().partition("-")[0]
