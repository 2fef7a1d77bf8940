"""Calls: what callers hear, what they press, who is rung, and what the house is told of it."""

import asyncio

import pytest

from connectors.phone.simulator import Handset
from tests.servers.phone_house import ADA, CALLER, CHINESE_LINE, LEE, LINE, MEI, QUICK, PhoneHouse, phones


def facts(house):
    return [(event.kind, event.message_id.partition(":")[2], event.text) for event in house.accepted]


async def test_a_caller_chooses_a_language_and_a_topic_and_a_colleague_takes_the_call():
    house = PhoneHouse()
    async with phones(house) as network:
        network.handsets[LEE] = Handset(how="answers", talk_s=312)
        call = await network.call(CALLER, LINE)
        assert call.heard == ["For English, press 1.", "中文服务请按 2。"]
        assert call.languages == ["en-US", "zh-CN"]
        await call.press("1")
        assert call.heard[2].startswith("Welcome to support.")
        assert "If somebody is taking your money right now, press 9." in call.heard
        assert "For a transfer, a deposit or a withdrawal, press 1." in call.heard
        assert house.accepted == []
        await call.press("1")
        assert call.rung == [LEE]
        assert call.talked_with == LEE
        assert call.is_over
        assert network.handsets[LEE].heard == [
            "A customer calls support about a transfer, a deposit or a withdrawal. To take the call, press 1."
        ]
        assert facts(house) == [
            ("call", "", "[telephone: a transfer, a deposit or a withdrawal]"),
            ("call", "end", "[taken by Lee]"),
            ("edit", "talked", "[taken by Lee, for 5 min 12 s]"),
        ]
        first = house.accepted[0]
        assert (first.message_id, first.thread_id) == (call.sid, call.sid)
        assert {event.thread_id for event in house.accepted} == {call.sid}
        assert (first.sender.id, first.sender.verified, first.language) == (CALLER, None, "en")
        assert '"topic": "transfer"' in first.ext
        assert house.accepted[2].target_id == f"{call.sid}:end"
        assert network.errors == []


async def test_the_called_number_says_the_language_and_those_who_speak_it_are_rung():
    house = PhoneHouse()
    async with phones(house) as network:
        network.handsets[MEI] = Handset(how="answers")
        call = await network.call(CALLER, CHINESE_LINE)
        assert call.heard[0].startswith("欢迎致电客服")
        await call.press("3")
        assert call.rung == [MEI]
        assert set(call.languages) == {"zh-CN"}
        assert network.handsets[MEI].heard == ["客户来电，事由：疑似诈骗。接听请按 1。"]
        assert (house.accepted[0].subject, house.accepted[0].language) == ("疑似诈骗", "zh")


async def test_colleagues_are_rung_in_turn_and_no_mailbox_takes_the_call():
    house = PhoneHouse()
    async with phones(house) as network:
        network.handsets[LEE] = Handset(how="mailbox")
        network.handsets[ADA] = Handset(how="busy")
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("0")
        assert call.rung == [LEE, ADA], "Mei speaks Chinese"
        assert not call.talked_with
        assert call.heard[-3:] == [
            "All colleagues are on the phone.",
            "To leave a message, press 1.",
            "To be called back, press 2.",
        ]
        await call.hang_up()
        assert facts(house)[-1][1] == "end"
        assert "not taken" in facts(house)[-1][2]


@pytest.mark.parametrize("how", ["declines", "no-answer", "busy", "failed"])
async def test_whatever_a_telephone_does_the_next_one_rings(how):
    house = PhoneHouse()
    async with phones(house) as network:
        network.handsets[LEE] = Handset(how=how)
        network.handsets[ADA] = Handset(how="answers")
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("1")
        assert (call.rung, call.talked_with) == ([LEE, ADA], ADA)


async def test_each_colleague_is_rung_for_a_time_of_their_own():
    house = PhoneHouse()
    agents = [{"name": "Lee", "number": LEE, "ring_seconds": 35}, {"name": "Ada", "number": ADA}]
    async with phones(house, agents=agents, ring_seconds=15) as network:
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("1")
        assert call.rang_s == [35, 15]


async def test_out_of_hours_nobody_is_rung_but_for_an_alarm():
    house = PhoneHouse()
    house.is_worked = False
    async with phones(house, queue="phones") as network:
        network.handsets[LEE] = Handset(how="answers")
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("2")
        assert call.rung == []
        assert "Nobody is at the phones at this time." in call.heard
        assert set(house.asked) == {"phones"}
        await call.press("9")
        assert call.rung == [LEE], "the emergency key works in every menu"
        assert [event.alarm for event in house.accepted][:2] == [False, True]


