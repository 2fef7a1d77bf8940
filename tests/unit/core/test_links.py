"""Private links: what one proves depends on where it stood, and it lets in one visitor."""

import msgspec
import pytest

from router.core.links import Guest, open_link, reach
from router.model.changes import LINK_PLACEHOLDER, Add, Check, Record, Save
from router.model.errors import Refused
from router.model.limits import PRIVATE_LINK_MS
from router.model.tables import Conversation, Identity, Message, Participant, PrivateLink
from rules.ruleset import load
from tests.unit.core.world import NOW, World, event

RULES = load({
    "rules.yaml": b"""
version: 1
queues: {general: {default: true}}
templates:
  go-private: {en: "Please write to us here: {{private_link|in a private message}}"}
rules:
  - {id: careful, when: {message.findings|exists: true}, then: {reply: go-private, hide: true}}
"""
})  # fmt: skip
PRIVATE, ELSEWHERE = {"opens_links": True, "answers_privately": True}, {"opens_links": True}


def told(visibility="public", **circumstances):
    world = World(**circumstances)
    world.ruleset = RULES
    found = event("my card [CARD]", channel="x", sender="77", visibility=visibility)
    decided = world.take(found, findings=("CARD",))
    (reply,) = [m for m in world.messages.values() if m.kind == "reply"]
    links = [change.row for change in decided.changes if isinstance(getattr(change, "row", None), PrivateLink)]
    return world, decided, reply, links[0] if links else None


def opened(world, decided, link, visitor="g-1", at_ms=NOW):
    guest = Guest(channel="webchat", account="default", visitor=visitor)
    contact = world.snapshot.contacts[world.ticket(decided).contact_id]
    return open_link(link, world.ticket(decided), contact, guest, now_ms=at_ms, ids=world.ids)


def test_what_is_answered_in_private_proves_its_reader():
    world, decided, reply, link = told(**PRIVATE)
    assert (reply.visibility, reply.in_reply_to) == ("private", decided_message(world, decided).external_id)
    assert reply.text == f"Please write to us here: {LINK_PLACEHOLDER}"
    ticket = world.ticket(decided)
    assert (link.proves, link.ticket_id, link.contact_id) == (True, ticket.id, ticket.contact_id)
    assert (link.message_id, link.expires_at_ms) == (reply.id, NOW + PRIVATE_LINK_MS)


def decided_message(world, decided) -> Message:
    return world.messages[decided.outcome.message_id]


def test_the_same_person_goes_on_in_private_on_the_same_ticket():
    world, decided, _, link = told(**PRIVATE)
    world.apply(opened(world, decided, link))
    ticket = world.ticket(decided)
    identity = world.snapshot.identities["webchat", "g-1"]
    assert (identity.contact_id, identity.proof) == (ticket.contact_id, "deep-link")
    again = world.say("it is me", channel="webchat", sender="g-1")
    assert again.outcome.ticket_id == ticket.id
    assert again.outcome.contact_id == ticket.contact_id
    assert (again.outcome.why.contact_by, again.outcome.why.joined) == ("deep-link", "conversation")


def test_a_link_that_stood_in_public_proves_nobody():
    world, decided, reply, link = told(**ELSEWHERE)
    assert (reply.visibility, link.proves) == ("public", False)
    changes = opened(world, decided, link)
    world.apply(changes)
    ticket = world.ticket(decided)
    (event,) = [e for e in world.events if e.kind == "link.opened"]
    assert (event.ticket_id, event.data) == (ticket.id, {"proves": "no"})
    said = world.say("it is me", channel="webchat", sender="g-1")
    assert said.outcome.ticket_id == ticket.id
    assert said.outcome.contact_id != ticket.contact_id
    assert (ticket.id, "webchat", "g-1") in world.snapshot.participants
    assert [i.proof for i in world.snapshot.identities.values() if i.contact_id == ticket.contact_id] == ["provider"]


