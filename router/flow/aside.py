"""Rows that a worker cannot get past: set aside for a while, so that those behind them are worked.

What a decision about one row raises is a defect of ours, or a statement about it takes too long, and it may do so for
ever. Kept in this process alone: a fresh one, with the defect mended, tries them at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from router.model.errors import Conflict, StatementTimeout, StoreUnavailable
from router.model.sources import Clock
from router.telemetry import Logger, Metrics, why

ASIDE_MAX: Final = 1_000
"""Of one worker. Who comes on top is tried again, instead of who was set aside first."""


class Aside:
    """The rows of one worker that are left alone."""

    def __init__(self, what: str, *, for_ms: int, clock: Clock, metrics: Metrics, log: Logger) -> None:
        """`what` names the worker in the log and the metric."""
        self._what, self._for_ms = what, for_ms
        self._clock, self._metrics, self._log = clock, metrics, log
        self._since_ms: dict[str, int] = {}

    @contextmanager
    def guard(self, row_id: str) -> Iterator[None]:
        """Set a row aside when what is done with it fails for a reason of its own. Raises Conflict and
        StoreUnavailable."""
        try:
            yield
        except StatementTimeout as error:
            self._put(row_id, error)
            raise
        except (Conflict, StoreUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 -- one row's trouble, not the worker's
            self._put(row_id, error)

    def _put(self, row_id: str, error: Exception) -> None:
        while len(self._since_ms) >= ASIDE_MAX:
            del self._since_ms[next(iter(self._since_ms))]
        self._since_ms[row_id] = self._clock.now_ms()
        self._metrics.sweep_failures.labels(self._what).inc()
        self._log.error("row.set_aside", worker=self._what, row_id=row_id, for_ms=self._for_ms, **why(error))

    def ids(self) -> list[str]:
        """Those that are left alone now; a clock that went back lengthens it for none."""
        now_ms = self._clock.now_ms()
        self._since_ms = {id_: at_ms for id_, at_ms in self._since_ms.items() if 0 <= now_ms - at_ms < self._for_ms}
        return list(self._since_ms)
