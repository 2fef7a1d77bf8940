"""The Bot API through python-telegram-bot: calls in, and every way a call can end as one of a few errors.

The library's own receive loop is not used: it confirms updates before they are handled, and one that it cannot parse
stands in the way of all behind it. Its errors hide the status, so the request is looked at on its way (`_Request`).
Updates are asked for under a spelling of the method that the library has no name for: it warns of the others, and
Telegram does not mind the case.
"""

import contextlib
import json
import logging
import re
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import httpx
from telegram import Bot, InputFile
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from connectors.telegram.render import Call
from connectors.telegram.settings import Settings
from connectors.telegram.updates import ALLOWED
from router.bounded import read_bounded
from router.failures import Denied, Failed, Later, Refused, Uncertain, one_line
from router.model.limits import ATTACHMENT_BYTES_MAX

FILE_BYTES_MAX: Final = 20 * 1_048_576
"""What getFile gives a bot (telegram.constants.FileSizeLimit.FILESIZE_DOWNLOAD)."""
UPDATES_MAX: Final = 100
"""In one answer (telegram.constants.PollingLimit.MAX_LIMIT)."""
_FILE_PATH: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*")
assert FILE_BYTES_MAX <= ATTACHMENT_BYTES_MAX


class Disputed(Failed):
    """Somebody else receives this bot's updates."""


class Moved(Failed):
    """The group became a supergroup with another id."""

    def __init__(self, chat: int) -> None:
        super().__init__(f"the group has moved to {chat}")
        self.chat = chat


class _Busy(TelegramError):
    """429, with or without the time to wait."""

    def __init__(self, after_s: float | None) -> None:
        super().__init__("Too Many Requests")
        self.after_s = after_s


class _Broken(TelegramError):
    """5xx, whatever its body."""


class _Request(HTTPXRequest):
    """Tells 429 and 5xx apart from a lost connection, before the library makes one error of them."""

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:  # noqa: ANN401 -- passed on
        """As the library's."""
        status, payload = await super().do_request(*args, **named)
        if status == 429:
            raise _Busy(_asked_pause_s(payload))
        if status >= 500:
            raise _Broken(f"Telegram answered {status}")
        return status, payload


