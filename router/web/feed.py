"""WS /api/v1/feed: committed events to one signed-in inbox, each with the ticket as it is now."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
from aiohttp import WSMsgType, web

from router.flow.feed import Feed, Gap
from router.flow.health import HealthBoard
from router.flow.presence import Presence
from router.flow.rulebook import Rulebook
from router.flow.signals import SignalWatch
from router.model.errors import Refused, StoreUnavailable
from router.model.ids import AgentId, EventId, TicketId
from router.model.signals import Signal
from router.model.tables import Agent, Event
from router.web.auth import Auth
from router.web.views import Views

_PING_S = 20.0
_RECEIVE_BYTES_MAX = 4_096
_SEND_S = 10.0
_SESSION_S = 20.0
"""How often is looked whether whoever listens is still signed in."""
_SESSION_GONE = 4401
"""The close code that tells an inbox to ask for a password, of those that RFC 6455 leaves to applications."""
_POSITION_DIGITS_MAX = 18
"""A database counts no further."""


class _Said(msgspec.Struct):
    """What an inbox says: which ticket it has open, or pong."""

    type: str
    ticket: str | None = None


class _Open:
    """The ticket that an inbox has open, and what is heard of it."""

    def __init__(self, agent: Agent, watch: SignalWatch) -> None:
        self.agent, self.watch = agent, watch
        self.ticket: TicketId | None = None


_decode = msgspec.json.Decoder(_Said).decode


class FeedSocket:
    """The endpoint."""

    def __init__(
        self,
        *,
        auth: Auth,
        feed: Feed,
        presence: Presence,
        views: Views,
        rulebook: Rulebook,
        health: HealthBoard,
        status: Callable[[], object],
    ) -> None:
        self._auth, self._feed, self._presence, self._views, self._status = auth, feed, presence, views, status
        self._sources = (rulebook, health)
        self._sockets: set[web.WebSocketResponse] = set()

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Upgrade, replay what came after last_event_id, then stay live."""
        agent = await self._auth.agent(request)
        self._auth.require_own_page(request)
        after = _position(request.query.get("last_event_id") or "0")
        socket = web.WebSocketResponse(heartbeat=_PING_S, max_msg_size=_RECEIVE_BYTES_MAX, compress=False, timeout=2.0)
        await socket.prepare(request)
        self._sockets.add(socket)
        status_changed = asyncio.Event()
        for source in self._sources:
            source.on_change(status_changed.set)
        opened = _Open(agent, self._presence.watch())
        tasks = [
            asyncio.create_task(self._events(socket, after, agent.id)),
            asyncio.create_task(self._statuses(socket, status_changed)),
            asyncio.create_task(self._signals(socket, opened)),
            asyncio.create_task(self._hear(socket, opened)),
            asyncio.create_task(self._until_signed_out(socket, request)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for source in self._sources:
                source.forget(status_changed.set)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            opened.watch.move(None)
            self._sockets.discard(socket)
            with suppress(ConnectionError, asyncio.TimeoutError):
                await socket.close()
        return socket

    async def close(self) -> None:
        """Let every inbox go; they come back by themselves."""
        await asyncio.gather(
            *(s.close(code=1001, message=b"restarting") for s in self._sockets), return_exceptions=True
        )

    async def _send(self, socket: web.WebSocketResponse, frame: object) -> None:
        async with asyncio.timeout(_SEND_S):
            await socket.send_str(msgspec.json.encode(frame).decode())

    async def _events(self, socket: web.WebSocketResponse, after: EventId, agent_id: AgentId) -> None:
        await self._send(socket, {"type": "hello", "last_event_id": self._feed.last_event_id})
        await self._send(socket, {"type": "status", "status": self._status()})
        async for item in self._feed.follow(after):
            if isinstance(item, Gap):
                await self._send(socket, {"type": "reset", "last_event_id": item.last_event_id})
                continue
            try:
                frames = await self._frames(item, agent_id)
            except StoreUnavailable:
                return  # the client reconnects and replays from its last event
            for frame in frames:
                await self._send(socket, frame)

    async def _frames(self, events: Sequence[Event], agent_id: AgentId) -> list[dict[str, object]]:
        rows = await self._views.rows({event.ticket_id for event in events}, agent_id)
        return [
            {"type": "event", "event": await self._views.event(event), "ticket": rows.get(event.ticket_id)}
            for event in events
        ]

    async def _signals(self, socket: web.WebSocketResponse, opened: _Open) -> None:
        """Who else is at the ticket that this inbox has open: its customer typing, a colleague writing an answer."""
        while True:
            signal = await opened.watch.next()
            if opened.ticket is None or signal.kind != "typing" or signal.agent_id == opened.agent.id:
                continue
            with suppress(StoreUnavailable):  # a signal that cannot be judged is lost
                if signal.by == "agent" or await self._presence.hears(opened.ticket):
                    await self._send(socket, _typing(opened.ticket, signal))

    async def _hear(self, socket: web.WebSocketResponse, opened: _Open) -> None:
        """Read until the client goes: pongs, and which ticket it has open."""
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                return
            try:
                said = _decode(message.data)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # of another version of the inbox
            if said.type == "watch":
                try:
                    opened.ticket = await self._presence.follow(opened.watch, said.ticket, opened.agent)
                except StoreUnavailable:
                    return  # the client reconnects and says it again

    async def _until_signed_out(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        """A line outlives no session: not one that ran out, nor one that was ended elsewhere."""
        while True:
            await asyncio.sleep(_SESSION_S)
            try:
                await self._auth.agent(request)
            except Refused:
                await socket.close(code=_SESSION_GONE, message=b"signed out")
                return
            except StoreUnavailable:
                continue  # who is signed in cannot be told now

    async def _statuses(self, socket: web.WebSocketResponse, changed: asyncio.Event) -> None:
        while True:
            try:
                async with asyncio.timeout(_PING_S):
                    await changed.wait()
            except TimeoutError:
                # Browsers hide the protocol's own pings from scripts; silence tells them that a line is dead.
                await self._send(socket, {"type": "ping"})
                continue
            changed.clear()
            await self._send(socket, {"type": "status", "status": self._status()})


def _position(text: str) -> EventId:
    """Where to go on. Raises Refused (400)."""
    if not (text.isascii() and text.isdigit() and len(text) <= _POSITION_DIGITS_MAX):
        raise Refused("invalid", f"last_event_id: found {text[:40]!r}, a whole number was meant", status=400)
    return EventId(int(text))


def _typing(ticket_id: TicketId, signal: Signal) -> dict[str, object]:
    """A frame that nobody keeps."""
    return {"type": "typing", "ticket": ticket_id, "by": signal.by, "name": signal.name, "over": signal.over}
