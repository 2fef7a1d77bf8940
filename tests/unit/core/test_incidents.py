"""Many people, one cause: by what they said, not by what they picked from a menu or what the telephone notes."""

import json

import pytest

from router.core.incidents import Report, propose
from router.model.changes import Add
from router.model.grouping import Incident
from rules.matching import DEFAULT
from tests.unit.core.world import NOW, World


def proposed(world):
    lately = [
        Report(ticket=ticket, matter=world.snapshot.matters[ticket.id]) for ticket in world.snapshot.tickets.values()
    ]
    changes = propose(lately, DEFAULT, now_ms=NOW, ids=world.ids)
    return [change.row for change in changes if isinstance(change, Add) and isinstance(change.row, Incident)]


def call(world, number, topic, *lines):
    more = {"kind": "call", "subject": topic, "ext": json.dumps({"topic": "2", "line": "+1555"})}
    text = "\n".join((f"[telephone: {topic}]", *lines))
    return world.say(text, channel="phone", sender=f"+1555000{number}", thread_id=f"CA{number}", **more)


@pytest.fixture
def world():
    return World()


def test_callers_who_pressed_one_key_report_nothing_together(world):
    for number in range(5):
        call(world, number, "a transfer, a deposit or a withdrawal", "[ended after 1 min 31 s, not taken]")
    assert proposed(world) == []


def test_callers_are_heard_by_what_they_say(world):
    for number in range(4):
        call(world, number, "something else", "[voicemail, 12 s]", "All my withdrawals are stuck on processing")
    assert [one.about for one in proposed(world)] == [("withdrawal",)]


def test_one_topic_of_the_form_is_no_common_cause_and_one_trouble_is(world):
    picked = {"channel": "form", "subject": "A transfer, deposit or withdrawal", "ext": '{"topic":"transfer"}'}
    said = ["Do you have a guide?", "Which coins are there?", "Where is my history?", "Can I pay in shops?"]
    for number, text in enumerate(said):
        world.say(text, sender=f"f{number}", thread_id=f"f{number}", **picked)
    assert proposed(world) == []
    for number in range(4):
        world.say("My withdrawal is stuck on processing", sender=f"g{number}", thread_id=f"g{number}", **picked)
    assert [(one.about, one.title) for one in proposed(world)] == [
        (("withdrawal",), "My withdrawal is stuck on processing")
    ]


def test_nobody_sent_the_words_of_the_telephone(world):
    for number in range(2):
        call(world, number, "a transfer, a deposit or a withdrawal")
    assert not world.snapshot.marks
