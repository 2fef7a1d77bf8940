"""A page to play a customer on Telegram: plain HTML, works without scripts, shows answers as they come."""

from collections.abc import Mapping
from html import escape
from typing import Final

from aiohttp import web

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
from connectors.telegram.simulator.people import Person
from connectors.telegram.simulator.world import Json, World
from router.model.buttons import Button

_TEXT_CHARS_MAX: Final = 4_000
_FIRST: Final = 4_242
_SHOWN: Final = 50
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

    async def _show(self, request: web.Request) -> web.Response:
        number, name = _who(request.query)
        bot = escape(self._world.only_bot().username)
        fields = hidden(id=number, name=name)
        return _LOOK.page(
            f"You write to <b>@{bot}</b>. 你在给 @{bot} 写消息。",
            f"""{somebody(number, name)}<section><h2>The chat 私聊</h2>
<iframe src="/chat?id={number}" title="The chat"></iframe>
{writing("Message 消息", "Send 发送", fields, _TEXT_CHARS_MAX)}</section>""",
        )

    async def _write(self, request: web.Request) -> web.StreamResponse:
        refuse_strangers(request)
        form = await request.post()
        number, name = _who(form)
        text = written(str(form.get("text", "")), _TEXT_CHARS_MAX)
        person, label = Person(self._world, number, name), str(form.get("press", ""))
        below = person.chat.messages.get(int(stood)) if (stood := str(form.get("below", ""))[:10]).isdecimal() else None
        if below is not None and any(each.label == label and each.says for each in _buttons(below)):
            await person.press(below, label)
        elif text:
            await person.write(text)
        raise back(request, id=number, name=name)

    async def _chat(self, request: web.Request) -> web.Response:
        number, _ = _who(request.query)
        chat = self._world.only_bot().chats.get(number)
        messages = list(chat.messages.values())[-_SHOWN:] if chat is not None else []
        is_typing = chat is not None and chat.typing_until_ms > self._world.clock.now_ms()
        lines = "".join(_line(message, number) for message in reversed(messages))
        return _LOOK.said("The chat", lines, typing(is_shown=is_typing))


def _line(message: Json, number: int) -> str:
    said = escape(str(message.get("text") or message.get("caption") or "[a file]"))
    below = pressable(_buttons(message), hidden(id=number, below=message["message_id"]))
    said += "".join(f"<small> {escape(emoji)}</small>" for emoji in message.get("reaction", []))
    return item(said + (EDITED if "edit_date" in message else "") + below, "us" if message["from"]["is_bot"] else "me")


def _buttons(message: Json) -> list[Button]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [
        Button(label=key["text"], url=key.get("url", ""), says=key.get("callback_data", ""))
        for row in rows
        for key in row
    ]


def _who(given: Mapping[str, object]) -> tuple[int, str]:
    return named(str(given.get("id", "")), str(given.get("name", "")), _FIRST)
