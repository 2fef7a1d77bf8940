"""A provider that gives two messages one id: each is sent once, and known to be."""

from connectors.api.simulator import Fault
from tests.conformance.benches.api import ApiBench
from tests.conformance.house import House


async def test_what_was_taken_is_sent_even_if_its_id_is_anothers(tmp_path):
    bench = ApiBench()
    await bench.open(tmp_path)
    house = House(tmp_path, bench, ["default"])
    await house.start()
    try:
        said = await bench.said("where is my transfer?")
        assert await bench.deliver(said)
        await house.until_decided(1)
        for text in ("we look into it", "it has arrived"):
            bench._receiver.faults.append(Fault(take=True, body=b'{"id": "the same"}'))
            await house.until_sent(await house.answer(said, text))
        assert bench.seen("ann") == ["we look into it", "it has arrived"]
        known = await house.rows("SELECT external_id FROM messages WHERE kind = 'reply' ORDER BY id")
        assert known == [("the same",), (None,)]
        assert [line["event"] for line in house.log if line["event"] == "deliver.id_taken"] == ["deliver.id_taken"]
    finally:
        await house.stop()
        await bench.close()
