"""Who says where they wrote before means what they wrote there, and who only waits the one thing they wait for."""

import pytest

from router.core.elsewhere import wrote_on
from rules.text import fold
from tests.unit.core.world import World

HOUR = 3_600_000
PROVEN = {"user_id": "u1", "verified": True}


@pytest.fixture
def world():
    return World()


def say(world, channel, text):
    return world.say(text, channel=channel, sender=f"{channel}-1", person=PROVEN).outcome


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("As I've explained on WhatsApp, twice", {"whatsapp"}),
        ("Emailed you on Monday", {"email"}),
        ("further to my long e-mail", {"email"}),
        ("给你们写过一封信", {"email"}),
        ("before that I complained on twitter and on facebook messenger, no use", {"x", "facebook"}),
        ("推特也发过,邮件也写了", {"x", "email"}),
        ("表单里已经提过", {"form"}),
        ("在脸书留言过的", {"facebook"}),
        ("a man told me on telegram to send coins", set()),
        ("you mailed me a code", set()),
        ("she wrote to me on facebook", set()),
        ("骗子在电报上发了链接", set()),
        ("please change my email", set()),
        ("邮件收不到", set()),
        ("发了短信验证码没收到", set()),
        ("the code went to my email", set()),
    ],
)
def test_where_they_say_that_they_wrote(text, channels):
    assert wrote_on(fold(text).text) == channels


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("the terminal at the bakery refuses my card", "I told you in the form. Is this how you treat people?"),
        ("K线图是空白的", "表单里早就反映过，今天必须给个说法"),
    ],
)
def test_what_was_written_there_is_meant_in_whatever_words(world, first, again):
    asked = say(world, "form", first)
    world.now_ms += 5 * HOUR
    assert say(world, "webchat", again).ticket_id == asked.ticket_id


def test_another_order_is_another_matter_wherever_they_wrote_before(world):
    asked = say(world, "form", "order W20240709 was never paid out to my bank")
    world.now_ms += 5 * HOUR
    assert say(world, "webchat", "I asked in the form about order W20240711").ticket_id != asked.ticket_id


@pytest.mark.parametrize(
    "waits",
    [
        "Is anybody going to look at this today?",
        "no reply for days now",
        "请问什么时候才能处理",
        "等两天了，没有人理",
        "人呢，还要等多久",
    ],
)
def test_who_waits_and_names_nothing_means_the_only_open_ticket(world, waits):
    settled = say(world, "form", "how do I change my nickname?")
    say(world, "form", "found it, thank you")
    asked = say(world, "form", "Another question: the terminal at the bakery refuses my card")
    assert asked.ticket_id != settled.ticket_id
    world.now_ms += 5 * HOUR
    assert say(world, "webchat", waits).ticket_id == asked.ticket_id


@pytest.mark.parametrize(
    "says", ["how long does a withdrawal take?", "when do cards arrive", "多久到账", "有没有活动", "在吗"]
)
def test_who_names_something_or_waits_for_nothing_is_not_waiting_for_it(world, says):
    asked = say(world, "form", "the K line chart is a grey box")
    world.now_ms += 5 * HOUR
    assert say(world, "webchat", says).ticket_id != asked.ticket_id
