"""The same person says the same again: what counts as the same, and what never does."""

import msgspec
import pytest

from router.core.tickets import change_state
from router.model.changes import Save
from router.model.message import StoredAttachment
from tests.unit.core.world import World, event, said

CHAT = {"channel": "telegram", "sender": "77"}


def repeat_of(decided):
    return decided.outcome.why.repeat


@pytest.mark.parametrize(
    "text", ["Where is my money?", "where is my  money?", "ＷＨＥＲＥ is my money？", "where is my\nmoney?"]
)
def test_the_same_in_other_letters_is_a_repetition(text):
    where = World()
    first = said(where, "where is my money?")
    found = repeat_of(said(where, text))
    assert (found.of, found.nth) == (first.outcome.message_id, 2)
    assert len(where.messages) == 3, "two messages and the receipt"


def test_traditional_and_simplified_characters_are_the_same():
    where = World()
    said(where, "我的轉賬在哪裡")
    assert repeat_of(said(where, "我的转账在哪里")).nth == 2


def test_what_lies_between_is_not_swallowed_and_what_comes_after_still_counts():
    where = World()
    said(where, "where is my money?")
    assert repeat_of(said(where, "it was 250 USDT")) is None
    assert repeat_of(said(where, "where is my money?")).nth == 2


def test_what_was_answered_in_between_is_no_repetition():
    where = World()
    first = said(where, "yes")
    waiting, _ = change_state(where.ticket(first), "waiting", actor="agent:mei", reason=None, now_ms=where.now_ms)
    where.apply([Save(waiting)])
    assert repeat_of(said(where, "yes")) is None
    assert repeat_of(said(where, "yes")).nth == 2


def test_what_may_differ_is_no_repetition():
    where = World()
    said(where, "look at this")
    file = StoredAttachment(id="a1", name="a.png", content_type="image/png", size=1)
    said_again = event("look at this", message_id="f1", **CHAT)
    assert repeat_of(where.take(said_again, attachments=(file,))) is None
    masked = event("[WALLET_ADDRESS]", message_id="f2", **CHAT)
    where.take(masked, findings=("WALLET_ADDRESS",))
    again = msgspec.structs.replace(masked, message_id="f3")
    assert repeat_of(where.take(again, findings=("WALLET_ADDRESS",))) is None


def test_after_a_while_it_is_said_anew():
    where = World()
    said(where, "hello?")
    where.now_ms += 24 * 3_600_000 + 1
    assert repeat_of(said(where, "hello?")) is None


def test_long_texts_that_differ_at_their_end_are_not_the_same():
    where = World()
    long = "transfer " * 3_000
    said(where, long + "one")
    assert repeat_of(said(where, long + "two")) is None
    assert repeat_of(said(where, long + "one")).nth == 2


def test_of_one_sender_only_the_newest_are_compared():
    where = World()
    said(where, *[f"question number {n}" for n in range(9)])
    assert repeat_of(said(where, "question number 0")) is None
    assert repeat_of(said(where, "question number 8")).nth == 2


def test_the_same_of_another_person_is_related_and_never_a_repetition():
    where = World()
    text = "Dear customer, send your coins to this wonderful address and win"
    first = said(where, text)
    other = said(where, text, sender="78")
    assert (other.outcome.ticket_new, repeat_of(other)) == (True, None)
    assert (other.outcome.why.related, other.outcome.why.related_by) == ((first.outcome.ticket_id,), ("text",))


def test_an_edit_of_a_repetition_makes_it_a_message_like_others():
    where = World()
    said(where, "hello?")
    second = said(where, "hello?")
    target = where.messages[second.outcome.message_id].external_id
    said(where, "my card is lost", kind="edit", target_id=target)
    assert msgspec.json.decode(where.messages[second.outcome.message_id].verdict)["repeat"] is None
