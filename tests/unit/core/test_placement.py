"""Who joins what: proof joins, everything else is a hint for an agent."""

import pytest

from router.core.asking import ask
from router.core.placement import place
from router.core.pointers import quoted_numbers
from router.model.limits import REOPEN_WINDOW_MS
from router.model.message import JournalEntry
from router.model.snapshot import SnapshotKeys
from rules.matching import DEFAULT
from tests.unit.core.world import DAY_MS, NOW, World, event

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"


@pytest.fixture
def world():
    return World()


def joined(decided):
    return decided.outcome.why.joined


def not_joined(decided):
    return decided.outcome.why.joined_detail


def test_an_answer_joins_by_in_reply_to_and_by_references(world):
    first = world.say("first", sender=ANN, message_id="<1@x>")
    second = world.say("second", sender=ANN, message_id="<2@x>", in_reply_to="<1@x>")
    third = world.say("third", sender=ANN, message_id="<3@x>", references=("<0@x>", "<1@x>", "<lost@x>"))
    assert [joined(d) for d in (first, second, third)] == ["new", "in_reply_to", "references"]
    assert {d.outcome.ticket_id for d in (first, second, third)} == {first.outcome.ticket_id}
    assert {d.outcome.contact_id for d in (first, second, third)} == {first.outcome.contact_id}
    assert world.snapshot.participants == set()


def test_the_parent_is_more_telling_than_the_ancestors(world):
    old = world.say("old", sender=ANN, message_id="<1@x>")
    new = world.say("new", sender=ANN, message_id="<2@x>")
    answer = world.say("answer", sender=ANN, message_id="<3@x>", references=("<1@x>", "<2@x>"))
    assert answer.outcome.ticket_id == new.outcome.ticket_id != old.outcome.ticket_id


def test_a_new_mail_of_a_known_sender_opens_a_ticket_of_the_same_contact(world):
    first, second = world.say("one", sender=ANN), world.say("two", sender=ANN)
    assert second.outcome.ticket_new
    assert second.outcome.contact_id == first.outcome.contact_id
    assert second.outcome.why.contact_by == "mail"


def test_chat_stays_in_its_conversation(world):
    first = world.say("one", channel="telegram", sender="77", thread_id="77")
    second = world.say("two", channel="telegram", sender="77", thread_id="77")
    assert (joined(second), second.outcome.ticket_id) == ("conversation", first.outcome.ticket_id)


@pytest.mark.parametrize("other", [{"account": "second"}, {"visibility": "public"}, {"channel": "x"}, {"sender": "78"}])
def test_accounts_visibilities_channels_and_people_are_kept_apart(world, other):
    where = {"channel": "telegram", "sender": "77", "thread_id": "group"}
    first = world.say("one", **where)
    second = world.say("two", message_id="2", **(where | other))
    assert second.outcome.ticket_id != first.outcome.ticket_id
    assert world.conversation(second).id != world.conversation(first).id


def test_a_message_id_of_another_account_is_not_known(world):
    first = world.say("one", sender=ANN, message_id="<1@x>")
    second = world.say("two", sender=ANN, message_id="<2@x>", in_reply_to="<1@x>", account="second")
    assert second.outcome.ticket_id != first.outcome.ticket_id


def test_a_reply_token_joins_and_a_stranger_who_holds_it_is_a_participant(world):
    first = world.say("one", sender=ANN)
    token = world.conversation(first).id
    own = world.say("two", sender=ANN, token=token)
    stranger = world.say("three", sender=BOB, token=token)
    assert joined(own) == joined(stranger) == "reply_token"
    assert own.outcome.ticket_id == stranger.outcome.ticket_id == first.outcome.ticket_id
    assert world.snapshot.participants == {(first.outcome.ticket_id, "email", BOB)}


def test_an_answer_from_a_new_address_joins_as_participant_never_as_identity(world):
    first = world.say("one", sender=ANN, message_id="<1@x>")
    answer = world.say("from my other address", sender=BOB, message_id="<2@x>", in_reply_to="<1@x>")
    again = world.say("once more", sender=BOB, message_id="<3@x>", in_reply_to="<2@x>")
    assert answer.outcome.ticket_id == again.outcome.ticket_id == first.outcome.ticket_id
    assert answer.outcome.contact_id == again.outcome.contact_id != first.outcome.contact_id
    assert world.snapshot.participants == {(first.outcome.ticket_id, "email", BOB)}
    assert world.snapshot.identities["email", BOB].contact_id == answer.outcome.contact_id
    assert world.ticket(first).contact_id == first.outcome.contact_id
    later = world.say("something of my own", sender=BOB, message_id="<4@x>")
    assert later.outcome.ticket_new


