"""What proves who wrote, and what is only claimed."""

import pytest

from router.core.identity import read_sender
from tests.unit.core.world import event


def read(channel, sender, **person):
    view = read_sender(event(channel=channel, sender=sender, person=person))
    return {(i.kind, i.value, i.proof) for i in view.proven}, set(view.hints), view.denied


@pytest.mark.parametrize("kind", ["telegram", "x", "facebook", "instagram", "whatsapp"])
def test_a_providers_own_id_proves_unless_the_channel_says_otherwise(kind):
    claimed = {"user_id": "u1", "email": "a@example.org"}
    assert read(kind, "77", **claimed) == (
        {(kind, "77", "provider")},
        {("user_id", "u1"), ("email", "a@example.org")},
        False,
    )
    assert read(kind, "77", verified=True, **claimed) == (
        {(kind, "77", "provider"), ("user_id", "u1", "app")},
        {("email", "a@example.org")},
        False,
    )
    assert read(kind, "77", verified=False, **claimed) == (
        set(),
        {(kind, "77"), ("user_id", "u1"), ("email", "a@example.org")},
        True,
    )


def test_a_mail_proves_its_sender_unless_it_was_forged():
    assert read("email", " Ann@Example.ORG ") == ({("email", "ann@example.org", "mail")}, set(), False)
    assert read("email", "ann@example.org", verified=False) == (set(), {("email", "ann@example.org")}, True)


@pytest.mark.parametrize(("kind", "sender", "key"), [
    ("form", "ann@example.org", ("form", "ann@example.org")),
    ("phone", "+1 415 555 0100", ("phone", "+14155550100")),
])  # fmt: skip
@pytest.mark.parametrize("verified", [None, False])
def test_typed_addresses_and_caller_ids_prove_nothing(kind, sender, key, verified):
    proven, hints, denied = read(kind, sender, verified=verified, user_id="u1")
    assert (proven, denied) == (set(), False)
    assert {key, ("user_id", "u1")} <= hints


def test_a_form_whose_house_vouches_proves_what_was_typed_too():
    proven, hints, _ = read(
        "form", "f-1", verified=True, email="ann@example.org", phone="0041 44 668 18 00", user_id="u1"
    )
    assert proven == {
        ("user_id", "u1", "app"),
        ("form", "f-1", "provider"),
        ("email", "ann@example.org", "app"),
        ("phone", "+41446681800", "app"),
    }
    assert hints == set()


def test_a_verified_app_user_comes_before_the_visitor():
    view = read_sender(event(channel="webchat", sender="v1", person={"user_id": "u1", "verified": True}))
    assert [(i.kind, i.proof) for i in view.proven] == [("user_id", "app"), ("webchat", "visitor")]


def test_blank_claims_are_none():
    assert read("telegram", "77", email=" ", phone="", user_id="  ") == ({("telegram", "77", "provider")}, set(), False)