async def test_the_emergency_key_raises_the_alarm_before_anybody_is_rung():
    house = PhoneHouse()
    async with phones(house, emergency_agents=[{"name": "Duty", "number": ADA}]) as network:
        network.handsets[ADA] = Handset(how="rings")
        call = await network.call(CALLER, LINE)
        await call.press("9")
        (alarm,) = house.accepted
        assert (alarm.message_id, alarm.alarm, alarm.kind) == (f"{call.sid}:alarm", True, "call")
        assert call.heard[-1].startswith("We have raised the alarm.")
        assert (call.waiting, call.rung) == ("colleague", [ADA])
        await call.colleague("answers")
        assert network.handsets[ADA].heard[0].startswith("Alarm.")
        assert call.talked_with == ADA


async def test_an_alarm_that_the_store_did_not_take_rings_all_the_same_and_is_written_later():
    house = PhoneHouse()
    async with phones(house) as network:
        network.handsets[LEE] = Handset(how="answers")
        house.unavailable = 4
        call = await network.call(CALLER, LINE)
        await call.press("9")
        assert call.talked_with == LEE
        assert house.accepted == []
        await network.connector._webhooks.pay(house)
        assert house.accepted[0].message_id == f"{call.sid}:alarm"
        assert house.accepted[0].alarm


async def test_a_store_that_hangs_keeps_no_caller_waiting():
    house = PhoneHouse()
    async with phones(house, timeouts=QUICK | {"note_s": 0.05}) as network:
        network.handsets[LEE] = Handset(how="rings")
        call = await network.call(CALLER, LINE)
        house.hangs = True
        await call.press("9")
        assert (call.waiting, call.rung) == ("colleague", [LEE])
        house.hangs = False
        await call.hang_up()
        assert [event.message_id for event in house.accepted] == [f"{call.sid}:alarm", f"{call.sid}:end"]


class SlowHouse(PhoneHouse):
    """Others have their turn while it writes."""

    async def accept(self, raws, cursor=None):
        await asyncio.sleep(0)
        return await super().accept(raws, cursor)


async def test_what_is_owed_is_written_by_several_at_once_and_nothing_of_it_is_lost():
    house = SlowHouse()
    async with phones(house) as network:
        house.unavailable = 99
        calls = [await network.call(CALLER, LINE) for _ in range(3)]
        for call in calls:
            await call.press("9")
        house.unavailable = 0
        webhooks = network.connector._webhooks
        await asyncio.gather(*(webhooks.pay(house) for _ in range(3)))
        alarms = [event.message_id for event in house.accepted if event.alarm]
        assert alarms == [f"{call.sid}:alarm" for call in calls]


async def test_what_is_owed_beyond_its_bound_is_lost_and_said_so(monkeypatch):
    monkeypatch.setattr("connectors.phone.webhook.OWED_MAX", 2)
    house = PhoneHouse()
    async with phones(house) as network:
        house.unavailable = 99
        calls = [await network.call(CALLER, LINE) for _ in range(3)]
        for call in calls:
            assert "phone.notice_lost" not in house.names()
            await call.press("9")
        assert house.names().count("phone.notice_lost") == 1
        house.unavailable = 0
        await network.connector._webhooks.pay(house)
        assert [event.message_id for event in house.accepted] == [f"{call.sid}:alarm" for call in calls[1:]]


async def test_no_keys_at_all_lead_to_a_person():
    house = PhoneHouse()
    async with phones(house) as network:
        network.handsets[LEE] = Handset(how="answers")
        call = await network.call(CALLER, LINE)
        for _ in range(4):
            await call.wait()
        assert call.talked_with == LEE
        assert house.accepted[0].text == "[telephone]"


async def test_a_key_without_a_meaning_is_asked_for_again():
    house = PhoneHouse()
    async with phones(house) as network:
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("7")
        assert "That key has no meaning here." in call.heard
        assert call.waiting == "keys"
        assert house.accepted == []


async def test_a_call_back_is_noted_before_it_is_promised():
    house = PhoneHouse()
    house.is_worked = False
    async with phones(house) as network:
        call = await network.call(CALLER, LINE)
        for keys in ("1", "1", "2", "3"):
            await call.press(keys)
        assert call.is_over
        assert call.heard[-1] == "Thank you. We will call you between two and six in the afternoon."
        asked = house.accepted[-1]
        assert asked.text == "[call back wanted: between two and six in the afternoon]"
        assert '"callback": "afternoon"' in asked.ext
        again = await network.call(CALLER, LINE)
        for keys in ("1", "1", "2"):
            await again.press(keys)
        house.unavailable = 1
        await again.press("1")
        assert again.heard[-2:] == [
            "We cannot look after your call properly just now.",
            "Please call again in a few minutes.",
        ]


