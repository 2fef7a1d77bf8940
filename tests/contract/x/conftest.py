"""What tests of X share: X with our account, and a house."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.x.simulator import XServer
from router.clock import SystemClock
from tests.servers import x_house
from tests.servers.x_house import XHouse


@pytest.fixture
async def x(tmp_path: Path) -> AsyncIterator[XServer]:
    """X with our account."""
    async with x_house.server(tmp_path, SystemClock()) as made:
        yield made


@pytest.fixture
def server(x: XServer) -> XServer:
    """The same, as every channel calls it."""
    return x


@pytest.fixture
def house() -> XHouse:
    """A house."""
    return XHouse()
