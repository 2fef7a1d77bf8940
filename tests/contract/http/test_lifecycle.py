"""The life of a ticket in a running house: what agents do to its state, what customers are told, what time does."""

import asyncio

import msgspec
import pytest
import pytest_asyncio

from router.clock import VirtualClock
from router.connector import Sent
from router.core.delivery import after_attempt
from router.flow.timers import Timers
from router.model.tables import Message, OutboxEntry
from router.store import changes
from router.store.script import fetch
from tests.contract.http.calls import CARD, get, path_of, post
from tests.servers.service import RULES

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY_MS = 86_400_000
LIFE = """
  told-waiting: {en: "{{ticket.number}} waits for you"}
  told-reminder: {en: "{{ticket.number}} still waits"}
  told-rejected: {en: "{{ticket.reason}}: {{ticket.checklist}}"}
  told-solved: {en: "{{ticket.number}} is solved"}
  told-closed: {en: "{{ticket.number}} is closed"}
lifecycle:
  waiting: {remind: 24h, close: 4d}
  tell:
    waiting: told-waiting
    reminder: told-reminder
    rejected: told-rejected
    solved: told-solved
    closed: told-closed
  silent: spam
rules:
"""
MISSING = """  missing-facts: {en: "Please tell us:\\n{{facts.missing}}"}
"""


@pytest_asyncio.fixture(loop_scope="module")
async def living(house):
    """The house once it has the rules of this file."""
    path = house.app._base / "rules" / "rules.yaml"
    if "told-waiting" not in path.read_text():
        before = house.app.rulebook.status.version
        path.write_text(RULES.replace("rules:\n", LIFE.lstrip("\n"), 1))
        async with asyncio.timeout(10):
            while house.app.rulebook.status.version == before:
                await asyncio.sleep(0.05)
    return house


def said(ticket):
    """What the machine said after its receipt."""
    return [m["text"] for m in ticket["messages"] if m["author"]["type"] == "system"][1:]


async def moved(living, ticket, state, **more):
    await post(living, path_of(ticket, "/state"), {"state": state} | more)
    return await get(living, path_of(ticket))


async def pass_time(living, to_ms):
    app = living.app
    walk = Timers(
        store=app.store,
        bus=app.bus,
        rulebook=app.rulebook,
        channels=app.channels,
        clock=VirtualClock(to_ms),
        ids=app.ids,
        metrics=app.metrics,
        log=app.log,
    )
    await walk.run_due()


async def leaves(living, message_id, at_ms):
    """A reply that waited for its channel is sent."""
    store = living.app.store
    (row,) = await store.read(fetch(OutboxEntry, "WHERE t.message_id = :id", id=message_id))
    (message,) = await store.read(fetch(Message, "WHERE t.id = :id", id=message_id))
    taken = msgspec.structs.replace(row, state="sending", attempts=1)
    sent = after_attempt(taken, message, Sent(provider_id=None), now_ms=at_ms, jitter=0.5, resend_is_safe=False)
    await store.write(changes.apply(sent, now_ms=at_ms))


async def test_a_customer_is_told_of_each_state_once(living, told):
    ticket = await told()
    number = ticket["ticket"]["number"]
    await moved(living, ticket, "waiting")
    await moved(living, ticket, "open")
    shown = await moved(living, ticket, "waiting")
    assert said(shown) == [f"{number} waits for you"]
    shown = await moved(living, ticket, "rejected", reason="not legible", checklist=["a photo", "a date"])
    assert said(shown)[1:] == ["not legible: - a photo\n- a date"]
    await moved(living, ticket, "solved")
    shown = await moved(living, ticket, "closed", reason="done")
    assert said(shown)[2:] == [f"{number} is solved"]
    assert all(m["delivery"]["state"] == "queued" for m in shown["messages"] if m["author"]["type"] == "system")
    trace = await get(living, f"/api/v1/trace/{number}")
    steps = [step["text"] for step in trace["steps"]]
    assert sum("told-solved" in text for text in steps) == 1
    assert any("from rejected" in text and "to solved" in text for text in steps)


async def test_spam_is_closed_without_a_word(living, told):
    ticket = await told()
    assert said(await moved(living, ticket, "closed", reason="spam")) == []


