"""`switchboard contacts erase` beside a service on its own database; killed in the middle, it is gone on with."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from tests.e2e.command_desk import line

CONTACT = b'{"contact":"ann","emails":["quagmarine@example.org"],"telegram":"77","name":"Quokkaline","linked":true}\n'
WORDS = ("quagmarine", "Quokkaline", "thimblewort")


def left(desk):
    """Files of the house that hold one of the words."""
    files = [path for path in desk.folder.rglob("*") if path.is_file() and path.suffix != ".yaml"]
    return sorted({path.name for path in files for word in WORDS if word.encode() in path.read_bytes()})


def multiply(database, times):
    """As if they had written very much."""
    with closing(sqlite3.connect(database)) as store, store:
        row = store.execute("SELECT * FROM messages WHERE kind = 'inbound' LIMIT 1")
        names = [column[0] for column in row.description]
        values = dict(zip(names, row.fetchone(), strict=True))
        marks = ", ".join("?" * len(names))
        copies = [values | {"id": f"{values['id']}-{n:06}", "external_id": f"thimblewort {n}"} for n in range(times)]
        store.executemany(f"INSERT INTO messages VALUES ({marks})", [tuple(copy.values()) for copy in copies])


def begun(database):
    """How many messages are left, once an erasure is under way."""
    with closing(sqlite3.connect(database)) as store:
        if store.execute("SELECT 1 FROM erasures").fetchone() is None:
            return None
        return store.execute("SELECT COUNT(*) FROM messages WHERE state = 'live'").fetchone()[0]


def test_without_yes_it_says_what_would_go_and_with_it_all_goes(desk):
    desk("contacts import", stdin=CONTACT)
    desk("import", stdin=line("m1", "my thimblewort is lost") + line("m2", "still lost"))
    desk.serve()
    told = desk("contacts erase", "ann")
    assert "would erase ann (Quokkaline): 2 addresses" in told
    assert "--yes" in told
    (found,) = desk.rows("contacts erase", "ann", "--json")
    assert (found["label"], found["messages"] >= 1, found["erased_at_ms"]) == ("ann", True, None)
    assert desk.look("SELECT COUNT(*) FROM messages WHERE state = 'live'") != [(0,)]
    assert desk("contacts erase", "ann", "--yes").startswith("erased ann, 20")
    assert desk("contacts show", "C-1").startswith("C-1, erased 20")
    assert "C-1 was erased 20" in desk("contacts erase", "C-1")
    assert desk("contacts erase", "C-1", "--yes").startswith("erased C-1")
    assert desk.rows("export") == desk.rows("export", "--contacts") == []
    assert "T-1001" in desk("trace", "T-1001")
    desk("contacts show", "ann", code=1)
    assert "no contact 'ann'" in desk.err
    assert left(desk) == []


def test_killed_in_the_middle_it_is_gone_on_with(desk):
    desk("contacts import", stdin=CONTACT)
    desk("import", stdin=line("m1", "my thimblewort is lost"))
    desk.serve()
    assert desk.look("SELECT COUNT(*) FROM messages WHERE kind = 'inbound'") == [(1,)]
    database = desk.folder / "house.db"
    multiply(database, 5_000)
    command = [sys.executable, "-m", "router", "contacts", "erase", "ann", "--yes", "--config", str(desk.config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while (left_over := begun(database)) is None or left_over > 4_000:
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
    assert begun(database), "killed in the middle"
    assert left(desk) != []
    assert desk("contacts erase", "C-1", "--yes").startswith("erased C-1")
    assert left(desk) == []
    assert desk.look("SELECT state, work FROM erasures") == [("done", None)]
    assert desk.look("SELECT COUNT(*), COUNT(CASE WHEN text = '' THEN 1 END) FROM messages") in (
        [(5_001, 5_001)],
        [(5_002, 5_002)],
    )
