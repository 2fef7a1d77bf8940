"""`switchboard doctor`: what is wrong, in plain words, and what to do about it."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import msgspec

from router.app import App
from router.cli.channels_command import check_channels
from router.cli.command import EXIT_CONFIG, EXIT_DONE, EXIT_FINDINGS
from router.cli.doctor_rules import look_at_rules
from router.cli.finding import Finding
from router.cli.house import place_of
from router.cli.numbers import counted
from router.cli.paths import add_config
from router.cli.surroundings import address, clock, disks
from router.cli.times import when
from router.clock import SystemClock
from router.config import Config, StorageConfig, database_file, load
from router.connector import Sent
from router.discovery import judge
from router.flow.seals import check_seals
from router.flow.telegram import TelegramBot
from router.model.errors import ConfigError, StoreDamaged, StoreUnavailable
from router.model.limits import COMPACT_BYTES_MAX
from router.opening import open_store
from router.store import (
    alarms,
    blocks,
    channel_load,
    health,
    journal,
    media,
    migrate,
    outbox,
    people,
    quarantine,
    switches,
)
from router.store.script import Store
from router.telemetry import SilentLog

_BUS_LOOKS, _BUS_LOOK_S = 100, 0.02
_WAIT_WARN_S = 10
_UNSENT_WARN_S = 60
_NO_WRITES = (
    "make room on its disk, end what locks it, or let the service write it and its -wal and -shm; nothing is accepted "
    "meanwhile, providers deliver again"
)
_DAMAGED = "stop the service, move the file away with its -wal and -shm, restore the last backup (docs/operating.md)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """1 when something is wrong, 78 when the configuration is."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    try:
        config = load(arguments.config, judge=judge)
    except ConfigError as error:
        for text in error.told:
            _print(Finding(state="error", about="configuration", text=text), as_json=arguments.json)
        return EXIT_CONFIG
    worst = EXIT_DONE
    async for finding in examine(config, place_of(arguments.config)):
        _print(finding, as_json=arguments.json)
        if finding.state != "ok":
            worst = EXIT_CONFIG if finding.about == "configuration" else max(worst, EXIT_FINDINGS)
    return worst


async def examine(config: Config, base: Path) -> AsyncIterator[Finding]:
    """Look at everything, in the order in which things break."""
    yield Finding(state="ok", about="configuration", text="read and understood, keys included")
    for found in [*address(config), *disks(config, base)]:
        yield found
    database = await _database(config, base)
    yield database
    if database.state == "error":
        return
    with tempfile.TemporaryDirectory(prefix="switchboard-doctor-") as spare:
        if database.state == "warning":
            # Looking makes no database: what else there is to see is looked at beside an empty one.
            config = msgspec.structs.replace(config, storage=StorageConfig(url=f"sqlite:{spare}/empty.db"))
        app = App(config, base=base, roles=(), log=SilentLog(), clock=SystemClock())
        try:
            async for finding in _opened(app, config, base):
                yield finding
        finally:
            await app.stop()


async def _database(config: Config, base: Path) -> Finding:
    """Whether it is there and answers."""
    path = database_file(config.storage.url, base)
    if path is not None and not path.exists():
        remedy = "switchboard migrate makes it; if there was one, mend storage.url, or restore its last backup"
        return Finding(state="warning", about="database", text=f"{path} does not exist", remedy=remedy)
    try:
        store = await open_store(config.storage.url, base, pool_size=1)
        try:
            missing = await store.read(migrate.pending(store.dialect))
            is_small = path is not None and path.stat().st_size <= COMPACT_BYTES_MAX
            damage = await store.read(health.damage()) if is_small else None
            refusal = None if missing else await _refusal(store)
        finally:
            await store.close()
    except ConfigError as error:
        return Finding(state="error", about="database", text=str(error))
    except StoreUnavailable as error:
        if path is not None:
            remedy = _DAMAGED if isinstance(error, StoreDamaged) else _NO_WRITES
            return Finding(state="error", about="database", text=str(error), remedy=remedy)
        remedy = "nothing is accepted while it is away, providers deliver again"
        return Finding(state="error", about="database", text=str(error), remedy=remedy)
    if damage is not None:
        return Finding(state="error", about="database", text=f"{path} is damaged: {damage}", remedy=_DAMAGED)
    if missing:
        text = f"answers ({store.dialect}), but lacks {', '.join(missing)}"
        return Finding(
            state="error", about="database", text=text, remedy="switchboard migrate; every start does it too"
        )
    if refusal is not None:
        text = f"answers ({store.dialect}), but takes no writes: {refusal}"
        return Finding(state="error", about="database", text=text, remedy=_NO_WRITES)
    return Finding(state="ok", about="database", text=f"answers ({store.dialect}), schema is current, takes writes")


