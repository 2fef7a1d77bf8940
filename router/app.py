"""The composition root, the only file that knows everything: builds the house, starts it, stops it."""

import asyncio
import contextlib
import random
import socket
from collections.abc import Collection
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

from router.clock import SystemClock, TimedIds
from router.config import Config, database_file, link_hosts
from router.flow.abuse import Abuse
from router.flow.accounts import Accounts
from router.flow.assign import Assigner
from router.flow.attendant import Attendant
from router.flow.channels import Channels
from router.flow.commands import Commands
from router.flow.context import ContextReader
from router.flow.courier import SignalCourier
from router.flow.deliver import DeliveryWorker
from router.flow.erasure import Erasures
from router.flow.feed import Feed
from router.flow.fetch import FetchWorker
from router.flow.file_care import FileCare
from router.flow.health import HealthBoard
from router.flow.hooks import HookWorker
from router.flow.incidents import Incidents
from router.flow.intake import Door
from router.flow.leases import Leases
from router.flow.links import LinkWriter, Reached, page_of
from router.flow.media import Media
from router.flow.moderation import Moderator
from router.flow.pages import PageWorker
from router.flow.people import People
from router.flow.presence import Presence
from router.flow.references import References
from router.flow.regrouping import Regroupings
from router.flow.remedies import Remedies, RemedyWorker
from router.flow.route import RouteWorker
from router.flow.rulebook import Rulebook
from router.flow.rules_follower import RulesFollower
from router.flow.seals import check_seals
from router.flow.signals import SignalBoard
from router.flow.signed import SignedCalls
from router.flow.sweep import sweeper_of
from router.flow.switches import Switches
from router.flow.telegram import TelegramBot
from router.flow.uploads import Uploads
from router.flow.verification import Verification
from router.model.errors import ConfigError
from router.opening import keyring, open_blobs, open_bus, open_store
from router.store import migrate
from router.telemetry import Logger, Metrics
from router.web.ops import OpsServer
from router.web.server import Server
from router.web.status import Status

Role = Literal["intake", "route", "deliver", "web"]
ROLES: tuple[Role, ...] = ("intake", "route", "deliver", "web")


