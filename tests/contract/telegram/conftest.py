"""What tests of Telegram share: a bot on a simulator, somebody who wrote to it, and a house."""

from collections.abc import AsyncIterator

import pytest

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
