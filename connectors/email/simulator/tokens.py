"""An OAuth 2 provider for the simulated servers: strict about who asks, with tokens that end (RFC 6749, 7662).

Tests and the sessions of imap.py and smtp.py ask it; a real Dovecot may too, over /introspect.
"""

import asyncio
import base64
import binascii
import json
import re
from collections import deque
from typing import Final

from aiohttp import web

from connectors.simulated.loopback import Loopback
from router.model.sources import Clock

REFUSAL: Final = base64.b64encode(b'{"status":"400","schemes":"Bearer","scope":"mail"}').decode()
"""What servers say before they refuse a token."""
_SAID: Final = re.compile(r"user=([^\x01]+)\x01auth=Bearer ([^\x01 ]+)\x01\x01")


class TokenServer(Loopback):
    """One consent of one user. `async with` starts and stops it."""

    def __init__(self, clock: Clock, user: str, *, rotates: bool = False, life_s: int = 3_600, port: int = 0) -> None:
        super().__init__(port=port)
        self.app.router.add_post("/token", self._token)
        self.app.router.add_post("/introspect", self._introspect)
        self._clock = clock
        self.user = user
        self.rotates = rotates
        """Each refresh gives another refresh token, and the one that was used is worth nothing any more."""
        self.life_s = life_s
        self.client = ("switchboard", "the client's secret")
        self.refresh_token = "refresh-0"  # noqa: S105 -- of nobody
        self.pause_s = 0.0
        """Set: the next answers come in two pieces, with a pause between them."""
        self.faults: deque[tuple[int, str]] = deque()
        """Status and body of the next answers."""
        self.asked: list[dict[str, str]] = []
        """The form of every refresh."""
        self._valid: dict[str, int] = {}
        self._given = 0

    @property
    def url(self) -> str:
        """The token endpoint."""
        return f"{super().url}/token"

    def revoke(self) -> None:
        """No access token is worth anything any more; the consent stands."""
        self._valid.clear()

    def withdraw(self) -> None:
        """The consent is gone, and all that came of it."""
        self.revoke()
        self.refresh_token = ""

    def consent(self, refresh_token: str) -> None:
        """A person consents anew."""
        self.refresh_token = refresh_token

    def proves(self, said: bytes) -> str | None:
        """The user whom an XOAUTH2 response in base64 proves; None when it proves nobody."""
        try:
            found = _SAID.fullmatch(base64.b64decode(said, validate=True).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.user if found is not None and found[1] == self.user and self._is_valid(found[2]) else None

    def _is_valid(self, token: str) -> bool:
        return self._valid.get(token, 0) > self._clock.now_ms()

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.faults:
            status, body = self.faults.popleft()
            return web.Response(status=status, text=body)
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "refresh_token":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if not self.refresh_token or form.get("refresh_token") != self.refresh_token:
            return web.json_response({"error": "invalid_grant", "error_description": "revoked"}, status=400)
        self._given += 1
        token = f"access-{self._given}"
        self._valid[token] = self._clock.now_ms() + self.life_s * 1_000
        answer: dict[str, object] = {"access_token": token, "token_type": "Bearer", "expires_in": self.life_s}
        if self.rotates:
            self.refresh_token = f"refresh-{self._given}"
            answer["refresh_token"] = self.refresh_token
        return await self._in_pieces(request, answer) if self.pause_s else web.json_response(answer)

    async def _in_pieces(self, request: web.Request, answer: dict[str, object]) -> web.StreamResponse:
        body = json.dumps(answer).encode()
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for piece in (body[:20], body[20:]):
            await response.write(piece)
            await asyncio.sleep(self.pause_s)
        return response

    async def _introspect(self, request: web.Request) -> web.Response:
        token = str((await request.post()).get("token", ""))
        if not self._is_valid(token):
            return web.json_response({"active": False})
        return web.json_response({"active": True, "username": self.user})
