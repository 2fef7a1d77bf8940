"""What tests of Facebook share: a page on a simulator at a time of ours, somebody who wrote to it, and a house."""

from collections.abc import AsyncIterator

import pytest

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
def house(clock: VirtualClock) -> FacebookHouse:
    """A house that lives at the simulator's time."""
    made = FacebookHouse()
    made.clock = clock
    return made
