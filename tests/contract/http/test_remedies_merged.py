"""Actions on an account when their ticket is merged into another, split off and taken back."""

import asyncio

import pytest

from router.flow.signed import SignedCalls
from tests.contract.http.calls import path_of, post
from tests.contract.http.wallet import actions_of, of, proposed

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def another(told, user):
    """A second ticket of the same customer."""
    return await told("another question: how do I change my nickname?", **of(user))


async def merged(house, ticket, into, status=201):
    return await post(house, path_of(ticket, "/merge"), {"into": into["ticket"]["number"]}, status)


async def test_what_was_proposed_goes_on_in_the_ticket_it_is_merged_into(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "m-1")
    other = await another(told, "m-1")
    made = await merged(house, ticket, other)
    assert await actions_of(house, ticket) == []
    assert [row["id"] for row in await actions_of(house, other)] == [action]
    again = await post(house, path_of(other, "/actions"), {"action": "freeze-account"}, 409)
    assert again["code"] == "already_proposed"
    gone = await post(house, path_of(ticket, "/actions"), {"action": "freeze-account"}, 409)
    assert gone["code"] == "ticket_merged"
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    await backend.work()
    await backend.verify(other, "m-1")
    undo = await post(house, path_of(other, "/actions"), {"action": "unfreeze-account"}, 201)
    await post(house, f"/api/v1/actions/{undo['id']}/approve", {}, session=li.session)
    await backend.work()
    assert backend.wallet.accounts["m-1"]["state"] == "active"
    await post(house, f"/api/v1/regroupings/{made['id']}/undo")
    shown = [[(row["action"], row["state"]) for row in await actions_of(house, each)] for each in (ticket, other)]
    assert shown == [[("freeze-account", "undone")], [("unfreeze-account", "done")]]


async def test_what_is_proposed_in_both_is_proposed_once_in_the_one_that_remains(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "m-2")
    other = await another(told, "m-2")
    kept = (await post(house, path_of(other, "/actions"), {"action": "freeze-account"}, 201))["id"]
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    assert (await merged(house, ticket, other, 409))["code"] == "action_under_way"
    await backend.work()
    await merged(house, ticket, other)
    states = {row["id"]: row["state"] for row in await actions_of(house, other)}
    assert states == {action: "done", kept: "declined"}
    await backend.work()
    assert [call.account for call in backend.wallet.done] == ["m-2"]


async def test_the_back_end_is_told_the_same_at_every_attempt_wherever_its_ticket_went(
    house, told, backend, li, monkeypatch
):
    bodies, post_it = [], SignedCalls.post

    async def noted(self, http, place, body, *args, **more):
        bodies.append(body)
        return await post_it(self, http, place, body, *args, **more)

    monkeypatch.setattr(SignedCalls, "post", noted)
    ticket, action = await proposed(house, told, backend, "m-3")
    other = await another(told, "m-3")
    await post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    backend.wallet.faults += ["lost"]
    await backend.work()
    await merged(house, ticket, other)
    await backend.work()
    (row,) = await actions_of(house, other)
    assert (row["state"], row["attempts"], row["outcome"]) == ("done", 2, "frozen")
    assert [call.account for call in backend.wallet.done] == ["m-3"]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


async def test_of_a_merge_and_an_agreement_at_once_nothing_is_left_behind(house, told, backend, li):
    ticket, action = await proposed(house, told, backend, "m-4")
    other = await another(told, "m-4")
    await asyncio.gather(
        merged(house, ticket, other), post(house, f"/api/v1/actions/{action}/approve", {}, session=li.session)
    )
    await backend.work()
    assert [(row["id"], row["state"]) for row in await actions_of(house, other)] == [(action, "done")]


async def test_what_was_asked_for_in_a_ticket_that_was_split_off_goes_back_with_it(house, told, backend, li):
    first = await told("somebody is at my money", **of("m-5"))
    second = await told("they sent it to another address", **of("m-5"))
    assert second["ticket"]["id"] == first["ticket"]["id"]
    made = await post(house, path_of(first, "/split"), {"messages": [second["messages"][-1]["id"]]}, 201)
    row = await post(house, f"/api/v1/tickets/{made['target_id']}/actions", {"action": "freeze-account"}, 201)
    await post(house, f"/api/v1/regroupings/{made['id']}/undo")
    assert [each["id"] for each in await actions_of(house, first)] == [row["id"]]
