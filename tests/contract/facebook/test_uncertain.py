"""What may have arrived on Facebook: found by its echo or among what stands there, never taken for something else."""

from connectors.facebook.simulator import Fault, GraphServer
from connectors.facebook.simulator.world import error
from router.clock import SystemClock
from router.connector import Sent, Unknown
from tests.servers.facebook_house import (
    NOW,
    POST,
    comment_answer,
    delivered,
    outbound,
    person,
    serving,
    wallet_page,
)

HOUR_MS = 3_600_000


async def test_what_was_lost_is_found_by_its_echo():
    async with GraphServer(SystemClock(), [wallet_page()]) as server:
        ann = person(server)
        async with serving(server) as (_, connector):
            await ann.write("hello")
            await delivered(server)
            server.faults["messages"].append(Fault(how="reset_after"))
            reply = outbound(ann.id)
            assert isinstance(await connector.send(reply), Unknown)
            await delivered(server)
            asked = len(server.calls)
            assert await connector.reconcile(reply) == Sent(provider_id=ann.seen()[0].mid)
            assert len(server.calls) == asked, "nobody had to be asked"
            assert await connector.send(reply) == Sent(provider_id=ann.seen()[0].mid), "an agent who tries again"
        assert len(ann.seen()) == 1


async def test_what_was_lost_is_found_in_the_conversation_and_an_older_one_is_not_taken_for_it(
    connect, server, ann, clock
):
    connector = connect()
    first, second = outbound(ann.id, "ok", created_at_ms=NOW), outbound(ann.id, "ok", key="key-2", created_at_ms=NOW)
    assert isinstance(await connector.send(first), Sent)
    server.faults["messages"].append(Fault(how="reset_before"))
    assert isinstance(await connector.send(second), Unknown)
    assert await connector.reconcile(second) == Unknown(reason="it is not among the newest messages there")
    server.faults["messages"].append(Fault(how="reset_after"))
    assert isinstance(await connector.send(second), Unknown)
    assert await connector.reconcile(second) == Sent(provider_id=ann.seen()[1].mid)
    clock.advance_to(NOW + HOUR_MS)
    much_later = outbound(ann.id, "ok", key="key-3", created_at_ms=NOW + HOUR_MS)
    assert isinstance(await connect().reconcile(much_later), Unknown), "by a process that knows nothing of the others"
    ann.compose("We found it.")
    theirs = outbound(ann.id, "We found it.", key="key-4", created_at_ms=NOW)
    assert isinstance(await connector.reconcile(theirs), Unknown), "the customer wrote that"


async def test_two_parts_in_the_same_words_are_two(connect, server, ann):
    connector, reply = connect(), outbound(ann.id, "x" * 4_000, created_at_ms=NOW)
    server.faults["messages"].extend([Fault(how="reset_after")])
    assert isinstance(await connector.send(reply), Unknown)
    assert isinstance(await connector.reconcile(reply), Unknown), "only one of them is there"
    assert await connector.send(reply) == Sent(provider_id=ann.seen()[1].mid, pieces=(ann.seen()[2].mid,))
    assert [one.text for one in ann.seen()] == ["x" * 2_000] * 3, "what nobody saw arrive was sent again by an agent"


async def test_a_comment_that_was_lost_is_found(connect, server, ann):
    said = ann.compose_comment("is it down?", POST)
    server.faults["comments"].append(Fault(how="reset_after"))
    connector, reply = connect(), comment_answer(said.id, "It is up.", created_at_ms=NOW)
    assert isinstance(await connector.send(reply), Unknown)
    assert isinstance(await connector.reconcile(reply), Sent)
    assert ann.answers_to(said) == ["It is up."]


async def test_what_cannot_be_looked_up_stays_unknown(connect, server, ann):
    server.faults["conversations"].append(error(190, status=401))
    assert "cannot be looked up" in (await connect().reconcile(outbound(ann.id))).reason
    said = ann.compose_comment("hello", POST)
    private = outbound(ann.id, visibility="private", thread=POST, in_reply_to=said.id)
    assert isinstance(await connect().reconcile(private), Unknown)


async def test_a_reply_of_which_some_parts_arrived_goes_on_after_them(connect, server, ann):
    connector, reply = connect(), outbound(ann.id, "x" * 2_000 + "y" * 2_000)
    server.faults["messages"].extend([Fault(how="reset_after"), Fault(how="reset_before")])
    assert isinstance(await connector.send(reply), Unknown)
    assert isinstance(await connector.send(reply), Unknown)
    outcome = await connector.send(outbound(ann.id, "a" * 2_000 + "b" * 2_000, key="key-2"))
    assert isinstance(outcome, Sent)
    server.faults["messages"].extend([Fault(how="answer", body=b'{"message_id":"m_1"}'), error(613)])
    partly = outbound(ann.id, "c" * 2_000 + "d" * 2_000, key="key-3")
    outcome = await connector.send(partly)
    assert isinstance(outcome, Unknown)
    assert outcome.reason.startswith("1 of 2 parts have arrived; then: Facebook answered #613")
    assert await connector.send(partly) == Sent(provider_id="m_1", pieces=(ann.seen()[-1].mid,))
    assert [one.text[0] for one in ann.seen()] == ["x", "a", "b", "d"]
