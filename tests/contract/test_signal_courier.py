"""The courier of signals: one call for each however many deliver, none in the way of another, none late."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from connectors.telegram.manifest import MANIFEST
from connectors.telegram.simulator import BotApiServer, Fault, Person
from router.bus.local import LocalBus
from router.clock import SystemClock
from router.connector import Sent
from router.flow.channels import Channel, Channels
from router.flow.courier import SignalCourier
from router.model.limits import SIGNAL_CONCURRENCY
from router.model.signals import Signal
from router.telemetry import Metrics
from tests.servers.telegram_house import TOKEN, TelegramHouse, outbound

ANN = 5520931


@pytest.fixture
async def server():
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot"}) as made:
        yield made


@pytest.fixture
async def connector(server):
    made = TelegramHouse().connector(server, timeouts={"call_s": 30.0})
    yield made
    await made.close()


def writing(chat=ANN, **fields):
    where = {"channel": "telegram", "account": "default", "thread": str(chat), "peer": str(chat)}
    told = {"kind": "typing", "conversation_id": f"c{chat}", "for_customer": True, **fields}
    return Signal(by="agent", **(where | told))


@asynccontextmanager
async def couriers(connector, count=1):
    """So many processes that deliver, on one bus; their metrics."""
    bus = LocalBus()
    channel = Channel(account="default", manifest=MANIFEST, capabilities=MANIFEST.capabilities, connector=connector)
    metrics = [Metrics() for _ in range(count)]
    made = [SignalCourier(bus=bus, channels=Channels([channel]), metrics=each) for each in metrics]
    running = [asyncio.create_task(each.run()) for each in made]
    await asyncio.sleep(0)
    yield bus, metrics
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def counted(metrics, outcome):
    found = [each.registry.get_sample_value("switchboard_signals_total", {"channel": "telegram", "outcome": outcome})
             for each in metrics]  # fmt: skip
    return int(sum(one or 0 for one in found))


async def until(metrics, outcome, count):
    while counted(metrics, outcome) < count:
        await asyncio.sleep(0.01)


def acts(server):
    return [given["chat_id"] for name, given in server.calls if name == "sendchataction"]


async def test_one_of_several_calls_and_again_only_after_a_while(connector, server):
    ann, bob = Person(server, ANN), Person(server, ANN + 1)
    for each in (ann, bob):
        await each.write("hello")
    async with couriers(connector, count=3) as (bus, metrics):
        for _ in range(3):
            await bus.signal(writing())
        await bus.signal(writing(ANN + 1))
        await until(metrics, "told", 2)
        assert sorted(acts(server)) == [ANN, ANN + 1]
        assert ann.sees_typing()


@pytest.mark.parametrize(
    "signal", [writing(for_customer=False), writing(kind="read"), writing(channel="x"), writing(account="other")]
)
async def test_what_is_not_for_a_customer_of_this_channel_is_left_alone(connector, server, signal):
    await Person(server, ANN).write("hello")
    async with couriers(connector) as (bus, metrics):
        await bus.signal(signal)
        await bus.signal(writing())
        await until(metrics, "told", 1)
    assert acts(server) == [ANN], "and the one that is came after it"


async def test_a_provider_that_does_not_answer_costs_signals_and_no_reply(connector, server):
    people = [Person(server, ANN + number) for number in range(SIGNAL_CONCURRENCY + 3)]
    for each in people:
        await each.write("hello")
    server.faults["sendchataction"].extend([Fault(how="silence")] * len(people))
    async with couriers(connector) as (bus, metrics):
        for number in range(len(people)):
            await bus.signal(writing(ANN + number))
        await until(metrics, "dropped", 3)
        assert isinstance(await connector.send(outbound(ANN)), Sent), "while they are under way"
        assert counted(metrics, "late") == 0
        await until(metrics, "late", SIGNAL_CONCURRENCY)
        server.faults["sendchataction"].clear()
        await bus.signal(writing(ANN + len(people) - 1))
        await until(metrics, "told", 1)
        assert people[-1].sees_typing()


class Broken:
    """A connector with a mistake in it."""

    async def signal(self, signal):
        raise RuntimeError(f"no {signal.kind}")


async def test_a_mistake_of_a_connector_costs_one_signal():
    async with couriers(Broken()) as (bus, metrics):
        for number in range(2):
            await bus.signal(writing(ANN + number))
        await until(metrics, "failed", 2)
