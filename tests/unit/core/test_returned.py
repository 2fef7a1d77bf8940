"""Mail that came back for good: the machine is silent there until one writes again, or an agent knows better."""

import msgspec
import pytest

from router.core.returned import lift
from router.model.changes import Save
from router.model.errors import Refused
from router.model.returned import mail_address, returned_id
from router.model.snapshot import ReplyFacts
from tests.unit.core.world import World, event

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def world():
    return World()


def bounced(world, status="5.1.1", reply=None, number=1):
    """The machine's receipt came back."""
    sent = reply or world.replies()[-1]
    entry = world.snapshot.outbox[sent.id]
    known = msgspec.structs.replace(sent, external_id=f"ours-{number}", version=sent.version + 1)
    gone = msgspec.structs.replace(entry, state="sent", version=entry.version + 1)
    world.apply([Save(known), Save(gone)])
    return world.take(
        event(
            kind="receipt",
            sender="mailer-daemon@mail.example",
            message_id=f"report-{number}",
            target_id=f"ours-{number}",
            delivery="failed",
            delivery_status=status,
            automatic="bounce",
        )
    )


def kinds(world):
    return [one.kind for one in world.events if one.kind.startswith("sender.")]


def held(world, address=ANN):
    row = world.snapshot.returned.get(returned_id(address))
    return row is not None and row.holds


def test_a_permanent_failure_stops_what_would_go_there_by_itself(world):
    first = world.say("hello", sender=ANN)
    bounced(world)
    assert held(world)
    assert kinds(world) == ["sender.returned"]
    (told,) = [one for one in world.events if one.kind == "sender.returned"]
    assert (told.ticket_id, told.data) == (first.outcome.ticket_id, {"status": "5.1.1"})
    world.say("for my neighbour", sender=BOB, reply_to=ANN)
    assert len(world.replies()) == 1, "Bob's receipt would go to Ann's address"
    world.say("the form knows it too", sender="form-1", channel="form", reply_to="ANN@example.org")
    assert len(world.replies()) == 1
    world.say("for myself", sender=BOB, message_id="<b2>")
    assert len(world.replies()) == 2


@pytest.mark.parametrize("status", ["4.2.2", "", None, "5.1", "nonsense", "25.1.1"])
def test_what_may_pass_stops_nothing(world, status):
    world.say("hello", sender=ANN)
    bounced(world, status)
    assert not held(world)
    assert kinds(world) == []


def test_a_mail_from_there_lifts_it_and_is_answered(world):
    world.say("hello", sender=ANN)
    bounced(world)
    again = world.say("another matter", sender=ANN, message_id="<a2>")
    assert not held(world)
    assert kinds(world) == ["sender.returned", "sender.reachable"]
    (lifted,) = [one for one in world.events if one.kind == "sender.reachable"]
    assert lifted.ticket_id == again.outcome.ticket_id
    assert len(world.replies()) == 2
    bounced(world, "5.7.1", number=2)
    assert held(world), "and the next failure stops it again"
    assert kinds(world)[-1] == "sender.returned"


@pytest.mark.parametrize(
    "fields", [{"automatic": "auto_reply"}, {"automatic": "bulk"}, {"person": {"verified": False}}]
)
def test_no_machine_and_no_forger_lifts_it(world, fields):
    world.say("hello", sender=ANN)
    bounced(world)
    world.say("I am away", sender=ANN, message_id="<a2>", **fields)
    assert held(world)
    assert len(world.replies()) == 1


def test_told_twice_it_is_stopped_once(world):
    world.say("hello", sender=ANN)
    world.say("fee", sender=ANN, message_id="<a2>", subject="fees")
    first, second = world.replies()
    bounced(world, reply=first)
    bounced(world, reply=second, number=2)
    assert kinds(world) == ["sender.returned"]


def test_a_chat_has_no_address_that_mail_comes_back_from(world):
    world.say("hello", channel="telegram", sender="77", thread_id="77")
    (conversation,) = world.snapshot.conversations_by_id.values()
    assert mail_address(conversation) is None
    assert bounced(world).changes == []


def test_an_agent_lifts_it_once(world):
    first = world.say("hello", sender=ANN)
    bounced(world)
    facts = ReplyFacts(
        ticket=world.ticket(first),
        conversation=world.conversation(first),
        last_inbound=None,
        returned=world.snapshot.returned[returned_id(ANN)],
    )
    world.apply(lift(facts, "agent:mei", world.now_ms))
    row = world.snapshot.returned[returned_id(ANN)]
    assert (row.holds, row.lifted_by, row.lifted_at_ms) == (False, "agent:mei", world.now_ms)
    assert (world.events[-1].kind, world.events[-1].actor) == ("sender.reachable", "agent:mei")
    with pytest.raises(Refused, match="no mail to this ticket's address"):
        lift(msgspec.structs.replace(facts, returned=row), "agent:mei", world.now_ms)
    with pytest.raises(Refused) as refused:
        lift(msgspec.structs.replace(facts, returned=None), "agent:mei", world.now_ms)
    assert refused.value.code == "not_returned"
