"""Messages that callers leave: the recording fetched at once from the provider alone, the transcript as any text."""

import asyncio

import pytest

from connectors.phone.simulator import Fault
from connectors.phone.simulator.network import AUDIO
from router.model.limits import ATTACHMENT_BYTES_MAX
from tests.servers.phone_house import CALLER, CHINESE_LINE, LINE, QUICK, SID, PhoneHouse, looked, phones


async def at_the_tone(network, line=LINE):
    """A caller out of hours who has asked to leave a message."""
    call = await network.call(CALLER, line)
    for keys in ("1", "1", "1") if line == LINE else ("1", "1"):
        await call.press(keys)
    assert call.waiting == "message"
    return call


def closed_house():
    house = PhoneHouse()
    house.is_worked = False
    return house


async def test_a_message_comes_with_its_recording_and_then_its_transcript():
    house = closed_house()
    async with phones(house) as network:
        call = await at_the_tone(network)
        await call.speak("I sent 40 USDT to the wrong network", seconds=42)
        assert call.heard[-1] == "Thank you, we have your message. Goodbye."
        message, transcript = house.accepted[-2:]
        (recording,) = network.recordings
        assert (message.message_id, message.text) == (recording, "[voicemail, 42 s]")
        (file,) = message.attachments
        assert (file.content_type, file.data) == ("audio/mpeg", AUDIO)
        assert (transcript.kind, transcript.target_id) == ("edit", recording)
        assert transcript.text == "[voicemail, written down by a machine]\nI sent 40 USDT to the wrong network"
        assert (transcript.thread_id, transcript.language) == (call.sid, "en")
        assert (network.refusals, network.errors) == ([], [])


async def test_whoever_hangs_up_while_speaking_has_left_a_message_too():
    house = closed_house()
    async with phones(house) as network:
        await (await at_the_tone(network)).speak("please call", seconds=5, hang_up=True)
        kinds = [event.message_id[:2] for event in house.accepted]
        assert kinds.count("RE") == 2


async def test_nothing_said_is_no_message():
    house = closed_house()
    async with phones(house) as network:
        call = await (await at_the_tone(network)).wait()
        assert call.heard[-1] == "We did not hear anything. Goodbye."
        assert "not taken" in house.accepted[-1].text


async def test_what_the_provider_cannot_write_down_is_not_asked_for():
    house = closed_house()
    async with phones(house) as network:
        await (await at_the_tone(network, CHINESE_LINE)).speak("转账没到", seconds=9)
        assert [url.rpartition("/")[2].partition("?")[0] for url, _ in network.posts][-1] == "recording"
        assert house.accepted[-1].text == "[voicemail, 9 s]"
    house = closed_house()
    async with phones(house) as network:
        before = await at_the_tone(network)
        await before.speak("", seconds=9)  # a transcript that failed
        assert network.posts[-1][1] == 204
        assert house.accepted[-1].text == "[voicemail, 9 s]"
    house = closed_house()
    async with phones(house, voicemail_seconds=300) as network:
        await (await at_the_tone(network)).speak("long", seconds=299)
        assert (house.accepted[-1].text, network.errors) == ("[voicemail, 4 min 59 s]", [])


@pytest.mark.parametrize("fault", [Fault(status=404), Fault(status=503), Fault(how="reset_before")])
async def test_a_recording_that_is_not_ready_is_asked_for_again(fault):
    house = closed_house()
    async with phones(house) as network:
        call = await at_the_tone(network)
        network.faults["Audio"].extend([fault, fault])
        await call.speak(seconds=3)
        assert house.accepted[-1].attachments[0].data == AUDIO


@pytest.mark.parametrize(
    ("faults", "audio", "why"),
    [
        ([Fault(status=404)] * 4, AUDIO, "answered 404"),
        ([Fault(status=403)], AUDIO, "answered 403"),
        ([Fault(status=302, headers={"Location": "http://169.254.169.254/latest"})], AUDIO, "answered 302"),
        ([], b"\0" * (ATTACHMENT_BYTES_MAX + 1), "larger than 25 MB"),
    ],
)
async def test_a_recording_that_cannot_be_had_is_told_and_the_message_arrives(faults, audio, why):
    house = closed_house()
    async with phones(house) as network:
        call = await at_the_tone(network)
        network.faults["Audio"].extend(faults)
        await call.speak(seconds=3, audio=audio)
        message = house.accepted[-1]
        assert (message.attachments, message.message_id[:2]) == ((), "RE")
        assert why in message.text
        assert message.message_id in message.text, "so that it can be asked for at the provider"
        assert "phone.file_not_fetched" in house.names()


