"""A visitor without a screen: a strict client of the web chat protocol for tests, the demo and benchmarks.

It believes nothing: a frame with a missing, unknown or ill-typed field, an ack nobody waits for, a position that goes
backwards raise ProtocolError. What is not yet acknowledged survives in `queue`, as in a browser's storage.
"""

import asyncio
import io
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self

import aiohttp
import msgspec

from connectors.webchat import frames
from router.model.sources import Clock, Ids

ANSWER_S: Final = 60.0
"""How long any single answer may take before the simulator gives up."""
WRITING_MS: Final = 6_000
"""How long somebody is shown to be writing."""
_decode: Callable[[str], frames.ServerFrame] = msgspec.json.Decoder(frames.ServerFrame).decode
_decode_answer: Callable[[bytes], frames.Ack | frames.Error] = msgspec.json.Decoder(frames.Ack | frames.Error).decode
_encode = msgspec.json.Encoder().encode


class ProtocolError(Exception):
    """The server broke the protocol."""


class Closed(Exception):
    """The connection is gone; `code` is the close code, `error` the error frame that came before, if any."""

    def __init__(self, code: int | None, error: frames.Error | None) -> None:
        super().__init__(f"closed with {code}: {error.code}: {error.detail}" if error else f"closed with {code}")
        self.code = code
        self.error = error


class NotPosted(Exception):
    """A message with files was answered with an error; `status` is HTTP's."""

    def __init__(self, status: int, error: frames.Error) -> None:
        super().__init__(f"answered with {status}: {error.code}: {error.detail}")
        self.status = status
        self.error = error