def test_a_link_lets_in_one_visitor_however_often_that_one_comes():
    world, decided, _, link = told(**PRIVATE)
    changes = opened(world, decided, link)
    used = next(c.row for c in changes if isinstance(getattr(c, "row", None), PrivateLink))
    assert opened(world, decided, used) == []
    with pytest.raises(Refused, match="somebody else"):
        opened(world, decided, used, visitor="g-2")


def test_an_old_link_opens_nothing():
    world, decided, _, link = told(**PRIVATE)
    done = opened(world, decided, link, at_ms=NOW + PRIVATE_LINK_MS - 1)[:-1]
    assert {type(change.row) for change in done if not isinstance(change, Check)} == {
        Identity,
        PrivateLink,
        Conversation,
    }
    assert [change.row.id for change in done if isinstance(change, Check)] == [link.contact_id]
    with pytest.raises(Refused, match="no longer"):
        opened(world, decided, link, at_ms=NOW + PRIVATE_LINK_MS)


def test_without_a_page_of_ours_the_other_words_stand():
    _, _, reply, link = told()
    assert (reply.text, link) == ("Please write to us here: in a private message", None)


def test_what_came_in_private_is_answered_with_a_link_that_proves():
    _, _, reply, link = told(visibility="private", **ELSEWHERE)
    assert (reply.visibility, link.proves) == ("private", True)


def test_a_participant_row_is_made_for_strangers_only():
    for ways, expected in ((PRIVATE, 0), (ELSEWHERE, 1)):
        world, decided, _, link = told(**ways)
        rows = [getattr(change, "row", None) for change in opened(world, decided, link)]
        assert sum(isinstance(row, Participant) for row in rows) == expected


def test_a_link_sent_to_somebody_who_turned_out_to_be_another_lets_take_part_and_proves_nothing():
    world, decided, _, link = told(**PRIVATE)
    ticket = world.ticket(decided)
    world.say("hello", channel="telegram", sender="5", thread_id="5")
    (other,) = [row for row in world.snapshot.contacts.values() if row.id != ticket.contact_id]
    guest = Guest(channel="webchat", account="default", visitor="g-1")
    world.apply(open_link(link, ticket, other, guest, now_ms=NOW, ids=world.ids))
    assert world.snapshot.identities["webchat", "g-1"].proof == "visitor"
    assert world.snapshot.participants == {(ticket.id, "webchat", "g-1")}
    assert world.events[-1].data == {"proves": "no"}


def known(world, decided, channel="x", visitor="77"):
    """The guest as the store finds them: an address of somebody's, perhaps with a conversation."""
    identity = world.snapshot.identities[channel, visitor]
    return Guest(channel=channel, account="default", visitor=visitor, identity=identity)


@pytest.mark.parametrize("ways", [PRIVATE, ELSEWHERE])
def test_the_network_knows_who_wrote_in_public_and_their_private_messages_go_on_with_the_ticket(ways):
    world, decided, _, link = told(**ways)
    ticket = world.ticket(decided)
    contact = world.snapshot.contacts[ticket.contact_id]
    world.apply(open_link(link, ticket, contact, known(world, decided), now_ms=NOW, ids=world.ids))
    assert world.events[-1].data == {"proves": "yes"}
    assert world.snapshot.participants == set()
    again = world.say("here are the details", channel="x", sender="77")
    assert (again.outcome.ticket_id, again.outcome.contact_id) == (ticket.id, contact.id)
    assert again.outcome.why.joined == "conversation"


def test_who_has_written_in_private_before_goes_on_with_the_tickets_matter_in_the_same_conversation():
    world, decided, _, link = told(**PRIVATE)
    ticket = world.ticket(decided)
    before = world.say("an older matter: how do I change my nickname?", channel="x", sender="77")
    conversation = world.conversation(before)
    guest = msgspec.structs.replace(known(world, decided), conversation=conversation)
    changes = open_link(link, ticket, world.snapshot.contacts[ticket.contact_id], guest, now_ms=NOW, ids=world.ids)
    (moved,) = [c.row for c in changes if isinstance(c, Save) and isinstance(c.row, Conversation)]
    assert (moved.id, moved.ticket_id, moved.version) == (conversation.id, ticket.id, conversation.version + 1)