async def test_the_token_goes_nowhere_but_to_the_provider():
    """The address of a recording is made from its id, whatever stands in the notice."""
    house = closed_house()
    async with phones(house) as network:
        own = network.numbers[LINE]
        recording, call = network.sid("RE"), network.sid("CA")
        form = {
            "AccountSid": SID, "CallSid": call, "From": CALLER, "RecordingSid": recording, "RecordingDuration": "3",
            "RecordingUrl": "http://169.254.169.254/latest/meta-data",
        }  # fmt: skip
        url = own.status_url.replace("/status", "/recording")
        assert (await network.wire.post(SID, url, form)).status == 204
        assert "answered 404" in house.accepted[-1].text
        for bad in ("RE1", f"{recording}/../../x", "../Messages"):
            assert (await network.wire.post(SID, url, form | {"RecordingSid": bad})).status == 204
        assert house.quarantined == 3
        assert network.refusals == ["404 20404: The requested resource was not found"] * 4


async def test_transcript_and_recording_in_any_order_lose_neither():
    house = closed_house()
    async with phones(house) as network:
        call, recording = network.sid("CA"), network.sid("RE")
        base = network.numbers[LINE].status_url.removesuffix("/status")
        common = {"AccountSid": SID, "CallSid": call, "From": CALLER, "To": LINE, "RecordingSid": recording}
        written = common | {"TranscriptionStatus": "completed", "TranscriptionText": "wrong network"}
        for _ in range(2):
            await network.wire.post(SID, f"{base}/transcript?lang=en", written)
            await network.wire.post(SID, f"{base}/recording?lang=en", common | {"RecordingDuration": "3"})
        assert [event.message_id for event in house.accepted] == [f"{recording}:transcript", recording]


async def test_while_the_store_is_away_a_recording_stays_at_the_provider_and_is_found_there():
    house = closed_house()
    async with phones(house, delete_recordings=True) as network:
        await looked(house, network)
        call = await at_the_tone(network)
        before = len(house.accepted)
        house.unavailable = 5
        await call.speak("hello", seconds=7)
        house.unavailable = 0
        assert 503 in [status for _, status in network.posts]
        assert network.recordings
        await looked(house, network)
        (recording,) = network.recordings
        found = {event.message_id: event for event in house.accepted[before:]}
        assert list(found) == [f"{call.sid}:end", recording]
        assert found[recording].attachments[0].data == AUDIO


async def test_a_recording_whose_call_was_deleted_there_holds_up_no_other():
    house = closed_house()
    async with phones(house) as network:
        await looked(house, network)
        before = house.cursors["ended"]
        house.unavailable = 99
        first, second = await at_the_tone(network), await at_the_tone(network)
        await first.speak("hello", seconds=7)
        await second.speak("and me", seconds=8)
        house.unavailable = 0
        del network.calls[first.sid]
        await looked(house, network)
        assert "[voicemail, 8 s]" in "\n".join(filter(None, house.texts()))
        assert house.cursors["ended"] != before
        assert "phone.recording_of_nobody" in house.names()


async def test_recordings_are_deleted_there_once_they_are_here():
    house = closed_house()
    async with phones(house, delete_recordings=True) as network:
        await (await at_the_tone(network)).speak("hello", seconds=7)
        assert house.accepted[-1].kind == "edit"
        assert network.recordings == {}, "after its transcript"
        await (await at_the_tone(network, CHINESE_LINE)).speak("你好", seconds=7)
        assert network.recordings == {}, "at once, where no transcript comes"
        network.faults["Delete"].append(Fault(status=503))
        await (await at_the_tone(network, CHINESE_LINE)).speak("你好", seconds=7)
        assert len(network.recordings) == 1
        assert "phone.recording_not_deleted" in house.names()


async def test_an_answer_that_comes_too_late_leads_to_the_fallback_and_nothing_is_asked_twice():
    house = PhoneHouse()
    async with phones(house, timeouts=QUICK | {"note_s": 0.6}) as network:
        assert network.patience_s == 15
        network.patience_s = 0.3
        call = await network.call(CALLER, LINE)
        house.hangs = True
        await call.press("9")
        assert call.heard[-1].startswith("Please speak after the tone")
        assert [url.rpartition("/")[2].partition("?")[0] for url, _ in network.posts] == [
            "voice",
            "language",
            "fallback",
        ]
        while not network.connector._webhooks.owed:
            await asyncio.sleep(0.02)
        house.hangs = False
        await call.hang_up()
        assert [event.message_id for event in house.accepted] == [f"{call.sid}:alarm", f"{call.sid}:end"]


async def test_nobody_there_leads_to_the_fallback_which_takes_a_message_without_the_store():
    house = PhoneHouse()
    async with phones(house) as network:
        network.numbers[LINE].voice_url = "http://127.0.0.1:9/voice"
        house.unavailable = 1
        call = await network.call(CALLER, LINE)
        assert call.heard[:2] == [
            "We cannot look after your call properly just now.",
            "抱歉，目前无法正常处理您的来电。",
        ]
        assert call.waiting == "message"
        await call.speak("everything is down", seconds=4)
        assert house.accepted[-2].text == "[voicemail, 4 s]"
        network.numbers[LINE].fallback_url = "http://127.0.0.1:9/fallback"
        lost = await network.call(CALLER, LINE)
        assert lost.heard == ["We are sorry, an application error has occurred. Goodbye."]
        assert house.accepted[-1].message_id == f"{lost.sid}:end", "the end of the call is told all the same"
