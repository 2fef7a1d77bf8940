"""The API that the inbox stands on: replies, notes, states, lists; who may, and how it refuses."""

import asyncio
import json
from base64 import urlsafe_b64encode

import aiohttp
import msgspec
import pytest

from router.cli.people import add_login_token
from router.flow.seals import open_reply
from tests.contract.http.calls import CARD, assert_problem, get, path_of, post

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_feed_ends_when_the_session_does(house, monkeypatch):
    monkeypatch.setattr("router.web.feed._SESSION_S", 0.05)
    token = await add_login_token(house.app.store, house.mei, house.app.clock)
    async with house.stranger.post("/api/v1/login", json={"token": token}) as answer:
        headers = {"Cookie": f"switchboard_session={answer.cookies['switchboard_session'].value}"}
    async with house.stranger.ws_connect("/api/v1/feed", headers=headers) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        async with house.stranger.post("/api/v1/logout", headers=headers) as answer:
            assert answer.status == 200
        async with asyncio.timeout(5):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert socket.close_code == 4401


async def test_a_change_needs_the_header_of_our_own_script(house, told):
    ticket = await told()
    cookies = {c.key: c.value for c in house.agent.cookie_jar}
    async with house.stranger.post(path_of(ticket, "/notes"), json={"text": "x"}, cookies=cookies) as answer:
        found = await answer.json(content_type=None)
        assert_problem(answer, found, 403)
        assert found["code"] == "header_missing"


# --- what agents do -----------------------------------------------------------------------------------------------


async def test_a_reply_is_written_once_however_often_it_is_sent(house, told):
    ticket = await told(subject="Transfer")
    body = {"text": "On its way.", "last_seen": ticket["last_seen"]}
    first = await post(house, path_of(ticket, "/replies"), body, 201, key="k1")
    again = await post(house, path_of(ticket, "/replies"), body, 201, key="k1")
    assert first["message"]["id"] == again["message"]["id"]
    assert (first["message"]["text"], first["message"]["delivery"]["state"]) == ("On its way.", "queued")
    assert first["message"]["author"] == {"type": "agent", "id": house.mei.id, "name": "Mei"}
    assert (first["ticket"]["state"], first["ticket"]["assignee_name"]) == ("waiting", "Mei")
    shown = await get(house, path_of(ticket))
    assert [m["text"] for m in shown["messages"] if m["author"]["type"] == "agent"] == ["On its way."]
    other = await post(house, path_of(ticket, "/replies"), {**body, "last_seen": shown["last_seen"]}, 201, key="k2")
    assert other["message"]["id"] != first["message"]["id"]


async def test_a_stale_reply_brings_what_is_newer(house, told):
    sender = {"sender": {"id": "the same"}, "thread_id": "t"}
    ticket = await told("first", **sender)
    await told("wait, found it", **sender)
    body = {"text": "On its way.", "last_seen": ticket["last_seen"]}
    found = await post(house, path_of(ticket, "/replies"), body, 409, key="stale")
    assert found["code"] == "stale_reply"
    assert [m["text"] for m in found["messages"]] == ["wait, found it"]
    forced = await post(house, path_of(ticket, "/replies"), {**body, "force": True}, 201, key="stale")
    assert forced["message"]["text"] == "On its way."


async def test_what_was_meant_for_private_is_refused_in_public(house, told):
    ticket = await told(channel="x", visibility="public")
    body = {"text": "all is well", "last_seen": ticket["last_seen"], "visibility": "private"}
    found = await post(house, path_of(ticket, "/replies"), body, 409, key="meant")
    assert found["code"] == "now_public"
    sent = await post(house, path_of(ticket, "/replies"), {**body, "visibility": "public"}, 201, key="meant")
    assert sent["message"]["visibility"] == "public"


async def test_a_blocked_reply_tells_what_and_where(house, told):
    ticket = await told(channel="x", visibility="public")
    body = {"text": f"your card {CARD}", "last_seen": ticket["last_seen"], "force": True}
    found = await post(house, path_of(ticket, "/replies"), body, 422, key="b1")
    assert (found["code"], found["visibility"]) == ("reply_blocked", "public")
    assert found["findings"] == [{"field": "text", "start": 10, "end": 29, "type": "CARD"}]
    assert CARD not in json.dumps(found)
    found = await post(house, path_of(ticket, "/replies"), {**body, "text": "ask ann@example.org"}, 422, key="b2")
    assert found["findings"][0]["type"] == "EMAIL"


