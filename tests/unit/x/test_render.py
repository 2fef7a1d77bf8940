"""A reply as calls of X: where it goes, and what never leaves."""

import msgspec
import pytest

from connectors.x.manifest import MANIFEST
from connectors.x.render import (
    FILM_BYTES_MAX,
    GIF_BYTES_MAX,
    POSTS_MAX,
    PUBLIC_CHARS_MAX,
    Part,
    Place,
    Unsendable,
    render,
)
from connectors.x.weigh import POST_WEIGHT_MAX, weight
from router.connector import OutboundAttachment
from tests.servers.x_house import outbound

ANN, POST = "2222222222222222222", "2080765813578191303"
PICTURE, GIF, FILM = (
    OutboundAttachment(name="a", content_type=kind, data=b"x") for kind in ("image/png", "image/gif", "video/mp4")
)


def test_a_private_reply_goes_to_its_person_whole():
    found = render(outbound(ANN, "很" * 5_000))
    assert (found.place, found.parts) == (Place(person=ANN), (Part("很" * 5_000),))


def test_a_public_reply_stands_under_the_post_that_it_answers():
    assert render(outbound(ANN, in_reply_to=POST)).place == Place(post=POST)
    assert render(outbound(ANN, in_reply_to="dm:7", thread=POST)).place == Place(post=POST)


@pytest.mark.parametrize("file", [GIF, FILM])
def test_a_gif_or_a_film_goes_with_the_first_words(file):
    assert render(outbound(ANN, "Look.", attachments=(file,))).parts == (Part("Look.", (file,)),)
    assert render(outbound(ANN, "", attachments=(file,))).parts == (Part("", (file,)),)
    first, *further = render(outbound(ANN, "很" * 300, in_reply_to=POST, attachments=(file,))).parts
    assert (first.files, [part.files for part in further]) == ((file,), [(), ()])


def test_what_is_told_in_a_conversation_of_several_stays_there():
    found = render(outbound(ANN, visibility="public", thread="group:1585094756761149440"))
    assert (found.place, found.place.is_public) == (Place(conversation="1585094756761149440"), False)


@pytest.mark.parametrize(
    "changes",
    [
        {"thread": POST},
        {"thread": "group:15850947567611"},
        {"to": "ann", "thread": "ann"},
        {"visibility": "public"},
        {"visibility": "public", "thread": "nowhere"},
        {"text": "  "},
        {"text": "x" * 10_001},
        {"in_reply_to": POST, "text": "很" * 140 * (POSTS_MAX + 1)},
        {"attachments": (GIF, GIF)},
        {"attachments": (PICTURE, FILM)},
        {"attachments": (msgspec.structs.replace(GIF, data=bytes(GIF_BYTES_MAX + 1)),)},
        {"attachments": (msgspec.structs.replace(FILM, data=bytes(FILM_BYTES_MAX + 1)),)},
        {"attachments": (msgspec.structs.replace(FILM, content_type="video/quicktime"),)},
        {"action": "hide", "target_id": "dm:7"},
        {"action": "hide", "target_id": None},
    ],
)
def test_what_cannot_be_sent_says_why(changes):
    with pytest.raises(Unsendable):
        render(outbound(ANN, **changes))


@pytest.mark.parametrize(
    "text", ["很" * PUBLIC_CHARS_MAX, "很长的一句话。" * 171, "很 " * 600, "很" * 71 + "，" + "很" * 1_100]
)
def test_what_the_house_lets_through_is_never_too_many_posts(text):
    found = render(outbound(ANN, text[:PUBLIC_CHARS_MAX], in_reply_to=POST))
    assert len(found.parts) <= POSTS_MAX
    assert all(weight(part.text) <= POST_WEIGHT_MAX for part in found.parts)


def test_an_account_is_led_to_by_its_own_address():
    from connectors.x.settings import Settings
    from router.model.secret import Secret

    keys = {"consumer_key": "k" * 20, "consumer_secret": "s" * 20, "access_secret": "s" * 20}
    settings = Settings(
        **{name: Secret(value) for name, value in keys.items()}, access_token=Secret(f"4711-{'t' * 30}")
    )
    able = MANIFEST.configured(settings)
    assert able.private_link == "https://twitter.com/messages/compose?recipient_id=4711&text={token}"
