"""The way into one mail account: its TLS, its tokens, and logged-in IMAP connections.

Made once by adapter.py and backfill.py; everything that speaks to a server goes through it.
"""

import ssl

from connectors.email.errors import LoginRefused
from connectors.email.imap import Session
from connectors.email.oauth import Tokens
from connectors.email.settings import Settings
from router.connector import Context
from router.model.errors import ConfigError


class Account:
    """Raises ConfigError for a `ca_file` that cannot be read."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self.settings = settings
        oauth = settings.oauth
        self.tls = _tls(settings)
        self.tokens = None
        if oauth is not None:
            self.tokens = Tokens(oauth, settings.timeouts, context, self.tls or ssl.create_default_context())

    async def session(self, folder: str) -> Session:
        """A connection with `folder` selected; a token that the server refuses is renewed once."""
        settings = self.settings
        if settings.imap.password is not None or self.tokens is None:
            return await Session.open(settings.imap, settings.timeouts, self.tls, folder=folder)
        # Fetched before connecting: servers do not wait long for a login.
        token = await self.tokens.access()
        try:
            return await Session.open(settings.imap, settings.timeouts, self.tls, folder=folder, token=token)
        except LoginRefused:
            token = await self.tokens.access(refused=token)
            return await Session.open(settings.imap, settings.timeouts, self.tls, folder=folder, token=token)

    async def close(self) -> None:
        """Let what is under way come to its end."""
        if self.tokens is not None:
            await self.tokens.close()


def _tls(settings: Settings) -> ssl.SSLContext | None:
    """One context for all servers, or None when none speaks TLS."""
    by_https = settings.oauth is not None and settings.oauth.token_url.startswith("https:")
    if settings.imap.tls == settings.smtp.tls == "none" and not by_https:
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError(f"ca_file: {settings.ca_file!r} cannot be read as PEM certificates: {error}") from error
