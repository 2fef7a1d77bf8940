"""Signed tokens of the form: one that lets one page be sent, and one that opens a conversation.

Neither is kept anywhere. A page's token names the message before it exists, so that the house's own rule (one message
per id) makes it good for one message; the conversation's link carries when it ends.
"""

import hashlib
from typing import Final

import msgspec

from router.connector import Context

_CHARS_MAX: Final = 200
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS


class PageToken(msgspec.Struct, frozen=True):
    """What a page that was sent proves: that we made it, when, and which it was."""

    nonce: str
    issued_at_ms: int


class Link(msgspec.Struct, frozen=True):
    """A conversation that may be opened."""

    thread: str
    expires_at_ms: int


class Tokens:
    """Makes and reads the tokens of one account."""

    def __init__(self, context: Context, *, form_hours: int, link_days: int) -> None:
        self._account, self._signer = context.account, context.signer
        self._ids, self._clock = context.ids, context.clock
        self._form_ms, self._link_ms = form_hours * _HOUR_MS, link_days * _DAY_MS

    def issue(self, purpose: str) -> str:
        """A token for one page; `purpose` is what it may be sent for."""
        value = f"{self._ids.new()}.{self._clock.now_ms()}"
        return f"{value}.{self._signer.sign('form-page', self._bound(purpose, value))}"

    def read(self, purpose: str, text: str) -> PageToken | None:
        """What one of our tokens says, whatever its age; None for any other text."""
        value, _, signature = text[:_CHARS_MAX].rpartition(".")
        if not self._signer.verify("form-page", self._bound(purpose, value), signature):
            return None
        nonce, _, issued = value.partition(".")
        return PageToken(nonce, int(issued))

    def is_over(self, token: PageToken) -> bool:
        """Whether its page was open for too long."""
        return self.age_ms(token) > self._form_ms

    def age_ms(self, token: PageToken) -> int:
        """How long ago its page was made."""
        return self._clock.now_ms() - token.issued_at_ms

    def link(self, thread: str, begun_at_ms: int) -> str:
        """The link to a conversation: always the same for one that began at that time."""
        value = f"{thread}.{begun_at_ms + self._link_ms}"
        return f"{value}.{self._signer.sign('form-link', self._bound('', value))}"

    def open(self, text: str) -> Link | None:
        """The conversation that one of our links leads to; None for any other text. It may have ended."""
        value, _, signature = text[:_CHARS_MAX].rpartition(".")
        if not self._signer.verify("form-link", self._bound("", value), signature):
            return None
        thread, _, expires = value.partition(".")
        return Link(thread, int(expires))

    def has_ended(self, link: Link) -> bool:
        """Whether it opens its conversation no more."""
        return self._clock.now_ms() >= link.expires_at_ms

    def fingerprint(self, content: bytes) -> str:
        """A keyed name of what was sent: equal content has the same, and it tells nothing of it."""
        return self._signer.sign("form-content", self._bound("", hashlib.sha256(content).hexdigest()))

    def _bound(self, purpose: str, value: str) -> str:
        return f"{self._account}\x1f{purpose}\x1f{value}"
