"""What is done for a rule set once it is live: doubts are looked for, and its words compiled for hyperscan.

Both take a while in a thread of their own; nothing waits for them, and the set is as right before as after. A compiled
database rests beside the store, named after the words it holds; one that is damaged or of another machine is made anew.
"""

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Final

from router.telemetry import Logger
from rules import accelerator
from rules.accelerator import Unavailable
from rules.literals import Finder
from rules.ruleset import Ruleset

TOLD_MAX: Final = 20
"""Doubts that the log names one by one."""

_PATTERN: Final = "rules-*.words"


class Afterwards:
    """Works on one rule set at a time: the one that is live."""

    def __init__(self, *, cache: Path | None, log: Logger) -> None:
        self._cache, self._log = cache, log
        self._ruleset: Ruleset | None = None
        self._task: asyncio.Task[None] | None = None

    def look_at(self, ruleset: Ruleset) -> None:
        """Begin with a set, unless it was looked at already."""
        if ruleset is not self._ruleset:
            if self._task is not None:
                self._task.cancel()
            self._ruleset = ruleset
            self._task = asyncio.create_task(self._work(ruleset))

    async def stop(self) -> None:
        """Let go of what is under way."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _work(self, ruleset: Ruleset) -> None:
        if (finder := ruleset.finder) is not None:
            await self._accelerate(finder)
        doubts = await asyncio.to_thread(lambda: ruleset.warnings)
        for doubt in doubts[:TOLD_MAX]:
            self._log.warning("rules.doubt", file=doubt.file, line=doubt.line, col=doubt.col, code=doubt.code)
        if len(doubts) > TOLD_MAX:
            self._log.warning("rules.more_doubts", more=len(doubts) - TOLD_MAX)

    async def _accelerate(self, finder: Finder) -> None:
        try:
            was_kept = await asyncio.to_thread(accelerate, finder, self._cache)
        except Unavailable as error:
            self._log.info("rules.plain", reason=str(error))
        except OSError as error:
            self._log.warning("rules.cache_unwritable", error=error.strerror)
        else:
            self._log.info("rules.accelerated", cached=was_kept)


def accelerate(finder: Finder, cache: Path | None) -> bool:
    """Give a finder its accelerator, from the cache if it is there; whether it was. Raises Unavailable; OSError when
    it works but could not be kept."""
    if (reason := accelerator.missing()) is not None:
        raise Unavailable(reason)
    name = accelerator.key(finder)
    path = cache / _PATTERN.replace("*", name) if cache is not None else None
    if path is not None:
        with contextlib.suppress(FileNotFoundError):
            finder.accelerator = accelerator.loaded(finder, path.read_bytes())
    if finder.accelerator is not None:
        return True
    finder.accelerator = compiled = accelerator.compiled(finder)
    if path is not None:
        _keep(path, accelerator.dumped(compiled, name))
    return False


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and delete those of earlier words."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".rules-", delete=False) as fresh:
        fresh.write(content)
    Path(fresh.name).replace(path)
    for other in path.parent.glob(_PATTERN):
        if other != path:
            other.unlink(missing_ok=True)
