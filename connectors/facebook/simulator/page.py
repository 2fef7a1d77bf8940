"""A page to play a customer on Facebook, on Messenger and below a post: plain HTML, works without scripts, and shows
answers as they come."""

import re
from html import escape
from typing import Final

from aiohttp import web

from connectors.facebook.simulator.people import Person
from connectors.facebook.simulator.world import Comment, Said, World

_TEXT_CHARS_MAX: Final = 2_000
_NAME_CHARS_MAX: Final = 60
_FIRST_ID: Final = 4_242
_EVERY_S: Final = 2
_SHOWN: Final = 50
_LINK: Final = re.compile(r"http://127\.0\.0\.1:\d+/m/\d+\?ref=[\w.-]+")
"""The way into Messenger that the page itself sends."""
_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>A customer on Facebook</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:68rem;margin:1rem auto;padding:0 1rem;background:#fff;color:#1c1c1c}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}
h2{font-size:1.1rem;margin:.5rem 0}ol{padding:0;margin:0}
li{list-style:none;margin:.4rem 0;padding:.4rem .7rem;border-radius:.7rem;white-space:pre-wrap;overflow-wrap:anywhere}
.me{background:#d9e7fd;margin-left:3rem}.page{background:#ececec;margin-right:3rem}.other{background:#f6f6f6}
.below{margin-left:2rem}.hidden{background:#fff;border:1px dashed #767676}small{color:#4d4d4d;display:block}
textarea{width:100%;box-sizing:border-box;font:inherit}input,button{font:inherit}label{display:block;margin:.5rem 0}
iframe{width:100%;height:20rem;border:1px solid #767676;border-radius:.5rem}
.unseen{position:absolute;clip-path:inset(50%)}
</style></head><body><main>"""
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class CustomerPage:
    """The customer's side of the only page: a Messenger conversation, and comments below its first post."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, app: web.Application) -> None:
        """Mount it."""
        app.router.add_get("/", self._show)
        app.router.add_post("/", self._write)
        app.router.add_get("/messenger", self._messenger)
        app.router.add_get("/post", self._post)
        app.router.add_get("/m/{page}", self._come_by)

    async def _show(self, request: web.Request) -> web.Response:
        number, name = _who(request.query.get("id", ""), request.query.get("name", ""))
        page = self._world.only_page()
        return _html(f"""<h1>A customer on Facebook</h1>
<p>You write to <b>{escape(page.name)}</b>. 你在给 {escape(page.name)} 写消息。
<a href="/?id={int(number) + 1}&amp;name=Kim">another customer 换一个客户</a></p>
<div class="two"><section><h2>Messenger (private 私信)</h2>
<iframe src="/messenger?id={number}" title="The conversation"></iframe>{_form(number, name, "messenger")}</section>
<section><h2>Below our post (public 公开评论)</h2>
<iframe src="/post?id={number}" title="The post and its comments"></iframe>{_form(number, name, "post")}</section>
</div>""")

    async def _write(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            return web.Response(status=403, text="only this page may write here\n")
        form = await request.post()
        number, name = _who(str(form.get("id", "")), str(form.get("name", "")))
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()[:_TEXT_CHARS_MAX]
        person = Person(self._world, number, name)
        label, mid = str(form.get("press", "")), str(form.get("below", ""))
        below = next((one for one in person.seen() if one.mid == mid), None) if mid else None
        if below is not None and any(one["title"] == label and one["type"] == "postback" for one in below.buttons):
            await person.press(below, label)
        elif text and form.get("where") == "post":
            await person.comment(text, next(iter(person.page.posts)))
        elif text:
            await person.write(text)
        raise web.HTTPSeeOther(str(request.url.with_path("/").with_query(id=number, name=name).relative()))

    async def _come_by(self, request: web.Request) -> web.StreamResponse:
        """What `m.me` does: into the conversation, as whoever played last on this page."""
        number, name = _who(request.cookies.get("who", ""), "")
        await Person(self._world, number, name).come_by(request.query.get("ref", "")[:2_000])
        raise web.HTTPSeeOther(f"/?id={number}")

    async def _messenger(self, request: web.Request) -> web.Response:
        number, _ = _who(request.query.get("id", ""), "")
        someone = self._world.only_page().people.get(number)
        messages = someone.messages[-_SHOWN:] if someone is not None else []
        shown = "".join(_said(one, number) for one in reversed(messages))
        answer = _html(f'<h1 class="unseen">Messenger</h1>{_newest_first(shown)}', _again())
        answer.set_cookie("who", number, httponly=True, samesite="Lax")
        return answer

    async def _post(self, request: web.Request) -> web.Response:
        number, _ = _who(request.query.get("id", ""), "")
        page = self._world.only_page()
        post, text = next(iter(page.posts.items()))
        tops = [one for one in page.comments.values() if one.parent_id == post and not one.is_removed][-_SHOWN:]
        shown = "".join(self._thread(one, number) for one in reversed(tops))
        words = f"<p><b>{escape(page.name)}</b><br>{escape(text)}</p>"
        return _html(f'<h1 class="unseen">A post</h1>{words}{_newest_first(shown)}', _again())

    def _thread(self, top: Comment, number: str) -> str:
        below = [one for one in self._world.only_page().comments.values() if one.parent_id == top.id]
        return "".join(
            _comment(one, number, is_below=one is not top)
            for one in (top, *below)
            # What is hidden, its writer still sees; that nobody else does is how Facebook hides.
            if not one.is_removed and (not one.is_hidden or one.sender == number)
        )


def _newest_first(shown: str) -> str:
    return f'<ol aria-live="polite" aria-label="The newest first">{shown}</ol>'


def _said(one: Said, number: str) -> str:
    shown = _LINK.sub(r'<a href="\g<0>" target="_top">\g<0></a>', escape(one.text or "[a file]"))
    return f'<li class="{"me" if one.sender == number else "page"}">{shown}{_pressable(one, number)}</li>'


def _pressable(one: Said, number: str) -> str:
    """What is below a message: links, and buttons that say something."""
    links = "".join(
        f'<a href="{escape(each["url"])}" target="_top">{escape(each["title"])}</a> '
        for each in one.buttons
        if each["type"] == "web_url"
    )
    labels = [escape(each["title"]) for each in one.buttons if each["type"] == "postback"]
    if not labels:
        return links
    keys = "".join(f'<button name="press" value="{label}">{label}</button> ' for label in labels)
    hidden = f'<input type="hidden" name="id" value="{number}"><input type="hidden" name="below" value="{one.mid}">'
    return f'<form method="post" action="/" target="_top">{hidden}{keys}{links}</form>'


def _comment(one: Comment, number: str, *, is_below: bool) -> str:
    who = "me" if one.sender == number else "other"
    more = f"{' below' if is_below else ''}{' hidden' if one.is_hidden else ''}"
    note = "<small>hidden from everybody else 已对他人隐藏</small>" if one.is_hidden else ""
    return f'<li class="{who}{more}"><b>{escape(one.name)}</b>\n{escape(one.message)}{note}</li>'


def _form(number: str, name: str, where: str) -> str:
    return f"""<form method="post" action="/"><input type="hidden" name="id" value="{number}">
<input type="hidden" name="where" value="{where}">
<label>Your name 姓名 <input name="name" value="{escape(name)}" maxlength="{_NAME_CHARS_MAX}" required></label>
<label>{"Comment 评论" if where == "post" else "Message 消息"}
<textarea name="text" rows="3" maxlength="{_TEXT_CHARS_MAX}" required></textarea></label>
<button>Send 发送</button></form>"""


def _who(number: str, name: str) -> tuple[str, str]:
    is_one = number.isascii() and number.isdecimal() and 0 < len(number) <= 15
    return (number if is_one else str(_FIRST_ID)), (name.strip()[:_NAME_CHARS_MAX] or "Kim")


def _again() -> dict[str, str]:
    return {"Refresh": str(_EVERY_S)}


def _html(body: str, headers: dict[str, str] | None = None) -> web.Response:
    page = f"{_HEAD}{body}</main></body></html>"
    return web.Response(text=page, content_type="text/html", headers=_HEADERS | (headers or {}))
