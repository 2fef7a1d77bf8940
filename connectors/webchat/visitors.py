"""Who is on the other end of a connection, and how often they may write.

An anonymous visitor holds a signed token. A user of the embedding app is proven by that app's HMAC at every connection
and has a visitor id of their own, so that two people at one device never see each other's conversation.
"""

import hashlib
import hmac
from collections import OrderedDict
from typing import Final

import msgspec

from connectors.webchat.frames import AppUser, Hello
from router.connector import Context

REMEMBERED_MAX: Final = 10_000
"""Visitors whose pace is remembered; the one quiet for longest is forgotten first."""
_USER_PREFIX: Final = "u-"
_GUEST_PREFIX: Final = "g-"
_MINUTE_MS: Final = 60_000


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """A customer on a connection."""

    id: str
    token: str
    user: AppUser | None = None
    user_verified: bool = False


class BadIdentity(Exception):
    """The app's word for its user does not hold; the text says why."""


class Visitors:
    """Identifies visitors of one account and paces them."""

    def __init__(self, context: Context, identity_secret: bytes | None, messages_per_minute: int) -> None:
        self._account = context.account
        self._signer = context.signer
        self._ids = context.ids
        self._secret = identity_secret
        self._per_minute = messages_per_minute
        self._paces: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """Visitor to (messages left, as of when in ms)."""

    def identify(self, hello: Hello) -> Visitor:
        """The visitor who says hello: a new one unless proven. Raises BadIdentity for an HMAC that does not hold."""
        user = hello.user
        if user is None or user.hmac is None:
            return self._visitor(self._known(hello.token) or self._ids.new(), user=user)
        self._verify(user.user_id, user.hmac)
        own = self._signer.sign("webchat-user", f"{self._account}:{user.user_id}")
        return self._visitor(_USER_PREFIX + own, user=user, user_verified=True)

    def guest(self, link: str, link_key: str) -> Visitor:
        """A new visitor for whom a link is to be opened: the same whenever the same client brings the same link."""
        own = self._signer.sign("webchat-link", f"{self._account}:{link}:{link_key}")
        return self._visitor(_GUEST_PREFIX + own, user=None)

    def may_write(self, visitor_id: str, now_ms: int) -> bool:
        """Whether another message fits the visitor's pace, which it then uses up."""
        left, as_of_ms = self._paces.pop(visitor_id, (float(self._per_minute), now_ms))
        regained = max(0, now_ms - as_of_ms) * self._per_minute / _MINUTE_MS
        left = min(float(self._per_minute), left + regained)
        allowed = left >= 1
        self._paces[visitor_id] = (left - allowed, now_ms)
        if len(self._paces) > REMEMBERED_MAX:
            self._paces.popitem(last=False)
        return allowed

    def _visitor(self, visitor_id: str, *, user: AppUser | None, user_verified: bool = False) -> Visitor:
        signature = self._signer.sign("webchat-visitor", f"{self._account}:{visitor_id}")
        return Visitor(id=visitor_id, token=f"{visitor_id}.{signature}", user=user, user_verified=user_verified)

    def _known(self, token: str | None) -> str | None:
        """The anonymous visitor a token of ours names. A user's token alone opens nothing: the device may be shared."""
        visitor_id, _, signature = (token or "").rpartition(".")
        if not visitor_id or visitor_id.startswith(_USER_PREFIX):
            return None
        return (
            visitor_id if self._signer.verify("webchat-visitor", f"{self._account}:{visitor_id}", signature) else None
        )

    def _verify(self, user_id: str, claimed: str) -> None:
        if self._secret is None:
            raise BadIdentity("this account has no identity_secret, so that no user can be verified")
        expected = hmac.new(self._secret, user_id.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), claimed.lower().encode()):
            raise BadIdentity("hmac is not the hex HMAC-SHA-256 of user_id under identity_secret")