async def test_whoever_withholds_the_number_enters_one_and_is_nobody_known():
    house = PhoneHouse()
    house.is_worked = False
    async with phones(house) as network:
        for caller in ("anonymous", "+266696687"):
            call = await network.call(caller, CHINESE_LINE)
            for keys in ("1", "2", "1"):
                await call.press(keys)
            assert call.heard[-1].startswith("请输入回电号码")
            await call.press("8613800138000#")
            asked = house.accepted[-1]
            assert asked.text == "[call back wanted: 尽快, +8613800138000]"
            assert asked.sender.id.startswith("withheld:CA")
            assert not any(char.isdecimal() for char in asked.sender.id), "no number may be read out of it"
        assert len({event.sender.id for event in house.accepted}) == 2


@pytest.mark.parametrize("typed", ["0049151234567#", "49151234567#"])
async def test_a_number_to_call_has_its_country_or_is_asked_for_again(typed):
    house = PhoneHouse()
    house.is_worked = False
    async with phones(house) as network:
        call = await network.call("anonymous", LINE)
        for keys in ("1", "1", "2", "1"):
            await call.press(keys)
        asked = "Please enter the number to call, with its country code, and then press the hash key."
        assert call.heard[-1] == asked
        await call.press("0151234567#")
        assert call.heard[-1] == asked, "in which country that is nobody knows: +151234567 is somebody else"
        assert not any("call back" in event.text for event in house.accepted)
        await call.press(typed)
        assert house.accepted[-1].text.endswith(", +49151234567]")


async def test_missed_calls_are_told_wherever_the_caller_gave_up():
    house = PhoneHouse()
    async with phones(house) as network:
        network.handsets[LEE] = Handset(how="rings")
        at_once = await network.call(CALLER, LINE)
        await at_once.hang_up()
        while_ringing = await network.call(CALLER, LINE)
        await (await while_ringing.press("1")).press("1")
        assert while_ringing.waiting == "colleague"
        await while_ringing.hang_up()
        ends = [event for event in house.accepted if event.message_id.endswith(":end")]
        assert [event.thread_id for event in ends] == [at_once.sid, while_ringing.sid]
        assert ends[0].text == "[ended after 6 s, not taken]"


async def test_only_the_end_of_a_call_is_told():
    house = PhoneHouse()
    async with phones(house) as network:
        own = network.numbers[LINE]
        form = {"CallSid": network.sid("CA"), "AccountSid": own.account, "From": CALLER, "To": LINE}
        for state, count in (("ringing", 0), ("in-progress", 0), ("completed", 1), ("completed", 1)):
            await network.wire.post(own.account, own.status_url, form | {"CallStatus": state})
            assert len(house.accepted) == count
        assert [status for _, status in network.posts] == [204] * 4


async def test_without_screening_whoever_answers_has_taken_the_call():
    house = PhoneHouse()
    async with phones(house, screen=False) as network:
        network.handsets[LEE] = Handset(how="answers", talk_s=61)
        call = await network.call(CALLER, LINE)
        await (await call.press("1")).press("1")
        assert house.texts()[1:] == ["[taken by Lee]", "[taken by Lee, for 1 min 1 s]"]


@pytest.mark.parametrize(
    ("settings", "keys", "end"),
    [
        ({"callbacks": []}, "11", "message"),
        ({"voicemail": False}, "11", "keys"),
        ({"voicemail": False, "callbacks": []}, "11", "nothing"),
        ({"topics": [], "emergency_key": None}, "1", "keys"),
    ],
)
async def test_what_is_not_configured_is_not_offered(settings, keys, end):
    house = PhoneHouse()
    house.is_worked = False
    async with phones(house, **settings) as network:
        call = await network.call(CALLER, LINE)
        for key in keys:
            await call.press(key)
        assert call.waiting == end
        assert network.errors == []


async def test_a_provider_that_does_not_say_who_was_connected_rings_nobody_after_a_conversation():
    house = PhoneHouse()
    async with phones(house) as network:
        own, sid = network.numbers[LINE], network.sid("CA")
        form = {"CallSid": sid, "AccountSid": own.account, "From": CALLER, "To": LINE, "DialCallDuration": "75"}
        url = f"{own.status_url.removesuffix('/status')}/rang?lang=en&topic=other"
        over = await network.wire.post(own.account, url, form | {"DialCallStatus": "completed"})
        assert b"<Hangup/>" in over.body
        assert house.texts() == ["[taken by Lee]", "[taken by Lee, for 1 min 15 s]"]
        missed = await network.wire.post(own.account, url, form | {"DialCallStatus": "no-answer"})
        assert ADA.encode() in missed.body


async def test_the_name_of_the_line_is_for_the_rules():
    house = PhoneHouse()
    async with phones(house, lines=[{"number": LINE, "name": "main"}, {"number": CHINESE_LINE}]) as network:
        network.handsets[LEE] = Handset(how="answers")
        await (await (await network.call(CALLER, LINE)).press("1")).press("0")
        assert all('"line": "main"' in event.ext for event in house.accepted)
        await (await network.call(CALLER, CHINESE_LINE)).hang_up()
        assert house.accepted[-1].ext is None
