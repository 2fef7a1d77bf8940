"""What the simulated Telegram knows: bots with their pending updates, chats with their messages, files.

Kept in a file where there is a directory, so that a killed demo loses none: message ids never begin anew.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from connectors.simulated import world as simulated
from connectors.simulated.shelf import Shelf
from connectors.simulated.world import Fault
from router.model.sources import Clock

UPDATE_TTL_MS: Final = 24 * 3_600_000
"""How long an update waits to be fetched."""
FUTURE_MAX: Final = 10
"""An offset further ahead than this means nothing to Telegram: it gives all that waits."""
_KEPT_MESSAGES: Final = 200
"""Of one chat, in the file."""
_DEFAULT_KINDS: Final = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "business_message", "callback_query",
    "inline_query", "my_chat_member", "chat_join_request",
})  # fmt: skip
"""All but those that have to be named."""

Json = dict[str, Any]


def busy(after_s: int | None = None) -> Fault:
    """429, with the time to wait or as a page of some proxy."""
    if after_s is None:
        return Fault(status=429, body=b"<html>Too Many Requests</html>", content_type="text/html")
    answer: Json = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {after_s}"}
    return Fault(status=429, body=msgspec.json.encode(answer | {"parameters": {"retry_after": after_s}}))


class Pending(msgspec.Struct, kw_only=True):
    """An update that was not confirmed."""

    id: int
    chat: int
    body: Json
    expires_at_ms: int


class Hook(msgspec.Struct, kw_only=True):
    """A webhook."""

    url: str
    secret: str = ""
    last_error_ms: int = 0
    last_error: str = ""


class Chat(msgspec.Struct, kw_only=True):
    """A chat as one bot sees it."""

    info: Json
    messages: dict[int, Json] = {}
    next_id: int = 1
    blocked: bool = False
    """The person has blocked the bot, or the group has thrown it out."""
    moved_to: int | None = None
    typing_until_ms: int = 0
    """So long the bot is shown to be writing."""


class Bot(msgspec.Struct, kw_only=True):
    """A bot and everything that is its."""

    token: str
    username: str
    chats: dict[int, Chat] = {}
    pending: list[Pending] = []
    next_update: int = 800_000_001
    allowed: list[str] | None = None
    hook: Hook | None = None

    @property
    def id(self) -> int:
        """The number before the colon of its token."""
        return int(self.token.partition(":")[0])

    @property
    def info(self) -> Json:
        """As a User."""
        return {"id": self.id, "is_bot": True, "first_name": self.username, "username": self.username}


class World(simulated.World):
    """All bots of one simulator, and what is wrong with it for now."""

    def __init__(self, clock: Clock, bots: Mapping[str, str], directory: Path | None = None) -> None:
        """`bots`: user name by token."""
        super().__init__(clock, "telegram", directory)
        self.bots = {token: Bot(token=token, username=name) for token, name in bots.items()}
        kept = self._load(dict[str, Bot]) or {}
        self.bots.update({token: bot for token, bot in kept.items() if token in self.bots})
        self.calls: list[tuple[str, Json]] = []
        """Every call that was understood."""
        self.sends: list[tuple[int, int]] = []
        """When which chat was written to."""
        self.files = Shelf(directory / "files" if directory is not None else None)
        """By file id."""
        self.missing: set[str] = set()
        """File ids that getFile knows and the file server does not."""

    def now_s(self) -> int:
        """Seconds since 1970."""
        return self.clock.now_ms() // 1000

    def only_bot(self) -> Bot:
        """The bot, where there is one."""
        (bot,) = self.bots.values()
        return bot

    def expire(self, bot: Bot) -> None:
        """Forget updates that nobody fetched for a day."""
        now_ms = self.clock.now_ms()
        bot.pending = [one for one in bot.pending if one.expires_at_ms > now_ms]

    async def push(self, bot: Bot, chat: int, content: Json) -> int | None:
        """An update for a bot, unless it did not ask for its kind; its id."""
        (kind,) = content
        allowed = _DEFAULT_KINDS if bot.allowed is None else bot.allowed
        if kind not in allowed:
            return None
        number = bot.next_update
        bot.next_update += 1
        expires_at_ms = self.clock.now_ms() + UPDATE_TTL_MS
        body = {"update_id": number, **content}
        bot.pending.append(Pending(id=number, chat=chat, body=body, expires_at_ms=expires_at_ms))
        await self.tell()
        return number

    async def put(self, chat: Chat, message: Json) -> Json:
        """A message into a chat, whoever wrote it."""
        number = chat.next_id
        chat.next_id += 1
        whole = {"message_id": number, "date": self.now_s(), "chat": chat.info, **message}
        chat.messages[number] = whole
        await self.tell()
        return whole

    def _state(self) -> dict[str, Bot]:
        for bot in self.bots.values():
            for chat in bot.chats.values():
                for number in list(chat.messages)[:-_KEPT_MESSAGES]:
                    del chat.messages[number]
        return self.bots
