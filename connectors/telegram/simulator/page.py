"""A page to play a customer on Telegram: plain HTML, works without scripts, shows answers as they come, with files."""

from collections.abc import Mapping
from html import escape
from typing import Final

from aiohttp import web

from connectors.simulated import files
from connectors.simulated.page import (
    EDITED,
    Look,
    back,
    hidden,
    item,
    named,
    pressable,
    refuse_strangers,
    somebody,
    typing,
    writing,
    written,
)
from connectors.telegram.simulator.methods import CAPTION_UNITS_MAX, DOWNLOAD_BYTES_MAX
from connectors.telegram.simulator.people import Person
from connectors.telegram.simulator.world import Json, World
from router.model.buttons import Button
from router.model.splitting import utf16_units

_TEXT_CHARS_MAX: Final = 4_000
_FIRST: Final = 4_242
_SHOWN: Final = 50
_TAKES: Final = files.Takes(who="A bot of Telegram", bytes_max=DOWNLOAD_BYTES_MAX)
_LONG: Final = f"Words beside a file have at most {CAPTION_UNITS_MAX} characters. 附文件的文字过长。"
_LOOK: Final = Look(title="A customer on Telegram", title_zh="Telegram 上的客户", accent="#1f6f9f")


class Page:
    """The customer's side of private chats with the only bot."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, app: web.Application) -> None:
        """Mount the page."""
        app.router.add_get("/", self._show)
        app.router.add_post("/", self._write)
        app.router.add_get("/chat", self._chat)
        files.add_to(app, self._world.files.get)

    async def _show(self, request: web.Request) -> web.Response:
        return self._shown(request.query)

    def _shown(self, who: Mapping[str, object], refused: str = "", text: str = "") -> web.Response:
        number, name = named(who, _FIRST)
        bot = escape(self._world.only_bot().username)
        fields = hidden(id=number, name=name)
        return _LOOK.page(
            f"You write to <b>@{bot}</b>. 你在给 @{bot} 写消息。",
            f"""{somebody(number, name)}{refused}<section><h2>The chat 私聊</h2>
<iframe src="/chat?id={number}" title="The chat"></iframe>
{writing("Message 消息", "Send 发送", fields, _TEXT_CHARS_MAX, text, _TAKES)}</section>""",
            status=422 if refused else 200,
        )

    async def _write(self, request: web.Request) -> web.StreamResponse:
        refuse_strangers(request)
        sheet = await files.sheet(request, _TAKES)
        number, name = named(sheet.fields, _FIRST)
        text = written(sheet.field("text"), _TEXT_CHARS_MAX)
        if sheet.refusal or (sheet.files and utf16_units(text) > CAPTION_UNITS_MAX):
            return self._shown(sheet.fields, files.refused(sheet.refusal or _LONG), text)
        person, label = Person(self._world, number, name), sheet.field("press")
        below = person.chat.messages.get(int(stood)) if (stood := sheet.field("below")[:10]).isdecimal() else None
        if below is not None and any(each.label == label and each.says for each in _buttons(below)):
            await person.press(below, label)
        elif sheet.files:
            (file,) = sheet.files
            await person.attach(file.data, file.name, file.kind, text)
        elif text:
            await person.write(text)
        raise back(request, id=number, name=name)

    async def _chat(self, request: web.Request) -> web.Response:
        number, _ = named(request.query, _FIRST)
        chat = self._world.only_bot().chats.get(number)
        messages = list(chat.messages.values())[-_SHOWN:] if chat is not None else []
        is_typing = chat is not None and chat.typing_until_ms > self._world.clock.now_ms()
        lines = "".join(self._line(message, number) for message in reversed(messages))
        return _LOOK.said("The chat", lines, typing(is_shown=is_typing))

    def _line(self, message: Json, number: int) -> str:
        said = escape(str(message.get("text") or message.get("caption") or "")) + self._file(message)
        return item(said + _below(message, number), "us" if message["from"]["is_bot"] else "me")

    def _file(self, message: Json) -> str:
        """What a message shows besides its words."""
        photo = message.get("photo", [])[-1:]
        others = [message[field] for field in ("document", "voice", "audio", "video") if field in message]
        for file in (*photo, *others):
            name = file.get("file_name") or ("photo.jpg" if photo else "voice message 语音消息")
            data = self._world.files.get(file["file_id"])
            return files.gone(name) if data is None else files.shown(file["file_id"], name, data)
        return ""


def _below(message: Json, number: int) -> str:
    marks = "".join(f"<small> {escape(emoji)}</small>" for emoji in message.get("reaction", []))
    marks += EDITED if "edit_date" in message else ""
    return marks + pressable(_buttons(message), hidden(id=number, below=message["message_id"]))


def _buttons(message: Json) -> list[Button]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [
        Button(label=key["text"], url=key.get("url", ""), says=key.get("callback_data", ""))
        for row in rows
        for key in row
    ]
