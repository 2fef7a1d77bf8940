"""The active rule set of this process, and the way a new one goes live.

The active set is a database row that all processes follow. Where rules come from files, one process watches them:
build, run the files' own tests, store as the next version, swap. A set that fails is told everywhere, and the last good
version keeps serving until it is mended.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from router.bus import Bus
from router.model.changes import Record
from router.model.errors import ConfigError, Conflict, StoreUnavailable
from router.model.limits import RULES_BYTES_MAX
from router.model.sources import Clock
from router.model.tables import Event
from router.store import changes as store_changes
from router.store import rulesets
from router.store.script import Store
from router.telemetry import Logger, Metrics, why
from rules import packs
from rules.links import LinkHosts
from rules.problems import Problem, RulesError
from rules.ruleset import Ruleset, load

_POLL_S = 0.5
SUFFIXES = {".yaml", ".yml"}


class RulesStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the inbox shows about the rules."""

    version: int
    hash: str
    at_ms: int
    problems: tuple[Problem, ...] = ()
    """Why the newest files are not live; empty when they are."""
    failed_at_ms: int | None = None


def read_directory(directory: Path) -> dict[str, bytes]:
    """The rules files below a directory by relative name. Raises ConfigError when there are none, or too many bytes."""
    files = {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.suffix in SUFFIXES and path.is_file()
    }
    if not files:
        raise ConfigError(f"{directory}: no rules here; put at least one .yaml file, or start from the shipped pack")
    size = sum(map(len, files.values()))
    if size > RULES_BYTES_MAX:
        raise ConfigError(f"{directory}: {size} bytes of rules, at most {RULES_BYTES_MAX} are read")
    return files


def build(files: Mapping[str, bytes], hosts: LinkHosts | None) -> Ruleset:
    """Compile files and run their own tests. Raises RulesError with every problem, failed tests and links to hosts
    that are not ours among them."""
    ruleset = load(files, hosts=hosts)
    if problems := ruleset.foreign_links():
        raise RulesError(problems)
    report = ruleset.run_tests()
    if report.failures:
        raise RulesError(
            Problem(
                file=failure.file,
                line=failure.line,
                col=failure.col,
                code="test-failed",
                text=f"{failure.name}: {failure.text}",
                hint="mend the rule, or the test if it asks for the wrong thing",
            )
            for failure in report.failures
        )
    return ruleset


class Rulebook:
    """Holds the active rule set; everything that judges asks `current` once per batch."""

    def __init__(self, ruleset: Ruleset, status: RulesStatus, *, hosts: LinkHosts | None = None) -> None:
        self.current = ruleset
        self.hosts = hosts
        """What replies and templates may link to; None: anything."""
        self.status = status
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def shipped(cls, hosts: LinkHosts | None = None) -> "Rulebook":
        """The pack that comes with Switchboard, as version 0: until the database names another."""
        ruleset = load(packs.read(), hosts=hosts)
        return cls(ruleset, RulesStatus(version=0, hash=ruleset.version, at_ms=0), hosts=hosts)

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "Rulebook":
        """The given files as version 0, without a database. Raises RulesError."""
        ruleset = load(files)
        return cls(ruleset, RulesStatus(version=0, hash=ruleset.version, at_ms=0))

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change of `status`."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    def take(self, ruleset: Ruleset, status: RulesStatus) -> None:
        """Swap in another set; one assignment, so no message sees half of it."""
        self.current = ruleset
        self.tell(status)

    def tell(self, status: RulesStatus) -> None:
        """Set the status alone (a set that failed, an error that was mended)."""
        self.status = status
        for listener in self._listeners:
            listener()


