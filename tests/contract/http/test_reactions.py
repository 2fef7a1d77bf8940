"""Reactions to customers' messages by the API that the inbox uses: offered, set, changed, taken off, refused."""

import asyncio

import pytest

from router.store.script import select
from tests.contract.http.calls import get, path_of, post
from tests.contract.http.test_confirmed_replies import network  # noqa: F401 -- a fixture

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def react(house, message, emoji, status=200):
    return await post(house, f"/api/v1/messages/{message['id']}/react", {"emoji": emoji}, status)


async def first(house, ticket):
    return (await get(house, path_of(ticket)))["messages"][0]


async def test_what_is_offered_is_set_once_and_taken_off_again(house, told, network):  # noqa: F811
    provider, worker = network
    ticket = await told()
    message = await first(house, ticket)
    assert (message["reactions"], message["reaction"]) == (["👍", "🙏"], None)
    answers = await asyncio.gather(*(react(house, message, "👍") for _ in range(4)))
    assert {(one["message"]["reaction"]["emoji"], one["message"]["reaction"]["state"]) for one in answers} == {
        ("👍", "queued")
    }
    asked = select("SELECT COUNT(*) FROM outbox WHERE message_id = :id AND action = 'react'", id=message["id"])
    assert [tuple(row) for row in await house.app.store.read(asked)] == [(1,)]
    await react(house, message, "🙏")
    while await worker.run_once():
        pass
    carried = [(one.target_id, one.text) for one in provider.seen if one.action == "react"]
    assert set(carried) == {(message_name(ticket, carried), "🙏")}, "each takes along what is set when it leaves"
    now = await first(house, ticket)
    assert (now["reaction"]["emoji"], now["reaction"]["state"], now["moderation"]) == ("🙏", "sent", None)
    await react(house, message, "")
    while await worker.run_once():
        pass
    assert [one.text for one in provider.seen if one.action == "react"][-1] == ""
    detail = await get(house, path_of(ticket))
    assert detail["messages"][0]["reaction"] is None
    assert [e["data"]["emoji"] for e in detail["events"] if e["kind"] == "post.react"] == ["👍", "🙏", ""]


def message_name(ticket, carried):
    """The network's id of the message, which the house tells nobody but the network."""
    (name,) = {target for target, _ in carried}
    assert name
    return name


async def test_what_cannot_be_is_refused_with_its_reason(house, told):
    ticket = await told()
    message = await first(house, ticket)
    assert (await react(house, message, "🥑", 422))["code"] == "no_such_reaction"
    assert (await react(house, message, "x" * 33, 400))["code"] == "invalid"
    note = (await post(house, path_of(ticket, "/notes"), {"text": "a note"}, 201, key="r-n1"))["message"]
    assert (await react(house, note, "👍", 409))["code"] == "not_theirs"
    assert (await react(house, {"id": "none"}, "👍", 404))["code"] == "not_found"
    silent = await first(house, await told(channel="facebook", account="silent"))
    assert (silent["reactions"], silent["moderates"]) == ([], [])
    assert (await react(house, silent, "👍", 409))["code"] == "channel_cannot"
