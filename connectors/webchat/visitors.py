"""Who is on the other end of a connection, and how often they may write.

An anonymous visitor holds a signed token. A user of the embedding app is proven by that app's HMAC at every connection
and has a visitor id of their own, so that two people at one device never see each other's conversation.
"""

import hashlib
import hmac
from typing import Final

import msgspec

from connectors.webchat.frames import AppUser, Hello
from router.connector import Context
from router.model.limits import SIGNAL_EVERY_MS
from router.model.pace import MINUTE_MS, Pace

_USER_PREFIX: Final = "u-"
_GUEST_PREFIX: Final = "g-"
_ALARMS_PER_MINUTE: Final = 6
"""Of one visitor, counted apart: no flood of messages stops an alarm."""


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
        self._pace = Pace(messages_per_minute, MINUTE_MS)
        self._alarms = Pace(_ALARMS_PER_MINUTE, MINUTE_MS)
        self._typing = Pace(1, SIGNAL_EVERY_MS)

    def identify(self, hello: Hello) -> Visitor:
        """The visitor who says hello: a new one unless proven. Raises BadIdentity for an HMAC that does not hold."""
        return self.returning(hello.token, hello.user) or self._visitor(self._ids.new(), user=hello.user)

    def returning(self, token: str | None, user: AppUser | None) -> Visitor | None:
        """The visitor whom a token or an app's word proves; None when neither does. Raises BadIdentity."""
        if user is None or user.hmac is None:
            known = self._known(token)
            return None if known is None else self._visitor(known, user=user)
        self._verify(user.user_id, user.hmac)
        own = self._signer.sign("webchat-user", f"{self._account}:{user.user_id}")
        return self._visitor(_USER_PREFIX + own, user=user, user_verified=True)

    def guest(self, link: str, link_key: str) -> Visitor:
        """A new visitor for whom a link is to be opened: the same whenever the same client brings the same link."""
        own = self._signer.sign("webchat-link", f"{self._account}:{link}:{link_key}")
        return self._visitor(_GUEST_PREFIX + own, user=None)

    def wait_ms(self, visitor_id: str, now_ms: int, *, alarm: bool = False) -> int:
        """How long until another message of the visitor fits; 0 when it does, and then it is counted."""
        pace = self._alarms if alarm else self._pace
        wait_ms = pace.wait_ms(visitor_id, now_ms)
        if not wait_ms:
            pace.take(visitor_id, now_ms)
        return wait_ms

    def may_say_typing(self, visitor_id: str, now_ms: int) -> bool:
        """Whether it is time to say again that a visitor types; then it is counted."""
        if self._typing.wait_ms(visitor_id, now_ms):
            return False
        self._typing.take(visitor_id, now_ms)
        return True

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
