"""What tests of Telegram share: a bot on a simulator, somebody who wrote to it, a house and a connector."""

from collections.abc import AsyncIterator, Callable

import pytest

from connectors.telegram.adapter import TelegramConnector
from connectors.telegram.simulator import BotApiServer, Person
from router.clock import SystemClock
from router.model.sources import Clock
from tests.servers.telegram_house import TOKEN, TelegramHouse, person


@pytest.fixture
def clock() -> Clock:
    """The simulator's time and the connector's."""
    return SystemClock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    """The Bot API with our bot."""
    async with BotApiServer(clock, {TOKEN: "walletbot"}) as made:
        yield made


@pytest.fixture
async def ann(server: BotApiServer) -> Person:
    """Somebody whom the bot may answer."""
    made = person(server)
    await made.write("hello")
    return made


@pytest.fixture
def house(clock: Clock) -> TelegramHouse:
    """A house that lives at the simulator's time."""
    made = TelegramHouse()
    made.clock = clock
    return made


@pytest.fixture
async def connect(house: TelegramHouse, server: BotApiServer) -> AsyncIterator[Callable[..., TelegramConnector]]:
    """`connect()` gives a connector that talks to the simulator."""
    made: list[TelegramConnector] = []

    def make(**settings: object) -> TelegramConnector:
        made.append(house.connector(server, **settings))
        return made[-1]

    yield make
    for connector in made:
        await connector.close()


@pytest.fixture
def connector(connect: Callable[..., TelegramConnector]) -> TelegramConnector:
    """One of them."""
    return connect()