async def test_a_confirmed_secret_is_sent_sealed_and_rests_masked(house, told):
    ticket = await told()
    body = {"text": f"card {CARD}", "last_seen": ticket["last_seen"]}
    found = await post(house, path_of(ticket, "/replies"), body, 409, key="s1")
    assert (found["code"], found["findings"][0]["type"]) == ("confirm_needed", "CARD")
    sent = await post(house, path_of(ticket, "/replies"), {**body, "confirmed": found["findings"]}, 201, key="s1")
    assert (sent["message"]["text"], sent["message"]["redactions"]) == ("card [CARD]", found["findings"])
    assert await open_reply(sent["message"]["id"], house.app.store, house.app.keys) == body["text"]
    shown = await get(house, path_of(ticket))
    assert [e["data"]["confirmed"] for e in shown["events"] if e["data"].get("confirmed")] == ["CARD"]
    assert CARD not in json.dumps(shown)


async def test_a_public_reply_gives_nothing_private_away(house, told):
    sender = {"sender": {"id": "two-faced"}, "channel": "x"}
    await told("my order is ORD-99120-7", thread_id="dm", **sender)
    ticket = await told("any news?", thread_id="wall", visibility="public", **sender)
    body = {"text": "ORD-99120-7 is on its way", "last_seen": ticket["last_seen"]}
    found = await post(house, path_of(ticket, "/replies"), body, 422, key="p1")
    assert found["findings"] == [{"field": "text", "start": 0, "end": 11, "type": "PRIVATE_TEXT"}]


async def test_what_cannot_be_answered_says_why(house, told):
    ticket = await told(channel="facebook", account="silent")
    assert (ticket["can_reply"], ticket["cannot_reply_reason"]) == (False, "receive_only")
    found = await post(house, path_of(ticket, "/replies"), {"text": "hi"}, 409, key="c")
    assert (found["code"], found["reason"]) == ("cannot_reply", "receive_only")
    unknown = await told(channel="facebook", account="unheard of")
    assert unknown["cannot_reply_reason"] == "no_channel"


async def test_where_the_network_takes_no_answer_any_more_agents_see_it_before_they_write(house, told):
    channel = house.app.channels.find("telegram", "default")
    able = channel.capabilities
    channel.capabilities = msgspec.structs.replace(able, reply_window_s=0)
    ticket = await told(channel="telegram")
    assert (ticket["can_reply"], ticket["cannot_reply_reason"]) == (False, "window_closed")
    found = await post(house, path_of(ticket, "/replies"), {"text": "hi"}, 409, key="w")
    assert (found["code"], found["reason"]) == ("cannot_reply", "window_closed")
    channel.capabilities = msgspec.structs.replace(able, reply_window_s=0, agent_window_s=60)
    assert (await get(house, path_of(ticket)))["can_reply"]
    channel.capabilities = able


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "  "}, 422, "empty"),
        ({"text": "x" * 50_001}, 422, "too_long"),
        ({"text": 5}, 400, "invalid"),
        ({}, 400, "invalid"),
        ({"text": "x", "lastseen": 1}, 400, "invalid"),
        ({"text": "x", "last_seen": 2**70}, 400, "invalid"),
        ({"text": "x", "last_seen": -1}, 400, "invalid"),
        ({"text": "a\x00b"}, 400, "invalid"),
    ],
)
async def test_a_reply_that_is_none_is_refused(house, told, body, status, code):
    ticket = await told()
    found = await post(house, path_of(ticket, "/replies"), body, status, key=f"none {body}"[:50])
    assert found["code"] == code


@pytest.mark.parametrize("key", [None, "x" * 201])
async def test_a_reply_needs_a_key(house, told, key):
    ticket = await told()
    assert (await post(house, path_of(ticket, "/replies"), {"text": "x"}, 400, key=key))["code"] == "key_missing"


