"""A page to play a customer on X: plain HTML, works without scripts, shows answers as they come."""

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from connectors.simulated.page import Look, back, hidden, item, named, refuse_strangers, somebody, writing, written
from connectors.x.simulator.people import Person
from connectors.x.simulator.server import XServer
from connectors.x.simulator.world import Json

_TEXT_CHARS_MAX: Final = 4_000
_POST_CHARS_MAX: Final = 270
_FIRST: Final = 424_242
_SHOWN: Final = 40
_SHORT: Final = re.compile(r"https://t\.co/\w+")
_LOOK: Final = Look(title="A customer on X", title_zh="X 上的客户", accent="#2f4858")


class Page:
    """The customer's side of one account."""

    def __init__(self, server: XServer) -> None:
        self._server = server

    def add_to(self, app: web.Application) -> None:
        """Mount the page."""
        app.router.add_get("/", self._show)
        app.router.add_post("/", self._say)
        app.router.add_get("/public", self._public)
        app.router.add_get("/private", self._private)

    async def _show(self, request: web.Request) -> web.Response:
        number, name = _who(request.query)
        own = self._server.only_account().username
        fields, asked = hidden(id=number, name=name), urlencode({"id": number, "name": name})
        begun = request.query.get("dm", "")[:_TEXT_CHARS_MAX]
        post = writing(
            f"Post 发帖: begin with @{own}, or answer our post 回复我们的帖子",
            "Post 发布", fields + hidden(how="post"), _POST_CHARS_MAX, f"@{own} ",
        )  # fmt: skip
        write = writing("Direct message 私信", "Send 发送", fields + hidden(how="write"), _TEXT_CHARS_MAX, begun)
        return _LOOK.page(
            f"You write to <b>@{escape(own)}</b>. 你在给 @{escape(own)} 写消息。",
            f"""{somebody(number, name)}<section><h2>In public 公开</h2>
<iframe src="/public?{escape(asked)}" title="Posts"></iframe>{post}</section>
<section><h2>In private 私信</h2>
<iframe src="/private?{escape(asked)}" title="Direct messages"></iframe>{write}</section>""",
        )

    async def _say(self, request: web.Request) -> web.StreamResponse:
        refuse_strangers(request)
        form = await request.post()
        number, name = _who(form)
        text = written(str(form.get("text", "")), _TEXT_CHARS_MAX)
        if text:
            await self.say(number, name, text, public=form.get("how") == "post")
        raise back(request, id=number, name=name)

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
        number, name = _who(request.query)
        state = self._server.state
        theirs = [post for post in state.posts.values() if post["author_id"] == str(number)]
        found = [*theirs, *Person(self._server, str(number), name).answers()]
        pinned = self.pinned()
        if pinned is not None:
            found.append(pinned)
        found.sort(key=lambda post: int(post["id"]), reverse=True)
        gone = item("hidden 已被隐藏", "me", "gone")
        lines = [gone if post["id"] in state.hidden else self._line(post, number, name) for post in found[:_SHOWN]]
        return _LOOK.said("Posts", "".join(lines))

    async def _private(self, request: web.Request) -> web.Response:
        number, name = _who(request.query)
        own = self._server.conversation(self._server.only_account().id, str(number))
        found = [one for one in self._server.state.messages if one["dm_conversation_id"] == own]
        lines = [self._line(message, number, name) for message in reversed(found[-_SHOWN:])]
        return _LOOK.said("Direct messages", "".join(lines))

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

        words, files = said["text"], said.get("_media", ())
        if who == "us" and files:  # X puts the address of a picture behind the words
            words = f"{words.rpartition('https://t.co/')[0]}[picture 图片]"
        return item(_SHORT.sub(link, escape(unescape(words))), who)


def _compose(address: str, number: int, name: str) -> str | None:
    """Where the button for a direct message leads on this page."""
    parts = urlsplit(address)
    if (parts.netloc, parts.path) != ("twitter.com", "/messages/compose"):
        return None
    text = parse_qs(parts.query).get("text", [""])[0]
    return f"/?{urlencode({'id': number, 'name': name, 'dm': f'{text} '})}"


def _who(given: Mapping[str, object]) -> tuple[int, str]:
    return named(str(given.get("id", "")), str(given.get("name", "")), _FIRST)
