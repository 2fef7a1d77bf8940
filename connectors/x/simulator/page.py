"""A page to play a customer on X: plain HTML, works without scripts, shows answers as they come."""

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from connectors.simulated import files
from connectors.simulated.page import Look, back, hidden, item, named, refuse_strangers, somebody, writing, written
from connectors.x.client import FILE_BYTES_MAX
from connectors.x.simulator.people import Person, path_of
from connectors.x.simulator.server import XServer
from connectors.x.simulator.uploads import PICTURE_BYTES_MAX
from connectors.x.simulator.world import Json

_TEXT_CHARS_MAX: Final = 4_000
_POST_CHARS_MAX: Final = 270
_FIRST: Final = 424_242
_SHOWN: Final = 40
_SHORT: Final = re.compile(r"https://t\.co/\w+")
_TAKES: Final = files.Takes(
    who="X",
    bytes_max=FILE_BYTES_MAX,
    picture_bytes_max=PICTURE_BYTES_MAX,
    kinds=("image/jpeg", "image/png", "image/webp", "video/mp4"),
    called="pictures and MP4 films",
)
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
        files.add_to(app, self._server.files.get)

    async def _show(self, request: web.Request) -> web.Response:
        return self._shown(request.query, begun={"write": request.query.get("dm", "")[:_TEXT_CHARS_MAX]})

    def _shown(self, who: Mapping[str, object], begun: Mapping[str, str], refused: str = "") -> web.Response:
        number, name = named(who, _FIRST)
        own = self._server.only_account().username
        fields, asked = hidden(id=number, name=name), urlencode({"id": number, "name": name})
        post = writing(
            f"Post 发帖: begin with @{own}, or answer our post 回复我们的帖子",
            "Post 发布", fields + hidden(how="post"), _POST_CHARS_MAX, begun.get("post", f"@{own} "), _TAKES,
        )  # fmt: skip
        write = writing(
            "Direct message 私信", "Send 发送", fields + hidden(how="write"), _TEXT_CHARS_MAX, begun.get("write", ""),
            _TAKES,
        )  # fmt: skip
        return _LOOK.page(
            f"You write to <b>@{escape(own)}</b>. 你在给 @{escape(own)} 写消息。",
            f"""{somebody(number, name)}{refused}<section><h2>In public 公开</h2>
<iframe src="/public?{escape(asked)}" title="Posts"></iframe>{post}</section>
<section><h2>In private 私信</h2>
<iframe src="/private?{escape(asked)}" title="Direct messages"></iframe>{write}</section>""",
            status=422 if refused else 200,
        )

    async def _say(self, request: web.Request) -> web.StreamResponse:
        refuse_strangers(request)
        sheet = await files.sheet(request, _TAKES)
        number, name = named(sheet.fields, _FIRST)
        how, text = sheet.field("how"), written(sheet.field("text"), _TEXT_CHARS_MAX)
        if sheet.refusal:
            return self._shown(sheet.fields, {how: text}, files.refused(sheet.refusal))
        if text or sheet.files:
            await self.say(number, name, text, public=how == "post", picked=sheet.files)
        raise back(request, id=number, name=name)

    async def say(
        self, number: int, name: str, text: str, *, public: bool, picked: tuple[files.Picked, ...] = ()
    ) -> None:
        """Post to our account, or write to it."""
        person = Person(self._server, str(number), name)
        person.rename(name)
        media = tuple(person.media(file.data, file.kind, private=not public) for file in picked)
        if not public:
            await person.write(text, media=media)
            return
        calls_us = text.startswith(f"@{self._server.only_account().username}")
        await person.post(text, answers=None if calls_us else self.pinned(), media=media)

    def pinned(self) -> Json | None:
        """Our own newest post that answers nothing."""
        own = self._server.only_account().id
        posts = self._server.state.posts.values()
        found = [post for post in posts if post["author_id"] == own and "referenced_tweets" not in post]
        return found[-1] if found else None

    async def _public(self, request: web.Request) -> web.Response:
        number, name = named(request.query, _FIRST)
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
        number, name = named(request.query, _FIRST)
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

        words, media = said["text"], said.get("_media", ())
        if media:  # X puts the address of a file behind the words
            words = words.removesuffix(self._server.address_of(media[0])).rstrip()
        return item(_SHORT.sub(link, escape(unescape(words))) + "".join(map(self._file, media)), who)

    def _file(self, media: Json) -> str:
        path = path_of(media)
        name, data = path.rpartition("/")[2], self._server.files.get(path)
        return files.gone(name) if data is None else files.shown(path, name, data)


def _compose(address: str, number: int, name: str) -> str | None:
    """Where the button for a direct message leads on this page."""
    parts = urlsplit(address)
    if (parts.netloc, parts.path) != ("twitter.com", "/messages/compose"):
        return None
    text = parse_qs(parts.query).get("text", [""])[0]
    return f"/?{urlencode({'id': number, 'name': name, 'dm': f'{text} '})}"
