"""`rules replay`: stored messages judged by other rules, with the facts that the worker had, as the numbers say."""

import json
import re
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from router.cli.rules_replay import share
from router.core.hindsight import facts_then
from router.model.decisions import Why
from router.model.tables import Agent
from router.store import history, people
from rules.ruleset import load
from tests.e2e.command_desk import line, selected

PROBES = """\
version: 1
queues:
  general: {default: true}
  billing:
  late:
lists:
  states: [new, open, waiting, solved]
templates:
  sorry: {en: Sorry}
rules:
""" + "".join(
    f"  - {{id: probe-{n}, when: {{{condition}}}, then: {{tag: probe-{n}}}}}\n"
    for n, condition in enumerate(
        [
            "message.is_first: true", "customer.known: true", "customer.verified: true", "customer.vip: true",
            "ticket.exists: true", "ticket.state: new", "ticket.state: open", "ticket.state: waiting",
            "ticket.state: solved", "ticket.urgency: normal", "ticket.urgency: high", "ticket.urgency: critical",
            "ticket.queue: billing", "ticket.queue: late", "ticket.tags|has: refund", "message.findings|has: CARD",
            "message.attachments|at least: 1", "message.is_automatic: true", "message.lang: zh",
            "message.visibility: public", "message.channel: email", "message.subject|has: fee",
        ]
    )
) + """\
  - {id: refund, when: {message.any|has: [refund, 退款]}, then: {tag: refund, queue: billing, reply: sorry}}
  - {id: angry, when: {message.any|has: [lawyer]}, then: {tag: angry, urgency: high}}
"""  # fmt: skip
GUIDE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
THANKS = "  - {id: thanks, when: {message.any|has: thanks}, then: {tag: thanks, queue: late}}\n"
FILE = {"name": "a.png", "content_type": "image/png", "size": 3, "data": "YWJj"}
FIRST = b"".join(
    [
        line("m1", "I want a refund, card 4111 1111 1111 1111"),
        line("m2", "hello?"),
        line("m3", "我要退款", sender="78", attachments=[FILE]),
        line("p1", "is this public", channel="x", sender="9", visibility="public"),
        line("<1@x>", "a mail about fees", channel="email", sender="ann@example.org", subject="fee"),
        line("<2@x>", "away", channel="email", sender="ann@example.org", automatic="auto_reply"),
        line("c1", "call me", channel="phone", sender="+4915112345678"),
    ]
)
SECOND = b"".join(
    [
        line("m4", "still no refund. My lawyer will write"),
        line("m5", "and another thing", sender="78"),
        line("<3@x>", "an answer", channel="email", sender="ann@example.org", in_reply_to="<1@x>"),
        line("c2", "call me again", channel="phone", sender="+4915112345678"),
    ]
)
THIRD = line("m6", "thanks", sender="78") + line("m7", "thanks a lot") + line("m8", "new here", sender="79")


@pytest.fixture
def desk(desk):
    (desk.folder / "rules" / "rules.yaml").write_text(PROBES)
    return desk


@pytest.fixture
def lived(desk):
    """Customers wrote, agents worked on their tickets, customers wrote again."""
    desk("import", stdin=FIRST)
    desk.serve()
    desk.serve(_agents_work)
    desk("import", stdin=SECOND)
    desk.serve()
    desk.serve(_agents_solve)
    desk("import", stdin=THIRD)
    desk.serve()
    return desk


async def _tickets(app, sender):
    rows = await app.store.read(
        selected(f"SELECT ticket_id FROM messages WHERE sender LIKE '%\"{sender}\"%' ORDER BY id LIMIT 1")
    )
    return rows[0][0]


async def _agents_work(app):
    mei = Agent(id="a1", login="mei", name="Mei", created_at_ms=1)
    await app.store.write(people.add_agent(mei))
    await app.commands.set_state(await _tickets(app, "77"), "waiting", None, mei)
    await app.commands.move(await _tickets(app, "78"), "late", mei)
    await app.commands.set_urgency(await _tickets(app, "78"), "critical", mei)


async def _agents_solve(app):
    mei = await app.store.read(people.agent("a1"))
    await app.commands.set_state(await _tickets(app, "78"), "solved", None, mei)
    await app.commands.set_urgency(await _tickets(app, "78"), "normal", mei)


