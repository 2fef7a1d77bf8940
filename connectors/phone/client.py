"""The provider's API: calls in, and every way a call can end as one of a few errors.

Source: twilio.com/docs/usage/api. Every address is made here: nothing that came from outside says where the token goes.
"""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import aiohttp
import msgspec

from connectors.phone.parse import sid_of
from connectors.phone.settings import Settings
from router.bounded import read_bounded
from router.failures import Denied, Failed, Later, Refused, Uncertain
from router.model.limits import ATTACHMENT_BYTES_MAX

_ANSWER_BYTES_MAX: Final = 8_388_608
_REASON_CHARS_MAX: Final = 200
_PAGE: Final = 200
PAGES_MAX: Final = 100
"""Pages of one list; more than 20,000 calls between two looks are told as an error."""
_FILE_ATTEMPTS: Final = 4
"""A recording may be announced a moment before it can be had."""
_OF_THE_REQUEST: Final = range(21_000, 22_000)
"""Codes that speak of this one request (twilio.com/docs/api/errors), whatever its status: with 403 comes 21608, a
number that a trial account has not verified."""
_MEDIA: Final = re.compile(r"/2010-04-01/Accounts/AC[0-9a-f]{32}/Messages/(?:SM|MM)[0-9a-f]{32}/Media/ME[0-9a-f]{32}")


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One call, recording or message of the provider's lists; what is missing is empty."""

    sid: str
    direction: str | None = None
    status: str | None = None
    caller: str | None = msgspec.field(default=None, name="from")
    called: str | None = msgspec.field(default=None, name="to")
    duration: str | int | None = None
    call_sid: str | None = None
    body: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    date_created: str | None = None
    date_sent: str | None = None
    error_code: int | None = None
    num_media: str | None = None

    @property
    def ended_ms(self) -> int:
        """When a call ended; 0 while it goes on."""
        return _ms(self.end_time)

    @property
    def at_ms(self) -> int:
        """When it began, or was made."""
        return _ms(self.start_time or self.date_sent or self.date_created)


class _Page(msgspec.Struct, kw_only=True):
    next_page_uri: str | None = None
    calls: list[Listed] = []
    recordings: list[Listed] = []
    messages: list[Listed] = []

    @property
    def rows(self) -> list[Listed]:
        """Whatever it is a list of."""
        return self.calls or self.recordings or self.messages


def _ms(date: str | None) -> int:
    """RFC 2822, as the lists have it."""
    try:
        return int(parsedate_to_datetime(date or "").timestamp() * 1000)
    except ValueError:
        return 0


_Read = TypeVar("_Read", Listed, _Page)


