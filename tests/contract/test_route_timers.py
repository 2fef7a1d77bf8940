"""`route` in virtual time: timers that are due before a line's time fire before it, and the rest waits."""

import asyncio
import json

import pytest

from router import app
from router.flow.rehearsal import soonest_ms
from router.store.script import select
from rules.ruleset import load

RULES = b"""\
version: 1
queues: {general: {default: true}}
rules:
  - {id: later, when: {message.text|has: later}, then: {snooze: 2h}}
"""


def line(number: int, at: str, text: str, sender: str = "7") -> bytes:
    found = {"channel": "telegram", "message_id": f"m{number}", "visibility": "private", "sender": {"id": sender}}
    return json.dumps(found | {"sent_at": f"2026-11-02T{at}Z", "text": text}).encode()


async def history(lines):
    async with app.rehearsal({"rules.yaml": RULES}) as rehearsal:
        answers = [answer async for answer in rehearsal.decide(lines)]
        rows = await rehearsal._store.read(select("SELECT kind, at_ms, data FROM events ORDER BY id"))
    return answers, [(kind, at_ms % 86_400_000 // 60_000, json.loads(data)) for kind, at_ms, data in rows]


def test_a_snoozed_ticket_comes_back_at_its_time_before_the_next_line():
    lines = [
        line(1, "08:00:00", "later please"),
        line(2, "09:59:00", "another", sender="8"),
        line(3, "10:00:00", "a third", sender="9"),
        line(4, "10:01:00", "hello again"),
    ]
    answers, told = asyncio.run(history(lines))
    assert [answer.ticket_new for answer in answers] == [True, True, True, False]
    kinds = [(kind, minute) for kind, minute, _ in told if kind in {"ticket.opened", "ticket.snoozed"}]
    assert kinds == [
        ("ticket.opened", 480),
        ("ticket.snoozed", 480),
        ("ticket.opened", 599),
        ("ticket.snoozed", 600),
        ("ticket.opened", 600),
    ]
    assert [data["reason"] for kind, _, data in told if kind == "ticket.snoozed"] == ["later", "time"]


def test_a_bad_line_does_not_stop_the_clock():
    answers, told = asyncio.run(history([line(1, "08:00:00", "later"), b"{", line(2, "12:00:00", "x", sender="8")]))
    assert len(answers) == 3
    assert ("ticket.snoozed", 600) in [(kind, minute) for kind, minute, _ in told]


@pytest.mark.parametrize(
    ("then", "soonest"), [("tag: x", None), ("snooze: 2h", 7_200_000), ("snooze: {until: all}", 1)]
)
def test_lines_are_looked_at_for_their_time_only_where_rules_set_timers(then, soonest):
    rules = f"""\
version: 1
queues: {{general: {{default: true}}}}
times: {{all: {{zone: UTC, open: {{mon-sun: 09:00-10:00}}}}}}
rules: [{{id: a, then: {{{then}}}}}]
"""
    assert soonest_ms(load({"a.yaml": rules.encode()})) == soonest
