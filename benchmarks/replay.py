"""How many stored messages `rules replay` judges a second: the shipped pack against itself with one rule more.

`python -m benchmarks.replay [MESSAGES]`. The messages are the lines of the tests' corpora, decided by the production
path; two of three are follow-ups. Processor time with everything, and of it what the two evaluations alone take.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from benchmarks import machine
from router import discovery
from router.blobs.folder import FolderBlobs
from router.bus.local import LocalBus
from router.flow.comparison import Replay
from router.flow.rehearsal import Rehearsal
from router.flow.rulebook import Rulebook
from router.store import migrate
from router.store.sqlite import SqliteStore
from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.ruleset import load

MESSAGES: Final = 20_000
CORPORA: Final = Path(__file__).parents[1] / "tests" / "corpora"
ONE_MORE: Final = (
    b"version: 1\nrules:\n  - {id: one-more, when: {message.any|has: [please, thanks]}, then: {tag: polite}}\n"
)
_EACH: Final = 3
"""Messages of one customer."""


def texts() -> list[str]:
    rows = [json.loads(row) for path in sorted(CORPORA.glob("*ing_??.ndjson")) for row in path.read_text().splitlines()]
    return [row["text"] for row in rows]


def lines(count: int) -> Iterator[bytes]:
    for number, text in enumerate(islice(cycle(texts()), count)):
        message = {"channel": "telegram", "message_id": f"m{number}", "visibility": "private", "text": text}
        sent = f"2026-11-02T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        yield json.dumps(message | {"sent_at": sent, "sender": {"id": f"c{number // _EACH}"}}).encode()


async def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "replay.db", synchronous="OFF")
        await store.write(migrate.migrate("sqlite", now_ms=0))
        path = Rehearsal(
            store=store,
            blobs=FolderBlobs(Path(folder) / "media", sync=False),
            bus=LocalBus(),
            rulebook=Rulebook.shipped(),
            manifest=discovery.manifest_of("api"),
        )
        begun = time.perf_counter()
        async for _ in path.decide(lines(count)):
            pass
        print(f"  stored              {count:,} messages in {time.perf_counter() - begun:.0f} s")
        await replay(store, count)
        await store.close()


async def replay(store: SqliteStore, count: int) -> None:
    files = read()
    proposed = files | {"zz.yaml": ONE_MORE}
    before, after = load(files), load(proposed)
    begun, started = time.process_time(), time.perf_counter()
    found = await Replay(before, after).run(store, since_ms=0, limit=None, progress=lambda _: None)
    spent, waited = time.process_time() - begun, time.perf_counter() - started
    assert found.looked_at == count, found.looked_at
    facts = [Facts(message=MessageFacts(text=text)) for text in islice(cycle(texts()), count)]
    begun = time.process_time()
    for one in facts:
        before.evaluate(one)
        after.evaluate(one)
    alone = time.process_time() - begun
    print(f"  replay              {count / spent:,.0f} messages per CPU second ({count / waited:,.0f}/s on the clock)")
    print(f"  both rules alone    {count / alone:,.0f} messages per CPU second")
    print(f"  judged otherwise    {found.changed:,}")


def main() -> int:
    machine.header("replay")
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
