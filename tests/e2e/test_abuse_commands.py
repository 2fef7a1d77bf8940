"""`switchboard contacts block … release`, `trace` and `doctor` about abuse, beside a service on its own database."""

import json

from router.connector import RawEvent
from router.model.changes import Count, Record
from router.model.tables import Event
from router.store import changes
from tests.e2e.command_desk import Desk, line

CONTACT = b'{"contact":"ann","emails":["ann@example.org"],"telegram":"77","name":"Ann","linked":true}\n'


def arrive(desk, *lines):
    """Messages come in while the service runs."""

    async def accept(app):
        inlet = app.door.inlet(app.channels.all()[0].manifest, "default")
        await inlet.accept([RawEvent(body=one) for one in lines])

    desk.serve(accept)


def finding(desk, about, code=1):
    return [row for row in desk.rows("doctor", "--json", code=code) if row["about"] == about]


def test_a_contact_is_blocked_seen_let_through_and_unblocked(desk):
    desk("contacts import", stdin=CONTACT)
    said = desk("contacts block", "ann", "--reason", "sells coins", "--for", "7d")
    block = said.split()[0]
    assert "ann, by system: sells coins, until 20" in said
    arrive(desk, line("m1", "buy my coins"), line("m2", "stolen"))
    assert desk.look("SELECT count(*) FROM tickets") == [(0,)]
    held = desk.rows("contacts held", "--json")
    assert [(row["text"], row["message_id"], row["contact"]) for row in held] == [
        ("stolen", "m2", "ann"),
        ("buy my coins", "m1", "ann"),
    ]
    assert desk.rows("contacts held", "ann", "--json") == held
    assert desk.rows("contacts held", "bob", "--json", code=1) == []
    assert desk.err == "switchboard: there is no contact 'bob'; all there are: switchboard export --contacts\n"
    desk("contacts held", "Ann@example.org", code=1)
    assert desk.err == "switchboard: there is no contact 'Ann@example.org'; did you mean ann?\n"
    shown = desk("contacts held")
    assert "blocked by system: sells coins" in shown
    assert "  ann: buy my coins" in shown
    assert "held         2 messages: switchboard contacts held ann" in desk("contacts show", "ann")
    assert "held; blocked: sells coins" in desk("trace", "m1")
    (listed,) = desk.rows("contacts blocked", "--json")
    assert (listed["id"], listed["contact"], listed["reason"]) == (block, "ann", "sells coins")

    assert desk("contacts release", held[1]["id"]) == "1 message let through\n"
    assert "held, then let through" in desk("trace", "m1")
    arrive(desk)
    assert desk.look("SELECT text FROM messages WHERE kind = 'inbound'") == [("buy my coins",)]
    desk("contacts release", held[1]["id"], code=1)
    assert "let through already" in desk.err
    assert "; lifted: a mistake" in desk("contacts unblock", block, "--reason", "a mistake")
    assert desk("contacts blocked") == ""
    assert "ann, by system: sells coins" in desk("contacts blocked", "--over")
    assert len(desk.rows("contacts held", "--json")) == 1, "what was held stays held"


def test_an_address_is_blocked_whoever_has_it(desk):
    assert "telegram:88, by system: spam" in desk("contacts block", "telegram:88", "--reason", "spam")
    desk("contacts block", "telegram:88", "--reason", "spam", code=1)
    assert "blocked already" in desk.err
    desk("contacts block", "nobody", "--reason", "spam", code=1)
    assert "there is no contact 'nobody'" in desk.err
    arrive(desk, line("m1", sender="88"), line("m2", sender="89"))
    assert [row["message_id"] for row in desk.rows("contacts held", "--json")] == ["m1"]
    assert desk.look("SELECT external_id FROM messages WHERE kind = 'inbound'") == [("m2",)]


def test_doctor_tells_of_floods_and_of_what_is_critical_among_the_held(desk):
    assert finding(desk, "held")[0]["text"] == "nothing is held"
    assert finding(desk, "flood") == []
    desk("contacts block", "telegram:88", "--reason", "spam")
    arrive(desk, line("m1", sender="88", alarm=True))

    async def flood(app):
        now_ms = app.clock.now_ms()
        over = {"start_ms": now_ms, "messages": 24_000, "withheld": 4_000, "over_until_ms": now_ms + 600_000}
        count = Count(channel="telegram", account="default", **over)
        event = Record(Event(at_ms=now_ms, kind="rules.changed"))
        await app.store.write(changes.apply([count, event], now_ms=now_ms))

    desk.serve(flood)
    (held,) = finding(desk, "held")
    assert (held["state"], held["text"]) == ("warning", "1 message waits to be let through, 1 of them critical")
    (told,) = finding(desk, "flood")
    assert told["text"].startswith(
        "telegram/default is over its quota: 24,000 messages lately, 4,000 automatic answers"
    )


def test_what_is_held_is_found_exported_and_held_again_where_it_is_imported(desk, tmp_path, capfdbinary, monkeypatch):
    desk("contacts import", stdin=CONTACT)
    desk("contacts block", "ann", "--reason", "sells coins")
    files = [{"name": "a.txt", "content_type": "text/plain", "data": "YWJj"}]
    arrive(desk, line("m1", "buy my coins", attachments=files), line("m2", "stolen"))
    (found,) = desk.rows("contacts held", "--json", "--find", "coins")
    assert found["message_id"] == "m1"
    exported = desk.rows("export")
    assert [(row["message_id"], row["text"], row["held"]) for row in exported] == [
        ("m1", "buy my coins", "blocked"),
        ("m2", "stolen", "blocked"),
    ]
    assert exported[0]["attachments"][0]["data"] == "YWJj"

    other = Desk(tmp_path / "other", capfdbinary, monkeypatch)
    other("migrate")
    other("import", stdin="\n".join(map(json.dumps, exported)).encode())
    other.serve()
    assert other.look("SELECT count(*) FROM tickets") == [(0,)]
    assert "blocked where it was imported from" in other("contacts held", "--find", "coins")
    assert "held; blocked" in other("trace", "m1")
    assert other.rows("export") == exported
    held = other.rows("contacts held", "--json")
    other("contacts release", held[1]["id"])
    other.serve()
    assert other.look("SELECT text FROM messages") == [("buy my coins",)], "history, answered by nobody"
    assert [row.get("held") for row in other.rows("export")] == [None, "blocked"]


def test_a_live_message_that_says_it_is_held_is_none(desk):
    arrive(desk, line("m1", "hello", held="blocked"))
    assert desk.look("SELECT text FROM messages WHERE kind = 'inbound'") == [("hello",)]
    assert desk.rows("contacts held", "--json") == []
