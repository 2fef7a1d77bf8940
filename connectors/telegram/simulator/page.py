"""A page to play a customer on Telegram: plain HTML, works without scripts, shows answers as they come."""

from html import escape
from typing import Final

from aiohttp import web

from connectors.telegram.simulator.people import Person
from connectors.telegram.simulator.world import Json, World

_TEXT_CHARS_MAX: Final = 4_000
_NAME_CHARS_MAX: Final = 60
_ID_MAX: Final = 10**15
_EVERY_S: Final = 2
_SHOWN: Final = 50
_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>A customer on Telegram</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:1rem auto;padding:0 1rem;background:#fff;color:#1c1c1c}
li{list-style:none;margin:.4rem 0;padding:.4rem .7rem;border-radius:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}
ol{padding:0}.me{background:#e3f1dc;margin-left:3rem}.bot{background:#ececec;margin-right:3rem}
textarea{width:100%;box-sizing:border-box;font:inherit}input,button{font:inherit}label{display:block;margin:.5rem 0}
iframe{width:100%;height:22rem;border:1px solid #767676;border-radius:.5rem}
</style></head><body>"""
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


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
        number, name = _who(request.query.get("id", ""), request.query.get("name", ""))
        bot = escape(self._world.only_bot().username)
        return _html(f"""<h1>A customer on Telegram</h1>
<p>You write to <b>@{bot}</b>. 你在给 @{bot} 写消息。</p>
<iframe src="/chat?id={number}" title="The chat"></iframe>
<form method="post" action="/"><input type="hidden" name="id" value="{number}">
<label>Your name 姓名 <input name="name" value="{escape(name)}" maxlength="{_NAME_CHARS_MAX}" required></label>
<label>Message 消息<textarea name="text" rows="3" maxlength="{_TEXT_CHARS_MAX}" required autofocus></textarea></label>
<button>Send 发送</button> <a href="/?id={number + 1}&amp;name=Kim">another customer 换一个客户</a></form>""")

    async def _write(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return web.Response(status=403, text="only this page may write here\n")
        form = await request.post()
        number, name = _who(str(form.get("id", "")), str(form.get("name", "")))
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()[:_TEXT_CHARS_MAX]
        person, label = Person(self._world, number, name), str(form.get("press", ""))
        below = person.chat.messages.get(int(stood)) if (stood := str(form.get("below", ""))[:10]).isdecimal() else None
        if below is not None and any(key["text"] == label and "callback_data" in key for key in _keys(below)):
            await person.press(below, label)
        elif text:
            await person.write(text)
        raise web.HTTPSeeOther(str(request.url.with_path("/").with_query(id=str(number), name=name).relative()))

    async def _chat(self, request: web.Request) -> web.Response:
        number, _ = _who(request.query.get("id", ""), "")
        chat = self._world.only_bot().chats.get(number)
        messages = list(chat.messages.values())[-_SHOWN:] if chat is not None else []
        shown = "".join(self._line(message, number) for message in reversed(messages))
        return _html(f'<ol aria-live="polite" aria-label="The newest first">{shown}</ol>', {"Refresh": str(_EVERY_S)})

    def _line(self, message: Json, number: int) -> str:
        who = "bot" if message["from"]["is_bot"] else "me"
        said = message.get("text") or message.get("caption") or "[a file]"
        return f'<li class="{who}">{escape(str(said))}{_pressable(message, number)}</li>'


def _keys(message: Json) -> list[Json]:
    return [key for row in message.get("reply_markup", {}).get("inline_keyboard", []) for key in row]


def _pressable(message: Json, number: int) -> str:
    """What is below a message: links, and buttons that say something."""
    links = [
        f'<a href="{escape(key["url"])}" target="_top">{escape(key["text"])}</a> '
        for key in _keys(message)
        if "url" in key
    ]
    labels = [escape(key["text"]) for key in _keys(message) if "url" not in key]
    if not labels:
        return "".join(links)
    said = "".join(f'<button name="press" value="{label}">{label}</button> ' for label in labels)
    below = f'<input type="hidden" name="below" value="{message["message_id"]}">'
    who = f'<input type="hidden" name="id" value="{number}">'
    return f'<form method="post" action="/" target="_top">{who}{below}{said}{"".join(links)}</form>'


def _who(number: str, name: str) -> tuple[int, str]:
    is_one = number.isascii() and number.isdecimal() and 0 < int(number[:16]) < _ID_MAX
    return (int(number[:16]) if is_one else 4242), (name.strip()[:_NAME_CHARS_MAX] or "Kim")


def _html(body: str, headers: dict[str, str] | None = None) -> web.Response:
    page = f"{_HEAD}{body}</body></html>"
    return web.Response(text=page, content_type="text/html", headers=_HEADERS | (headers or {}))
