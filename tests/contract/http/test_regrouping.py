"""Agents merge and split tickets, take it back, and see which reasons they undo."""

import pytest

from router.flow.rulebook import Rulebook
from tests.contract.http.calls import get, path_of, post

pytestmark = pytest.mark.asyncio(loop_scope="module")


def texts(ticket):
    return [message["text"] for message in ticket["messages"] if message["kind"] == "inbound"]


async def shown(house, ticket):
    return await get(house, path_of(ticket))


async def two_tickets(told, person):
    """The same person on one channel, with two transactions that have nothing to do with each other."""
    sender = {"channel": "telegram", "sender": {"id": person}, "visibility": "private"}
    first = await told("提现卡住了 200U 订单W20240709-3301", **sender)
    second = await told("提现卡住了 350U 订单W20240709-3316", **sender)
    assert first["ticket"]["id"] != second["ticket"]["id"]
    return first, second, sender


async def report(house):
    return {
        (row["reason"], row["opened"]): (row["decided"], row["undone"])
        for row in (await get(house, "/api/v1/matching/report"))["reasons"]
    }


async def test_a_merge_moves_everything_and_can_be_taken_back(house, told):
    first, second, sender = await two_tickets(told, "9001")
    before = await report(house)
    merged = await post(house, path_of(second, "/merge"), {"into": first["ticket"]["number"]}, 201)
    assert texts(await shown(house, first)) == texts(first) + texts(second)
    gone = await shown(house, second)
    assert (gone["ticket"]["state"], texts(gone)) == ("closed", [])
    after = await report(house)
    key = ("transaction_conflict", True)
    assert after[key] == (before[key][0], before[key][1] + 1)
    later = await told("订单W20240709-3316 有进展吗", **sender)
    assert later["ticket"]["id"] == first["ticket"]["id"]

    await post(house, f"/api/v1/regroupings/{merged['id']}/undo")
    assert texts(await shown(house, second)) == texts(second)
    assert (await shown(house, second))["ticket"]["state"] == "new"
    assert texts(await shown(house, first)) == [*texts(first), "订单W20240709-3316 有进展吗"]
    refused = await post(house, f"/api/v1/regroupings/{merged['id']}/undo", None, 409)
    assert refused["code"] == "already_undone"
    listed = await get(house, path_of(first, "/regroupings"))
    assert [(row["kind"], row["undone_by"]) for row in listed["regroupings"]] == [("merge", house.mei.id)]


async def test_of_two_merges_one_upon_the_other_the_later_is_taken_back_first(house, told):
    first, second, sender = await two_tickets(told, "9005")
    third = await told("提现卡住了 470U 订单W20240709-3355", **sender)
    one = await post(house, path_of(third, "/merge"), {"into": second["ticket"]["number"]}, 201)
    other = await post(house, path_of(second, "/merge"), {"into": first["ticket"]["number"]}, 201)
    refused = await post(house, f"/api/v1/regroupings/{one['id']}/undo", None, 409)
    assert refused["code"] == "undo_order"
    assert [(await shown(house, each))["ticket"]["state"] for each in (second, third)] == ["closed", "closed"]
    for each in (other, one):
        await post(house, f"/api/v1/regroupings/{each['id']}/undo")
    assert [texts(await shown(house, each)) for each in (first, second, third)] == [*map(texts, (first, second, third))]


@pytest.mark.parametrize(("person", "state"), [("9006", "waiting"), ("9007", "solved")])
async def test_what_waits_for_an_answer_waits_in_the_ticket_it_is_merged_into(house, told, person, state):
    first, second, _ = await two_tickets(told, person)
    await post(house, path_of(first, "/state"), {"state": state})
    merged = await post(house, path_of(second, "/merge"), {"into": first["ticket"]["number"]}, 201)
    kept = (await shown(house, first))["ticket"]
    assert (kept["state"], kept["waiting_since_ms"]) == ("open", second["ticket"]["waiting_since_ms"])
    await post(house, f"/api/v1/regroupings/{merged['id']}/undo")
    back = [(await shown(house, each))["ticket"] for each in (first, second)]
    assert [(each["state"], each["waiting_since_ms"] is None) for each in back] == [(state, True), ("new", False)]


