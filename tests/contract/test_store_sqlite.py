"""The store suites over SQLite, and what only a file and its one writer can do wrong."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from router.model.errors import ConfigError, StoreUnavailable
from router.store import health, journal, migrate
from router.store.script import Store, run, select
from router.store.sqlite import SqliteStore
from tests.contract.store_suite.abuse import AbuseSuite
from tests.contract.store_suite.actions import ActionsSuite
from tests.contract.store_suite.acts import ActsSuite
from tests.contract.store_suite.alarms import AlarmsSuite
from tests.contract.store_suite.changes import ChangesSuite
from tests.contract.store_suite.circles import CirclesSuite
from tests.contract.store_suite.commits import CommitsSuite, taken  # noqa: F401 - a fixture
from tests.contract.store_suite.credentials import CredentialsSuite
from tests.contract.store_suite.deliver import DeliverSuite
from tests.contract.store_suite.erasure import ErasureSuite
from tests.contract.store_suite.feed import FeedSuite
from tests.contract.store_suite.floods import FloodsSuite
from tests.contract.store_suite.history import HistorySuite
from tests.contract.store_suite.hours import HoursSuite
from tests.contract.store_suite.inbox import InboxSuite
from tests.contract.store_suite.incidents import IncidentsSuite
from tests.contract.store_suite.journal import JournalSuite
from tests.contract.store_suite.leases import LeaseSuite
from tests.contract.store_suite.make import Case, entry, journaled, put
from tests.contract.store_suite.matters import MattersSuite
from tests.contract.store_suite.media import MediaSuite
from tests.contract.store_suite.outbox import OutboxSuite
from tests.contract.store_suite.people import PeopleSuite
from tests.contract.store_suite.regrouping import RegroupingSuite
from tests.contract.store_suite.returned import ReturnedSuite
from tests.contract.store_suite.ringing import RingingSuite
from tests.contract.store_suite.route import RouteSuite
from tests.contract.store_suite.schema import SchemaSuite
from tests.contract.store_suite.search import SearchSuite
from tests.contract.store_suite.snapshot import SnapshotSuite
from tests.contract.store_suite.timers import TimersSuite


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Callable]:
    """Open the test's one file, once more at each call; closed afterwards."""
    async with AsyncExitStack() as stack:

        async def open_once_more() -> SqliteStore:
            store = await SqliteStore.open(tmp_path / "switchboard.db")
            stack.push_async_callback(store.close)
            return store

        yield open_once_more


@pytest.fixture
async def empty_store(opened) -> Store:
    return await opened()


@pytest.fixture
async def empty_other(opened, empty_store: Store) -> Store:
    return await opened()


@pytest.fixture
async def store(empty_store: Store) -> Store:
    await empty_store.write(migrate.migrate("sqlite", now_ms=1))
    return empty_store


@pytest.fixture
async def other(store: Store, empty_other: Store) -> Store:
    return empty_other


class TestAbuse(AbuseSuite): ...


class TestActions(ActionsSuite): ...


class TestActs(ActsSuite): ...


class TestAlarms(AlarmsSuite): ...


class TestChanges(ChangesSuite): ...


class TestCircles(CirclesSuite): ...


class TestCommits(CommitsSuite): ...


class TestDeliver(DeliverSuite): ...


class TestErasure(ErasureSuite): ...


class TestFeed(FeedSuite): ...


class TestFloods(FloodsSuite): ...


class TestHistory(HistorySuite): ...


class TestCredentials(CredentialsSuite): ...


class TestHours(HoursSuite): ...


class TestInbox(InboxSuite): ...


class TestJournal(JournalSuite): ...


class TestLease(LeaseSuite): ...


class TestIncidents(IncidentsSuite): ...


class TestMatters(MattersSuite): ...


class TestMedia(MediaSuite): ...


class TestOutbox(OutboxSuite): ...


class TestPeople(PeopleSuite): ...


class TestReturned(ReturnedSuite): ...


class TestRegrouping(RegroupingSuite): ...


class TestRinging(RingingSuite): ...


class TestRoute(RouteSuite): ...


class TestSchema(SchemaSuite): ...


class TestSearch(SearchSuite): ...


class TestSnapshot(SnapshotSuite): ...


class TestTimers(TimersSuite): ...


