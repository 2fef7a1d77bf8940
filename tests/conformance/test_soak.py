"""Many messages and replies under seeded faults: in the end the provider's ledger is ours, each entry once.

`make soak` plays 100,000; the tests play a few hundred of the same. What one customer says is brought by one courier;
couriers go about at once, as a provider's do.
"""

import asyncio
import os
import random
from collections import Counter

from tests.servers.soak_report import report

EVENTS = int(os.environ.get("SWITCHBOARD_SOAK", "300"))
_ROUND = max(50, EVENTS // 100)
_SEED = 20261128
_COURIERS = 20
_ANSWERED = 5
"""In each round."""
_CUSTOMERS = max(1, EVENTS // 4_000)
"""Of each courier. Nobody says so much that it would be held back as a flood: that is another test's business."""
_FILES = 0.03
"""Of what is said comes with a file, where customers send some."""


async def test_40_the_ledgers_are_equal(house, bench, capsys):
    couriers = [_Courier(bench, number) for number in range(_COURIERS)]
    replies, chance = 0, random.Random(_SEED)
    for round_, start in enumerate(range(0, EVENTS, _ROUND)):
        shares = range(start, min(start + _ROUND, EVENTS))
        await asyncio.gather(*(one.bring(shares[number::_COURIERS]) for number, one in enumerate(couriers)))
        await house.until_decided(sum(len(one.told) for one in couriers))
        answered = chance.sample([one for one in couriers if one.said], _ANSWERED)
        await asyncio.gather(*(one.is_answered(house, f"reply {start}") for one in answered))
        replies += _ANSWERED
        if round_ % 10 == 1:
            await house.restart()
    told = {known: text for one in couriers for known, text in one.told.items()}
    found = await house.inbound()
    assert len(found) == len(told) == EVENTS
    assert dict(found) == told
    assert await house.kept_files() == {known: file for one in couriers for known, file in one.files.items()}
    for one in couriers:
        for customer, texts in one.answers.items():
            await house.until(lambda customer=customer, texts=texts: len(bench.seen(customer)) >= len(texts))
            assert bench.seen(customer) == texts
    assert await house.rows("SELECT id FROM outbox WHERE state IN ('queued', 'sending', 'held', 'dead')") == []
    faults = sum((one.faults for one in couriers), Counter())
    assert faults.total() > 0
    report(capsys, bench.kind, EVENTS, replies, faults)


class _Courier:
    """Brings what its customers say, in order or not, and again where nobody heard that it came."""

    def __init__(self, bench, number):
        self._bench, self._chance = bench, random.Random(_SEED + 1 + number)
        self._customers = [f"c{number}n{each}" for each in range(_CUSTOMERS)]
        self.told, self.files, self.answers = {}, {}, {}
        self.faults = Counter()
        self.said = []

    async def bring(self, events):
        self.said = open_ = [await self._say(number) for number in events]
        while open_:
            size = self._chance.choice((1, 2, 5, 10))
            batch, open_ = open_[:size], open_[size:]
            fault = self._chance.random()
            if fault < 0.2:
                self.faults["unheard"] += 1
                await self._bench.deliver(*batch, together=True, unheard=True)
            if fault > 0.9:
                self.faults["out of order, then again"] += 1
                await self._bench.deliver(*self._chance.sample(batch, len(batch)))
            while not await self._bench.deliver(*batch, together=self._chance.random() < 0.5):
                self.faults["refused"] += 1

    async def _say(self, number):
        customer, text = self._chance.choice(self._customers), f"event {number}"
        said = None
        if self._chance.random() < _FILES:
            file = f"the file of {number}\n".encode() * self._chance.randrange(1, 200)
            said = await self._bench.said_with_file(text, file, customer)
            if said is not None:
                self.files[said.id] = file
        if said is None:
            said = await self._bench.said(text, customer)
        self.told[said.id] = text
        return said

    async def is_answered(self, house, text):
        """Somebody who said something in this round gets an answer; the provider makes trouble once."""
        asked = self._chance.choice(self.said)
        if self._bench.faults:
            fault = self._chance.choice(self._bench.faults)
            self.faults[fault] += 1
            self._bench.fail(fault)
        await house.until_sent(await house.answer(asked, text))
        self.answers.setdefault(asked.customer, []).append(text)
