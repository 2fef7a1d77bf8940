"""The store suites over PostgreSQL, and what only a server can do: go away, and let two transactions run at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Self

import pytest

from router.model.changes import Forget, Save
from router.model.errors import ConfigError, Conflict, StoreUnavailable
from router.model.tables import Ticket
from router.store import changes, journal, leases, migrate, sealed
from router.store.postgres import PostgresStore
from router.store.rows import SealedRow
from router.store.script import Store, fetch, run, select
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
from tests.contract.store_suite.make import NOW, Case, entry, journaled, newer, put, uid
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
from tests.servers import tools
from tests.servers.postgres import running_postgres


async def _migrate(dsn: str) -> None:
    store = await PostgresStore.open(dsn)
    await store.write(migrate.migrate("postgres", now_ms=1))
    await store.close()


@pytest.fixture
async def connected() -> AsyncIterator[Callable]:
    """Connect to a DSN, closed afterwards."""
    async with AsyncExitStack() as stack:

        async def connect(dsn: str) -> PostgresStore:
            store = await PostgresStore.open(dsn)
            stack.push_async_callback(store.close)
            return store

        yield connect


@pytest.fixture
async def empty_store(connected, fresh_postgres: str) -> Store:
    return await connected(fresh_postgres)


@pytest.fixture
async def empty_other(connected, fresh_postgres: str) -> Store:
    return await connected(fresh_postgres)


@pytest.fixture
async def migrated(postgres) -> AsyncIterator[str]:
    postgres.start()
    url = await postgres.create_prepared("store", _migrate)
    yield url
    postgres.drop_database(url)


@pytest.fixture
async def store(connected, migrated: str) -> Store:
    return await connected(migrated)


@pytest.fixture
async def other(connected, migrated: str) -> Store:
    return await connected(migrated)


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


class Pause:
    """A script that does one statement, waits for the test, and goes on."""

    def __init__(self, *statements: str) -> None:
        self.statements = statements
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

    async def write(self, store: PostgresStore) -> None:
        async with store._pool.acquire() as connection, connection.transaction():
            for at, statement in enumerate(self.statements):
                if at:
                    self.reached.set()
                    await self.opened.wait()
                await connection.execute(statement)


def counter(name: str) -> str:
    return f"UPDATE counters SET value = value + 1 WHERE name = '{name}'"


async def test_a_deadlock_is_a_conflict(store: PostgresStore):
    outside = Pause(counter("rules"), counter("event"))
    waiting = asyncio.create_task(outside.write(store))
    await outside.reached.wait()

    def crossing():
        yield from run(counter("event"))
        outside.opened.set()
        yield from run(counter("rules"))

    outcomes = await asyncio.gather(store.write(crossing()), waiting, return_exceptions=True)
    lost = [outcome for outcome in outcomes if outcome is not None]
    assert len(lost) == 1
    assert "deadlock" in str(lost[0])
    assert isinstance(lost[0], Conflict) or outcomes[1] is lost[0], "ours is named, the outsider's is its own"


class Crossing:
    """Writers that an outsider keeps on a row in the middle of theirs, so that each has taken what comes before it.

    Let go, they take what comes after: those of one order pass one by one, those of two orders end in a deadlock.
    """

    def __init__(self, store: PostgresStore, outsider: str) -> None:
        self._store, self._outsider = store, Pause(outsider, "SELECT 1")
        self._writing: list[asyncio.Task] = []

    async def __aenter__(self) -> Self:
        self._writing.append(asyncio.create_task(self._outsider.write(self._store)))
        await self._outsider.reached.wait()
        return self

    async def write(self, script) -> None:
        """Begin, and come as far as it goes."""
        self._writing.append(asyncio.create_task(self._store.write(script)))
        while await self._waiting() < len(self._writing) - 1:
            await asyncio.sleep(0.01)

    async def _waiting(self) -> int:
        here = "datname = current_database() AND wait_event_type = 'Lock'"
        return (await self._store.read(select(f"SELECT COUNT(*) FROM pg_stat_activity WHERE {here}")))[0][0]

    async def outcomes(self) -> list:
        """Of the writers, once the outsider has gone. Raises what one of them raised."""
        self._outsider.opened.set()
        return (await asyncio.gather(*self._writing))[1:]

    async def __aexit__(self, *_: object) -> None:
        self._outsider.opened.set()
        await asyncio.gather(*self._writing, return_exceptions=True)


def lock(key: str) -> str:
    return f"SELECT 1 FROM journal WHERE dedupe_key = '{key}' FOR NO KEY UPDATE"


async def test_two_doors_that_bring_the_same_in_opposite_order_wait_for_each_other(store: PostgresStore):
    other_b = (
        "INSERT INTO journal (id, partition, conversation_key, channel, account, dedupe_key, message_id, state, "
        "attempts, received_at_ms, redeliveries) VALUES ('x', 1, '', 'email', 'default', 'b', '', 'done', 0, 0, 0)"
    )
    rows, again = [entry(key) for key in "cba"], [entry(key) for key in "abc"]
    async with Crossing(store, other_b) as crossing:
        await crossing.write(journal.append(again, now_ms=NOW))
        await crossing.write(journal.append(rows, now_ms=NOW))
        assert await crossing.outcomes() == [["new", "duplicate", "new"], ["duplicate"] * 3]
    claimed = await store.read(journal.claim(range(64), 9, NOW))
    assert [row.dedupe_key for row in claimed] == ["a", "c"], "in the order of arrival, whatever the keys"


async def test_rows_that_come_again_while_they_are_decided(store: PostgresStore):
    rows = [entry(key) for key in "cba"]
    await journaled(store, *rows)
    async with Crossing(store, lock("b")) as crossing:
        await crossing.write(journal.append([entry(key) for key in "abc"], now_ms=NOW))
        await crossing.write(journal.finish([row.id for row in rows], fences={}, now_ms=NOW))
        assert (await crossing.outcomes())[0] == ["duplicate"] * 3
    assert await store.read(journal.backlog()) == 0


async def test_rows_that_come_again_while_some_are_held(store: PostgresStore):
    rows = [entry(key) for key in "ab"]
    await journaled(store, *rows)
    async with Crossing(store, lock("a")) as crossing:
        await crossing.write(journal.append([entry(key) for key in "ab"], now_ms=NOW))
        await crossing.write(journal.mark_decided([row.id for row in rows], held=[rows[0].id], now_ms=NOW))
        await crossing.outcomes()
    found = [await store.read(journal.show(row.id)) for row in rows]
    assert [(row.state, row.entry, row.redeliveries) for row in found] == [
        ("held", rows[0].entry, 1),
        ("done", None, 1),
    ]


async def test_rows_that_come_again_while_an_edit_of_one_is_decided(store: PostgresStore):
    raw = SealedRow(id=uid(), key_id="k1", data=b"x", created_at_ms=NOW)
    rows = [entry("a", sealed_id=raw.id), entry("b")]
    await store.write(journal.append(rows, sealed=[raw], now_ms=NOW))
    forget = Forget(channel="email", account="default", message_id="a")
    async with Crossing(store, lock("a")) as crossing:
        await crossing.write(journal.append([entry(key) for key in "ab"], now_ms=NOW))
        await crossing.write(changes.apply([forget], journal_ids=[rows[1].id], now_ms=NOW))
        await crossing.outcomes()
    assert await store.read(sealed.get(raw.id)) is None


async def test_a_partition_whose_batch_is_being_committed_is_passed_over(store: PostgresStore):
    await store.write(leases.acquire("slow", now_ms=NOW, lease_ms=10))
    committing = Pause("SELECT 1 FROM partitions WHERE id = 9 FOR KEY SHARE", "SELECT 1")
    batch = asyncio.create_task(committing.write(store))
    await committing.reached.wait()
    renewed = await store.write(leases.acquire("slow", now_ms=NOW + 1, lease_ms=10))
    assert renewed[9] == 1, "renewing does not wait for the batch"
    heir = await store.write(leases.acquire("heir", now_ms=NOW + 100, lease_ms=10))
    assert len(heir) == 63
    assert 9 not in heir
    committing.opened.set()
    await batch
    assert await store.write(leases.acquire("heir", now_ms=NOW + 101, lease_ms=10)) == {**heir, 9: 2}


async def test_a_server_that_dies_is_waited_out(connected):
    # A cluster of its own: recovery looks at every file of every database that other tests have made.
    with running_postgres(tools.require(tools.POSTGRES)) as server:
        store = await connected(server.url())
        await store.write(migrate.migrate("postgres", now_ms=1))
        await journaled(store, entry("before"))
        server.kill()
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await journaled(store, entry("lost"))
            with pytest.raises(StoreUnavailable):
                await store.read(journal.backlog())
        server.start()
        assert await journaled(store, entry("before")) == ["duplicate"]
        assert await journaled(store, entry("after")) == ["new"]
        await store.close()


async def test_a_session_that_is_ended_in_a_transaction_writes_nothing(postgres, store: PostgresStore, other: Store):
    case = Case("Ann")
    await put(store, case)
    (ticket,) = await store.read(fetch(Ticket))

    def cut_off():
        yield from changes.apply([Save(newer(ticket, subject="never"))], now_ms=NOW)
        (pid,) = (yield from select("SELECT pg_backend_pid()"))[0]
        postgres.execute(f"SELECT pg_terminate_backend({pid})")
        yield from select("SELECT 1")

    with pytest.raises(StoreUnavailable):
        await store.write(cut_off())
    assert (await other.read(fetch(Ticket)))[0].subject == "Question of Ann"
    assert await store.read(fetch(Ticket)) == [ticket]


async def test_every_commit_reaches_the_disk(store: PostgresStore):
    assert await store.write(select("SHOW synchronous_commit")) == [("on",)]


async def test_where_nobody_listens_or_nothing_is(postgres, unused_tcp_port: int):
    postgres.start()
    with pytest.raises(StoreUnavailable):
        await PostgresStore.open(f"postgresql://switchboard@127.0.0.1:{unused_tcp_port}/x")
    with pytest.raises(ConfigError, match="does not exist"):
        await PostgresStore.open(postgres.url("nowhere"))
    with pytest.raises(ConfigError):
        await PostgresStore.open("mysql://root@127.0.0.1/x")
