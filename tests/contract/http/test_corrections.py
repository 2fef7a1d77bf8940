"""Answers of ours that are corrected by the API that the inbox uses: once, guarded, and what is refused beforehand."""

import asyncio

import pytest

from router.model.limits import SEALED_TTL_MS
from router.store import sealed
from router.store.script import run, select
from tests.contract.http.calls import CARD, get, path_of, post
from tests.contract.http.test_confirmed_replies import network  # noqa: F401 -- a fixture

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


async def sent(worker):
    while await worker.run_once():
        pass


def edits_of(message, provider):
    """What the channel was given of one message's; other tests' that are due only now come along."""
    return [one for one in provider.seen if one.action == "edit" and one.message_id == message["id"]]


async def asked_for(house, message, text="It arrives on Tuesday.", **body):
    return await post(house, path(message), {"text": text, "revision": 0, **body})


async def test_a_ticket_that_moves_while_the_channel_takes_it_holds_nothing_up(house, answered, network):  # noqa: F811
    provider, worker = network
    ticket, message = await answered()
    await asked_for(house, message)
    take = provider.send

    async def slow(outbound):
        if outbound.message_id == message["id"] and outbound.action == "edit":
            await post(house, path_of(ticket, "/urgency"), {"urgency": "high"})
        return await take(outbound)

    provider.send = slow
    await sent(worker)
    shown = await get(house, path_of(ticket))
    (now,) = [each for each in shown["messages"] if each["id"] == message["id"]]
    assert (now["text"], now["revision"], now["moderation"]["state"]) == ("It arrives on Tuesday.", 1, "sent")
    assert [(each["text"], each["corrected_by_name"]) for each in now["earlier"]] == [("It arrives on Monday.", "Mei")]
    assert (shown["ticket"]["snippet"], shown["ticket"]["urgency"]) == ("It arrives on Tuesday.", "high")
    assert now["moderation"]["text"] is None, "the message says it"
    assert now["moderates"] == ["edit"]
    number = ticket["ticket"]["number"]
    found = [await get(house, f"/api/v1/tickets?q={word}") for word in ("Tuesday", "Monday")]
    assert [number in [each["number"] for each in one["tickets"]] for one in found] == [True, False]


async def test_one_whose_end_nobody_saw_is_sent_again_unasked(house, answered, network):  # noqa: F811
    provider, worker = network
    _, message = await answered()
    await asked_for(house, message)
    lost = "UPDATE outbox SET state = 'sending', lease_until_ms = 1 WHERE message_id = :id AND action = 'edit'"
    await house.app.store.write(run(lost, id=message["id"]))
    await sent(worker)
    (edit,) = edits_of(message, provider)
    assert (edit.target_id, edit.text, edit.automatic) == (f"r-{message['id']}", "It arrives on Tuesday.", False)


async def test_without_its_seal_it_is_not_sent_masked_and_the_old_text_stays(house, answered, network):  # noqa: F811
    provider, worker = network
    ticket, message = await answered()
    body = {"text": f"Card {CARD}", "revision": 0}
    found = (await post(house, path(message), body, 409))["findings"]
    await post(house, path(message), {**body, "confirmed": found})
    await house.app.store.write(sealed.expire(now_ms=house.app.clock.now_ms() + SEALED_TTL_MS + 1))
    await sent(worker)
    assert edits_of(message, provider) == []
    now = (await get(house, path_of(ticket)))["messages"][-1]
    assert (now["text"], now["moderation"]["state"]) == ("It arrives on Monday.", "dead")
    assert "expired" in now["moderation"]["error"]
    assert now["moderates"] == ["edit"], "it may be tried again"
    discarded = f"/api/v1/outbox/{now['moderation']['outbox_id']}/discard"
    await post(house, discarded, {})
    assert (await get(house, path_of(ticket)))["messages"][-1]["moderation"] is None
