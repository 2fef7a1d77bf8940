"""A page to play a customer on Facebook, on Messenger and below a post: plain HTML, works without scripts, and shows
answers as they come."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from aiohttp import web

from connectors.facebook.simulator.graph import FILE_BYTES_MAX
from connectors.facebook.simulator.people import Person
from connectors.facebook.simulator.server import GraphServer
from connectors.facebook.simulator.world import Comment, Said
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
from router.model.buttons import Button

_TEXT_CHARS_MAX: Final = 2_000
_FIRST: Final = 4_242
_SHOWN: Final = 50
_LINK: Final = re.compile(r"http://127\.0\.0\.1:\d+/m/\d+\?ref=[\w.-]+")
"""The way into Messenger that the page itself sends."""
_TAKES: Final = files.Takes(who="Messenger", bytes_max=FILE_BYTES_MAX)
_LOOK: Final = Look(title="A customer on Facebook", title_zh="Facebook 上的客户", accent="#1557c0")


class CustomerPage:
    """The customer's side of the only page: a Messenger conversation, and comments below its first post."""

    def __init__(self, server: GraphServer) -> None:
        self._world = server

    def add_to(self, app: web.Application) -> None:
        """Mount it."""
        app.router.add_get("/", self._show)
        app.router.add_post("/", self._write)
        app.router.add_get("/messenger", self._messenger)
        app.router.add_get("/post", self._post)
        app.router.add_get("/m/{page}", self._come_by)
        files.add_to(app, self._world.files.get)

    async def _show(self, request: web.Request) -> web.Response:
        return self._shown(request.query)

    def _shown(self, who: Mapping[str, object], refused: str = "", text: str = "") -> web.Response:
        number, name = _who(who)
        page = escape(self._world.only_page().name)
        fields = hidden(id=number, name=name)
        return _LOOK.page(
            f"You write to <b>{page}</b>. 你在给 {page} 写消息。",
            f"""{somebody(int(number), name)}{refused}<section><h2>Messenger (private 私信)</h2>
<iframe src="/messenger?id={number}" title="The conversation"></iframe>
{writing("Message 消息", "Send 发送", fields + hidden(where="messenger"), _TEXT_CHARS_MAX, text, _TAKES)}</section>
<section><h2>Below our post (public 公开评论)</h2>
<iframe src="/post?id={number}" title="The post and its comments"></iframe>
{writing("Comment 评论", "Comment 发表", fields + hidden(where="post"), _TEXT_CHARS_MAX)}</section>""",
            status=422 if refused else 200,
        )

    async def _write(self, request: web.Request) -> web.StreamResponse:
        refuse_strangers(request)
        sheet = await files.sheet(request, _TAKES)
        number, name = _who(sheet.fields)
        text = written(sheet.field("text"), _TEXT_CHARS_MAX)
        if sheet.refusal:
            return self._shown(sheet.fields, files.refused(sheet.refusal), text)
        person = Person(self._world, number, name)
        label, mid = sheet.field("press"), sheet.field("below")
        below = next((one for one in person.seen() if one.mid == mid), None) if mid else None
        if below is not None and any(each.label == label and each.says for each in _buttons(below)):
            await person.press(below, label)
        elif text and sheet.field("where") == "post":
            await person.comment(text, next(iter(person.page.posts)))
        elif text:
            person.rename(name)
            await person.write(text)
        for file in sheet.files:  # a message of its own, as Messenger sends it
            await person.attach(file.data, file.name, file.kind, self._world.url)
        raise back(request, id=number, name=name)

    async def _come_by(self, request: web.Request) -> web.StreamResponse:
        """What `m.me` does: into the conversation, as whoever played last on this page."""
        number, name = _who({"id": request.cookies.get("who", "")})
        await Person(self._world, number, name).come_by(request.query.get("ref", "")[:2_000])
        raise web.HTTPSeeOther(f"/?id={number}")

    async def _messenger(self, request: web.Request) -> web.Response:
        number, _ = _who(request.query)
        someone = self._world.only_page().people.get(number)
        messages = someone.messages[-_SHOWN:] if someone is not None else []
        is_typing = someone is not None and someone.typing_until_ms > self._world.clock.now_ms()
        seen = None if someone is None else someone.seen
        lines = "".join(self._said(one, number, is_seen=one.mid == seen) for one in reversed(messages))
        answer = _LOOK.said("Messenger", lines, typing(is_shown=is_typing))
        answer.set_cookie("who", number, httponly=True, samesite="Lax")
        return answer

    async def _post(self, request: web.Request) -> web.Response:
        number, _ = _who(request.query)
        page = self._world.only_page()
        post, text = next(iter(page.posts.items()))
        tops = [one for one in page.comments.values() if one.parent_id == post and not one.is_removed][-_SHOWN:]
        words = f"<p><b>{escape(page.name)}</b><br>{escape(text)}</p>"
        return _LOOK.said("A post", "".join(self._thread(one, number) for one in reversed(tops)), words)

    def _said(self, one: Said, number: str, *, is_seen: bool) -> str:
        shown = _words(one.text) + "".join(self._file(each, one.called or "file 文件") for each in one.files)
        shown += f"<small> {escape(one.reaction)}</small>" if one.reaction else ""
        below = pressable(_buttons(one), hidden(id=number, below=one.mid))
        note = "<small>seen 已读</small>" if is_seen else ""
        return item(shown + below + note, "me" if one.sender == number else "us")

    def _file(self, key: str, name: str) -> str:
        data = self._world.files.get(key)
        return files.gone(name) if data is None else files.shown(key, name, data)

    def _thread(self, top: Comment, number: str) -> str:
        below = [one for one in self._world.only_page().comments.values() if one.parent_id == top.id]
        return "".join(
            self._comment(one, number, is_below=one is not top)
            for one in (top, *below)
            # What is hidden, its writer still sees; that nobody else does is how Facebook hides.
            if not one.is_removed and (not one.is_hidden or one.sender == number)
        )

    def _comment(self, one: Comment, number: str, *, is_below: bool) -> str:
        kinds = ["me" if one.sender == number else "us", *["below"] * is_below, *["gone"] * one.is_hidden]
        note = "<small>hidden from everybody else 已对他人隐藏</small>" if one.is_hidden else ""
        photo = self._file(one.photo, "photo.jpg") if one.photo else ""
        return item(f"<b>{escape(one.name)}</b>\n{_words(one.message)}{photo}{EDITED * one.is_edited}{note}", *kinds)


def _words(text: str) -> str:
    """A text in which addresses lead somewhere."""
    return _LINK.sub(r'<a href="\g<0>" target="_top">\g<0></a>', escape(text))


def _buttons(one: Said) -> list[Button]:
    return [Button(label=each["title"], url=each.get("url", ""), says=each.get("payload", "")) for each in one.buttons]


def _who(given: Mapping[str, object]) -> tuple[str, str]:
    number, name = named(given, _FIRST)
    return str(number), name
