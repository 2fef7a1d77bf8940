"""The store suites over PostgreSQL, and what only a server can do: go away."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from router.store import migrate
from router.store.postgres import PostgresStore
from router.store.script import Store
from tests.contract.store_suite.changes import ChangesSuite
from tests.contract.store_suite.journal import JournalSuite
from tests.contract.store_suite.schema import SchemaSuite


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
async def migrated(postgres) -> str:
    postgres.start()
    return await postgres.create_prepared("store", _migrate)


@pytest.fixture
async def store(connected, migrated: str) -> Store:
    return await connected(migrated)


@pytest.fixture
async def other(connected, migrated: str) -> Store:
    return await connected(migrated)


class TestJournal(JournalSuite): ...


class TestChanges(ChangesSuite): ...


class TestSchema(SchemaSuite): ...
