"""A stormy day on the telephone: callers of every sort, colleagues of every mood, a store that comes and goes, webhooks
that find nobody. In the end every call, recording, alarm and text message is here, once."""

import random

from connectors.phone.simulator import Handset
from tests.servers.phone_house import ADA, CHINESE_LINE, LEE, LINE, MEI, PhoneHouse, looked, phones

CALLS = 250
HOWS = ("answers", "declines", "mailbox", "no-answer", "busy", "failed", "rings")
NOBODY = "http://127.0.0.1:9/"


class Day:
    """Plays it."""

    def __init__(self, house, network, seed) -> None:
        self.house, self.network, self.chance = house, network, random.Random(seed)
        self.alarms = set()

    async def call(self):
        chance, network = self.chance, self.network
        for number in (MEI, LEE, ADA):
            network.handsets[number] = Handset(how=chance.choice(HOWS))
        line = chance.choice((LINE, CHINESE_LINE))
        own = network.numbers[line]
        before = own.voice_url, own.fallback_url, own.status_url
        if chance.random() < 0.1:
            own.status_url = NOBODY
        if chance.random() < 0.05:
            own.voice_url = NOBODY
            own.fallback_url = chance.choice((NOBODY, own.fallback_url))
        caller = chance.choice(("anonymous", f"+4915550{chance.randrange(100):05}"))
        call = await network.call(caller, line)
        own.voice_url, own.fallback_url, own.status_url = before
        while not call.is_over:
            if chance.random() < 0.15:
                self.house.unavailable = chance.randrange(1, 4)
            await self.act(call)
        own.status_url = before[2]

    async def act(self, call):
        chance = self.chance
        if chance.random() < 0.1:
            await call.hang_up()
        elif call.waiting == "colleague":
            await call.colleague(chance.choice(("answers", "no-answer")))
        elif call.waiting == "message":
            if chance.random() < 0.2:
                await call.wait()
            else:
                await call.speak(f"message of {call.sid}", seconds=5, hang_up=chance.random() < 0.5)
        elif chance.random() < 0.2:
            await call.wait()
        else:
            key = chance.choice("1123099")
            before = len(call.heard)
            await call.press(key)
            if any("alarm" in said or "警报" in said for said in call.heard[before:]):
                self.alarms.add(call.sid)


async def test_the_ledgers_are_equal_after_a_stormy_day():
    house = PhoneHouse()
    async with phones(house) as network:
        await looked(house, network)
        day = Day(house, network, 20_261_128)
        for number in range(CALLS):
            house.is_worked = number % 3 != 0
            await day.call()
            if number % 7 == 0:
                if day.chance.random() < 0.3:
                    house.unavailable = 1
                await network.text("+4915550177001", LINE, f"text {number}")
            if number == CALLS // 2:
                network.connector._looker._known._ids.clear()  # as after a restart
        house.unavailable = 0
        await network.connector._webhooks.pay(house)
        await looked(house, network)
        ids = [event.message_id for event in house.accepted]
        assert len(ids) == len(set(ids))
        calls = [event for event in house.accepted if not (event.thread_id or "").startswith("sms:")]
        assert {event.thread_id for event in calls} == set(network.calls)
        assert {one for one in ids if one.startswith("RE") and ":" not in one} == set(network.recordings)
        assert {event.thread_id for event in calls if event.alarm} == day.alarms
        assert {one for one in ids if one.startswith("SM")} == set(network.messages)
        assert house.quarantined == 0
        assert day.alarms
        assert network.recordings
        assert len(network.calls) == CALLS
