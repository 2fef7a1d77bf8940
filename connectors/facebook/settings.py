"""How a Facebook page is configured: who it is, what proves it is us and what proves it is Meta."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from router.model.secret import Secret

SECRET_CHARS_MIN: Final = 16
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.|-]{16,1024}")
_HOST: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(?::\d{1,5})?")
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Seconds = Annotated[float, Meta(gt=0, le=3_600)]
Address = Annotated[str, Meta(pattern=r"\Ahttps?://[^\s/?#@]+(?:/[^\s?#]*)?\Z")]


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait, in seconds."""

    connect_s: Seconds = 5.0
    call_s: Seconds = 15.0
    """For the answer to one call."""
    name_s: Seconds = 3.0
    """For the name of somebody who writes for the first time: it is looked up before the message is committed."""
    files_s: Annotated[float, Meta(gt=0, le=15)] = 12.0
    """All files of one delivery; Meta waits 20 s for our answer."""
    retry_s: Seconds = 1.0
    """The first pause after a failure; it doubles, with jitter, up to `retry_max_s`."""
    retry_max_s: Seconds = 60.0
    auth_retry_s: Seconds = 300.0
    """The pause after a refused token."""
    look_s: Annotated[float, Meta(gt=0, le=86_400)] = 900.0
    """Between two looks whether the page's token is still taken."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One page."""

    page_id: Annotated[int, Meta(gt=0, lt=10**18)]
    """The page's number: Page settings, About, Page transparency."""
    page_token: Secret
    """A page access token that does not expire: of a system user, or from a long-lived user token."""
    app_secret: Secret
    """The app's secret (App settings, Basic): Meta signs its webhooks with it."""
    verify_token: Secret
    """Made up by you, and typed beside the callback address; Meta shows it once, to see that the address is ours."""
    api_version: Annotated[str, Meta(pattern=r"\Av\d{1,3}\.\d{1,2}\Z")] = "v25.0"
    """Of the Graph API; each lives for about two years."""
    human_agent: bool = False
    """Meta has granted the app the Human Agent feature: people may answer for seven days instead of one."""
    names: bool = True
    """Look up what somebody who writes to Messenger is called."""
    media_hosts: Annotated[tuple[str, ...], Meta(min_length=1, max_length=10)] = ("fbcdn.net", "fbsbx.com")
    """Where files are fetched from: these hosts and those below them, nowhere else."""
    graph_url: Address = "https://graph.facebook.com"
    link_url: Address = "https://m.me"
    timeouts: Timeouts = Timeouts()

    @property
    def page(self) -> str:
        """The page's number, as Facebook writes it."""
        return str(self.page_id)

    def __post_init__(self) -> None:
        """Refuse secrets that are none, and a token sent in clear."""
        if not _TOKEN.fullmatch(self.page_token.reveal()):
            raise ValueError("page_token: not a page access token; Graph API Explorer shows one like EAAB…")
        for name in ("app_secret", "verify_token"):
            if len(getattr(self, name).reveal()) < SECRET_CHARS_MIN:
                raise ValueError(f"{name}: {SECRET_CHARS_MIN} characters or more; openssl rand -hex 32 makes some")
        if not all(_HOST.fullmatch(host) for host in self.media_hosts):
            raise ValueError("media_hosts: names of hosts in small letters, such as fbcdn.net")
        parts = urlsplit(self.graph_url)
        if parts.scheme == "http" and parts.hostname not in LOCAL:
            raise ValueError("graph_url: every call carries the page's token; use https outside this machine")
