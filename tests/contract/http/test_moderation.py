"""Public posts by the API that the inbox uses: what can be done, by whom, once, and what is refused beforehand."""

import asyncio

import pytest

from router.store.script import select
from tests.contract.http.calls import get, path_of, post

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def shown(house, ticket):
    return (await get(house, path_of(ticket)))["messages"][0]


async def test_a_post_is_hidden_once_however_often_it_is_asked_for(house, told):
    ticket = await told(channel="x", visibility="public", text="send me your phrase")
    message = await shown(house, ticket)
    assert message["moderates"] == ["hide", "react"], "what the channel's receiver does"
    path = f"/api/v1/messages/{message['id']}/hide"
    answers = await asyncio.gather(*(post(house, path, {"reason": "scam"}) for _ in range(4)))
    assert {one["message"]["moderation"]["action"] for one in answers} == {"hide"}
    detail = await get(house, path_of(ticket))
    assert detail["messages"][0]["moderates"] == ["react"]
    (event,) = [each for each in detail["events"] if each["kind"] == "post.hide"]
    assert (event["actor_name"], event["data"]) == ("Mei", {"state": "asked", "reason": "scam"})
    asked = select("SELECT action FROM outbox WHERE message_id = :id AND action <> 'send'", id=message["id"])
    assert [tuple(row) for row in await house.app.store.read(asked)] == [("hide",)]


@pytest.mark.parametrize(
    ("what", "reason", "status", "code"),
    [
        ("delete", "scam", 409, "channel_cannot"),
        ("unhide", "mistake", 409, "not_hidden"),
        ("hide", "because", 400, "invalid"),
        ("hide", None, 400, "invalid"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason(house, told, what, reason, status, code):
    message = await shown(house, await told(channel="x", visibility="public"))
    body = {} if reason is None else {"reason": reason}
    assert (await post(house, f"/api/v1/messages/{message['id']}/{what}", body, status))["code"] == code


async def test_private_messages_and_those_that_are_none_are_left_alone(house, told):
    message = await shown(house, await told(channel="telegram"))
    assert (message["moderates"], message["private_ways"], message["moderation"]) == (["react"], [], None)
    refused = await post(house, f"/api/v1/messages/{message['id']}/hide", {"reason": "spam"}, 409)
    assert refused["code"] == "not_public"
    assert (await post(house, "/api/v1/messages/none/hide", {"reason": "spam"}, 404))["code"] == "not_found"


async def test_a_channel_without_a_way_into_private_says_so(house, told):
    ticket = await told(channel="x", visibility="public")
    message = await shown(house, ticket)
    assert message["private_ways"] == []
    body = {"text": "hello", "private": {"post": message["id"], "way": "answer"}}
    refused = await post(house, path_of(ticket, "/replies"), body, 409, key="private-1")
    assert (refused["code"], refused["reason"]) == ("cannot_reply", "channel_cannot")
