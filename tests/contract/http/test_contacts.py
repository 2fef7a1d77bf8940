"""Who is who, over the API of a running house."""

import itertools

import pytest

from tests.contract.http.calls import assert_problem, get, path_of, post

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = itertools.count(1)


@pytest.fixture
def someone(told):
    """Somebody new who writes; their ticket."""

    async def write(name=None, **sender):
        number = next(_numbers)
        return await told(f"hello {number}", sender={"id": f"s{number}", "name": name, **sender})

    return write


def at(ticket, what=""):
    return f"/api/v1/contacts/{ticket['contact']['id']}{what}"


async def test_a_ticket_shows_how_each_identity_was_proven_and_since_when(house, someone):
    ticket = await someone("Ann", verified=True, user_id="ann-1")
    found = [(each["kind"], each["proof"], each["vouched"]) for each in ticket["contact"]["identities"]]
    assert found == [("user_id", "app", True), ("telegram", "provider", True)]
    assert all(each["since_ms"] > 0 for each in ticket["contact"]["identities"])


async def test_two_are_merged_after_a_preview_and_parted_again(house, someone):
    one, two = await someone("Mia Wong"), await someone("mia  wong")
    shown = (await get(house, at(one)))["contact"]
    assert [(hint["id"], hint["reasons"][0]["reason"]) for hint in shown["hints"]] == [(two["contact"]["id"], "name")]
    other = two["contact"]["label"]
    seen = (await post(house, at(one, "/merge"), {"other": other, "preview": True}))["preview"]
    assert (len(seen["identities"]), seen["conversations"], len(seen["tickets"])) == (1, 1, 1)
    done = await post(house, at(one, "/merge"), {"other": other, "reason": "called us"})
    assert (done["act"]["kind"], done["act"]["actor_name"], done["contact"]["hints"]) == ("merge", "Mei", [])
    assert len(done["contact"]["identities"]) == 2
    moved = await get(house, path_of(two))
    assert moved["contact"]["id"] == one["contact"]["id"]
    assert ("contact.merged", done["act"]["id"]) in [(e["kind"], e["data"].get("act")) for e in moved["events"]]
    assert (await post(house, at(two, "/link"), {"kind": "x", "value": "1", "reason": "y"}, 409))["code"] == (
        "contact_merged"
    )
    undone = await post(house, at(one, "/undo"), {"act": done["act"]["id"], "reason": "a sister"})
    assert (undone["act"]["undone"]["reason"], undone["act"]["undone"]["actor_name"]) == ("a sister", "Mei")
    assert (await get(house, path_of(two)))["contact"]["id"] == two["contact"]["id"]


async def test_neither_sees_the_others_words_in_their_own_conversation(house, someone):
    one, two = await someone(), await someone()
    await post(house, at(one, "/merge"), {"other": two["contact"]["id"], "reason": "same"})
    for ticket in (one, two):
        shown = await get(house, path_of(ticket))
        assert [m["text"] for m in shown["messages"] if m["kind"] == "inbound"] == [ticket["messages"][0]["text"]]


async def test_addresses_are_linked_unlinked_and_split_off(house, someone):
    ticket = await someone()
    linked = await post(house, at(ticket, "/link"), {"kind": "email", "value": "Lin@Example.org", "reason": "said so"})
    assert [(i["kind"], i["proof"]) for i in linked["contact"]["identities"]] == [
        ("telegram", "provider"),
        ("email", "agent"),
    ]
    address = {"kind": "email", "value": "lin@example.org"}
    split = await post(house, at(ticket, "/split"), {"identities": [address], "reason": "her husband"})
    assert [i["kind"] for i in split["contact"]["identities"]] == ["telegram"]
    new = split["act"]["other"]["id"]
    unlinked = await post(house, f"/api/v1/contacts/{new}/unlink", {**address, "reason": "nobody's"})
    assert unlinked["contact"]["identities"] == []
    found = await get(house, "/api/v1/contacts", params={"q": ticket["contact"]["label"]})
    assert [each["id"] for each in found["contacts"]] == [ticket["contact"]["id"]]


async def test_an_address_of_a_linked_person_is_theirs_from_then_on(house, someone, told):
    ticket = await someone()
    await post(house, at(ticket, "/link"), {"kind": "x", "value": "lin-x", "reason": "said so"})
    other = await told("from over there", channel="x", sender={"id": "lin-x"})
    assert other["contact"]["id"] == ticket["contact"]["id"]
    assert other["ticket"]["number"] != ticket["ticket"]["number"]
    (why,) = [m["why"] for m in other["messages"] if m["kind"] == "inbound"]
    assert (why["contact_by"], why["known_by"]) == ("agent", "x")
    trace = await get(house, f"/api/v1/trace/{other['ticket']['number']}")
    (told_why,) = [step["text"] for step in trace["steps"] if step["stage"] == "contact"]
    assert told_why == f"{ticket['contact']['label']} by agent, x"


async def test_a_contradiction_is_shown_with_both_sides(house, someone, told):
    user, other = await someone(verified=True, user_id="u-77"), await someone()
    sender = {"id": other["messages"][0]["author"]["id"], "verified": True, "user_id": "u-77"}
    both = await told("it is me", sender=sender)
    assert both["contact"]["id"] == user["contact"]["id"]
    assert both["ticket"]["number"] not in {user["ticket"]["number"], other["ticket"]["number"]}
    (why,) = [m["why"] for m in both["messages"] if m["kind"] == "inbound"]
    assert [(c["kind"], c["contact_id"]) for c in why["conflicts"]] == [("telegram", other["contact"]["id"])]
    shown = (await get(house, at(both)))["contact"]
    assert [(hint["id"], hint["reasons"][0]["reason"]) for hint in shown["hints"]] == [
        (other["contact"]["id"], "conflict")
    ]
    trace = await get(house, f"/api/v1/trace/{both['ticket']['number']}")
    (step,) = [step for step in trace["steps"] if step["stage"] == "contact"]
    assert step["facts"]["conflicts"] == f"telegram {sender['id']} is proven to be {other['contact']['label']}'s"
    await post(house, at(both, "/never-merge"), {"other": other["contact"]["label"], "reason": "two people"})
    shown = (await get(house, at(both)))["contact"]
    assert (shown["hints"], [each["id"] for each in shown["never_merge"]]) == ([], [other["contact"]["id"]])
    refused = await post(house, at(both, "/merge"), {"other": other["contact"]["id"], "reason": "no"}, 409)
    assert refused["code"] == "never_merge"


async def test_who_is_not_signed_in_learns_nothing(house, someone):
    ticket = await someone()
    for path in ("/api/v1/contacts?q=x", at(ticket)):
        async with house.stranger.get(path) as answer:
            assert_problem(answer, await answer.json(content_type=None), 401)
    assert (await get(house, "/api/v1/contacts/C-99999", 404))["code"] == "no_such_contact"
    assert (await post(house, at(ticket, "/undo"), {"act": "nothing", "reason": "x"}, 404))["code"] == "not_found"
    assert (await post(house, at(ticket, "/merge"), {"other": ticket["contact"]["id"]}, 422))["code"] == (
        "reason_needed"
    )
    await post(house, at(ticket, "/merge"), {"who": "x"}, 400)
