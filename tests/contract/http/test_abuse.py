"""Abuse, over the API of a running house: blocked, held, seen with the reason, let through; floods beside a ticket."""

import itertools
import json

import pytest

from tests.contract.http.calls import decided, get, message, path_of, post, sent

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = itertools.count(1)
CARD = "4111 1111 1111 1111"


@pytest.fixture
def someone():
    """The id of a sender nobody knows yet."""
    return f"nuisance{next(_numbers)}"


async def say(house, who, *texts, sender_email=None, **fields):
    """Each as a message of its own; the last one's id."""
    said = [message(text, sender={"id": who, "email": sender_email}, **fields) for text in texts]
    results = await sent(house, json.dumps(said), 202)
    await decided(house.app)
    return said[-1]["message_id"], [one["status"] for one in results["results"]]


async def held_of(house, **query):
    return (await get(house, "/api/v1/held", params=query))["held"]


async def trace(house, name):
    return (await get(house, f"/api/v1/trace/{name}"))["steps"]


async def test_a_contact_is_blocked_with_a_reason_and_what_it_writes_is_held(house, told, someone):
    ticket = await told("buy my coins", sender={"id": someone})
    contact = ticket["contact"]
    block = (await post(house, "/api/v1/blocks", {"contact": contact["label"], "reason": "sells coins"}, 201))["block"]
    assert (block["contact"], block["actor_name"], block["lifted"]) == (contact["label"], "Mei", None)
    name, _ = await say(house, someone, f"buy them now, card {CARD}")
    seen = await get(house, path_of(ticket))
    assert [m["text"] for m in seen["messages"] if m["kind"] == "inbound"] == ["buy my coins"]
    assert {"sender.blocked", "message.held"} <= {event["kind"] for event in seen["events"]}
    (held,) = await held_of(house, contact=contact["id"])
    assert held["block"] == {"id": block["id"], "reason": "sells coins", "actor_name": "Mei"}
    assert (held["text"], held["ticket"], held["message_id"]) == (
        "buy them now, card [CARD]",
        ticket["ticket"]["number"],
        name,
    )
    shown = (await get(house, f"/api/v1/contacts/{contact['id']}"))["contact"]
    assert ([one["id"] for one in shown["blocks"]], shown["held"]) == ([block["id"]], {"held": 1, "critical": 0})
    steps = [(step["stage"], step["text"]) for step in await trace(house, name)]
    assert ("held", "held; blocked: sells coins") in steps
    assert (await get(house, "/api/v1/queues"))["abuse"]["held"] >= 1

    lifted = await post(house, f"/api/v1/blocks/{block['id']}/lift", {"reason": "a mistake"})
    assert lifted["block"]["lifted"]["reason"] == "a mistake"
    assert await held_of(house, contact=contact["id"]) == [held], "what was held stays held"
    assert await post(house, "/api/v1/held/release", {"held": [held["id"]]}) == {"released": 1}
    await decided(house.app)
    seen = await get(house, path_of(ticket))
    last = [m for m in seen["messages"] if m["kind"] == "inbound"][-1]
    assert (last["text"], last["why"]["released_by"]) == ("buy them now, card [CARD]", f"agent:{house.mei.id}")
    assert "message.released" in {event["kind"] for event in seen["events"]}
    assert await held_of(house, contact=contact["id"]) == []
    stages = [step["text"] for step in await trace(house, name) if step["stage"] == "held"]
    assert stages == ["held, then let through; blocked: sells coins"]


async def test_an_address_nobody_wrote_from_is_blocked_and_delivered_again_it_is_a_duplicate(house, someone):
    body = {"kind": "telegram", "value": someone, "reason": "phishing"}
    block = (await post(house, "/api/v1/blocks", body, 201))["block"]
    assert (block["contact"], block["kind"], block["value"]) == (None, "telegram", someone)
    said = message("click here", sender={"id": someone})
    first = await sent(house, json.dumps(said), 202)
    await decided(house.app)
    again = await sent(house, json.dumps(said), 202)
    assert [one["results"][0]["status"] for one in (first, again)] == ["accepted", "duplicate"]
    (held,) = await held_of(house, block=block["id"])
    assert (held["contact"], held["ticket"], held["sender"]["id"]) == (None, None, someone)
    assert block["id"] in [one["id"] for one in (await get(house, "/api/v1/blocks"))["blocks"]]
    await post(house, "/api/v1/held/release", {"held": [held["id"]]})
    await decided(house.app)
    page = await get(house, "/api/v1/tickets", params={"q": someone})
    assert page["total"] == 1


