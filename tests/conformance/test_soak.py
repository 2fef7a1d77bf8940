"""Many messages and replies under seeded faults: in the end the provider's ledger is ours, each entry once.

`make soak` plays 100,000; the tests play a few hundred of the same.
"""

import os
import random

EVENTS = int(os.environ.get("SWITCHBOARD_SOAK", "300"))
_ROUND = max(50, EVENTS // 100)
_SEED = 20261128


async def test_40_the_ledgers_are_equal(house, bench):
    chance = random.Random(_SEED)
    told: dict[str, str] = {}
    ours: dict[str, list[str]] = {}
    for start in range(0, EVENTS, _ROUND):
        said = [
            await bench.said(f"event {number}", f"c{chance.randrange(20)}")
            for number in range(start, min(start + _ROUND, EVENTS))
        ]
        told |= {one.id: one.text for one in said}
        open_ = list(said)
        while open_:
            size = chance.choice((1, 2, 5, 10))
            batch, open_ = open_[:size], open_[size:]
            fault = chance.random()
            if fault < 0.2:
                await bench.deliver(*batch, together=True, unheard=True)
            if fault > 0.9:
                await bench.deliver(*chance.sample(batch, len(batch)))
            while not await bench.deliver(*batch, together=chance.random() < 0.5):
                pass
        await house.until_decided(len(told))
        asked = chance.choice(said)
        text = f"reply {start}"
        if bench.faults:
            bench.fail(chance.choice(bench.faults))
        await house.until_sent(await house.answer(asked, text))
        ours.setdefault(asked.customer, []).append(text)
        if start == _ROUND:
            await house.restart()
    assert dict(await house.inbound()) == told
    assert len(await house.inbound()) == len(told) == EVENTS
    for customer, texts in ours.items():
        await house.until(lambda customer=customer, texts=texts: len(bench.seen(customer)) >= len(texts))
        assert bench.seen(customer) == texts
    assert await house.rows("SELECT id FROM outbox WHERE state IN ('queued', 'sending', 'held', 'dead')") == []