class App:
    """A running house."""

    def __init__(
        self, config: Config, *, base: Path, roles: Collection[Role], log: Logger, clock: SystemClock,
        keeps: bool = True,
    ) -> None:  # fmt: skip
        """`keeps`: the database outlives this process."""
        self.config, self._base, self._roles, self.log, self.clock = config, base, frozenset(roles), log, clock
        self.ids, self._keeps = TimedIds(clock), keeps
        self.metrics = Metrics()
        self.keys = keyring(config)
        self.rulebook = Rulebook.shipped(link_hosts(config))
        self._exit = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self.stopped = asyncio.Event()
        """Set when a part of the house has failed for good."""
        self.failure: BaseException | None = None
        self.references, private_hosts = References(base), frozenset(config.webhooks.private_hosts)
        self.calls = SignedCalls(references=self.references, private_hosts=private_hosts, clock=clock)

    async def open(self) -> None:
        """Open what every process needs, without starting a worker: store, bus, channels. Enough to check them."""
        config, log = self.config, self.log
        self.store = store = await open_store(config.storage.url, self._base, pool_size=config.storage.pool_size)
        self._exit.push_async_callback(store.close)
        for name in await store.write(migrate.migrate(store.dialect, now_ms=self.clock.now_ms())):
            log.info("store.migrated", migration=name)
        blobs = open_blobs(config, self._base, self.clock)
        self._exit.push_async_callback(blobs.close)
        self.media = Media(store=store, blobs=blobs, keys=self.keys, clock=self.clock, ids=self.ids)
        self._owner = f"{socket.gethostname()}-{self.ids.new()}"
        self.bus = await open_bus(config.bus.url, name=self._owner, log=log)
        self._exit.push_async_callback(self.bus.close)
        self.feed = Feed(store=store, bus=self.bus, metrics=self.metrics, log=log)
        self.board = SignalBoard(self.bus)
        accounts = Accounts(
            config, self._base, store=store, bus=self.bus, feed=self.feed, board=self.board, keys=self.keys,
            clock=self.clock, ids=self.ids, rulebook=lambda: self.rulebook, log=log, keeps=self._keeps,
        )  # fmt: skip
        self.channels = Channels(accounts.opened())
        self._exit.push_async_callback(_close, self.channels)
        self.switches = Switches(store=store, clock=self.clock, log=log)

    async def start(self) -> None:
        """Open, then start every worker of this process's roles."""
        await self.open()
        store, bus, clock, ids, log, metrics = self.store, self.bus, self.clock, self.ids, self.log, self.metrics
        await self._start_rules()
        for problem in (await check_seals(store, self.keys)).problems:
            log.error("keys.do_not_open", reason=problem)
        await self.feed.start()
        self.door = Door(
            store=store, bus=bus, rulebook=self.rulebook, media=self.media, keys=self.keys, clock=clock, ids=ids,
            metrics=metrics, log=log,
        )  # fmt: skip
        self._take_up()
        await self.switches.look()
        self._run("switches", self.switches.run())
        if "route" in self._roles:
            await self._start_routing(self._owner)
        if "deliver" in self._roles:
            self._start_delivering()
        if "intake" in self._roles:
            hosts = frozenset(self.config.webhooks.private_hosts)
            fetcher = FetchWorker(store=store, bus=bus, media=self.media, private_hosts=hosts, clock=clock, log=log)
            self._run("fetch", fetcher.run())
        for channel in self.channels.all():
            door = self.door.inlet(channel.manifest, channel.account)
            inlet = self.switches.gate(channel, door) if "intake" in self._roles else None
            attendant = Attendant(channel, inlet=inlet, switches=self.switches, log=log)
            self._run(f"channel:{channel.kind}/{channel.account}", attendant.run())
        self.health = HealthBoard(
            store=store, channels=self.channels, switches=self.switches, runs_channels="intake" in self._roles,
            heard=self.door.heard, bus=bus, clock=clock, metrics=metrics, log=log,
        )  # fmt: skip
        self._run("health", self.health.run())
        status = Status(store=store, bus=bus, rulebook=self.rulebook, health=self.health, feed=self.feed)
        if "web" in self._roles:
            self._run("feed", self.feed.run())
            self._run("signals", self.board.run())
            self.server = await self._start_server(status)
        else:
            ops = OpsServer(config=self.config.server, status=status, metrics=metrics, log=log)
            await ops.start()
            self._exit.push_async_callback(ops.stop)

    async def open_desk(self) -> None:
        """Open, with what agents do and the rules they do it under, but without a worker: for commands beside a
        running service."""
        await self.open()
        await self._follower().follow()
        self._take_up()

    def _take_up(self) -> None:
        """What agents do, for the API and for commands."""
        store, bus, clock, ids, channels = self.store, self.bus, self.clock, self.ids, self.channels
        self.commands = Commands(
            store=store, bus=bus, channels=channels, rulebook=self.rulebook, keys=self.keys, clock=clock, ids=ids
        )
        self.people = People(store=store, bus=bus, clock=clock, ids=ids)
        self.erasures = Erasures(
            store=store, bus=bus, media=self.media, keys=self.keys, clock=clock, ids=ids, log=self.log
        )
        self.abuse = Abuse(store=store, bus=bus, clock=clock, ids=ids)
        self.remedies = Remedies(store=store, bus=bus, rulebook=self.rulebook, clock=clock, ids=ids)
        self.incidents = Incidents(
            store=store, bus=bus, rulebook=self.rulebook, commands=self.commands, clock=clock, ids=ids
        )
        self.presence = Presence(store=store, channels=channels, switches=self.switches, board=self.board, clock=clock)
        self.moderator = Moderator(
            store=store, bus=bus, channels=channels, rulebook=self.rulebook, keys=self.keys, clock=clock, ids=ids
        )
        self.regroupings = Regroupings(
            store=store, bus=bus, rulebook=self.rulebook, clock=clock, ids=ids, metrics=self.metrics
        )

    async def _start_rules(self) -> None:
        follower = self._follower()
        await follower.start()
        self._run("rules", follower.run())

    def _follower(self) -> RulesFollower:
        rules = self.config.rules
        watches_files = rules.source == "files" and "web" in self._roles
        database = database_file(self.config.storage.url, self._base)
        return RulesFollower(
            self.rulebook, store=self.store, bus=self.bus, clock=self.clock, log=self.log, metrics=self.metrics,
            directory=self._base / rules.path if watches_files else None, cache=database.parent if database else None,
        )  # fmt: skip

    def _start_delivering(self) -> None:
        """What leaves the house: replies, words to webhooks, calls to the wallet's back end, pages."""
        store, bus, clock, log, metrics = self.store, self.bus, self.clock, self.log, self.metrics
        channels, rulebook, calls, keys = self.channels, self.rulebook, self.calls, self.keys
        public_url, jitter = self.config.server.public_url, random.SystemRandom().random
        links = LinkWriter(store=store, keys=keys, page=page_of(channels, public_url), public_url=public_url)
        worker = DeliveryWorker(
            store=store, bus=bus, channels=channels, media=self.media, keys=keys, links=links,
            reached=Reached(store, clock, self.ids), switches=self.switches, clock=clock, jitter=jitter,
            metrics=metrics, log=log,
        )  # fmt: skip
        self._run("deliver", worker.run())
        self._run("courier", SignalCourier(bus=bus, channels=channels, metrics=metrics).run())
        hooks = HookWorker(
            store=store, bus=bus, rulebook=rulebook, calls=calls, clock=clock, jitter=jitter, metrics=metrics, log=log
        )
        self._run("hooks", hooks.run())
        remedies = RemedyWorker(
            store=store, bus=bus, rulebook=rulebook, calls=calls, clock=clock, jitter=jitter, metrics=metrics, log=log
        )
        self._run("actions", remedies.run())
        bot = self.config.oncall.telegram
        pages = PageWorker(
            store=store, bus=bus, channels=channels, references=self.references, public_url=public_url,
            telegram=None if bot is None else TelegramBot(token=bot.token, base_url=bot.base_url, log=log),
            clock=clock, jitter=jitter, metrics=metrics, log=log,
        )  # fmt: skip
        self._run("pages", pages.run())

    async def _start_routing(self, owner: str) -> None:
        store, bus, rulebook, clock, log, ids = self.store, self.bus, self.rulebook, self.clock, self.log, self.ids
        leases = Leases(owner, store=store, clock=clock, log=log)
        await leases.refresh()
        self._exit.push_async_callback(leases.release)
        self._run("leases", leases.run())
        worker = RouteWorker(
            store=store, bus=bus, rulebook=rulebook, keys=self.keys, channels=self.channels, leases=leases, clock=clock,
            ids=ids, metrics=self.metrics, log=log,
        )  # fmt: skip
        self._run("route", worker.run())
        self._run("assign", Assigner(store=store, bus=bus, rulebook=rulebook, clock=clock, log=log).run())
        self._run("sweep", sweeper_of(
            store=store, bus=bus, rulebook=rulebook, channels=self.channels, incidents=self.incidents, clock=clock,
            ids=ids, metrics=self.metrics, log=log,
        ).run())  # fmt: skip
        self._run("files", FileCare(media=self.media, clock=clock, log=log).run())
        self._run("erasures", self.erasures.run())

    async def _start_server(self, status: Status) -> Server:
        server = Server(
            config=self.config.server,
            store=self.store,
            status=status,
            door=self.door,
            channels=self.channels,
            switches=self.switches,
            commands=self.commands,
            people=self.people,
            erasures=self.erasures,
            abuse=self.abuse,
            remedies=self.remedies,
            context=ContextReader(store=self.store, rulebook=self.rulebook, calls=self.calls, clock=self.clock),
            verification=Verification(
                store=self.store,
                bus=self.bus,
                channels=self.channels,
                rulebook=self.rulebook,
                references=self.references,
                keys=self.keys,
                clock=self.clock,
                ids=self.ids,
            ),
            moderator=self.moderator,
            regroupings=self.regroupings,
            incidents=self.incidents,
            feed=self.feed,
            presence=self.presence,
            rulebook=self.rulebook,
            health=self.health,
            media=self.media,
            uploads=Uploads(store=self.store, media=self.media, channels=self.channels, clock=self.clock, ids=self.ids),
            keys=self.keys,
            clock=self.clock,
            metrics=self.metrics,
            log=self.log,
        )
        await server.start()
        self._exit.push_async_callback(server.stop)
        return server

    def _run(self, name: str, work: "contextlib.AbstractAsyncContextManager[None] | object") -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A worker never ends by itself: when one does, the process stops and its supervisor starts a fresh one."""
        if task.cancelled():
            return
        error = task.exception()
        self.failure = error or ConfigError(f"{task.get_name()} stopped")
        self.log.error("worker.ended", worker=task.get_name(), error=type(self.failure).__name__)
        self.stopped.set()

    async def stop(self) -> None:
        """Stop in reverse: no new work, workers cancelled, connections closed. What was accepted is durable already."""
        for task in reversed(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self._exit.aclose()


async def _close(channels: Channels) -> None:
    """Side by side: a server that answers nobody's goodbye keeps no other channel waiting."""
    await asyncio.gather(*(channel.connector.close() for channel in channels.all()), return_exceptions=True)
