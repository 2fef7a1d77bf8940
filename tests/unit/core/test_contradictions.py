"""One event that proves two people: nothing is joined or moved, and agents are told."""

import msgspec
import pytest

from router.model.people import Claim
from tests.unit.core.world import NOW, World

BOB = "bob@example.org"
APP = {"user_id": "u1", "verified": True}


@pytest.fixture
def world():
    """Bob has written by mail, and the app's user u1 in the chat of the app."""
    world = World()
    world.bob = world.say("my fee", sender=BOB, message_id="<1@x>")
    world.user = world.say("hello", channel="webchat", sender="v1", thread_id="v1", person=APP)
    return world


def claimed(decided) -> list[tuple[str, str, bool]]:
    rows = [change.row for change in decided.changes if isinstance(getattr(change, "row", None), Claim)]
    return [(row.kind, row.value, row.proven) for row in rows]


def test_the_strongest_proof_says_who_wrote_and_the_other_is_told(world):
    both = world.say("it is me", sender=BOB, message_id="<2@x>", person=APP)
    why = both.outcome.why
    assert both.outcome.contact_id == world.user.outcome.contact_id
    assert (why.contact_by, why.known_by) == ("app", "user_id")
    assert [(c.kind, c.value, c.contact_id) for c in why.conflicts] == [("email", BOB, world.bob.outcome.contact_id)]
    assert claimed(both) == [("email", BOB, True)]
    told = [(e.data["kind"], e.data["other"]) for e in world.events if e.kind == "contact.conflict"]
    assert told == [("email", world.bob.outcome.contact_id)]


def test_the_identity_stays_whose_it_was_and_no_ticket_is_joined(world):
    both = world.say("it is me", sender=BOB, message_id="<2@x>", person=APP)
    assert world.snapshot.identities["email", BOB].contact_id == world.bob.outcome.contact_id
    assert both.outcome.ticket_new
    assert world.bob.outcome.ticket_id in both.outcome.why.related
    later = world.say("bob again", sender=BOB, message_id="<3@x>")
    assert later.outcome.contact_id == world.bob.outcome.contact_id
    assert later.outcome.why.conflicts == ()


@pytest.mark.parametrize("how", ["in_reply_to", "token"])
def test_an_answer_to_the_others_mail_does_not_join_it(world, how):
    said = {"in_reply_to": "<1@x>"} if how == "in_reply_to" else {"token": world.conversation(world.bob).id}
    both = world.say("it is me", sender=BOB, message_id="<2@x>", person=APP, **said)
    assert both.outcome.ticket_new
    assert both.outcome.why.joined_detail == "identity_conflict"
    assert world.snapshot.participants == set()


def test_the_others_chat_is_not_continued(world):
    where = {"channel": "telegram", "sender": "77", "thread_id": "77"}
    first = world.say("one", **where)
    both = world.say("two", **where, person=APP)
    again = world.say("three", **where)
    tickets = [each.outcome.ticket_id for each in (first, both, again)]
    people = [each.outcome.contact_id for each in (first, both, again)]
    assert tickets[1] not in {tickets[0], tickets[2]}
    assert people == [first.outcome.contact_id, world.user.outcome.contact_id, first.outcome.contact_id]
    for ticket, contact in zip(tickets, people, strict=True):
        assert world.snapshot.tickets[ticket].contact_id == contact


def test_an_identity_says_how_it_was_proven_and_whether_the_channel_vouched(world):
    world.say("checked", sender="eve@example.org", message_id="<4@x>", person={"verified": True})
    found = {key: (row.proof, row.vouched, row.created_at_ms) for key, row in world.snapshot.identities.items()}
    assert found == {
        ("email", BOB): ("mail", False, NOW),
        ("webchat", "v1"): ("visitor", True, NOW),
        ("user_id", "u1"): ("app", True, NOW),
        ("email", "eve@example.org"): ("mail", True, NOW),
    }


def test_a_later_check_of_the_sender_is_kept_and_an_unchecked_mail_takes_nothing_back(world):
    for number, verified in enumerate((True, None)):
        world.say("more", sender=BOB, message_id=f"<5{number}@x>", person={"verified": verified})
        row = world.snapshot.identities["email", BOB]
        assert (row.vouched, row.version, row.contact_id) == (True, 2, world.bob.outcome.contact_id)


def test_what_is_only_said_becomes_a_claim_in_the_form_it_is_compared_in(world):
    person = {"name": "  Ｌi  Wei ", "handle": "@LiWei", "email": "Li@Example.org", "phone": "+41 44 668 18 00"}
    first = world.say("hello", channel="telegram", sender="5", thread_id="5", person=person)
    assert claimed(first) == [
        ("name", "li wei", False),
        ("handle", "liwei", False),
        ("email", "li@example.org", False),
        ("phone", "+41446681800", False),
    ]
    quiet = world.say("hello", channel="x", sender="6", person={"name": "?", "handle": "ab"})
    assert claimed(quiet) == []
    form = world.say("hello", channel="form", sender="Li@Example.org")
    assert claimed(form) == [("email", "li@example.org", False)]
    long = world.say("hello", channel="x", sender="7", person={"name": "a" * 400})
    assert claimed(long) == []


def test_a_decision_stands_on_the_contact_as_it_was_read(world):
    contact = world.snapshot.contacts[world.bob.outcome.contact_id]
    world.snapshot.put(msgspec.structs.replace(contact, version=contact.version + 1))
    with pytest.raises(AssertionError, match=r"meanwhile|another version"):
        world.say("more", sender=BOB, message_id="<6@x>")
