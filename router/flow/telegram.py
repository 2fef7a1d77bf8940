"""A bot of Telegram, for pages: sendMessage, plain text, and getMe for `doctor` (core.telegram.org/bots/api).

The token is a part of the address and is never told, neither in a reason nor in the log. That it is dead is logged
once, until Telegram takes it again.
"""

from typing import Final

import aiohttp
import msgspec

from router.connector import AuthFailed, Rejected, Retry, SendOutcome, Sent, Unknown
from router.telemetry import Logger

TIMEOUT_S: Final = 15.0
ANSWER_BYTES_MAX: Final = 65_536
_TOLD_CHARS: Final = 200


class _Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What Telegram says besides of a request that failed."""

    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    """The group has become a larger one under this id."""


class _Result(msgspec.Struct, frozen=True, kw_only=True):
    message_id: int | None = None
    username: str | None = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool
    result: _Result = _Result()
    description: str = ""
    parameters: _Parameters = _Parameters()


class TelegramBot:
    """A bot that writes to chats it is a member of."""

    def __init__(self, *, token: str, base_url: str, log: Logger) -> None:
        self._url = f"{base_url.rstrip('/')}/bot{token}"
        self._log = log
        self._is_dead = False

    async def send(self, chat: str, text: str) -> SendOutcome:
        """Write to a chat, by its id or @name; where a group has moved, to where it is now."""
        status, answer = await self._call(chat, text)
        moved_to = answer.parameters.migrate_to_chat_id if answer is not None else None
        if moved_to is not None:
            self._log.warning("pages.telegram_chat_moved", was=chat, now=str(moved_to))
            status, answer = await self._call(str(moved_to), text)
        outcome = _outcome(status, answer)
        if isinstance(outcome, AuthFailed) and not self._is_dead:
            self._log.error("pages.telegram_token_refused", setting="oncall.telegram.token", status=status)
        self._is_dead = isinstance(outcome, AuthFailed) or (self._is_dead and not isinstance(outcome, Sent))
        return outcome

    async def check(self) -> SendOutcome:
        """Whether Telegram knows the bot; nothing is written to anybody."""
        return _outcome(*await self._post("getMe", {}))

    async def _call(self, chat: str, text: str) -> tuple[int, _Answer | None]:
        is_number = chat.removeprefix("-").isdecimal() and chat.isascii()
        said: dict[str, object] = {
            "chat_id": int(chat) if is_number else chat,
            "text": text,
            "link_preview_options": {"is_disabled": True},
        }
        return await self._post("sendMessage", said)

    async def _post(self, method: str, said: dict[str, object]) -> tuple[int, _Answer | None]:
        """The status, 0 where there is none, and what can be read of the answer."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(f"{self._url}/{method}", json=said, allow_redirects=False) as response,
            ):
                body = bytearray()
                async for piece in response.content.iter_chunked(ANSWER_BYTES_MAX):
                    body += piece
                    if len(body) > ANSWER_BYTES_MAX:
                        break
                return response.status, _read(bytes(body))
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, None


def _read(body: bytes) -> _Answer | None:
    try:
        return msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _outcome(status: int, answer: _Answer | None) -> SendOutcome:
    if status == 0:
        return Unknown(reason="Telegram did not answer")
    if status == 200 and answer is not None and answer.ok:
        return Sent(provider_id=answer.result.username or str(answer.result.message_id))
    told = f": {answer.description[:_TOLD_CHARS]}" if answer is not None and answer.description else ""
    reason = f"Telegram answered {status}{told}"
    if status in {401, 404}:  # a token that was taken back, or that never was one
        return AuthFailed(reason=reason)
    if status == 429:
        return Retry(reason=reason, after_s=answer.parameters.retry_after if answer is not None else None)
    return Rejected(reason=reason) if 400 <= status < 500 else Retry(reason=reason)
