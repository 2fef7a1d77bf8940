"""What comes in: once, whole, in order, whatever the provider and the line do."""


async def test_06_what_cannot_be_parsed_is_set_aside_and_blocks_nothing(house, bench):
    first, second = await bench.said("before"), await bench.said("after")
    await bench.deliver(first)
    await bench.poison()
    await bench.deliver(second)
    assert await house.until_inbound(2) == [(first.id, "before"), (second.id, "after")]
    ((waiting, sealed),) = await house.rows("SELECT COUNT(*), COUNT(sealed_id) FROM quarantine")
    assert (waiting, sealed) == (1, 1), "kept, and still there to be replayed"


async def test_07_the_same_three_times_is_one(house, bench):
    said, last = await bench.said("hello 你好 👋"), await bench.said("last")
    for _ in range(3):
        assert await bench.deliver(said)
    await bench.deliver(last)
    assert await house.until_inbound(2) == [(said.id, said.text), (last.id, "last")]
    ((tickets,),) = await house.rows("SELECT COUNT(*) FROM tickets")
    assert tickets == 1


async def test_08_the_same_after_a_restart_is_one(house, bench):
    said = await bench.said("hello")
    await bench.deliver(said)
    await house.until_inbound(1)
    await house.restart()
    last = await bench.said("last")
    await bench.deliver(said, last)
    assert await house.until_inbound(2) == [(said.id, "hello"), (last.id, "last")]


async def test_09_the_same_in_another_batch_is_one(house, bench):
    one, two, three = [await bench.said(text) for text in ("one", "two", "three")]
    await bench.deliver(one, two, together=True)
    await bench.deliver(two, three, one, together=True)
    assert sorted(await house.until_inbound(3)) == sorted((said.id, said.text) for said in (one, two, three))


async def test_10_a_batch_of_many_is_as_many(house, bench):
    batch = [await bench.said(f"number {number}", f"c{number % 3}") for number in range(12)]
    assert await bench.deliver(*batch, together=True)
    assert sorted(await house.until_inbound(12)) == sorted((said.id, said.text) for said in batch)


async def test_11_each_customers_messages_keep_their_order(house, bench):
    said = [await bench.said(f"number {number}", f"c{number % 2}") for number in range(20)]
    for one in said:
        await bench.deliver(one)
    found = await house.until_inbound(20)
    for customer in ("c0", "c1"):
        own = {one.id for one in said if one.customer == customer}
        assert [text for known, text in found if known in own] == [one.text for one in said if one.customer == customer]


async def test_12_an_answer_that_nobody_heard_costs_nothing(house, bench):
    said = [await bench.said(f"number {number}") for number in range(3)]
    for one in said:
        await bench.deliver(one, unheard=True)
    assert bench.pulled or await bench.deliver(*said)
    assert sorted(await house.until_inbound(3)) == sorted((one.id, one.text) for one in said)


async def test_13_nothing_is_acknowledged_while_the_store_is_away(house, bench):
    said, last = await bench.said("hello"), await bench.said("last")
    with house.store_away():
        assert await bench.deliver(said) == bench.pulled
        if bench.pulled:
            # The delivery worker writes again and again: once it failed twice, whoever wrote before that failed, too.
            await house.until(lambda: [line["event"] for line in house.log].count("deliver.store_unavailable") >= 2)
        assert await house.rows("SELECT id FROM journal") == []
    for one in (last,) if bench.pulled else (said, last):
        while not await bench.deliver(one):
            pass
    assert await house.until_inbound(2) == [(said.id, "hello"), (last.id, "last")]


async def test_14_who_is_not_the_provider_is_not_heard(house, bench):
    said = await bench.said("hello")
    forged = await bench.forge(said)
    assert forged
    assert not any(forged)
    assert await house.rows("SELECT id FROM journal") == []
    assert await bench.deliver(said)
    assert await house.until_inbound(1) == [(said.id, "hello")]


async def test_16_a_burst_is_taken_whole(house, bench):
    said = [await bench.said(f"number {number}", f"c{number % 10}") for number in range(200)]
    for start in range(0, 200, 50):
        await bench.deliver(*said[start : start + 50], together=True)
    assert sorted(await house.until_inbound(200)) == sorted((one.id, one.text) for one in said)


async def test_19_what_was_said_during_an_outage_arrives(house, bench):
    before = await bench.said("before")
    await bench.deliver(before)
    await house.until_inbound(1)
    missed = [await bench.said(f"number {number}", f"c{number % 5}") for number in range(30)]
    await house.stop()
    taken = await bench.deliver(*missed)
    await house.start()
    if not taken:
        assert await bench.deliver(*missed)
    assert sorted(await house.until_inbound(31)) == sorted((one.id, one.text) for one in (before, *missed))


async def test_35_what_was_said_in_private_is_private(house, bench):
    said = await bench.said("my card is 4111 1111 1111 1111")
    await bench.deliver(said)
    assert await house.until_inbound(1) == [(said.id, "my card is [CARD]")]
    assert await house.rows("SELECT visibility FROM messages") == [("private",)]


async def test_36_two_accounts_know_nothing_of_each_other(two_accounts, bench):
    house = two_accounts
    said = [await bench.said(f"to {account}", "ann", account) for account in ("default", "second")]
    for one in said:
        await bench.deliver(one)
    await house.until_inbound(2)
    found = await house.rows("SELECT account, text FROM messages ORDER BY account")
    assert found == [("default", "to default"), ("second", "to second")]
    ((conversations,),) = await house.rows("SELECT COUNT(DISTINCT conversation_id) FROM messages")
    assert conversations == 2
    for one in said:
        await house.until_sent(await house.answer(one, f"answer of {one.account}"))
    for one in said:
        await house.until(lambda one=one: bench.seen("ann", one.account))
