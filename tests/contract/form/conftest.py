"""What tests of the web form share: a whole house that has one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers.form_house import FormHouse, running_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[FormHouse]:
    """A house with a form."""
    async with running_house(tmp_path) as running:
        yield running
