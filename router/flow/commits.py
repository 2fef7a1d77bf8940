"""What crosses the door at the same time is committed together: while one transaction runs, the next one gathers.

Used by the intake. A single message then costs a share of a transaction instead of one, and nobody waits longer than
for the commit under way.
"""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import msgspec

from router.bus import Bus, Pointer
from router.model.errors import Conflict, MediaGone, StoreUnavailable
from router.model.ids import BlobHash
from router.model.limits import INTAKE_BATCH_MAX
from router.model.sources import Clock
from router.store import journal
from router.store.journal import CursorAt
from router.store.rows import JournalRow, MediaRow, QuarantineRow, SealedRow
from router.store.script import Script, Store

_ATTEMPTS: Final = 4
_PAUSE_S: Final = 0.02
"""Longer by as much after each attempt: whoever was faster is done by then."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one call of the door."""

    journal: Sequence[JournalRow]
    hashed: Sequence[str] = ()
    """Their keys in case their senders were erased since, one for each."""
    quarantine: Sequence[QuarantineRow]
    sealed: Sequence[SealedRow]
    files: Sequence[MediaRow] = ()
    known: Sequence[BlobHash] = ()
    cursor: CursorAt | None = None


class _Waiting(msgspec.Struct, frozen=True):
    arrival: Arrival
    verdicts: asyncio.Future[list[journal.Appended]]


class Commits:
    """Writes arrivals and announces what was new."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def write(self, arrival: Arrival) -> list[journal.Appended]:
        """Per journal row whether it is new, once all of it is durable. Raises StoreUnavailable and MediaGone."""
        verdicts: asyncio.Future[list[journal.Appended]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(arrival, verdicts))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name="commits")
        return await verdicts

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._settle(self._next())
        finally:
            self._worker = None
            for left in self._waiting:
                left.verdicts.cancel()

    def _next(self) -> list[_Waiting]:
        """What goes into the next transaction: at most one cursor and, beyond the first arrival, a bounded batch."""
        group: list[_Waiting] = []
        rows = cursors = 0
        for waiting in self._waiting:
            rows += len(waiting.arrival.journal)
            cursors += waiting.arrival.cursor is not None
            if group and (rows > INTAKE_BATCH_MAX or cursors > 1):
                break
            group.append(waiting)
        del self._waiting[: len(group)]
        return group

    async def _settle(self, group: list[_Waiting]) -> None:
        """Commit a group. What fails for a reason of its own is written alone, so that it harms nobody else."""
        try:
            verdicts = await self._commit([waiting.arrival for waiting in group])
        except Exception as error:  # noqa: BLE001 -- every error goes to whoever waits
            if len(group) > 1 and not isinstance(error, StoreUnavailable):
                for waiting in group:
                    await self._settle([waiting])
                return
            for waiting in group:
                if not waiting.verdicts.done():
                    waiting.verdicts.set_exception(error)
            return
        each = iter(verdicts)
        for waiting in group:
            mine = list(islice(each, len(waiting.arrival.journal)))
            if not waiting.verdicts.done():
                waiting.verdicts.set_result(mine)
        rows = (row for waiting in group for row in waiting.arrival.journal)
        await self._bus.publish(
            [
                Pointer(partition=row.partition, journal_id=row.id)
                for row, verdict in zip(rows, verdicts, strict=True)
                if verdict == "new"
            ]
        )

    async def _commit(self, arrivals: Sequence[Arrival]) -> list[journal.Appended]:
        """Nothing was gathered that could have moved: a conflict of one alone is the server's, and passes."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._store.write(self._appended(arrivals))
            except MediaGone:
                raise
            except Conflict as error:
                if len(arrivals) > 1:
                    raise
                if attempt == _ATTEMPTS:
                    raise StoreUnavailable(f"somebody was faster {attempt} times: {error}") from error
            await asyncio.sleep(_PAUSE_S * attempt)
        raise AssertionError("the last attempt returns or raises")

    def _appended(self, arrivals: Sequence[Arrival]) -> Script[list[journal.Appended]]:
        return journal.append(
            [row for arrival in arrivals for row in arrival.journal],
            hashed=[key for arrival in arrivals for key in arrival.hashed],
            sealed=[row for arrival in arrivals for row in arrival.sealed],
            files=_once(row for arrival in arrivals for row in arrival.files),
            known=[known for arrival in arrivals for known in arrival.known],
            quarantine=[row for arrival in arrivals for row in arrival.quarantine],
            cursor=next((arrival.cursor for arrival in arrivals if arrival.cursor is not None), None),
            now_ms=self._clock.now_ms(),
        )


def _once(files: Iterable[MediaRow]) -> list[MediaRow]:
    found: dict[str, MediaRow] = {}
    for file in files:
        found.setdefault(file.hash, file)
    return list(found.values())