class Gate:
    """A script that stops the writer thread inside a transaction until the test lets it go."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def script(self):
        yield from run("UPDATE counters SET value = value + 0 WHERE name = 'rules'")
        self.reached.set()
        assert self.opened.wait(60)


async def tickets(store: Store) -> int:
    return (await store.read(select("SELECT COUNT(*) FROM tickets")))[0][0]


async def test_who_waits_shares_one_commit(store: Store, other: Store):
    first, second = Gate(), Gate()
    busy = asyncio.create_task(store.write(first.script()))
    await asyncio.to_thread(first.reached.wait)
    before = asyncio.create_task(put(store, Case("before")))
    blocked = asyncio.create_task(store.write(second.script()))
    behind = asyncio.create_task(put(store, Case("behind")))
    await asyncio.sleep(0)
    first.opened.set()
    await busy
    await asyncio.to_thread(second.reached.wait)
    assert not before.done(), "it has run, but it is not durable yet"
    assert await tickets(other) == 0
    second.opened.set()
    applied = await asyncio.gather(before, behind)
    await blocked
    assert [list(each.tickets.values()) for each in applied] == [[1001], [1002]]
    assert await tickets(other) == 2


async def test_a_conflict_in_a_group_undoes_only_itself(store: Store):
    gate, case = Gate(), Case("Ann")
    busy = asyncio.create_task(store.write(gate.script()))
    await asyncio.to_thread(gate.reached.wait)
    writing = [asyncio.create_task(put(store, each)) for each in (case, case, Case("Ben"))]
    await asyncio.sleep(0)
    gate.opened.set()
    outcomes = await asyncio.gather(busy, *writing, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["NoneType", "Applied", "Conflict", "Applied"]
    assert outcomes[3].event_ids == [4, 5, 6], "the numbers of the one that failed are given again"


async def test_whoever_gave_up_waiting_holds_up_nobody(store: Store):
    gate = Gate()
    busy = asyncio.create_task(store.write(gate.script()))
    await asyncio.to_thread(gate.reached.wait)
    given_up = asyncio.create_task(put(store, Case("Ann")))
    await asyncio.sleep(0)
    given_up.cancel()
    gate.opened.set()
    await busy
    await put(store, Case("Ben"))
    assert await tickets(store) == 1


async def limit_pages(store: Store, pages: int) -> None:
    await store.write(select(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_refuses_and_recovers(store: Store):
    await journaled(store, entry("before"))
    (pages,) = (await store.read(select("PRAGMA page_count")))[0]
    await limit_pages(store, pages + 20)
    large = [entry(f"large {n}", entry=b"x" * 100_000) for n in range(6)]
    for _ in range(2):
        outcomes = await asyncio.gather(*(journaled(store, row) for row in large), return_exceptions=True)
        assert StoreUnavailable in map(type, outcomes)
        with pytest.raises(StoreUnavailable, match="FULL"):
            await journaled(store, *large)
        kept = {row.dedupe_key for row in await store.read(journal.claim(range(64), 100, 0))}
        told = {row.dedupe_key for row, each in zip(large, outcomes, strict=True) if each in (["new"], ["duplicate"])}
        assert kept == {"before", *told}, "what was promised is there, and nothing else"
    await limit_pages(store, 1_000_000)
    assert set(await journaled(store, *large)) <= {"new", "duplicate"}
    assert len(await store.read(journal.claim(range(64), 100, 0))) == 7


async def test_trying_to_write_finds_a_full_disk_although_what_is_there_could_be_changed(store: Store):
    (pages,) = (await store.read(select("PRAGMA page_count")))[0]
    await limit_pages(store, pages)
    await store.write(run("UPDATE counters SET value = value + 1"))
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="FULL"):
            await store.write(health.try_writing())
    await limit_pages(store, 1_000_000)
    for _ in range(20):
        await store.write(health.try_writing())
    assert (await store.read(select("PRAGMA page_count")))[0][0] <= pages + 5, "its room is used again and again"


async def test_a_lock_of_another_program_is_waited_for_then_told(store: Store, tmp_path: Path):
    # The pragma is per connection: the writer's, so that the test need not wait the full time.
    await store.write(select("PRAGMA busy_timeout = 1"))
    thief = sqlite3.connect(tmp_path / "switchboard.db", isolation_level=None)
    thief.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await journaled(store, entry("a"))
    assert await store.read(journal.backlog()) == 0
    thief.execute("ROLLBACK")
    thief.close()
    assert await journaled(store, entry("a")) == ["new"]


async def test_every_commit_reaches_the_disk(store: Store):
    assert await store.write(select("PRAGMA synchronous")) == [(2,)]
    assert await store.write(select("PRAGMA journal_mode")) == [("wal",)]


async def test_nobody_else_may_read_the_file(store: Store, tmp_path: Path):
    await journaled(store, entry("a"))
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["switchboard.db", "switchboard.db-shm", "switchboard.db-wal"]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


async def test_a_closed_store_says_so(store: Store):
    last = asyncio.create_task(journaled(store, entry("a")))
    await asyncio.sleep(0)
    await store.close()
    assert await last == ["new"], "what was asked for before is finished"
    for ask in (store.read, store.write):
        with pytest.raises(StoreUnavailable, match="closed"):
            await ask(journal.backlog())


async def test_what_is_no_database_is_a_mistake_of_configuration(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("these are not the pages you are looking for\n" * 500)
    for path in (tmp_path / "notes.txt", tmp_path, tmp_path / "nowhere" / "switchboard.db"):
        with pytest.raises(ConfigError, match=r"cannot be opened as the database.*who may use"):
            await SqliteStore.open(path)


KILLED = """
import asyncio, os, pathlib, signal, sys
from router.store import journal
from router.store.sqlite import SqliteStore
from tests.contract.store_suite.make import entry, NOW