@pytest.mark.parametrize("what", ["tickets/T-1/replies", "tickets/T-1/notes", "incidents/none/tell"])
async def test_a_key_of_bytes_that_are_no_text_is_refused(house, told, what):
    ticket = await told()
    (cookie,) = (c.value for c in house.agent.cookie_jar)
    path = f"/api/v1/{what}".replace("T-1", ticket["ticket"]["number"])
    reader, writer = await asyncio.open_connection("127.0.0.1", house.app.server.port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Switchboard: 1\r\nContent-Length: 12\r\n"
    session = f"Cookie: switchboard_session={cookie}\r\n"
    writer.write((head + session).encode() + b'Idempotency-Key: \xff\r\n\r\n{"text":"x"}')
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"key_missing"' in answer


async def test_a_note_is_masked_and_never_leaves(house, told):
    ticket = await told()
    first = await post(house, path_of(ticket, "/notes"), {"text": f"he sent {CARD}"}, 201, key="n1")
    again = await post(house, path_of(ticket, "/notes"), {"text": "other"}, 201, key="n1")
    assert first["message"] == again["message"]
    assert (first["message"]["kind"], first["message"]["text"]) == ("note", "he sent [CARD]")
    assert first["message"]["delivery"] is None
    assert first["ticket"]["state"] == ticket["ticket"]["state"]


async def test_a_call_is_logged_once_and_answers_the_ticket(house, told):
    ticket = await told()
    body = {"direction": "out", "duration_s": 75, "text": f"he read me {CARD}"}
    first = await post(house, path_of(ticket, "/calls"), body, 201, key="c1")
    again = await post(house, path_of(ticket, "/calls"), {"direction": "in"}, 201, key="c1")
    assert first["message"] == again["message"]
    assert first["message"]["kind"] == "note"
    assert first["message"]["text"] == "[called the customer: 1 min 15 s]\nhe read me [CARD]"
    assert first["ticket"]["state"] == "waiting"
    for wrong in ({}, {"direction": "sideways"}, {"direction": "in", "duration_s": -1}):
        assert (await post(house, path_of(ticket, "/calls"), wrong, 400, key="c2"))["code"] == "invalid"


async def test_a_ticket_walks_its_states_and_keeps_its_history(house, told):
    ticket = await told()
    where = path_of(ticket, "/state")
    assert (await post(house, where, {"state": "rejected"}, 422))["code"] == "reason_missing"
    asked = {"state": "rejected", "reason": "not enough"}
    assert (await post(house, where, asked, 422))["code"] == "checklist_missing"
    found = await post(house, where, asked | {"checklist": ["a photo", " ", f"the card {CARD}"]})
    assert (found["ticket"]["state"], found["ticket"]["state_reason"]) == ("rejected", "not enough")
    assert found["ticket"]["checklist"] == ["a photo", "the card [CARD]"]
    await post(house, where, {"state": "solved"})
    assert (await post(house, where, {"state": "verifying"}, 409))["code"] == "bad_transition"
    assert (await post(house, where, {"state": "closed"}, 422))["code"] == "reason_missing"
    await post(house, where, {"state": "closed", "reason": "spam"})
    found = await post(house, where, {"state": "open"}, 409)
    assert (found["code"], "can become nothing" in found["detail"]) == ("bad_transition", True)
    assert (await post(house, where, {"state": "lost"}, 400))["code"] == "invalid"
    shown = await get(house, path_of(ticket))
    walked = [(e["data"]["from"], e["data"]["to"]) for e in shown["events"] if e["kind"] == "ticket.state"]
    assert walked == [("new", "rejected"), ("rejected", "solved"), ("solved", "closed")]
    assert (await post(house, path_of(ticket, "/replies"), {"text": "x"}, 409, key="w"))["code"] == "ticket_closed"


async def test_a_ticket_is_given_moved_and_judged(house, told):
    ticket = await told()
    found = await post(house, path_of(ticket, "/assign"), {"agent_id": house.mei.id})
    assert (found["ticket"]["assignee_name"], found["ticket"]["state"]) == ("Mei", "open")
    assert (await post(house, path_of(ticket, "/assign"), {"agent_id": "x"}, 422))["code"] == "no_such_agent"
    found = await post(house, path_of(ticket, "/queue"), {"queue": "general"})
    assert (found["ticket"]["queue"], found["ticket"]["assignee_id"]) == ("general", None)
    found = await post(house, path_of(ticket, "/queue"), {"queue": "lost"}, 422)
    assert "there are: general, transfers" in found["detail"]
    assert (await post(house, path_of(ticket, "/urgency"), {"urgency": "low"}))["ticket"]["urgency"] == "low"
    assert (await post(house, path_of(ticket, "/urgency"), {"urgency": "extreme"}, 400))["code"] == "invalid"


async def test_what_is_not_there_is_not_found(house):
    for path in ("/api/v1/tickets/T-999999", "/api/v1/tickets/x", "/api/v1/trace/x", "/api/v1/messages/x/html"):
        assert (await get(house, path, 404))["code"] == "not_found"
    assert (await post(house, "/api/v1/tickets/T-999999/notes", {"text": "x"}, 404, key="x"))["code"] == "not_found"
    assert (await post(house, "/api/v1/outbox/x/retry", None, 404))["code"] == "not_found"


async def test_lists_have_pages_and_bounds(house, told):
    for _ in range(3):
        await told("page me transfer")
    first = await get(house, "/api/v1/tickets?limit=2&queue=transfers")
    assert len(first["tickets"]) == 2
    second = await get(house, "/api/v1/tickets", params={"limit": 2, "queue": "transfers", "cursor": first["cursor"]})
    assert not {t["id"] for t in first["tickets"]} & {t["id"] for t in second["tickets"]}
    found = await get(house, "/api/v1/tickets", params={"q": "page me"})
    assert found["total"] >= 3
    assert len((await get(house, "/api/v1/tickets?limit=5000"))["tickets"]) <= 100


@pytest.mark.parametrize(
    "query",
    [
        "view=x", "limit=x", "limit=-1", "limit=²", "limit=" + "9" * 5_000, "cursor=x", "cursor=%FF%00", "q=%00",
        "cursor=" + urlsafe_b64encode(b'[9223372036854775808,1,"x"]').decode(),
    ],
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_refused(house, query):
    async with house.agent.get(f"/api/v1/tickets?{query}") as answer:
        assert_problem(answer, await answer.json(content_type=None), 400)


async def test_the_feed_refuses_a_position_that_is_none(house):
    for position in ("x", "-", "9" * 5_000):
        found = await get(house, f"/api/v1/feed?last_event_id={position}", 400)
        assert found["code"] == "invalid"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://[", "null", "x"])
async def test_the_feed_is_for_our_own_pages(house, origin):
    assert (await get(house, "/api/v1/feed", 403, headers={"Origin": origin}))["code"] == "foreign_origin"


async def test_one_changes_ones_own_profile(house):
    async with house.agent.patch("/api/v1/me", json={"language": "zh-CN", "status": "busy"}) as answer:
        assert ((await answer.json())["language"], answer.status) == ("zh-CN", 200)
    for wrong in ({"language": "xx"}, {"status": "asleep"}, {"role": "admin"}, {"language": "en", "status": "asleep"}):
        async with house.agent.patch("/api/v1/me", json=wrong) as answer:
            assert_problem(answer, await answer.json(content_type=None), 400)
    assert (await get(house, "/api/v1/me", 200))["language"] == "zh-CN", "of a change that is refused nothing is done"


async def test_however_many_change_one_ticket_at_once_each_gets_its_turn(house, told):
    ticket = await told()

    async def noted(number):
        return await post(house, path_of(ticket, "/notes"), {"text": f"note {number}"}, 201, key=f"turn {number}")

    changes = [
        ("/urgency", {"urgency": "high"}),
        ("/assign", {"agent_id": house.mei.id}),
        ("/state", {"state": "waiting"}),
    ]
    await asyncio.gather(
        *(noted(number) for number in range(30)), *(post(house, path_of(ticket, what), body) for what, body in changes)
    )
    shown = await get(house, path_of(ticket))
    assert {m["text"] for m in shown["messages"] if m["kind"] == "note"} == {f"note {number}" for number in range(30)}
    after = shown["ticket"]
    assert (after["urgency"], after["assignee_id"], after["state"]) == ("high", house.mei.id, "waiting")
