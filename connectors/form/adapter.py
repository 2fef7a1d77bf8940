"""The form's side of the connector contract: pages out, messages in; replies are read from the house itself.

A reply is durable in its thread before `send` is called. Where the house has a mail channel it also carries what agents
write to the address that was typed; that is the house's doing (router.flow.deliver), not ours.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from connectors.form.languages import preferred
from connectors.form.render import FormView, Look, form_page, message_page
from connectors.form.settings import Settings
from connectors.form.submission import Back, Desk, Taken
from connectors.form.thread_page import WAITS_MAX, ThreadView, thread_page
from connectors.form.tokens import Link, Tokens
from router.connector import Context, Health, Inlet, Outbound, Route, SendOutcome, Sent
from router.model.errors import StoreUnavailable
from router.model.threads import ThreadMessage, ThreadTicket

SETTLE_S: Final = 2.0
"""How long an answer waits for the message to be filed before the page is shown without its number."""
_CSS: Final = Path(__file__).parent / "static" / "form.css"
_CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors "
)
_ALARM: Final = "a"
"""Begins the name of a thread that an alarm began: nothing was asked there."""
_WAITS: Final = frozenset(str(number) for number in range(WAITS_MAX + 1))
_SHOWN: Final = frozenset({"sent", "delivered"})


class FormConnector:
    """One account of the web form."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self._context, self._settings = context, settings
        self._tokens = Tokens(context, form_hours=settings.form_hours, link_days=settings.link_days)
        self._desk = Desk(context, settings, self._tokens)
        self._css = _CSS.read_bytes()
        self._css_etag = f'"{hashlib.sha256(self._css).hexdigest()[:20]}"'
        own = urlsplit(context.public_url)
        self._origins = {*settings.allowed_origins, f"{own.scheme}://{own.netloc}"}
        self._headers = {
            "Content-Security-Policy": _CSP + " ".join(("'self'", *settings.allowed_origins)),
            # A page's own address opens a conversation: no other site is told it. `no-referrer` would also hide from
            # us where a form was sent from.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
            "Cache-Control": "no-store",
        }
        self._closed = False

    # --- the contract ---------------------------------------------------------------------------------------------

    async def run(self, inlet: Inlet) -> None:
        """Wait: browsers come to us."""
        del inlet
        self._closed = False  # after a pause it is run again
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Already where its page is read."""
        del outbound
        return Sent()

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """As `send`: never uncertain."""
        return await self.send(outbound)

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """The form, its conversations, and their style."""

        async def send(request: web.Request) -> web.StreamResponse:
            return await self._send(request, inlet)

        async def add(request: web.Request) -> web.StreamResponse:
            return await self._add(request, inlet)

        return (
            Route(method="GET", path="/", handler=self._form),
            Route(method="POST", path="/", handler=send),
            Route(method="GET", path="/t/{link}", handler=self._thread),
            Route(method="POST", path="/t/{link}", handler=add),
            Route(method="GET", path="/form.css", handler=self._style),
        )

    async def check(self) -> Health:
        """Nothing to ask: this channel is our own."""
        return self.health()

    def health(self) -> Health:
        """How it is."""
        if self._closed:
            return Health(state="stopped")
        return Health(state="ok")

    async def close(self) -> None:
        """Nothing is held."""
        self._closed = True

    # --- pages ----------------------------------------------------------------------------------------------------

    async def _form(self, request: web.Request) -> web.Response:
        look = self._look(request)
        view = FormView(look=look, token=self._tokens.issue("form"), mails=self._mails)
        return self._page(form_page(view, self._settings))

    async def _send(self, request: web.Request, inlet: Inlet) -> web.Response:
        look = self._look(request)
        if not self._is_ours(request):
            return self._told(look, "origin_title", "origin_text", 403)
        alarm = self._presses_alarm(request)
        try:
            if request.query.get("switch") == "1":
                raise await self._desk.held(request, "form")
            taken = await self._desk.take(request, inlet, look.language, purpose="form", thread=None, alarm=alarm)
        except Back as back:
            view = FormView(
                look=look,
                token=back.token or self._tokens.issue("form"),
                values=back.values,
                problems=back.problems,
                notice=back.notice,
                had_files=back.had_files,
                mails=self._mails,
            )
            return self._again(form_page(view, self._settings), back)
        await self._settled(taken)
        link = self._tokens.link(taken.thread, taken.begun_at_ms)
        return self._see_other(f"t/{link}{look.query(news='alarm' if alarm else 'new')}")

    async def _thread(self, request: web.Request) -> web.Response:
        look, link = self._look(request), self._tokens.open(request.match_info["link"])
        if link is None or self._tokens.has_ended(link):
            return self._told(look, "over_title", "over_text", 404 if link is None else 410, root="../")
        try:
            ticket = await self._context.threads.ticket(link.thread, link.thread)
            messages = await self._messages(link.thread)
            is_held = await self._context.threads.is_held(link.thread)
        except StoreUnavailable:
            return self._told(look, "away_title", "away_text", 503, root="../")
        waited = request.query.get("wait", "")
        view = self._view(look, link, ticket, messages)
        view = msgspec.structs.replace(
            view, is_held=is_held, news=request.query.get("news", ""), waited=int(waited) if waited in _WAITS else 0
        )
        return self._page(thread_page(view, self._settings))

    async def _add(self, request: web.Request, inlet: Inlet) -> web.Response:
        look, link = self._look(request), self._tokens.open(request.match_info["link"])
        if not self._is_ours(request):
            return self._told(look, "origin_title", "origin_text", 403, root="../")
        if link is None or self._tokens.has_ended(link):
            return self._told(look, "over_title", "over_text", 404 if link is None else 410, root="../")
        alarm = self._presses_alarm(request)
        purpose = f"thread:{link.thread}"
        try:
            if request.query.get("switch") == "1":
                raise await self._desk.held(request, purpose)
            taken = await self._desk.take(
                request, inlet, look.language, purpose=purpose, thread=link.thread, alarm=alarm
            )
        except Back as back:
            return self._again(await self._thread_again(look, link, back), back)
        await self._settled(taken)
        return self._see_other(look.query(news="alarm" if alarm else "added"))

    async def _thread_again(self, look: Look, link: Link, back: Back) -> str:
        """The conversation with what was typed still in its form; without what was said while the store is away."""
        ticket: ThreadTicket | None = None
        messages: list[ThreadMessage] = []
        is_held = False
        with suppress(StoreUnavailable):
            ticket = await self._context.threads.ticket(link.thread, link.thread)
            messages = await self._messages(link.thread)
            is_held = await self._context.threads.is_held(link.thread)
        view = self._view(look, link, ticket, messages)
        view = msgspec.structs.replace(
            view,
            token=back.token or view.token,
            is_held=is_held,
            values=back.values,
            problems=back.problems,
            notice=back.notice,
            had_files=back.had_files,
        )
        return thread_page(view, self._settings)

    def _view(
        self, look: Look, link: Link, ticket: ThreadTicket | None, messages: Sequence[ThreadMessage]
    ) -> ThreadView:
        return ThreadView(
            look=look,
            token=self._tokens.issue(f"thread:{link.thread}"),
            messages=messages,
            ticket=ticket,
            expires_at_ms=link.expires_at_ms,
            asks_email=link.thread.startswith(_ALARM),
            mails=self._mails,
        )

    async def _style(self, request: web.Request) -> web.Response:
        headers = {"ETag": self._css_etag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if request.headers.get("If-None-Match") == self._css_etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=self._css, content_type="text/css", charset="utf-8", headers=headers)

    # --- what pages show ------------------------------------------------------------------------------------------

    async def _settled(self, taken: Taken) -> None:
        """Wait a moment until a message stands in its conversation, so that the next page shows it with its number."""
        threads, thread = self._context.threads, taken.thread
        with suppress(TimeoutError, StoreUnavailable):
            async with asyncio.timeout(SETTLE_S), aclosing(threads.watch(thread, thread)) as news:
                while True:
                    waiting = asyncio.ensure_future(anext(news))  # announced from here on
                    try:
                        if any(one.external_id == taken.message_id for one in await threads.read(thread, thread, 0)):
                            return
                        await waiting
                    finally:
                        waiting.cancel()
                        await asyncio.gather(waiting, return_exceptions=True)

    async def _messages(self, thread: str) -> list[ThreadMessage]:
        """What was said, oldest first; whoever holds the link has now read it."""
        threads = self._context.threads
        messages = sorted(await threads.read(thread, thread, 0), key=lambda message: message.id)
        for message in messages:
            # What still waits for the mail that carries it is left alone.
            if message.author != "customer" and message.delivery in _SHOWN:
                await threads.mark(thread, thread, message.id, "read")
        return messages

    @property
    def _mails(self) -> bool:
        return self._settings.mail_answers and self._context.answers_by_mail

    def _look(self, request: web.Request) -> Look:
        theme = request.query.get("theme", "")
        return Look(
            language=self._language(request),
            theme=theme if theme in {"light", "dark"} else "",
            embedded=request.query.get("embed") == "1",
        )

    def _language(self, request: web.Request) -> str:
        offered: dict[str, str] = {name: name for name in self._settings.languages}
        chosen = offered.get(request.query.get("lang", ""))
        if chosen is not None:
            return chosen
        return preferred(request.headers.get("Accept-Language", ""), tuple(offered))

    def _is_ours(self, request: web.Request) -> bool:
        """Browsers name the page that a form was sent from (RFC 6454); what names none is no browser, or hides it, and
        there is no cookie it could abuse."""
        origin = request.headers.get("Origin")
        return origin in {None, "null"} or origin in self._origins or (origin or "").partition("://")[2] == request.host

    def _presses_alarm(self, request: web.Request) -> bool:
        return self._settings.alarm and request.query.get("alarm") == "1"

    # --- answers --------------------------------------------------------------------------------------------------

    def _page(self, text: str, status: int = 200) -> web.Response:
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)

    def _again(self, text: str, back: Back) -> web.Response:
        response = self._page(text, back.status)
        if back.wait_s:
            response.headers["Retry-After"] = str(back.wait_s)
        if back.closes:
            response.force_close()
        return response

    def _told(self, look: Look, title: str, text: str, status: int, *, root: str = "") -> web.Response:
        response = self._page(message_page(look, self._settings, title, text, root=root), status)
        if status == 503:
            response.headers["Retry-After"] = "2"
        return response

    def _see_other(self, location: str) -> web.Response:
        return web.Response(status=303, headers={**self._headers, "Location": location})
