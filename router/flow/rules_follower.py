"""The way a new rule set goes live.

The active set is a database row that all processes follow. Where rules come from files, one process watches them:
build, run the files' own tests (unless just this set is live), store as the next version, swap. A set that fails is
told everywhere, and the last good version keeps serving until it is mended. What a set can do without is done once it
is live (`rules_afterwards`).
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from router.bus import Bus
from router.flow.rulebook import Rulebook, RulesStatus, build, read_directory, rules_files
from router.flow.rules_afterwards import Afterwards
from router.model.changes import Record
from router.model.errors import ConfigError, Conflict, StoreUnavailable
from router.model.sources import Clock
from router.model.tables import Event
from router.store import changes as store_changes
from router.store import rulesets
from router.store.script import Store
from router.telemetry import Logger, Metrics, why
from rules import packs
from rules.document import Shelf
from rules.problems import Problem, RulesError
from rules.ruleset import Ruleset, load

_POLL_S: Final = 0.5
_REST_S: Final = 0.2
"""Files that were the same for so long are written to their end."""
FILES: Final = "files"
"""Who published a set that came from the folder."""
SHELF_FROM_BYTES: Final = 1 << 20
"""Rules from this size on take a second to read; what was read of them takes about thirty times as much memory."""


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
        cache: Path | None = None,
    ) -> None:
        self._rulebook, self._store, self._bus, self._clock = rulebook, store, bus, clock
        self._log, self._metrics, self._directory = log, metrics, directory
        self._afterwards = Afterwards(cache=cache, log=log)
        self._shelf = Shelf()
        self._seen: object = None
        """The files as they were when they were read last."""
        self._found: object = None
        """The files as they were at the last look."""
        self._built: Ruleset | None = None
        """What this process published last."""

    async def start(self) -> None:
        """Make something active: the files, else the newest stored set, else the shipped pack."""
        if self._directory is not None:
            self._found = await asyncio.to_thread(_picture, self._directory)
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
                self._afterwards.look_at(self._rulebook.current)
                notified = await watch.wait(_POLL_S if self._found == self._seen else _REST_S)
                try:
                    await self._look(notified=notified, missed=missed)
                    missed = False
                except (StoreUnavailable, Conflict) as error:
                    self._log.warning("rules.store_unavailable", **why(error))
                    self._seen, missed = None, True
        finally:
            watch.close()
            await self._afterwards.stop()

    async def _look(self, *, notified: bool, missed: bool) -> None:
        came = not notified and await self._files_came()  # who is woken looks too soon to know that files rest
        if came:
            await self._publish_files()
        if came or notified or missed or not self._bus.healthy():
            await self.follow()

    async def follow(self) -> None:
        """Take over what the database says is active."""
        row = await self._store.read(rulesets.latest())
        error = await self._store.read(rulesets.error())
        status = self._rulebook.status
        ruleset = self._rulebook.loaded
        if row is not None and row.version != status.version:
            ruleset = await self._compiled(row)
            status = RulesStatus(version=row.version, hash=row.hash, at_ms=row.at_ms)
            self._log.info("rules.live", version=row.version, hash=row.hash)
        problems = tuple(msgspec.convert(p, Problem) for p in error.problems) if error else ()
        status = msgspec.structs.replace(status, problems=problems, failed_at_ms=error.at_ms if error else None)
        self._metrics.rules_version.set(status.version)
        self._metrics.rules_last_reload_ok.set(0 if problems else 1)
        if status != self._rulebook.status:
            self._rulebook.take(ruleset, status)
        self._built = None

    async def _compiled(self, row: rulesets.StoredRules) -> Ruleset:
        """A stored set, which is often one that is here already: the shipped pack, or what was published just now."""
        for known in (self._built, self._rulebook.loaded):
            if known is not None and known.version == row.hash:
                return known
        return await asyncio.to_thread(load, row.files, hosts=self._rulebook.hosts, was_live=True)

    async def _files_came(self) -> bool:
        """Whether there are other files than were read last, and nobody is writing them any more."""
        if self._directory is None:
            return False
        before, self._found = self._found, await asyncio.to_thread(_picture, self._directory)
        return self._found == before and self._found != self._seen

    async def _publish_files(self) -> None:
        assert self._directory is not None
        self._seen = self._found
        try:
            files = await asyncio.to_thread(read_directory, self._directory)
        except ConfigError as error:
            place = Problem(file=str(self._directory), line=1, col=1, code="unreadable", text=str(error))
            await self._fail([place])
            return
        await self._publish(files, author=FILES)

    async def _publish(self, files: Mapping[str, bytes], author: str) -> None:
        newest, live = await self._store.read(rulesets.newest())
        shelf = self._shelf_for(files)
        try:
            ruleset = await asyncio.to_thread(build, files, self._rulebook.hosts, shelf, live=live)
        except RulesError as error:
            await self._fail([p for p in error.problems if p.severity == "error"])
            return
        self._built = ruleset
        now_ms = self._clock.now_ms()
        version = await self._store.write(rulesets.put(files, ruleset.version, author=author, at_ms=now_ms))
        if author == FILES:  # what is wrong with them stays said while the shipped pack serves in their place
            await self._store.write(rulesets.set_error(None))
        if version > newest:  # a restart with the same files is no news
            event = Event(at_ms=now_ms, kind="rules.changed", data={"version": str(version), "hash": ruleset.version})
            await self._store.write(store_changes.apply([Record(event)], now_ms=now_ms))
            await self._bus.notify("events")
        await self._bus.notify("rules")

    def _shelf_for(self, files: Mapping[str, bytes]) -> Shelf | None:
        """Where reading takes long, what was read is kept for the next time; elsewhere the memory is worth more."""
        return self._shelf if sum(map(len, files.values())) >= SHELF_FROM_BYTES else None

    async def _fail(self, problems: list[Problem]) -> None:
        first = problems[0]
        self._log.error("rules.refused", file=first.file, line=first.line, col=first.col, code=first.code)
        told = [msgspec.to_builtins(p) for p in problems]
        await self._store.write(rulesets.set_error(told, at_ms=self._clock.now_ms()))
        await self._bus.notify("rules")


def _picture(directory: Path) -> object:
    """What differs when files were changed. The time of the last change is the system's own: that of writing may be
    set, as archives do and those who copy files with their times."""
    try:
        found = ((str(path), path.stat()) for path in rules_files(directory))
        return [(name, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size) for name, stat in found]
    except OSError as error:  # a file is being replaced right now, or may not be read: then that is told
        return str(error)
