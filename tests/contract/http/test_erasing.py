"""Erasing people over the API of a running house: for admins, by name, and whoever writes again is somebody new."""

import pytest
import pytest_asyncio

from router.store.script import run, select
from tests.contract.http.calls import add_agent, assert_problem, decided, get, message, path_of, post, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def admin(house):
    """A session of an admin."""
    ada = await add_agent(house.app, "ada", role="admin")
    async with signed_in(house.app, ada) as session:
        yield session


def at(ticket, what="/erase"):
    return f"/api/v1/contacts/{ticket['contact']['id']}{what}"


async def again(house, said):
    """The provider delivers a message once more."""
    async with house.program.post("/api/v1/messages", json=said) as answer:
        assert answer.status == 202
        ((result,),) = ((await answer.json())["results"],)
    await decided(house.app)
    return result


async def test_what_would_go_is_told_before(house, admin, told):
    ticket = await told("of the wombat", sender={"id": "e1", "name": "Eva"})
    seen = (await post(house, at(ticket), {"preview": True}, session=admin))["preview"]
    assert (seen["name"], seen["tickets"], seen["open_tickets"], seen["identities"]) == ("Eva", 1, 1, 1)
    assert (await get(house, path_of(ticket)))["messages"][0]["text"] == "of the wombat"


async def test_an_agent_may_not_and_a_stranger_even_less(house, admin, told):
    ticket = await told("hello", sender={"id": "e2", "name": "Eva"})
    for body in ({"name": "Eva"}, {"preview": True}):
        assert (await post(house, at(ticket), body, 403))["code"] == "admins_only"
    async with house.stranger.post(at(ticket), json={"name": "Eva"}) as answer:
        assert_problem(answer, await answer.json(), 401)
    assert (await post(house, at(ticket), {"name": "Evo"}, 422, session=admin))["code"] == "name_differs"
    assert (await post(house, "/api/v1/contacts/C-999999/erase", {"name": "x"}, 404, session=admin))["code"] == (
        "no_such_contact"
    )
    assert (await get(house, path_of(ticket)))["messages"][0]["text"] == "hello"


async def test_an_erased_customer_is_a_number_and_writes_again_as_somebody_new(house, admin, told):
    said = message("of the quagmarine", sender={"id": "e3", "name": "Eva"})
    async with house.program.post("/api/v1/messages", json=said) as answer:
        assert answer.status == 202
    await decided(house.app)
    ticket = await told("and the thimblewort", sender={"id": "e3", "name": "Eva"})
    await post(house, path_of(ticket, "/notes"), {"text": "Eva is rude"}, 201, key="erasing-note")
    done = await post(house, at(ticket), {"name": " eva "}, session=admin)
    assert (done["erased"]["state"], done["contact"]["name"], done["contact"]["identities"]) == ("done", None, [])
    shown = await get(house, path_of(ticket))
    assert (shown["ticket"]["state"], shown["ticket"]["state_reason"], shown["ticket"]["subject"]) == (
        "closed",
        "erased",
        "",
    )
    assert {(m["kind"], m["text"], m["state"]) for m in shown["messages"]} >= {
        ("inbound", "", "deleted"),
        ("note", "", "deleted"),
    }
    assert ("contact.erased", "Ada") in [(e["kind"], e["actor_name"]) for e in shown["events"]]
    for words in ("quagmarine", "thimblewort", "rude"):
        assert (await get(house, "/api/v1/tickets", params={"q": words}))["tickets"] == []
    assert (await again(house, said))["status"] == "duplicate"
    assert len((await get(house, path_of(ticket)))["messages"]) == len(shown["messages"])
    later = await told("here I am again", sender={"id": "e3", "name": "Eva"})
    assert later["contact"]["id"] != ticket["contact"]["id"]
    assert later["contact"]["name"] == "Eva"
    assert [m["text"] for m in later["messages"] if m["kind"] == "inbound"] == ["here I am again"]


async def test_nothing_is_said_to_or_done_about_whom_nobody_knows(house, admin, told):
    ticket = await told("hello", sender={"id": "e4", "name": "Eva"})
    label = ticket["contact"]["label"]
    await post(house, at(ticket), {"name": label}, session=admin)
    replied = {"text": "hi", "last_seen": 10**9}
    assert (await post(house, path_of(ticket, "/replies"), replied, 409, key="to-nobody"))["code"] == "ticket_closed"
    linked = {"kind": "x", "value": "1", "reason": "y"}
    assert (await post(house, at(ticket, "/link"), linked, 409))["code"] == "contact_erased"
    once_more = await post(house, at(ticket), {"name": label}, session=admin)
    assert once_more["erased"]["state"] == "done"


async def test_an_alarm_has_to_be_accepted_first(house, admin, told):
    ticket = await told("hello", sender={"id": "e5", "name": "Eva"})
    number = int(ticket["ticket"]["number"][2:])
    await house.app.store.write(run("UPDATE tickets SET alarm_since_ms = 1 WHERE number = :n", n=number))
    refused = await post(house, at(ticket), {"name": "Eva"}, 409, session=admin)
    assert (refused["code"], refused["tickets"]) == ("alarm_rings", [f"T-{number}"])
    await post(house, at(ticket), {"name": "Eva", "force": True}, session=admin)
    assert await house.app.store.read(
        select("SELECT alarm_since_ms, erased_by IS NOT NULL FROM tickets WHERE number = :n", n=number)
    ) in ([(None, 1)], [(None, True)])
