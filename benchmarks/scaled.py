"""The same mails on PostgreSQL and Redis with one route worker, against the embedded storage in the same run.

`python -m benchmarks.scaled [ROUNDS]`. Intake and route worker share one process, as in benchmarks.intake; both servers
run on this machine and are durable (fsync on). Floor: 0.60 of SQLite's rate.
"""

import asyncio
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import corpus, machine
from benchmarks.house import House, prepare
from benchmarks.intake import Timed, feed, run_sqlite
from router.bus.redis import RedisBus
from router.cli.running import tune_interpreter
from router.flow.rulebook import Rulebook
from router.store.postgres import PostgresStore
from router.telemetry import SilentLog
from tests.servers import tools
from tests.servers.postgres import PostgresServer, running_postgres
from tests.servers.redis import RedisServer, running_redis

ROUNDS: Final = 5
FLOOR: Final = 0.60


async def run_scaled(mails: Sequence[bytes], rulebook: Rulebook, postgres: PostgresServer, redis: RedisServer) -> Timed:
    redis.flush()
    with postgres.lent_database() as dsn, tempfile.TemporaryDirectory() as folder:
        store = await PostgresStore.open(dsn)
        bus = await RedisBus.open(redis.url, name="benchmark", log=SilentLog(), jitter=random.random)
        try:
            await prepare(store)
            return await feed(House(store, bus, rulebook, Path(folder)), mails)
        finally:
            await bus.close()
            await store.close()


def measure(rounds: int, postgres: PostgresServer, redis: RedisServer) -> None:
    mails, rulebook = corpus.mails(), Rulebook.shipped()
    tune_interpreter()
    embedded: list[Timed] = []
    scaled: list[Timed] = []
    for number in range(rounds + 1):
        one, other = (
            asyncio.run(run_sqlite(mails, rulebook)),
            asyncio.run(run_scaled(mails, rulebook, postgres, redis)),
        )
        if number:  # the first round warms caches and is not counted
            embedded.append(one)
            scaled.append(other)
    for name, runs in (("SQLite, bus in the process", embedded), ("PostgreSQL + Redis", scaled)):
        print(f"  {name:<34}{machine.spread([run.rate for run in runs])} mails/s")
    ratio = statistics.median(e.seconds / s.seconds for e, s in zip(embedded, scaled, strict=True))
    print(f"  PostgreSQL + Redis / SQLite       {machine.verdict(ratio, FLOOR)}")


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    machine.header("scaled")
    for tool in (tools.POSTGRES, tools.REDIS):
        if tool.find() is None:
            print(f"  {tool.missing}")
            return 1
    initdb, program = tools.POSTGRES.find(), tools.REDIS.find()
    assert initdb is not None
    assert program is not None
    with running_postgres(initdb) as postgres, running_redis(program) as redis:
        measure(rounds, postgres, redis)
    return 0


if __name__ == "__main__":
    sys.exit(main())
