"""What the bus costs: announcements and entries per second and the time to wake, beside Redis without the bus.

`python -m benchmarks.bus`. All rates are medians of several rounds taken in turn, so that a busy machine slows both
sides; the ratios count. One process holds publisher and consumer, so that it is their sum that is measured.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.asyncio import Redis

from router.bus import Bus, Pointer
from router.bus.local import LocalBus
from router.bus.redis import RedisBus
from router.bus.streams import route_key
from router.model.limits import PARTITIONS
from router.telemetry import SilentLog
from tests.servers import tools
from tests.servers.redis import running_redis

T = TypeVar("T")
ROUNDS = 5
ROWS = 20_000
PIPELINE = 100
WAKES = 500


def journal_ids(count: int) -> list[str]:
    return [f"01920000-0000-7000-8000-{number:012x}" for number in range(count)]


async def plain_xadd(redis: Redis, ids: list[str]) -> None:
    for at in range(0, len(ids), PIPELINE):
        pipeline = redis.pipeline(transaction=False)
        for number, journal_id in enumerate(ids[at : at + PIPELINE]):
            pipeline.xadd(b"plain:%d" % (number % PARTITIONS), {"j": journal_id})
        await pipeline.execute()
    await redis.flushall()


async def pump(bus: Bus, ids: list[str]) -> int:
    """Publish all rows in batches, as intake does, and consume and ack until each is covered; entries it took."""
    covered = 0
    published = 0
    entries = 0
    waiting = [0] * PARTITIONS
    while covered < len(ids):
        if published < len(ids):
            batch = ids[published : published + PIPELINE]
            for number in range(len(batch)):
                waiting[number % PARTITIONS] += 1
            await bus.publish(
                [Pointer(partition=number % PARTITIONS, journal_id=each) for number, each in enumerate(batch)]
            )
            published += len(batch)
        got = await bus.consume(range(PARTITIONS), 5.0)
        assert got, "a wake-up was lost"
        entries += len(got)
        for each in got:
            covered += waiting[each.partition]
            waiting[each.partition] = 0
        await bus.ack(got)
    return entries


async def drain(bus: Bus) -> None:
    while got := await bus.consume(range(PARTITIONS), 0.2):
        await bus.ack(got)


async def wake_ms(bus: Bus, other: Bus) -> list[float]:
    """From publish in one process to a pointer in another, one at a time."""
    times = []
    for number in range(WAKES):
        waiting = asyncio.create_task(other.consume(range(PARTITIONS), 5.0))
        await asyncio.sleep(0.001)
        start = time.perf_counter()
        await bus.publish([Pointer(partition=number % PARTITIONS, journal_id=str(number))])
        got = await waiting
        times.append((time.perf_counter() - start) * 1000)
        await other.ack(got)
    return times


async def ping_ms(redis: Redis) -> list[float]:
    times = []
    for _ in range(WAKES):
        start = time.perf_counter()
        await redis.ping()
        times.append((time.perf_counter() - start) * 1000)
    return times


async def timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    start = time.perf_counter()
    result = await work()
    return time.perf_counter() - start, result


def spread(times: list[float]) -> str:
    ordered = sorted(times)
    return f"p50 {statistics.median(ordered):.2f} ms   p99 {ordered[int(len(ordered) * 0.99)]:.2f} ms"


async def measure(url: str) -> None:
    redis = Redis.from_url(url)
    publisher = await RedisBus.open(url, name="publisher", log=SilentLog(), jitter=random.random)
    owner = await RedisBus.open(url, name="owner", log=SilentLog(), jitter=random.random)
    ids = journal_ids(ROWS)
    plain, rows, entries, local = [], [], [], []
    for _ in range(ROUNDS):
        plain.append(ROWS / (await timed(lambda: plain_xadd(redis, ids)))[0])
        seconds, count = await timed(lambda: pump(owner, ids))
        rows.append(ROWS / seconds)
        entries.append(count / seconds)
        await drain(owner)
        local.append(ROWS / (await timed(lambda: pump(LocalBus(), ids)))[0])
    wakes = await wake_ms(publisher, owner)
    pings = await ping_ms(redis)
    lengths = [await redis.xlen(route_key(partition)) for partition in range(PARTITIONS)]
    ceiling = statistics.median(plain)
    print(f"plain pipelined XADD, {PIPELINE} at once      {ceiling:>10,.0f} entries/s")
    print(f"Redis bus, rows announced to acked      {statistics.median(rows):>10,.0f} rows/s", end="")
    print(f"       {statistics.median(rows) / ceiling:.2f} of plain XADD")
    print(f"  entries that crossed Redis for them   {statistics.median(entries):>10,.0f} entries/s", end="")
    print(f"    {statistics.median(entries) / ceiling:.2f} (each: EVAL + XREADGROUP + XACK + XDEL)")
    print(f"local bus, rows announced to acked      {statistics.median(local):>10,.0f} rows/s")
    print(f"publish to wake in another connection   {spread(wakes)}")
    print(f"plain PING                              {spread(pings)}")
    print(f"entries left in the streams             {sum(lengths)}")
    await publisher.close()
    await owner.close()
    await redis.aclose()


def main() -> int:
    program = tools.REDIS.find()
    if program is None:
        print(tools.REDIS.missing)
        return 1
    with running_redis(program) as server:
        asyncio.run(measure(server.url))
    return 0


if __name__ == "__main__":
    sys.exit(main())
