"""The web chat's side of the connector contract: routes in; nothing to push out, since conversations are read from the
house itself.

A reply is durable in the thread before `send` is called: every open page of the visitor is told by its watch.
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from aiohttp import WSCloseCode, web

from connectors.webchat.board import Board
from connectors.webchat.frames import FRAME_BYTES_MAX
from connectors.webchat.pages import Pages
from connectors.webchat.posts import Posts
from connectors.webchat.session import Refusal, Session
from connectors.webchat.visitors import Visitors
from router.connector import Context, Health, Inlet, Outbound, Route, SendOutcome, Sent
from router.model.signals import Signal

HEARTBEAT_S: Final = 20.0
"""A client that answers no WebSocket ping for half as long again is gone."""
CLOSE_S: Final = 2.0


class WebchatConnector:
    """One account of the web chat."""

    def __init__(
        self,
        context: Context,
        *,
        pages: Pages,
        visitors: Visitors,
        posts: Posts,
        allowed_origins: tuple[str, ...],
        connections_per_visitor: int,
        connections_max: int,
    ) -> None:
        self._context = context
        self._pages = pages
        self._visitors = visitors
        self._posts = posts
        self._board = Board(context.banners)
        self._origins = frozenset(allowed_origins)
        self._per_visitor = connections_per_visitor
        self._max = connections_max
        self._sockets: set[web.WebSocketResponse] = set()
        self._sessions: dict[str, set[Session]] = {}
        """Of each visitor who is connected."""
        self._closed = False

    async def run(self, inlet: Inlet) -> None:
        """Wait; let every visitor go when cancelled, so that the server need not wait for them."""
        del inlet
        self._closed = False  # after a pause it is run again
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Already where the visitor's page reads it, or, a correction, as soon as the house knows that we have it."""
        del outbound
        return Sent()

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """As `send`: never uncertain."""
        return await self.send(outbound)

    async def signal(self, signal: Signal) -> None:
        """Already where the visitor's open pages hear it."""
        del signal

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """The customer's page with its files, the loader for host pages, the WebSocket, and the post beside it."""

        async def socket(request: web.Request) -> web.StreamResponse:
            return await self._connect(request, inlet)

        async def post(request: web.Request) -> web.StreamResponse:
            return await self._post(request, inlet)

        return (
            *self._pages.routes(),
            Route(method="GET", path="/ws", handler=socket),
            Route(method="POST", path="/messages", handler=post),
        )

    async def check(self) -> Health:
        """Nothing to ask: this channel is our own."""
        return self.health()

    def health(self) -> Health:
        """How many are connected."""
        if self._closed:
            return Health(state="stopped")
        return Health(state="ok", detail=f"{len(self._sockets)} connected")

    async def close(self) -> None:
        """Tell every page to come back later; new connections are refused."""
        self._closed = True
        closing = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"restarting") for socket in self._sockets]
        await asyncio.gather(*closing, return_exceptions=True)

    async def _connect(self, request: web.Request, inlet: Inlet) -> web.StreamResponse:
        self._require_allowed(request)
        if self._closed or len(self._sockets) >= self._max:
            raise web.HTTPServiceUnavailable(text="No room for another connection.\n", headers={"Retry-After": "5"})
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=FRAME_BYTES_MAX, timeout=CLOSE_S, compress=False
        )
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._converse(socket, inlet)
        except Refusal as refusal:
            await socket.send_str(msgspec.json.encode(refusal.frame).decode())
            await socket.close(code=refusal.close_code, message=refusal.frame.code.encode())
        except ConnectionError:
            pass  # the visitor left while we wrote: what matters is committed, or will be sent again
        finally:
            self._sockets.discard(socket)
        return socket

    async def _converse(self, socket: web.WebSocketResponse, inlet: Inlet) -> None:
        session = Session(socket, self._context, inlet, self._visitors, self._board)
        visitor = await session.hello()
        siblings = self._sessions.setdefault(visitor.id, set())
        if len(siblings) >= self._per_visitor:
            raise Refusal("too_many_connections", f"at most {self._per_visitor} at a time; close other tabs")
        siblings.add(session)
        try:
            await session.serve(visitor, siblings)
        finally:
            siblings.discard(session)
            if not siblings:
                del self._sessions[visitor.id]

    async def _post(self, request: web.Request, inlet: Inlet) -> web.StreamResponse:
        self._require_allowed(request)
        if self._closed:
            raise web.HTTPServiceUnavailable(text="Restarting; post it again.\n", headers={"Retry-After": "5"})
        answer = await self._posts.take(request, inlet)
        for session in self._sessions.get(answer.visitor or "", ()):
            session.begin()
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Origin"}
        if answer.wait_s:
            headers["Retry-After"] = str(answer.wait_s)
        if (origin := request.headers.get("Origin")) in self._origins:
            headers["Access-Control-Allow-Origin"] = origin or ""
        body = msgspec.json.encode(answer.frame)
        return web.Response(body=body, status=answer.status, content_type="application/json", headers=headers)

    def _require_allowed(self, request: web.Request) -> None:
        if not self._is_allowed(request):
            raise web.HTTPForbidden(text="This origin may not connect: see allowed_origins of the web chat account.\n")

    def _is_allowed(self, request: web.Request) -> bool:
        """Browsers always name the page's origin (RFC 6454); a client that names none is no browser, and
        there is no cookie it could abuse."""
        origin = request.headers.get("Origin")
        if origin is None or origin in self._origins:
            return True
        own = urlsplit(self._context.public_url)
        return origin.partition("://")[2] == request.host or origin == f"{own.scheme}://{own.netloc}"