def test_two_writers_of_one_thread_have_two_conversations(world):
    first = world.say("one", sender=ANN, message_id="<1@x>")
    answer = world.say("two", sender=BOB, message_id="<2@x>", in_reply_to="<1@x>")
    own, other = world.conversation(first), world.conversation(answer)
    assert (own.thread, own.peer) == ("<1@x>", ANN)
    assert (other.thread, other.peer) == ("<1@x>", BOB)


def test_a_forged_mail_never_joins_whatever_it_names(world):
    first = world.say("one", sender=ANN, message_id="<1@x>", thread_id="thread")
    number = world.ticket(first).number
    forged = {"sender": ANN, "person": {"verified": False}}
    by_reference = world.say(f"pay me T-{number}", in_reply_to="<1@x>", message_id="<2@x>", **forged)
    by_token = world.say("pay me", token=world.conversation(first).id, message_id="<3@x>", **forged)
    by_thread = world.say("pay me", thread_id="thread", message_id="<4@x>", **forged)
    for decided in (by_reference, by_token, by_thread):
        assert decided.outcome.ticket_new
        assert decided.outcome.contact_id != first.outcome.contact_id
        assert first.outcome.ticket_id in decided.outcome.why.related
    assert not_joined(by_reference) == not_joined(by_token) == "sender_denied"
    assert len({d.outcome.contact_id for d in (by_reference, by_token, by_thread)}) == 3
    assert [i.value for i in world.snapshot.identities.values()] == [ANN]


def test_a_quoted_number_is_only_related(world):
    first = world.say("one", sender=ANN)
    number = world.ticket(first).number
    quoting = world.say(f"about T-{number}, please", sender=BOB, subject=f"Re: [T-{number}]")
    assert quoting.outcome.ticket_new
    assert quoting.outcome.why.related == (first.outcome.ticket_id,)
    assert world.snapshot.participants == set()


def test_quoted_numbers_are_few_and_whole():
    assert quoted_numbers(event("T-1 AT-2 T-3x T-4, T-5.")) == {1, 4, 5}
    assert len(quoted_numbers(event(" ".join(f"T-{n}" for n in range(99))))) == 5
    assert quoted_numbers(event("T-" + "9" * 13)) == set()


def test_a_typed_address_is_only_related(world):
    mail = world.say("one", sender=ANN)
    typed = world.say("it is me", channel="form", sender="f-1", person={"email": ANN})
    chat = world.say("it is me, too", channel="telegram", sender="77", person={"email": ANN, "user_id": "u1"})
    for decided in (typed, chat):
        assert decided.outcome.ticket_new
        assert decided.outcome.contact_id != mail.outcome.contact_id
        assert decided.outcome.why.related == (mail.outcome.ticket_id,)


@pytest.mark.parametrize(("channel", "sender"), [("form", ANN), ("phone", "+14155550100")])
def test_equal_typed_senders_are_strangers_to_each_other(world, channel, sender):
    first = world.say("one", channel=channel, sender=sender)
    second = world.say("two", channel=channel, sender=sender)
    assert first.outcome.ticket_id != second.outcome.ticket_id
    assert first.outcome.contact_id != second.outcome.contact_id
    assert world.snapshot.identities == {}


def test_one_thread_of_an_unproven_channel_is_one_person(world):
    first = world.say("one", channel="form", sender=ANN, thread_id="session-1")
    second = world.say("two", channel="form", sender=ANN, thread_id="session-1")
    other = world.say("three", channel="form", sender=BOB, thread_id="session-1")
    assert second.outcome.ticket_id == first.outcome.ticket_id
    assert other.outcome.ticket_id != first.outcome.ticket_id


@pytest.mark.parametrize("subject", ["Fwd: your answer", "FW: x", "转发：回复", " fwd : x"])
def test_what_a_third_party_forwards_opens_its_own_ticket(world, subject):
    first = world.say("one", sender=ANN, message_id="<1@x>")
    forwarded = world.say("see below", sender=EVE, message_id="<2@x>", references=("<1@x>",), subject=subject)
    assert forwarded.outcome.ticket_new
    assert not_joined(forwarded) == "forwarded"
    assert forwarded.outcome.why.related == (first.outcome.ticket_id,)
    own = world.say("see below", sender=ANN, message_id="<3@x>", references=("<1@x>",), subject=subject)
    assert own.outcome.ticket_id == first.outcome.ticket_id


def test_solved_reopens_within_its_window(world):
    first = world.say("one", sender=ANN, message_id="<1@x>")
    world.change(first, state="solved", solved_at_ms=NOW)
    world.now_ms = NOW + REOPEN_WINDOW_MS
    world.say("still broken", sender=ANN, message_id="<2@x>", in_reply_to="<1@x>")
    ticket = world.ticket(first)
    assert (ticket.state, ticket.solved_at_ms) == ("open", None)


