"""What agents do from the command line, on a service's own database: the acts, refusals and history of the API."""

import json

import pytest

from router.connector import RawEvent
from tests.e2e.command_desk import line
from tests.servers.service import RULES

ACTIONS = """actions:
  freeze-account: {name: {en: Freeze}, url: "file:wallet.url", secret: "file:wallet.secret", undo: unfreeze-account}
  unfreeze-account: {name: {en: Unfreeze}, url: "file:wallet.url", secret: "file:wallet.secret"}
rules:
"""
STUCK = ("card declined in the shop", "my card is declined", "刷卡被拒")


def say(*texts, sender="77", first=0, **fields):
    return b"".join(line(f"m{first + n}", text, sender=sender, **fields) for n, text in enumerate(texts))


@pytest.fixture
def staffed(desk):
    """The desk with two people."""
    for login in ("mei", "lee"):
        desk("user add", login)
    return desk


def deliver(desk, *lines):
    """Messages through the front door of the running service, so that they ring and are answered."""

    async def work(app):
        inlet = app.door.inlet(app.channels.all()[0].manifest, "default")
        await inlet.accept([raw(each) for each in lines])

    desk.serve(work)


def raw(body):
    return RawEvent(body=body)


def kinds(desk, kind):
    return [
        (actor, json.loads(data))
        for actor, data in desk.look(f"SELECT actor, data FROM events WHERE kind = '{kind}' ORDER BY id")
    ]


def agent_id(desk, login):
    ((found,),) = desk.look(f"SELECT id FROM agents WHERE login = '{login}'")
    return found


def test_tickets_of_one_person_are_merged_split_and_taken_back(staffed):
    desk = staffed
    deliver(
        desk, *say("my card is stuck in the machine", "Another question: how do I change my nickname?").splitlines()
    )
    assert [row["number"] for row in desk.rows("tickets list", "--json")] == ["T-1001", "T-1002"]
    said = desk("tickets merge", "T-1002", "T-1001", "--as", "mei")
    merged = said.split()[0]
    assert said == f"{merged}  T-1002 merged into T-1001, 1 message\n"
    assert desk.look("SELECT state FROM tickets WHERE number = 1002") == [("closed",)]
    assert desk("tickets merge", "T-1002", "T-1001", "--as", "mei", code=1) == ""
    assert "a closed ticket is not merged" in desk.err
    assert desk("tickets undo", merged, "--as", "lee").startswith(f"{merged}  taken back")
    assert desk("tickets undo", merged, "--as", "lee", code=1) == ""
    (row,) = desk.rows("tickets regroupings", "T-1001", "--json")
    assert (row["kind"], row["agent_id"], row["undone_by"]) == ("merge", agent_id(desk, "mei"), agent_id(desk, "lee"))
    told = [data["regrouped"] for actor, data in kinds(desk, "ticket.updated") if "regrouped" in data]
    assert told == ["merge", "merge", "undo", "undo"]


def test_a_queue_that_is_none_is_named_and_one_of_former_rules_is_still_listed(desk):
    assert desk("tickets list", "--queue", "transfers") == "", "no rules were live yet"
    deliver(desk, *say("where is my transfer?").splitlines())
    assert [row["number"] for row in desk.rows("tickets list", "--queue", "transfers", "--json")] == ["T-1001"]
    assert desk("tickets list", "--queue", "general") == ""
    desk("tickets list", "--queue", "tranfser", code=1)
    assert desk.err == "switchboard: there is no queue 'tranfser'; did you mean 'transfers'?\n"
    assert desk.rows("tickets list", "--queue", "NOPE", "--json", code=1) == []
    assert desk.err == "switchboard: there is no queue 'NOPE'; there are general, transfers\n"
    rules = desk.folder / "rules" / "rules.yaml"
    rules.write_text(
        rules.read_text().replace("  transfers:\n", "  money:\n", 1).replace("queue: transfers", "queue: money")
    )
    desk.serve()
    assert desk("tickets list", "--queue", "money") == ""
    assert desk("tickets list", "--queue", "transfers").startswith("T-1001  ")
    assert desk("tickets list", "--queue", "transfers", "--view", "solved") == "", "it has tickets, none of them solved"