async def test_a_split_opens_a_ticket_and_counts_what_was_undone(house, told):
    sender = {"channel": "telegram", "sender": {"id": "9002"}, "visibility": "private"}
    await told("my withdrawal is stuck", **sender)
    ticket = await told("still nothing on the withdrawal", **sender)
    before = await report(house)
    moved = ticket["messages"][-1]["id"]
    made = await post(house, path_of(ticket, "/split"), {"messages": [moved]}, 201)
    assert texts(await shown(house, ticket)) == ["my withdrawal is stuck"]
    fresh = await get(house, f"/api/v1/tickets/{made['target_id']}")
    assert texts(fresh) == ["still nothing on the withdrawal"]
    assert fresh["ticket"]["number"] != ticket["ticket"]["number"]
    after = await report(house)
    key = ("conversation", False)
    assert after[key] == (before[key][0], before[key][1] + 1)

    await post(house, f"/api/v1/regroupings/{made['id']}/undo")
    assert texts(await shown(house, ticket)) == texts(ticket)
    assert (await shown(house, fresh))["ticket"]["state"] == "closed"


async def test_what_cannot_be_is_refused_by_name(house, told):
    sender = {"channel": "telegram", "visibility": "private"}
    mine = await told("my card is declined", **sender, sender={"id": "9003"})
    theirs = await told("my card is declined", **sender, sender={"id": "9004"})
    number = theirs["ticket"]["number"]
    assert (await post(house, path_of(mine, "/merge"), {"into": number}, 409))["code"] == "other_contact"
    own = mine["ticket"]["number"]
    assert (await post(house, path_of(mine, "/merge"), {"into": own}, 422))["code"] == "same_ticket"
    only = [mine["messages"][0]["id"]]
    assert (await post(house, path_of(mine, "/split"), {"messages": only}, 422))["code"] == "nothing_left"
    foreign = [theirs["messages"][0]["id"]]
    assert (await post(house, path_of(mine, "/split"), {"messages": foreign}, 422))["code"] == "no_such_message"
    assert (await post(house, "/api/v1/regroupings/none/undo", None, 404))["code"] == "not_found"


async def test_of_one_contact_that_is_two_people_each_keeps_what_they_said(house, told):
    """What two said came together in one ticket: taken back, it would stand in the ticket of the one alone."""
    first, second, _ = await two_tickets(told, "9008")
    third = await told("提现卡住了 470U 订单W20240709-3355", channel="x", sender={"id": "ann"}, visibility="private")
    fourth = await told("质押奖励没发 订单W20240101-0002", channel="x", sender={"id": "ann"}, visibility="private")
    whose = f"/api/v1/contacts/{first['contact']['id']}"
    await post(house, f"{whose}/merge", {"other": third["contact"]["id"], "reason": "one person"})
    await post(house, path_of(second, "/merge"), {"into": third["ticket"]["number"]}, 201)
    mixed = await post(house, path_of(third, "/merge"), {"into": first["ticket"]["number"]}, 201)
    own = await post(house, path_of(fourth, "/merge"), {"into": first["ticket"]["number"]}, 201)
    await post(house, f"{whose}/split", {"identities": [{"kind": "x", "value": "ann"}], "reason": "two people"})
    refused = await post(house, f"/api/v1/regroupings/{mixed['id']}/undo", None, 409)
    assert refused["code"] == "other_contact"
    await post(house, f"/api/v1/regroupings/{own['id']}/undo")
    back, left = await shown(house, fourth), await shown(house, first)
    assert texts(back) == texts(fourth)
    assert back["contact"]["id"] != left["contact"]["id"] == first["contact"]["id"]


