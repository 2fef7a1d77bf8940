"""From an edit of one file among 10,000 rules to the first decision by the new version, on the way it takes in service.

`python -m benchmarks.rules_live`, or as part of `benchmarks.rules`. The store is SQLite, the watcher looks twice a
second, each file has tests of its own; the time is that of a clock on the wall, the processor's time beside it.
"""

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks import machine
from benchmarks.made_rules import FIELDS, TAGS, TIMES, Maker
from router.bus.local import LocalBus
from router.clock import SystemClock
from router.flow.rulebook import Rulebook
from router.flow.rules_follower import RulesFollower
from router.store import migrate
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog
from rules.facts import Facts, MessageFacts

FILES, EACH, TESTS = 40, 250, 25
EDITS: Final = 5
LIVE_S: Final = 3.0
_LONGEST_S: Final = 60.0


def _file(**sections: object) -> bytes:
    return json.dumps({"version": 1, **sections}, ensure_ascii=False, indent=1).encode()


def _write(folder: Path, number: int, rules: list[dict], edit: int = 0) -> None:
    word = f"edited{edit}"
    marker = {"id": f"edit-{number}", "when": {"message.text|has": [word]}, "then": {"tag": "hit"}}
    tests = [{"message": f"{word} {test}", "expect": {"fired": [marker["id"]]}} for test in range(TESTS)]
    (folder / f"r{number:02}.yaml").write_bytes(_file(rules=[*rules, marker], tests=tests))


async def _edits(folder: Path) -> tuple[list[float], list[float]]:
    rules = Maker().rules(FILES * EACH)
    parts = [rules[number * EACH : (number + 1) * EACH] for number in range(FILES)]
    directory = folder / "rules"
    directory.mkdir()
    (directory / "00.yaml").write_bytes(
        _file(queues={"q": {"default": True}}, tags=list(TAGS), times=TIMES, fields=FIELDS)
    )
    for number, part in enumerate(parts):
        _write(directory, number, part)
    store = await SqliteStore.open(folder / "live.db")
    await store.write(migrate.migrate(store.dialect, now_ms=0))
    rulebook = Rulebook.shipped()
    follower = RulesFollower(
        rulebook,
        store=store,
        bus=LocalBus(),
        clock=SystemClock(),
        log=SilentLog(),
        metrics=Metrics(),
        directory=directory,
        cache=folder,
    )
    begun = time.perf_counter()
    await follower.start()
    print(f"  live: {FILES * EACH:,} rules in {FILES} files, started in {time.perf_counter() - begun:.2f} s")
    running = asyncio.create_task(follower.run())
    walls, works = [], []
    for edit in range(1, EDITS + 1):
        await asyncio.sleep(3)  # what follows a start or an edit has been done
        facts = Facts(message=MessageFacts(text=f"an edited{edit} message"))
        begun, worked = time.perf_counter(), time.process_time()
        _write(directory, edit, parts[edit], edit)
        while f"edit-{edit}" not in rulebook.current.fired(facts):
            await asyncio.sleep(0.005)
            assert time.perf_counter() - begun < _LONGEST_S, "the edit did not go live"
        walls.append(time.perf_counter() - begun)
        works.append(time.process_time() - worked)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await store.close()
    return walls, works


def measure() -> None:
    with tempfile.TemporaryDirectory() as name:
        walls, works = asyncio.run(_edits(Path(name)))
    wall = statistics.median(walls)
    print(
        f"    edit of one file to first decision {wall:5.2f} s ({min(walls):.2f} .. {max(walls):.2f}), processor "
        f"{statistics.median(works):.2f} s    {machine.verdict(LIVE_S / wall, 1)} of {LIVE_S:.0f} s"
    )


if __name__ == "__main__":
    machine.header("rules live")
    measure()
