"""Commands beside a service, on its own database: import, export, contacts, trace, dead-letters, tokens."""

import asyncio
import contextlib
import json
import socket
import sqlite3

import pytest

from router.app import App
from router.clock import SystemClock
from router.config import load
from router.core.delivery import decide_held
from router.model.changes import Add
from router.model.tables import Message, OutboxEntry
from router.store import changes, journal
from router.telemetry import SilentLog
from tests.e2e.command_desk import Desk, line, selected

CARD = "4111 1111 1111 1111"


MESSAGES = b"".join(
    [
        line("m1", f"我的转账 transfer, card {CARD}"),
        line(
            "m2", "and again", attachments=[{"name": "a.png", "content_type": "image/png", "size": 3, "data": "YWJj"}]
        ),
        line("<1@x>", "a mail", channel="email", sender="ann@example.org", subject="Fee"),
        line(
            "<2@x>", "an answer", channel="email", sender="bob@example.org", in_reply_to="<1@x>", references=["<1@x>"]
        ),
        line("p1", "I am ann@example.org", channel="x", sender="9", visibility="public", extra={"likes": 3}),
        line("<3@x>", "away", channel="email", sender="ann@example.org", automatic="auto_reply", html="<p>away</p>"),
    ]
)


def test_import_takes_each_message_once_and_names_bad_lines(desk):
    said = desk("import", stdin=MESSAGES + b"\nnot json\n" + line("m1", "again"), code=1)
    assert said == "6 messages taken in, 1 were there already, 1 bad lines\n"
    assert desk.err.startswith("line 8: not JSON")
    assert desk("import", stdin=MESSAGES) == "0 messages taken in, 6 were there already, 0 bad lines\n"


def test_import_counts_what_the_door_refuses_as_bad(desk):
    bad = line("m9", ext={"a": "x" * 70_000}) + line("m10")
    assert desk("import", stdin=bad, code=1) == "1 messages taken in, 0 were there already, 1 bad lines\n"
    assert desk.err.startswith("line 1: ")


def test_history_is_filed_and_never_answered(desk):
    desk("import", stdin=MESSAGES)
    desk.serve()
    assert desk.look("SELECT count(*) FROM tickets WHERE state = 'new'") == [(4,)]
    assert desk.look("SELECT count(*) FROM outbox") == [(0,)]


def test_what_is_exported_imports_into_the_same(desk, tmp_path, capfdbinary, monkeypatch):
    desk(
        "contacts import",
        stdin=b'{"contact":"ann","emails":["ann@example.org"],"name":"Ann","vip":true,"tier":"gold"}\n',
    )
    desk("import", stdin=MESSAGES)
    desk.serve()
    messages, contacts = desk.rows("export"), desk.rows("export", "--contacts")
    assert [m["message_id"] for m in messages] == ["m1", "m2", "<1@x>", "<2@x>", "p1", "<3@x>"]
    assert messages[0]["text"] == "我的转账 transfer, card [CARD]"
    assert messages[1]["attachments"][0]["data"] == "YWJj"
    assert messages[4]["ext"] == {"extra": {"likes": 3}}
    assert (messages[5]["automatic"], messages[5]["html"]) == ("auto_reply", "<p>away</p>")
    assert contacts[0] | {"phones": []} == {
        "contact": "ann",
        "name": "Ann",
        "vip": True,
        "language": None,
        "emails": ["ann@example.org"],
        "phones": [],
        "linked": True,
        "ext": {"tier": "gold"},
    }

    other = Desk(tmp_path / "other", capfdbinary, monkeypatch)
    other("migrate")
    other("contacts import", stdin="\n".join(map(json.dumps, contacts)).encode())
    other("import", stdin="\n".join(map(json.dumps, messages)).encode())
    other.serve()
    assert other.rows("export") == messages
    assert sorted(other.rows("export", "--contacts"), key=str) == sorted(contacts, key=str)
    joined = "SELECT m.external_id, t.number FROM messages m JOIN tickets t ON t.id = m.ticket_id ORDER BY m.id"
    assert other.look(joined) == desk.look(joined)


def test_export_writes_a_file(desk, tmp_path):
    desk("import", stdin=line("m1"))
    desk.serve()
    assert desk("export", tmp_path / "out.ndjson") == ""
    assert json.loads((tmp_path / "out.ndjson").read_bytes())["message_id"] == "m1"


