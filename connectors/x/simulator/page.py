"""A page to play a customer on X: plain HTML, works without scripts, shows answers as they come."""

import re
from html import escape, unescape
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from connectors.x.simulator.people import Person
from connectors.x.simulator.server import XServer
from connectors.x.simulator.world import Json

_TEXT_CHARS_MAX: Final = 4_000
_POST_CHARS_MAX: Final = 270
_NAME_CHARS_MAX: Final = 50
_ID_MAX: Final = 10**15
_EVERY_S: Final = 2
_SHOWN: Final = 40
_SHORT: Final = re.compile(r"https://t\.co/\w+")
_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>A customer on X</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;background:#fff;color:#0f1419}
main{display:grid;gap:1.5rem;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr))}h2{font-size:1.1rem}
li{list-style:none;margin:.4rem 0;padding:.4rem .7rem;border-radius:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}
ol{padding:0;margin:.5rem}.me{background:#e8f3fc;margin-left:2rem}.us{background:#eff1f2;margin-right:2rem}
.gone{color:#536471;font-style:italic}a{color:#0b5cad}
textarea{width:100%;box-sizing:border-box;font:inherit}input,button{font:inherit}label{display:block;margin:.5rem 0}
iframe{width:100%;height:20rem;border:1px solid #767676;border-radius:.5rem}
</style></head><body>"""
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Page:
    """The customer's side of one account."""

    def __init__(self, server: XServer) -> None:
        self._server = server

    def app(self) -> web.Application:
        """The page by itself."""
        app = web.Application()
        app.router.add_get("/", self._show)
        app.router.add_post("/", self._say)
        app.router.add_get("/public", self._public)
        app.router.add_get("/private", self._private)
        return app

    async def _show(self, request: web.Request) -> web.Response:
        number, name = _who(request.query.get("id", ""), request.query.get("name", ""))
        begun = escape(request.query.get("dm", "")[:_TEXT_CHARS_MAX])
        own = escape(self._server.only_account().username)
        who = (
            f'<input type="hidden" name="id" value="{number}"><input type="hidden" name="name" value="{escape(name)}">'
        )
        return _html(f"""<h1>A customer on X</h1>
<form method="get" action="/"><input type="hidden" name="id" value="{number}">
<label>Your name 姓名 <input name="name" value="{escape(name)}" maxlength="{_NAME_CHARS_MAX}" required></label>
<button>Change 改名</button> <a href="/?id={number + 1}&amp;name=Kim">another customer 换一个客户</a></form>
<main><section><h2>In public 公开</h2>
<iframe src="/public?id={number}&amp;name={escape(name)}" title="Posts"></iframe>
<form method="post" action="/">{who}<input type="hidden" name="how" value="post">
<label>Post 发帖: begin with @{own}, or answer our post 回复我们的帖子
<textarea name="text" rows="3" maxlength="{_POST_CHARS_MAX}" required>@{own} </textarea></label>
<button>Post 发布</button></form></section>
<section><h2>In private 私信</h2>
<iframe src="/private?id={number}&amp;name={escape(name)}" title="Direct messages"></iframe>
<form method="post" action="/">{who}<input type="hidden" name="how" value="write">
<label>Direct message 私信
<textarea name="text" rows="3" maxlength="{_TEXT_CHARS_MAX}" required>{begun}</textarea></label>
<button>Send 发送</button></form></section></main>""")

    async def _say(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return web.Response(status=403, text="only this page may write here\n")
        form = await request.post()
        number, name = _who(str(form.get("id", "")), str(form.get("name", "")))
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()[:_TEXT_CHARS_MAX]
        if text:
            await self.say(number, name, text, public=form.get("how") == "post")
        raise web.HTTPSeeOther(str(request.url.with_path("/").with_query(id=str(number), name=name).relative()))

    async def say(self, number: int, name: str, text: str, *, public: bool) -> None:
        """Post to our account, or write to it."""
        person = Person(self._server, str(number), name)
        if not public:
            await person.write(text)
            return
        calls_us = text.startswith(f"@{self._server.only_account().username}")
        await person.post(text, answers=None if calls_us else self.pinned())

    def pinned(self) -> Json | None:
        """Our own newest post that answers nothing."""
        own = self._server.only_account().id
        posts = self._server.state.posts.values()
        found = [post for post in posts if post["author_id"] == own and "referenced_tweets" not in post]
        return found[-1] if found else None

    async def _public(self, request: web.Request) -> web.Response:
        number, name = _who(request.query.get("id", ""), request.query.get("name", ""))
        state = self._server.state
        theirs = [post for post in state.posts.values() if post["author_id"] == str(number)]
        found = [*theirs, *Person(self._server, str(number), name).answers()]
        pinned = self.pinned()
        if pinned is not None:
            found.append(pinned)
        found.sort(key=lambda post: int(post["id"]), reverse=True)
        lines = [
            '<li class="me gone">hidden 已被隐藏</li>' if post["id"] in state.hidden else self._line(post, number, name)
            for post in found[:_SHOWN]
        ]
        return _list(lines)

    async def _private(self, request: web.Request) -> web.Response:
        number, name = _who(request.query.get("id", ""), request.query.get("name", ""))
        own = self._server.conversation(self._server.only_account().id, str(number))
        found = [one for one in self._server.state.messages if one["dm_conversation_id"] == own]
        return _list([self._line(message, number, name) for message in reversed(found[-_SHOWN:])])

    def _line(self, said: Json, number: int, name: str) -> str:
        author = said.get("author_id") or said.get("sender_id")
        who = "us" if author == self._server.only_account().id else "me"
        leads = {url["url"]: url["expanded_url"] for url in said["entities"].get("urls", ())}

        def link(match: re.Match[str]) -> str:
            address = leads.get(unescape(match[0]), "")
            own = _compose(address, number, name)
            if own is not None:
                return f'<a href="{escape(own)}" target="_top">Send a private message 发私信</a>'
            return escape(address) or match[0]

        text = _SHORT.sub(link, escape(unescape(said["text"])))
        return f'<li class="{who}">{text}</li>'


def _compose(address: str, number: int, name: str) -> str | None:
    """Where the button for a direct message leads on this page."""
    parts = urlsplit(address)
    if (parts.netloc, parts.path) != ("twitter.com", "/messages/compose"):
        return None
    text = parse_qs(parts.query).get("text", [""])[0]
    return f"/?{urlencode({'id': number, 'name': name, 'dm': f'{text} '})}"


def _who(number: str, name: str) -> tuple[int, str]:
    is_one = number.isascii() and number.isdecimal() and 0 < int(number[:16]) < _ID_MAX
    return (int(number[:16]) if is_one else 424242), (name.strip()[:_NAME_CHARS_MAX] or "Kim")


def _list(lines: list[str]) -> web.Response:
    shown = "".join(lines)
    return _html(f'<ol aria-live="polite" aria-label="The newest first">{shown}</ol>', {"Refresh": str(_EVERY_S)})


def _html(body: str, headers: dict[str, str] | None = None) -> web.Response:
    page = f"{_HEAD}{body}</body></html>"
    return web.Response(text=page, content_type="text/html", headers=_HEADERS | (headers or {}))
