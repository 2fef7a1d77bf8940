"""A backup of an embedded database, put back as the operators' guide says."""

import shutil
import sqlite3
from contextlib import closing

from router.store import health, migrate
from router.store.sqlite import SqliteStore


async def test_a_backup_is_restored_as_the_operators_guide_says(tmp_path):
    file, backup, away = tmp_path / "switchboard.db", tmp_path / "backup.db", tmp_path / "away"
    store = await SqliteStore.open(file)
    await store.write(migrate.migrate("sqlite", now_ms=0))
    await store.write(health.heard("email", "kept", 1))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    await store.write(health.heard("email", "later", 2))
    away.mkdir()
    for each in tmp_path.glob("switchboard.db*"):  # as a killed process leaves them
        shutil.copy(each, away)
        each.unlink()
    await store.close()
    shutil.copy(backup, file)
    restored = await SqliteStore.open(file)
    assert [one.account for one in await restored.read(health.channels())] == ["kept"]
    assert await restored.read(health.damage()) is None
    assert await restored.read(migrate.pending("sqlite")) == []
    await restored.close()
