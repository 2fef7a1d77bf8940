"""A value that was given wrongly and is put right: no other matter."""

import pytest

from router.core.slips import mends
from rules.text import fold
from tests.unit.core.world import World

FIRST = "0x3f9a52cd1be7008fa64c93d21e5b7790ab34cdef8812fe60557d9ab1e04fc21b"
RIGHT = "0x74f19762cdcf07b5ac324969e583854d68b755bac4780e68969eb61b3b8372a0"
MINUTE = 60_000
HOUR = 60 * MINUTE
CHAT = {"channel": "telegram", "sender": "77"}
MAIL = {"channel": "email", "sender": "ann@example.org"}


@pytest.fixture
def world():
    return World()


def say(world, text, number, **where):
    return world.say(text, **(CHAT | where | {"message_id": str(number)})).outcome


@pytest.mark.parametrize(
    ("text", "just_said", "whenever"),
    [
        ("that tx id was wrong", True, True),
        ("I quoted the incorrect reference yesterday", True, True),
        ("the right order number is W20240709", True, True),
        ("昨天发的单号有误", True, True),
        ("正确哈希见下", True, True),
        ("oh no, not that one", True, False),
        ("argh, mistyped", True, False),
        ("抄错了", True, False),
        ("其实是W20240709", True, False),
        ("it went to the wrong address", False, False),
        ("I used the wrong network", False, False),
        ("币打错地址了", False, False),
        ("系统报错", False, False),
        ("链选错了", False, False),
        ("应该是你们卡住了", False, False),
        ("there should be no fee", False, False),
    ],
)
def test_a_slip_is_told_from_a_mistake_that_is_the_matter(text, just_said, whenever):
    assert (mends(fold(text).text, just_said=True), mends(fold(text).text, just_said=False)) == (just_said, whenever)


@pytest.mark.parametrize(
    ("later", "texts"),
    [
        (MINUTE, [f"ugh, wrong one, here: {RIGHT}"]),
        (MINUTE, ["oops, mistyped", RIGHT]),
        (2 * MINUTE, ["啊抄错了", f"{RIGHT}"]),
        (5 * HOUR, [f"The transaction id I gave you is wrong, I need {RIGHT}"]),
        (5 * HOUR, [f"早上给的哈希是错的，麻烦查{RIGHT}"]),
    ],
)
def test_a_value_that_is_put_right_stays_in_its_ticket(world, later, texts):
    first = say(world, f"transfer {FIRST} not arrived", 1)
    world.now_ms += later
    said = [say(world, text, 2 + place) for place, text in enumerate(texts)]
    assert {one.ticket_id for one in said} == {first.ticket_id}
    assert said[-1].why.joined == "correction"
    world.now_ms += 9 * HOUR
    assert say(world, f"is {RIGHT} done?", 9).ticket_id == first.ticket_id


@pytest.mark.parametrize(
    ("later", "text"),
    [
        (MINUTE, f"transfer {RIGHT} not arrived"),
        (MINUTE, f"another one, wrong amount credited: {RIGHT}"),
        (5 * HOUR, f"my mistake, I paid twice: {RIGHT}"),
        (5 * HOUR, f"打错了 {RIGHT}"),
    ],
)
def test_a_second_transaction_is_another_matter(world, later, text):
    first = say(world, f"transfer {FIRST} not arrived", 1)
    world.now_ms += later
    other = say(world, text, 2)
    assert (other.ticket_id != first.ticket_id, other.why.joined_detail) == (True, "transaction_conflict")


def test_what_was_called_wrong_is_not_put_right_by_trouble_with_another(world):
    first = say(world, f"transfer {FIRST} not arrived", 1)
    say(world, "my bad, it was cancelled", 2)
    assert say(world, f"the deposit {RIGHT} failed, too", 3).ticket_id != first.ticket_id


def test_what_is_put_right_is_in_the_ticket_with_a_value_written_to_last(world):
    older = say(world, f"transfer {FIRST} not arrived", 1)
    newer = say(world, "Another question: why is order W20240709 not paid out?", 2)
    other = say(world, "Another question: how do I change my nickname?", 3)
    assert len({older.ticket_id, newer.ticket_id, other.ticket_id}) == 3
    assert say(world, "sorry, wrong order number, it's W20240711", 4).ticket_id == newer.ticket_id
    assert say(world, f"and the hash I gave you was wrong, {RIGHT}", 5).ticket_id == older.ticket_id


def test_a_settled_matter_is_not_put_right(world):
    first = say(world, f"transfer {FIRST} not arrived", 1)
    say(world, "it has arrived, thank you", 2)
    assert say(world, f"wrong hash, it is {RIGHT}", 3).ticket_id != first.ticket_id


def test_a_stranger_puts_nothing_right(world):
    first = say(world, f"transfer {FIRST} not arrived", 1)
    assert say(world, f"wrong hash, it is {RIGHT}", 2, sender="78").ticket_id != first.ticket_id
