"""A phrase told in several messages of one conversation: masked in all of them, and forgotten where else it rests."""

import msgspec
import pytest

from router.core.pieces import _cared
from router.model.changes import Forget
from router.model.message import Care, Redaction, Unindexed
from tests.unit.core.world import World, event

CHAT = {"channel": "telegram", "sender": "77", "thread_id": "77"}
WORDS = ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful", "legal", "winner", "thank", "yellow"]
MASK = "[SEED_PHRASE]"


@pytest.fixture
def world():
    return World()


def say(world, *texts, **fields):
    return [world.say(text, message_id=f"m{number}", **(CHAT | fields)) for number, text in enumerate(texts)]


def told(world, decided):
    return [world.messages[one.outcome.message_id] for one in decided]


@pytest.mark.parametrize("size", [1, 4, 6])
def test_all_pieces_are_masked_once_the_last_has_come(world, size):
    decided = say(world, *(" ".join(WORDS[start : start + size]) for start in range(0, 12, size)))
    messages = told(world, decided)
    assert {message.text for message in messages} == {MASK}
    assert {message.findings for message in messages} == {("SEED_PHRASE",)}
    first = Redaction(field="text", start=0, end=len(" ".join(WORDS[:size])), type="SEED_PHRASE")
    assert messages[0].redactions == (first,)
    ticket = world.ticket(decided[-1])
    assert (ticket.subject, ticket.snippet, ticket.findings) == (MASK, MASK, ("SEED_PHRASE",))
    forgotten = {change.message_id for one in decided for change in one.changes if isinstance(change, Forget)}
    assert forgotten == {f"m{number}" for number in range(12 // size)}
    edited = [e for e in world.events if e.kind == "message.edited"]
    assert {e.message_id for e in edited} <= {message.id for message in messages[:-1]}
    assert [e.data for e in edited] == [{"masked": "SEED_PHRASE"}] * len(edited) != []


def test_a_conversation_of_somebody_else_is_no_part_of_it(world):
    half = " ".join(WORDS[:6]), " ".join(WORDS[6:])
    mine, other = world.say(half[0], **CHAT), world.say(half[1], **(CHAT | {"sender": "78", "thread_id": "78"}))
    assert [message.text for message in told(world, [mine, other])] == list(half)


def test_what_was_deleted_is_left_alone(world):
    first = world.say(" ".join(WORDS[:6]), message_id="m0", **CHAT)
    world.take(event("", kind="delete", message_id="d0", target_id="m0", **CHAT))
    last = world.say(" ".join(WORDS[6:]), message_id="m1", **CHAT)
    assert [message.text for message in told(world, [first, last])] == ["", " ".join(WORDS[6:])]


def test_ordinary_messages_change_nothing_before_them(world):
    decided = say(world, "hello", "my balance is gone", "please help", "thank you")
    assert [m.text for m in told(world, decided)] == ["hello", "my balance is gone", "please help", "thank you"]
    assert not [change for one in decided for change in one.changes if isinstance(change, Forget)]


KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"


def test_a_value_is_masked_where_the_message_before_says_what_it_is(world):
    label, key = say(world, "this is my private key", KEY)
    assert [message.text for message in told(world, [label, key])] == ["this is my private key", "[PRIVATE_KEY]"]
    own = told(world, [key])[0]
    assert own.findings == ("PRIVATE_KEY",)
    assert own.redactions == (Redaction(field="text", start=0, end=64, type="PRIVATE_KEY"),)
    assert world.ticket(key).snippet == "[PRIVATE_KEY]"
    assert [change.message_id for change in key.changes if isinstance(change, Forget)] == ["m1"]


def test_the_two_halves_of_a_card_are_masked_in_both_messages(world):
    decided = say(world, "card: 4012 8888", "8888 1881")
    assert [message.text for message in told(world, decided)] == ["card: [CARD]", "[CARD]"]
    assert [e.data for e in world.events if e.kind == "message.edited"] == [{"masked": "CARD"}]


@pytest.mark.parametrize("between", [(), ("sorry",)])
def test_a_value_is_masked_too_where_a_message_behind_it_says_what_it_is(world, between):
    key, *_, name = say(world, KEY, *between, "that's the private key of my old wallet")
    assert [message.text for message in told(world, [key, name])] == [
        "[PRIVATE_KEY]",
        "that's the private key of my old wallet",
    ]
    assert told(world, [key])[0].redactions == (Redaction(field="text", start=0, end=64, type="PRIVATE_KEY"),)
    assert [change.message_id for change in name.changes if isinstance(change, Forget)] == ["m0"]


def test_what_names_a_value_changes_nothing_that_has_a_name_of_its_own(world):
    tx, name = say(world, f"tx {KEY}", "this is my private key wallet, where is the money")
    assert told(world, [tx, name])[0].text == f"tx {KEY}"


def test_what_was_said_long_ago_says_nothing_of_it(world):
    world.say("this is my private key", message_id="m0", **CHAT)
    world.now_ms += 11 * 60_000
    late = world.say(KEY, message_id="m1", **CHAT)
    assert told(world, [late])[0].text == KEY


def test_nor_what_was_said_before_an_agent_asked(world):
    first = world.say("this is my private key", message_id="m0", **CHAT)
    world.change(first, state="waiting")
    answer = world.say(KEY, message_id="m1", **CHAT)
    assert told(world, [answer])[0].text == KEY


def asked(world, decided, text):
    """What an agent says."""
    before = world.messages[decided.outcome.message_id]
    reply = msgspec.structs.replace(
        before, id=world.ids.new(), kind="reply", author_id="a1", external_id=f"reply {text}", text=text, findings=()
    )
    world.snapshot.put(reply)
    world.change(decided, state="waiting")


@pytest.mark.parametrize("between", [(), ("hang on",)])
def test_a_bare_answer_to_what_an_agent_asked_is_masked(world, between):
    asked(world, world.say("hi", message_id="m", **CHAT), "Did the code arrive?")
    *_, answer = say(world, *between, "5521")
    assert told(world, [answer])[0].text == "[OTP]"


def test_an_answer_to_something_else_stays(world):
    first = world.say("this is my private key", message_id="m", **CHAT)
    asked(world, first, "Never tell anybody your code. Which transaction is it?")
    assert told(world, say(world, KEY))[0].text == KEY


def test_a_plain_word_is_masked_where_the_message_before_leaves_no_doubt(world):
    decided = say(world, "my password is the next message", "mangotree", "thanks")
    assert [message.text for message in told(world, decided)] == [
        "my password is the next message", "[PASSWORD]", "thanks",
    ]  # fmt: skip


def test_or_the_message_behind(world):
    decided = say(world, "mangotree", "that's my password")
    assert [message.text for message in told(world, decided)] == ["[PASSWORD]", "that's my password"]


def test_halves_of_a_key_are_masked_once_the_last_message_names_them(world):
    decided = say(world, KEY[:32], KEY[32:], "those are both halves of my private key")
    assert [message.text for message in told(world, decided)][:2] == ["[PRIVATE_KEY]"] * 2


def test_of_a_text_that_was_masked_later_the_search_finds_nothing():
    span = Unindexed(field="text", start=3, end=9)
    kept = Unindexed(field="subject", start=0, end=4)
    care = Care(policies=(), unindexed=(span, kept))
    assert _cared(care, "[SEED_PHRASE]").unindexed == (Unindexed(field="text", start=0, end=13), kept)
    assert _cared(Care(policies=(), unindexed=(kept,)), "x").unindexed == (kept,)
    assert _cared(None, "x") is None
