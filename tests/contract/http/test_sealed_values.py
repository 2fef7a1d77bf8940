"""A sealed value: shown to whom its policy names, each time with a line in the history, until its time is over."""

import asyncio

import pytest

from router.model.limits import SEALED_TTL_MS
from router.store import inbox, sealed
from tests.contract.http.calls import add_agent, decided, get, message, path_of, post, signed_in, ticket_of
from tests.servers.service import RULES

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLICIES = """
redact:
  phones: {find: [PHONE], mode: seal, viewers: {agent: full, search_index: removed}}
  people: {find: [EMAIL], mode: seal}
"""


async def live(house):
    """Give the house rules with policies, and wait until they hold."""
    rules = RULES.replace("rules:\n", POLICIES + "rules:\n  - {id: seal, then: {redact: [phones, people]}}\n", 1)
    path = house.app._base / "rules" / "rules.yaml"
    before = house.app.rulebook.status.version
    path.write_text(rules)
    async with asyncio.timeout(10):
        while house.app.rulebook.status.version == before:
            await asyncio.sleep(0.05)


async def test_who_may_sees_it_and_the_history_says_so(house):
    await live(house)
    said = message("call +1 415 555 0132 or ann@example.org")
    async with house.program.post("/api/v1/messages", json=said) as answer:
        assert answer.status == 202
    await decided(house.app)
    ((number,),) = await house.app.store.read(ticket_of(said["message_id"]))
    ticket = await get(house, f"/api/v1/tickets/T-{number}")
    (shown,) = [m for m in ticket["messages"] if m["kind"] == "inbound"]
    assert shown["text"] == "call [PHONE] or [EMAIL]"
    assert [(v["place"], v["type"], v["agents"]) for v in shown["sealed"]] == [(0, "PHONE", True), (1, "EMAIL", False)]
    assert shown["policies"] == [{"rule": "seal", "policy": "phones"}, {"rule": "seal", "policy": "people"}]

    reveal = f"/api/v1/messages/{shown['id']}/reveal"
    assert await post(house, reveal, {"place": 0}) == {"type": "PHONE", "value": "+1 415 555 0132"}
    assert (await post(house, reveal, {"place": 1}, 403))["code"] == "forbidden"
    for place in (2, 7):
        assert (await post(house, reveal, {"place": place}, 404))["code"] == "not_found"
    assert (await post(house, "/api/v1/messages/nobody/reveal", {"place": 0}, 404))["code"] == "not_found"
    await post(house, reveal, {"place": 0}, 401, session=house.stranger)

    admin = await add_agent(house.app, "boss", role="admin")
    async with signed_in(house.app, admin) as session:
        seen = await post(house, reveal, {"place": 1}, session=session)
        assert seen == {"type": "EMAIL", "value": "ann@example.org"}

    history = (await get(house, path_of(ticket)))["events"]
    told = [(e["actor_name"], e["data"]["type"]) for e in history if e["kind"] == "value.revealed"]
    assert told == [("Mei", "PHONE"), ("Boss", "EMAIL")]

    page = await house.app.store.read(inbox.tickets(house.mei.id, text="phone"))
    assert number not in [line.ticket.number for line in page.lines]

    later_ms = house.app.clock.now_ms() + SEALED_TTL_MS + 1
    await house.app.store.write(sealed.expire(now_ms=later_ms))
    assert (await post(house, reveal, {"place": 0}, 410))["code"] == "expired"
