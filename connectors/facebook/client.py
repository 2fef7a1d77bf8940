"""The Graph API on aiohttp: calls in, and every way a call can end as one of a few errors (failures.py).

The token travels in a header, never in an address; beside it goes the proof that we hold the app's secret, without
which a stolen token is worth nothing where the app demands it.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import msgspec

from connectors.facebook.failures import UNKNOWN_OBJECT, Refused, failure
from connectors.facebook.render import Call
from connectors.facebook.settings import LOCAL, Settings
from connectors.facebook.usage import usage_of
from router.bounded import read_bounded
from router.failures import Later, Uncertain
from router.model.sources import Clock

FIELDS: Final = (
    "messages", "messaging_postbacks", "messaging_referrals", "message_deliveries", "message_reads", "message_echoes",
    "message_edits", "message_reactions", "feed",
)  # fmt: skip
"""What the page is subscribed to."""
ANSWER_BYTES_MAX: Final = 1_048_576
_MB: Final = 1_048_576
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class Client:
    """One page's calls."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._times, self._clock = settings, settings.timeouts, clock
        self._base = f"{settings.graph_url.rstrip('/')}/{settings.api_version}/"
        token = settings.page_token.reveal()
        proof = hmac.new(settings.app_secret.reveal().encode(), token.encode(), hashlib.sha256).hexdigest()
        self._proof = {"appsecret_proof": proof}
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http: aiohttp.ClientSession | None = None
        self.used_percent = 0.0
        """Of the calls that Meta allows, when it last said so."""
        self._closed_until_ms = 0

    @property
    def closed_s(self) -> float:
        """For how long nothing is to leave any more, lest Meta closes for longer."""
        return max(0, self._closed_until_ms - self._clock.now_ms()) / 1_000

    # --- questions -------------------------------------------------------------------------------------------------

    async def page_name(self) -> str:
        """What our page is called; proves the token. Raises Failed."""
        found = await self._get(self._settings.page, {"fields": "id,name"})
        if found.get("id") != self._settings.page:
            raise Refused(f"the token is of another page, {str(found.get('id'))[:40]}")
        return str(found.get("name") or "")[:200]

    async def subscribe(self) -> None:
        """Have the page's events sent to the app's webhook. Raises Failed."""
        await self._post(f"{self._settings.page}/subscribed_apps", {"subscribed_fields": ",".join(FIELDS)})

    async def subscribed(self) -> frozenset[str]:
        """The fields that the page is subscribed to. Raises Failed."""
        found = await self._get(f"{self._settings.page}/subscribed_apps", {})
        apps = [one for one in _list(found.get("data")) if isinstance(one, dict)]
        return frozenset(str(field) for app in apps for field in _list(app.get("subscribed_fields")))

    async def name_of(self, psid: str) -> str:
        """What somebody on Messenger is called. Raises Failed."""
        found = await self._get(psid, {"fields": "first_name,last_name"}, self._times.name_s)
        return " ".join(filter(None, (str(found.get("first_name") or ""), str(found.get("last_name") or ""))))

    async def newest_messages(self, psid: str) -> list[dict[str, Any]]:
        """The newest messages of a conversation, ours and theirs. Raises Failed."""
        asked = {"platform": "MESSENGER", "user_id": psid, "fields": "messages.limit(25){id,message,from,created_time}"}
        found = await self._get(f"{self._settings.page}/conversations", asked)
        first = next((one for one in _list(found.get("data")) if isinstance(one, dict)), {})
        messages = first.get("messages")
        return _objects(messages.get("data") if isinstance(messages, dict) else None)

    async def newest_comments(self, target: str) -> list[dict[str, Any]]:
        """The newest comments below a post or comment. Raises Failed."""
        asked = {
            "fields": "id,message,from,created_time,attachment{type}",
            "order": "reverse_chronological",
            "limit": "25",
        }
        return _objects((await self._get(f"{target}/comments", asked)).get("data"))

    async def is_hidden(self, comment: str) -> bool | None:
        """Whether a comment is out of sight; None: it is not there. Raises Failed."""
        try:
            return (await self._get(comment, {"fields": "is_hidden"})).get("is_hidden") is True
        except Refused as error:
            if error.code == UNKNOWN_OBJECT:
                return None
            raise

    # --- deeds -----------------------------------------------------------------------------------------------------

    async def do(self, call: Call) -> dict[str, Any]:
        """One call that does something. Raises Failed."""
        if call.method == "DELETE":
            return await self._ask("DELETE", call.path, {})
        if call.file is None:
            return await self._post(call.path, call.parameters)
        form = aiohttp.FormData()
        for name, value in call.parameters.items():
            form.add_field(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        form.add_field(
            call.file_field, call.file.data, filename=call.file.name[:200], content_type=call.file.content_type
        )
        return await self._ask("POST", call.path, {}, data=form)

    async def file(self, address: str, room: int) -> bytes:
        """The bytes behind an address of Meta's, at most `room`. Raises Failed: Refused when they cannot be had."""
        if not self.may_fetch(address):
            raise Refused("it lies elsewhere, which is not fetched")
        try:
            async with self._session().get(address, allow_redirects=False) as response:
                if response.status in {429, *range(500, 600)}:
                    raise Later(f"the file server answered {response.status}")
                if response.status != 200:
                    raise Refused(f"the file server answered {response.status}")
                return await read_bounded(
                    response.content, room, Refused(f"it is larger than {room // _MB} MB, which is not kept")
                )
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Later(f"the file server: {type(error).__name__}") from None

    def may_fetch(self, address: str) -> bool:
        """Whether a file lies on one of Meta's hosts."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None:
            return False
        for allowed in self._settings.media_hosts:
            name, _, own_port = allowed.partition(":")
            if host == name or host.endswith(f".{name}"):
                is_plain = parts.scheme == "http" and name in LOCAL
                wanted = int(own_port) if own_port else 443
                return (parts.scheme == "https" or is_plain) and (port or (80 if is_plain else 443)) == wanted
        return False

    async def close(self) -> None:
        """Close all connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    # --- calls -----------------------------------------------------------------------------------------------------

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            times = aiohttp.ClientTimeout(total=self._times.call_s, sock_connect=self._times.connect_s)
            # A proxy from the environment would see customers' conversations unasked.
            self._http = aiohttp.ClientSession(timeout=times, trust_env=False)
        return self._http

    async def _get(self, path: str, asked: Mapping[str, str], timeout_s: float | None = None) -> dict[str, Any]:
        """A question changes nothing: an answer that is lost is asked for again. Raises Failed, never Uncertain."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._ask("GET", path, asked)
        except TimeoutError:
            raise Later(f"no answer within {timeout_s:g} s") from None
        except Uncertain as error:
            raise Later(str(error)) from None

    async def _post(self, path: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        return await self._ask("POST", path, {}, json=dict(parameters))

    async def _ask(self, method: str, path: str, asked: Mapping[str, str], **body: Any) -> dict[str, Any]:  # noqa: ANN401
        query = {**asked, **self._proof}
        try:
            async with self._session().request(
                method, self._base + path, params=query, headers=self._headers, allow_redirects=False, **body
            ) as response:
                answer = await read_bounded(response.content, ANSWER_BYTES_MAX, aiohttp.ClientPayloadError("too long"))
                self._note(response.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Later(f"no connection to Facebook: {type(error).__name__}") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain(f"no answer of Facebook: {type(error).__name__}") from None
        if response.status != 200:
            raise failure(response.status, response.headers, answer)
        try:
            found = _decode(answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Uncertain("Facebook's answer cannot be read") from None
        if "error" in found:
            raise failure(response.status, response.headers, answer)
        return found

    def _note(self, headers: Mapping[str, str]) -> None:
        percent, pause_s = usage_of(headers)
        if percent:
            self.used_percent = percent
        if pause_s is not None:
            self._closed_until_ms = max(self._closed_until_ms, self._clock.now_ms() + int(pause_s * 1_000))


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _objects(found: object) -> list[dict[str, Any]]:
    return [one for one in _list(found) if isinstance(one, dict)]