def test_who_is_known_as_somebody_else_keeps_what_is_theirs():
    world, decided, _, link = told(**PRIVATE)
    world.say("hello", channel="telegram", sender="5", thread_id="5")
    ticket = world.ticket(decided)
    contact = world.snapshot.contacts[ticket.contact_id]
    with pytest.raises(Refused, match="their own conversation"):
        open_link(link, ticket, contact, known(world, decided, "telegram", "5"), now_ms=NOW, ids=world.ids)


def reached(world, decided, guest):
    ticket = world.ticket(decided)
    message = decided_message(world, decided)
    return reach(message.id, ticket, world.snapshot.contacts[ticket.contact_id], guest, now_ms=NOW, ids=world.ids)


def test_whom_the_network_says_a_private_answer_reached_is_the_writer_of_the_post():
    world, decided, _, _ = told(**PRIVATE)
    ticket = world.ticket(decided)
    changes = reached(world, decided, Guest(channel="x", account="default", visitor="9977"))
    (identity,) = [c.row for c in changes if isinstance(c, Add) and isinstance(c.row, Identity)]
    assert (identity.contact_id, identity.value, identity.proof) == (ticket.contact_id, "9977", "provider")
    (event,) = [c.event for c in changes if isinstance(c, Record)]
    assert (event.kind, event.data) == ("link.opened", {"proves": "yes", "by": "answer"})
    world.apply(changes)
    said = world.say("order 4411", channel="x", sender="9977")
    assert (said.outcome.ticket_id, said.outcome.why.joined) == (ticket.id, "conversation")


def test_who_is_known_already_is_told_of_no_second_time():
    world, decided, _, _ = told(**PRIVATE)
    changes = reached(world, decided, known(world, decided))
    assert [type(c.row).__name__ for c in changes if isinstance(c, Add)] == ["Conversation"]
    world.apply(changes)
    conversation = next(c.row for c in changes if isinstance(c, Add))
    there = msgspec.structs.replace(known(world, decided), conversation=conversation)
    assert reached(world, decided, there) == []


def test_a_private_answer_gives_nobody_the_conversation_of_another():
    world, decided, _, _ = told(**PRIVATE)
    world.say("hello", channel="telegram", sender="5", thread_id="5")
    assert reached(world, decided, known(world, decided, "telegram", "5")) == [], "known as somebody else"
    ticket = world.ticket(decided)
    other = msgspec.structs.replace(world.snapshot.contacts[ticket.contact_id], id="another")
    guest = Guest(channel="x", account="default", visitor="9977")
    assert reach("m", ticket, other, guest, now_ms=NOW, ids=world.ids) == [], "the ticket is somebody else's by now"


@pytest.mark.parametrize("erased", ["ticket", "contact"])
@pytest.mark.parametrize("ways", [PRIVATE, ELSEWHERE])
def test_a_link_leads_nobody_back_to_whom_the_house_has_erased(ways, erased):
    world, decided, _, link = told(**ways)
    ticket = world.ticket(decided)
    contact = world.snapshot.contacts[ticket.contact_id]
    if erased == "ticket":
        ticket = msgspec.structs.replace(ticket, erased_at_ms=NOW)
    else:
        contact = msgspec.structs.replace(contact, erased_at_ms=NOW)
    guest = Guest(channel="webchat", account="default", visitor="g-1")
    with pytest.raises(Refused) as refused:
        open_link(link, ticket, contact, guest, now_ms=NOW, ids=world.ids)
    assert refused.value.code == "link_expired"
    assert reach(link.message_id, ticket, contact, guest, now_ms=NOW, ids=world.ids) == []


def test_who_comes_in_as_a_stranger_while_the_writer_is_erased_comes_after_that():
    world, decided, _, link = told(**ELSEWHERE)
    assert Check(world.snapshot.contacts[world.ticket(decided).contact_id]) in opened(world, decided, link)
