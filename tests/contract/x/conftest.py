"""What tests of X share: X with our account, and a connector."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.x.adapter import XConnector
from connectors.x.simulator import XServer
from router.clock import SystemClock
from tests.servers.x_house import XHouse, server


@pytest.fixture
async def x(tmp_path: Path) -> AsyncIterator[XServer]:
    """X with our account."""
    async with server(tmp_path, SystemClock()) as made:
        yield made


@pytest.fixture
async def connector(x: XServer) -> AsyncIterator[XConnector]:
    """A connector that talks to it."""
    made = XHouse().connector(x)
    yield made
    await made.close()
