"""Answering a public post in private: by which way, until when, how long, and what a link adds to a text."""

import msgspec
import pytest

from router.core.private_answers import LINK_CHARS_MAX, Doors, check_text, refused_because, with_link
from router.model.capabilities import PrivateAnswer
from router.model.errors import Refused
from tests.unit.core.world import NOW, World

DAY_S = 86_400
ONCE = Doors(answer=PrivateAnswer(once=True, window_s=7 * DAY_S, units_max=20), links=True)
ALWAYS, LINKS, NONE = Doors(answer=PrivateAnswer(is_sure=False)), Doors(links=True), Doors()


@pytest.fixture
def post():
    world = World()
    return world.messages[world.say("where is it?", channel="x", visibility="public").outcome.message_id]


@pytest.mark.parametrize(
    ("way", "doors", "is_answered", "late_ms", "expected"),
    [
        ("answer", ONCE, False, 0, ""),
        ("answer", ONCE, True, 0, "answered_privately"),
        ("answer", ONCE, False, 7 * DAY_S * 1_000 - 1, ""),
        ("answer", ONCE, False, 7 * DAY_S * 1_000, "private_window_closed"),
        ("link", ONCE, True, 9 * DAY_S * 1_000, ""),
        ("answer", ALWAYS, True, 9 * DAY_S * 1_000, ""),
        ("link", ALWAYS, False, 0, "channel_cannot"),
        ("answer", LINKS, False, 0, "channel_cannot"),
        ("answer", NONE, False, 0, "channel_cannot"),
    ],
)
def test_each_way_has_its_own_bounds(post, way, doors, is_answered, late_ms, expected):
    at_ms = post.sent_at_ms + late_ms
    assert refused_because(way, doors, post, at_ms, is_answered=is_answered) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"visibility": "private"}, "not_public"),
        ({"kind": "reply"}, "not_public"),
        ({"state": "deleted"}, "post_gone"),
        ({"external_id": None}, "channel_cannot"),
    ],
)
def test_what_is_no_post_any_more_is_not_answered_so(post, changes, expected):
    assert refused_because("link", LINKS, msgspec.structs.replace(post, **changes), NOW, is_answered=False) == expected


def test_a_text_fits_the_networks_answer_and_leaves_room_for_a_link():
    check_text("answer", ONCE, "👋" * 10, text_max=9, files=0)
    with pytest.raises(Refused, match="22 UTF-16 units; this answer takes 20"):
        check_text("answer", ONCE, "👋" * 11, text_max=None, files=0)
    check_text("link", LINKS, "x" * 50, text_max=50 + LINK_CHARS_MAX, files=0)
    with pytest.raises(Refused, match="51 characters; with a link behind it this channel takes 50"):
        check_text("link", LINKS, "x" * 51, text_max=50 + LINK_CHARS_MAX, files=0)
    with pytest.raises(Refused, match="carries no files"):
        check_text("link", LINKS, "x", text_max=None, files=1)


def test_a_link_stands_where_its_blank_is_else_behind_the_text():
    assert with_link("Write to us:") == "Write to us:\n{{private_link}}"
    assert with_link("Here: {{private_link}}, please") == "Here: {{private_link}}, please"
