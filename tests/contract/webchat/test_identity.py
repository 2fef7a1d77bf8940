"""Who is who on the web chat: tokens, users of the embedding app, and that nobody sees another's words."""

import pytest

from connectors.webchat.frames import AppUser
from connectors.webchat.simulator import Closed
from router.clock import SystemClock, TimedIds
from tests.servers.chat_house import app_user, running_chat, visitor_at


@pytest.mark.parametrize("tampering", ["signature", "visitor", "account", "nonsense", "empty"])
async def test_a_token_that_is_not_ours_opens_nothing(chat, http, house, tampering):
    async with visitor_at(chat, http) as owner:
        await owner.write("private")
    visitor, _, signature = owner.token.rpartition(".")
    forged = {
        "signature": f"{visitor}.{'A' * len(signature)}",
        "visitor": f"{TimedIds(SystemClock()).new()}.{signature}",
        "account": f"{visitor}.{house.keys.sign('webchat-visitor', 'other:' + visitor)}",
        "nonsense": "....",
        "empty": "",
    }[tampering]
    thief = visitor_at(chat, http)
    thief.token, thief.last_seq = forged, 0
    async with thief:
        assert thief.visitor != owner.visitor
        assert not thief.messages


async def test_a_verified_app_user_is_one_person_on_every_device(chat, http, house):
    user = app_user("42", name="Ann", email="ann@example.org")
    async with visitor_at(chat, http, user=user) as phone, visitor_at(chat, http, user=user) as laptop:
        await phone.write("from the phone")
        await laptop.until(lambda v: v.texts("customer") == ["from the phone"])
        assert phone.visitor == laptop.visitor
    (event,) = house.events.values()
    assert event.sender.user_id == "42"
    assert event.sender.verified is True
    assert event.sender.name == "Ann"
    assert event.sender.email is None, "the HMAC covers the id alone; an address beside it would pass for proven"


async def test_a_shared_device_keeps_two_app_users_apart(chat, http):
    async with visitor_at(chat, http, user=app_user("ann")) as ann:
        await ann.write("Ann's secret")
    for user in (app_user("bob"), None, AppUser(user_id="ann")):
        after = visitor_at(chat, http, user=user)
        after.token = ann.token
        async with after:
            assert after.visitor != ann.visitor
            assert not after.messages


async def test_an_unproven_user_id_stays_a_claim(chat, http, house):
    async with visitor_at(chat, http, user=AppUser(user_id="42", email="ann@example.org")) as visitor:
        await visitor.write("hi")
    (event,) = house.events.values()
    assert event.sender.user_id == "42"
    assert event.sender.email == "ann@example.org"
    assert event.sender.verified is None


@pytest.mark.parametrize(
    "user", [app_user("42", secret="x" * 32), AppUser(user_id="42", hmac=""), AppUser(user_id="42", hmac="é")]
)
async def test_an_hmac_that_does_not_hold_is_refused(chat, http, user):
    with pytest.raises(Closed) as refusal:
        await visitor_at(chat, http, user=user).connect()
    assert refusal.value.error.code == "bad_identity"
    assert refusal.value.code == 1008


async def test_without_identity_secret_an_hmac_is_refused(http, house):
    async with running_chat(house) as chat:
        with pytest.raises(Closed) as refusal:
            await visitor_at(chat, http, user=app_user("42")).connect()
        assert "identity_secret" in refusal.value.error.detail


async def test_a_private_link_lets_in_the_visitor_who_brings_it_first(chat, http, house):
    house.invitations["token"] = None
    visitor = visitor_at(chat, http, link="token")
    async with visitor:
        assert visitor.linked is True
        mine = visitor.visitor
        assert mine.startswith("g-")
        assert (await visitor.write("it is me")).outcome == "accepted"
    async with visitor_at(chat, http, link="token") as other:
        assert other.linked is False
        assert other.visitor not in {mine, ""}
    async with visitor:  # a connection that was lost: the same client, the same link
        assert (visitor.linked, visitor.visitor) == (True, mine)
    ((event),) = house.events.values()
    assert event.sender.id == mine


async def test_a_link_that_opens_nothing_leaves_the_visitor_who_they_were(chat, http):
    visitor = visitor_at(chat, http)
    async with visitor:
        token, name = visitor.token, visitor.visitor
    stale = visitor_at(chat, http, link="never made")
    stale.token = token
    async with stale:
        assert (stale.linked, stale.visitor) == (False, name)
        assert visitor.linked is None


async def test_without_its_store_a_link_is_kept_for_later(chat, http, house):
    house.invitations["token"] = None
    house.away = True
    with pytest.raises(Closed) as refusal:
        await visitor_at(chat, http, link="token").connect()
    assert refusal.value.error.code == "try_again"
    assert house.invitations["token"] is None