async def test_whoever_names_a_blocked_address_as_theirs_is_held_as_well(house, someone):
    mail = f"{someone}@example.org"
    body = {"kind": "email", "value": mail, "reason": "sells coins"}
    block = (await post(house, "/api/v1/blocks", body, 201))["block"]
    await say(house, f"{someone}-page", "buy my coins", channel="facebook", account="silent", sender_email=mail.upper())
    (held,) = await held_of(house, block=block["id"])
    assert held["text"] == "buy my coins"


async def test_a_block_with_an_end_says_when(house, someone):
    end = house.app.clock.now_ms() + 86_400_000
    body = {"kind": "telegram", "value": someone, "reason": "cool down", "until_ms": end}
    assert (await post(house, "/api/v1/blocks", body, 201))["block"]["until_ms"] == end


async def test_who_wrote_it_takes_back_what_is_held(house, someone):
    block = (await post(house, "/api/v1/blocks", {"kind": "telegram", "value": someone, "reason": "rude"}, 201))[
        "block"
    ]
    name, _ = await say(house, someone, "an insult")
    await say(house, "somebody else", "", kind="delete", target_id=name)
    assert len(await held_of(house, block=block["id"])) == 1
    await say(house, someone, "", kind="delete", target_id=name)
    assert await held_of(house, block=block["id"]) == []
    assert "held, then deleted by its sender; blocked: rude" in [step["text"] for step in await trace(house, name)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reason": "x"}, 422, "bad_block"),
        ({"contact": "C-99999", "reason": "x"}, 404, "no_such_contact"),
        ({"kind": "telegram", "reason": "x"}, 422, "bad_identity"),
        ({"kind": "tele gram", "value": "1", "reason": "x"}, 422, "bad_identity"),
        ({"kind": "telegram", "value": "@nuisance", "reason": "x"}, 422, "bad_identity"),
        ({"kind": "email", "value": "nuisance", "reason": "x"}, 422, "bad_identity"),
        ({"kind": "telegram", "value": "1", "contact": "C-1", "reason": "x"}, 422, "bad_block"),
        ({"kind": "telegram", "value": "1", "reason": "  "}, 422, "reason_needed"),
        ({"kind": "telegram", "value": "1", "reason": "x" * 501}, 422, "reason_too_long"),
        ({"kind": "telegram", "value": "1", "reason": "x", "until_ms": 1}, 422, "bad_until"),
    ],
)
async def test_what_cannot_be_blocked_is_refused_by_name(house, body, status, code):
    assert (await post(house, "/api/v1/blocks", body, status))["code"] == code


async def test_blocked_twice_lifted_twice_let_through_twice(house, told, someone):
    ticket = await told(sender={"id": someone})
    body = {"contact": ticket["contact"]["id"], "reason": "spam"}
    block = (await post(house, "/api/v1/blocks", body, 201))["block"]
    again = await post(house, "/api/v1/blocks", body, 409)
    assert (again["code"], again["block"]) == ("blocked_already", block["id"])
    await say(house, someone, "one", "two")
    ids = [one["id"] for one in await held_of(house, contact=ticket["contact"]["id"])]
    assert (await post(house, "/api/v1/held/release", {"held": ids}))["released"] == 2
    assert (await post(house, "/api/v1/held/release", {"held": ids[:1]}, 409))["code"] == "released_already"
    assert (await post(house, "/api/v1/held/release", {"held": ["none"]}, 404))["code"] == "not_found"
    assert (await post(house, "/api/v1/held/release", {"held": []}, 422))["code"] == "too_many"
    await decided(house.app)
    await post(house, f"/api/v1/blocks/{block['id']}/lift", {"reason": "calm now"})
    assert (await post(house, f"/api/v1/blocks/{block['id']}/lift", {"reason": "x"}, 409))["code"] == "lifted_already"
    assert (await post(house, "/api/v1/blocks/none/lift", {"reason": "x"}, 404))["code"] == "not_found"


