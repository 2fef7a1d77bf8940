"""The example of docs/tickets.md comes out as the page says."""

import json
import re

from router import app
from tests.house.tree import ROOT

ANN = b'{"contact": "ann", "emails": ["ann@example.org"], "telegram": "77", "linked": true}'
SENDERS = {"email": "ann@example.org", "telegram": "77"}


async def test_the_example_joins_and_opens_as_it_says():
    guide = (ROOT / "docs/tickets.md").read_text(encoding="utf-8")
    told = re.search(r"```json\n(.*?)```", guide, re.DOTALL)
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
    async with app.rehearsal(None) as rehearsal:
        await rehearsal.import_contacts([ANN])
        told = [
            json.dumps(
                {"message_id": f"m{at}", "visibility": "private", "sent_at": f"2026-11-02T08:0{at}:00Z"}
                | {"sender": {"id": SENDERS[line["channel"]]}}
                | line
            ).encode()
            for at, line in enumerate(lines)
        ]
        return [answer async for answer in rehearsal.decide(told)]


async def decided(lines):
    return [(answer.ticket, answer.ticket_new) for answer in await answers(lines)]


async def related(lines):
    return [answer.related for answer in await answers(lines)]
