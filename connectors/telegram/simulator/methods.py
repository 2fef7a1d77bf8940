"""The methods of the Bot API that a support bot needs, each with exactly the parameters it has.

Telegram ignores what it does not know; here it is refused, so that a misspelt parameter is found by a test.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from telegram.constants import ReactionEmoji

from connectors.telegram.simulator.world import FUTURE_MAX, Bot, Chat, Hook, Json, World

TEXT_UNITS_MAX: Final = 4_096
CAPTION_UNITS_MAX: Final = 1_024
DOWNLOAD_BYTES_MAX: Final = 20 * 1_048_576
"""Of what a bot may fetch."""
_KEYS_MAX: Final = 100
_DATA_BYTES_MAX: Final = 64
_POLL_S_MAX: Final = 50
_REACTIONS: Final = frozenset(map(str, ReactionEmoji))
TYPING_MS: Final = 5_000
_ACTIONS: Final = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
"""https://core.telegram.org/bots/api#sendchataction"""


class Upload(msgspec.Struct, frozen=True):
    """A file in a call."""

    name: str
    data: bytes


class Refusal(Exception):
    """A call that fails, as Telegram says it."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


def bad(description: str) -> Refusal:
    """400."""
    return Refusal(400, f"Bad Request: {description}")


class Methods:
    """Answers calls; one instance for each server."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._polls: dict[int, asyncio.Event] = {}
        """By bot: set when a newer getUpdates has come."""
        here: dict[str, tuple[Callable[[Bot, Json], Awaitable[object]], dict[str, Any]]] = {
            "getme": (self._get_me, {}),
            "getupdates": (
                self._get_updates,
                {"offset": int, "limit": int, "timeout": int, "allowed_updates": list[str]},
            ),
            "setwebhook": (
                self._set_webhook,
                {"url": str, "secret_token": str, "allowed_updates": list[str], "max_connections": int},
            ),
            "deletewebhook": (self._delete_webhook, {"drop_pending_updates": bool}),
            "getwebhookinfo": (self._get_webhook_info, {}),
            "getfile": (self._get_file, {"file_id": str}),
            "sendmessage": (
                self._send_message,
                {
                    "chat_id": int, "message_thread_id": int, "text": str, "reply_parameters": Json,
                    "link_preview_options": Json, "reply_markup": Json,
                },
            ),
            "senddocument": (
                self._send_document,
                {"chat_id": int, "message_thread_id": int, "document": Upload, "reply_parameters": Json},
            ),
            "sendchataction": (self._send_chat_action, {"chat_id": int, "message_thread_id": int, "action": str}),
            "answercallbackquery": (self._take_note, {"callback_query_id": str}),
            "editmessagetext": (
                self._edit_message_text,
                {"chat_id": int, "message_id": int, "text": str, "link_preview_options": Json, "reply_markup": Json},
            ),
            "setmessagereaction": (
                self._set_message_reaction,
                {"chat_id": int, "message_id": int, "reaction": list[Json]},
            ),
            "deletemessage": (self._delete_message, {"chat_id": int, "message_id": int}),
        }  # fmt: skip
        self._methods = here

    async def answer(self, bot: Bot, name: str, given: dict[str, object]) -> object:
        """The result of a call. Raises Refusal."""
        known = self._methods.get(name.lower())
        if known is None:
            raise Refusal(404, "Not Found")
        method, types = known
        parameters: Json = {}
        for key, value in given.items():
            if key not in types:
                raise bad(f"{name} has no parameter {key}")
            try:
                parameters[key] = _read(value, types[key])
            except (msgspec.MsgspecError, ValueError):
                raise bad(f"{key} is no {types[key]}") from None
        self._world.calls.append((name.lower(), parameters))
        await self._world.wake()
        return await method(bot, parameters)

    # --- receiving -------------------------------------------------------------------------------------------------

    async def _get_me(self, bot: Bot, _: Json) -> object:
        return {**bot.info, "can_join_groups": True, "can_read_all_group_messages": False}

    async def _get_updates(self, bot: Bot, given: Json) -> object:
        if bot.hook is not None:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        before = self._polls.get(bot.id)
        if before is not None:
            before.set()
        newer = self._polls[bot.id] = asyncio.Event()
        limit = given.get("limit", 100)
        if not 1 <= limit <= 100 or not 0 <= given.get("timeout", 0) <= _POLL_S_MAX:
            raise bad("limit or timeout is out of range")
        if "allowed_updates" in given:
            bot.allowed = given["allowed_updates"] or None
        await self._confirm(bot, given.get("offset"))
        try:
            async with asyncio.timeout(given.get("timeout", 0) or 0.001):
                await self._wait(bot, newer)
        except TimeoutError:
            pass
        if newer.is_set():
            raise Refusal(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        del self._polls[bot.id]
        self._world.expire(bot)
        return [one.body for one in bot.pending[:limit]]

    async def _wait(self, bot: Bot, newer: asyncio.Event) -> None:
        told = asyncio.ensure_future(self._world.until(lambda: bool(bot.pending)))
        ended = asyncio.ensure_future(newer.wait())
        try:
            await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            ended.cancel()
            await asyncio.gather(told, ended, return_exceptions=True)

    async def _confirm(self, bot: Bot, offset: int | None) -> None:
        self._world.expire(bot)
        if offset is None or offset == 0 or offset > bot.next_update + FUTURE_MAX:
            return
        if offset < 0:
            bot.pending = bot.pending[offset:]
        else:
            bot.pending = [one for one in bot.pending if one.id >= offset]
        await self._world.tell()

    async def _set_webhook(self, bot: Bot, given: Json) -> object:
        url = given.get("url", "")
        if url and not url.startswith(("https://", "http://127.0.0.1:")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        bot.hook = Hook(url=url, secret=given.get("secret_token", "")) if url else None
        if "allowed_updates" in given:
            bot.allowed = given["allowed_updates"] or None
        await self._world.tell()
        return True

    async def _delete_webhook(self, bot: Bot, given: Json) -> object:
        bot.hook = None
        if given.get("drop_pending_updates"):
            bot.pending = []
        await self._world.tell()
        return True

    async def _get_webhook_info(self, bot: Bot, _: Json) -> object:
        self._world.expire(bot)
        told: Json = {
            "url": bot.hook.url if bot.hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(bot.pending),
        }
        if bot.hook is not None and bot.hook.last_error:
            told |= {"last_error_date": bot.hook.last_error_ms // 1000, "last_error_message": bot.hook.last_error}
        return told

    async def _get_file(self, _: Bot, given: Json) -> object:
        file_id = given.get("file_id", "")
        data = self._world.files.get(file_id)
        if data is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(data) > DOWNLOAD_BYTES_MAX:
            raise bad("file is too big")
        return {
            "file_id": file_id, "file_unique_id": file_id[:12], "file_size": len(data),
            "file_path": f"documents/{file_id}",
        }  # fmt: skip

    # --- sending ---------------------------------------------------------------------------------------------------

    async def _send_message(self, bot: Bot, given: Json) -> object:
        return await self._put(bot, given, _written(given))

    async def _edit_message_text(self, bot: Bot, given: Json) -> object:
        """https://core.telegram.org/bots/api#editmessagetext: a message of the bot's own that has a text."""
        chat, written = self._writable(bot, given), _written(given)
        found = chat.messages.get(given.get("message_id", 0))
        if found is None:
            raise bad("message to edit not found")
        if found["from"]["id"] != bot.id:
            raise bad("message can't be edited")
        if "text" not in found:
            raise bad("there is no text in the message to edit")
        if {name: found[name] for name in ("text", "reply_markup") if name in found} == written:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        found.pop("reply_markup", None)
        found |= {**written, "edit_date": self._world.now_s()}
        await self._world.tell()
        return found

    async def _take_note(self, _: Bot, given: Json) -> object:
        if not given.get("callback_query_id"):
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return True

    async def _send_document(self, bot: Bot, given: Json) -> object:
        sent = given.get("document")
        if sent is None or not sent.data:
            raise bad("there is no document in the request")
        file_id = f"sent{self._world.files.count:08d}"
        self._world.files[file_id] = sent.data
        told = {"file_name": sent.name, "file_size": len(sent.data)}
        return await self._put(bot, given, {"document": {"file_id": file_id, "file_unique_id": file_id[:12], **told}})

    async def _send_chat_action(self, bot: Bot, given: Json) -> object:
        action = given.get("action", "")
        if action not in _ACTIONS:
            raise bad("wrong parameter action in request")
        chat = self._writable(bot, given)
        chat.typing_until_ms = self._world.clock.now_ms() + TYPING_MS if action == "typing" else 0
        await self._world.wake()
        return True

    async def _put(self, bot: Bot, given: Json, content: Json) -> object:
        chat = self._writable(bot, given)
        if "message_thread_id" in given:
            content |= {"message_thread_id": given["message_thread_id"], "is_topic_message": True}
        answered = given.get("reply_parameters")
        if answered is not None:
            found = chat.messages.get(answered["message_id"])
            if found is None and not answered.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            content |= {} if found is None else {"reply_to_message": {"message_id": answered["message_id"]}}
        chat.typing_until_ms = 0
        self._world.sends.append((self._world.clock.now_ms(), given["chat_id"]))
        return await self._world.put(chat, {"from": bot.info, **content})

    async def _set_message_reaction(self, bot: Bot, given: Json) -> object:
        """https://core.telegram.org/bots/api#setmessagereaction: a bot has one to a message, of a known list."""
        chat, wanted = self._writable(bot, given), given.get("reaction", [])
        found = chat.messages.get(given.get("message_id", 0))
        if found is None:
            raise bad("message to react not found")
        if len(wanted) > 1:
            raise bad("REACTIONS_TOO_MANY")
        if any(one.keys() != {"type", "emoji"} or one["emoji"] not in _REACTIONS for one in wanted):
            raise bad("REACTION_INVALID")
        found["reaction"] = [one["emoji"] for one in wanted]
        await self._world.tell()
        return True

    async def _delete_message(self, bot: Bot, given: Json) -> object:
        chat = self._writable(bot, given)
        if chat.messages.pop(given.get("message_id", 0), None) is None:
            raise bad("message to delete not found")
        await self._world.tell()
        return True

    def _writable(self, bot: Bot, given: Json) -> Chat:
        chat = bot.chats.get(given.get("chat_id", 0))
        if chat is None:
            raise bad("chat not found")
        if chat.moved_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.moved_to},
            )
        if chat.blocked:
            was = (
                "bot was blocked by the user"
                if chat.info["type"] == "private"
                else "bot was kicked from the group chat"
            )
            raise Refusal(403, f"Forbidden: {was}")
        return chat


def _written(given: Json) -> Json:
    """What a message says, and the buttons below it. Raises Refusal."""
    text, markup = given.get("text", ""), given.get("reply_markup")
    if not text.strip():
        raise bad("message text is empty")
    if len(text.encode("utf-16-le")) // 2 > TEXT_UNITS_MAX:
        raise bad("message is too long")
    if markup is None:
        return {"text": text}
    _look_over(markup)
    return {"text": text, "reply_markup": markup}


def _look_over(markup: Json) -> None:
    """An inline keyboard, and nothing else. Raises Refusal."""
    keys = [key for row in markup.get("inline_keyboard", [[]]) for key in row]
    if not 0 < len(keys) <= _KEYS_MAX or markup.keys() != {"inline_keyboard"}:
        raise bad("can't parse reply keyboard markup JSON object")
    for key in keys:
        if not key.get("text") or len(key.keys() & {"url", "callback_data"}) != 1 or len(key) != 2:
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if not 1 <= len(key.get("callback_data", "x").encode()) <= _DATA_BYTES_MAX:
            raise bad("BUTTON_DATA_INVALID")


def _read(value: object, kind: Any) -> object:  # noqa: ANN401 -- a type, of which there are several sorts
    """A parameter: forms carry text, and JSON in it for what is no text."""
    if kind is Upload or kind is str:
        if not isinstance(value, kind):
            raise ValueError("another type")
        return value
    if isinstance(value, str):
        return msgspec.json.decode(value.encode(), type=kind, strict=False)
    return msgspec.convert(value, kind)