async def test_nobody_but_agents_sees_or_changes_it(house):
    for session in (house.stranger, house.program):
        async with session.get("/api/v1/held") as answer:
            assert answer.status == 401
        async with session.post("/api/v1/blocks", json={"reason": "x"}) as answer:
            assert answer.status in {401, 403}


async def test_a_reason_is_redacted_like_everything_else(house, someone):
    body = {"kind": "telegram", "value": someone, "reason": f"sent us {CARD}"}
    assert (await post(house, "/api/v1/blocks", body, 201))["block"]["reason"] == "sent us [CARD]"


async def test_a_flood_is_held_beside_its_ticket_and_told_in_its_history(house, told, someone):
    ticket = await told("hello", sender={"id": someone})
    await say(house, someone, *[f"answer me {n}" for n in range(310)])
    seen = await get(house, path_of(ticket))
    inbound = [m for m in seen["messages"] if m["kind"] == "inbound"]
    assert len(inbound) == 300
    assert (inbound[60]["why"]["flood"]["sender"], inbound[60]["why"]["flood"]["quota"]) == (61, 60)
    kinds = [event["kind"] for event in seen["events"]]
    assert (kinds.count("sender.flood"), kinds.count("message.held")) == (1, 10)
    held = await held_of(house, ticket=ticket["ticket"]["id"])
    assert {one["reason"] for one in held} == {"flood"}
    assert len(held) == 11
    facts = [step["facts"] for step in await trace(house, inbound[60]["id"]) if step["stage"] == "ticket"]
    assert facts[0]["over_quota"] == "message 61 of its sender within 10 min, quota 60"
    reply = {"text": "We are on it.", "last_seen": seen["last_seen"]}
    await post(house, path_of(ticket, "/replies"), reply, 201, key="flood")
    await say(house, someone, "thank you for the answer")
    seen = await get(house, path_of(ticket))
    assert seen["ticket"]["state"] == "open"
    assert seen["messages"][-1]["text"] == "thank you for the answer"


async def test_the_same_again_is_told_with_what_it_repeats(house, told, someone):
    ticket = await told("where is my money?", sender={"id": someone})
    name, _ = await say(house, someone, "Where is my MONEY？", "it was 250 USDT", "where is my money?")
    seen = await get(house, path_of(ticket))
    first, second, other, third = [m for m in seen["messages"] if m["kind"] == "inbound"]
    repeats = [each["why"]["repeat"] for each in (first, second, other, third)]
    assert repeats == [None, {"of": first["id"], "nth": 2}, None, {"of": first["id"], "nth": 3}]
    (step,) = [step for step in await trace(house, name) if step["stage"] == "ticket" and "points" in step["facts"]]
    assert step["facts"]["repeats"] == f"{first['id']}, time 3"
    assert [e["data"]["nth"] for e in seen["events"] if "nth" in e["data"]] == ["2", "3"]


async def test_how_many_others_wrote_the_same_is_shown(house, told):
    text = "Dear friend, send coins to our wonderful wallet and get twice as much back"
    tickets = [await told(text) for _ in range(3)]
    assert (await get(house, path_of(tickets[0])))["same_text"] == 2
    assert len({each["contact"]["id"] for each in tickets}) == 3


async def test_what_is_held_is_found_and_said_to_be_held(house, told, someone):
    ticket = await told("where is my zebrafish", sender={"id": someone})
    contact = ticket["contact"]["label"]
    await post(house, "/api/v1/blocks", {"contact": contact, "reason": "sells zebrafish"}, 201)
    name, _ = await say(house, someone, "a zebrafish for you")
    found = await get(house, "/api/v1/tickets", params={"q": "zebrafish"})
    assert ([row["number"] for row in found["tickets"]], found["held"]) == ([ticket["ticket"]["number"]], 1)
    (held,) = await held_of(house, q="zebrafish")
    assert (held["message_id"], held["block"]["reason"]) == (name, "sells zebrafish")
    assert await held_of(house, q="zebrafish nowhere") == []
    assert "held" not in await get(house, "/api/v1/tickets"), "nothing is looked for"
    await post(house, "/api/v1/held/release", {"held": [held["id"]]})
    await decided(house.app)
    assert (await get(house, "/api/v1/tickets", params={"q": "zebrafish"}))["held"] == 0
