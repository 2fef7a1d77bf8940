"""What `export` writes, and what it leaves out."""

import json

from tests.e2e.command_desk import Desk, line


def test_what_no_service_has_decided_yet_is_told(desk):
    desk("import", stdin=line("m1") + line("m2", sender="78"))
    assert desk("export") == ""
    assert desk.err.startswith("accepted, not decided yet and so left out: 2; ")
    desk.serve()
    assert len(desk.rows("export")) == 2
    assert desk.err == ""


def test_people_are_exported_as_they_are_known(desk, tmp_path, capfdbinary, monkeypatch):
    """Of two accounts in one network, and of a network of its own; who is known by nothing has no row."""
    ann = {"contact": "ann", "telegram": "77", "identities": [{"kind": "line", "value": "U4"}], "linked": True}
    ann["identities"].append({"kind": "telegram", "value": "78"})
    written = [
        line("m1", channel="line", sender="U4"),
        line("m2", sender="78"),
        line("m3", channel="phone", sender="+14155550100"),
    ]
    desk("contacts import", stdin=json.dumps(ann).encode())
    desk("import", stdin=b"".join(written))
    desk.serve()
    (row,), messages = desk.rows("export", "--contacts"), desk.rows("export")
    assert {key: row[key] for key in ann} == ann

    other = Desk(tmp_path / "other", capfdbinary, monkeypatch)
    other("migrate")
    other("contacts import", stdin=json.dumps(row).encode())
    other("import", stdin="\n".join(map(json.dumps, messages)).encode())
    other.serve()
    assert other.rows("export", "--contacts") == [row]
    assert sorted(other.rows("export"), key=str) == sorted(messages, key=str)
    assert other.look("SELECT count(*) FROM contacts") == [(2,)]
