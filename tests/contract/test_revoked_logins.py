"""A PostgreSQL that no longer lets a running house in, or takes a right away: waited out like one that is away."""

from collections.abc import AsyncIterator

import pytest

from router.model.errors import ConfigError, StoreUnavailable
from router.store import health
from router.store.postgres import PostgresStore
from tests.contract.test_store_postgres import migrated  # noqa: F401 - a fixture

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guest'"


@pytest.fixture
async def store(postgres, migrated: str) -> AsyncIterator[PostgresStore]:  # noqa: F811
    """Of a role of its own."""
    postgres.execute("CREATE ROLE guest LOGIN SUPERUSER")
    store = await PostgresStore.open(migrated.replace("switchboard@", "guest@"))
    yield store
    await store.close()
    postgres.execute("DROP ROLE guest")


async def test_a_login_that_is_refused_for_a_while_is_waited_out(postgres, store, migrated: str):  # noqa: F811
    await store.write(health.try_writing())
    postgres.execute("ALTER ROLE guest NOLOGIN")
    postgres.execute(END)
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await store.write(health.try_writing())
    with pytest.raises(StoreUnavailable, match="not permitted to log in"):
        await store.read(health.channels())
    with pytest.raises(ConfigError):  # at a start it is the configuration
        await PostgresStore.open(migrated.replace("switchboard@", "guest@"))
    postgres.execute("ALTER ROLE guest LOGIN")
    await store.write(health.try_writing())


async def test_a_right_that_is_missing_is_named(postgres, store):
    postgres.execute("ALTER ROLE guest NOSUPERUSER")
    with pytest.raises(StoreUnavailable, match="permission denied"):
        await store.write(health.try_writing())
    postgres.execute("ALTER ROLE guest SUPERUSER")
    await store.write(health.try_writing())
