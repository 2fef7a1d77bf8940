"""A store of files that says nothing: alarms, timers and erasures do not wait for it."""

import asyncio
import io
import json
import time

from router.clock import SystemClock
from router.config import MediaConfig, S3Config
from router.flow.file_care import FileCare
from router.flow.media import GRACE_MS
from router.model.alarms import Ladder
from router.model.ids import ErasureId
from router.store import erasure as store_erasure
from router.store import migrate
from router.store.rows import BlobRow, MediaRow
from router.store.script import fetch, insert, select
from router.store.sqlite import SqliteStore
from router.telemetry import StructuredLog
from tests.contract.store_suite.make import Case, put, uid
from tests.contract.store_suite.media import house
from tests.servers.s3 import ACCESS, REGION, SECRET, S3Server
from tests.servers.whole_house import running_house

LEFT = MediaRow(hash="ab" * 32, key_id="k1", size=3, created_at_ms=1, idle_at_ms=2)
"""A file that somebody let go of."""


async def left_over(path, *rows):
    """A database with what an earlier process left."""
    store = await SqliteStore.open(path)
    await store.write(migrate.migrate("sqlite", now_ms=1))
    for row in rows:
        await store.write(insert([row]))
    return store


async def test_neither_an_alarm_nor_an_erasure_waits_for_a_store_of_files_that_is_silent(tmp_path):
    gone = Case("gone")
    store = await left_over(tmp_path / "house.db", LEFT)
    await put(store, gone)
    begun = store_erasure.begin(gone.contact.id, erasure_id=ErasureId(uid()), actor="x", force=False, now_ms=1)
    await store.write(begun)
    await store.close()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/rules.yaml").write_text("version: 1\nqueues: {general: {default: true}}\n")
    said = io.StringIO()
    async with S3Server("files", time.time) as server:
        server.speaks.clear()
        place = S3Config(endpoint=server.endpoint, bucket="files", region=REGION, access_key=ACCESS, secret_key=SECRET)
        log = StructuredLog(SystemClock(), said)
        async with running_house(tmp_path, log=log, media=MediaConfig(s3=place)) as app:
            while ("DELETE", LEFT.hash) not in server.asked:
                await asyncio.sleep(0.02)
            await put(app.store, Case("ann", urgency="critical", urgency_rank=3, alarm_since_ms=app.clock.now_ms()))
            while not await app.store.read(fetch(Ladder)):
                await asyncio.sleep(0.02)
            while await app.store.read(select("SELECT state FROM erasures")) != [("done",)]:
                await asyncio.sleep(0.02)
            assert "does not answer" not in said.getvalue(), "the file is still being removed"
            server.speaks.set()
            while await app.store.read(fetch(MediaRow)):
                await asyncio.sleep(0.02)


async def test_a_file_that_no_key_opens_does_not_keep_others_from_going(tmp_path):
    """It rests in the database since an earlier release, sealed with a key that is gone."""
    sealed = BlobRow(hash="cd" * 32, key_id="lost", data=b"?", size=1, created_at_ms=1)
    store, said = await left_over(tmp_path / "house.db", LEFT, sealed), io.StringIO()
    clock = SystemClock()
    care = FileCare(media=house(store, tmp_path, now_ms=GRACE_MS * 9), clock=clock, log=StructuredLog(clock, said))
    await care.run_once()
    await care.run_once()
    assert await store.read(fetch(MediaRow)) == []
    (line,) = [json.loads(line) for line in said.getvalue().splitlines()]
    assert (line["event"], line["step"]) == ("files.trouble", "move")
    await store.close()
