"""The care of files: what was let go of goes, what a crash left over, and what an earlier release kept in the database.

A worker of its own, apart from the sweeper: a store of files that is slow or silent holds up no ladder and no timer.
"""

from collections.abc import Awaitable, Callable

from router.flow import rounds
from router.flow.media import Media
from router.model.errors import ConfigError, Conflict, StoreUnavailable
from router.model.sources import Clock
from router.telemetry import Logger, why

_TIDY_EVERY_MS = 60_000
_SWEEP_EVERY_MS = 86_400_000
_MOVED = 20
"""In one round."""


class FileCare:
    """Looks after the place where files are."""

    def __init__(self, *, media: Media, clock: Clock, log: Logger) -> None:
        self._media, self._clock, self._log = media, clock, log
        self._inside = True
        """Files of an earlier release may still be in the database."""
        self._tidy_at_ms, self._swept_at_ms = 0, clock.now_ms()
        self._trouble: dict[str, str] = {}
        """What each step was said to lack: said once."""

    async def run(self) -> None:
        """Work until cancelled."""
        await rounds.repeat("files", self.run_once, log=self._log)

    async def run_once(self) -> None:
        """One round, of which each step goes by itself: one that fails skips none of the others."""
        await self._step("move", self._move)
        await self._step("tidy", self._tidy)
        await self._step("sweep", self._sweep)

    async def _step(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except ConfigError as error:
            if self._trouble.get(name) != str(error):
                self._trouble[name] = str(error)
                self._log.error("files.trouble", step=name, error=str(error))
        except (StoreUnavailable, Conflict) as error:
            self._log.warning("files.unavailable", step=name, **why(error))

    async def _move(self) -> None:
        if self._inside:
            self._inside = await self._media.move_some(_MOVED) > 0

    async def _tidy(self) -> None:
        now_ms = self._clock.now_ms()
        if rounds.is_time(self._tidy_at_ms, _TIDY_EVERY_MS, now_ms):
            self._tidy_at_ms = now_ms
            await self._media.tidy()

    async def _sweep(self) -> None:
        now_ms = self._clock.now_ms()
        if rounds.is_time(self._swept_at_ms, _SWEEP_EVERY_MS, now_ms):
            self._swept_at_ms = now_ms
            await self._media.sweep()
