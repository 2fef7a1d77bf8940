"""Who asks: agents by session cookie, programs by bearer token. Tokens rest only as hashes.

Passwords are hashed with Argon2id (RFC 9106) off the event loop; failed logins are paced per address and per login.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from functools import cache
from urllib.parse import urlsplit

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from router.model.errors import Refused
from router.model.limits import SESSION_MS
from router.model.networks import network_of
from router.model.sources import Clock
from router.model.tables import Agent
from router.store import people
from router.store.script import Store
from router.web import requests
from router.web.problems import body_of

COOKIE = "switchboard_session"
_FAILURES_MAX = 10
_FAILURE_WINDOW_MS = 300_000
_REMEMBERED_MAX = 10_000
_AT_ONCE_MAX = 2
"""Passwords that are tried at the same time: each takes 64 MB and a thread that others wait for."""
_HASHER = PasswordHasher()
_TOKEN_KNOWN_MS = 1_000
"""A revoked API token stops working within this time."""
_TOKENS_MAX = 1_000


def token_hash(token: str) -> str:
    """What of a token is stored. Tokens are 256 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def new_token(prefix: str) -> str:
    """A fresh token; the prefix says what it is when somebody finds one in a log."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_password(password: str) -> str:
    """Argon2id with the library's current parameters."""
    return _HASHER.hash(password)


@cache
def _nobodys_hash() -> str:
    return hash_password("nobody has this password")


def _matches(password_hash: str | None, password: str) -> bool:
    # Somebody who does not exist costs as much time as somebody who does.
    try:
        _HASHER.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


