"""Who writes and what was read passes both ways over a visitor's open pages, and is kept nowhere."""

from connectors.webchat.frames import Hello, Typing
from router.clock import VirtualClock
from router.model.limits import SIGNAL_EVERY_MS
from tests.servers.chat_house import ChatHouse, running_chat, visitor_at


async def watched(house, visitor, count=1):
    """Wait until the house knows that the visitor's pages listen."""
    while house.signals.watching < count:
        await visitor.ping()


async def test_a_visitor_sees_who_writes_until_they_stop_or_answer(chat, http, house):
    async with visitor_at(chat, http, signals=True) as ann:
        await ann.write("hello")
        await watched(house, ann)
        assert ann.writing is None
        house.signals.show(ann.visitor)
        await ann.until(lambda v: v.writing == "Mei")
        house.signals.show(ann.visitor, over=True)
        await ann.until(lambda v: v.writing is None)
        house.signals.show(ann.visitor, name=None)
        await ann.until(lambda v: v.writing == "")
        house.add(ann.visitor, author="agent", text="We look into it.")
        await ann.until(lambda v: v.texts("agent") and v.writing is None)


async def test_it_is_gone_after_some_seconds(http):
    house = ChatHouse()
    house.clock = clock = VirtualClock(1_793_606_400_000)
    async with running_chat(house) as chat, visitor_at(chat, http, signals=True) as ann:
        await ann.write("hello")
        await watched(house, ann)
        house.signals.show(ann.visitor)
        await ann.until(lambda v: v.writing == "Mei")
        clock.advance_to(clock.now_ms() + 6_000)
        assert ann.writing is None


async def test_what_was_read_grows_and_never_goes_back(chat, http, house):
    async with visitor_at(chat, http, signals=True) as ann:
        for text in ("one", "two"):
            await ann.write(text)
        await ann.until(lambda v: len(v.messages) == 2)
        await watched(house, ann)
        first, second = sorted(ann.messages)
        house.signals.show(ann.visitor, "read", message_id=first)
        await ann.until(lambda v: v.seen_up_to == first)
        for each in (first, second, first, second):  # another ticket of the conversation is opened later
            house.signals.show(ann.visitor, "read", message_id=each)
        house.signals.show(ann.visitor)
        await ann.until(lambda v: v.writing == "Mei")
        assert ann.seen_up_to == second, "and nothing was said twice: the simulator breaks on that"


async def test_all_pages_of_a_visitor_see_it_and_nobody_else_does(chat, http, house):
    async with (
        visitor_at(chat, http, signals=True) as ann,
        visitor_at(chat, http, signals=True) as bob,
    ):
        await ann.write("hello")
        await bob.write("hello")
        other = visitor_at(chat, http, signals=True)
        other.token = ann.token
        async with other:
            await watched(house, ann, 3)
            house.signals.show(ann.visitor)
            await ann.until(lambda v: v.writing == "Mei")
            await other.until(lambda v: v.writing == "Mei")
        await bob.ping()
        assert bob.writing is None


async def test_clients_that_do_not_ask_are_told_nothing_and_no_watch_is_left_behind(chat, http, house):
    async with visitor_at(chat, http) as old:  # its simulator breaks on a frame it has not asked for
        await old.write("hello")
        await old.ping()
        assert house.signals.watching == 0
        new = visitor_at(chat, http, signals=True)
        new.token = old.token
        async with new:
            await watched(house, new)
        await old.ping()
        while house.signals.watching:
            await old.ping()


async def test_a_page_on_which_nothing_was_written_costs_the_house_nothing(chat, http, house):
    async with visitor_at(chat, http, signals=True) as ann:
        await ann.type()
        await ann.ping()
        assert (house.signals.watching, house.signals.typed) == (0, [])


async def test_a_visitor_who_types_is_told_of_once_in_four_seconds(http):
    house = ChatHouse()
    house.clock = clock = VirtualClock(1_793_606_400_000)
    async with running_chat(house) as chat, visitor_at(chat, http) as ann, visitor_at(chat, http) as bob:
        for visitor in (ann, bob):
            await visitor.write("hello")
        for _ in range(50):
            await ann.type()
        await bob.type()
        await ann.ping()
        await bob.ping()
        assert sorted(house.signals.typed) == sorted([ann.visitor, bob.visitor])
        clock.advance_to(clock.now_ms() + SIGNAL_EVERY_MS)
        await ann.type()
        await ann.ping()
        assert house.signals.typed.count(ann.visitor) == 2
        assert len(house.events) == 2, "it is no message"


async def test_a_house_without_signals_takes_the_same_frames(http):
    house = ChatHouse()
    house.signals = None
    async with running_chat(house) as chat, visitor_at(chat, http, signals=True) as ann:
        await ann.write("hello")
        await ann.send_frame(Typing())
        await ann.ping()
    assert Hello(v=1).signals is False
