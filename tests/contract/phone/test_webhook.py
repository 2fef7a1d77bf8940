"""Who is heard: signed requests to the address that the provider called."""

import aiohttp
import pytest

from connectors.phone.manifest import MANIFEST
from connectors.phone.signature import signature
from connectors.phone.simulator import Fault
from router.model.errors import Refused
from tests.servers.phone_house import CALLER, LINE, OTHER_SID, OTHER_TOKEN, SID, TOKEN, PhoneHouse, looked, phones

PATHS = (
    "voice", "language", "menu", "rang", "after", "callback", "number", "recorded", "screen", "accepted", "fallback",
    "status", "recording", "transcript", "sms", "sms-status",
)  # fmt: skip


def base(network):
    return network.numbers[LINE].status_url.removesuffix("/status")


@pytest.mark.parametrize("path", PATHS)
async def test_who_is_not_the_provider_is_not_heard(path):
    house = PhoneHouse()
    async with phones(house) as network:
        url = f"{base(network)}/{path}?lang=en&topic=transfer"
        form = {"CallSid": network.sid("CA"), "AccountSid": SID, "From": CALLER, "To": LINE, "CallStatus": "completed",
                "MessageSid": network.sid("SM"), "Body": "hello", "Digits": "9"}  # fmt: skip
        good = signature(TOKEN, url, list(form.items()))
        forged = [
            {"signed": ""},
            {"signed": "AAAA"},
            {"signed": "ü"},
            {"signed": good.lower()},
            {"token": OTHER_TOKEN},
            {"signed": signature(TOKEN, url.replace("topic=transfer", "topic=other"), list(form.items()))},
            {"signed": signature(TOKEN, url, [*form.items(), ("Digits", "1")])},
            {"signed": signature(TOKEN, url.replace("http:", "https:"), list(form.items()))},
        ]
        for how in forged:
            assert (await network.wire.post(SID, url, form, **how)).status == 403
        async with aiohttp.ClientSession() as http, http.post(url, data=form) as answer:
            assert answer.status == 403
        assert house.accepted == []
        assert house.names().count("phone.not_signed") == 1, "said once, with the remedy"
        assert (await network.wire.post(SID, url, form)).status in {200, 204}


async def test_another_account_with_our_own_token_is_not_heard():
    house = PhoneHouse()
    async with phones(house) as network:
        form = {"CallSid": network.sid("CA"), "AccountSid": OTHER_SID, "From": CALLER, "To": LINE}
        assert (await network.wire.post(SID, f"{base(network)}/voice", form)).status == 403


@pytest.mark.parametrize("public", ["https://phone.example", "https://phone.example:8443/support"])
async def test_behind_a_proxy_the_signed_address_is_the_public_one(public):
    house = PhoneHouse()
    async with phones(house, public_url=public) as network:
        form = {"CallSid": network.sid("CA"), "AccountSid": SID, "From": CALLER, "To": LINE}
        seen = f"{public}/channels/phone/default/voice"
        mark = signature(TOKEN, seen, list(form.items()))
        answer = await network.wire.post(SID, f"{base(network)}/voice", form, signed=mark)
        assert answer.status == 200
        assert f'action="{public}/channels/phone/default/language"'.encode() in answer.body
        assert (await network.wire.post(SID, f"{base(network)}/voice", form)).status == 403


async def test_what_is_no_form_is_refused_and_what_is_no_notice_set_aside():
    house = PhoneHouse()
    async with phones(house) as network:
        url = f"{base(network)}/status"
        async with aiohttp.ClientSession() as http:
            for body, status in ((b"\xff\xfe", 400), (b"a" * 300_000, 400), (b"&".join([b"a=1"] * 300), 400)):
                async with http.post(url, data=body, headers={"X-Twilio-Signature": "x"}) as answer:
                    assert answer.status == status
        assert (await network.wire.post(SID, f"{base(network)}/voice", {"AccountSid": SID})).status == 400
        ended = {"AccountSid": SID, "CallSid": "CA1", "CallStatus": "completed"}
        assert (await network.wire.post(SID, url, ended)).status == 204
        assert house.quarantined == 1