def test_contacts_import_upserts_by_key_and_refuses_one_identity_twice(desk):
    rows = [
        b'{"contact":"ann","emails":["ann@example.org"]}\n',
        b'{"contact":"bob","emails":["Ann@Example.org"]}\n',
        b'{"name":"x"}\n',
    ]
    assert desk("contacts import", stdin=b"".join(rows), code=1) == "1 contacts taken in, 2 bad lines\n"
    assert desk.err.splitlines()[0].startswith("line 2: email 'ann@example.org' already belongs to contact 'ann'")
    assert desk.err.splitlines()[1].startswith("line 3: contact: missing")
    desk("contacts import", stdin=b'{"contact":"ann","name":"Ann","phone":"+41 44 668 18 00"}\n')
    (ann,) = desk.rows("export", "--contacts")
    assert (ann["name"], ann["emails"], ann["phones"]) == ("Ann", ["ann@example.org"], ["+41446681800"])
    desk("contacts import", stdin=b'{"contact":"eve","emails":["ann@example.org"]}\n', code=1)
    assert "already belongs to contact 'ann'" in desk.err


def test_what_rows_of_contacts_say_is_kept_without_its_secrets(desk):
    row = {"contact": "ann", "name": f"Ann {CARD}", "tier": "gold", "ext": {"note": f"pays with {CARD}"}}
    desk("contacts import", stdin=json.dumps(row).encode())
    row = {"contact": "ann", "tier": "silver", "card": int(CARD.replace(" ", ""))}
    (ann,) = desk.rows("export", "--contacts")
    assert (ann["name"], ann["ext"]) == ("Ann [CARD]", {"note": "pays with [CARD]", "tier": "gold"})
    desk("contacts import", stdin=json.dumps(row).encode())
    (ann,) = desk.rows("export", "--contacts")
    assert ann["ext"] == {"note": "pays with [CARD]", "tier": "gold", "redacted": True}


def test_contacts_import_says_which_identities_are_only_claims(desk):
    row = b'{"contact":"bob","emails":["bob@example.org"],"telegram":"7"}\n'
    assert desk("contacts import", stdin=row) == "1 contacts taken in, 0 bad lines\n"
    assert desk.err == '1 row names several identities without "linked": true; these are claims and are not kept\n'
    assert desk("contacts import", stdin=row.replace(b"}", b',"linked":true}')) == "1 contacts taken in, 0 bad lines\n"
    assert desk.err == ""


def test_trace_tells_the_way_of_a_message_and_of_a_ticket(desk):
    rules = desk.folder / "rules" / "rules.yaml"
    rules.write_text(rules.read_text().replace("version: 1\n", "version: 1\npack: house@2.3.0\n", 1))
    desk("import", stdin=MESSAGES)
    desk("import", stdin=line("m1", "again"))
    desk.serve()
    (told,) = desk.rows("trace", "T-1001", "--json")
    assert told["name"] == "T-1001"
    stages = [step["stage"] for step in told["steps"]]
    assert set(stages) >= {"accepted", "message", "redaction", "rules", "ticket", "history"}
    said = desk("trace", "m1")
    assert "delivered once more and dropped" in said
    assert "CARD in text at" in said
    assert "transfers: transfer" in said
    assert "packs: house@2.3.0" in said
    assert "T-1001 of C-1: new, normal, queue transfers, agent nobody" in said
    assert "ticket.opened by C-1" in said
    assert CARD not in said
    assert "4111" not in desk("trace", "T-1001")
    assert desk("trace", "<1@x>").splitlines()[0] == "<1@x>"
    desk("trace", "nothing", code=1)
    assert desk.err == "switchboard: no message and no ticket is named 'nothing'\n"


def test_trace_tells_of_what_is_accepted_and_not_yet_decided(desk):
    desk("import", stdin=line("m1"))
    assert "telegram/default m1: pending" in desk("trace", "m1")


@pytest.fixture
def dead(desk):
    """An event that cannot be decided, buried by a worker."""

    async def bury(app):
        (row,) = await app.store.read(selected("SELECT id FROM journal"))
        await app.store.write(_bury(row[0]))

    desk("import", stdin=line("m1"))

    async def alone():
        app = App(load(desk.config), base=desk.folder, roles=(), log=SilentLog(), clock=SystemClock())
        try:
            await app.open()
            await bury(app)
        finally:
            await app.stop()

    asyncio.run(alone())
    return desk.rows("dead-letters list", "--json")


def _bury(journal_id):
    yield from journal.bury(journal_id, "KeyError", fences={})


