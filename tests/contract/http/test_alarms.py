"""Who accepts, over the API: one agent has it, whatever way they say so."""

import asyncio
from types import SimpleNamespace

import pytest
import pytest_asyncio

from tests.contract.http.calls import add_agent, get, path_of, post, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def li(house):
    """Another agent, signed in."""
    app = house.app
    agent = await add_agent(app, "li")
    async with signed_in(app, agent) as session:
        yield SimpleNamespace(agent=agent, session=session)


async def test_the_alarm_rings_and_who_accepts_has_the_ticket(house, told, li):
    ticket = await told("hello", alarm=True)
    row = ticket["ticket"]
    assert row["urgency"] == "critical"
    assert row["alarm_since_ms"] is not None
    page = await get(house, "/api/v1/tickets", params={"view": "ringing"})
    assert row["number"] in [each["number"] for each in page["tickets"]]

    accepted = (await post(house, path_of(ticket, "/accept"), {}))["ticket"]
    assert (accepted["alarm_since_ms"], accepted["accepted_by"]) == (None, house.mei.id)
    assert accepted["assignee_id"] == house.mei.id
    again = (await post(house, path_of(ticket, "/accept"), {}))["ticket"]
    assert again["version"] == accepted["version"]
    late = await post(house, path_of(ticket, "/accept"), {}, 409, session=li.session)
    assert (late["code"], late["accepted_by"]) == ("accepted_already", house.mei.id)
    calm = await told("hello")
    assert (await post(house, path_of(calm, "/accept"), {}, 409))["code"] == "no_alarm"


async def test_of_two_at_once_one_accepts(house, told, li):
    ticket = await told("hello", alarm=True)
    both = [house.agent.post(path_of(ticket, "/accept"), json={}), li.session.post(path_of(ticket, "/accept"), json={})]
    answers = await asyncio.gather(*both)
    assert sorted(answer.status for answer in answers) == [200, 409]
    told_of = [e for e in (await get(house, path_of(ticket)))["events"] if e["kind"] == "alarm.accepted"]
    assert len(told_of) == 1


@pytest.mark.parametrize("how", ["reply", "assign"])
async def test_replying_and_assigning_oneself_accept_too(house, told, how):
    ticket = await told("hello", alarm=True)
    if how == "reply":
        await post(
            house,
            path_of(ticket, "/replies"),
            {"text": "We are here.", "last_seen": ticket["last_seen"]},
            201,
            key=ticket["ticket"]["id"],
        )
    else:
        await post(house, path_of(ticket, "/assign"), {"agent_id": house.mei.id})
    after = await get(house, path_of(ticket))
    assert (after["ticket"]["alarm_since_ms"], after["ticket"]["accepted_by"]) == (None, house.mei.id)
    assert [e["data"]["how"] for e in after["events"] if e["kind"] == "alarm.accepted"] == [how]


async def test_an_agent_who_raises_a_ticket_calls_and_who_gives_it_to_another_does_not_accept(house, told, li):
    ticket = await told("hello")
    raised = (await post(house, path_of(ticket, "/urgency"), {"urgency": "critical"}))["ticket"]
    assert raised["alarm_since_ms"] is not None
    given = (await post(house, path_of(ticket, "/assign"), {"agent_id": li.agent.id}))["ticket"]
    assert given["alarm_since_ms"] == raised["alarm_since_ms"]
    lowered = (await post(house, path_of(ticket, "/urgency"), {"urgency": "high"}))["ticket"]
    assert lowered["alarm_since_ms"] is None
