"""Access tokens of one account: fetched, renewed before they expire, and renewed once more when a server refuses one.

Called by account.py and smtp.py. Source: RFC 6749, sections 5 and 6. A refresh token that the provider puts in the old
one's place is kept before anything else is done with the answer; another process that has the older one finds it there.
"""

import asyncio
import hashlib
import re
import ssl
from typing import Final

import aiohttp
import msgspec

from connectors.email.errors import Busy, LoginRefused
from connectors.email.settings import Oauth, Timeouts
from router.bounded import read_bounded
from router.connector import Context
from router.model.errors import StoreUnavailable
from router.model.secret import Secret

_ANSWER_BYTES_MAX: Final = 65_536
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,16384}")
_CODE: Final = re.compile(r"[a-z_]{1,60}")
_EARLY_S: Final = 300.0
"""So long before its end a token is renewed; of a short-lived one after half its life."""
_LIFE_S: Final = 3_600.0
"""Of a token whose life the provider does not name (RFC 6749 lets it)."""
_LIFE_MAX_S: Final = 86_400.0
_KEPT: Final = "refresh_token"
_REFUSALS: Final = frozenset({400, 401, 403})
_PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
"""Error codes after which the same request may succeed, whatever the status."""


class _Answer(msgspec.Struct):
    """What a token endpoint says."""

    access_token: str = ""
    expires_in: float | None = None
    refresh_token: str | None = None
    error: str = ""


class _Kept(msgspec.Struct):
    """A refresh token that came in the place of the configured one."""

    configured: str
    """Hash of the configured one: once that is another, a person has consented anew."""
    token: str


_answers: Final = msgspec.json.Decoder(_Answer, strict=False)
_kept: Final = msgspec.json.Decoder(_Kept)


class Tokens:
    """One renewal at a time, whoever asks."""

    def __init__(self, settings: Oauth, timeouts: Timeouts, context: Context, tls: ssl.SSLContext) -> None:
        self._settings = settings
        self._timeouts = timeouts
        self._context = context
        self._tls = tls
        self._configured = hashlib.sha256(settings.refresh_token.reveal().encode()).hexdigest()
        self._access: Secret | None = None
        self._renew_at_ms = 0
        self._unkept: Secret | None = None
        """A refresh token that is not durable yet: the store was away."""
        self._renewing: asyncio.Task[Secret] | None = None

    async def access(self, *, refused: Secret | None = None) -> Secret:
        """A token to log in with: another one than `refused`, which a server did not take.

        Raises LoginRefused when the provider no longer knows the consent, Busy when it cannot be asked now.
        """
        token = self._access
        if token is not None and token != refused and self._context.clock.now_ms() < self._renew_at_ms:
            return token
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.get_running_loop().create_task(self._renew())
            self._renewing.add_done_callback(_looked_at)
        # Whoever gives up waiting does not end it: the answer may bring a refresh token that must not be lost.
        return await asyncio.shield(self._renewing)

    async def close(self) -> None:
        """Let a renewal come to its end, which is bounded."""
        if self._renewing is not None:
            await asyncio.wait({self._renewing})

    async def _renew(self) -> Secret:
        used = await self._refresh_token()
        try:
            answer = await self._ask(used)
        except LoginRefused:
            # Another process may be renewing just now, and have had the token replaced: its word is awaited once.
            await asyncio.sleep(self._timeouts.retry_s)
            current = await self._refresh_token()
            if current == used:
                raise
            used, answer = current, await self._ask(current)
        if answer.refresh_token is not None and _TOKEN.fullmatch(answer.refresh_token):
            replaced = Secret(answer.refresh_token)
            if replaced != used:
                self._unkept = replaced
                await self._keep()
        self._access = Secret(answer.access_token)
        life_s = min(answer.expires_in or _LIFE_S, _LIFE_MAX_S)
        self._renew_at_ms = self._context.clock.now_ms() + int(max(life_s - _EARLY_S, life_s / 2) * 1_000)
        return self._access

    async def _refresh_token(self) -> Secret:
        """The newest one. Raises Busy while there is no place to keep its successor: it is not spent before."""
        if self._unkept is not None and not await self._keep():
            return self._unkept
        try:
            found = await self._context.credentials.load(_KEPT)
        except StoreUnavailable as error:
            raise Busy(f"a new refresh token could not be kept: {error}") from None
        if found is not None:
            try:
                kept = _kept.decode(found.reveal())
            except msgspec.DecodeError:
                return self._settings.refresh_token
            if kept.configured == self._configured:
                return Secret(kept.token)
        return self._settings.refresh_token

    async def _keep(self) -> bool:
        """Make the newest refresh token durable; False while the store is away: tried again at the next renewal."""
        assert self._unkept is not None
        row = msgspec.json.encode(_Kept(configured=self._configured, token=self._unkept.reveal())).decode()
        try:
            await self._context.credentials.keep(_KEPT, Secret(row))
        except StoreUnavailable:
            self._context.log.warning("mail.refresh_token_not_kept", account=self._context.account)
            return False
        self._unkept = None
        return True

    async def _ask(self, refresh_token: Secret) -> _Answer:
        settings = self._settings
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token.reveal(),
            "client_id": settings.client_id,
        }
        if settings.client_secret is not None:
            form["client_secret"] = settings.client_secret.reveal()
        if settings.scope:
            form["scope"] = settings.scope
        timeout = aiohttp.ClientTimeout(total=self._timeouts.connect_s)
        too_long = f"the token endpoint answers with more than {_ANSWER_BYTES_MAX} bytes"
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(settings.token_url, data=form, ssl=self._tls, allow_redirects=False) as response,
            ):
                # All of it: a token that is cut off is a token that is lost.
                body = await read_bounded(response.content, _ANSWER_BYTES_MAX, Busy(too_long))
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Busy(f"the token endpoint cannot be reached: {type(error).__name__}") from None
        return _understood(status, body)


def _understood(status: int, body: bytes) -> _Answer:
    """The answer, of which only the error's code is ever shown: the rest may hold secrets."""
    try:
        answer = _answers.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = _Answer()
    if status == 200 and _TOKEN.fullmatch(answer.access_token):
        return answer
    code = answer.error if _CODE.fullmatch(answer.error) else ""
    if status in _REFUSALS and code and code not in _PASSING:
        raise LoginRefused(f"the token endpoint answers {code}: consent has to be given anew, or the client is wrong")
    raise Busy(f"the token endpoint answers {status} {code}".rstrip())


def _looked_at(task: asyncio.Task[Secret]) -> None:
    """Whatever a renewal that nobody waits for ends with, somebody has looked at it."""
    if not task.cancelled():
        task.exception()
