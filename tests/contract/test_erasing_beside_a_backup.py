"""An erasure on SQLite while a backup reads: what cannot be done yet is all that is tried again."""

import sqlite3

import pytest

from router.clock import VirtualClock
from router.model.errors import StoreUnavailable
from router.store import migrate
from router.store.script import select
from router.store.sqlite import SqliteStore
from tests.contract.store_suite.erasure import erasures
from tests.contract.store_suite.make import NOW, Case, put


async def test_while_a_backup_reads_an_erasure_writes_the_file_anew_only_once(tmp_path):
    """VACUUM changes the schema's version, so that others read the schema again."""

    store = await SqliteStore.open(tmp_path / "switchboard.db")
    await store.write(migrate.migrate("sqlite", now_ms=1))

    async def version() -> list[tuple[int]]:
        return await store.read(select("PRAGMA schema_version"))

    case = Case("quagmarine")
    await put(store, case)
    backup = sqlite3.connect(tmp_path / "switchboard.db", isolation_level=None)
    backup.execute("BEGIN")
    assert backup.execute("SELECT COUNT(*) FROM contacts").fetchone() == (1,)
    clock = VirtualClock(NOW)
    working = erasures(store, tmp_path, clock=clock)
    before = await version()
    with pytest.raises(StoreUnavailable, match="log was not emptied"):
        await working.erase(case.contact.id, "x")
    once = await version()
    assert once != before
    for seconds in (30.001, 31, 32.1, 33, 60):
        clock.advance_to(NOW + int(seconds * 1000))
        await working.go_on()
    assert await version() == once
    assert working._failed[next(iter(working._failed))][0] == 3, "it was left alone in between"
    backup.close()
    await working.go_on()
    assert await store.read(select("SELECT state FROM erasures")) == [("compacting",)]
    clock.advance_to(clock.now_ms() + 60_000)
    await working.go_on()
    assert await store.read(select("SELECT state FROM erasures")) == [("done",)]
    assert await version() == once
    assert [path.name for path in tmp_path.glob("*.db*") if b"quagmarine" in path.read_bytes()] == []
    await store.close()