def test_what_is_mine_is_listed_for_whoever_says_who_they_are(staffed):
    desk = staffed
    deliver(desk, *say("where is my transfer?").splitlines(), *say("hello", sender="78", first=9).splitlines())
    desk("tickets log-call", "T-1001", "spoke", "--as", "mei")
    assert [row["number"] for row in desk.rows("tickets list", "--view", "mine", "--as", "Mei", "--json")] == ["T-1001"]
    assert desk("tickets list", "--view", "mine", "--as", "lee") == ""
    assert desk("tickets list", "--view", "mine", code=1) == ""
    assert "--as LOGIN" in desk.err


def test_messages_are_split_off_by_the_providers_id(staffed):
    desk = staffed
    deliver(desk, *say("my card is stuck in the machine", "my card is still stuck in there").splitlines())
    said = desk("tickets split", "T-1001", "m1", "--as", "mei")
    assert said.endswith("  1 message of T-1001 split off as T-1002\n")
    assert desk("tickets split", "T-1001", "m0", "--as", "mei", code=1) == ""
    assert "both tickets need a message of the customer" in desk.err
    assert "split off as T-1002" in desk("tickets regroupings", "T-1002")


def test_a_ticket_that_rings_is_accepted_once(staffed):
    desk = staffed
    deliver(desk, *line("m1", "help", alarm=True).splitlines())
    (row,) = desk.rows("tickets list", "--view", "ringing", "--json")
    assert row["alarm_since_ms"] is not None
    assert desk("tickets list").rstrip().endswith("rings  help")
    assert desk("tickets accept", "T-1001", "--as", "mei") == "T-1001  accepted by mei\n"
    assert desk.rows("tickets list", "--view", "ringing", "--json") == []
    assert desk("tickets accept", "T-1001", "--as", "lee", code=1) == ""
    assert desk.look("SELECT actor FROM events WHERE kind = 'alarm.accepted'") == [(f"agent:{agent_id(desk, 'mei')}",)]


def test_who_is_nobody_does_nothing(staffed):
    desk = staffed
    assert desk("tickets accept", "T-1001", "--as", "eve", code=1) == ""
    assert "nobody signs in as 'eve'" in desk.err
    assert desk("incidents open", "x", "T-9", "--as", "mei", code=1) == ""
    assert "there is no ticket T-9" in desk.err
    with pytest.raises(SystemExit) as left:
        desk("incidents confirm", "x")
    assert left.value.code == 2, "who acts says who they are"


def test_an_action_is_proposed_by_one_and_agreed_to_by_another(staffed):
    desk = staffed
    (desk.folder / "wallet.secret").write_text("s" * 32)
    (desk.folder / "wallet.url").write_text("http://127.0.0.1:1/actions")
    (desk.folder / "rules" / "rules.yaml").write_text(RULES.replace("rules:\n", ACTIONS, 1))
    sender = {"id": "77", "user_id": "u-1", "verified": True}
    deliver(desk, json.dumps(json.loads(line("m1", "help")) | {"sender": sender}).encode())
    said = desk("actions propose", "T-1001", "freeze-account", "--as", "mei")
    action = said.split()[0]
    assert said == f"{action}  freeze-account  proposed\n"
    (row,) = desk.rows("actions list", "--json")
    assert (row["id"], row["ticket"], row["proposed_by_name"], row["state"]) == (action, "T-1001", "mei", "proposed")
    assert desk("actions approve", action, "--as", "mei", code=1) == ""
    assert desk("actions approve", action, "--as", "lee") == f"{action}  freeze-account  queued\n"
    assert desk("actions decline", action, "--as", "lee", code=1) == ""
    assert (desk("actions list"), desk.err) == ("", "nothing is proposed\n")
    assert "freeze-account  queued  " in desk("actions list", "T-1001")
    assert desk("actions propose", "T-1001", "empty-account", "--as", "mei", code=1) == ""
    assert "there is no action 'empty-account'; there are: freeze-account, unfreeze-account" in desk.err
    assert [kind for (kind,) in desk.look("SELECT kind FROM events WHERE kind LIKE 'action.%' ORDER BY id")][:2] == [
        "action.proposed", "action.approved",
    ]  # fmt: skip


