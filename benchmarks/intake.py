"""Raw mails into intake until their tickets are committed, against the bare loop and against django-helpdesk.

`python -m benchmarks.intake [ROUNDS]`. One process, SQLite with synchronous=FULL, everything on. The three are run in
turn, and the medians are compared, so that a busy machine slows all of them. Floors: 0.45 of the bare loop, 15 times
django-helpdesk. The counts are asserted: 950 messages, 850 tickets, 50 redeliveries dropped.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from benchmarks import corpus, machine
from benchmarks.bare import BareLoop
from benchmarks.house import House, prepare
from benchmarks.peer import Helpdesk, Result, installed
from router.bus.local import LocalBus
from router.cli.running import tune_interpreter
from router.flow.rulebook import Rulebook
from router.store.sqlite import SqliteStore
from rules import opinion

ROUNDS: Final = 7
_PEER_ROUNDS: Final = 3
FLOOR_BARE: Final = 0.45
FLOOR_PEER: Final = 15.0


class Timed(msgspec.Struct, frozen=True):
    """One run over all mails."""

    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return corpus.MAILS / self.seconds

    @property
    def cpu_rate(self) -> float:
        return corpus.MAILS / self.cpu


def run_bare(mails: Sequence[bytes]) -> Timed:
    with tempfile.TemporaryDirectory() as directory:
        loop = BareLoop(Path(directory) / "bare.db")
        begun, used = time.perf_counter(), time.process_time()
        loop.run(mails)
        timed = Timed(time.perf_counter() - begun, time.process_time() - used)
        assert loop.counts() == (corpus.MESSAGES, corpus.TICKETS), loop.counts()
        loop.close()
    return timed


async def feed(house: House, mails: Sequence[bytes]) -> Timed:
    """All mails through a house whose worker runs beside the intake; the counts are asserted."""
    opinion.forget()  # a round before had the encoder asked about the same mails
    async with house.working():
        begun, used = time.perf_counter(), time.process_time()
        accepted = await house.take(mails)
        await house.settled()
        timed = Timed(time.perf_counter() - begun, time.process_time() - used)
    assert sum(one.outcome == "duplicate" for one in accepted) == corpus.DUPLICATES
    messages, tickets, receipts = await house.counts()
    assert (messages, tickets) == (corpus.MESSAGES, corpus.TICKETS), (messages, tickets)
    assert receipts >= corpus.TICKETS, receipts
    return timed


async def run_sqlite(mails: Sequence[bytes], rulebook: Rulebook) -> Timed:
    with tempfile.TemporaryDirectory() as directory:
        store = await SqliteStore.open(Path(directory) / "house.db")
        await prepare(store)
        try:
            return await feed(House(store, LocalBus(), rulebook, Path(directory)), mails)
        finally:
            await store.close()


def report(bare: list[Timed], house: list[Timed], peer: "list[Result] | str") -> None:
    def line(name: str, rates: list[float], cpu: list[float]) -> None:
        print(f"  {name:<34}{machine.spread(rates)} mails/s    {statistics.median(cpu):>7,.0f} per CPU second")

    line("bare loop, no decisions", [one.rate for one in bare], [one.cpu_rate for one in bare])
    line("switchboard, everything on", [one.rate for one in house], [one.cpu_rate for one in house])
    ratio = statistics.median(b.seconds / h.seconds for b, h in zip(bare, house, strict=True))
    print(f"  switchboard / bare loop           {machine.verdict(ratio, FLOOR_BARE)}")
    if isinstance(peer, str):
        print(f"  django-helpdesk skipped: {peer}")
        return
    rates = [corpus.MAILS / one.seconds for one in peer]
    line("django-helpdesk 2.6.1, WAL", rates, [corpus.MAILS / one.cpu for one in peer])
    ratio = statistics.median([one.rate for one in house]) / statistics.median(rates)
    print(f"  switchboard / django-helpdesk     {machine.verdict(ratio, FLOOR_PEER)}")
    print(f"  django-helpdesk kept {peer[0].messages} messages and made {peer[0].tickets} tickets of them")


def measure(rounds: int, peer: Helpdesk | str, mails: Sequence[bytes]) -> None:
    rulebook = Rulebook.shipped()
    tune_interpreter()  # as every process of the house does once it has started; the bare loop gains by it too
    run_bare(mails)
    asyncio.run(run_sqlite(mails, rulebook))  # a first round warms caches and is not counted
    bare, house, theirs = [], [], []
    for number in range(rounds):
        bare.append(run_bare(mails))
        house.append(asyncio.run(run_sqlite(mails, rulebook)))
        if not isinstance(peer, str) and number < _PEER_ROUNDS:
            theirs.append(peer.run())
    report(bare, house, peer if isinstance(peer, str) else theirs)


def main() -> int:
    mails = corpus.mails()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    machine.header("intake")
    size = sum(map(len, mails)) / len(mails)
    print(f"  corpus   {len(mails)} mails of {size:,.0f} bytes on average, {corpus.DUPLICATES} of them redeliveries")
    with installed(mails) as peer:
        measure(rounds, peer, mails)
    return 0


if __name__ == "__main__":
    sys.exit(main())
