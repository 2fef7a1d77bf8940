"""A house that dies: the real flows over the real SQLite store, with a power cut at any await.

Each life is a new set of objects over the same database file. What stands outside survives: the provider, which
delivers until it is told "received" and shows what was sent to it; the agent, who asks until told "done"; a reader of
the feed, who remembers only the last event seen.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import msgspec

from connectors.api.parse import parse as parse_text
from router.blobs.folder import FolderBlobs
from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.connector import AuthFailed, Capabilities, Manifest, Outbound, RawEvent, Retry, SendOutcome, Sent, Unknown
from router.core.replies import ReplyCommand
from router.flow.assign import Assigner
from router.flow.channels import Channel, Channels
from router.flow.commands import Commands
from router.flow.deliver import DeliveryWorker
from router.flow.erasure import Erasures
from router.flow.file_care import FileCare
from router.flow.incidents import Incidents
from router.flow.intake import Door
from router.flow.ladders import Ladders
from router.flow.leases import Leases
from router.flow.links import LinkWriter, Reached
from router.flow.media import Media
from router.flow.route import RouteWorker
from router.flow.rulebook import Rulebook
from router.flow.sweep import Sweeper
from router.flow.switches import Switches
from router.flow.timers import Timers
from router.keys import Keyring
from router.model.message import AttachmentIn, InboundEvent
from router.model.tables import Agent, Message
from router.store import events, inbox, outbox
from router.store.script import fetch, select
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog
from tests.servers.service import RULES

RULEBOOK = Rulebook.of({"rules.yaml": RULES.encode()})
AGENT = Agent(id="agent-mei", login="mei", name="Mei", status="online", created_at_ms=1)
ROUNDS_MAX = 400
IDLE_MS = 5_000

Kind = Literal["idempotent", "plain", "looked up", "refused"]
"""What a provider can do: drop repetitions of a key, nothing of that, tell what it has, or know our token no more."""


class PowerCut(BaseException):
    """The end of a process; no `except Exception` of the house may live through it."""


class Fuse:
    """Blows at the `at`-th point of a life, and from then on at every one: the dead do nothing more."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.passed = 0
        self.blown = asyncio.Event()

    def point(self) -> None:
        self.passed += 1
        if self.at is not None and self.passed >= self.at:
            self.blown.set()
            raise PowerCut

    async def around(self, work: Callable[[], Awaitable[object]]) -> object:
        """A cut may come before the work has had its effect, and after, when nobody hears of it any more."""
        self.point()
        result = await work()
        self.point()
        return result

    async def guard(self, work: Awaitable[object]) -> object:
        """Do it to its end or to the cut, which may fall into a task that it waits for."""
        doing, cut = asyncio.ensure_future(work), asyncio.create_task(self.blown.wait())
        await asyncio.wait({doing, cut}, return_when=asyncio.FIRST_COMPLETED)
        cut.cancel()
        if self.blown.is_set():
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
            raise PowerCut
        return doing.result()


class Fused:
    """A store, bus or connector each of whose asynchronous calls may be the last."""

    def __init__(self, inner: object, fuse: Fuse, *names: str) -> None:
        self._inner, self._fuse, self._names = inner, fuse, names

    def __getattr__(self, name: str) -> object:
        found = getattr(self._inner, name)
        if name not in self._names:
            return found
        return lambda *args, **more: self._fuse.around(lambda: found(*args, **more))


class Provider:
    """One account at a network: customers' messages until acknowledged, and what customers see of our replies."""

    def __init__(self, kind: Kind, messages: list[dict[str, str]]) -> None:
        self.kind = kind
        self.waiting = [json.dumps(message).encode() for message in messages]
        self.seen: list[Outbound] = []

    async def send(self, outbound: Outbound) -> SendOutcome:
        if self.kind != "idempotent" or outbound.key not in {one.key for one in self.seen}:
            self.seen.append(outbound)
        return Sent(provider_id=f"p-{outbound.key}")

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        if self.kind == "refused":
            return AuthFailed(reason="the token is not known")
        if self.kind != "looked up":
            return Unknown(reason="it cannot be asked")
        if outbound.key in {one.key for one in self.seen}:
            return Sent(provider_id=f"p-{outbound.key}")
        return Retry(reason="it never came")

    def manifest(self) -> Manifest:
        able = Capabilities(idempotent_send=self.kind == "idempotent", speaks_for=("telegram",))
        return Manifest(
            kind="api", name="", version="1", settings=msgspec.Struct, capabilities=able, create=_nobody, parse=parse
        )


