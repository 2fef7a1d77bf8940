"""Many people, one cause: proposed by what they write, decided by agents, answered in one."""

import msgspec
import pytest

from router.flow.banners import HouseBanners
from router.store.script import select
from tests.contract.http.calls import CARD, get, post

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


SWAPS = (
    "all swaps fail with slippage error",
    "swap failed with slippage error",
    "every swap fails, slippage error",
    "swap fails for me with slippage error",
)


async def test_what_is_like_a_ticket_that_was_taken_out_is_not_put_in(house, told):
    mistaken, meant = await everybody(told, "35", (SWAPS[0], "card declined in the shop"))
    numbers = [ticket["ticket"]["number"] for ticket in (mistaken, meant)]
    made = await post(house, "/api/v1/incidents", {"title": "Cards are declined", "tickets": numbers}, 201)
    one = f"/api/v1/incidents/{made['id']}"
    await post(house, f"{one}/unlink", {"ticket": numbers[0]})
    await everybody(told, "36", SWAPS[1:2])
    await house.app.incidents.detect()
    assert (await get(house, one))["contacts"] == 1


async def test_what_happens_again_is_proposed_again_and_not_filed_under_what_is_over(house, told):
    (first,) = await everybody(told, "37", SWAPS[:1])
    body = {"title": "Swaps failed", "tickets": [first["ticket"]["number"]]}
    made = await post(house, "/api/v1/incidents", body, 201)
    one = f"/api/v1/incidents/{made['id']}"
    await post(house, f"{one}/state", {"state": "resolved"})
    await everybody(told, "38", SWAPS)
    await house.app.incidents.detect()
    assert (await get(house, one))["contacts"] == 1
    assert (await incident_about(house, "swap"))["contacts"] >= len(SWAPS)


CODES = (
    "login code never arrives",
    "the login code never arrives, no sms",
    "login code does not arrive at all",
    "my login code never arrives",
)


async def test_what_was_dismissed_is_not_proposed_again_and_takes_nothing_in(house, told):
    await everybody(told, "391", CODES)
    await house.app.incidents.detect()
    line = await incident_about(house, "login")
    one = f"/api/v1/incidents/{line['incident']['id']}"
    await post(house, f"{one}/state", {"state": "dismissed"})
    before = (await get(house, one))["tickets"]
    await everybody(told, "392", CODES)
    assert await house.app.incidents.detect() == 0
    assert (await get(house, one))["tickets"] == before
    await post(house, f"{one}/state", {"state": "open"})
    await house.app.incidents.detect()
    assert (await get(house, one))["tickets"] == before + len(CODES)


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


async def incident_of(house, *numbers):
    made = await post(house, "/api/v1/incidents", {"title": "Seen by many", "tickets": list(numbers)}, 201)
    return f"/api/v1/incidents/{made['id']}"


async def test_what_is_said_to_all_accepts_no_alarm_and_takes_no_ticket(house, told):
    rings, calm = [
        (await told(text, channel="telegram", visibility="private", sender={"id": f"341{number}"}, **fields))["ticket"]
        for number, (text, fields) in enumerate((("help me", {"alarm": True}), ("app is down", {})))
    ]
    one = await incident_of(house, rings["number"], calm["number"])
    await post(house, f"{one}/tell", {"text": "We know and work on it."}, key="all-4")
    found, other = [(await get(house, f"/api/v1/tickets/{each['number']}")) for each in (rings, calm)]
    assert [m["text"] for m in found["messages"]][-1] == "We know and work on it."
    kept = ("state", "alarm_since_ms", "accepted_by", "assignee_id", "waiting_since_ms")
    assert [found["ticket"][each] for each in kept] == [rings[each] for each in kept]
    assert rings["alarm_since_ms"] is not None
    assert [other["ticket"][each] for each in kept] == ["waiting", None, None, None, None]


