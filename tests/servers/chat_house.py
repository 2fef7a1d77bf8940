"""The part of the house a web chat stands on, in memory: an inlet that commits, threads that remember and announce.

For tests of the connector before and beside the whole house: real parsing, real keys, a real HTTP server on loopback.
"""

import asyncio
import contextlib
import hashlib
import hmac
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from connectors.webchat.adapter import WebchatConnector
from connectors.webchat.frames import AppUser
from connectors.webchat.manifest import MANIFEST
from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds
from router.config import ChannelConfig
from router.connector import Accepted, Banner, Context, Cursor, RawEvent
from router.discovery import settings_of
from router.keys import Keyring
from router.model.errors import InvalidMessage, StoreUnavailable
from router.model.ids import AttachmentId, MessageId
from router.model.message import AttachmentIn, InboundEvent
from router.model.signals import Signal, SignalKind
from router.model.threads import ThreadFile, ThreadMessage, ThreadTicket
from tests.servers.connector_house import KeptCredentials

_RANK: Mapping[str | None, int] = {None: -1, "sent": 0, "delivered": 1, "read": 2}

IDENTITY_SECRET = "an identity secret of 32 or more"
RECEIPT = "We have your message. Your ticket is T-1001.\nAn agent answers within 10 minutes."


class ChatBoard:
    """Banners of one account: `say` shows others at once."""

    def __init__(self) -> None:
        self.readers = 0
        """Watches that are open."""
        self._said: tuple[Banner, ...] = ()
        self._changed = asyncio.Event()

    def say(self, *texts: dict[str, str]) -> None:
        """All that is shown from now on."""
        self._said = tuple(Banner(id=f"i{number}", texts=text) for number, text in enumerate(texts))
        self._changed.set()
        self._changed = asyncio.Event()

    async def watch(self) -> AsyncIterator[tuple[Banner, ...]]:
        """As the contract says."""
        self.readers += 1
        try:
            while True:
                changed = self._changed
                yield self._said
                await changed.wait()
        finally:
            self.readers -= 1


class ChatSignals:
    """Signals of one account: `show` passes one to whoever watches, `typed` is what visitors have said."""

    def __init__(self) -> None:
        self.typed: list[str] = []
        self._watchers: dict[str, set[asyncio.Queue[Signal]]] = defaultdict(set)

    @property
    def watching(self) -> int:
        """Watches that are open."""
        return sum(len(watchers) for watchers in self._watchers.values())

    def show(self, peer: str, kind: SignalKind = "typing", **fields: object) -> None:
        """What an agent does."""
        where = {"channel": "webchat", "account": "main", "thread": peer, "peer": peer}
        told = {"kind": kind, "by": "agent", "name": "Mei", "for_customer": True, **where, **fields}
        for watcher in self._watchers[peer]:
            watcher.put_nowait(msgspec.convert(told, Signal))

    async def watch(self, thread: str, peer: str) -> AsyncGenerator[Signal]:
        """As the contract says."""
        assert thread == peer
        waiting: asyncio.Queue[Signal] = asyncio.Queue()
        self._watchers[peer].add(waiting)
        try:
            while True:
                yield await waiting.get()
        finally:
            self._watchers[peer].discard(waiting)

    async def typing(self, thread: str, peer: str) -> None:
        """As the contract says."""
        assert thread == peer
        self.typed.append(peer)