@pytest.mark.parametrize(
    ("state", "late_ms", "why"),
    [
        ("solved", REOPEN_WINDOW_MS + 1, "reopen_window_over"),
        ("closed", 0, "ticket_closed"),
        ("closed", DAY_MS, "ticket_closed"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "telegram"])
def test_later_it_opens_a_follow_up_in_the_same_conversation(world, channel, state, late_ms, why):
    where = {"channel": channel, "sender": ANN if channel == "email" else "77"}
    first = world.say("one", message_id="<1@x>", **where)
    world.change(first, state=state, solved_at_ms=NOW)
    world.now_ms = NOW + late_ms
    second = world.say("again", message_id="<2@x>", in_reply_to="<1@x>", **where)
    assert second.outcome.ticket_new
    assert not_joined(second) == why
    assert second.outcome.why.related == (first.outcome.ticket_id,)
    assert second.outcome.contact_id == first.outcome.contact_id
    third = world.say("and again", message_id="<3@x>", in_reply_to="<2@x>", **where)
    assert third.outcome.ticket_id == second.outcome.ticket_id


def test_place_needs_no_more_than_it_asked_for():
    found = event("T-7", message_id="<2@x>", in_reply_to="<1@x>", references=("<0@x>",), person={"user_id": "u1"})
    keys = SnapshotKeys()
    entry = JournalEntry(event=found, rules_version="1", received_at_ms=NOW)
    ask(entry, "conversation-1", keys)
    assert keys.identities == {("email", ANN), ("user_id", "u1")}
    assert keys.external_ids == {("email", "default", one) for one in ("<1@x>", "1@x", "<0@x>", "0@x")}
    assert keys.conversations == {("email", "default", "private", "<2@x>", ANN)}
    assert keys.token_peers == {("conversation-1", ANN)}
    assert keys.ticket_numbers == {7}
    placement = place(entry, World().snapshot, token_conversation="conversation-1", matching=DEFAULT)
    assert (placement.ticket, placement.contact, placement.joined) == (None, None, "new")


def test_a_contact_is_known_by_its_strongest_proof(world):
    first = world.say("one", channel="webchat", sender="v1", person={"user_id": "u1", "verified": True})
    second = world.say("two", channel="webchat", sender="v2", person={"user_id": "u1", "verified": True})
    assert second.outcome.contact_id == first.outcome.contact_id
    assert world.snapshot.identities["webchat", "v2"].contact_id == first.outcome.contact_id
    claimed = world.say("three", channel="webchat", sender="v3", person={"user_id": "u1"})
    assert claimed.outcome.contact_id != first.outcome.contact_id


ROOT = "01" + "ab" * 21
"""What names one of Outlook's threads, in hex."""


def test_a_thread_index_joins_who_takes_part(world):
    first = world.say("first", sender=ANN, message_id="<1@x>", thread_index=ROOT)
    second = world.say("second", sender=ANN, message_id="<2@x>", thread_index=ROOT + "00" * 5)
    assert (joined(second), second.outcome.ticket_id) == ("thread_index", first.outcome.ticket_id)
    assert world.conversation(second).id == world.conversation(first).id
    assert world.conversation(second).thread_index == ROOT + "00" * 5, "an answer extends the newest"
    world.say("me too", sender=BOB, message_id="<3@x>", in_reply_to="<2@x>")
    fourth = world.say("and again", sender=BOB, message_id="<4@x>", thread_index=ROOT + "11" * 5)
    assert (joined(fourth), fourth.outcome.ticket_id) == ("thread_index", first.outcome.ticket_id)


def test_a_thread_index_lets_no_stranger_in(world):
    first = world.say("first", sender=ANN, message_id="<1@x>", thread_index=ROOT)
    eve = world.say("let me in", sender=EVE, message_id="<2@x>", thread_index=ROOT + "00" * 5)
    assert (joined(eve), not_joined(eve)) == ("new", "not_participant")
    assert eve.outcome.why.related == (first.outcome.ticket_id,)
    assert world.snapshot.participants == set()
    again = world.say("it is me", sender=EVE, message_id="<3@x>", thread_index=ROOT + "22" * 5)
    assert again.outcome.ticket_id == eve.outcome.ticket_id, "her own thread is hers"


def test_ids_are_more_telling_than_a_thread_index(world):
    one = world.say("one", sender=ANN, message_id="<1@x>", thread_index=ROOT)
    two = world.say("two", sender=ANN, message_id="<2@x>")
    answer = world.say("answer", sender=ANN, message_id="<3@x>", in_reply_to="<2@x>", thread_index=ROOT)
    assert answer.outcome.ticket_id == two.outcome.ticket_id != one.outcome.ticket_id


def test_a_thread_index_of_another_account_is_another_thread(world):
    world.say("one", sender=ANN, message_id="<1@x>", thread_index=ROOT)
    other = world.say("two", sender=ANN, message_id="<2@x>", thread_index=ROOT, account="second")
    assert (joined(other), not_joined(other)) == ("new", "other_matter")
