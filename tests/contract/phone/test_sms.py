"""Text messages: in once and whole, out once, and what may have arrived is looked for and never sent again blindly."""

import pytest

from connectors.phone.simulator import Fault
from router.connector import AuthFailed, Rejected, Retry, Sent, Unknown
from tests.servers.phone_house import (
    CALLER,
    LINE,
    OTHER_TOKEN,
    QUICK,
    SID,
    TOKEN,
    PhoneHouse,
    looked,
    outbound,
    phones,
    running,
)

BUSY = Fault(status=429, headers={"Retry-After": "7"}, body=b"{}", content_type="application/json")


async def test_a_text_message_is_one_however_often_it_is_brought():
    house = PhoneHouse()
    async with phones(house) as network:
        row = network.written(CALLER, LINE, "hello 你好 👋\nשלום")
        for _ in range(3):
            assert (await network.bring(row)).status == 200
        (event,) = house.accepted
        assert (event.message_id, event.thread_id, event.text) == (row.sid, f"sms:{CALLER}", "hello 你好 👋\nשלום")
        assert (event.sender.id, event.sender.verified, event.visibility) == (CALLER, None, "private")
        assert (await network.bring(row)).body == b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


async def test_pictures_come_with_it_and_from_the_provider_alone():
    house = PhoneHouse()
    async with phones(house) as network:
        row = network.written(CALLER, LINE, "see", media=[b"\x89PNG one", b"\x89PNG two"])
        await network.bring(row)
        assert [(file.name, file.data) for file in house.accepted[0].attachments] == [
            ("picture-1.png", b"\x89PNG one"),
            ("picture-2.png", b"\x89PNG two"),
        ]
        for address in (
            "http://169.254.169.254/latest",
            f"{network.url}.evil.example/x",
            f"{network.url}/2010-04-01/x",
        ):
            other = network.written(CALLER, LINE, "")
            form = network.form_of(other) | {"NumMedia": "1", "MediaUrl0": address, "MediaContentType0": "text/html"}
            await network.wire.post(SID, network.numbers[LINE].sms_url, form)
            assert house.accepted[-1].text == "[picture-1: could not be fetched (its address is not the provider's)]"
        many = network.form_of(network.written(CALLER, LINE, "x")) | {"NumMedia": "999"}
        await network.wire.post(SID, network.numbers[LINE].sms_url, many)
        assert house.accepted[-1].text.count("could not be fetched") == 10


async def test_while_the_store_is_away_a_text_message_is_not_acknowledged_and_is_found_later():
    house = PhoneHouse()
    async with phones(house) as network:
        await looked(house, network)
        row = network.written(CALLER, LINE, "hello")
        house.unavailable = 1
        assert (await network.bring(row)).status == 503
        await looked(house, network)
        assert house.texts() == ["hello"]


async def test_a_reply_arrives_once_and_what_becomes_of_it_is_told():
    house = PhoneHouse()
    async with phones(house) as network:
        sent = await network.connector.send(outbound(text="We found it. 找到了 👍"))
        assert isinstance(sent, Sent)
        assert network.inbox(CALLER) == ["We found it. 找到了 👍"]
        row = network.messages[sent.provider_id]
        await network.deliver(row, "queued", "sent", "delivered", "delivered")
        assert [(event.kind, event.target_id, event.delivery) for event in house.accepted] == [
            ("receipt", row.sid, "sent"),
            ("receipt", row.sid, "delivered"),
        ]
        await network.deliver(row, "undelivered", error="30003")
        assert house.accepted[-1].delivery_detail == "the provider says undelivered, error 30003"
        assert house.accepted[-1].delivery == "failed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"to": "withheld:CA1"}, "withheld"),
        ({"to": "anonymous"}, "withheld"),
        ({"text": "x" * 1_601}, "1 to 1600"),
        ({"text": "  "}, "1 to 1600"),
        ({"visibility": "public"}, "nothing public"),
        ({"action": "hide", "target_id": "x"}, "nothing public"),
    ],
)
async def test_what_cannot_be_a_text_message_never_leaves(changes, why):
    house = PhoneHouse()
    async with phones(house) as network:
        outcome = await network.connector.send(outbound(**changes))
        assert isinstance(outcome, Rejected)
        assert why in outcome.reason
        assert (network.messages, network.refusals) == ({}, [])


async def test_without_a_number_that_writes_customers_are_called_back():
    house = PhoneHouse()
    async with phones(house, sms_from=None) as network:
        outcome = await network.connector.send(outbound())
        assert isinstance(outcome, Rejected)
        assert "call the customer back" in outcome.reason


async def test_what_the_provider_refuses_for_good_is_told_with_its_code():
    house = PhoneHouse()
    async with phones(house) as network:
        network.unreachable.add(CALLER)
        landline = await network.connector.send(outbound())
        network.stopped.add("+15551230000")
        stopped = await network.connector.send(outbound("+15551230000"))
        assert [type(one) for one in (landline, stopped)] == [Rejected, Rejected]
        assert "21614" in landline.reason
        assert "21610" in stopped.reason