async def test_who_is_blocked_is_not_told_with_the_others_and_a_reason_is_named_as_it_is(house, told):
    sender = {"id": "3420"}
    blocked = (await told("app is down", channel="telegram", visibility="private", sender=sender))["ticket"]
    silent = (await told("app is down", channel="facebook", account="silent", visibility="private"))["ticket"]
    await post(house, "/api/v1/blocks", {"kind": "telegram", "value": "3420", "reason": "sells coins"}, 201)
    one = await incident_of(house, blocked["number"], silent["number"])
    rows = (await post(house, f"{one}/tell", {"text": "We know."}, key="all-5"))["told"]
    assert rows == [
        {"ticket": blocked["number"], "outcome": "refused", "code": "blocked"},
        {"ticket": silent["number"], "outcome": "refused", "code": "receive_only"},
    ]
    notes = (await post(house, f"{one}/tell", {"text": "We know.", "kind": "note"}, key="all-6"))["told"]
    assert {row["outcome"] for row in notes} == {"done"}


async def test_a_closed_ticket_is_left_in_peace_and_who_names_it_is_told_so(house, told):
    tickets = await everybody(told, "344", ("app is down", "app is down?"))
    open_, closed = [ticket["ticket"]["number"] for ticket in tickets]
    one = await incident_of(house, open_, closed)
    await post(house, f"/api/v1/tickets/{closed}/state", {"state": "closed", "reason": "done with"})
    rows = (await post(house, f"{one}/tell", {"text": "We know."}, key="all-8"))["told"]
    assert [(row["ticket"], row["outcome"]) for row in rows] == [(open_, "done")]
    (row,) = (await post(house, f"{one}/tell", {"text": "We know.", "tickets": [closed]}, key="all-8"))["told"]
    assert (row["outcome"], row["code"]) == ("refused", "ticket_closed")


async def test_who_has_two_tickets_in_one_chat_is_told_once_there(house, told):
    chat = {"channel": "telegram", "visibility": "private", "sender": {"id": "3430"}}
    older = (await told("my card is declined in the shop", **chat))["ticket"]
    newer = (await told("Another question: how do I change my nickname?", **chat))["ticket"]
    assert older["number"] != newer["number"]
    one = await incident_of(house, older["number"], newer["number"], older["number"])
    rows = (await post(house, f"{one}/tell", {"text": "We know."}, key="all-7"))["told"]
    assert [(row["ticket"], row["outcome"]) for row in rows] == [(older["number"], "heard"), (newer["number"], "done")]
    after = await get(house, f"/api/v1/tickets/{older['number']}")
    assert (after["ticket"]["state"], [m["kind"] for m in after["messages"] if m["text"] == "We know."]) == ("new", [])


async def test_what_the_guard_blocks_is_blocked_for_each(house, told):
    tickets = await everybody(told, "34", ("app down?", "打不开app"))
    numbers = [ticket["ticket"]["number"] for ticket in tickets]
    made = await post(house, "/api/v1/incidents", {"title": "App down", "tickets": numbers}, 201)
    asked = {"text": "Please send us your recovery phrase."}
    told_ = await post(house, f"/api/v1/incidents/{made['id']}/tell", asked, key="all-2")
    assert {(row["outcome"], row["code"]) for row in told_["told"]} == {("refused", "reply_blocked")}


async def test_a_title_rests_masked(house):
    made = await post(house, "/api/v1/incidents", {"title": f"Card {CARD} is declined"}, 201)
    assert (await get(house, f"/api/v1/incidents/{made['id']}"))["incident"]["title"] == "Card [CARD] is declined"
    assert (await post(house, "/api/v1/incidents", {"title": "x" * 301}, 422))["code"] == "title_too_long"


