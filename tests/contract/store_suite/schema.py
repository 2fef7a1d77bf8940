"""Migrations: twice, at once, from the future; every row type has its table."""

import asyncio

import pytest

from router.model.errors import ConfigError
from router.model.tables import (
    Agent,
    Contact,
    Conversation,
    Event,
    Identity,
    Message,
    OutboxEntry,
    Participant,
    Ticket,
)
from router.store import health, migrate
from router.store.health import ChannelHealth
from router.store.people import ApiToken, LoginToken, Session
from router.store.rows import BlobRow, JournalRow, MediaRow, QuarantineRow, SealedRow, SearchRow, UploadRow
from router.store.script import Store, fetch, run, select

ROWS = [
    *(Agent, Contact, Conversation, Event, Identity, Message, OutboxEntry, Participant, Ticket),
    *(BlobRow, JournalRow, MediaRow, UploadRow, QuarantineRow, SealedRow, SearchRow, Session, LoginToken, ApiToken),
]


class SchemaSuite:
    async def test_an_empty_database_is_brought_up_once(self, empty_store: Store):
        dialect = empty_store.dialect
        names = [f"{m.id:04}-{m.name}" for m in migrate.migrations(dialect)]
        assert names[0] == "0001-start"
        assert await empty_store.read(migrate.pending(dialect)) == names
        assert await empty_store.write(migrate.migrate(dialect, now_ms=5)) == names
        assert await empty_store.write(migrate.migrate(dialect, now_ms=6)) == []
        assert await empty_store.read(migrate.pending(dialect)) == []

    async def test_two_processes_may_start_at_once(self, empty_store: Store, empty_other: Store):
        applied = await asyncio.gather(
            *(store.write(migrate.migrate(store.dialect, now_ms=5)) for store in (empty_store, empty_other) * 2)
        )
        assert sorted(map(len, applied)) == [0, 0, 0, len(migrate.migrations(empty_store.dialect))]

    async def test_a_database_from_the_future_is_refused(self, store: Store):
        await store.write(run("INSERT INTO migrations VALUES (9001, 'hovercraft', 'x', 1)"))
        with pytest.raises(ConfigError, match=r"9001-hovercraft.*newer version"):
            await store.write(migrate.migrate(store.dialect, now_ms=5))
        with pytest.raises(ConfigError, match="9001-hovercraft"):
            await store.read(migrate.pending(store.dialect))

    async def test_a_migration_that_was_edited_is_refused(self, store: Store):
        await store.write(run("UPDATE migrations SET checksum = 'x' WHERE id = 1"))
        with pytest.raises(ConfigError, match=r"0001-start was changed"):
            await store.write(migrate.migrate(store.dialect, now_ms=5))

    @pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
    async def test_every_row_type_has_its_columns(self, store: Store, kind):
        assert await store.read(fetch(kind)) == []

    async def test_trying_to_write_leaves_nothing_however_many_try(self, store: Store, other: Store):
        await store.write(health.report(ok := ChannelHealth(kind="x", account="a", state="ok", detail="", at_ms=1)))
        for _ in range(3):
            await asyncio.gather(*(each.write(health.try_writing()) for each in (store, other) * 3))
        assert await store.read(health.channels()) == [ok]

    async def test_reads_cannot_write(self, store: Store):
        with pytest.raises(Exception, match=r"read-?only"):
            await store.read(run("DELETE FROM counters"))
        assert len(await store.read(select("SELECT name FROM counters"))) == 4