def _asked_pause_s(payload: bytes) -> float | None:
    try:
        asked = json.loads(payload)["parameters"]["retry_after"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return float(asked) if isinstance(asked, int | float) and asked > 0 else None


class Client:
    """One bot's calls."""

    def __init__(self, settings: Settings) -> None:
        # Below this level they log addresses, which hold the token, and what customers write.
        for chatty in ("httpx", "httpcore", "telegram"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._times = times = settings.timeouts
        self._token = settings.token.reveal()
        self.bot_id = self._token.partition(":")[0]
        base = settings.base_url.rstrip("/")
        self._files = f"{base}/file/bot{self._token}/"
        self._request = _Request(
            connection_pool_size=32,
            read_timeout=times.call_s,
            write_timeout=times.call_s,
            connect_timeout=times.connect_s,
            pool_timeout=times.connect_s,
            # A proxy from the environment would see customers' conversations unasked.
            httpx_kwargs={"trust_env": False},
        )
        self._bot = Bot(
            self._token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._http: aiohttp.ClientSession | None = None

    async def me(self) -> str:
        """The user name of the bot. Raises Failed."""
        found = await self._ask("getme", {})
        if not isinstance(found, dict) or not isinstance(found.get("id"), int):
            raise Later("getMe gave no bot")
        return str(found.get("username") or "")

    async def updates(self, offset: int | None, timeout_s: float) -> list[Any]:
        """What came since `offset`, raw, waiting `timeout_s` for something. Raises Failed."""
        asked: dict[str, object] = {
            "timeout": int(timeout_s), "limit": UPDATES_MAX, "allowed_updates": list(ALLOWED),
        }  # fmt: skip
        if offset is not None:
            asked["offset"] = offset
        found = await self._ask("getupdates", asked, read_timeout=timeout_s + self._times.call_s)
        if not isinstance(found, list):
            raise Later("getUpdates gave no list")
        return found

    async def webhook(self) -> dict[str, Any]:
        """What Telegram says of the webhook (WebhookInfo). Raises Failed."""
        found = await self._ask("getwebhookinfo", {})
        if not isinstance(found, dict):
            raise Later("getWebhookInfo gave no object")
        return found

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates delivered. Raises Failed."""
        await self._ask("setwebhook", {"url": url, "secret_token": secret, "allowed_updates": list(ALLOWED)})

    async def call(self, call: Call, chat: int) -> int | None:
        """One call that does something in `chat`; the id of the message it made. Raises Failed."""
        parameters: dict[str, object] = {**call.parameters, "chat_id": chat}
        if call.file is not None:
            parameters["document"] = InputFile(call.file.data, filename=call.file.name, attach=False)
        found = await self._ask(call.method.lower(), parameters)
        number = found.get("message_id") if isinstance(found, dict) else None
        return number if isinstance(number, int) else None

    async def take_note(self, callback: str) -> None:
        """Let a button that was pressed stop showing that it waits. Nothing hangs on it."""
        with contextlib.suppress(Failed):
            await self._ask("answercallbackquery", {"callback_query_id": callback})

    async def file(self, file_id: str) -> bytes:
        """The bytes of a file, at most FILE_BYTES_MAX. Raises Failed: Refused when they cannot be had."""
        found = await self._ask("getfile", {"file_id": file_id})
        path = found.get("file_path") if isinstance(found, dict) else None
        # Part of an address that carries the token: nothing may lead it elsewhere.
        if not isinstance(path, str) or not _FILE_PATH.fullmatch(path):
            raise Refused("the Bot API server gave no path to fetch it from")
        try:
            async with self._session().get(self._files + path, allow_redirects=False) as response:
                if response.status in {429, *range(500, 600)}:
                    raise Later(f"the file server answered {response.status}")
                if response.status != 200:
                    raise Refused(f"the file server answered {response.status}")
                too_large = f"it is larger than {FILE_BYTES_MAX // 1_048_576} MB, which is what a bot can fetch"
                return await read_bounded(response.content, FILE_BYTES_MAX, Refused(too_large))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Later(f"the file server: {type(error).__name__}") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._request.shutdown()
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            times = aiohttp.ClientTimeout(total=self._times.file_s, sock_connect=self._times.connect_s)
            self._http = aiohttp.ClientSession(timeout=times, trust_env=False)
        return self._http

    async def _ask(self, method: str, parameters: Mapping[str, object], *, read_timeout: float | None = None) -> object:
        read_timeout = self._times.call_s if read_timeout is None else read_timeout
        try:
            found: object = await self._bot.do_api_request(method, dict(parameters), read_timeout=read_timeout)
        except TelegramError as error:
            raise self._failed(error) from None
        except RuntimeError as error:  # an answer nested without end, or our own stop in between
            raise Uncertain(f"no answer that can be read: {type(error).__name__}") from None
        return found

    def _failed(self, error: TelegramError) -> Failed:
        """What to do about an error; of the library's, BadRequest and TimedOut are network errors, too."""
        reason = one_line(error.message.replace(self._token, "…"))
        match error:
            case _Busy():
                return Later("Telegram answered 429: too many requests", error.after_s)
            case InvalidToken():
                return Denied("Telegram refuses the token")
            case Conflict():
                return Disputed(reason)
            case ChatMigrated():
                return Moved(error.new_chat_id)
            case Forbidden() | BadRequest():
                return Refused(reason)
            case _ if _never_left(error):
                return Later(f"no connection to Telegram: {_cause(error)}")
            case TimedOut():
                return Uncertain("Telegram gave no answer in time")
            case _:
                return Uncertain(reason)


def _never_left(error: TelegramError) -> bool:
    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def _cause(error: TelegramError) -> str:
    return type(error.__cause__).__name__


def encoded(update: object) -> bytes:
    """An update as JSON again; the library has decoded it."""
    return json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
