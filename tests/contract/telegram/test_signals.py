"""Telegram shows that somebody writes, in private; what comes of it changes nothing for replies."""

import pytest

from connectors.telegram.budget import ALL_PER_SECOND, SIGNALS_PER_SECOND, Budget
from connectors.telegram.render import Place
from connectors.telegram.simulator import Fault
from connectors.telegram.simulator.world import busy
from router.clock import VirtualClock
from router.connector import Sent
from router.model.signals import Signal
from tests.servers.telegram_house import ANN, GROUP, outbound

NOW = 1_793_606_400_000


@pytest.fixture
def clock():
    return VirtualClock(NOW)


def writing(thread=str(ANN), kind="typing", **fields):
    where = {"channel": "telegram", "account": "default", "thread": thread, "peer": str(ANN)}
    return Signal(kind=kind, by="agent", for_customer=True, **where, **fields)


def acts(server):
    return [given for name, given in server.calls if name == "sendchataction"]


async def test_a_customer_sees_it_for_five_seconds_or_until_the_answer(connector, server, ann, clock):
    await connector.signal(writing())
    assert acts(server) == [{"chat_id": ANN, "action": "typing"}]
    assert ann.sees_typing()
    clock.advance_to(NOW + 5_000)
    assert not ann.sees_typing()
    await connector.signal(writing())
    assert isinstance(await connector.send(outbound(ANN)), Sent)
    assert not ann.sees_typing()
    assert server.refusals == []


@pytest.mark.parametrize(
    "signal", [writing(str(GROUP)), writing(f"{GROUP}/4"), writing("nowhere"), writing(kind="read"), writing(over=True)]
)
async def test_groups_and_what_a_bot_cannot_show_are_left_alone(connector, server, ann, signal):
    ann.group(GROUP)
    await connector.signal(signal)
    assert acts(server) == []


@pytest.mark.parametrize(
    "fault",
    [busy(9), busy(), Fault(status=502, body=b"<html>"), Fault(how="reset_before"), Fault(status=401, body=b"{}")],
)
async def test_a_refusal_stays_with_the_signal(connector, server, ann, fault):
    server.faults["sendchataction"].append(fault)
    await connector.signal(writing())
    assert not ann.sees_typing()
    assert connector.health().state == "starting"
    assert isinstance(await connector.send(outbound(ANN)), Sent), "at once: its chat is not closed"


async def test_after_too_many_there_is_silence_for_as_long_as_is_asked(connector, server, ann, clock):
    server.faults["sendchataction"].append(busy(9))
    await connector.signal(writing())
    for at_ms, is_said in ((8_999, False), (9_000, True)):
        clock.advance_to(NOW + at_ms)
        await connector.signal(writing())
        assert ann.sees_typing() == is_said


def test_signals_take_no_reply_its_place_and_leave_when_replies_are_many():
    budget, chats = Budget(), [Place(number) for number in range(1, ALL_PER_SECOND + 1)]
    assert [budget.spares(chats[0], NOW) for _ in range(SIGNALS_PER_SECOND + 1)] == [True] * SIGNALS_PER_SECOND + [
        False
    ]
    assert [budget.take(chat, NOW) for chat in chats] == [0] * ALL_PER_SECOND
    assert not budget.spares(chats[0], NOW + 999)
    assert budget.spares(chats[0], NOW + 1_000)


def test_no_signal_goes_into_a_chat_that_telegram_has_closed():
    budget = Budget()
    budget.close(Place(ANN), NOW + 5_000)
    assert not budget.spares(Place(ANN), NOW)
    assert budget.spares(Place(ANN + 1), NOW)
    assert budget.spares(Place(ANN), NOW + 5_000)