async def _refusal(store: Store) -> str | None:
    """Why the database takes no writes; None when it does. Nothing of the trial stays."""
    try:
        await store.write(health.try_writing())
    except StoreUnavailable as error:
        return str(error)
    return None


async def _opened(app: App, config: Config, base: Path) -> AsyncIterator[Finding]:
    """What can be seen once the database answers."""
    try:
        await app.open()
    except ConfigError as error:
        yield Finding(state="error", about="configuration", text=str(error))
        return
    yield await _bus(app, config)
    yield await _files(app)
    for found in await clock(app):
        yield found
    for finding in [
        *await _alarms(app),
        *await _keys(app),
        *await _work(app),
        *await _abuse(app),
        *await look_at_rules(app, config, base),
        *await _people(app),
        *await _switches(app),
        *await _bot(config),
    ]:
        yield finding
    for name, said in await check_channels(app):
        ok = said.state == "ok"
        remedy = "" if ok else "see its settings in the configuration; switchboard channels check shows this alone"
        yield Finding(
            state="ok" if ok else "error",
            about=f"channel {name}",
            text=f"{said.state} {said.detail}".strip(),
            remedy=remedy,
        )


async def _switches(app: App) -> list[Finding]:
    """Channels that are off; whether their providers answer is asked of them."""
    return [
        Finding(
            state="warning",
            about=f"channel {off.kind}/{off.account}",
            text="paused by an operator" if off.cause == "operator" else f"its credentials were refused: {off.detail}",
            remedy=f"switchboard channels resume {off.kind}/{off.account}",
        )
        for off in await app.store.read(switches.switches())
    ]


async def _bus(app: App, config: Config) -> Finding:
    for _ in range(_BUS_LOOKS):  # it was opened just now, and connects by itself
        if app.bus.healthy() or app.bus.trouble() is not None:
            break
        await asyncio.sleep(_BUS_LOOK_S)
    if app.bus.healthy():
        return Finding(state="ok", about="bus", text="local" if config.bus.url == "local" else "Redis answers")
    why = app.bus.trouble() or "it does not answer"
    return Finding(
        state="warning",
        about="bus",
        text=f"Redis does not help ({why}); workers poll the database, so all is slower and nothing is lost",
        remedy="start Redis, make room for it, or mend bus.url",
    )


async def _files(app: App) -> Finding:
    """Where the files of messages rest: whether it answers, takes one, and still opens what it has."""
    remedy = "see `media` in docs/operating.md; messages with files are not accepted meanwhile, providers deliver again"
    try:
        problems = await app.media.check()
        inside = await app.store.read(media.count_inside())
    except (ConfigError, StoreUnavailable) as error:
        return Finding(state="error", about="files", text=str(error), remedy=remedy)
    if problems:
        return Finding(state="error", about="files", text="; ".join(problems), remedy="")
    text = f"{app.media.place} takes files and opens what is in it"
    if inside:
        return Finding(
            state="warning",
            about="files",
            text=f"{text}; {inside} files of an earlier release are still in the database",
            remedy="a process with the role `route` moves them; its log says why it cannot",
        )
    return Finding(state="ok", about="files", text=text)


async def _keys(app: App) -> list[Finding]:
    checked = await check_seals(app.store, app.keys)
    if not checked.problems:
        text = "open what they sealed" if checked.tried else "nothing is sealed yet"
        return [Finding(state="ok", about="keys", text=text)]
    remedy = (
        "give that name its former key again in secrets.seal_keys, and a new key a name of its own; until then files "
        "and quarantined payloads under it cannot be opened"
    )
    return [Finding(state="error", about="keys", text=text, remedy=remedy) for text in checked.problems]


async def _alarms(app: App) -> list[Finding]:
    loud = await app.store.read(alarms.loud())
    if loud.unanswered:
        text = f"{counted(loud.unanswered, 'critical ticket')} past the end of the ladder, which nobody has accepted"
        remedy = "accept them in the inbox, now; then look at `oncall:` of the rules: who was called and did not come?"
        return [Finding(state="error", about="alarms", text=text, remedy=remedy)]
    text = (
        f"people are being called for {counted(loud.ringing, 'ticket')} that nobody has accepted yet"
        if loud.ringing
        else "nothing rings"
    )
    return [Finding(state="ok", about="alarms", text=text)]


