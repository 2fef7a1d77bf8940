"""What rules ask for, done by a running house: assigned, told, put aside and back again."""

import asyncio

import pytest
import pytest_asyncio

from router.clock import VirtualClock
from router.flow.ladders import Ladders
from router.flow.sweep import Sweeper
from router.flow.timers import Timers
from router.model.limits import SNOOZE_MAX_MS
from router.telemetry import Metrics, SilentLog
from tests.contract.http.calls import get, path_of, post
from tests.servers.service import RULES

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACTS = """rules:
  - id: to-mei
    when: {message.text|has: only mei}
    then: {assign: mei, notify: {agent: mei, text: yours}}
  - {id: later, when: {message.text|has: later}, then: {snooze: 2h}}
  - id: over-there
    event: ticket.updated
    when: {ticket.queue|changed to: transfers}
    then: {tag: over, assign: mei, notify: {queue: transfers, text: it has come over}}
  - {id: answered, event: ticket.updated, when: {ticket.state|changed to: waiting}, then: {tag: answered}}
"""


@pytest_asyncio.fixture(loop_scope="module")
async def acting(house):
    """The house once it has the rules of this file."""
    path = house.app._base / "rules" / "rules.yaml"
    if "to-mei" not in path.read_text():
        before = house.app.rulebook.status.version
        path.write_text(RULES.replace("rules:\n", ACTS, 1))
        async with asyncio.timeout(10):
            while house.app.rulebook.status.version == before:
                await asyncio.sleep(0.05)
    return house


def kinds(ticket):
    return [(event["kind"], event["actor"], event["data"]) for event in ticket["events"]]


async def test_a_rule_assigns_and_tells(acting, told):
    ticket = await told("only mei can help")
    assert ticket["ticket"]["assignee_name"] == "Mei"
    notice = {"to": "agent:mei", "text": "yours", "rule": "to-mei"}
    assert ("ticket.notice", "rules", notice) in kinds(ticket)
    (why,) = [message["why"] for message in ticket["messages"] if message["kind"] == "inbound"]
    assert [(act["kind"], act["value"], act["outcome"]) for act in why["acts"]] == [
        ("assign", "mei", "done"),
        ("notify", "agent:mei", "done"),
    ]
    trace = await get(acting, f"/api/v1/trace/{ticket['ticket']['number']}")
    (acts,) = [step["text"] for step in trace["steps"] if step["stage"] == "acts"]
    assert acts == "assign mei by to-mei: done; notify agent:mei by to-mei: done"


async def listed(house, view):
    page = await get(house, "/api/v1/tickets", params={"view": view, "limit": "100"})
    return [row["number"] for row in page["tickets"]]


async def test_what_is_put_aside_is_on_no_list_but_its_own_until_its_time(acting, told):
    ticket = await told("later please")
    number, until_ms = ticket["ticket"]["number"], ticket["ticket"]["snoozed_until_ms"]
    assert number not in await listed(acting, "all")
    assert number in await listed(acting, "snoozed")
    app = acting.app

    clock = VirtualClock(until_ms)

    parts = {"store": app.store, "bus": app.bus, "clock": clock, "metrics": Metrics(), "log": SilentLog()}
    timers = Timers(**parts, rulebook=app.rulebook, channels=app.channels, ids=app.ids)
    ladders = Ladders(**parts, rulebook=app.rulebook, ids=app.ids)
    due = {"timers": timers, "ladders": ladders, "incidents": app.incidents}
    sweeper = Sweeper(**parts, **due)
    await sweeper.run_once()
    back = await get(acting, path_of(ticket))
    assert back["ticket"]["snoozed_until_ms"] is None
    assert ("ticket.snoozed", "system", {"until_ms": "", "reason": "time"}) in kinds(back)
    assert number in await listed(acting, "all")


async def test_an_agent_puts_aside_and_takes_back(acting, told):
    ticket = await told("hello")
    at_ms = acting.app.clock.now_ms() + 3_600_000
    put = await post(acting, path_of(ticket, "/snooze"), {"until_ms": at_ms})
    assert put["ticket"]["snoozed_until_ms"] == at_ms
    taken = await post(acting, path_of(ticket, "/snooze"), {"until_ms": None})
    assert taken["ticket"]["snoozed_until_ms"] is None
    for wrong in (0, at_ms + SNOOZE_MAX_MS):
        assert (await post(acting, path_of(ticket, "/snooze"), {"until_ms": wrong}, 422))["code"] == "bad_time"
    await post(acting, path_of(ticket, "/state"), {"state": "closed", "reason": "spam"})
    assert (await post(acting, path_of(ticket, "/snooze"), {"until_ms": at_ms}, 409))["code"] == "ticket_closed"


async def test_rules_see_what_agents_change(acting, told):
    ticket = await told("hello")
    moved = await post(acting, path_of(ticket, "/queue"), {"queue": "transfers"})
    assert (moved["ticket"]["tags"], moved["ticket"]["assignee_name"]) == (["over"], "Mei")
    shown = await get(acting, path_of(ticket))
    mine = [(kind, actor) for kind, actor, _ in kinds(shown) if kind in {"ticket.updated", "ticket.notice"}]
    assert mine == [
        ("ticket.updated", f"agent:{acting.mei.id}"),
        ("ticket.updated", "rules"),
        ("ticket.notice", "rules"),
    ]
    ticket = await told("and again", channel="telegram", sender={"id": "u"})
    body = {"text": "We look at it.", "last_seen": ticket["last_seen"]}
    replied = await post(acting, path_of(ticket, "/replies"), body, 201, key="u1")
    assert (replied["ticket"]["state"], replied["ticket"]["tags"]) == ("waiting", ["answered"])
    again = await post(acting, path_of(ticket, "/replies"), body, 201, key="u1")
    assert again["message"]["id"] == replied["message"]["id"]
