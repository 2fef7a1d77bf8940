"""What goes out: once, in order, with an outcome that somebody sees, whatever the provider answers."""

from collections import Counter

from router.model.buttons import Button


async def asked(house, bench, *customers):
    """Customers who have written, each with what they said."""
    said = [await bench.said(f"a question of {customer}", customer) for customer in customers]
    for one in said:
        await bench.deliver(one)
    await house.until_inbound(len(said))
    return said


async def seen(house, bench, customer, *texts):
    """Wait until the customer sees these, and nothing else."""
    await house.until(lambda: len(bench.seen(customer)) >= len(texts))
    assert bench.seen(customer) == list(texts)


async def test_20_an_answer_is_there_once_and_has_its_id(house, bench):
    (ann,) = await asked(house, bench, "ann")
    texts = ["Hello Ann 你好 👋", "and one more"]
    for text in texts:
        _, error, attempts, _ = await house.until_sent(await house.answer(ann, text))
        assert (error, attempts) == (None, 1)
    await seen(house, bench, "ann", *texts)


OFFERED = (
    Button(label="Yes", says="Yes"),
    Button(label="Status", url="https://example.com/status"),
    Button(label="什么都没有到账", says="我的充值没有到账，订单里也看不到，请帮我查一下好吗，谢谢"),
    Button(label="A label that is longer than some have room for", says="No"),
    Button(label="Refund", says="I want my money back"),
)


async def test_20_buttons_are_shown_or_told_and_none_is_dropped(house, bench):
    (ann,) = await asked(house, bench, "ann")
    message_id = await house.offer(ann, "What is it about?", *OFFERED)
    await house.until_sent(message_id)
    await house.until(lambda: bench.seen("ann"))
    (text,), shown = bench.seen("ann"), bench.buttons("ann")
    assert text.startswith("What is it about?")
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    told = [f"- {each.label}" + (f": {each.url or each.says}" if each.says != each.label else "") for each in OFFERED]
    native = [told[at] for at, each in enumerate(OFFERED) if (each.label, each.url or each.says) in shown]
    assert sorted([*lines, *native]) == sorted(told), "each once, as a button or as a line"
    assert bool(native) == (bench.manifest.capabilities.buttons is not None)


async def test_20_who_writes_and_what_was_read_is_shown_where_the_channel_can(house, bench):
    (ann,) = await asked(house, bench, "ann")
    able = bench.manifest.capabilities.signals
    for kind in ("typing", "read"):
        await house.signal(ann, kind)
    if "typing" in able:
        await house.until(lambda: bench.sees_typing("ann"))
    if "read" in able:
        await house.until(lambda: bench.seen_up_to("ann") == ann.id)
    await house.until_sent(await house.answer(ann, "for Ann"))
    await seen(house, bench, "ann", "for Ann")
    assert not bench.sees_typing("ann"), "the answer ends it"
    assert bench.seen_up_to("ann") == (ann.id if "read" in able else None)
    (channel,) = house.app.channels.all()
    assert hasattr(channel.connector, "signal") == bool(able), "whoever names signals has the method"


async def test_20_a_signal_that_fails_costs_no_answer_anything(house, bench):
    (ann,) = await asked(house, bench, "ann")
    bench.mute()
    for kind in bench.manifest.capabilities.signals:
        await house.signal(ann, kind)
    assert (await house.until_sent(await house.answer(ann, "for Ann")))[1:3] == (None, 1)
    await seen(house, bench, "ann", "for Ann")
    assert not bench.sees_typing("ann")
    assert not [line for line in house.log if line["level"] != "info"]


async def test_22_a_provider_that_is_busy_is_waited_for_and_others_go_on(house, bench):
    ann, bob = await asked(house, bench, "ann", "bob")
    bench.fail("busy")
    waiting = await house.answer(ann, "for Ann")
    await house.until_refused(waiting)
    following = await house.answer(ann, "for Ann, too")
    await house.until_sent(await house.answer(bob, "for Bob"))
    await house.until_sent(following)
    assert (await house.sent(waiting))[2] == 2, "one attempt that was put off, and one that went through"
    await seen(house, bench, "ann", "for Ann", "for Ann, too")
    await seen(house, bench, "bob", "for Bob")


async def test_23_an_error_of_the_provider_is_outlived(house, bench):
    (ann,) = await asked(house, bench, "ann")
    bench.fail("error", "reset")
    _, _, attempts, _ = await house.until_sent(await house.answer(ann, "for Ann"))
    assert attempts == 3
    await seen(house, bench, "ann", "for Ann")


async def test_24_an_answer_that_was_lost_does_not_show_twice(house, bench):
    (ann,) = await asked(house, bench, "ann")
    bench.fail("lost")
    message_id = await house.answer(ann, "for Ann")
    if bench.manifest.capabilities.idempotent_send:
        await house.until_sent(message_id)
    else:
        await house.until_sent(message_id, "held", "sent")
    await seen(house, bench, "ann", "for Ann")


async def test_25_dead_credentials_hold_everything_back_and_are_told_once(house, bench):
    ann, bob = await asked(house, bench, "ann", "bob")
    bench.lock()
    held = [await house.answer(one, f"for {one.customer}") for one in (ann, bob)]
    await house.until_state("auth_failed")
    for message_id in held:
        await house.until_sent(message_id, "queued")
    await house.until(lambda: any(line["event"] == "channel.credentials_refused" for line in house.log))
    assert bench.seen("ann") == bench.seen("bob") == []
    bench.unlock()
    await house.resume()
    for message_id in held:
        assert (await house.until_sent(message_id))[2] == 1, "a refusal of the channel is no attempt of the reply"
    await seen(house, bench, "ann", "for ann")
    await seen(house, bench, "bob", "for bob")
    assert [line["event"] for line in house.log].count("channel.credentials_refused") == 1


async def test_26_what_is_refused_for_good_is_told_and_not_tried_again(house, bench):
    ann, bob = await asked(house, bench, "ann", "bob")
    bench.fail("refused")
    _, error, attempts, _ = await house.until_sent(await house.answer(ann, "for Ann"), "dead")
    assert attempts == 1
    assert error
    await house.until_sent(await house.answer(bob, "for Bob"))
    assert bench.seen("ann") == []


async def test_30_that_it_is_away_is_told_once_and_that_it_is_back_once(house, bench):
    (ann,) = await asked(house, bench, "ann")
    before = len(house.log)
    await bench.unplug()
    message_id = await house.answer(ann, "for Ann")
    await house.until_refused(message_id)
    await house.until_state("retrying")
    await bench.plug()
    await house.until_sent(message_id)
    await house.until_state("ok")
    assert (await house.sent(message_id))[2] > 1
    told = Counter((line["event"], line.get("state")) for line in house.log[before:])
    assert len(told) == 2, "away, and back"
    assert set(told.values()) == {1}
    await seen(house, bench, "ann", "for Ann")


async def test_34_what_we_sent_is_no_customers_message(house, bench):
    (ann,) = await asked(house, bench, "ann")
    await house.until_sent(await house.answer(ann, "for Ann"))
    await seen(house, bench, "ann", "for Ann")
    last = await bench.said("thanks", "ann")
    await bench.deliver(last)
    assert await house.until_inbound(2) == [(ann.id, ann.text), (last.id, "thanks")]
