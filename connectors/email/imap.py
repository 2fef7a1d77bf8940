"""One IMAP connection that never hangs: aioimaplib with every await bounded and a lost connection noticed at once.

Called by receive.py and adapter.py. Whatever goes wrong raises one of errors.py, after which the session is
thrown away. What aioimaplib 2.0.3 does by itself and what is done about it stands in README.md.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Coroutine, Sequence
from typing import Final, NamedTuple, Protocol, Self, TypeVar

from aioimaplib import aioimaplib

from connectors.email import dates, xoauth2
from connectors.email.errors import Busy, ConnectionLost, LoginRefused, ServerRefused, told
from connectors.email.folders import encoded
from connectors.email.settings import Imap, Timeouts
from connectors.email.starttls import StartTlsClient
from router.model.secret import Secret

T = TypeVar("T")

_UIDVALIDITY: Final = re.compile(rb"\[UIDVALIDITY (\d+)\]")
_WHO: Final = '("name" "Switchboard" "vendor" "Switchboard" "version" "1")'
_EXISTS: Final = b" EXISTS"
_BYE: Final = b"* BYE"
_UIDNEXT: Final = re.compile(rb"\[UIDNEXT (\d+)\]")
_FETCH: Final = re.compile(rb"\d+ FETCH \(")
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_TOLD: Final = re.compile(rb'\bBODY\[\](?:<\d+>)? (?:NIL|"((?:[^"\\]|\\.)*)")', re.IGNORECASE)
_ESCAPED: Final = re.compile(rb"\\(.)")
_RECEIVED: Final = re.compile(rb'\bINTERNALDATE "\s?(\d{1,2})-(\w{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})"')
# What servers say when a login is refused for now and the password may be right (RFC 5530; Dovecot, Gmail, Exchange).
_BUSY: Final = re.compile(
    rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|OVERQUOTA|THROTTLED)\]|too many|maximum number|limit"
    rb"|try again|temporar|timed? ?out|internal error|not available|unavailable",
    re.IGNORECASE,
)


class Response(Protocol):
    """What aioimaplib answers; it carries no types itself."""

    result: str
    lines: Sequence[bytes | bytearray]


class Listed(NamedTuple):
    """A mail in the mailbox, without its content."""

    uid: int
    size: int
    received_ms: int | None


class Content(NamedTuple):
    """A mail fetched from the mailbox."""

    uid: int
    body: bytes


class Session:
    """A logged-in connection with one selected folder."""

    def __init__(self, client: aioimaplib.IMAP4, lost: asyncio.Future[None], timeouts: Timeouts) -> None:
        self._client = client
        self._lost = lost
        self._timeouts = timeouts
        self._idle: asyncio.Future[Response] | None = None
        self.news = False
        """Mail was announced since `search_after` began."""
        self.uidvalidity = 0
        self.uidnext: int | None = None

    @classmethod
    async def open(
        cls, settings: Imap, timeouts: Timeouts, tls: ssl.SSLContext | None, *, folder: str, token: Secret | None = None
    ) -> Self:
        """Connect, log in (with an access token, or else the password) and select `folder`."""
        lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        client = _client(settings, timeouts, tls)
        # The constructor of the TLS client takes no such argument, and without it a lost connection is never noticed.
        client.protocol.conn_lost_cb = lambda _error: None if lost.done() else lost.set_result(None)
        session = cls(client, lost, timeouts)
        session._listen()
        try:
            async with asyncio.timeout(timeouts.connect_s):
                await session._greet()
                await session._login(settings, token)
                await session.select(folder)
        except TimeoutError:
            session.drop()
            raise ConnectionLost(f"no answer within {timeouts.connect_s:g} s") from None
        except BaseException:
            session.drop()
            raise
        return session

    @property
    def pushes(self) -> bool:
        """Whether the server tells of new mail by itself (RFC 2177)."""
        return bool(self._client.has_capability("IDLE"))

    async def search(self, criteria: str) -> list[int]:
        """UIDs that match, ascending."""
        response = await self._command(self._client.uid_search(criteria, charset=None))
        found: set[int] = set()
        for line in response.lines[:-1]:
            words = bytes(line).split()
            if words[:1] == [b"SEARCH"]:
                words = words[1:]
            if words and all(word.isdigit() for word in words):
                found.update(map(int, words))
        return sorted(found)

    async def search_after(self, uid: int) -> list[int]:
        """UIDs above `uid`, ascending. `n:*` always names the last mail, even below n (RFC 3501, 6.4.8): filtered."""
        self.news = False
        return [found for found in await self.search(f"UID {uid + 1}:*") if found > uid]

    async def sizes(self, uids: Sequence[int]) -> list[Listed]:
        """Size and date of each; those that were expunged meanwhile are missing. At most 200 at a time."""
        response = await self._command(self._client.uid("fetch", _set(uids), "(UID RFC822.SIZE INTERNALDATE)"))
        found: dict[int, Listed] = {}
        for head, _ in _fetched(response.lines):
            uid, size = _UID.search(head), _SIZE.search(head)
            if uid is not None and size is not None:
                found[int(uid[1])] = Listed(int(uid[1]), int(size[1]), _received_ms(head))
        return [found[uid] for uid in uids if uid in found]

    async def fetch(self, uids: Sequence[int], *, first: int = 0, count: int | None = None) -> list[Content]:
        """The mails, or `count` bytes of each from byte `first` on, without setting a flag. What was expunged meanwhile
        is missing; of what is there and empty (NIL), ServerRefused is raised."""
        part = "BODY.PEEK[]" if count is None else f"BODY.PEEK[]<{first}.{count}>"
        response = await self._command(
            self._client.uid("fetch", _set(uids), f"(UID {part})"), timeout_s=self._timeouts.fetch_s
        )
        found: dict[int, Content] = {}
        for head, literals in _fetched(response.lines):
            uid, body = _UID.search(head), _body(head, literals)
            if body == b"" and not first:
                raise ServerRefused("OK, and nothing is handed out")
            if uid is not None and body is not None:
                found[int(uid[1])] = Content(int(uid[1]), body)
        return [found[uid] for uid in uids if uid in found]

    async def append(self, folder: str, raw: bytes) -> None:
        """Put a mail of ours into a folder, as read."""
        await self._command(self._client.append(raw, quoted(encoded(folder)), "\\Seen"))

    async def wait(self, seconds: float) -> None:
        """Return when the server has something new, or after `seconds`; the caller searches either way.

        Returns at once when new mail was announced since the last search began: it is not announced again in IDLE.
        """
        if self.news:
            return
        if not self.pushes:
            await asyncio.sleep(min(seconds, self._timeouts.poll_s))
            await self._command(self._client.noop())
            return
        idle: asyncio.Future[Response] = await self._bounded(
            self._client.idle_start(seconds + 60), self._timeouts.command_s
        )
        self._idle = idle
        with contextlib.suppress(TimeoutError):
            await self._until_lost(self._client.wait_server_push(seconds + 60), seconds)
        self._client.idle_done()
        self._idle = None
        self._check(await self._bounded(_join(idle), self._timeouts.command_s))

    async def close(self) -> None:
        """Say goodbye if the server still listens, then drop the connection."""
        if self._idle is None and not self._lost.done():
            with contextlib.suppress(Exception):
                await self._bounded(self._client.logout(), 2.0)
        self.drop()

    def drop(self) -> None:
        """End the connection and whatever still waits on it."""
        protocol = self._client.protocol
        waiting = [*self._client.tasks, *protocol.tasks, self._client._client_task]  # noqa: SLF001
        if self._idle is not None:
            waiting.append(self._idle)
            with contextlib.suppress(Exception):
                self._client.idle_done()  # stops aioimaplib's own timer
        for task in waiting:
            task.cancel()
        if protocol.transport is not None:
            protocol.transport.abort()

    def _listen(self) -> None:
        """Hear every line before aioimaplib does: it drops EXISTS outside IDLE, and waits for ever after a BYE. What
        stands in a mail is a literal and no line."""
        protocol = self._client.protocol
        handle = protocol._handle_line  # noqa: SLF001

        def heard(line: bytes, command: aioimaplib.Command | None) -> aioimaplib.Command | None:
            self.news = self.news or line.endswith(_EXISTS)
            if line[: len(_BYE)].upper() == _BYE and not self._lost.done():
                self._lost.set_result(None)
            return handle(line, command)

        protocol._handle_line = heard  # noqa: SLF001

    async def _greet(self) -> None:
        await self._bounded(self._client.wait_hello_from_server(), self._timeouts.connect_s)

    async def _login(self, settings: Imap, token: Secret | None) -> None:
        login: Coroutine[object, None, Response]
        if token is not None:
            login = xoauth2.log_in(self._client.protocol, settings.user, token)
        else:
            assert settings.password is not None
            login = self._client.login(quoted(settings.user), settings.password.reveal())
        response = await self._bounded(login, self._timeouts.connect_s)
        if response.result != "OK":
            text = b" ".join(map(bytes, response.lines))
            shown = text.decode("utf-8", "replace")[:200]
            if _BUSY.search(text):
                raise Busy(f"the mail server takes no more logins for now: {shown}")
            raise LoginRefused(shown)
        await self._bounded(self._client.protocol.capability(), self._timeouts.command_s)
        if self._client.has_capability("ID"):
            await self._introduce()

    async def _introduce(self) -> None:
        """Say who we are (RFC 2971): NetEase (163.com, 126.com, yeah.net) selects no folder for whoever does not. What
        a server answers is of no consequence. aioimaplib's own ID has blanks that NetEase does not take."""
        protocol = self._client.protocol
        command = aioimaplib.Command("ID", protocol.new_tag(), _WHO, loop=protocol.loop)
        await self._bounded(protocol.execute(command), self._timeouts.command_s)

    async def select(self, folder: str) -> None:
        """Go to a folder, by the name people read."""
        self.uidvalidity, self.uidnext = 0, None
        response = await self._command(self._client.select(quoted(encoded(folder))))
        for line in map(bytes, response.lines):
            if (validity := _UIDVALIDITY.search(line)) is not None:
                self.uidvalidity = int(validity[1])
            elif (following := _UIDNEXT.search(line)) is not None:
                self.uidnext = int(following[1])

    async def _command(self, call: Coroutine[object, None, Response], *, timeout_s: float | None = None) -> Response:
        response = await self._bounded(call, timeout_s or self._timeouts.command_s)
        self._check(response)
        return response

    def _check(self, response: Response) -> None:
        if response.result != "OK":
            shown = b" ".join(map(bytes, response.lines[-1:])).decode("utf-8", "replace")[:200]
            raise ServerRefused(f"{response.result} {shown}")

    async def _bounded(self, call: Coroutine[object, None, T], timeout_s: float) -> T:
        try:
            return await self._until_lost(call, timeout_s)
        except (TimeoutError, aioimaplib.CommandTimeout):
            raise ConnectionLost(f"no answer within {timeout_s:g} s") from None
        except ConnectionLost:
            raise
        except Exception as error:
            raise ConnectionLost(told(error)) from error

    async def _until_lost(self, call: Coroutine[object, None, T], timeout_s: float) -> T:
        """The result of `call`; TimeoutError when it takes too long, ConnectionLost when the wire is cut."""
        task = asyncio.ensure_future(call)
        either: set[asyncio.Future[T] | asyncio.Future[None]] = {task, self._lost}
        try:
            await asyncio.wait(either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self._lost.done():
                raise ConnectionLost("the server closed the connection")
            raise TimeoutError
        finally:
            if not task.done():
                # Not awaited: it may wait for a lock that only the end of the connection sets free.
                task.add_done_callback(_forget)
                task.cancel()


def _forget(task: asyncio.Future[T]) -> None:
    """Whatever a call that was given up ends with, somebody has looked at it."""
    if not task.cancelled():
        task.exception()


async def _join(future: asyncio.Future[T]) -> T:
    return await future


def quoted(text: str) -> str:
    """An IMAP quoted string (RFC 3501, section 4.3); aioimaplib passes its arguments on as they are."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _fetched(lines: Sequence[bytes | bytearray]) -> list[tuple[bytes, list[bytearray]]]:
    """The answers of one FETCH: all text of an answer joined, and its literals (aioimaplib's bytearrays)."""
    answers: list[tuple[bytearray, list[bytearray]]] = []
    for line in lines:
        if isinstance(line, bytearray):
            if answers:
                answers[-1][1].append(line)
        elif _FETCH.match(line):
            answers.append((bytearray(line), []))
        elif answers:
            answers[-1][0].extend(b" " + line)
    return [(bytes(head), literals) for head, literals in answers]


def _body(head: bytes, literals: Sequence[bytearray]) -> bytes | None:
    """What was handed out, which may be a quoted string or NIL; None in an answer that is about flags."""
    if literals:
        return bytes(literals[0])
    told = _TOLD.search(head)
    return None if told is None else _ESCAPED.sub(rb"\1", told[1] or b"")


def _received_ms(head: bytes) -> int | None:
    found = _RECEIVED.search(head)
    if found is None:
        return None
    day, month, year, clock, zone = (group.decode("ascii") for group in found.groups())
    return dates.read(f"{day} {month} {year} {clock} {zone}")


# --- connecting ----------------------------------------------------------------------------------------------------


def _client(settings: Imap, timeouts: Timeouts, tls: ssl.SSLContext | None) -> aioimaplib.IMAP4:
    host, port = settings.host, settings.port_or_default
    if settings.tls == "starttls":
        assert tls is not None
        return StartTlsClient(host, port, timeout=timeouts.command_s, ssl_context=tls)
    if settings.tls == "tls":
        return aioimaplib.IMAP4_SSL(host, port, timeout=timeouts.command_s, ssl_context=tls)
    return aioimaplib.IMAP4(host, port, timeout=timeouts.command_s)
