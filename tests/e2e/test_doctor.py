"""What doctor says of a house that is not well, and that it changes nothing by looking."""

import asyncio
import resource
import sqlite3
from contextlib import closing
from tempfile import TemporaryDirectory

import pytest

from router.cli.surroundings import clocks, nearest_folder
from router.connector import RawEvent
from router.model.changes import Add
from router.model.tables import OutboxEntry
from router.store import changes
from tests.e2e.command_desk import line, selected

PICTURE = {"name": "a.png", "content_type": "image/png", "size": 3, "data": "YWJj"}


NO_ROOM = "SQLite: disk I/O error (SQLITE_IOERR_WRITE)"
"""What SQLite makes of EFBIG, by which a test can have its own full disk."""


async def quarantine(app):
    await app.door.inlet(app.channels.all()[0].manifest, "default").accept([RawEvent(body=b"{broken")])


async def a_reply_waits(app):
    """Since long ago, for a process that delivers."""
    ((ticket, conversation, message),) = await app.store.read(
        selected("SELECT ticket_id, conversation_id, id FROM messages")
    )
    entry = OutboxEntry(
        id=app.ids.new(),
        message_id=message,
        ticket_id=ticket,
        conversation_id=conversation,
        channel="telegram",
        account="default",
        state="queued",
        due_at_ms=1,
        created_at_ms=1,
    )
    await app.store.write(changes.apply([Add(entry)], now_ms=1))


def keys_of(desk, code=1):
    return [(row["state"], row["text"]) for row in desk.rows("doctor", "--json", code=code) if row["about"] == "keys"]


def test_doctor_makes_no_database_and_says_that_there_is_none(bare_desk):
    findings = {row["about"]: row for row in bare_desk.rows("doctor", "--json", code=1)}
    assert findings["database"]["state"] == "warning"
    assert findings["database"]["text"] == f"{bare_desk.folder / 'house.db'} does not exist"
    assert findings["channel api/default"]["state"] == "ok"
    assert not list(bare_desk.folder.glob("house.db*"))


def test_doctor_warns_of_an_address_below_a_path(desk):
    desk.settings["server"]["public_url"] = "https://example.org/support/"
    desk.write()
    (found,) = [row for row in desk.rows("doctor", "--json", code=1) if row["about"] == "address"]
    assert (found["state"], "/support," in found["text"]) == ("warning", True)


@pytest.mark.parametrize(
    ("theirs_ms", "said"),
    [
        (1_000_000, "agrees"),
        (995_500, "agrees"),
        (900_000, "100 s ahead of"),
        (1_120_020, "120 s behind"),
    ],
)
def test_doctor_compares_this_machines_clock_with_the_databases(theirs_ms, said):
    found = clocks(theirs_ms, 1_000_000, 1_000_020)
    assert said in found.text
    assert (found.state == "ok") == (said == "agrees")


def test_doctor_says_what_is_wrong_with_redis(desk, redis_server):
    desk.settings["bus"] = {"url": redis_server.url.replace("//", "//:wrong@")}
    desk.write()
    (found,) = [row for row in desk.rows("doctor", "--json", code=1) if row["about"] == "bus"]
    assert found["state"] == "warning"
    assert "AuthenticationError" in found["text"]
    assert "wrong@" not in found["text"]
    desk.settings["bus"] = {"url": redis_server.url}
    desk.write()
    (found,) = [row for row in desk.rows("doctor", "--json", code=1) if row["about"] == "bus"]
    assert (found["state"], found["text"]) == ("ok", "Redis answers")
    redis_server.stop()
    (found,) = [row for row in desk.rows("doctor", "--json", code=1) if row["about"] == "bus"]
    assert "ConnectionError" in found["text"]


def test_doctor_says_that_nobody_takes_a_reply_and_of_which_channel(desk):
    desk("import", stdin=line("m1"))
    desk.serve()
    desk.serve(a_reply_waits)
    (found,) = [row for row in desk.rows("doctor", "--json", code=1) if row["about"] == "sending"]
    assert found["state"] == "error"
    assert found["text"].endswith(" s, for telegram/default")
    assert "`deliver`" in found["remedy"]


def test_doctor_tells_a_damaged_database_from_a_wrong_configuration(bare_desk):
    bare_desk("migrate")
    (bare_desk.folder / "house.db").write_bytes(b"no database at all" * 1000)
    assert "ERROR   database: " in bare_desk("doctor", code=1)
    bare_desk.settings["storage"] = {"url": "sqlite:/proc/nowhere/house.db"}
    bare_desk.write()
    assert "does not exist" in bare_desk("doctor", code=1)
    bare_desk("migrate", code=78)
    assert "storage.url: the folder /proc/nowhere cannot be made" in bare_desk.err
    bare_desk.settings["storage"] = {"url": "sqlite:other.db"}
    bare_desk.settings["channels"] = [{"kind": "telegarm"}]
    bare_desk.write()
    assert "ERROR   configuration: " in bare_desk("doctor", code=78)