def parse(raw: RawEvent, account: str) -> list[InboundEvent]:
    """Each message brings a file that says the same."""
    return [
        msgspec.structs.replace(
            event, attachments=(AttachmentIn(name="said.bin", content_type="x/y", data=(event.text or "").encode()),)
        )
        for event in parse_text(raw, account)
    ]


def _nobody(*_: object) -> object:
    raise AssertionError("the simulation makes its channel itself")


class Life:
    """One process: all workers of the house over `path`."""

    def __init__(self, store: SqliteStore, world: "World", fuse: Fuse, number: int) -> None:
        self.fuse = fuse
        clock, provider, manifest = world.clock, world.provider, world.provider.manifest()
        self.store = Fused(store, fuse, "read", "write")
        bus = Fused(LocalBus(), fuse, "publish", "consume", "ack", "notify")
        connector = Fused(provider, fuse, "send", "reconcile")
        channel = Channel(account="default", manifest=manifest, capabilities=manifest.capabilities, connector=connector)
        channels = Channels([channel])
        parts = {"store": self.store, "bus": bus, "clock": clock}
        keys = Keyring({"k": bytes(32)}, "k", bytes(32))
        said = {"metrics": Metrics(), "log": SilentLog()}
        ids = TimedIds(clock, seed=number)
        blobs = Fused(FolderBlobs(world.path.parent / "media", sync=False), fuse, "put", "remove")
        self.media = Media(store=self.store, blobs=blobs, keys=keys, clock=clock, ids=ids)
        door = Door(**parts, **said, rulebook=RULEBOOK, media=self.media, keys=keys, ids=ids)
        self.inlet = door.inlet(manifest, "default")
        self.leases = Leases(f"life-{number}", store=self.store, clock=clock, log=said["log"])
        self.route = RouteWorker(
            **parts, **said, rulebook=RULEBOOK, keys=keys, channels=channels, leases=self.leases, ids=ids
        )
        links = LinkWriter(store=self.store, keys=keys, page=None, public_url="https://help.example.org")
        switches = Switches(store=self.store, clock=clock, log=said["log"])
        self.deliver = DeliveryWorker(
            **parts,
            **said,
            media=self.media,
            keys=keys,
            channels=channels,
            links=links,
            reached=Reached(self.store, clock, ids),
            switches=switches,
            jitter=lambda: 0.5,
        )
        self.assign = Assigner(**parts, rulebook=RULEBOOK, log=said["log"])
        timers = Timers(**parts, **said, rulebook=RULEBOOK, channels=channels, ids=ids)
        ladders = Ladders(**parts, **said, rulebook=RULEBOOK, ids=ids)
        self.commands = Commands(**parts, channels=channels, rulebook=RULEBOOK, keys=keys, ids=ids)
        incidents = Incidents(**parts, rulebook=RULEBOOK, commands=self.commands, ids=ids)
        self.erasures = Erasures(**parts, media=self.media, keys=keys, ids=ids, log=said["log"])
        self.files = FileCare(media=self.media, clock=clock, log=said["log"])
        self.sweep = Sweeper(**parts, **said, timers=timers, ladders=ladders, incidents=incidents)