class Pace:
    """Counts failures per key within a window, bounded in memory."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[int]] = OrderedDict()

    def check(self, keys: list[str], now_ms: int) -> None:
        """Raise Refused when one of the keys has failed too often."""
        for key in keys:
            recent = [at for at in self._failures.get(key, []) if now_ms - at < _FAILURE_WINDOW_MS]
            if len(recent) >= _FAILURES_MAX:
                raise Refused("slow_down", "too many failed attempts; try again in five minutes", status=429)

    def failed(self, keys: list[str], now_ms: int) -> None:
        """Count a failure."""
        for key in keys:
            recent = [at for at in self._failures.pop(key, []) if now_ms - at < _FAILURE_WINDOW_MS]
            self._failures[key] = [*recent[-_FAILURES_MAX:], now_ms]
            if len(self._failures) > _REMEMBERED_MAX:
                self._failures.popitem(last=False)


class Auth:
    """Sessions of agents and tokens of programs."""

    def __init__(self, *, store: Store, clock: Clock, public_url: str, proxies: int) -> None:
        self._store, self._clock, self._proxies = store, clock, proxies
        own = urlsplit(public_url)
        self._secure, self._host = own.scheme == "https", own.netloc
        self._pace, self._trying = Pace(), asyncio.Semaphore(_AT_ONCE_MAX)
        self._tokens: dict[str, tuple[people.ApiToken, int]] = {}
        """By hash, with the time until which the row need not be read again."""

    async def agent(self, request: web.Request) -> Agent:
        """Whose session this is. Raises Refused (401)."""
        token = request.cookies.get(COOKIE)
        agent = None
        if token:
            agent = await self._store.read(people.session_agent(token_hash(token), now_ms=self._clock.now_ms()))
        if agent is None:
            raise Refused("not_signed_in", "sign in to go on", status=401)
        # Of two who share a browser, a page of the first does nothing, and shows nothing, as the second. A WebSocket
        # has no headers of ours.
        page_of = request.headers.get("X-Switchboard-Agent") or request.query.get("as")
        if page_of and page_of != agent.id:
            raise Refused("not_signed_in", "somebody else has signed in at this browser", status=401)
        # SameSite=Strict keeps the cookie at home; the header proves that a script of ours asks.
        if request.method not in {"GET", "HEAD"} and request.headers.get("X-Switchboard") != "1":
            raise Refused("header_missing", "send the header X-Switchboard: 1 with every change", status=403)
        return agent

    def require_own_page(self, request: web.Request) -> None:
        """Refuse what a page of another site asks for in an agent's browser, where no cookie says who asks.

        Browsers name the page's origin (RFC 6454); what names none is none. Raises Refused (403).
        """
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] not in {request.host, self._host}:
            detail = f"found a page of {origin[:80]!r}; only those of this site may ask, as server.public_url names it"
            raise Refused("foreign_origin", detail, status=403)

    async def api_token(self, request: web.Request) -> people.ApiToken:
        """What the bearer token may do. Raises Refused (401)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        found = None
        if scheme.lower() == "bearer" and token:
            found = await self._known_token(token_hash(token.strip()))
        if found is None:
            raise Refused(
                "bad_token", "send `Authorization: Bearer TOKEN` with a token of `switchboard token add`", status=401
            )
        return found

    async def _known_token(self, hashed: str) -> people.ApiToken | None:
        """The token's row, looked up at most once a second: a program sends many requests with one token."""
        known, until_ms = self._tokens.get(hashed, (None, 0))
        now_ms = self._clock.now_ms()
        if known is not None and now_ms < until_ms:
            return known
        found = await self._store.read(people.api_token(hashed))
        if len(self._tokens) >= _TOKENS_MAX:
            self._tokens.clear()
        if found is not None:
            self._tokens[hashed] = (found, now_ms + _TOKEN_KNOWN_MS)
        return found

    async def login(self, request: web.Request) -> web.Response:
        """POST /api/v1/login: a session for a password or a one-time token."""
        self.require_own_page(request)
        asked = await body_of(request, requests.Login)
        login = asked.login.strip().lower()
        now_ms = self._clock.now_ms()
        network = network_of(request.remote, request.headers.getall("X-Forwarded-For", []), self._proxies)
        keys = [f"ip:{network}", f"login:{login}"] if login else [f"ip:{network}"]
        self._pace.check(keys, now_ms)
        token = new_token("sbs")
        started = (
            await self._by_link(asked.token, token) if asked.token else await self._by_password(asked, token, keys)
        )
        if not started:
            self._pace.failed(keys, now_ms)
            raise Refused("login_failed", "this login does not work", status=401)
        response = web.json_response({"ok": True})
        response.set_cookie(
            COOKIE, token, httponly=True, samesite="Strict", secure=self._secure, max_age=SESSION_MS // 1000, path="/"
        )
        return response

    async def _by_link(self, link: str, token: str) -> bool:
        now_ms = self._clock.now_ms()
        spent = people.start_session_by_link(
            token_hash(link), token_hash=token_hash(token), now_ms=now_ms, expires_at_ms=now_ms + SESSION_MS
        )
        return await self._store.write(spent)

    async def _by_password(self, asked: requests.Login, token: str, keys: list[str]) -> bool:
        async with self._trying:
            now_ms = self._clock.now_ms()
            self._pace.check(keys, now_ms)  # once more: of guesses that came together all passed the first
            agent = await self._store.read(people.agent_by_login(asked.login.strip().lower()))
            right = await asyncio.to_thread(_matches, agent.password_hash if agent else None, asked.password)
            self._pace.check(keys, now_ms)
        if agent is None or not right:
            return False
        session = people.Session(token_hash=token_hash(token), agent_id=agent.id, expires_at_ms=now_ms + SESSION_MS)
        return await self._store.write(people.start_session(session, password_hash=agent.password_hash))

    async def logout(self, request: web.Request) -> web.Response:
        """POST /api/v1/logout."""
        self.require_own_page(request)
        token = request.cookies.get(COOKIE)
        if token:
            await self._store.write(people.end_session(token_hash(token)))
        response = web.json_response({"ok": True})
        response.del_cookie(COOKIE, path="/")
        return response