async def test_every_end_of_a_send_has_its_outcome():
    house = PhoneHouse()
    async with phones(house) as network:
        for fault, kind, copies in (
            (BUSY, Retry, 0),
            (Fault(status=429), Retry, 0),
            (Fault(status=503), Unknown, 0),
            (Fault(how="reset_before"), Unknown, 0),
            (Fault(how="reset_after"), Unknown, 1),
            (Fault(status=200, body=b"<html>"), Unknown, 0),
            (Fault(status=403, body=b"{}"), AuthFailed, 0),
            (Fault(status=403, body=b'{"code": 20003, "message": "Authenticate"}'), AuthFailed, 0),
            (Fault(status=403, body=b'{"code": 21608, "message": "The number is unverified."}'), Rejected, 0),
        ):
            network.faults["Send"].append(fault)
            before = len(network.inbox(CALLER))
            outcome = await network.connector.send(outbound())
            assert isinstance(outcome, kind), fault
            assert len(network.inbox(CALLER)) - before == copies
            assert TOKEN not in str(outcome)
        assert (await network.connector.send(outbound())).provider_id
        network.faults["Send"].append(BUSY)
        assert (await network.connector.send(outbound())).after_s == 7


async def test_no_answer_in_time_may_be_a_delivery():
    async with phones(PhoneHouse(), timeouts=QUICK | {"call_s": 0.3}) as network:
        network.faults["Send"].append(Fault(how="silence"))
        assert isinstance(await network.connector.send(outbound()), Unknown)
        assert network.inbox(CALLER) == []


async def test_what_may_have_arrived_is_looked_for():
    house = PhoneHouse()
    async with phones(house) as network:
        now_ms = house.clock.now_ms()
        network.faults["Send"].append(Fault(how="reset_after"))
        lost = outbound(text="one", created_at_ms=now_ms)
        assert isinstance(await network.connector.send(lost), Unknown)
        assert isinstance(await network.connector.reconcile(lost), Sent)
        never = outbound(text="two", created_at_ms=now_ms)
        assert isinstance(await network.connector.reconcile(never), Unknown)
        earlier = outbound(text="one", created_at_ms=now_ms + 3_600_000)
        assert isinstance(await network.connector.reconcile(earlier), Unknown), "an equal text of another time"
        network.accounts[SID] = OTHER_TOKEN
        assert isinstance(await network.connector.reconcile(lost), AuthFailed)
        assert network.inbox(CALLER) == ["one"]


async def test_the_same_words_twice_are_two_messages_when_one_is_looked_for():
    house = PhoneHouse()
    async with phones(house) as network:
        now_ms = house.clock.now_ms()
        first = outbound(text="Yes.", created_at_ms=now_ms)
        sent = await network.connector.send(first)
        second = outbound(text="Yes.", id="o2", key="key-2", message_id="m2", created_at_ms=now_ms + 1_000)
        network.faults["Send"].append(Fault(how="reset_before"))
        assert isinstance(await network.connector.send(second), Unknown)
        assert isinstance(await network.connector.reconcile(second), Unknown), "what is there is the first one"
        network.faults["Send"].append(Fault(how="reset_after"))
        assert isinstance(await network.connector.send(second), Unknown)
        found = await network.connector.reconcile(second)
        assert isinstance(found, Sent)
        assert found.provider_id != sent.provider_id
        assert await network.connector.reconcile(second) == found, "it may be asked for again"
        assert await network.connector.reconcile(first) == sent


async def test_check_says_whose_account_it_is_or_what_is_wrong():
    house = PhoneHouse()
    async with phones(house) as network:
        connector = network.connector
        assert ((await connector.check()).state, (await connector.check()).detail) == ("ok", "Wallet support")
        network.accounts[SID] = OTHER_TOKEN
        refused = await connector.check()
        assert refused.state == "auth_failed"
        assert TOKEN not in refused.detail
        network.accounts[SID] = TOKEN
        network.faults["Account"].append(Fault(body=b"<html>"))
        assert (await connector.check()).state == "retrying"
        await network.stop()
        assert (await connector.check()).state == "retrying"


async def test_stopping_leaves_nothing_behind():
    house = PhoneHouse()
    async with phones(house) as network:
        for number in range(1, 4):
            async with running(house, network):
                await house.until(lambda number=number: house.names().count("phone.ok") == number)
        assert house.names().count("phone.stopped") == 3


async def test_what_is_owed_is_written_without_anybody_calling_again():
    house = PhoneHouse()
    async with phones(house) as network, running(house, network):
        await house.until(lambda: "phone.ok" in house.names())
        house.unavailable = 1
        call = await network.call(CALLER, LINE)
        await call.press("9")
        await house.until(lambda: any(event.alarm for event in house.accepted))