def test_an_incident_is_declared_told_to_all_and_shown_on_the_web_chat(staffed):
    desk = staffed
    desk.settings["channels"].append({"kind": "api", "account": "silent", "settings": {"kinds": ["facebook"]}})
    desk.settings["channels"][0]["settings"] |= {"webhook_url": "http://127.0.0.1:1/hook", "webhook_secret": "s" * 32}
    desk.write()
    deliver(desk, *(each for n, text in enumerate(STUCK) for each in say(text, sender=f"{n}", first=n).splitlines()))
    said = desk("incidents open", "Cards are declined", "T-1001", "T-1002", "--as", "mei")
    one = said.split()[0]
    assert "2 people, 2 tickets  Cards are declined" in said
    assert "3 people, 3 tickets" in desk("incidents link", one, "T-1003", "--as", "mei")
    first = desk.rows("incidents tell", one, "We know and work on it.", "--json", "--as", "mei")
    assert first == [{"ticket": f"T-100{n}", "outcome": "done", "code": ""} for n in (1, 2, 3)]
    desk("incidents tell", one, "We know and work on it.", "--as", "mei")
    count = "SELECT count(*) FROM messages WHERE text = 'We know and work on it.' AND kind = "
    assert desk.look(f"{count}'reply'") == [(3,)], "asked again, nobody is told twice"
    blocked = desk("incidents tell", one, "Please send your recovery phrase.", "--as", "mei", code=1)
    assert blocked.splitlines()[0] == "T-1001  refused: reply_blocked"
    desk("incidents tell", one, "We know and work on it.", "--note", "--as", "lee")
    assert desk.look(f"{count}'note'") == [(3,)]

    assert "[web chat: en, zh]" in desk(
        "incidents banner", one, "--en", "We know.", "--zh", "我们已知。", "--as", "mei"
    )
    assert desk("incidents banner", one, "--en", "Call +49 170 1234567", "--as", "mei", code=1) == ""
    assert "everybody would read it: en PHONE" in desk.err
    (shown,) = desk.rows("incidents show", one, "--json")
    assert shown["incident"]["banner"] == {"en": "We know.", "zh": "我们已知。"}
    assert [row["number"] for row in shown["rows"]] == ["T-1001", "T-1002", "T-1003"]
    assert "  T-1003  " in desk("incidents show", one)
    assert "2 people, 2 tickets" in desk("incidents unlink", one, "T-1003", "--as", "mei")
    desk("incidents resolve", one, "--as", "lee")
    assert desk("incidents list") == ""
    assert desk.rows("incidents list", "--over", "--json")[0]["incident"]["state"] == "resolved"
    assert desk("incidents confirm", one, "--as", "mei").split()[1] == "open"
    assert [data["to"] for _, data in kinds(desk, "incident.state")] == ["open", "resolved", "open"]


def test_a_call_is_logged_from_the_command_line(staffed):
    desk = staffed
    deliver(desk, line("m1", "where is my transfer?", sender="77"))
    out = desk("tickets", "log-call", "T-1001", "it came", "--as", "mei", "--seconds", "312", "--solve")
    assert out.startswith("T-1001  call logged: ")
    assert desk.look("SELECT text FROM messages WHERE kind = 'note'") == [
        ("[called the customer: 5 min 12 s]\nit came",)
    ]
    assert desk.look("SELECT state FROM tickets") == [("solved",)]
    desk("tickets", "log-call", "T-1001", "--as", "mei", "--not-reached", "--solve", code=1)
