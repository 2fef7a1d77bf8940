"""How long `contacts import` takes for 100,000 people: into an empty house, the same file again, and with mistakes.

`python -m benchmarks.contacts [ROWS]`. Each row names a user, two mail addresses, a phone and a telegram id, linked,
and a field that is not known here; SQLite with `synchronous=FULL` and PostgreSQL with fsync. Asserted beside
the times: the second import changes nothing, and each contradictory row is told by its line and stops no other.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import machine
from router.bus.local import LocalBus
from router.clock import SystemClock, TimedIds
from router.flow.contacts import import_contacts
from router.flow.people import People
from router.store import migrate
from router.store.postgres import PostgresStore
from router.store.script import Store, select
from router.store.sqlite import SqliteStore
from tests.servers import tools
from tests.servers.postgres import running_postgres

ROWS: Final = 100_000
SECONDS_MAX: Final = 60
_WRONG_EVERY: Final = 100
_NAMES: Final = ("Li Wei", "Ann Lee", "王芳", "Jürgen Groß", "O'Neill", "张伟", "Maria da Silva")


def rows(count: int) -> list[bytes]:
    return [
        json.dumps(
            {
                "contact": f"k{n}",
                "user_id": f"u{n}",
                "name": f"{_NAMES[n % len(_NAMES)]} {n % 5_000}",
                "emails": [f"User{n}@example.org", f"u{n}@mail.example.com"],
                "phones": [f"+4144{n:07}"],
                "telegram": str(10_000_000 + n),
                "language": "zh" if n % 3 else "en",
                "linked": True,
                "tier": "gold" if n % 10 == 0 else "free",
            },
            ensure_ascii=False,
        ).encode()
        for n in range(count)
    ]


def contradictory(lines: Sequence[bytes]) -> tuple[list[bytes], list[int]]:
    """Every hundredth row is followed by one of somebody else with its address; the lines of these."""
    mixed: list[bytes] = []
    wrong: list[int] = []
    for n, line in enumerate(lines):
        mixed.append(line)
        if n % _WRONG_EVERY == 0:
            thief = {"contact": f"thief{n}", "emails": [f"user{n}@example.org"]}
            mixed.append(json.dumps(thief).encode())
            wrong.append(len(mixed))
    return mixed, wrong


async def take(store: Store, lines: Sequence[bytes]) -> tuple[float, float, list[str]]:
    """Wall and processor seconds, and the problems."""
    clock = SystemClock()
    told: list[int] = []
    begun, cpu = time.perf_counter(), time.process_time()
    ids = TimedIds(clock)
    people = People(store=store, bus=LocalBus(), clock=clock, ids=ids)
    done = await import_contacts(lines, people=people, store=store, clock=clock, ids=ids, progress=told.append)
    seconds, spent = time.perf_counter() - begun, time.process_time() - cpu
    assert told == sorted(told), "progress goes forward"
    assert told[-1] == len(lines)
    return seconds, spent, list(done.problems)


async def counted(store: Store) -> list[tuple[int, int]]:
    return [
        tuple((await store.read(select(f"SELECT COUNT(*), SUM(version) FROM {name}")))[0])
        for name in ("contacts", "identities")
    ]


async def measure(name: str, store: Store, count: int) -> None:
    await store.write(migrate.migrate(store.dialect, now_ms=0))
    lines = rows(count)
    first, cpu, problems = await take(store, lines)
    assert not problems, problems[:3]
    before = await counted(store)
    assert [int(n) for n, _ in before] == [count, 5 * count]
    again, cpu_again, problems = await take(store, lines)
    assert not problems, problems[:3]
    assert await counted(store) == before, "the same rows twice change nothing"
    mixed, wrong = contradictory(lines)
    third, _, problems = await take(store, mixed)
    assert [int(each.split(":")[0].removeprefix("line ")) for each in problems] == wrong
    assert await counted(store) == before
    print(f"  {name:<12}{first:6.1f} s ({cpu:.1f} s of this process), again {again:.1f} s ({cpu_again:.1f} s),")
    print(f"  {'':<12}with {len(wrong):,} contradictory rows {third:.1f} s; at most {SECONDS_MAX} s: {_held(first)}")


def _held(seconds: float) -> str:
    return "held" if seconds <= SECONDS_MAX else "MISSED"


async def on_sqlite(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "contacts.db")
        await measure("SQLite", store, count)
        await store.close()


async def on_postgres(dsn: str, count: int) -> None:
    store = await PostgresStore.open(dsn)
    await measure("PostgreSQL", store, count)
    await store.close()


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    machine.header("contacts")
    asyncio.run(on_sqlite(count))
    initdb = tools.POSTGRES.find()
    if initdb is None:
        print(f"  {tools.POSTGRES.missing}")
        return 1
    with running_postgres(initdb) as server, server.lent_database() as dsn:
        asyncio.run(on_postgres(dsn, count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