async def _work(app: App) -> list[Finding]:
    found: list[Finding] = []
    oldest = await app.store.read(journal.oldest_pending())
    waits_s = (app.clock.now_ms() - oldest) / 1000 if oldest is not None else 0.0
    if waits_s > _WAIT_WARN_S:
        text = f"the oldest accepted message has waited {waits_s:.0f} s to be routed"
        remedy = "is a process with the role `route` running? its log says why it cannot"
        found.append(Finding(state="error", about="routing", text=text, remedy=remedy))
    else:
        found.append(Finding(state="ok", about="routing", text="nothing waits"))
    found.append(await _leaving(app))
    for count, about, remedy in (
        (await app.store.read(outbox.count_dead()), "undelivered", "switchboard dead-letters list"),
        (await app.store.read(journal.count_dead()), "undecided events", "switchboard dead-letters list"),
        (await app.store.read(quarantine.count_waiting()), "quarantined payloads", "switchboard quarantine list"),
    ):
        state: Literal["ok", "warning"] = "warning" if count else "ok"
        found.append(
            Finding(state=state, about=about, text=str(count) if count else "none", remedy=remedy if count else "")
        )
    return found


async def _leaving(app: App) -> Finding:
    """Whether replies that could leave are taken by anybody."""
    now_ms = app.clock.now_ms()
    unsent = await app.store.read(outbox.oldest_unsent(now_ms=now_ms))
    if unsent is None or (waits_s := (now_ms - unsent.since_ms) / 1000) <= _UNSENT_WARN_S:
        return Finding(state="ok", about="sending", text="nothing that could leave waits")
    text = f"the oldest reply that could leave has waited {waits_s:.0f} s, for {unsent.channel}/{unsent.account}"
    remedy = (
        "is a process with the role `deliver` running, and has its configuration this channel? its log says why it "
        "cannot send"
    )
    return Finding(state="error", about="sending", text=text, remedy=remedy)


async def _abuse(app: App) -> list[Finding]:
    """Floods that go on, and what is held; both are as they are meant to be, so neither is an error."""
    found: list[Finding] = []
    for one in await app.store.read(channel_load.over(now_ms=app.clock.now_ms())):
        text = (
            f"{one.channel}/{one.account} is over its quota: {one.messages:,} messages lately, "
            f"{one.withheld:,} automatic answers withheld; until {when(one.over_until_ms)}"
        )
        remedy = "it ends by itself; if this is an ordinary day, raise `abuse: channel:` in the rules"
        found.append(Finding(state="warning", about="flood", text=text, remedy=remedy))
    count = await app.store.read(blocks.count_held())
    critical = f", {count.critical} of them critical" if count.critical else ""
    waiting = "1 message waits" if count.held == 1 else f"{count.held:,} messages wait"
    text = f"{waiting} to be let through{critical}" if count.held else "nothing is held"
    remedy = "switchboard contacts held" if count.critical else ""
    found.append(Finding(state="warning" if count.critical else "ok", about="held", text=text, remedy=remedy))
    return found


async def _people(app: App) -> list[Finding]:
    agents = await app.store.read(people.agents())
    if not agents:
        return [
            Finding(state="warning", about="people", text="nobody can sign in", remedy="switchboard user add LOGIN")
        ]
    online = sum(agent.status == "online" for agent in agents)
    return [Finding(state="ok", about="people", text=f"{counted(len(agents), 'agent')}, {online} of them online")]


async def _bot(config: Config) -> list[Finding]:
    """Whether the bot that pages people on call could: found out by day."""
    bot = config.oncall.telegram
    if bot is None:
        return []
    told = await TelegramBot(token=bot.token, base_url=bot.base_url, log=SilentLog()).check()
    if isinstance(told, Sent):
        return [Finding(state="ok", about="on-call bot", text=f"Telegram knows it as {told.provider_id}")]
    remedy = "give oncall.telegram.token what BotFather says, and start again; until then nobody is paged by it"
    return [Finding(state="error", about="on-call bot", text=told.reason, remedy=remedy)]


def _print(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(finding) + b"\n")
        sys.stdout.flush()
        return
    mark = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}[finding.state]
    print(f"{mark} {finding.about}: {finding.text}")
    if finding.remedy:
        print(f"        -> {finding.remedy}")
