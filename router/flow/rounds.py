"""What workers have in common: round after round while something waits, or each second, and outcomes kept."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from router.bus import Bus
from router.model.changes import Change
from router.model.errors import Conflict, StoreUnavailable
from router.model.sources import Clock
from router.store import changes as store_changes
from router.store.script import Store
from router.telemetry import Logger, why

T = TypeVar("T")

_POLL_S = 1.0
"""Without any wake-up a worker still looks for work this often."""


def is_time(last_ms: int, every_ms: int, now_ms: int) -> bool:
    """Whether what is done so often is to be done again; a clock that went back puts it off no further."""
    return not 0 <= now_ms - last_ms < every_ms


async def work(what: str, one_round: Callable[[], Awaitable[int]], *, bus: Bus, log: Logger) -> None:
    """Work until cancelled; `what` names the worker in the log."""
    watch = bus.watch("outbox")
    try:
        while True:
            try:
                while await one_round():
                    pass
            except (StoreUnavailable, Conflict) as error:
                log.warning("rounds.store_unavailable", worker=what, **why(error))
            await watch.wait(_POLL_S)
    finally:
        watch.close()


async def stream(
    what: str,
    claim: Callable[[int], Awaitable[Sequence[T]]],
    deliver: Callable[[T], Coroutine[Any, Any, None]],
    *,
    slots: int,
    bus: Bus,
    log: Logger,
) -> None:
    """Work until cancelled, `slots` at once: each that is through makes room for the next, whatever the others do."""
    watch = bus.watch("outbox")
    working: set[asyncio.Task[None]] = set()
    try:
        while True:
            free = slots - len(working)
            claimed: Sequence[T] = ()
            try:
                claimed = await claim(free)
            except (StoreUnavailable, Conflict) as error:
                log.warning("rounds.store_unavailable", worker=what, **why(error))
            working |= {asyncio.create_task(deliver(item)) for item in claimed}
            if len(claimed) < free:
                await watch.wait(_POLL_S)
            else:
                await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            done = {task for task in working if task.done()}
            working -= done
            for task in done:
                task.result()
    finally:
        watch.close()
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


async def repeat(what: str, one_round: Callable[[], Awaitable[object]], *, log: Logger) -> None:
    """A round each second until cancelled, for what nothing announces."""
    while True:
        try:
            await one_round()
        except (StoreUnavailable, Conflict) as error:
            log.warning("rounds.store_unavailable", worker=what, **why(error))
        await asyncio.sleep(_POLL_S)


async def settle(what: str, row_id: str, changes: Sequence[Change], *, store: Store, clock: Clock, log: Logger) -> None:
    """Write what became of one row. If that fails, it stays `sending` and is sent again under its key once the lease
    has run out; a defect of one row's is no other's trouble."""
    try:
        await store.write(store_changes.apply(changes, now_ms=clock.now_ms()))
    except (StoreUnavailable, Conflict) as error:
        log.warning("rounds.not_settled", worker=what, row_id=row_id, **why(error))
    except Exception as error:  # noqa: BLE001 -- as said
        log.error("rounds.not_settled", worker=what, row_id=row_id, **why(error))


def unforeseen(what: str, row_id: str, error: Exception, *, log: Logger) -> str:
    """Tell the log of an error in the call of one row that nobody foresaw; the reason for the row, which holds no
    content."""
    log.error("rounds.call_failed", worker=what, row_id=row_id, **why(error))
    return f"the call failed: {type(error).__name__}"