def test_dead_letters_are_listed_shown_and_sent_again(desk, dead):
    (letter,) = dead
    assert (letter["what"], letter["channel"], letter["state"], letter["error"]) == (
        "event",
        "telegram",
        "dead",
        "KeyError",
    )
    assert desk("dead-letters list") == desk("dead-letters show", letter["id"])
    assert "KeyError" in desk("dead-letters list")
    said = desk("dead-letters replay", letter["id"])
    assert said == f"{letter['id']}: accepted again; a running service decides it\n"
    desk.serve()
    assert (desk.rows("dead-letters list", "--json"), desk.err) == ([], "")
    assert (desk("dead-letters list"), desk.err) == ("", "there are no dead letters\n")
    assert "routed" in desk("trace", "m1")
    for action in ("show", "replay"):
        desk(f"dead-letters {action}", "nothing", code=1)
        assert "there is no dead letter nothing" in desk.err
    desk("dead-letters replay", letter["id"], code=1)


def test_a_dead_event_decided_again_is_told_as_json(desk, dead):
    (letter,) = dead
    again = letter | {"state": "pending", "attempts": 0, "error": None}
    assert desk.rows("dead-letters replay", letter["id"], "--json") == [again]


async def _dead_reply(app):
    """A reply that its channel refused, as the delivery worker leaves it."""
    ((ticket, conversation, contact),) = await app.store.read(
        selected("SELECT ticket_id, conversation_id, contact_id FROM messages")
    )
    where = {"ticket_id": ticket, "conversation_id": conversation, "channel": "telegram", "account": "default"}
    reply = Message(
        id=app.ids.new(),
        contact_id=contact,
        kind="reply",
        visibility="private",
        text="On its way.",
        sent_at_ms=1,
        received_at_ms=1,
        **where,
    )
    entry = OutboxEntry(
        id=app.ids.new(),
        message_id=reply.id,
        state="dead",
        attempts=3,
        error="blocked",
        due_at_ms=1,
        created_at_ms=1,
        **where,
    )
    await app.store.write(changes.apply([Add(reply), Add(entry)], now_ms=1))


def test_a_reply_without_a_way_out_is_a_dead_letter_too(desk):
    desk("import", stdin=line("m1"))
    desk.serve()
    desk.serve(_dead_reply)
    (letter,) = desk.rows("dead-letters list", "--json")
    assert (letter["what"], letter["state"], letter["attempts"], letter["error"]) == ("reply", "dead", 3, "blocked")
    assert "dead after 3 attempts: blocked" in desk("dead-letters show", letter["id"])
    assert "dead after 3 attempts" in desk("trace", "T-1001")
    ((reply,),) = desk.look("SELECT message_id FROM outbox")
    assert "delivery  reply by the machine on telegram/default: dead after 3 attempts" in desk("trace", reply)
    assert desk("dead-letters replay", letter["id"]) == f"{letter['id']}: queued again; a running service sends it\n"
    assert desk.look("SELECT state, attempts FROM outbox") == [("queued", 0)]
    desk("dead-letters replay", letter["id"], code=1)
    assert "this reply is queued" in desk.err


def test_a_dead_letter_that_an_agent_decides_about_at_the_same_time_is_theirs(desk, monkeypatch):
    desk("import", stdin=line("m1"))
    desk.serve()
    desk.serve(_dead_reply)
    (letter,) = desk.rows("dead-letters list", "--json")

    def late(entry, what, **more):
        with contextlib.closing(sqlite3.connect(desk.folder / "house.db")) as agent, agent:
            agent.execute("UPDATE outbox SET state = 'cancelled', version = version + 1")
        return decide_held(entry, what, **more)

    monkeypatch.setattr("router.cli.dead_letters_command.decide_held", late)
    desk("dead-letters replay", letter["id"], code=1)
    assert desk.err == "switchboard: somebody else changed the same just now; look at it, and do it again\n"
    assert desk.look("SELECT state FROM outbox") == [("cancelled",)]


async def _dead_amendments(app):
    """What channels would not do to a message that stands there."""
    ((message, ticket, conversation),) = await app.store.read(
        selected("SELECT id, ticket_id, conversation_id FROM messages")
    )
    about = {"message_id": message, "ticket_id": ticket, "conversation_id": conversation, "channel": "telegram"}
    asked = [
        OutboxEntry(id=app.ids.new(), account="default", action=action, state="dead", attempts=1, error="no such emoji",
                    due_at_ms=1, created_at_ms=1, **about)
        for action in ("edit", "react", "hide", "unhide", "delete")
    ]  # fmt: skip
    await app.store.write(changes.apply([Add(row) for row in asked], now_ms=1))


