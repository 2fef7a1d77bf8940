"""The web chat over real sockets: acknowledged after commit, resumed by position, nothing lost, nothing twice."""

import asyncio

import aiohttp
import pytest

from connectors.webchat.frames import Message
from connectors.webchat.simulator import Closed
from router.connector import Outbound, Sent
from tests.servers.chat_house import RECEIPT, running_chat, visitor_at


async def test_a_message_is_acknowledged_and_comes_back_with_its_own_id_and_a_receipt(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        ack = await visitor.write("我的币被人转走了")
        assert (ack.outcome, ack.reason) == ("accepted", None)
        await visitor.until(lambda v: len(v.messages) == 2)
    own, receipt = sorted(visitor.messages.values(), key=lambda m: m.id)
    assert (own.author, own.text, own.client_msg_id) == ("customer", "我的币被人转走了", ack.client_msg_id)
    assert (receipt.author, receipt.text, receipt.client_msg_id) == ("system", RECEIPT, None)
    (event,) = house.events.values()
    assert event.channel == "webchat"
    assert event.account == "main"
    assert event.message_id == f"{visitor.visitor}:{ack.client_msg_id}"
    assert event.thread_id is None
    assert event.visibility == "private"
    assert event.sender.id == visitor.visitor
    assert event.sender.user_id is None


async def test_the_alarm_travels_with_its_message(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        await visitor.write("hello")
        assert (await visitor.write("我的钱包正在被盗", alarm=True)).outcome == "accepted"
    assert [event.alarm for event in house.events.values()] == [False, True]


async def test_no_ack_before_the_commit(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        house.door.clear()
        writing = asyncio.create_task(visitor.write("wait for it"))
        await house.knocked.wait()
        assert not writing.done()
        assert not house.events
        house.door.set()
        assert (await writing).outcome == "accepted"
        assert len(house.events) == 1


async def test_an_agents_answer_is_pushed_and_its_display_reported(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        await visitor.write("hello")
        reply = house.add(visitor.visitor, author="agent", author_name="Mei", text="Hi", delivery="sent")
        await visitor.until(lambda v: reply.id in v.messages)
        assert visitor.messages[reply.id].author_name == "Mei"
        await visitor.shown(reply.id)
        await visitor.until(lambda v: v.messages[reply.id].delivery == "read")
        await visitor.shown(reply.id, "not-a-message-of-theirs")
        await visitor.ping()
    assert house.marks == [(visitor.visitor, reply.id, "read")]


async def test_a_returning_visitor_gets_exactly_what_was_missed(chat, http, house):
    visitor = visitor_at(chat, http)
    async with visitor:
        await visitor.write("first")
        await visitor.until(lambda v: len(v.messages) == 2)
    seen = set(visitor.messages)
    reply = house.add(visitor.visitor, author="agent", text="while you were away", delivery="sent")
    first_id = next(m.id for m in house.thread(visitor.visitor) if m.author == "customer")
    house.change(visitor.visitor, first_id, deleted=True)
    who = visitor.visitor
    visitor.messages.clear()
    async with visitor:
        assert visitor.visitor == who
        assert set(visitor.messages) == {reply.id, first_id}
        assert visitor.messages[first_id].deleted
        assert visitor.messages[first_id].text == ""
    assert first_id in seen


async def test_a_long_thread_arrives_in_batches_without_a_gap(chat, http, house):
    visitor = visitor_at(chat, http)
    async with visitor:
        pass
    made = [house.add(visitor.visitor, author="agent", text=f"{n}", delivery="sent").id for n in range(450)]
    async with visitor:
        await visitor.until(lambda v: len(v.messages) == 450)
    assert sorted(visitor.messages) == made
    assert visitor.texts() == [f"{n}" for n in range(450)]


async def test_a_repeated_message_is_a_duplicate_also_after_reconnecting(chat, http, house):
    visitor = visitor_at(chat, http)
    async with visitor:
        ack = await visitor.write("once")
        frame = Message(client_msg_id=ack.client_msg_id.upper(), text="once")
        assert (await visitor.transmit(frame)).outcome == "duplicate"
    async with visitor:
        assert (await visitor.transmit(frame)).outcome == "duplicate"
    assert len(house.events) == 1


async def test_a_connection_lost_before_the_ack_loses_and_doubles_nothing(chat, http, house):
    visitor = visitor_at(chat, http)
    async with visitor:
        house.door.clear()
        writing = asyncio.create_task(visitor.write("in flight"))
        await house.knocked.wait()
        await visitor._socket.close()
        with pytest.raises(Closed):
            await writing
    house.door.set()
    async with visitor:
        (ack,) = await visitor.flush()
    assert ack.outcome in {"accepted", "duplicate"}
    assert not visitor.queue
    assert [event.text for event in house.events.values()] == ["in flight"]


async def test_a_store_that_is_away_leaves_the_message_with_the_client(chat, http, house):
    async with visitor_at(chat, http) as visitor:
        house.away = True
        ack = await visitor.write("keep me")
        assert (ack.outcome, ack.reason) == ("refused", "try_again")
        assert ack.client_msg_id in visitor.queue
        house.away = False
        (again,) = await visitor.flush()
        assert again.outcome == "accepted"
        assert again.client_msg_id == ack.client_msg_id
        assert not visitor.queue


async def test_hello_while_the_store_is_away_is_told_to_come_back(chat, http, house):
    house.away = True
    with pytest.raises(Closed) as refusal:
        await visitor_at(chat, http).connect()
    assert refusal.value.error.code == "try_again"
    assert refusal.value.code == 1013


async def test_a_store_that_goes_away_closes_the_push_for_a_later_return(chat, http, house):
    visitor = visitor_at(chat, http)
    async with visitor:
        await visitor.write("hi")
        await visitor.until(lambda v: len(v.messages) == 2)
        house.away = True
        house.add(visitor.visitor, author="agent", text="unreadable now", delivery="sent")
        assert (await visitor.closed()).code == 1013
    house.away = False
    async with visitor:
        assert visitor.texts("agent") == ["unreadable now"]


async def test_one_visitor_cannot_occupy_anothers_message_id(chat, http, house):
    async with visitor_at(chat, http) as one, visitor_at(chat, http) as other:
        ack = await one.write("mine")
        frame = Message(client_msg_id=ack.client_msg_id, text="not yours")
        assert (await other.transmit(frame)).outcome == "accepted"
        await other.until(lambda v: len(v.messages) == 2)
        assert other.texts("customer") == ["not yours"]
    assert len(house.events) == 2


async def test_nothing_is_left_behind_when_visitors_go(chat, http, house):
    for _ in range(20):
        async with visitor_at(chat, http) as visitor:
            await visitor.write("hi")
    while house.watching or chat.connector.health().detail != "0 connected":
        await asyncio.sleep(0)
    assert not chat.connector._sessions


async def test_stopping_lets_everybody_go_and_they_come_back(http, house):
    visitor = None
    async with running_chat(house) as chat:
        visitor = visitor_at(chat, http)
        await visitor.connect()
        await visitor.write("before")
        port = int(chat.origin.rpartition(":")[2])
        chat_closing = asyncio.create_task(chat.connector.close())
        assert (await visitor.closed()).code == 1001
        await chat_closing
        assert chat.connector.health().state == "stopped"
        await visitor.disconnect()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await visitor_at(chat, http).connect()
        assert refusal.value.status == 503
    async with running_chat(house, port=port), visitor:
        assert visitor.texts("customer") == ["before"]


async def test_a_page_nobody_has_written_on_is_not_watched_until_it_is(chat, http, house):
    idle, other_tab = visitor_at(chat, http), visitor_at(chat, http)
    async with idle:
        other_tab.token = idle.token
        async with other_tab:
            await idle.ping()
            assert house.watching == 0
            await other_tab.write("first words")
            await idle.until(lambda v: v.texts("customer") == ["first words"])
            assert house.watching == 2


async def test_a_conversation_opened_at_another_process_is_found_by_the_next_ping(chat, http, house):
    async with visitor_at(chat, http) as idle:
        house.add(idle.visitor, author="customer", text="from elsewhere", external_id=f"{idle.visitor}:x")
        await idle.ping()
        await idle.until(lambda v: v.texts("customer") == ["from elsewhere"])


async def test_many_visitors_at_once_each_get_their_own(chat, http, house):
    async def one(number: int) -> None:
        async with visitor_at(chat, http) as visitor:
            for part in range(5):
                assert (await visitor.write(f"{number}/{part}")).outcome == "accepted"
            await visitor.until(lambda v: len(v.texts("customer")) == 5)
            assert visitor.texts("customer") == [f"{number}/{part}" for part in range(5)]

    async with asyncio.TaskGroup() as group:
        for number in range(40):
            group.create_task(one(number))
    assert len(house.events) == 200


async def test_sending_is_done_when_the_reply_is_durable(chat):
    outbound = Outbound(
        id="o",
        key="k",
        message_id="m",
        channel="webchat",
        account="default",
        thread="v",
        to="v",
        visibility="private",
        text="hi",
        created_at_ms=1,
    )
    assert await chat.connector.send(outbound) == Sent()
    assert await chat.connector.reconcile(outbound) == Sent()
    assert (await chat.connector.check()).state == "ok"
