"""A secret that its author confirmed reaches the customer and rests masked; without its seal it is not sent."""

import pytest

from router.flow.channels import Channel, Channels
from router.flow.deliver import DeliveryWorker
from router.flow.links import LinkWriter, Reached
from router.model.limits import SEALED_TTL_MS
from router.store import sealed
from router.telemetry import Metrics, SilentLog
from tests.contract.http.calls import CARD, get, path_of, post
from tests.simulation.lives import Provider

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def network(house):
    """What customers see of our replies, and the worker that sends them."""
    provider = Provider("idempotent", [])
    manifest = provider.manifest()
    channel = Channel(account="default", manifest=manifest, capabilities=manifest.capabilities, connector=provider)
    app = house.app
    worker = DeliveryWorker(
        store=app.store,
        bus=app.bus,
        channels=Channels([channel]),
        media=app.media,
        keys=app.keys,
        links=LinkWriter(store=app.store, keys=app.keys, page=None, public_url="https://help.example.org"),
        reached=Reached(app.store, app.clock, app.ids),
        switches=app.switches,
        clock=app.clock,
        jitter=lambda: 0.5,
        metrics=Metrics(),
        log=SilentLog(),
    )
    return provider, worker


async def confirmed(house, ticket, key):
    body = {"text": f"card {CARD}", "last_seen": ticket["last_seen"]}
    found = await post(house, path_of(ticket, "/replies"), body, 409, key=key)
    return await post(house, path_of(ticket, "/replies"), {**body, "confirmed": found["findings"]}, 201, key=key)


async def test_the_customer_gets_the_text_as_it_was_written(house, told, network):
    provider, worker = network
    sent = await confirmed(house, await told(channel="telegram"), "d1")
    while await worker.run_once():
        pass
    assert f"card {CARD}" in [outbound.text for outbound in provider.seen]
    assert sent["message"]["text"] == "card [CARD]"


async def test_without_its_seal_it_is_not_sent_masked(house, told, network):
    provider, worker = network
    ticket = await told(channel="telegram")
    await confirmed(house, ticket, "d2")
    await house.app.store.write(sealed.expire(now_ms=house.app.clock.now_ms() + SEALED_TTL_MS + 1))
    while await worker.run_once():
        pass
    assert [outbound for outbound in provider.seen if "card" in outbound.text] == []
    shown = await get(house, path_of(ticket))
    (reply,) = [m for m in shown["messages"] if m["author"]["type"] == "agent"]
    assert (reply["delivery"]["state"], "expired" in reply["delivery"]["error"]) == ("dead", True)


async def test_a_key_of_one_ticket_is_none_of_another_and_a_notes_is_no_replys(house, told):
    one, other = await told(), await told()
    note = await post(house, path_of(one, "/notes"), {"text": "a note"}, 201, key="reused")
    assert await post(house, path_of(one, "/notes"), {"text": "a note"}, 201, key="reused") == note
    for ticket, what, body in ((other, "/notes", {"text": "b"}), (one, "/replies", {"text": "b"})):
        refused = await post(house, path_of(ticket, what), body, 422, key="reused")
        assert refused["code"] == "key_used"
    await post(house, path_of(other, "/notes"), {"text": "b"}, 201, key="not reused")