class Client:
    """One account of the provider."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._times = settings, settings.timeouts
        self._base = settings.base_url.rstrip("/")
        self._account = f"/2010-04-01/Accounts/{settings.account_sid}"
        self._http: aiohttp.ClientSession | None = None

    async def account(self) -> str:
        """What the account is called. Raises Failed."""
        found = msgspec.json.decode(await self._ask("GET", f"{self._account}.json"))
        return str(found.get("friendly_name", "")) if isinstance(found, dict) else ""

    async def send(self, to: str, text: str, status: str) -> str:
        """Send a text message; its id. Raises Failed."""
        form = {"To": to, "From": self._settings.sms_from or "", "Body": text, "StatusCallback": status}
        made = _read(await self._ask("POST", f"{self._account}/Messages.json", form=form), Listed)
        return made.sid

    async def sent_to(self, number: str, since_ms: int) -> list[Listed]:
        """Text messages of ours to somebody since then. Raises Failed."""
        asked = {"To": number, "DateSent>": _when(since_ms)}
        return [row async for row in self._listed("Messages", asked) if (row.direction or "").startswith("outbound")]

    async def ended_since(self, since_ms: int) -> list[Listed]:
        """Calls to us that ended since then, whoever took them. Raises Failed."""
        asked = {"EndTime>": _when(since_ms)}
        return [row async for row in self._listed("Calls", asked) if row.direction == "inbound"]

    async def recorded_since(self, since_ms: int) -> list[Listed]:
        """Recordings since then. Raises Failed."""
        return [row async for row in self._listed("Recordings", {"DateCreated>": _when(since_ms)})]

    async def received_since(self, since_ms: int) -> list[Listed]:
        """Text messages to us since then. Raises Failed."""
        asked = {"DateSent>": _when(since_ms)}
        return [row async for row in self._listed("Messages", asked) if row.direction == "inbound"]

    async def call(self, sid: str) -> Listed:
        """One call. Raises Failed."""
        return _read(await self._ask("GET", f"{self._account}/Calls/{sid}.json"), Listed)

    async def recording(self, sid: str) -> bytes:
        """A recording as MP3, asked for again while it is not ready. Raises Failed."""
        if sid_of("recording", sid) is None:
            raise Refused("that is no recording")
        return await self._file(f"{self._account}/Recordings/{sid}.mp3")

    async def delete_recording(self, sid: str) -> None:
        """Have a recording deleted. Raises Failed."""
        await self._ask("DELETE", f"{self._account}/Recordings/{sid}.json")

    async def media(self, url: str) -> bytes:
        """A picture of a text message. Raises Failed, also for an address that is not the provider's."""
        path = url.removeprefix(self._base)
        if path == url or not _MEDIA.fullmatch(path):
            raise Refused("its address is not the provider's")
        return await self._file(path)

    async def close(self) -> None:
        """Close all connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    # --- one request -----------------------------------------------------------------------------------------------

    async def _listed(self, what: str, asked: Mapping[str, str]) -> AsyncIterator[Listed]:
        path = f"{self._account}/{what}.json"
        query: Mapping[str, str] | None = {**asked, "PageSize": str(_PAGE)}
        for _ in range(PAGES_MAX):
            page = _read(await self._ask("GET", path, query=query), _Page)
            for row in page.rows:
                yield row
            if not page.next_page_uri:
                return
            path, query = page.next_page_uri, None
            if not path.startswith(f"{self._account}/{what}.json"):
                raise Later("the next page of a list is not where lists are")
        raise Later(f"more than {PAGES_MAX * _PAGE} entries in one list")

    async def _ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> bytes:
        """One call; what was answered. Raises Failed."""
        try:
            async with self._session().request(
                method, self._base + path, params=query, data=form, headers=self._head(), allow_redirects=False
            ) as answer:
                body = await read_bounded(answer.content, _ANSWER_BYTES_MAX, _too_large(_ANSWER_BYTES_MAX))
                if 200 <= answer.status < 300:
                    return body
                if method == "POST" and answer.status >= 500:
                    raise Uncertain(f"the provider answered {answer.status}")
                raise _failure(answer.status, answer.headers.get("Retry-After", ""), body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Later(f"no connection to the provider: {type(error).__name__}") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain(f"no answer of the provider: {type(error).__name__}") from None

    async def _file(self, path: str) -> bytes:
        for attempt in range(_FILE_ATTEMPTS):
            try:
                return await self._once(path)
            except Later:
                if attempt + 1 == _FILE_ATTEMPTS:
                    raise
                await asyncio.sleep(self._times.retry_s * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, path: str) -> bytes:
        times = aiohttp.ClientTimeout(total=self._times.file_s, sock_connect=self._times.connect_s)
        try:
            async with self._session().get(
                self._base + path, headers=self._head(), allow_redirects=False, timeout=times
            ) as answer:
                if answer.status in {404, 429, *range(500, 600)}:
                    raise Later(f"the provider answered {answer.status}")
                if answer.status != 200:
                    raise Refused(f"the provider answered {answer.status}")
                return await read_bounded(answer.content, ATTACHMENT_BYTES_MAX, _too_large(ATTACHMENT_BYTES_MAX))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Later(f"no answer of the provider: {type(error).__name__}") from None

    def _head(self) -> dict[str, str]:
        pair = f"{self._settings.account_sid}:{self._settings.auth_token.reveal()}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            times = aiohttp.ClientTimeout(total=self._times.call_s, sock_connect=self._times.connect_s)
            # A proxy from the environment would hear customers' conversations unasked.
            self._http = aiohttp.ClientSession(timeout=times, trust_env=False)
        return self._http


def _failure(status: int, retry_after: str, body: bytes) -> Failed:
    if status == 429:
        return Later("the provider is busy (429)", float(retry_after) if retry_after.isdecimal() else None)
    try:
        told = msgspec.json.decode(body, type=_Error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = _Error()
    if status in {401, 403} and told.code not in _OF_THE_REQUEST:
        return Denied(f"the provider refuses the account or its token ({status})")
    if status >= 500:
        return Later(f"the provider answered {status}")
    return Refused(f"the provider says {told.code or status}: {told.message[:_REASON_CHARS_MAX]}")


def _read(body: bytes, kind: type[_Read]) -> _Read:
    """An answer that worked and cannot be read: what was asked may have been done."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Uncertain(f"an answer that cannot be read: {error}") from None


def _when(at_ms: int) -> str:
    return datetime.fromtimestamp(max(at_ms, 0) // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _too_large(most: int) -> Refused:
    return Refused(f"larger than {most // 1_048_576} MB")