class VisitorClient:
    """One browser of one visitor. `async with` connects and says hello; leave and enter again to reconnect."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        clock: Clock,
        ids: Ids,
        *,
        user: frames.AppUser | None = None,
        lang: str = "en",
        origin: str | None = None,
        link: str | None = None,
        banners: bool = False,
        buttons: bool = False,
        signals: bool = False,
    ) -> None:
        """`url` is the WebSocket's address; `http` is the caller's to close."""
        self._http = http
        self._url = url
        self._clock = clock
        self._ids = ids
        self._user = user
        self._lang = lang
        self._origin = origin
        self._link = link
        self._shows_banners, self._shows_buttons, self._shows_signals = banners, buttons, signals
        self._writing: tuple[str | None, int] | None = None
        self.seen_up_to = ""
        """The newest message of ours that an agent has read."""
        self.banners: tuple[frames.Banner, ...] | None = None
        """What is told to everybody; None until it was said."""
        self._link_key = ids.new()
        self.linked: bool | None = None
        """What became of the link."""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._acks: dict[str, asyncio.Future[frames.Ack]] = {}
        self._changed = asyncio.Event()
        self._closed: Closed | ProtocolError | None = None
        self._pongs: asyncio.Queue[frames.Pong] = asyncio.Queue()
        self.visitor = ""
        self.token: str | None = None
        self.last_seq = 0
        self.messages: dict[str, frames.ChatMessage] = {}
        """By message id, each in its latest state."""
        self.queue: dict[str, frames.Message] = {}
        """Written but not acknowledged."""
        self.posts: dict[str, tuple[frames.Post, tuple[bytes, ...]]] = {}
        """The same of messages with files."""
        self.retry_after: str | None = None
        """When the last post may be repeated, in seconds."""

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()

    async def connect(self) -> None:
        """Open, say hello, take the welcome. Raises Closed when refused, aiohttp's errors when unreachable."""
        self._closed, self._writing, self.seen_up_to = None, None, ""
        self._socket = await self._http.ws_connect(self._url, origin=self._origin, max_msg_size=0)
        await self.send_frame(
            frames.Hello(
                v=frames.VERSION,
                token=self.token,
                last_seq=self.last_seq,
                user=self._user,
                lang=self._lang,
                link=self._link,
                link_key=self._link_key if self._link else None,
                banners=self._shows_banners,
                buttons=self._shows_buttons,
                signals=self._shows_signals,
            )
        )
        try:
            async with asyncio.timeout(ANSWER_S):
                welcome = await self._receive()
        except BaseException:
            await self._socket.close()
            raise
        if not isinstance(welcome, frames.Welcome) or welcome.v != frames.VERSION:
            raise ProtocolError(f"expected welcome of version {frames.VERSION}, got {type(welcome).__name__}")
        if welcome.token != self.token:
            self.messages, self.last_seq = {}, 0
        self.linked = welcome.linked
        self.token, self.visitor = welcome.token, welcome.visitor
        self._take(welcome.messages, welcome.last_seq)
        self._reader = asyncio.create_task(self._read())

    async def disconnect(self) -> None:
        """Close as a browser does when its tab closes."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await asyncio.gather(self._reader, return_exceptions=True)
            self._reader = None
        if isinstance(self._closed, ProtocolError):
            raise self._closed

    async def write(self, text: str, *, alarm: bool = False) -> frames.Ack:
        """Queue a message, send it, and return its ack; it stays queued unless that says it is settled."""
        frame = frames.Message(client_msg_id=self._ids.new(), text=text, sent_at_ms=self._clock.now_ms(), alarm=alarm)
        self.queue[frame.client_msg_id] = frame
        return await self.transmit(frame)

    async def press(self, message_id: str, label: str) -> frames.Ack:
        """Press a button that says something, as the page does: the same one says it under the same id."""
        buttons = self.messages[message_id].buttons
        place = next(n for n, button in enumerate(buttons) if button.label == label)
        own_id = f"{message_id[:-2]}{place:02x}"
        return await self.transmit(frames.Message(client_msg_id=own_id, text=buttons[place].says))

    async def flush(self) -> list[frames.Ack]:
        """Send what is queued again, oldest first, each after the ack of the one before."""
        return [await self.transmit(frame) for frame in list(self.queue.values())]

    async def transmit(self, frame: frames.Message) -> frames.Ack:
        """Send one message frame and wait for its ack. Raises Closed when the connection goes first."""
        future = self._acks.setdefault(frame.client_msg_id, asyncio.get_running_loop().create_future())
        try:
            await self.send_frame(frame)
            async with asyncio.timeout(ANSWER_S):
                ack = await future
        finally:
            self._acks.pop(frame.client_msg_id, None)
        if ack.outcome != "refused" or ack.reason not in {"try_again", "slow_down"}:
            self.queue.pop(frame.client_msg_id, None)
        return ack

    async def write_with(self, text: str, *files: tuple[str, bytes]) -> frames.Ack:
        """Queue a message with files, post it, and return its ack; it stays queued unless that says it is settled."""
        post = frames.Post(
            v=frames.VERSION,
            token=self.token,
            user=self._user,
            client_msg_id=self._ids.new(),
            text=text,
            sent_at_ms=self._clock.now_ms(),
            lang=self._lang,
            files=tuple(frames.FileHead(name=name, size=len(data)) for name, data in files),
        )
        contents = tuple(data for _, data in files)
        self.posts[post.client_msg_id] = post, contents
        return await self.post(post, contents)

    async def post(self, post: frames.Post, contents: Sequence[bytes]) -> frames.Ack:
        """Post one message with files. Raises NotPosted, ProtocolError, and aiohttp's errors when nobody answers."""
        body = io.BytesIO(self.posted(post, contents))
        headers = {"Origin": self._origin} if self._origin else {}
        async with self._http.post(self.post_url, data=body, headers=headers) as response:
            raw = await response.read()
            self.retry_after = response.headers.get("Retry-After")
        try:
            answer = _decode_answer(raw)
        except msgspec.DecodeError as error:
            raise ProtocolError(f"ill-formed answer with status {response.status}: {error}") from None
        if isinstance(answer, frames.Error):
            raise NotPosted(response.status, answer)
        if answer.client_msg_id != post.client_msg_id:
            raise ProtocolError(f"ack for {answer.client_msg_id!r}, which was not posted")
        _require_whole(answer)
        if (response.status == 200) != (answer.outcome != "refused"):
            raise ProtocolError(f"status {response.status} for {answer.outcome}")
        if answer.reason not in {"try_again", "slow_down"}:
            self.posts.pop(post.client_msg_id, None)
        return answer

    @staticmethod
    def posted(post: frames.Post, contents: Sequence[bytes]) -> bytes:
        """The body of a request that posts a message."""
        return b"\n".join((_encode(post), b"".join(contents)))

    @property
    def post_url(self) -> str:
        """Where messages with files go."""
        place = self._url.removesuffix("ws") + "messages"
        return place.replace("ws", "http", 1) if place.startswith("ws") else place

    async def shown(self, *message_ids: str) -> None:
        """Report messages as shown."""
        await self.send_frame(frames.Shown(message_ids=message_ids))

    async def ping(self) -> None:
        """Ask whether the server is there, and wait until it says so: what was sent before has been handled."""
        await self.send_frame(frames.Ping())
        async with asyncio.timeout(ANSWER_S):
            await self._pongs.get()

    async def until(self, condition: Callable[["VisitorClient"], bool]) -> None:
        """Wait until `condition` holds of this client. Raises Closed when the connection goes first."""
        async with asyncio.timeout(ANSWER_S):
            while not condition(self):
                if self._closed is not None:
                    raise self._closed
                self._changed.clear()
                await self._changed.wait()

    async def closed(self) -> Closed:
        """Wait until the server has closed the connection, and return how."""
        assert self._reader is not None, "not connected"
        async with asyncio.timeout(ANSWER_S):
            await asyncio.wait([self._reader])
        if isinstance(self._closed, Closed):
            return self._closed
        raise self._closed or ProtocolError("the reader ended without a reason")

    async def type(self) -> None:
        """Say that the visitor is typing."""
        await self.send_frame(frames.Typing())

    @property
    def writing(self) -> str | None:
        """Who is shown to be writing to them now; "" for somebody without a name."""
        if self._writing is None or self._writing[1] <= self._clock.now_ms():
            return None
        return self._writing[0] or ""

    def texts(self, author: str | None = None) -> list[str]:
        """The visible texts in order of making, of one author or all."""
        found = sorted(self.messages.values(), key=lambda message: message.id)
        return [message.text for message in found if author in {None, message.author} and not message.deleted]

    async def send_frame(self, frame: frames.ClientFrame) -> None:
        """Send any frame, in any state: tests of bad manners use it."""
        await self.send_text(_encode(frame).decode())

    async def send_text(self, text: str) -> None:
        """Send a raw text frame."""
        assert self._socket is not None, "not connected"
        try:
            await self._socket.send_str(text)
        except ConnectionError:
            raise self._closed or Closed(self._socket.close_code, None) from None

    async def _read(self) -> None:
        try:
            while True:
                self._dispatch(await self._receive())
        except (Closed, ProtocolError) as reason:
            self._closed = reason
            for future in self._acks.values():
                if not future.done():
                    future.set_exception(reason)
            self._changed.set()

    async def _receive(self) -> frames.ServerFrame:
        """The next frame. Raises Closed and ProtocolError."""
        assert self._socket is not None
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise Closed(self._socket.close_code, None)
        try:
            frame = _decode(message.data)
        except msgspec.DecodeError as error:
            raise ProtocolError(f"ill-formed frame: {error}") from None
        if isinstance(frame, frames.Error):
            await self._socket.receive()  # the close that follows
            raise Closed(self._socket.close_code, frame)
        return frame

    def _dispatch(self, frame: frames.ServerFrame) -> None:
        match frame:
            case frames.Ack():
                future = self._acks.get(frame.client_msg_id)
                if future is None or future.done():
                    raise ProtocolError(f"ack for {frame.client_msg_id!r}, which nobody waits for")
                _require_whole(frame)
                future.set_result(frame)
            case frames.Messages():
                if not frame.messages:
                    raise ProtocolError("messages without a message")
                self._take(frame.messages, frame.last_seq)
            case frames.Banners():
                self._show(frame.banners)
            case frames.Writing() | frames.Seen():
                self._signalled(frame)
            case frames.Pong():
                self._pongs.put_nowait(frame)
            case frames.Ping():
                raise ProtocolError("this server pings by WebSocket, not by frame")
            case frames.Welcome() | frames.Error():
                raise ProtocolError(f"unexpected {type(frame).__name__}")

    def _show(self, banners: tuple[frames.Banner, ...]) -> None:
        if not self._shows_banners:
            raise ProtocolError("banners for a client that did not ask for them")
        if not all(each.texts for each in banners):
            raise ProtocolError("a banner without a text")
        self.banners = banners
        self._changed.set()

    def _signalled(self, frame: frames.Writing | frames.Seen) -> None:
        if not self._shows_signals:
            raise ProtocolError("a signal for a client that did not ask for any")
        if isinstance(frame, frames.Writing):
            self._writing = None if frame.over else (frame.name, self._clock.now_ms() + WRITING_MS)
        elif frame.message_id <= self.seen_up_to:
            raise ProtocolError(f"seen up to {frame.message_id}, which was seen already")
        else:
            self.seen_up_to = frame.message_id
        self._changed.set()

    def _take(self, messages: tuple[frames.ChatMessage, ...], last_seq: int) -> None:
        for message in messages:
            if not self.last_seq < message.seq <= last_seq:
                raise ProtocolError(f"message at {message.seq}, outside ({self.last_seq}, {last_seq}]")
            if (message.client_msg_id is not None) and message.author != "customer":
                raise ProtocolError("client_msg_id on a message that is not the customer's")
            if message.author == "agent" and message.id not in self.messages:
                self._writing = None
            self.messages[message.id] = message
        if last_seq < self.last_seq:
            raise ProtocolError(f"last_seq went from {self.last_seq} to {last_seq}")
        self.last_seq = last_seq
        self._changed.set()


def _require_whole(ack: frames.Ack) -> None:
    """Raises ProtocolError for an ack that says too much or too little."""
    if (ack.outcome == "refused") != (ack.reason is not None):
        raise ProtocolError(f"ack with outcome {ack.outcome} and reason {ack.reason}")
    if (ack.file is not msgspec.UNSET) != (ack.reason or "").startswith("file_"):
        raise ProtocolError(f"ack with reason {ack.reason} and file {ack.file}")
