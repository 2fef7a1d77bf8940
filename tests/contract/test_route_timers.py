"""`route` in virtual time: timers that are due before a line's time fire before it, and the rest waits."""

import asyncio
import json

import pytest

from router import beside
from router.flow.rehearsal import soonest_ms
from router.model.limits import EDITS_MAX
from router.store.script import select
from rules.ruleset import load

RULES = b"""\
version: 1
queues: {general: {default: true}}
rules:
  - {id: stolen, when: {message.text|has: stolen}, then: {urgency: critical}}
  - {id: later, when: {message.text|has: later}, then: {snooze: 2h}}
"""


def line(number: int, at: str, text: str, sender: str = "7") -> bytes:
    found = {"channel": "telegram", "message_id": f"m{number}", "visibility": "private", "sender": {"id": sender}}
    return json.dumps(found | {"sent_at": f"2026-11-02T{at}Z", "text": text}).encode()


async def history(lines):
    async with beside.rehearsal({"rules.yaml": RULES}) as rehearsal:
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


def test_what_is_edited_without_end_is_judged_once_a_minute_and_at_last():
    """10,000 edits of one message within five minutes, the last of which says what matters."""

    def edit(number: int, text: str) -> bytes:
        minute, second = divmod(number * 300 // 10_000, 60)
        found = json.loads(line(number, f"08:0{minute}:{second:02}", text))
        return json.dumps(found | {"message_id": f"e{number}", "kind": "edit", "target_id": "m0"}).encode()

    edits = [edit(number, "stolen" if number == 9_999 else f"draft {number}") for number in range(1, 10_000)]
    answers, told = asyncio.run(history([line(0, "08:00:00", "hello"), *edits, line(0, "08:30:00", "hello")]))
    assert {answer.ticket for answer in answers} == {"T-1001"}
    edited = [(minute, data) for kind, minute, data in told if kind == "message.edited"]
    assert [data.get("folded") for _, data in edited[:EDITS_MAX]] == [None] * EDITS_MAX
    assert [minute for minute, _ in edited[EDITS_MAX:]] == [481, 482, 483, 484, 485]
    assert edited[-1][1] == {"revision": "9999", "folded": str(9_999 - EDITS_MAX), "over_quota": "message"}
    assert [(kind, minute) for kind, minute, _ in told if kind == "ticket.updated"] == [("ticket.updated", 485)]


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