async def test_in_a_ticket_whose_split_is_taken_back_nobody_waits(house, told):
    sender = {"channel": "telegram", "sender": {"id": "9010"}, "visibility": "private"}
    await told("提现卡住了 200U 订单W20240709-3301", **sender)
    ticket = await told("订单W20240709-3301 有进展吗", **sender)
    made = await post(house, path_of(ticket, "/split"), {"messages": [ticket["messages"][-1]["id"]]}, 201)
    opened = f"/api/v1/tickets/{made['target_id']}"
    await post(house, f"{opened}/snooze", {"until_ms": house.app.clock.now_ms() + 60_000})
    await post(house, f"/api/v1/regroupings/{made['id']}/undo")
    left = (await get(house, opened))["ticket"]
    assert (left["state"], left["waiting_since_ms"], left["snoozed_until_ms"]) == ("closed", None, None)


KNOWING = """
version: 1
queues: {general: {default: true}}
templates:
  receipt: {en: "We have it.", zh: "已收到。"}
  missing-facts: {en: "Please tell us:\n{{facts.missing}}", zh: "请告诉我们：\n{{facts.missing}}"}
facts:
  transaction: {kind: transaction, name: {en: Hash, zh: 哈希}, ask: {en: The hash, zh: 交易哈希}}
  amount: {kind: amount, name: {en: Amount, zh: 金额}, ask: {en: The amount, zh: 金额}}
  time: {kind: time, name: {en: Time, zh: 时间}, ask: {en: When, zh: 时间}}
needs: {stuck: [transaction, amount, time]}
rules:
  - {id: stuck, when: {message.any|has: 卡住}, then: {tag: stuck}}
"""


def ticks(ticket):
    return {fact["name"] for fact in ticket["facts"] if fact["known"]}


@pytest.fixture
def knowing(house):
    """The house under rules with needs."""
    before = house.app.rulebook.current
    house.app.rulebook.take(Rulebook.of({"rules.yaml": KNOWING.encode()}).current, house.app.rulebook.status)
    yield house
    house.app.rulebook.take(before, house.app.rulebook.status)


async def test_what_messages_told_goes_with_them(knowing, told):
    first, _, sender = await two_tickets(told, "9011")
    third = await told("质押卡住了 昨天 订单W20240101-0002", **sender)
    assert (ticks(first), ticks(third)) == ({"transaction", "amount"}, {"transaction", "time"})
    merged = await post(knowing, path_of(third, "/merge"), {"into": first["ticket"]["number"]}, 201)
    assert ticks(await shown(knowing, first)) == {"transaction", "amount", "time"}
    moved = [third["messages"][0]["id"]]
    made = await post(knowing, path_of(first, "/split"), {"messages": moved}, 201)
    fresh = await get(knowing, f"/api/v1/tickets/{made['target_id']}")
    assert ticks(await shown(knowing, first)) == {"transaction", "amount"}
    assert ticks(fresh) == {"transaction", "time"}, "both told of a transaction"
    for back in (made, merged):
        assert ticks(await shown(knowing, fresh if back is made else third)) == {"transaction", "time"}
        await post(knowing, f"/api/v1/regroupings/{back['id']}/undo")
    assert ticks(await shown(knowing, first)) == {"transaction", "amount"}
    assert ticks(await shown(knowing, third)) == {"transaction", "time"}


async def test_what_one_ticket_asked_for_the_one_that_remains_does_not_ask_again(knowing, told):
    sender = {"channel": "telegram", "sender": {"id": "9012"}, "visibility": "private"}
    plain = await told("质押奖励没发 订单W20240101-0002", **sender)
    asking = await told("提现卡住了 订单W20240709-3316", **sender)
    assert plain["ticket"]["id"] != asking["ticket"]["id"]
    assert "请告诉我们" in asking["messages"][-1]["text"]
    await post(knowing, path_of(asking, "/merge"), {"into": plain["ticket"]["number"]}, 201)
    later = await told("订单W20240709-3316 还是卡住", **sender)
    assert later["ticket"]["id"] == plain["ticket"]["id"]
    assert sum("请告诉我们" in message["text"] for message in later["messages"]) == 1
