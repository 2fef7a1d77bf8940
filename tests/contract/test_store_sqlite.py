"""The store suites over SQLite, and what only a file and its one writer can do wrong."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from router.model.errors import ConfigError, StoreUnavailable
from router.store import journal, migrate
from router.store.script import Store, run, select
from router.store.sqlite import SqliteStore
from tests.contract.store_suite.changes import ChangesSuite
from tests.contract.store_suite.journal import JournalSuite
from tests.contract.store_suite.make import Case, entry, journaled, put
from tests.contract.store_suite.schema import SchemaSuite


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


class TestJournal(JournalSuite): ...


class TestChanges(ChangesSuite): ...


class TestSchema(SchemaSuite): ...