async def main():
    store = await SqliteStore.open(pathlib.Path(sys.argv[1]))
    async def one(n):
        await store.write(journal.append([entry(f"{n}", id=f"id {n:06}")], now_ms=NOW))
        os.write(1, f"{n}\\n".encode())
    for start in range(0, 100_000, 50):
        await asyncio.gather(*(one(n) for n in range(start, start + 50)))

asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_a_kill(store: Store, tmp_path: Path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, tmp_path / "switchboard.db"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    told = [int(await process.stdout.readline()) for _ in range(777)]
    process.kill()
    rest = await process.stdout.read()
    told += [int(line) for line in rest.split(b"\n")[:-1]]
    await process.wait()
    await store.close()
    again = await SqliteStore.open(tmp_path / "switchboard.db")
    kept = {int(row[0]) for row in await again.read(select("SELECT dedupe_key FROM journal"))}
    assert set(told) <= kept
    assert await again.read(select("PRAGMA integrity_check")) == [("ok",)]
    await again.close()


async def test_a_closed_store_is_one_file_that_can_be_copied(tmp_path: Path):
    for _ in range(5):  # the last connection to close decides, and it must be the one that may write
        store = await SqliteStore.open(tmp_path / "switchboard.db")
        await store.write(migrate.migrate(store.dialect, now_ms=0))
        await store.close()
        assert [file.name for file in tmp_path.iterdir()] == ["switchboard.db"]


async def test_a_file_is_written_anew_while_another_process_writes(store, other, tmp_path):
    file = tmp_path / "switchboard.db"
    await journaled(store, entry("quagmarine"))
    await store.write(run("DELETE FROM journal"))
    stop = asyncio.Event()

    async def write_on() -> int:
        count = 0
        while not stop.is_set():
            await journaled(other, entry(f"other {count}"))
            count += 1
        return count

    writing = asyncio.create_task(write_on())
    assert not await store.compact(1), "too large"
    for _ in range(3):
        assert await store.compact()
    stop.set()
    written = await writing
    assert await store.read(select("SELECT COUNT(*) FROM journal")) == [(written,)]
    assert await store.compact()
    await store.empty_log()
    found = [path.name for path in file.parent.glob("switchboard.db*") if b"quagmarine" in path.read_bytes()]
    assert found == []


async def test_what_refers_to_columns_that_updates_set_is_found_by_an_index(store: Store):
    """SQLite looks for it at every update of the row referred to; without an index that reads the whole table."""
    keys = await store.read(
        select(
            'SELECT m.name, k.id, MIN(CASE k.seq WHEN 0 THEN k."from" END) FROM sqlite_master AS m '
            "JOIN pragma_foreign_key_list(m.name) AS k WHERE m.type = 'table' GROUP BY m.name, k.id "
            "HAVING COUNT(*) > 1"
        )
    )
    indexed = await store.read(
        select(
            "SELECT m.name, c.name FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS i "
            "JOIN pragma_index_info(i.name) AS c WHERE m.type = 'table' AND c.seqno = 0 AND i.partial = 0"
        )
    )
    assert {table for table, _, _ in keys} >= {"joinings", "marks", "matters"}
    assert {(table, column) for table, _, column in keys} - {(table, column) for table, column in indexed} == set()