class RulesFollower:
    """Keeps a Rulebook true to the database, and the database true to the files where this process watches them."""

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        log: Logger,
        metrics: Metrics,
        directory: Path | None,
    ) -> None:
        self._rulebook, self._store, self._bus, self._clock = rulebook, store, bus, clock
        self._log, self._metrics, self._directory = log, metrics, directory
        self._seen: object = None

    async def start(self) -> None:
        """Make something active: the files, else the newest stored set, else the shipped pack."""
        if self._directory is not None:
            await self._publish_files()
        await self.follow()
        if self._rulebook.status.version == 0:
            await self._publish(packs.read(), author="shipped pack")
            await self.follow()

    async def run(self) -> None:
        """Watch files and database until cancelled."""
        watch = self._bus.watch("rules")
        missed = False
        try:
            while True:
                notified = await watch.wait(_POLL_S) or missed
                try:
                    await self._look(notified=notified)
                    missed = False
                except (StoreUnavailable, Conflict) as error:
                    self._log.warning("rules.store_unavailable", **why(error))
                    self._seen, missed = None, True
        finally:
            watch.close()

    async def _look(self, *, notified: bool) -> None:
        if self._directory is not None and await self._files_changed():
            await self._publish_files()
            notified = True
        if notified or not self._bus.healthy():
            await self.follow()

    async def follow(self) -> None:
        """Take over what the database says is active."""
        row = await self._store.read(rulesets.latest())
        error = await self._store.read(rulesets.error())
        status = self._rulebook.status
        ruleset = self._rulebook.current
        if row is not None and row.version != status.version:
            ruleset = await asyncio.to_thread(load, row.files, hosts=self._rulebook.hosts)
            status = RulesStatus(version=row.version, hash=row.hash, at_ms=row.at_ms)
            self._log.info("rules.live", version=row.version, hash=row.hash)
        problems = tuple(msgspec.convert(p, Problem) for p in error.problems) if error else ()
        status = msgspec.structs.replace(status, problems=problems, failed_at_ms=error.at_ms if error else None)
        self._metrics.rules_version.set(status.version)
        self._metrics.rules_last_reload_ok.set(0 if problems else 1)
        if status != self._rulebook.status:
            self._rulebook.take(ruleset, status)

    async def _files_changed(self) -> bool:
        def look() -> object:
            assert self._directory is not None
            return sorted(
                (str(path), stat.st_mtime_ns, stat.st_size)
                for path in self._directory.rglob("*")
                if path.suffix in SUFFIXES
                for stat in [path.stat()]
            )

        try:
            seen = await asyncio.to_thread(look)
        except OSError:
            return False  # a file is being replaced right now; the next look sees it
        changed = seen != self._seen
        self._seen = seen
        return changed

    async def _publish_files(self) -> None:
        assert self._directory is not None
        await self._files_changed()
        try:
            files = await asyncio.to_thread(read_directory, self._directory)
        except (ConfigError, OSError) as error:
            place = Problem(file=str(self._directory), line=1, col=1, code="unreadable", text=str(error))
            await self._fail([place])
            return
        await self._publish(files, author="files")

    async def _publish(self, files: Mapping[str, bytes], author: str) -> None:
        try:
            ruleset = await asyncio.to_thread(build, files, self._rulebook.hosts)
        except RulesError as error:
            await self._fail([p for p in error.problems if p.severity == "error"])
            return
        now_ms = self._clock.now_ms()
        newest = await self._store.read(rulesets.latest_version())
        version = await self._store.write(rulesets.put(files, ruleset.version, author=author, at_ms=now_ms))
        await self._store.write(rulesets.set_error(None))
        if version > newest:  # a restart with the same files is no news
            event = Event(at_ms=now_ms, kind="rules.changed", data={"version": str(version), "hash": ruleset.version})
            await self._store.write(store_changes.apply([Record(event)], now_ms=now_ms))
            await self._bus.notify("events")
        await self._bus.notify("rules")

    async def _fail(self, problems: list[Problem]) -> None:
        first = problems[0]
        self._log.error("rules.refused", file=first.file, line=first.line, col=first.col, code=first.code)
        told = [msgspec.to_builtins(p) for p in problems]
        await self._store.write(rulesets.set_error(told, at_ms=self._clock.now_ms()))
        await self._bus.notify("rules")