async def test_a_document_that_cannot_be_carried_out_would_be_seen():
    """The simulator refuses what the provider refuses: an answer of another house's."""
    house = PhoneHouse()
    async with phones(house) as network:
        network.numbers[LINE].voice_url = f"{base(network)}/status"
        network.numbers[LINE].fallback_url = ""
        call = await network.call(CALLER, LINE)
        assert call.heard == ["We are sorry, an application error has occurred. Goodbye."]
        assert "12300" in network.errors[0]


# --- what nobody told us -------------------------------------------------------------------------------------------


async def test_calls_and_messages_that_found_nobody_are_found_in_the_lists():
    house = PhoneHouse()
    async with phones(house) as network:
        await looked(house, network)
        assert house.accepted == []
        for own in network.numbers.values():
            own.voice_url = own.fallback_url = own.status_url = own.sms_url = "http://127.0.0.1:9/"
        missed = await network.call(CALLER, LINE)
        text = await network.text(CALLER, LINE, "are you there? 你好 👋")
        await looked(house, network)
        assert [event.message_id for event in house.accepted] == [f"{missed.sid}:end", text.sid]
        assert "noted afterwards" in house.accepted[0].text
        assert house.accepted[1].text == "are you there? 你好 👋"
        await looked(house, network)
        assert (len(house.accepted), house.duplicates) == (2, 0)


async def test_a_call_that_was_told_is_not_told_again_by_a_look():
    house = PhoneHouse()
    async with phones(house) as network:
        await looked(house, network)
        call = await network.call(CALLER, LINE)
        await call.hang_up()
        await network.text(CALLER, LINE, "hello")
        await looked(house, network)
        assert len(house.accepted) == 2


@pytest.mark.parametrize("cursor", ["", "soon", "-5", "99999999999999999999"])
async def test_a_cursor_that_cannot_be_right_skips_nothing(cursor):
    house = PhoneHouse()
    async with phones(house) as network:
        house.cursors["ended"] = cursor
        network.numbers[LINE].sms_url = "http://127.0.0.1:9/"
        await network.text(CALLER, LINE, "hello")
        await looked(house, network)
        assert house.texts() == ["hello"]
        assert house.cursors["ended"].isdecimal()


@pytest.mark.parametrize("count", [0, 1, 200, 450])
async def test_lists_of_every_length_are_read_whole_and_in_order(count):
    house = PhoneHouse()
    async with phones(house) as network:
        await looked(house, network)
        for number in range(count):
            network.written(CALLER, LINE, f"number {number}")
        await looked(house, network)
        assert house.texts() == [f"number {number}" for number in range(count)]


async def test_while_the_store_is_away_a_look_moves_nothing():
    house = PhoneHouse()
    async with phones(house) as network:
        await looked(house, network)
        before = house.cursors["ended"]
        network.written(CALLER, LINE, "hello")
        house.unavailable = 1
        await network.connector._look(house)
        assert (house.texts(), house.cursors["ended"]) == ([], before)
        await looked(house, network)
        assert house.texts() == ["hello"]


async def test_backfill_hands_over_what_the_provider_has_without_the_cursor():
    house = PhoneHouse()
    async with phones(house) as network:
        network.numbers[LINE].sms_url = "http://127.0.0.1:9/"
        await network.text(CALLER, LINE, "before we were connected")
        settings = network.connector._settings
        await MANIFEST.backfill(settings, house.context(), house, 0)
        assert (house.texts(), house.cursors) == (["before we were connected"], {})
        network.accounts[SID] = OTHER_TOKEN
        with pytest.raises(Refused, match="refuses the account"):
            await MANIFEST.backfill(settings, house.context(), house, 0)


async def test_trouble_is_told_once_and_what_happened_meanwhile_arrives():
    house = PhoneHouse()
    async with phones(house) as network:
        connector = network.connector
        await connector._look(house)
        network.accounts[SID] = "another token of some length"
        for _ in range(3):
            await connector._look(house)
        assert connector.health().state == "auth_failed"
        network.accounts[SID] = TOKEN
        network.faults["Calls"].extend([Fault(status=429, headers={"Retry-After": "7"}), Fault(status=503)])
        await connector._look(house)
        await connector._look(house)
        assert connector.health().state == "retrying"
        network.written(CALLER, LINE, "hello")
        await connector._look(house)
        assert house.texts() == ["hello"]
        assert house.names() == ["phone.ok", "phone.auth_failed", "phone.retrying", "phone.ok"]
        assert TOKEN not in str(house.logged)
