"""Many people, one cause: proposed by what they write, decided by agents, answered in one."""

import pytest

from tests.contract.http.calls import get, post

pytestmark = pytest.mark.asyncio(loop_scope="module")

STUCK = (
    "all withdrawals stuck on processing for anyone else?",
    "提不了币 一直处理中",
    "my withdrawal is stuck on processing",
    "withdrawal stuck, processing for an hour",
)


async def everybody(told, first_id, texts=STUCK):
    return [
        await told(text, channel="telegram", visibility="private", sender={"id": f"{first_id}{number}"})
        for number, text in enumerate(texts)
    ]


async def incident_about(house, thing, **query):
    found = (await get(house, "/api/v1/incidents", params=query))["incidents"]
    return next(line for line in found if thing in line["incident"]["about"])


async def test_enough_people_with_one_cause_propose_an_incident(house, told):
    tickets = await everybody(told, "31")
    assert await house.app.incidents.detect() > 0
    line = await incident_about(house, "withdrawal")
    assert (line["incident"]["state"], line["tickets"], line["contacts"]) == ("proposed", 4, 4)
    assert len({ticket["ticket"]["id"] for ticket in tickets}) == 4
    assert await house.app.incidents.detect() == 0
    await told("提现卡住了 处理中", channel="telegram", visibility="private", sender={"id": "319"})
    await house.app.incidents.detect()
    assert (await incident_about(house, "withdrawal"))["contacts"] == 5

    one = f"/api/v1/incidents/{line['incident']['id']}"
    await post(house, f"{one}/state", {"state": "open"})
    number = tickets[0]["ticket"]["number"]
    await post(house, f"{one}/unlink", {"ticket": number})
    await house.app.incidents.detect()
    assert (await incident_about(house, "withdrawal"))["contacts"] == 4, "what a person took out stays out"
    await post(house, f"{one}/link", {"ticket": number})
    assert (await incident_about(house, "withdrawal"))["contacts"] == 5
    await post(house, f"{one}/state", {"state": "resolved"})
    assert (await post(house, f"{one}/link", {"ticket": number}, 409))["code"] == "incident_over"


async def test_a_few_people_or_one_who_insists_are_no_incident(house, told):
    sender = {"channel": "telegram", "visibility": "private", "sender": {"id": "3201"}}
    await told("质押奖励没发 订单W20240101-0001", **sender)
    await told("质押奖励没发 订单W20240101-0002", **sender)
    await told("质押奖励没发 订单W20240101-0003", **sender)
    await told("质押奖励没发 订单W20240101-0004", **sender)
    await house.app.incidents.detect()
    found = (await get(house, "/api/v1/incidents"))["incidents"]
    assert not any("staking" in line["incident"]["about"] for line in found)


async def test_one_message_to_all_is_one_each_however_often_it_is_asked_for(house, told):
    tickets = await everybody(told, "33", ("card declined in the shop", "刷卡被拒"))
    numbers = [ticket["ticket"]["number"] for ticket in tickets]
    made = await post(house, "/api/v1/incidents", {"title": "Cards are declined", "tickets": numbers}, 201)
    tell = f"/api/v1/incidents/{made['id']}/tell"
    body = {"text": "We know and work on it.", "kind": "note"}
    first = await post(house, tell, body, key="all-1")
    assert first["told"] == [{"ticket": number, "outcome": "done", "code": ""} for number in numbers]
    await post(house, tell, body, key="all-1")
    for number in numbers:
        ticket = await get(house, f"/api/v1/tickets/{number}")
        assert [m["text"] for m in ticket["messages"] if m["kind"] == "note"] == ["We know and work on it."]


async def test_what_the_guard_blocks_is_blocked_for_each(house, told):
    tickets = await everybody(told, "34", ("app down?", "打不开app"))
    numbers = [ticket["ticket"]["number"] for ticket in tickets]
    made = await post(house, "/api/v1/incidents", {"title": "App down", "tickets": numbers}, 201)
    asked = {"text": "Please send us your recovery phrase."}
    told_ = await post(house, f"/api/v1/incidents/{made['id']}/tell", asked, key="all-2")
    assert {(row["outcome"], row["code"]) for row in told_["told"]} == {("refused", "reply_blocked")}


async def test_what_cannot_be_is_refused_by_name(house, told):
    assert (await post(house, "/api/v1/incidents", {"title": " "}, 422))["code"] == "empty"
    assert (await post(house, "/api/v1/incidents/none/state", {"state": "open"}, 404))["code"] == "not_found"
    made = await post(house, "/api/v1/incidents", {"title": "x"}, 201)
    refused = await post(house, f"/api/v1/incidents/{made['id']}/state", {"state": "proposed"}, 409)
    assert refused["code"] == "bad_transition"
