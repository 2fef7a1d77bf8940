"""Every example of docs/tickets.md works, and says what the page says."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from router.beside import rehearsal
from rules.ruleset import load

GUIDE = (Path(__file__).parents[2] / "docs" / "tickets.md").read_text(encoding="utf-8")
RULES = [found for found in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if "\ntests:" in found]
ROUTES = re.findall(r"```json route\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("example", RULES, ids=range(len(RULES)))
def test_rules_load_and_pass_their_own_tests(example):
    report = load({"rules.yaml": example.encode()}).run_tests()
    assert not report.failures
    assert report.total


@pytest.mark.parametrize("example", ROUTES, ids=range(len(ROUTES)))
async def test_a_message_comes_to_what_is_shown(example):
    said, told = re.split(r"\n(?=\{)", example.strip())
    line = json.dumps(json.loads(said)).encode()
    async with rehearsal(None) as house:
        (answer,) = [msgspec.to_builtins(one) async for one in house.decide([line])]
    wanted = json.loads(told)
    found = json.loads(msgspec.json.encode({key: answer[key] for key in wanted}))
    assert found == wanted


ANN = b'{"contact": "ann", "emails": ["ann@example.org"], "telegram": "77", "linked": true}'
SENDERS = {"email": "ann@example.org", "telegram": "77"}


async def test_the_example_joins_and_opens_as_it_says():
    told = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    lines = [json.loads(line) for line in told[1].splitlines()]
    assert await decided(lines) == [("T-1001", True), ("T-1001", False), ("T-1002", True)]


async def test_a_stranger_joins_nothing():
    lines = [
        {"channel": "email", "text": "My withdrawal of 2,400 USDC, order W20240709-3301, is pending."},
        {"channel": "telegram", "text": "order W20240709-3301 of 2,400 USDC", "sender": {"id": "666"}},
    ]
    assert await decided(lines) == [("T-1001", True), ("T-1002", True)]
    assert await related(lines) == [(), ("T-1001",)]


async def answers(lines):
    async with rehearsal(None) as house:
        await house.import_contacts([ANN])
        told = [
            json.dumps(
                {"message_id": f"m{at}", "visibility": "private", "sent_at": f"2026-11-02T08:0{at}:00Z"}
                | {"sender": {"id": SENDERS[line["channel"]]}}
                | line
            ).encode()
            for at, line in enumerate(lines)
        ]
        return [answer async for answer in house.decide(told)]


async def decided(lines):
    return [(answer.ticket, answer.ticket_new) for answer in await answers(lines)]


async def related(lines):
    return [answer.related for answer in await answers(lines)]


async def test_a_flood_is_answered_line_by_line_with_the_ticket_it_waits_beside():
    def said(number):
        found = {"channel": "telegram", "message_id": f"m{number}", "visibility": "private", "sender": {"id": "77"}}
        return json.dumps(found | {"sent_at": "2026-11-02T08:00:00Z", "text": f"answer me {number}"}).encode()

    async with rehearsal(None) as house:
        answers = [answer async for answer in house.decide([said(number) for number in range(350)])]
        assert {answer.ticket for answer in answers} == {"T-1001"}
        assert [answer.ticket_new for answer in answers] == [True] + [False] * 349
        assert {answer.contact for answer in answers} == {"C-1"}
        (again,) = [answer async for answer in house.decide([said(349)])]
        assert (again.duplicate, again.ticket) == (True, "T-1001")