def test_old_messages_are_judged_with_the_facts_of_then(lived):
    ruleset, why = load({"rules.yaml": PROBES.encode()}), msgspec.json.Decoder(Why)

    async def look(app):
        seen, begun = [], set()
        for told in await app.store.read(history.page(0, "", 100)):
            message, is_first = told.message, told.conversation.id not in begun
            begun.add(told.conversation.id)
            facts = facts_then(
                message,
                conversation=None if is_first else told.conversation,
                contact=told.contact,
                ticket=told.ticket,
                events=told.events,
                tags=told.tags,
            )
            assert set(ruleset.evaluate(facts).tags) == set(why.decode(message.verdict).tags), message.external_id
            seen.append(message.external_id)
        return seen, [await _paged(app, size) for size in (100, 3, 1)]

    seen, (whole, *smaller) = lived.serve(look)
    assert smaller == [whole, whole]
    assert sorted(seen) == sorted(
        ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "p1", "<1@x>", "<2@x>", "<3@x>", "c1", "c2"]
    )


TAGGED = """\
version: 1
queues: {general: {default: true}, late: {}}
tags: [angry, moved]
rules:
  - {id: angry, when: {message.any|has: angry}, then: {tag: angry}}
  - {id: calm, when: {message.any|has: calm}, then: {untag: angry}}
  - {id: moved, event: ticket.updated, when: {ticket.queue|changed to: late}, then: {tag: moved}}
  - {id: saw-angry, when: {ticket.tags|has: angry}, then: {note: angry}}
  - {id: saw-moved, when: {ticket.tags|has: moved}, then: {note: moved}}
"""


def test_tags_that_were_taken_and_that_agents_changes_gave_are_those_of_then(desk):
    (desk.folder / "rules" / "rules.yaml").write_text(TAGGED)
    desk("import", stdin=line("a1", "angry"))
    desk.serve()
    desk("import", stdin=line("a2", "calm"))
    desk.serve()
    desk("import", stdin=line("a3", "hello"))

    async def move(app):
        mei = Agent(id="a1", login="mei", name="Mei", created_at_ms=1)
        await app.store.write(people.add_agent(mei))
        await app.commands.move(await _tickets(app, "77"), "late", mei)

    desk.serve()
    desk.serve(move)
    desk("import", stdin=line("a4", "and now"))
    desk.serve()
    ruleset = load({"rules.yaml": TAGGED.encode()})

    async def look(app):
        found = []
        for told in await app.store.read(history.page(0, "", 100)):
            facts = facts_then(
                told.message, conversation=told.conversation, contact=told.contact, ticket=told.ticket,
                events=told.events, tags=told.tags,
            )  # fmt: skip
            why = msgspec.json.decode(told.message.verdict, type=Why)
            then, now = ([reason.rule for reason in one.reasons] for one in (why, ruleset.evaluate(facts)))
            assert then == now
            found.append(then)
        return found

    assert desk.serve(look) == [["angry"], ["calm", "saw-angry"], [], ["saw-moved"]]


async def _paged(app, size):
    ids, after = [], ""
    while page := await app.store.read(history.page(0, after, size)):
        ids += [told.message.id for told in page]
        after = page[-1].message.id
    return ids


def proposed(folder: Path, *changes_of) -> Path:
    text = PROBES
    for old, new in changes_of:
        assert old in text
        text = text.replace(old, new)
    folder.mkdir()
    (folder / "rules.yaml").write_text(text)
    return folder


def test_what_would_change_is_told_and_nothing_is_changed(lived, tmp_path):
    before = lived.serve(_everything)
    _the_same_rules_change_nothing(lived, tmp_path)
    _changes_are_grouped_by_the_rules_that_make_them(lived, tmp_path)
    _too_many_changes_are_an_exit_code(lived, tmp_path)
    _the_newest_messages_can_be_enough(lived, tmp_path)
    assert lived.serve(_everything) == before


async def _everything(app):
    tables = ("messages", "tickets", "contacts", "conversations", "events", "rule_sets", "outbox")
    return [await app.store.read(selected(f"SELECT * FROM {table} ORDER BY 1")) for table in tables]