@pytest.mark.parametrize("table", ["journal", "migrations"])
def test_a_damaged_page_is_told_and_what_to_do(bare_desk, table):
    bare_desk("migrate")
    file = bare_desk.folder / "house.db"
    with closing(sqlite3.connect(file)) as database:
        ((root,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchall()
        ((size,),) = database.execute("PRAGMA page_size").fetchall()
    with file.open("r+b") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\xff" * size)
    told = {row["about"]: row for row in bare_desk.rows("doctor", "--json", code=1)}["database"]
    assert told["state"] == "error"
    assert "restore the last backup (docs/operating.md)" in told["remedy"]
    if table == "journal":
        return  # the list of dead letters is read from an index
    bare_desk("dead-letters", "list", code=1)
    assert bare_desk.err.startswith("switchboard: SQLite: database disk image is malformed (SQLITE_CORRUPT")
    assert bare_desk.err.count("\n") == 1


def test_doctor_looks_at_the_disk_of_the_database(tmp_path):
    assert nearest_folder(tmp_path / "not" / "yet" / "house.db") == tmp_path
    (tmp_path / "not").mkdir()
    assert nearest_folder(tmp_path / "not" / "yet" / "house.db") == tmp_path / "not"


def test_doctor_looks_at_the_disk_of_the_files_when_it_is_another_one(desk):
    def disks():
        return [row["text"] for row in desk.rows("doctor", "--json", code=1) if row["about"] == "disk"]

    assert [text.partition(", ")[2] for text in disks()] == ["beside the database"]
    with TemporaryDirectory(dir="/dev/shm") as other:
        desk.settings["media"] = {"path": f"{other}/not/yet"}
        desk.write()
        database, files = disks()
    assert database.endswith(f" in {desk.folder}, beside the database")
    assert files.endswith(f" in {other}, where files of messages rest")


def test_a_server_that_is_not_there_is_named_with_what_to_do_and_without_its_password(desk):
    desk.settings["storage"] = {"url": "postgresql://me:hunter2@127.0.0.1:1/house?application_name=hunter3"}
    desk.write()
    said = desk("doctor", code=1)
    wanted = "PostgreSQL at 127.0.0.1:1/house does not answer (Connection refused); start it, or mend storage.url"
    assert f"ERROR   database: {wanted}\n" in said
    desk("migrate", code=1)
    assert desk.err == f"switchboard: {wanted}\n"
    assert "hunter" not in said


def test_doctor_does_not_migrate(bare_desk):
    sqlite3.connect(bare_desk.folder / "house.db").execute("CREATE TABLE other (value)")
    assert "but lacks 0001" in bare_desk("doctor", code=1)
    assert bare_desk("migrate", "--check", code=1)


def test_doctor_reads_a_broken_configuration(desk):
    desk.config.write_text("serve: 1\n")
    said = desk("doctor", code=78)
    assert "did you mean 'server'?" in said
    assert "switchboard.yaml:1:1" in said


@pytest.mark.parametrize("sealed", ["payload", "file"])
def test_doctor_tries_whether_the_keys_open_what_is_kept(desk, sealed):
    desk("user add", "ann")
    assert keys_of(desk, code=0) == [("ok", "nothing is sealed yet")]
    if sealed == "file":
        desk("import", stdin=line("m1", attachments=[PICTURE]))
        desk.serve()
    else:
        desk.serve(quarantine)
    assert keys_of(desk, code=1 if sealed == "payload" else 0) == [("ok", "open what they sealed")]

    desk.settings["secrets"]["seal_keys"] = {"k1": "33" * 32}
    desk.write()
    altered = "a sealed record does not open with key 'k1': the record was altered, or another key has that name now"
    assert keys_of(desk) == [("error", altered)]
    assert "-> give that name its former key again in secrets.seal_keys" in desk("doctor", code=1)
    desk.settings["secrets"] |= {"seal_keys": {"k2": "33" * 32}, "seal_key": "k2"}
    desk.write()
    assert keys_of(desk) == [("error", "secrets.seal_keys: key 'k1', which sealed a record, is missing")]
    desk.settings["secrets"]["seal_keys"]["k1"] = "11" * 32
    desk.write()
    assert ("ok", "open what they sealed") in keys_of(desk, code=1 if sealed == "payload" else 0)


def test_doctor_sees_a_swapped_key_although_newer_records_open(desk):
    desk.serve(quarantine)
    desk.settings["secrets"]["seal_keys"] = {"k1": "33" * 32}
    desk.write()
    desk.serve(quarantine)
    ((state, _),) = keys_of(desk)
    assert state == "error"


def test_doctor_says_when_the_database_takes_no_writes(desk):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(sqlite3.connect(desk.folder / "house.db")) as service:  # keeps the files that a reader needs, too
        service.execute("UPDATE counters SET value = value")
        service.commit()
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
        try:
            said = desk("doctor", code=1)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert f"ERROR   database: answers (sqlite), but takes no writes: {NO_ROOM}\n        -> make room" in said
        assert "ok      database: answers (sqlite), schema is current, takes writes" in desk("doctor", code=1)


def test_a_full_disk_at_the_start_is_no_wrong_configuration(desk):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        said = desk("doctor", code=1)
        desk("serve", code=1)  # 78 keeps the service from being started again
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert f"{desk.folder / 'house.db'}: cannot be opened just now: disk I/O error" in desk.err
    assert "-> make room on its disk" in said
    assert "restore" not in said


def test_doctor_leaves_a_database_of_a_newer_release_whole(desk):
    desk("user add", "ann")
    with closing(sqlite3.connect(desk.folder / "house.db")) as newer, newer:
        newer.execute("INSERT INTO migrations VALUES (9999, 'later', '', 0)")
    (found,) = [row for row in desk.rows("doctor", "--json", code=1) if row["about"] == "database"]
    assert "written by a newer version; install that version" in found["text"]
    assert not found["remedy"], "the text says it; the last backup is older than what the newer version took in"


def test_what_nobody_could_decide_is_counted_and_measured(desk):
    desk("import", stdin=line("m1"))
    with closing(sqlite3.connect(desk.folder / "house.db")) as house, house:
        house.execute("UPDATE journal SET state = 'dead', error = 'KeyError'")

    async def measured(app):
        async with asyncio.timeout(10):
            while not app.metrics.registry.get_sample_value("switchboard_undecided"):
                await asyncio.sleep(0.01)

    desk.serve(measured)
    assert "warning undecided events: 1\n" in desk("doctor", code=1)


def files_of(desk, code=1):
    found = [(row["state"], row["text"]) for row in desk.rows("doctor", "--json", code=code) if row["about"] == "files"]
    return found[0]


def test_doctor_tries_the_place_of_files_and_opens_one(desk):
    desk("user add", "ann")
    place = desk.folder / "media"
    assert files_of(desk, code=0) == ("ok", f"{place} takes files and opens what is in it")
    assert not place.exists(), "looking makes no folder"
    desk("import", stdin=line("m1", attachments=[PICTURE]))
    desk.serve()
    assert files_of(desk, code=0) == ("ok", f"{place} takes files and opens what is in it")

    desk.settings["secrets"]["seal_keys"] = {"k1": "33" * 32}
    desk.write()
    assert files_of(desk) == (
        "error",
        "a sealed file does not open: it was altered, or another key has the name of its key now",
    )
    desk.settings["secrets"]["seal_keys"] = {"k1": "11" * 32}
    desk.write()
    (file,) = [path for path in place.rglob("*") if len(path.name) == 64]
    kept = file.read_bytes()
    file.unlink()
    missing = f"file {file.name[:12]} is not there; restore the files that belong to this database"
    assert files_of(desk) == ("error", missing)
    file.write_bytes(kept)

    desk.settings["media"] = {"path": "elsewhere"}
    desk.write()
    state, text = files_of(desk)
    assert state == "error"
    assert text.startswith(f"media: {desk.folder / 'elsewhere'} is not where this database's files are")
    s3 = {"endpoint": "http://127.0.0.1:1", "bucket": "files", "access_key": "a", "secret_key": "b"}
    desk.settings["media"] = {"s3": s3}
    desk.write()
    assert files_of(desk) == ("error", "http://127.0.0.1:1/files does not answer: ClientConnectorError")


def test_doctor_names_who_is_on_call_and_cannot_be_called(desk):
    desk("user add", "mei")
    rules = desk.folder / "rules" / "rules.yaml"
    nights = "oncall: {nights: {steps: [{browser: true, within: 2m}, {agent: [Mei, mie], within: 2m}]}}\n"
    rules.write_text(rules.read_text() + nights)
    found = [row for row in desk.rows("doctor", "--json", code=1) if row["about"] == "on call"]
    assert [(row["state"], row["text"]) for row in found] == [
        ("error", "step 2 of the rota nights calls 'mie', and nobody signs in so")
    ]
    desk("user add", "mie")
    assert [row for row in desk.rows("doctor", "--json") if row["about"] == "on call"] == []