async def test_what_cannot_be_is_refused_by_name(house, told):
    assert (await post(house, "/api/v1/incidents", {"title": " "}, 422))["code"] == "empty"
    assert (await post(house, "/api/v1/incidents/none/state", {"state": "open"}, 404))["code"] == "not_found"
    made = await post(house, "/api/v1/incidents", {"title": "x"}, 201)
    refused = await post(house, f"/api/v1/incidents/{made['id']}/state", {"state": "proposed"}, 409)
    assert refused["code"] == "bad_transition"


async def history(house, of):
    sql = "SELECT kind, actor, data FROM events WHERE kind LIKE 'incident.%' ORDER BY id"
    rows = await house.app.store.read(select(sql))
    return [(kind, actor, {**data, "incident": ""}) for kind, actor, data in _read(rows) if data["incident"] == of]


def _read(rows):
    return [(kind, actor, msgspec.json.decode(data)) for kind, actor, data in rows]


async def test_an_incident_tells_its_tickets_and_they_tell_of_it(house, told):
    tickets = await everybody(told, "48", ("login code never comes", "收不到登录验证码"))
    numbers = [ticket["ticket"]["number"] for ticket in tickets]
    made = await post(house, "/api/v1/incidents", {"title": "No codes", "tickets": numbers}, 201)
    one = f"/api/v1/incidents/{made['id']}"
    found = await get(house, one)
    assert ([row["number"] for row in found["rows"]], found["cursor"]) == (numbers, None)
    after = await get(house, one, params={"after": found["rows"][0]["id"]})
    assert [row["number"] for row in after["rows"]] == numbers[1:]
    assert (found["incident"]["title"], found["tickets"], found["contacts"]) == ("No codes", 2, 2)
    of = (await get(house, f"/api/v1/tickets/{numbers[0]}"))["incidents"]
    assert of == [{"id": made["id"], "title": "No codes", "state": "open"}]
    await post(house, f"{one}/unlink", {"ticket": numbers[0]})
    assert (await get(house, f"/api/v1/tickets/{numbers[0]}"))["incidents"] == []
    assert (await get(house, "/api/v1/incidents/none", 404))["code"] == "not_found"


async def test_some_of_all_are_told_under_the_same_key(house, told):
    tickets = await everybody(told, "36", ("no rewards today", "今天没有奖励"))
    first, second = [ticket["ticket"]["number"] for ticket in tickets]
    made = await post(house, "/api/v1/incidents", {"title": "Rewards late", "tickets": [first, second]}, 201)
    body, tell = {"text": "They come tonight.", "kind": "note"}, f"/api/v1/incidents/{made['id']}/tell"
    part = await post(house, tell, body | {"tickets": [second]}, key="all-3")
    assert [row["ticket"] for row in part["told"]] == [second]
    rest = await post(house, tell, body, key="all-3")
    assert [row["ticket"] for row in rest["told"]] == [first, second]
    notes = [m for m in (await get(house, f"/api/v1/tickets/{second}"))["messages"] if m["kind"] == "note"]
    assert len(notes) == 1