class ChatHouse:
    """Inlet, Threads, CursorReader and Log of one account, and levers to make it fail."""

    def __init__(self, *, receipt: str | None = None) -> None:
        self.clock = SystemClock()
        self.ids = TimedIds(self.clock)
        self.keys = Keyring({"k1": b"k" * 32}, "k1", b"s" * 32)
        self.events: dict[str, InboundEvent] = {}
        """What was committed, by external id."""
        self.marks: list[tuple[str, str, str]] = []
        self.away = False
        """The store cannot be reached."""
        self.door = asyncio.Event()
        """Closed: commits wait."""
        self.door.set()
        self.knocked = asyncio.Event()
        """A call of accept has begun."""
        self.waiting: list[None] = []
        """One for each call of accept that stands at the door."""
        self.invitations: dict[str, str | None] = {}
        """Links, and whom each has let in."""
        self.board = ChatBoard()
        self.signals = ChatSignals()
        self.files: dict[AttachmentId, AttachmentIn] = {}
        """What was attached."""
        self._receipt = receipt
        self._seq = 0
        self._threads: dict[str, dict[str, ThreadMessage]] = defaultdict(dict)
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)

    def context(self, public_url: str) -> Context:
        """What the connector is handed."""
        return Context(
            account="main",
            clock=self.clock,
            ids=self.ids,
            log=self,
            signer=self.keys,
            cursors=self,
            credentials=KeptCredentials(),
            threads=self,
            links=self,
            banners=self.board,
            public_url=public_url,
            signals=self.signals,
        )

    async def open(self, token: str, visitor: str) -> bool:
        """Links of this house are made by putting them into `invitations`; the first visitor takes one."""
        if self.away:
            raise StoreUnavailable("away")
        if token not in self.invitations:
            return False
        taken = self.invitations[token]
        if taken is None:
            taken = self.invitations[token] = visitor
        return taken == visitor

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """Commit and show in the thread at once."""
        self.knocked.set()
        self.waiting.append(None)
        await self.door.wait()
        self.waiting.pop()
        if self.away:
            raise StoreUnavailable("away")
        return [self._accept(raw) for raw in raws]

    def _accept(self, raw: RawEvent) -> list[Accepted]:
        try:
            events = MANIFEST.parse(raw, "main")
        except InvalidMessage as error:
            return [Accepted(outcome="quarantined", reason=error.reason)]
        return [self._commit(event) for event in events]

    def _commit(self, event: InboundEvent) -> Accepted:
        if event.message_id in self.events:
            return Accepted(outcome="duplicate", message_id=event.message_id)
        first = not self._threads[event.sender.id]
        self.events[event.message_id] = event
        files = [self._keep(file) for file in event.attachments]
        self.add(event.sender.id, author="customer", text=event.text or "", external_id=event.message_id, files=files)
        if first and self._receipt is not None:
            self.add(event.sender.id, author="system", text=self._receipt)
        return Accepted(outcome="new", message_id=event.message_id)

    def _keep(self, file: AttachmentIn) -> ThreadFile:
        file_id = AttachmentId(self.ids.new())
        self.files[file_id] = file
        path = f"files/{file_id}"
        return ThreadFile(
            id=file_id, name=file.name or "", content_type=file.content_type or "", size=file.size or 0, path=path
        )

    async def serve(self, request: web.Request) -> web.Response:
        """A file of a thread."""
        file = self.files[AttachmentId(request.match_info["file"])]
        return web.Response(body=file.data, content_type=file.content_type or "")

    def add(self, peer: str, **fields: object) -> ThreadMessage:
        """Put a message into a visitor's thread."""
        self._seq += 1
        defaults = {"seq": self._seq, "id": self.ids.new(), "at_ms": self.clock.now_ms()}
        message = msgspec.convert(defaults | fields, ThreadMessage)
        self._put(peer, message)
        return message

    def change(self, peer: str, message_id: str, **fields: object) -> None:
        """Change a message of a visitor's thread."""
        self._seq += 1
        self._put(peer, msgspec.structs.replace(self._threads[peer][message_id], seq=self._seq, **fields))

    def thread(self, peer: str) -> list[ThreadMessage]:
        """A visitor's thread as it is."""
        return list(self._threads[peer].values())

    def _put(self, peer: str, message: ThreadMessage) -> None:
        self._threads[peer][message.id] = message
        for watcher in self._watchers[peer]:
            watcher.set()

    async def read(self, thread: str, peer: str, after_seq: int) -> list[ThreadMessage]:
        """As the contract says."""
        assert thread == peer
        if self.away:
            raise StoreUnavailable("away")
        return [message for message in self._threads[peer].values() if message.seq > after_seq]

    async def ticket(self, thread: str, peer: str) -> ThreadTicket | None:
        """All of this house is about one ticket."""
        return ThreadTicket(number="T-1001", state="new") if await self.read(thread, peer, 0) else None

    async def is_held(self, peer: str) -> bool:
        """Nobody is blocked here."""
        del peer
        return False

    async def is_waiting(self, peer: str) -> bool:
        """What is accepted here is decided upon when a test says so, and then announced."""
        del peer
        return False

    async def watch(self, thread: str, peer: str) -> AsyncGenerator[None]:
        """As the contract says: begins at its first step."""
        assert thread == peer
        event = asyncio.Event()
        self._watchers[peer].add(event)
        try:
            while True:
                await event.wait()
                event.clear()
                yield
        finally:
            self._watchers[peer].discard(event)

    @property
    def watching(self) -> int:
        """Watches that are open."""
        return sum(len(watchers) for watchers in self._watchers.values())

    async def mark(self, thread: str, peer: str, message_id: MessageId, state: str) -> None:
        """As the contract says."""
        self.marks.append((peer, message_id, state))
        message = self._threads[peer].get(message_id)
        if message is not None and _RANK[state] > _RANK[message.delivery]:
            self.change(peer, message_id, delivery=state)

    async def load(self, scope: str) -> str | None:
        """No cursors."""
        return None

    def info(self, event: str, /, **fields: str | float | None) -> None:
        """Nobody reads it."""

    warning = info


class ChatServer:
    """One account of the web chat on a loopback port."""

    def __init__(self, house: ChatHouse, connector: WebchatConnector, port: int) -> None:
        self.house = house
        self.connector = connector
        self.origin = f"http://127.0.0.1:{port}"
        self.page_url = f"{self.origin}/channels/webchat/main/"
        self.socket_url = f"ws://127.0.0.1:{port}/channels/webchat/main/ws"


@contextlib.asynccontextmanager
async def running_chat(
    house: ChatHouse, settings: Mapping[str, object] = {}, port: int = 0
) -> AsyncIterator[ChatServer]:
    """The real connector behind a real HTTP server; connections are closed on the way out."""
    channel = ChannelConfig(kind="webchat", account="main", settings=dict(settings))
    made = MANIFEST.create(settings_of(MANIFEST, channel), house.context("http://127.0.0.1"))
    assert isinstance(made, WebchatConnector)
    app = web.Application()
    for route in made.routes(house):
        app.router.add_route(route.method, f"/channels/webchat/main{route.path}", route.handler)
    app.router.add_get("/channels/webchat/main/files/{file}", house.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    running = asyncio.create_task(made.run(house))
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield ChatServer(house, made, runner.addresses[0][1])
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()


def visitor_at(chat: ChatServer, http: aiohttp.ClientSession, **options: Any) -> VisitorClient:
    """A visitor who has not connected yet."""
    return VisitorClient(http, chat.socket_url, chat.house.clock, TimedIds(chat.house.clock), **options)


def app_user(user_id: str, secret: str = IDENTITY_SECRET, **fields: str) -> AppUser:
    """A user as the embedding app's server vouches for them."""
    mac = hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()
    return AppUser(user_id=user_id, hmac=mac, **fields)
