"""Answers of ours that are corrected by the API that the inbox uses: once, guarded, and what is refused beforehand."""

import asyncio

import pytest

from router.store.script import run, select
from tests.contract.http.calls import CARD, get, path_of, post

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def answered(house, told):
    """A ticket, and the answer to it as it stands in the thread once its channel has taken it."""

    async def answer(text="It arrives on Monday.", **fields):
        ticket = await told(**fields)
        made = await post(
            house, path_of(ticket, "/replies"), {"text": text, "force": True}, 201, key=f"k-{ticket['ticket']['id']}"
        )
        id_ = made["message"]["id"]
        await house.app.store.write(run("UPDATE outbox SET state = 'sent' WHERE message_id = :id", id=id_))
        await house.app.store.write(
            run("UPDATE messages SET external_id = :name WHERE id = :id", name=f"r-{id_}", id=id_)
        )
        return ticket, (await get(house, path_of(ticket)))["messages"][-1]

    return answer


def path(message):
    return f"/api/v1/messages/{message['id']}/edit"


async def test_a_correction_is_asked_for_once_and_shown_while_it_is_on_its_way(house, answered):
    ticket, message = await answered()
    assert (message["moderates"], message["edit_max"], message["earlier"]) == (["edit"], None, [])
    body = {"text": "It arrives on Tuesday.", "revision": 0}
    answers = await asyncio.gather(*(post(house, path(message), body) for _ in range(4)))
    shown = answers[0]["message"]
    assert (shown["text"], shown["revision"]) == ("It arrives on Monday.", 0), "the customer sees the old one"
    asked = shown["moderation"]
    assert (asked["action"], asked["state"], asked["text"]) == ("edit", "queued", "It arrives on Tuesday.")
    detail = await get(house, path_of(ticket))
    assert detail["messages"][-1]["moderates"] == []
    (event,) = [each for each in detail["events"] if each["kind"] == "post.edit"]
    assert (event["actor_name"], event["data"]) == ("Mei", {"state": "asked"})
    rows = select("SELECT state FROM outbox WHERE message_id = :id AND action = 'edit'", id=message["id"])
    assert [tuple(row) for row in await house.app.store.read(rows)] == [("queued",)]
    refused = await post(house, path(message), {"text": "It arrives on Friday.", "revision": 0}, 409)
    assert refused["code"] == "edit_under_way"


async def test_the_guard_says_what_and_where(house, answered):
    _, message = await answered()
    body = {"text": f"Card {CARD}", "revision": 0}
    refused = await post(house, path(message), body, 409)
    assert (refused["code"], refused["findings"]) == (
        "confirm_needed",
        [{"field": "text", "start": 5, "end": 24, "type": "CARD"}],
    )
    taken = await post(house, path(message), {**body, "confirmed": refused["findings"]})
    assert taken["message"]["moderation"]["text"] == "Card [CARD]"
    _, public = await answered(channel="x", visibility="public")
    assert (await post(house, path(public), body, 422))["code"] == "reply_blocked"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "x", "revision": 3}, 409, "edited_meanwhile"),
        ({"text": " ", "revision": 0}, 422, "empty"),
        ({"text": "x" * 50_001, "revision": 0}, 422, "too_long"),
        ({"text": "x"}, 400, "invalid"),
        ({"text": "x", "revision": -1}, 400, "invalid"),
        ({"text": "x", "revision": 0, "why": "because"}, 400, "invalid"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason(house, answered, body, status, code):
    _, message = await answered()
    assert (await post(house, path(message), body, status))["code"] == code


async def test_customers_words_notes_and_what_has_not_left_stay_as_they_are(house, told):
    ticket = await told()
    theirs = ticket["messages"][0]
    body = {"text": "x", "revision": 0}
    assert (await post(house, path(theirs), body, 409))["code"] == "not_ours"
    note = (await post(house, path_of(ticket, "/notes"), {"text": "a note"}, 201, key="n1"))["message"]
    assert (await post(house, path(note), body, 409))["code"] == "not_ours"
    waiting = (await post(house, path_of(ticket, "/replies"), {"text": "hello", "force": True}, 201, key="r1"))[
        "message"
    ]
    assert (await post(house, path(waiting), body, 409))["code"] == "not_sent"
    assert (await get(house, path_of(ticket)))["messages"][-1]["moderates"] == []
    assert (await post(house, "/api/v1/messages/none/edit", body, 404))["code"] == "not_found"
