"""The whole house in this process behind a real socket, with one kind of channel, seen and used as its agents do."""

import asyncio
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import msgspec

from router.app import ROLES, App
from router.cli.people import add_api_token
from router.clock import SystemClock
from router.config import ChannelConfig, Config, RulesConfig, SecretsConfig, ServerConfig, StorageConfig
from router.core.announcements import Announcement, announce
from router.core.replies import ReplyCommand
from router.model.buttons import Button
from router.model.changes import Add, Change
from router.model.ids import MessageId
from router.model.signals import SignalKind
from router.model.tables import Agent, Message
from router.store import changes as store_changes
from router.store import commands, journal, people, switches
from router.store.script import Record, Script, run, select
from router.telemetry import StructuredLog
from tests.conformance.bench import Bench, Said
from tests.servers.kept_files import kept_files
from tests.servers.process import free_port

RULES = "version: 1\nqueues: {general: {default: true}}\ntemplates: {}\n"
MEI = Agent(id="agent-mei", login="mei", name="Mei", status="online", created_at_ms=1)


class House:
    """Started and stopped as often as a check likes, over the same data."""

    def __init__(self, folder: Path, bench: Bench, accounts: Sequence[str]) -> None:
        self.bench, self._folder, self._accounts = bench, folder, accounts
        self._keys = itertools.count(1)
        self._said = StringIO()
        self._port = free_port()
        self._tokens: dict[tuple[str, ...], str] = {}
        self.url = f"http://127.0.0.1:{self._port}"
        (folder / "rules").mkdir()
        (folder / "rules" / "rules.yaml").write_text(RULES)

    async def start(self) -> None:
        """Serve, with all roles."""
        channels = tuple(
            ChannelConfig(kind=self.bench.kind, account=account, settings=dict(self.bench.settings(account)))
            for account in self._accounts
        )
        config = Config(
            server=ServerConfig(port=self._port, public_url=self.url),
            storage=StorageConfig(url="sqlite:house.db"),
            secrets=SecretsConfig(seal_keys={"k1": "11" * 32}, seal_key="k1", signing_key="22" * 32),
            rules=RulesConfig(path="rules"),
            channels=channels,
        )
        clock = SystemClock()
        log = StructuredLog(clock, self._said)
        self.app = App(config, base=self._folder, roles=ROLES, log=log, clock=clock)
        await self.app.start()
        if await self.app.store.read(people.agent(MEI.id)) is None:
            await self.app.store.write(people.add_agent(MEI))
        await self.bench.connect(self)

    async def stop(self) -> None:
        """Stop as on a SIGTERM."""
        await self.bench.disconnect()
        await self.app.stop()

    async def restart(self) -> None:
        """Stop, and start on what is there."""
        await self.stop()
        await self.start()

    async def token(self, *kinds: str) -> str:
        """A program's bearer token, the same for the same kinds."""
        if kinds not in self._tokens:
            self._tokens[kinds] = await add_api_token(self.app.store, "-".join(kinds), kinds, self.app.clock)
        return self._tokens[kinds]

    @property
    def log(self) -> list[dict[str, object]]:
        """What operators were told, over all its lives."""
        return [json.loads(line) for line in self._said.getvalue().splitlines()]

    # --- what is there ---------------------------------------------------------------------------------------------

    async def rows(self, sql: str, **values: object) -> list[Record]:
        """Rows of the database as they are."""
        return await self.app.store.read(_rows(sql, values))

    async def inbound(self) -> list[tuple[str, str]]:
        """Every message of a customer, by id and text, in the order it was decided in."""
        found = await self.rows("SELECT external_id, text FROM messages WHERE kind = 'inbound' ORDER BY id")
        return [(row[0], row[1]) for row in found]

    async def kept_files(self) -> dict[str, bytes]:
        """The file of every message of a customer that came with one, by the message's id."""
        return {message.external_id or "": file for message, file in await kept_files(self.app)}

    async def everything(self) -> list[str]:
        """Every value of every row of every table, as text."""
        tables = await self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        rows = [row for (table,) in tables for row in await self.rows(f"SELECT * FROM {table}")]
        values = [value for row in rows for value in row]
        return [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values]

    def bytes_of_files(self) -> dict[str, bytes]:
        """What stands in every file of the house: database, its log, customers' files."""
        paths = [path for path in self._folder.rglob("*") if path.is_file() and "rules" not in path.parts]
        return {str(path.relative_to(self._folder)): path.read_bytes() for path in paths}

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until it holds; in vain, the test times out."""
        while not condition():
            await asyncio.sleep(0.02)

    async def until_inbound(self, count: int) -> list[tuple[str, str]]:
        """All messages, once there are so many and nothing waits to be decided."""
        await self.until_decided(count)
        return await self.inbound()

    async def until_decided(self, count: int) -> None:
        """Wait until customers have said so much and nothing waits to be decided."""
        counting = "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'"
        # Counted last and seldom: of a hundred thousand messages that is most of the work there is.
        while await self.app.store.read(journal.oldest_pending()) or (await self.rows(counting))[0][0] < count:
            await asyncio.sleep(0.02 if count < 1_000 else 0.2)

    async def sent(self, message_id: str) -> tuple[str, str | None, int, str | None]:
        """State, error, attempts and provider's id of a reply on its way out."""
        found = await self.rows(
            "SELECT state, error, attempts, provider_id FROM outbox WHERE message_id = :id", id=message_id
        )
        return found[0][0], found[0][1], found[0][2], found[0][3]

    async def until_sent(self, message_id: str, *states: str) -> tuple[str, str | None, int, str | None]:
        """The same, once it is in one of these states."""
        wanted = states or ("sent", "delivered", "read")
        while (found := await self.sent(message_id))[0] not in wanted:
            await asyncio.sleep(0.02)
        return found

    async def until_refused(self, message_id: str) -> None:
        """Wait until an attempt to send it has failed."""
        while (await self.sent(message_id))[1] is None:
            await asyncio.sleep(0.02)

    async def until_state(self, state: str) -> str:
        """What operators are told about the channel, once it is in this state."""
        while True:
            found = [one for one in self.app.health.current if one.state == state]
            if found:
                return found[0].detail
            await asyncio.sleep(0.05)

    # --- what people do --------------------------------------------------------------------------------------------

    async def answer(self, said: Said, text: str) -> str:
        """An agent answers what a customer said; the reply's id."""
        ((ticket_id,),) = await self.rows("SELECT ticket_id FROM messages WHERE external_id = :id", id=said.id)
        command = ReplyCommand(
            ticket_id=ticket_id,
            text=text,
            last_seen=self.app.feed.last_event_id,
            client_key=f"key-{next(self._keys)}",
            force=True,
        )
        return await self.app.commands.reply(command, MEI)

    async def signal(self, said: Said, kind: SignalKind) -> None:
        """An agent writes an answer to what a customer said, or has read it."""
        ((ticket_id,),) = await self.rows("SELECT ticket_id FROM messages WHERE external_id = :id", id=said.id)
        await self.app.presence.tell(ticket_id, kind, MEI, over=False)

    async def offer(self, said: Said, text: str, *buttons: Button) -> str:
        """An agent answers with buttons below the text; the reply's id. The inbox has none yet: templates do."""
        ((ticket_id, where, external),) = await self.rows(
            "SELECT ticket_id, conversation_id, external_id FROM messages WHERE external_id = :id", id=said.id
        )
        ticket = await self.app.store.read(commands.ticket(ticket_id))
        assert ticket is not None
        announced = Announcement(
            ticket=ticket,
            conversation_id=where,
            channel=ticket.channel,
            account=ticket.account,
            visibility="private",
            in_reply_to=external,
            references=(),
            subject="",
            text=text,
            buttons=buttons,
            language="en",
            template="offer",
            now_ms=self.app.clock.now_ms(),
        )
        message_id = MessageId(self.app.ids.new())
        changes = announce(announced, message_id, self.app.ids)
        made = [_by_an_agent(change) for change in changes]
        await self.app.store.write(store_changes.apply(made, now_ms=announced.now_ms))
        for topic in ("outbox", "events"):
            await self.app.bus.notify(topic)
        return message_id

    @contextmanager
    def store_away(self) -> Iterator[None]:
        """Another program has the database locked: every write of the house waits and is then refused."""
        with closing(sqlite3.connect(self._folder / "house.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    async def age_files(self) -> None:
        """Let customers' files be as old as they are when somebody asks to be erased."""
        await self.app.store.write(run("UPDATE media SET created_at_ms = 1"))

    async def resume(self) -> None:
        """As an operator: try refused credentials at once."""
        for account in self._accounts:
            await self.app.store.write(switches.turn_on(self.bench.kind, account, "credentials"))
        await self.app.switches.look()


def _by_an_agent(change: Change) -> Change:
    if not (isinstance(change, Add) and isinstance(change.row, Message)):
        return change
    return Add(msgspec.structs.replace(change.row, author_id=MEI.id, automatic="none"))


def _rows(sql: str, values: dict[str, object]) -> Script[list[Record]]:
    return (yield from select(sql, **values))
