"""One WebSocket of one visitor: hello, welcome, then messages both ways until either side goes.

A message is acknowledged only after the inlet has returned, which means committed. What the house commits is pushed
by reading the thread after the last position sent, so that nothing is missed and nothing depends on this process.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, suppress
from typing import Final, Self

import msgspec
from aiohttp import WSMsgType, web

from connectors.webchat import frames
from connectors.webchat.board import Board
from connectors.webchat.parse import Envelope, client_id, raw_event
from connectors.webchat.visitors import BadIdentity, Visitor, Visitors
from router.connector import Context, Inlet
from router.model.errors import InvalidMessage, StoreUnavailable
from router.model.ids import MessageId
from router.model.signals import Signals

HELLO_S: Final = 10.0
"""How long a connection may stay silent before its first frame."""
TOGETHER_MAX: Final = 100
"""Announcements answered by one read."""
POLICY_VIOLATION: Final = 1008
TRY_AGAIN_LATER: Final = 1013
"""Close codes of RFC 6455, section 7.4, and of the IANA registry it opened."""
_NOT_UNREAD: Final = frozenset({"read", None})
_DECODER: Final[msgspec.json.Decoder[frames.ClientFrame]] = msgspec.json.Decoder(frames.ClientFrame)
_encode = msgspec.json.Encoder().encode


class Refusal(Exception):
    """The connection has to end; said to the client in an error frame."""

    def __init__(self, code: frames.ErrorCode, detail: str, close_code: int = POLICY_VIOLATION) -> None:
        super().__init__(detail)
        self.frame = frames.Error(code=code, detail=detail)
        self.close_code = close_code


class Session:
    """The conversation over one accepted socket; `serve` is its whole life."""

    def __init__(
        self, socket: web.WebSocketResponse, context: Context, inlet: Inlet, visitors: Visitors, board: Board
    ) -> None:
        self._socket = socket
        self._context = context
        self._inlet = inlet
        self._visitors = visitors
        self._board = board
        self._shows_banners = self._shows_buttons = self._shows_signals = False
        self._last_seq = 0
        self._linked: bool | None = None
        """Whether the link of the hello led somewhere; None when there was none."""
        self._begun = asyncio.Event()
        self._siblings: Collection[Session] = ()
        self._unread: set[str] = set()
        """Replies sent to this client that it has not reported as shown."""

    async def hello(self) -> Visitor:
        """The visitor the first frame proves. Raises Refusal."""
        try:
            async with asyncio.timeout(HELLO_S):
                frame = await self._receive()
        except TimeoutError:
            raise Refusal("hello_first", f"no hello within {HELLO_S:.0f} s") from None
        if not isinstance(frame, frames.Hello):
            raise Refusal("hello_first", "the first frame must be a hello")
        if frame.v != frames.VERSION:
            raise Refusal("unsupported_version", f"found version {frame.v}; this server speaks {frames.VERSION}")
        try:
            visitor = await self._linked_visitor(frame) or self._visitors.identify(frame)
        except BadIdentity as error:
            raise Refusal("bad_identity", str(error)) from None
        except StoreUnavailable:
            raise Refusal("try_again", "the store is away; reconnect in a moment", TRY_AGAIN_LATER) from None
        self._shows_banners, self._shows_buttons, self._shows_signals = frame.banners, frame.buttons, frame.signals
        # Positions mean something only to whom they were given.
        self._last_seq = frame.last_seq if frame.token == visitor.token else 0
        return visitor

    async def _linked_visitor(self, hello: frames.Hello) -> Visitor | None:
        """Whom the link of a hello lets in; None without one, or when it opens nothing."""
        if hello.link is None or client_id(hello.link_key or "") is None:
            return None
        guest = self._visitors.guest(hello.link, hello.link_key or "")
        self._linked = await self._context.links.open(hello.link, guest.id)
        return guest if self._linked else None

    async def serve(self, visitor: Visitor, siblings: Collection["Session"]) -> None:
        """Welcome the visitor and serve until the socket closes. Raises Refusal.

        `siblings` are the sessions of the same visitor in this process, this one among them.
        """
        self._siblings = siblings
        pushing: list[asyncio.Task[None]] = []
        try:
            await self._welcome(visitor)
            pushing.append(asyncio.create_task(self._push(visitor)))
            if self._shows_banners:
                pushing.append(asyncio.create_task(self._push_banners()))
            if self._shows_signals and self._context.signals is not None:
                pushing.append(asyncio.create_task(self._push_signals(visitor, self._context.signals)))
            while (frame := await self._receive()) is not None:
                await self._handle(visitor, frame)
        except StoreUnavailable:
            raise Refusal("try_again", "the store is away; reconnect in a moment", TRY_AGAIN_LATER) from None
        finally:
            for task in pushing:
                task.cancel()
            await asyncio.gather(*pushing, return_exceptions=True)

    def begin(self) -> None:
        """There is a conversation, or will be: watch it. A page that nobody has written on costs the house nothing."""
        self._begun.set()

    async def _receive(self) -> frames.ClientFrame | None:
        """The next frame; None once the socket is closed. Raises Refusal for what is no frame."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            return _read(message.data)
        if message.type is WSMsgType.BINARY:
            raise Refusal("bad_frame", "found a binary frame; frames are JSON text")
        return None

    async def _handle(self, visitor: Visitor, frame: frames.ClientFrame) -> None:
        match frame:
            case frames.Message():
                ack = await self._accept(visitor, frame)
                if ack.outcome != "refused":
                    for session in self._siblings:
                        session.begin()
                await self._send(ack)
            case frames.Shown(message_ids=message_ids):
                await self._mark_read(visitor, message_ids)
            case frames.Ping():
                if not self._begun.is_set() and await self._news(visitor):
                    self.begin()  # the conversation was opened from another page, at another process
                await self._send(frames.Pong())
            case frames.Hello():
                raise Refusal("bad_frame", "found a second hello; open another connection")
            case frames.Typing():
                await self._say_typing(visitor)
            case frames.Pong():
                pass

    async def _mark_read(self, visitor: Visitor, message_ids: Collection[str]) -> None:
        for message_id in self._unread.intersection(message_ids):
            await self._context.threads.mark(visitor.id, visitor.id, MessageId(message_id), "read")
        self._unread.difference_update(message_ids)

    async def _say_typing(self, visitor: Visitor) -> None:
        """Only of a conversation that there is: before it, nobody has it open."""
        signals = self._context.signals
        is_time = self._begun.is_set() and self._visitors.may_say_typing(visitor.id, self._context.clock.now_ms())
        if signals is not None and is_time:
            await signals.typing(visitor.id, visitor.id)

    async def _accept(self, visitor: Visitor, frame: frames.Message) -> frames.Ack:
        now_ms = self._context.clock.now_ms()
        reason = self._objection(visitor, frame, now_ms)
        if reason is not None:
            return _refused(frame, reason)
        envelope = Envelope(
            visitor=visitor.id,
            received_at_ms=now_ms,
            user=visitor.user,
            user_verified=visitor.user_verified,
            frame=frame,
        )
        try:
            ((accepted,),) = await self._inlet.accept([raw_event(envelope)])
        except StoreUnavailable:
            return _refused(frame, "try_again")
        if accepted.outcome == "quarantined":
            return _refused(frame, "unreadable")
        return frames.Ack(
            client_msg_id=frame.client_msg_id, outcome="accepted" if accepted.outcome == "new" else "duplicate"
        )

    def _objection(self, visitor: Visitor, frame: frames.Message, now_ms: int) -> frames.RefusalReason | None:
        if client_id(frame.client_msg_id) is None:
            return "bad_id"
        if not frame.text.strip():
            return "empty"
        if len(frame.text) > frames.TEXT_CHARS_MAX:
            return "too_long"
        return "slow_down" if self._visitors.wait_ms(visitor.id, now_ms, alarm=frame.alarm) else None

    async def _welcome(self, visitor: Visitor) -> None:
        is_waiting = await self._context.threads.is_waiting(visitor.id)  # asked before what there is by now is read
        first, *others = await self._news(visitor) or [()]
        if first or self._last_seq or self._linked or is_waiting:
            self.begin()
        await self._send(
            frames.Welcome(
                v=frames.VERSION,
                token=visitor.token,
                visitor=visitor.id,
                messages=first,
                last_seq=self._advance(first),
                linked=self._linked,
            )
        )
        await self._send_news(others)

    async def _push(self, visitor: Visitor) -> None:
        """Send what is committed until the socket goes; closes it when the house has no more to say."""
        await self._begun.wait()
        try:
            async with _Watch(self._context.threads.watch(visitor.id, visitor.id)) as watch:
                await self._send_news(await self._news(visitor))
                while await watch.changed():
                    await self._send_news(await self._news(visitor))
        except ConnectionError:
            return  # the reader sees the same and ends the session
        except StoreUnavailable:
            pass
        await self._socket.close(code=TRY_AGAIN_LATER)

    async def _push_banners(self) -> None:
        """Send what is told to everybody, now and whenever it changes, until the socket goes."""
        shown: frames.Banners | None = None
        async with self._board.reading():
            while True:
                shown = await self._board.after(shown)
                try:
                    await self._send(shown)
                except ConnectionError:
                    return  # the reader sees the same and ends the session

    async def _push_signals(self, visitor: Visitor, signals: Signals) -> None:
        """Tell who writes and what was read, until the socket goes. Of what was read only what is new: two tickets of
        one conversation may be looked at in any order."""
        await self._begun.wait()
        seen = ""
        with suppress(ConnectionError):  # the reader sees the same and ends the session
            async with aclosing(signals.watch(visitor.id, visitor.id)) as heard:
                async for signal in heard:
                    if signal.kind == "typing":
                        await self._send(frames.Writing(name=signal.name, over=signal.over))
                    elif signal.message_id is not None and signal.message_id > seen:
                        seen = signal.message_id
                        await self._send(frames.Seen(message_id=seen))

    async def _news(self, visitor: Visitor) -> list[tuple[frames.ChatMessage, ...]]:
        """What changed since the last frame, in order of change, in batches."""
        found = await self._context.threads.read(visitor.id, visitor.id, self._last_seq)
        shown = (frames.chat_message(message, visitor.id, buttons=self._shows_buttons) for message in found)
        messages = sorted(shown, key=lambda each: each.seq)
        self._unread.update(
            each.id for each in messages if each.author != "customer" and each.delivery not in _NOT_UNREAD
        )
        return [tuple(messages[at : at + frames.BATCH_MAX]) for at in range(0, len(messages), frames.BATCH_MAX)]

    async def _send_news(self, batches: list[tuple[frames.ChatMessage, ...]]) -> None:
        for batch in batches:
            await self._send(frames.Messages(messages=batch, last_seq=self._advance(batch)))

    def _advance(self, batch: tuple[frames.ChatMessage, ...]) -> int:
        self._last_seq = max(self._last_seq, batch[-1].seq) if batch else self._last_seq
        return self._last_seq

    async def _send(self, frame: frames.ServerFrame) -> None:
        await self._socket.send_str(_encode(frame).decode())


