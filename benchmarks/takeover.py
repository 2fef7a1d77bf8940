"""How long a killed route worker's partitions lie still: kill -9, and its heir has them all.

`python -m benchmarks.takeover [ROUNDS]`. Two processes with the role `route` share the partitions, a third is `web`;
the older worker is killed while messages of 128 people are accepted, half of which fall to its partitions. Measured
are the time until the heir owns every partition, and the longest that one of these messages waited for its decision.
Promise: 5 s. On SQLite the processes share one file and poll; on PostgreSQL they are woken through Redis.
"""

import asyncio
import contextlib
import json
import os
import signal
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Final

from benchmarks import machine
from benchmarks.service import Service, service
from router.clock import SystemClock
from router.model.limits import PARTITIONS
from router.opening import open_store
from router.store import journal, leases
from router.store.script import Store
from tests.servers import tools
from tests.servers.postgres import running_postgres
from tests.servers.redis import running_redis

ROUNDS: Final = 5
PROMISE_S: Final = 5.0
PEOPLE: Final = 128
_LOOK_S: Final = 0.02
_PATIENCE_S: Final = 60.0


async def until_owned(store: Store, shares: list[int]) -> float:
    """Wait until the partitions are held in these shares and none is free; when that was."""
    until = time.monotonic() + _PATIENCE_S
    while sorted((await store.read(leases.owners(now_ms=SystemClock().now_ms()))).values()) != shares:
        if time.monotonic() > until:
            raise TimeoutError(f"the partitions were not held as {shares} within {_PATIENCE_S} s")
        await asyncio.sleep(_LOOK_S)
    return time.monotonic()


def post(port: int, token: str, mark: str) -> list[str]:
    """One message of each of many people, accepted at once; their ids."""
    ids = [f"{mark}-{number}" for number in range(PEOPLE)]
    messages = [
        {
            "channel": "form",
            "message_id": message_id,
            "visibility": "private",
            "sent_at": "2026-11-02T08:00:03Z",
            "sender": {"id": message_id},
            "text": "Where is my transfer?",
        }
        for message_id in ids
    ]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/messages",
        json.dumps(messages).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 202
    return ids


async def longest_wait(store: Store, ids: list[str]) -> float:
    """Seconds from accepted to decided, of the message that waited longest; waits until all are decided."""
    waits = []
    for message_id in ids:
        while (row := await store.read(journal.find("form", "default", message_id))) is None or (
            row.routed_at_ms is None
        ):
            await asyncio.sleep(_LOOK_S)
        waits.append((row.routed_at_ms - row.received_at_ms) / 1000)
    return max(waits)


async def take_over(running: Service, storage: str, rounds: int) -> tuple[list[float], list[float]]:
    """Kill and replace a worker so many times; seconds until taken over, and the longest waits."""
    store = await open_store(storage, running.directory)
    token = running.token()
    running.start("web")
    workers = [running.start("route")]
    taken: list[float] = []
    waited: list[float] = []
    try:
        for number in range(rounds):
            workers.append(running.start("route"))
            await until_owned(store, [PARTITIONS // 2] * 2)
            killed = time.monotonic()
            os.kill(workers.pop(0), signal.SIGKILL)
            ids = await asyncio.to_thread(post, running.port, token, f"round-{number}")
            taken.append(await until_owned(store, [PARTITIONS]) - killed)
            waited.append(await longest_wait(store, ids))
    finally:
        await store.close()
    return taken, waited


def spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} .. {max(seconds):.2f}) s"


def measure(name: str, storage: str, bus: str, rounds: int) -> bool:
    with service(storage, bus) as running:
        taken, waited = asyncio.run(take_over(running, storage, rounds))
    worst = max(*taken, *waited)
    met = worst <= PROMISE_S
    print(f"  {name:<28} killed to taken over {spread(taken)}   longest wait of a message {spread(waited)}")
    print(f"  {'':<28} {'met' if met else 'NOT MET'}: worst {worst:.2f} s, promise {PROMISE_S:g} s")
    return met


@contextlib.contextmanager
def scaled() -> Iterator[tuple[str, str] | None]:
    """Addresses of PostgreSQL and Redis; None, and why, where they are not installed."""
    initdb, program = tools.POSTGRES.find(), tools.REDIS.find()
    if initdb is None or program is None:
        print(f"  {tools.POSTGRES.missing if initdb is None else tools.REDIS.missing}")
        yield None
        return
    with running_postgres(initdb) as postgres, running_redis(program) as redis, postgres.lent_database() as dsn:
        yield dsn, redis.url


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    machine.header("takeover")
    met = measure("SQLite, processes polling", "sqlite:switchboard.db", "local", rounds)
    with scaled() as servers:
        if servers is None:
            return 1
        met = measure("PostgreSQL + Redis", *servers, rounds) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