class World:
    """Everything that outlives a process, and the rules of the game: who acts when."""

    def __init__(self, path: Path, kind: Kind, messages: list[dict[str, str]]) -> None:
        self.path = path
        self.clock = VirtualClock(1_793_000_000_000)
        self.provider = Provider(kind, messages)
        self.lives = 0
        self.answered = False
        self.last_event_id = 0
        self.told: dict[str, str] = {}
        """By message: what the feed last said of its delivery; empty when only that it was added."""
        self.opened: list[str] = []

    @asynccontextmanager
    async def life(self, fuse: Fuse):
        """A process from start to end, however it ends."""
        self.lives += 1
        self.clock.advance_to(self.clock.now_ms() + 100)
        store = await SqliteStore.open(self.path, synchronous="OFF")
        try:
            yield Life(store, self, fuse, self.lives)
        finally:
            await store.close()

    def actors(self, life: Life) -> list[Callable[[], Awaitable[object]]]:
        """Who takes a turn; each returns whether it did anything."""
        return [
            lambda: self._provider_turn(life),
            life.leases.refresh,
            life.route.run_once,
            life.assign.run_once,
            lambda: self._agent_turn(life),
            life.deliver.run_once,
            lambda: self._reader_turn(life),
        ]

    async def live(self, life: Life, turns: Callable[[list], list] = list) -> None:
        """Go on until nothing is left to do."""
        for _ in range(ROUNDS_MAX):
            busy = False
            for turn in turns(self.actors(life)):
                busy = bool(await life.fuse.guard(turn())) or busy
            if not busy:
                if await self.is_settled(life):
                    return
                self.clock.advance_to(self.clock.now_ms() + IDLE_MS)
                for turn in (life.sweep.run_once, life.files.run_once, life.erasures.go_on):
                    await life.fuse.guard(turn())
        raise AssertionError(f"not settled after {ROUNDS_MAX} rounds")

    async def is_settled(self, life: Life) -> bool:
        unsettled = (
            "SELECT (SELECT COUNT(*) FROM journal WHERE state = 'pending') "
            "+ (SELECT COUNT(*) FROM outbox WHERE state NOT IN ('sent', 'cancelled'))"
        )
        rows = await life.store.read(select(unsettled))
        return not rows[0][0] and not self.provider.waiting and self.answered

    async def _provider_turn(self, life: Life) -> bool:
        if not self.provider.waiting:
            return False
        await life.inlet.accept([RawEvent(body=self.provider.waiting[0])])
        self.provider.waiting.pop(0)  # only now does the provider forget it
        return True

    async def _agent_turn(self, life: Life) -> bool:
        """Answer the first ticket once all is said; decide about replies nobody knows the fate of."""
        for entry in await life.store.read(outbox.undelivered(limit=10)):
            # The agent looks into the network's own app.
            arrived = entry.id in {one.key for one in self.provider.seen}
            await life.commands.decide_delivery(entry.id, "discard" if arrived else "retry", "agent:agent-mei")
            return True
        page = await life.store.read(inbox.tickets(None))
        first = min(page.lines, key=lambda line: line.ticket.number, default=None)
        if self.answered or self.provider.waiting or first is None:
            return False
        command = ReplyCommand(
            ticket_id=first.ticket.id, text="We are on it.", last_seen=0, client_key="answer", force=True
        )
        await life.commands.reply(command, AGENT)
        self.answered = True
        return True

    async def _reader_turn(self, life: Life) -> bool:
        """Follow the feed from the last event seen, as an inbox does after every reconnect."""
        news = await life.store.read(events.since(self.last_event_id, limit=100))
        for event in news:
            assert event.id == self.last_event_id + 1, "no hole and no repetition in the feed"
            self.last_event_id = event.id
            if event.kind == "ticket.opened":
                self.opened.append(event.ticket_id)
            elif event.kind == "message.added":
                assert event.message_id not in self.told, "a message is told once"
                self.told[event.message_id] = ""
            elif event.kind == "delivery.state":
                assert self.told[event.message_id] in {"", event.data["from"], "queued"}
                self.told[event.message_id] = event.data["to"]
        return bool(news)

    async def assert_all_is_well(self, life: Life, spoken: dict[str, list[str]]) -> None:
        """`spoken`: texts by thread, as customers wrote them, each once and in order."""

        async def rows(sql: str) -> list[tuple]:
            return [tuple(row) for row in await life.store.read(select(sql))]

        heard: dict[str, list[str]] = {}
        for thread, text in await rows(
            "SELECT c.thread, m.text FROM messages AS m JOIN conversations AS c ON c.id = m.conversation_id "
            "WHERE m.kind = 'inbound' ORDER BY m.id"
        ):
            heard.setdefault(thread, []).append(text)
        assert heard == spoken, "nothing lost, nothing doubled, each conversation in order"
        tickets = await rows("SELECT id, number FROM tickets ORDER BY number")
        assert [number for _, number in tickets] == [1001 + at for at in range(len(spoken))], "one ticket per matter"
        assert await rows("SELECT COUNT(*) FROM contacts") == [(len(spoken),)]
        assert Counter(await rows("SELECT ticket_id FROM messages WHERE automatic = 'auto_reply'")) == {
            (ticket,): 1 for ticket, _ in tickets
        }, "one receipt per ticket"

        replies = await rows("SELECT id FROM messages WHERE kind = 'reply' ORDER BY id")
        assert len(replies) == len(tickets) + 1, "and one answer"
        shown = [one.message_id for one in self.provider.seen]
        assert sorted(shown) == sorted(reply for (reply,) in replies), "customers see each reply once"
        for thread in spoken:
            order = [one.message_id for one in self.provider.seen if one.thread == thread]
            assert order == sorted(order), "in the order in which they were written"

        assert self.opened == [ticket for ticket, _ in tickets]
        files = await life.store.read(fetch(Message, "WHERE t.attachments <> '[]'"))
        for message in files:
            assert [await life.media.read(file) for file in message.attachments] == [message.text.encode()]
        assert len(files) == sum(map(len, spoken.values())), "and what was attached is there"

        fresh = dict(
            await rows(
                "SELECT m.id, COALESCE(o.state, '') FROM messages AS m LEFT JOIN outbox AS o ON o.message_id = m.id"
            )
        )
        assert self.told == fresh, "who followed the feed knows what a fresh look shows"
