"""How a mail account is configured: where it is read, where it is sent, how long anything may take."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from connectors.email import folders
from connectors.email.render import is_address
from router.model.secret import Secret

Tls = Literal["tls", "starttls", "none"]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Seconds = Annotated[float, Meta(gt=0, le=3_600)]
Password = Annotated[Secret | None, Meta(extra={"unless": "oauth"})]
"""Needed, unless the account logs in with `oauth`."""
FOLDERS_MAX: Final = 10
"""Each has a connection of its own, and servers allow an account 10 to 20."""
FORWARDERS_MAX: Final = 1_000
_LOOPBACK: Final = re.compile(r"127(?:\.\d{1,3}){3}|localhost|::1")
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
    password: Password = None
    folders: tuple[str, ...] = ("INBOX",)
    """All that are watched, by the names people see, such as [INBOX, Spam, 客户来信]: a connection each."""
    sent_folder: str | None = None
    """Keep a copy of what is sent here, and look here for what became of an uncertain send."""

    def __post_init__(self) -> None:
        """Refuse folders that cannot be, and too many of them."""
        if not 1 <= len(self.folders) <= FOLDERS_MAX:
            raise ValueError(f"imap.folders: {len(self.folders)} folders; 1 to {FOLDERS_MAX} are read")
        names = [folders.same(folders.checked(name)) for name in self.folders]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"imap.folders: {twice!r} stands there twice")
        if self.sent_folder is not None and folders.same(folders.checked(self.sent_folder)) in names:
            # What we write would come back as if a customer had written it.
            raise ValueError(f"imap.sent_folder: {self.sent_folder!r} is one of the folders that are read")

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
    """Without it, a user logs in with the account's `oauth`."""

    def __post_init__(self) -> None:
        """Refuse half a login."""
        if self.user is None and self.password is not None:
            raise ValueError("smtp: user and password belong together; give both or neither")

    @property
    def port_or_default(self) -> int:
        """The port to connect to."""
        return self.port or _DEFAULT_PORTS["smtp", self.tls]


class Oauth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How access tokens are had (RFC 6749, section 6): a person has consented once, and the refresh token proves it."""

    token_url: str
    """The provider's token endpoint, such as https://oauth2.googleapis.com/token."""
    client_id: str
    client_secret: Secret | None = None
    """None: a public client."""
    refresh_token: Secret
    """What the consent gave. One that the provider puts in its place is kept, sealed, in the database."""
    scope: str = ""
    """Only where the provider asks for it at every refresh."""

    def __post_init__(self) -> None:
        """Refuse to send secrets in clear."""
        place = urlsplit(self.token_url)
        local = _LOOPBACK.fullmatch(place.hostname or "") is not None
        if not place.hostname or place.scheme not in ({"https", "http"} if local else {"https"}):
            raise ValueError(f"oauth.token_url: {self.token_url!r} must begin with https://")


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


def _check_all(name: str, addresses: tuple[str, ...], example: str, *, domains: bool = False) -> None:
    """Refuse what is no address (with `domains`, nor a domain behind an @), and too many."""
    for one in addresses:
        if not is_address(f"x{one}" if domains and one.startswith("@") else one) or not one.isascii():
            raise ValueError(f"{name}: {one!r} is no mail address; write it like {example}")
    if len(addresses) > FORWARDERS_MAX:
        raise ValueError(f"{name}: {len(addresses)} addresses; at most {FORWARDERS_MAX} are looked at")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One mail account."""

    address: str
    """Ours: customers write to it, answers come from it."""
    imap: Imap
    smtp: Smtp
    oauth: Oauth | None = None
    """Log in by XOAUTH2, in place of the passwords; Google and Microsoft ask for it."""
    trusted_authserv_id: str = ""
    """The name under which our own mail server writes Authentication-Results (RFC 8601); empty trusts none."""
    forwarders: tuple[str, ...] = ()
    """Addresses of agents, whose forwards are read as mail of the customer inside; @shop.example is a whole domain.
    Agents whose login is their address need none, where `trusted_authserv_id` says who wrote."""
    forms: tuple[str, ...] = ()
    """Addresses from which programs of ours mail what a customer, named in Reply-To, typed into a web form, such as
    wordpress@shop.example. Our own `address` needs none."""
    ca_file: str | None = None
    """Certificates of a private authority, PEM; the system's are used otherwise."""
    start_from: Literal["now", "all"] = "now"
    """At the very first start: only what comes from now on, or everything in the folder."""
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        """Refuse what is no address (it would end up in every mail), and half a login."""
        if not is_address(self.address) or not self.address.isascii():
            raise ValueError(f"address: {self.address!r} is no mail address; write it like help@shop.example")
        _check_all("forwarders", self.forwarders, "anna@shop.example", domains=True)
        _check_all("forms", self.forms, "wordpress@shop.example")
        by_token = [self.imap.password is None, self.smtp.user is not None and self.smtp.password is None]
        if self.oauth is None and by_token[0]:
            raise ValueError("imap: a password is missing; write imap.password as env:NAME, or settings under oauth")
        if self.oauth is None and by_token[1]:
            raise ValueError("smtp: user and password belong together; give both or neither, or settings under oauth")
        if self.oauth is not None and not any(by_token):
            raise ValueError("oauth: both servers are given a password; leave those out, or oauth")