async def test_an_answer_to_a_rejected_ticket_reopens_it_and_thanks_reopens_nothing(living, told):
    who = {"sender": {"id": "a rejected one"}, "channel": "telegram"}
    ticket = await told(**who)
    await moved(living, ticket, "rejected", reason="unclear", checklist=["a photo"])
    back = await told("here is the photo", **who)
    assert (back["ticket"]["number"], back["ticket"]["state"]) == (ticket["ticket"]["number"], "open")
    assert (back["ticket"]["checklist"], back["ticket"]["state_reason"]) == (["a photo"], None)
    await moved(living, ticket, "solved")
    after = await told("Thank you so much, it works now!", **who)
    assert (after["ticket"]["number"], after["ticket"]["state"]) == (ticket["ticket"]["number"], "solved")
    assert after["messages"][-1]["why"]["left"] == "thanks"
    await moved(living, ticket, "closed", reason="done")
    late = await told("thanks. Another question: what does it cost", **who)
    assert late["ticket"]["number"] != ticket["ticket"]["number"]
    assert [row["number"] for row in late["related"]] == [ticket["ticket"]["number"]]
    old = await get(living, path_of(ticket))
    assert [e["kind"] for e in old["events"]].count("ticket.followed") == 1


async def test_what_must_not_leave_is_not_told(living, told):
    ticket = await told()
    shown = await moved(living, ticket, "rejected", reason="please send us your password", checklist=[f"card {CARD}"])
    assert said(shown) == []
    assert [e["data"]["template"] for e in shown["events"] if e["kind"] == "reply.blocked"] == ["told-rejected"]
    assert shown["ticket"]["checklist"] == ["card [CARD]"]


async def test_time_reminds_and_closes_and_a_reply_says_by_itself_that_we_wait(living, told):
    ticket = await told("no transfer", channel="telegram", sender={"id": "patient"})
    body = {"text": "Which one?", "last_seen": ticket["last_seen"]}
    replied = await post(living, path_of(ticket, "/replies"), body, 201, key="patient")
    assert replied["ticket"]["state"] == "waiting"
    queued_ms, number = replied["ticket"]["state_since_ms"], ticket["ticket"]["number"]
    for late_ms in (DAY_MS, 5 * DAY_MS):
        await pass_time(living, queued_ms + late_ms)
    shown = await get(living, path_of(ticket))
    assert (shown["ticket"]["state"], said(shown)) == ("waiting", []), "nobody answers what they have not got"
    since_ms = queued_ms + 5 * DAY_MS
    await leaves(living, replied["message"]["id"], since_ms)
    await pass_time(living, since_ms + DAY_MS - 1)
    assert said(await get(living, path_of(ticket))) == []
    await pass_time(living, since_ms + DAY_MS)
    await pass_time(living, since_ms + DAY_MS)
    assert said(await get(living, path_of(ticket))) == [f"{number} still waits"]
    await pass_time(living, since_ms + 4 * DAY_MS)
    closed = await get(living, path_of(ticket))
    assert (closed["ticket"]["state"], closed["ticket"]["state_reason"]) == ("closed", "no-answer")
    assert said(closed)[1:] == [f"{number} is closed"]
    (event,) = [e for e in closed["events"] if e["kind"] == "ticket.state" and e["data"]["to"] == "closed"]
    assert (event["actor"], event["data"]["from"]) == ("system", "waiting")


async def test_a_channel_without_a_way_out_is_told_nothing(living, told):
    ticket = await told(channel="facebook", account="silent")
    shown = await moved(living, ticket, "solved")
    assert [m for m in shown["messages"] if m["author"]["type"] == "system"] == []


async def test_the_agent_sees_what_is_known_and_what_was_asked(living, told):
    path = living.app._base / "rules" / "rules.yaml"
    before = living.app.rulebook.status.version
    needs = """facts:
  hash: {kind: transaction, name: {en: Hash, zh: 哈希}, ask: {en: The hash}, field: tx_hash}
  amount: {kind: amount, ask: {en: How much}}
needs: {transfer: [hash, amount]}
rules:
"""
    path.write_text(path.read_text().replace("rules:\n", needs, 1).replace("lifecycle:\n", MISSING + "lifecycle:\n", 1))
    async with asyncio.timeout(10):
        while living.app.rulebook.status.version == before:
            await asyncio.sleep(0.05)
    ticket = await told("where is my transfer of 20 USDT?")
    assert [m["text"].splitlines()[-1] for m in ticket["messages"] if m["author"]["type"] == "system"] == ["- The hash"]
    hash_, amount = ticket["facts"]
    assert (hash_["name"], hash_["title"]) == ("hash", {"en": "Hash", "zh": "哈希"})
    assert (hash_["known"], hash_["message_id"], hash_["source"], hash_["asked"]) == (False, None, None, True)
    assert (amount["known"], amount["source"], amount["message_id"]) == (True, "text", ticket["messages"][0]["id"])
    in_app = await told("where is my transfer?", tx_hash="0xabc")
    assert [(fact["name"], fact["source"]) for fact in in_app["facts"]] == [("hash", "app"), ("amount", None)]
    trace = await get(living, f"/api/v1/trace/{ticket['ticket']['number']}")
    (head, *_) = [step for step in trace["steps"] if step["stage"] == "ticket"]
    assert (head["facts"]["known"], head["facts"]["asked"]) == ("amount (text)", "hash")