class _Watch:
    """`Threads.watch`, begun before the read that follows, so that what is committed in between is announced."""

    def __init__(self, changes: AsyncIterator[None]) -> None:
        self._changes = changes
        self._next = asyncio.ensure_future(self._wait())

    async def __aenter__(self) -> Self:
        await asyncio.sleep(0)  # one turn of the loop: an iterator begins at its first step, not when it is made
        return self

    async def __aexit__(self, *_: object) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)
        if isinstance(self._changes, AsyncGenerator):
            await self._changes.aclose()

    async def changed(self) -> bool:
        """Wait for something new, and take what comes with it; False once the house announces no more.

        One decision commits several facts: a reader told of each would read the thread for each.
        """
        for _ in range(TOGETHER_MAX):
            if not await self._next:
                return False
            self._next = asyncio.ensure_future(self._wait())
            await asyncio.sleep(0)
            if not self._next.done():
                break
        return True

    async def _wait(self) -> bool:
        return await anext(self._changes, "over") is None


def _refused(frame: frames.Message, reason: frames.RefusalReason) -> frames.Ack:
    return frames.Ack(client_msg_id=frame.client_msg_id, outcome="refused", reason=reason)


def _read(data: str) -> frames.ClientFrame:
    try:
        return frames.decoded(data, _DECODER)
    except (msgspec.ValidationError, InvalidMessage) as error:
        raise Refusal("bad_frame", str(error)) from None
