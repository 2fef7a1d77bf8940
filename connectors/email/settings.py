"""How a mail account is configured: where it is read, where it is sent, how long anything may take."""

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from connectors.email.render import is_address
from router.model.secret import Secret

Tls = Literal["tls", "starttls", "none"]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Seconds = Annotated[float, Meta(gt=0, le=3_600)]
_MAILBOX: Final = re.compile(r"[\x20-\x7e]{1,200}")
_DEFAULT_PORTS: Final[dict[tuple[str, Tls], int]] = {
    ("imap", "tls"): 993, ("imap", "starttls"): 143, ("imap", "none"): 143,
    ("smtp", "tls"): 465, ("smtp", "starttls"): 587, ("smtp", "none"): 25,
}  # fmt: skip


class Imap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that mail is read from (RFC 3501)."""

    host: str
    port: Port | None = None
    """993 with TLS, else 143."""
    tls: Tls = "tls"
    user: str
    password: Secret
    mailbox: str = "INBOX"
    sent_folder: str | None = None
    """Keep a copy of what is sent here, and look here for what became of an uncertain send."""

    def __post_init__(self) -> None:
        """Refuse folder names that would need RFC 3501's modified UTF-7."""
        for name in (self.mailbox, self.sent_folder):
            if name is not None and not _MAILBOX.fullmatch(name):
                raise ValueError(f"imap: the folder {name!r} must be 1 to 200 printable ASCII characters")

    @property
    def port_or_default(self) -> int:
        """The port to connect to."""
        return self.port or _DEFAULT_PORTS["imap", self.tls]


class Smtp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that mail is handed to (RFC 6409)."""

    host: str
    port: Port | None = None
    """465 with TLS, 587 with STARTTLS, else 25."""
    tls: Tls = "starttls"
    user: str | None = None
    """None: no authentication."""
    password: Secret | None = None

    def __post_init__(self) -> None:
        """Refuse half a login."""
        if (self.user is None) != (self.password is None):
            raise ValueError("smtp: user and password belong together; give both or neither")

    @property
    def port_or_default(self) -> int:
        """The port to connect to."""
        return self.port or _DEFAULT_PORTS["smtp", self.tls]


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait, in seconds, before a connection is given up."""

    connect_s: Seconds = 15.0
    """TCP, TLS, greeting and login together."""
    command_s: Seconds = 20.0
    """One IMAP or SMTP command."""
    fetch_s: Seconds = 240.0
    """One batch of mail bodies."""
    idle_s: Seconds = 300.0
    """How long one IDLE lasts; a dead connection is noticed no later (RFC 2177 asks for less than 29 minutes)."""
    poll_s: Seconds = 15.0
    """Between two looks, on servers without IDLE."""
    retry_s: Seconds = 1.0
    """The first pause after a failure; it doubles, with jitter, up to `retry_max_s`."""
    retry_max_s: Seconds = 60.0
    auth_retry_s: Seconds = 900.0
    """The pause after refused credentials: trying faster locks accounts."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One mail account."""

    address: str
    """Ours: customers write to it, answers come from it."""
    imap: Imap
    smtp: Smtp
    trusted_authserv_id: str = ""
    """The name under which our own mail server writes Authentication-Results (RFC 8601); empty trusts none."""
    ca_file: str | None = None
    """Certificates of a private authority, PEM; the system's are used otherwise."""
    start_from: Literal["now", "all"] = "now"
    """At the very first start: only what comes from now on, or everything in the folder."""
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        """Refuse what is no address: it would end up in every mail."""
        if not is_address(self.address) or not self.address.isascii():
            raise ValueError(f"address: {self.address!r} is no mail address; write it like help@shop.example")
