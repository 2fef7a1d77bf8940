"""PostgreSQL: a statement that takes too long is told from a server that is away."""

import pytest

from router.model.errors import StatementTimeout
from router.store import postgres as store_postgres
from router.store.script import run, select
from tests.contract.test_store_postgres import connected, migrated  # noqa: F401 - fixtures


@pytest.fixture
async def hasty(connected, migrated, monkeypatch: pytest.MonkeyPatch):  # noqa: F811
    monkeypatch.setattr(store_postgres, "STATEMENT_SECONDS", 0.5)
    return await connected(migrated)


async def test_a_statement_that_takes_too_long_is_named_and_the_next_one_goes(hasty):
    for ask in (hasty.read, hasty.write):
        with pytest.raises(StatementTimeout):
            await ask(select("SELECT pg_sleep(600)"))
        assert await ask(select("SELECT 1")) == [(1,)]


async def test_one_that_the_server_cuts_off_is_named_as_well(hasty):
    def cut_off():
        yield from run("SET LOCAL statement_timeout = 50")
        yield from select("SELECT pg_sleep(600)")

    with pytest.raises(StatementTimeout):
        await hasty.write(cut_off())


async def test_a_row_that_somebody_else_keeps_locked_takes_too_long(hasty, connected, migrated: str):  # noqa: F811
    other = await connected(migrated)
    touch = "UPDATE counters SET value = value + 1 WHERE name = 'event'"
    async with other._pool.acquire() as connection, connection.transaction():
        await connection.execute(touch)
        with pytest.raises(StatementTimeout):
            await hasty.write(run(touch))
    assert await hasty.write(run(touch)) == 1
