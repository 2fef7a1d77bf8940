"""People with Telegram: they write to a bot, in private or in groups, and see what it answers."""

from typing import Any, Final

from connectors.telegram.simulator.world import Bot, Chat, Json, World

_PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_VOICE_BYTES_S: Final = 4_000
"""Of a voice message, a second."""


class Person:
    """Somebody who writes to one bot. Everything returned is as Telegram has it."""

    def __init__(
        self, world: World, user_id: int, first_name: str = "Ann", *, bot: Bot | None = None, **more: object
    ) -> None:
        self._world = world
        self._bot = bot or world.only_bot()
        self.user: Json = {"id": user_id, "is_bot": False, "first_name": first_name, **more}
        self._read: dict[int, int] = {}
        self._pressed = 0

    @property
    def chat(self) -> Chat:
        """The private chat."""
        info = {"type": "private", **{key: value for key, value in self.user.items() if key != "is_bot"}}
        return self._bot.chats.setdefault(self.user["id"], Chat(info=info))

    def group(self, chat_id: int, title: str = "Wallet users", *, is_forum: bool = False) -> Chat:
        """A group the bot is in; the same one for everybody who names its id."""
        assert chat_id < 0
        info: Json = {"id": chat_id, "type": "supergroup", "title": title}
        if is_forum:
            info["is_forum"] = True
        return self._bot.chats.setdefault(chat_id, Chat(info=info))

    async def write(self, text: str, *, chat: Chat | None = None, **more: Any) -> Json:  # noqa: ANN401 -- JSON
        """Say something."""
        return await self.send(chat=chat, text=text, **more)

    async def send(self, *, chat: Chat | None = None, **content: Any) -> Json:  # noqa: ANN401 -- JSON
        """A message with any content."""
        where = chat or self.chat
        message = await self._world.put(where, {"from": self.user, **content})
        await self._world.push(self._bot, where.info["id"], {"message": message})
        return message

    def file(self, data: bytes, **facts: object) -> Json:
        """Upload a file; what stands in the message that shows it."""
        file_id = f"file{self._world.files.count:08d}"
        self._world.files[file_id] = data
        return {"file_id": file_id, "file_unique_id": file_id[:12], "file_size": len(data), **facts}

    def photo(self, data: bytes) -> list[Json]:
        """A photo in two sizes."""
        return [self.file(data[:8], width=90, height=60), self.file(data, width=900, height=600)]

    async def attach(self, data: bytes, name: str, kind: str, caption: str = "") -> Json:
        """Send a file as Telegram's apps do: as what it is."""
        content: Json = {"caption": caption} if caption else {}
        if kind in _PHOTOS:
            return await self.send(photo=self.photo(data), **content)
        if kind == "audio/ogg":
            voice = self.file(data, mime_type=kind, duration=max(1, len(data) // _VOICE_BYTES_S))
            return await self.send(voice=voice, **content)
        field = {"audio": "audio", "video": "video"}.get(kind.partition("/")[0], "document")
        content[field] = self.file(data, file_name=name, mime_type=kind)
        return await self.send(**content)

    async def album(self, *photos: bytes, caption: str = "", chat: Chat | None = None) -> list[Json]:
        """Several photos at once; the words stand under the first."""
        where = chat or self.chat
        group = f"{where.info['id']}{where.next_id:08d}"
        sent: list[Json] = []
        for at, data in enumerate(photos):
            more = {"caption": caption} if caption and not at else {}
            sent.append(await self.send(chat=where, photo=self.photo(data), media_group_id=group, **more))
        return sent

    async def edit(self, message: Json, **content: object) -> Json:
        """Change what was said; also a message that the bot never saw."""
        edited = {**message, **content, "edit_date": self._world.now_s()}
        await self._world.push(self._bot, message["chat"]["id"], {"edited_message": edited})
        return edited

    async def react(self, message: Json, emoji: str) -> None:
        """React to a message."""
        told = {
            "chat": message["chat"], "message_id": message["message_id"], "date": self._world.now_s(),
            "user": self.user, "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }  # fmt: skip
        await self._world.push(self._bot, message["chat"]["id"], {"message_reaction": told})

    async def press(self, message: Json, label: str) -> None:
        """Press a button below a message of the bot."""
        keys = [key for row in message["reply_markup"]["inline_keyboard"] for key in row]
        data = next(key["callback_data"] for key in keys if key["text"] == label)
        self._pressed += 1
        query = {"id": f"{self.user['id']}{self._pressed:08d}", "from": self.user, "message": message}
        pressed = {**query, "chat_instance": "1", "data": data}
        await self._world.push(self._bot, message["chat"]["id"], {"callback_query": pressed})

    def sees_typing(self, chat: Chat | None = None) -> bool:
        """Whether the bot is shown to be writing to them now."""
        return (chat or self.chat).typing_until_ms > self._world.clock.now_ms()

    def seen(self, chat: Chat | None = None) -> list[Json]:
        """What the bot wrote in a chat, oldest first."""
        where = chat or self.chat
        return [message for message in where.messages.values() if message["from"]["id"] == self._bot.id]

    async def answer(self, chat: Chat | None = None) -> Json:
        """The next message of the bot, waited for; bound it with a timeout."""
        where = chat or self.chat
        number = self._read.get(where.info["id"], 0)
        await self._world.until(lambda: len(self.seen(where)) > number)
        self._read[where.info["id"]] = number + 1
        return self.seen(where)[number]