def test_dead_letters_that_are_no_replies_are_called_what_they_are(desk):
    desk("import", stdin=line("m1"))
    desk.serve()
    desk.serve(_dead_amendments)
    letters = desk.rows("dead-letters list", "--json")
    assert [one["what"] for one in letters] == ["edit", "reaction", "hide", "unhide", "delete"]
    reaction = letters[1]["id"]
    assert desk("dead-letters show", reaction) == (
        f"{reaction}  reaction  telegram/default  dead after 1 attempt: no such emoji\n"
    )
    assert "undelivered: 5\n        -> switchboard dead-letters list" in desk("doctor", code=1)
    again = letters[1] | {"state": "queued", "attempts": 0, "error": None}
    assert desk.rows("dead-letters replay", reaction, "--json") == [again]
    desk("dead-letters replay", reaction, code=1)
    assert "this reaction is queued" in desk.err


def test_serve_names_a_port_that_is_taken(desk):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        desk("serve", "--port", port, code=1)
    *log, said = desk.err.splitlines()
    assert said.startswith(f"switchboard: 127.0.0.1:{port} cannot be used (")
    assert all(line.startswith("{") for line in log)


@pytest.mark.parametrize(("name", "kind"), [(" ", "x"), ("shop", "X kind"), ("shop", "")])
def test_a_token_names_who_uses_it_and_speaks_for_kinds(desk, name, kind):
    desk("token add", name, "--kind", kind, code=1)
    assert desk.look("SELECT count(*) FROM api_tokens") == [(0,)]


def test_a_token_is_printed_once_and_rests_as_a_hash(desk):
    token = desk("token add", "shop", "--kind", "x", "--kind", "telegram").strip()
    assert token.startswith("sba_")
    assert desk.look("SELECT count(*) FROM api_tokens") == [(1,)]
    for file in desk.folder.glob("house.db*"):
        assert token.encode() not in file.read_bytes()


def test_a_token_is_listed_by_its_name_and_taken_back(desk):
    token = desk("token add", "shop", "--kind", "x", "--kind", "telegram").strip()
    listed = desk("token list")
    assert listed.startswith("shop  x, telegram  since 2")
    assert token not in listed
    (row,) = desk.rows("token list", "--json")
    assert (row["name"], row["kinds"], set(row)) == ("shop", ["x", "telegram"], {"name", "kinds", "created_at_ms"})
    desk("token revoke", "shop")
    assert (desk("token list"), desk.err) == ("", "no program has a token; make one with: switchboard token add\n")
    desk("token revoke", "shop", code=1)
    assert "switchboard token list" in desk.err


def test_after_a_restore_what_waits_may_be_doubted(desk):
    desk("import", stdin=line("m1"))
    desk.serve()
    desk.serve(_dead_reply)
    assert desk("dead-letters doubt").startswith("0 that wait")
    (letter,) = desk.rows("dead-letters list", "--json")
    desk("dead-letters replay", letter["id"])
    assert desk("dead-letters doubt").startswith("1 that wait")
    assert desk.look("SELECT state, attempts, uncertain FROM outbox") == [("sending", 1, 1)]


def test_channels_check_and_doctor_say_how_it_is(desk):
    (channel,) = desk.rows("channels check", "--json")
    assert (channel["channel"], channel["state"]) == ("api/default", "ok")
    findings = {row["about"]: row for row in desk.rows("doctor", "--json", code=1)}
    assert findings["database"]["state"] == "ok"
    assert findings["people"]["state"] == "warning"
    assert "switchboard user add" in findings["people"]["remedy"]
    assert findings["channel api/default"]["state"] == "ok"
    desk("user add", "mei")
    assert all(row["state"] == "ok" for row in desk.rows("doctor", "--json"))


def test_doctor_names_what_is_wrong_and_what_to_do(desk, dead):
    (desk.folder / "rules" / "rules.yaml").write_text("version: 1\nrulse: 5\n")
    said = desk("doctor", code=1)
    assert "warning undecided events: 1\n        -> switchboard dead-letters list" in said
    assert "ERROR   rules: " in said
    assert "switchboard rules check" in said
    desk.settings["storage"] = {"url": "postgresql://127.0.0.1:1/none"}
    desk.write()
    said = desk("doctor", code=1)
    assert "ERROR   database: " in said
    assert "does not answer" in said
