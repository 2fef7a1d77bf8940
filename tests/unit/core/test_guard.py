"""The guard: what it blocks, what it holds up, and that it never repeats a value."""

import msgspec
import pytest

from router.core.guard import Concern, inspect
from rules.links import LinkHosts

OURS = LinkHosts.of(["ours.example"])
SECRET = "password: Sunny4711!"


def kinds(concerns):
    return [concern.type for concern in concerns]


def test_what_is_blocked_and_what_is_held():
    text = f"{SECRET}, mail ann@example.org, see https://evil.example, and send us your recovery phrase"
    public = inspect(text, visibility="public", hosts=OURS)
    assert (kinds(public.blocked), public.held) == (["PASSWORD", "EMAIL", "FOREIGN_LINK", "ASKS_SECRET"], ())
    private = inspect(text, visibility="private", hosts=None)
    assert (kinds(private.blocked), kinds(private.held)) == (["ASKS_SECRET"], ["PASSWORD"])
    assert kinds(private.all) == ["PASSWORD", "ASKS_SECRET"]
    assert "Sunny" not in repr(public) + repr(private)


def test_a_yes_holds_for_the_same_place_and_type_alone():
    found = inspect(SECRET, visibility="private", hosts=None)
    assert found.unconfirmed(found.held) == ()
    moved = tuple(msgspec.structs.replace(concern, start=concern.start + 1) for concern in found.held)
    assert found.unconfirmed(moved) == found.held
    assert found.unconfirmed((Concern(field="text", start=0, end=9, type="OTP"),)) == found.held


@pytest.mark.parametrize("text", ["We never ask for your recovery phrase.", "我们绝不会索要助记词", ""])
def test_warnings_pass(text):
    assert inspect(text, visibility="public", hosts=OURS).all == ()


def test_the_words_of_a_phrase_are_no_request():
    text = "我的助记词：振查轟厚讀岩艱阿約目來煮"
    assert kinds(inspect(text, visibility="private", hosts=None).all) == ["SEED_PHRASE"]
    asked = inspect(f"{text}，请把助记词发给我", visibility="private", hosts=None)
    assert kinds(asked.blocked) == ["ASKS_SECRET"]
