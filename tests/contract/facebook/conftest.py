"""What tests of Facebook share: a page on a simulator at a time of ours, somebody who wrote to it, and a connector."""

from collections.abc import AsyncIterator, Callable

import pytest

from connectors.facebook.adapter import FacebookConnector
from connectors.facebook.simulator import GraphServer, Person
from router.clock import VirtualClock
from tests.servers.facebook_house import NOW, FacebookHouse, person, wallet_page


@pytest.fixture
def clock() -> VirtualClock:
    """The simulator's time and the connector's."""
    return VirtualClock(NOW)


@pytest.fixture
async def server(clock: VirtualClock) -> AsyncIterator[GraphServer]:
    """The Graph API with our page."""
    async with GraphServer(clock, [wallet_page()]) as made:
        yield made


@pytest.fixture
def ann(server: GraphServer) -> Person:
    """Somebody whom the page may answer."""
    made = person(server)
    made.compose("hello")
    return made


@pytest.fixture
async def connect(server: GraphServer, clock: VirtualClock) -> AsyncIterator[Callable[..., FacebookConnector]]:
    """`connect()` gives a connector that talks to the simulator, at its time."""
    made: list[FacebookConnector] = []

    def make(**settings: object) -> FacebookConnector:
        house = FacebookHouse()
        house.clock = clock
        made.append(house.connector(server, **settings))
        return made[-1]

    yield make
    for connector in made:
        await connector.close()


@pytest.fixture
def connector(connect: Callable[..., FacebookConnector]) -> FacebookConnector:
    """One of them."""
    return connect()