async def test_what_everybody_reads_is_shown_while_it_is_confirmed_and_noted(house):
    made = await post(house, "/api/v1/incidents", {"title": "Nodes down"}, 201)
    one, said = f"/api/v1/incidents/{made['id']}", {"en": "We know that nodes are down.", "zh": "我们已知节点故障。"}
    shown = HouseBanners(store=house.app.store, feed=house.app.feed).watch()
    before = await anext(shown)
    await post(house, f"{one}/banner", {"texts": said})
    assert [banner.texts for banner in await anext(shown)] == [said, *(banner.texts for banner in before)]
    await post(house, f"{one}/state", {"state": "resolved"})
    assert await anext(shown) == before
    await post(house, f"{one}/state", {"state": "open"})
    assert len(await anext(shown)) == len(before) + 1
    await post(house, f"{one}/banner", {"texts": {}})
    assert await anext(shown) == before
    await shown.aclose()
    mei = f"agent:{house.mei.id}"
    assert await history(house, made["id"]) == [
        ("incident.state", mei, {"incident": "", "to": "open"}),
        ("incident.banner", mei, {"incident": "", "languages": "en,zh"}),
        ("incident.state", mei, {"incident": "", "to": "resolved"}),
        ("incident.state", mei, {"incident": "", "to": "open"}),
        ("incident.banner", mei, {"incident": "", "languages": ""}),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Send us your recovery phrase and we look.", "ASKS_SECRET"),
        ("Card 4111 1111 1111 1111 is refunded.", "CARD"),
        ("Ask ann.lee@example.org about it.", "EMAIL"),
        ("We found order W20260101-7788.", "PRIVATE_TEXT"),
        ("Sorry, Zebulon Quist!", "CUSTOMER_NAME"),
    ],
)
async def test_what_everybody_reads_passes_the_guard(house, told, text, kind):
    sender = {"id": "3701", "name": "Zebulon Quist"}
    ticket = await told("order W20260101-7788 stuck", channel="telegram", visibility="private", sender=sender)
    made = await post(house, "/api/v1/incidents", {"title": "Stuck", "tickets": [ticket["ticket"]["number"]]}, 201)
    one = f"/api/v1/incidents/{made['id']}"
    refused = await post(house, f"{one}/banner", {"texts": {"en": "Fine.", "zh": text}}, 422)
    assert refused["code"] == "banner_blocked"
    assert {(found["field"], found["type"]) for found in refused["findings"]} >= {("zh", kind)}
    assert (await get(house, one))["incident"]["banner"] == {}


async def test_a_banner_has_bounds(house):
    made = await post(house, "/api/v1/incidents", {"title": "Bounds"}, 201)
    one = f"/api/v1/incidents/{made['id']}/banner"
    assert (await post(house, one, {"texts": {"fr": "non"}}, 422))["code"] == "no_such_language"
    refused = await post(house, one, {"texts": {"en": "x" * 301}}, 422)
    assert (refused["code"], refused["limit"]) == ("banner_too_long", 300)


async def test_the_tickets_of_one_customer_are_listed(house, told):
    sender = {"channel": "telegram", "visibility": "private", "sender": {"id": "3801"}}
    one = await told("my card is stuck in the machine", **sender)
    two = await told("Another question: how do I change my nickname?", **sender)
    await post(house, f"/api/v1/tickets/{one['ticket']['id']}/state", {"state": "solved"})
    rows = (await get(house, "/api/v1/tickets", params={"contact": one["ticket"]["contact"]["id"]}))["tickets"]
    assert {row["number"] for row in rows} == {one["ticket"]["number"], two["ticket"]["number"]}


async def test_who_was_merged_into_another_ticket_is_told_there(house, told):
    who = {"channel": "telegram", "visibility": "private", "sender": {"id": "3301"}}
    first = await told("提现卡住了 200U 订单W20240709-3301", **who)
    second = await told("质押奖励没发 订单W20240101-0002", **who)
    numbers = [ticket["ticket"]["number"] for ticket in (first, second)]
    assert numbers[0] != numbers[1]
    made = await post(house, "/api/v1/incidents", {"title": "Rewards are late", "tickets": numbers[1:]}, 201)
    one = f"/api/v1/incidents/{made['id']}"
    merged = await post(house, f"/api/v1/tickets/{numbers[1]}/merge", {"into": numbers[0]}, 201)
    assert {row["number"]: row["state"] for row in (await get(house, one))["rows"]}[numbers[0]] != "closed"
    body = {"text": "We know and work on it.", "kind": "note"}
    assert (await post(house, f"{one}/tell", body, key="merged-1"))["told"] == [
        {"ticket": numbers[0], "outcome": "done", "code": ""}
    ]
    # Taken back, each stands as it did: the one that was never in it is out again, unless it was put in since.
    await post(house, f"/api/v1/regroupings/{merged['id']}/undo")
    assert [row["ticket"] for row in (await post(house, f"{one}/tell", body, key="merged-2"))["told"]] == numbers[1:]
