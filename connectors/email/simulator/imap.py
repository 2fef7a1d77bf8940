"""An IMAP4rev1 server with IDLE over the simulator's mailboxes (RFC 3501, 2177): strict, and pushing at once.

Started by server.py, one session per connection. Implemented is what a reading client needs; UIDs only.
"""

import asyncio
import contextlib
import hmac
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final, NoReturn

from connectors.email import folders
from connectors.email.simulator.mailboxes import FOLDERS, Folder, Mail
from connectors.email.simulator.syntax import Argument, BadSyntax, arguments, atom, day, internal_date, text, uid_set
from connectors.email.simulator.tokens import REFUSAL
from connectors.email.simulator.world import World

LINE_BYTES_MAX: Final = 65_536
LITERAL_BYTES_MAX: Final = 52_428_800
_LITERAL: Final = re.compile(rb"\{(\d{1,9})\}$")
_COMMAND: Final = re.compile(rb"([A-Za-z0-9.]{1,32}) ([A-Za-z]{1,20})(?: (.*))?", re.DOTALL)
_SECTION: Final = re.compile(r"(BODY(?:\.PEEK)?)\[(|HEADER|TEXT)\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)
_DATE: Final = "INTERNALDATE"


class Bye(Exception):
    """The session is over."""


class No(Exception):
    """The command is understood and refused."""


class ImapSession:
    """One client."""

    def __init__(self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._world = world
        self._reader = reader
        self._writer = writer
        self._user: str | None = None
        self._has_said_who = False
        self._folder: Folder | None = None
        self._read_only = False
        self._shown: list[int] = []
        """UIDs the client knows of, by sequence number."""

    async def serve(self) -> None:
        """Greet and answer until the client leaves."""
        self._send(f"* OK [CAPABILITY {self._world.capabilities}] simulator ready")
        with contextlib.suppress(Bye, ConnectionError, asyncio.IncompleteReadError):
            while True:
                await self._command()
                await self._writer.drain()

    # --- lines -----------------------------------------------------------------------------------------------------

    def _send(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")

    async def _line(self) -> bytes:
        try:
            line = await self._reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError:
            self._send("* BYE a line is too long")
            raise Bye from None
        if b"\0" in line:
            self._send("* BYE a NUL in a command")
            raise Bye
        return line[:-2]

    async def _command(self) -> None:
        line = await self._line()
        literals: list[bytes] = []
        while (literal := _LITERAL.search(line)) is not None:
            size = int(literal[1])
            if size > LITERAL_BYTES_MAX:
                self._send("* BYE a literal is too large")
                raise Bye
            self._send("+ go on")
            literals.append(await self._reader.readexactly(size))
            line = line[: literal.start()] + b"\0%d\0" % (len(literals) - 1) + await self._line()
        command = _COMMAND.fullmatch(line)
        if command is None:
            self._send("* BAD no tag and command")
            return
        tag, name = command[1].decode(), command[2].decode().upper()
        try:
            result = await self._answer(name, arguments(command[3] or b"", literals))
        except (BadSyntax, UnicodeDecodeError) as error:
            result = f"BAD {name}: {error}"
        except No as error:
            result = f"NO {error}"
        self._send(f"{tag} {result}")
        if name == "LOGOUT":
            await self._writer.drain()
            raise Bye

    async def _answer(self, name: str, args: list[Argument]) -> str:
        fault = self._world.next_fault(f"imap.{name.lower()}")
        if fault is not None:
            return await self._faulty(fault)
        if name == "AUTHENTICATE":
            result = await self._authenticate(args)
        elif name in {"CAPABILITY", "ID", "NOOP", "LOGOUT", "LOGIN"}:
            result = self._any_state(name, args)
        elif self._user is None:
            raise BadSyntax("not before LOGIN")
        elif name in {"SELECT", "EXAMINE", "LIST", "STATUS", "APPEND"}:
            result = self._logged_in(name, args)
        elif self._folder is None:
            raise BadSyntax("not before SELECT")
        elif name == "IDLE" and "IDLE" in self._world.capabilities:
            result = await self._idle(args)
        else:
            result = self._selected(name, args)
        if name != "LOGOUT":
            self._sync(expunges=name != "UID")
        return result

    async def _faulty(self, fault: str) -> str:
        if fault == "drop":
            self._cut()
        if fault == "bye":
            self._send("* BYE back in a minute")
            await self._reader.read()
            raise Bye
        return fault

    def _cut(self) -> NoReturn:
        self._writer.transport.abort()
        raise Bye

    def _fail(self, fault: str) -> NoReturn:
        if fault == "cut":
            self._cut()
        raise No(fault)

    def _sync(self, *, expunges: bool) -> None:
        """Tell what changed in the folder; never an EXPUNGE while the client counts (RFC 3501, section 7.4.1)."""
        if self._folder is None:
            return
        there = self._folder.mails
        if expunges:
            for number in range(len(self._shown), 0, -1):
                if self._shown[number - 1] not in there:
                    del self._shown[number - 1]
                    self._send(f"* {number} EXPUNGE")
        known = self._shown[-1] if self._shown else 0
        news = [uid for uid in reversed(there) if uid > known] if there and next(reversed(there)) > known else []
        if news:
            self._shown.extend(reversed(news))
            self._send(f"* {len(self._shown)} EXISTS")

    # --- any state -------------------------------------------------------------------------------------------------

    def _any_state(self, name: str, args: list[Argument]) -> str:
        if name == "LOGIN":
            return self._login(args)
        if name == "ID":
            return self._introduced(args)
        if args:
            raise BadSyntax("no arguments are expected")
        if name == "CAPABILITY":
            self._send(f"* CAPABILITY {self._world.capabilities}")
        elif name == "LOGOUT":
            self._send("* BYE see you")
        return f"OK {name} done"

    def _introduced(self, args: list[Argument]) -> str:
        """Names and values in turn (RFC 2971)."""
        if len(args) != 1 or not isinstance(args[0], list) or len(args[0]) % 2:
            raise BadSyntax("ID (name value ...)")
        self._has_said_who = True
        self._send('* ID ("name" "simulator")')
        return "OK ID done"

    def _login(self, args: list[Argument]) -> str:
        if self._user is not None or len(args) != 2:
            raise BadSyntax("LOGIN user password, once")
        user, password = text(args[0]), text(args[1])
        wanted = self._world.accounts.get(user)
        if wanted is None or not hmac.compare_digest(wanted.encode(), password.encode()):
            raise No("[AUTHENTICATIONFAILED] user or password is wrong")
        self._user = user
        return f"OK [CAPABILITY {self._world.capabilities}] welcome"

    async def _authenticate(self, args: list[Argument]) -> str:
        """XOAUTH2 without an initial response: a refusal is explained first, and the client has to hear it out."""
        if self._user is not None or len(args) != 1 or atom(args[0]) != "XOAUTH2" or self._world.tokens is None:
            raise BadSyntax("AUTHENTICATE XOAUTH2, once")
        self._send("+ ")
        self._user = self._world.tokens.proves(await self._line())
        if self._user is not None:
            return f"OK [CAPABILITY {self._world.capabilities}] welcome"
        self._send(f"+ {REFUSAL}")
        if await self._line():
            raise BadSyntax("an empty line is expected")
        raise No("[AUTHENTICATIONFAILED] the token is not valid")

    # --- logged in -------------------------------------------------------------------------------------------------

    def _find(self, argument: Argument) -> Folder:
        assert self._user is not None
        try:
            name = folders.same(folders.decoded(text(argument)))
        except ValueError as error:
            raise BadSyntax(str(error)) from None
        if name not in FOLDERS:
            raise No(f"[NONEXISTENT] no folder {name!r}")
        return self._world.mailboxes.folder(self._user, name)

    def _logged_in(self, name: str, args: list[Argument]) -> str:
        if self._world.asks_who and not self._has_said_who:
            raise No(f"{name} Unsafe Login. Please contact kefu@188.com for help")
        if name == "APPEND":
            return self._append(args)
        if name == "LIST":
            if len(args) != 2:
                raise BadSyntax("LIST reference pattern")
            for folder in FOLDERS:
                self._send(f'* LIST (\\HasNoChildren) "/" {folders.encoded(folder)}')
            return "OK LIST done"
        if name == "STATUS":
            if len(args) != 2 or not isinstance(args[1], list):
                raise BadSyntax("STATUS folder (items)")
            folder_ = self._find(args[0])
            values = {"MESSAGES": len(folder_.mails), "UIDNEXT": folder_.uidnext, "UIDVALIDITY": folder_.uidvalidity}
            shown = " ".join(f"{atom(item)} {values.get(atom(item), 0)}" for item in args[1])
            self._send(f'* STATUS "{text(args[0])}" ({shown})')
            return "OK STATUS done"
        return self._select(args, read_only=name == "EXAMINE")

    def _select(self, args: list[Argument], *, read_only: bool) -> str:
        if len(args) != 1:
            raise BadSyntax("one folder is expected")
        self._folder = None
        self._folder, self._read_only = self._find(args[0]), read_only
        self._shown = list(self._folder.mails)
        self._send("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
        self._send(f"* {len(self._shown)} EXISTS")
        self._send("* 0 RECENT")
        self._send(f"* OK [UIDVALIDITY {self._folder.uidvalidity}] valid")
        self._send(f"* OK [UIDNEXT {self._folder.uidnext}] predicted")
        return f"OK [{'READ-ONLY' if read_only else 'READ-WRITE'}] selected"

    def _append(self, args: list[Argument]) -> str:
        if len(args) < 2 or not isinstance(args[-1], bytes):
            raise BadSyntax("APPEND folder [(flags)] [date] literal")
        folder = self._find(args[0])
        mail = folder.add(args[-1], self._world.clock.now_ms())
        if isinstance(args[1], list):
            mail.flags = {text(flag) for flag in args[1]}
        return f"OK [APPENDUID {folder.uidvalidity} {mail.uid}] appended"

    # --- selected --------------------------------------------------------------------------------------------------

    async def _idle(self, args: list[Argument]) -> str:
        if args:
            raise BadSyntax("IDLE takes no arguments")
        assert self._folder is not None
        with self._folder.watched() as changed:
            self._send("+ idling")
            self._sync(expunges=True)
            done = asyncio.ensure_future(self._line())
            news = asyncio.ensure_future(changed.wait())
            try:
                while not done.done():
                    await self._writer.drain()
                    await asyncio.wait({done, news}, return_when=asyncio.FIRST_COMPLETED)
                    if news.done():
                        changed.clear()
                        news = asyncio.ensure_future(changed.wait())
                        self._sync(expunges=True)
                if done.result().upper() != b"DONE":
                    raise BadSyntax("only DONE ends IDLE")
            finally:
                done.cancel()
                news.cancel()
        return "OK IDLE done"

    def _selected(self, name: str, args: list[Argument]) -> str:
        if name in {"CHECK", "CLOSE"} and not args:
            if name == "CLOSE":
                self._folder = None
            return f"OK {name} done"
        if name != "UID" or not args:
            raise BadSyntax("unknown command; of SEARCH, FETCH and STORE only the UID forms")
        verb = atom(args[0])
        if verb == "SEARCH":
            return self._search(args[1:])
        if verb == "FETCH" and len(args) == 3:
            return self._fetch(args[1], args[2])
        if verb == "STORE" and len(args) == 4:
            return self._store(args[1], atom(args[2]), args[3])
        raise BadSyntax(f"UID {verb} with {len(args) - 1} arguments")

    def _mails(self, argument: Argument) -> list[tuple[int, Mail]]:
        """(sequence number, mail) of a UID set, of those the client knows of."""
        assert self._folder is not None
        shown, mails = self._shown, self._folder.mails
        wanted: set[int] = set()
        for first, last in uid_set(argument, shown[-1] if shown else 0):
            wanted.update(range(bisect_left(shown, first), bisect_right(shown, last)))
        return [(index + 1, mails[shown[index]]) for index in sorted(wanted) if shown[index] in mails]

    def _search(self, args: list[Argument]) -> str:
        assert self._folder is not None
        # Of a set of UIDs, only what it names is looked at: the folder may be large.
        named = len(args) > 1 and atom(args[0]) == "UID"
        found = [mail for _, mail in self._mails(args[1] if named else "1:*")]
        keys = iter(args[2:] if named else args)
        for key in keys:
            found = self._matching(atom(key), keys, found)
        self._send("* SEARCH" + "".join(f" {mail.uid}" for mail in found))
        return "OK SEARCH done"

    def _matching(self, key: str, following: Iterator[Argument], mails: list[Mail]) -> list[Mail]:
        try:
            if key == "ALL":
                return mails
            if key in {"SEEN", "UNSEEN"}:
                return [mail for mail in mails if ("\\Seen" in mail.flags) == (key == "SEEN")]
            if key == "UID":
                wanted = {mail.uid for _, mail in self._mails(next(following))}
                return [mail for mail in mails if mail.uid in wanted]
            if key == "SINCE":
                since_ms = day(next(following)).timestamp() * 1000
                return [mail for mail in mails if mail.received_ms >= since_ms]
            if key == "HEADER":
                name, part = text(next(following)).encode().lower(), text(next(following)).encode().lower()
                return [mail for mail in mails if part in _header(mail.raw, name)]
        except StopIteration:
            raise BadSyntax(f"SEARCH {key}: an argument is missing") from None
        raise BadSyntax(f"SEARCH {key} is not known")

    def _store(self, uids: Argument, how: str, flags: Argument) -> str:
        if self._read_only:
            raise No("[READ-ONLY] the folder was examined")
        if not isinstance(flags, list) or how.removesuffix(".SILENT") not in {"FLAGS", "+FLAGS", "-FLAGS"}:
            raise BadSyntax("STORE set [+-]FLAGS (flags)")
        given = {text(flag) for flag in flags}
        for number, mail in self._mails(uids):
            mail.flags = mail.flags | given if how[0] == "+" else mail.flags - given if how[0] == "-" else given
            if not how.endswith(".SILENT"):
                self._send(f"* {number} FETCH (UID {mail.uid} FLAGS ({' '.join(sorted(mail.flags))}))")
        return "OK STORE done"

    def _fetch(self, uids: Argument, wanted: Argument) -> str:
        items = [text(item) for item in (wanted if isinstance(wanted, list) else [wanted])]
        for number, mail in self._mails(uids):
            parts = [] if any(item.upper() == "UID" for item in items) else [b"UID %d" % mail.uid]
            parts += [self._item(mail, item) for item in items]
            self._writer.write(b"* %d FETCH (" % number + b" ".join(parts) + b")\r\n")
        return "OK FETCH done"

    def _item(self, mail: Mail, item: str) -> bytes:
        name = item.upper()
        if name == "UID":
            return b"UID %d" % mail.uid
        if name == "FLAGS":
            return f"FLAGS ({' '.join(sorted(mail.flags))})".encode()
        if name == "RFC822.SIZE":
            return b"RFC822.SIZE %d" % self._world.announced_size(mail)
        if name == _DATE:
            return f"{_DATE} {internal_date(mail.received_ms)}".encode()
        section = _SECTION.fullmatch(item)
        if section is None:
            raise BadSyntax(f"FETCH {item[:40]} is not known")
        if "." not in section[1] and not self._read_only:
            mail.flags.add("\\Seen")
        head, blank, rest = mail.raw.partition(b"\r\n\r\n")
        data = {"": mail.raw, "HEADER": head + blank, "TEXT": rest}[section[2].upper()]
        shown = f"BODY[{section[2].upper()}]"
        first = int(section[3] or 0)
        if section[3] is not None:
            data = data[first : first + int(section[4])]
            shown += f"<{first}>"
        fault = self._world.fault_of(mail, first, len(data))
        if fault == "nil":
            return f"{shown} NIL".encode()
        if fault is not None:
            self._fail(fault)
        return f"{shown} {{{len(data)}}}\r\n".encode() + data


def _header(raw: bytes, name: bytes) -> bytes:
    """The values of a header field, lower-cased."""
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    fields = (line.partition(b":") for line in head.split(b"\r\n"))
    return b"\n".join(value.strip().lower() for field, _, value in fields if field.strip().lower() == name)
