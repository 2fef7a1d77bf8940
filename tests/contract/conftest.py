"""What tests of connectors share: those that the channel's own `house` makes for the channel's own `server`."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from router.connector import Connector


@pytest.fixture
async def connect(house: Any, server: Any) -> AsyncIterator[Callable[..., Connector]]:
    """`connect()` gives a connector that talks to the simulator, closed in the end."""
    made: list[Connector] = []

    def make(**settings: object) -> Connector:
        made.append(house.connector(server, **settings))
        return made[-1]

    yield make
    for connector in made:
        await connector.close()


@pytest.fixture
def connector(connect: Callable[..., Connector]) -> Connector:
    """One of them."""
    return connect()