def _the_same_rules_change_nothing(lived, tmp_path):
    found = json.loads(lived("rules replay", proposed(tmp_path / "same"), "--json", "--max-changes", "0%"))
    assert (found["looked_at"], found["changed"], found["groups"], found["share"]) == (14, 0, [], 0.0)
    assert found["before"] == found["after"]
    assert {"name": "billing", "before": 3, "after": 3} in found["queues"]


def _changes_are_grouped_by_the_rules_that_make_them(lived, tmp_path):
    rules = proposed(
        tmp_path / "narrower",
        ("{id: refund, when: {message.any|has: [refund, 退款]}", "{id: refund, when: {message.any|has: 退款}"),
        ("then: {tag: angry, urgency: high}", "then: {tag: angry, urgency: critical}"),
        ("  - {id: angry,", f"{THANKS}  - {{id: angry,"),
    )
    found = json.loads(lived("rules replay", rules, "--json"))
    assert (found["looked_at"], found["changed"]) == (14, 4)
    assert [(group["messages"], group["cause"]) for group in found["groups"]] == [
        (2, {"gone": [], "came": ["thanks"], "altered": []}),
        (2, {"gone": ["refund"], "came": [], "altered": []}),
    ]
    first = sorted(found["groups"][0]["samples"], key=lambda sample: sample["text"])
    assert [sample["text"] for sample in first] == ["thanks", "thanks a lot"]
    assert (first[0]["before"]["queue"], first[0]["after"]["queue"]) == ("general", "late")
    assert found["queues"] == [
        {"name": "billing", "before": 3, "after": 1},
        {"name": "general", "before": 11, "after": 11},
        {"name": "late", "before": 0, "after": 2},
    ]
    assert {"name": "high", "before": 1, "after": 0} in found["urgencies"]
    assert {"name": "sorry", "before": 3, "after": 1} in found["replies"]

    said = lived("rules replay", rules)
    assert "4 would be judged otherwise (28.57%)" in said
    assert re.search(
        r"^      2  refund no longer fires\n         T-100\d  I want a refund, card \[CARD\]\n", said, re.MULTILINE
    )
    assert "tags -refund, queue billing -> general, reply sorry -> none" in said
    assert "  late                           0         2        +2" in said
    assert "4111" not in said
    shown = GUIDE.partition("$ switchboard rules replay ")[2].partition("```")[0].splitlines()[2:-1]
    assert len(shown) > 20
    assert {_numberless(row) for row in shown} <= {_numberless(row) for row in said.splitlines()}


def _numberless(row):
    return re.sub(r"T-\d+", "T-n", row)


def _too_many_changes_are_an_exit_code(lived, tmp_path):
    rules = proposed(tmp_path / "other", ("then: {tag: refund, queue: billing", "then: {tag: refund, queue: late"))
    lived("rules replay", rules, "--max-changes", "30%")
    assert "refund asks for something else" in lived("rules replay", rules, "--max-changes", "2%", code=1)
    assert lived.err.endswith("3 of 14 messages would change, more than 2%\n")
    lived("rules replay", rules)


def _the_newest_messages_can_be_enough(lived, tmp_path):
    rules = tmp_path / "same"
    assert lived("rules replay", rules, "--limit", "3").startswith("3 messages since ")
    assert lived("rules replay", rules, "--limit", "300").startswith("14 messages since ")
    assert lived("rules replay", rules, "--since", "0s").startswith("0 messages since ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--since", "30"],
        ["--since", "a month"],
        ["--max-changes", "200%"],
        ["--max-changes", "few"],
        ["--limit", "0"],
        [],
    ],
)
def test_wrong_usage_is_said(command, tmp_path, arguments):
    folder = [tmp_path] if arguments else []
    assert command("rules", "replay", *folder, *arguments)[0] == 2


def test_exactly_as_many_as_are_allowed_are_not_too_many():
    for parts in range(1, 100_001):
        assert Fraction(parts, 100_000) == share(f"{parts // 1000}.{parts % 1000:03}%")


def test_rules_with_mistakes_and_a_house_without_rules(desk, tmp_path):
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.yaml").write_text("version: 1\nrulse: []\n")
    desk("rules replay", bad, code=78)
    assert "a.yaml:2:1 unknown-key" in desk.err
    desk("rules replay", proposed(tmp_path / "good"), code=1)
    assert "start the service once" in desk.err
