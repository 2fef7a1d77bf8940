"""Which check runs over which connector: what its quality.yaml answers with `suite`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.answers import answers, number_of
from tests.conformance.bench import Bench
from tests.conformance.benches import all_benches
from tests.conformance.house import House


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A check over every connector that it is answered for."""
    if "bench" in metafunc.fixturenames:
        number = number_of(metafunc.function.__name__)
        chosen = [bench for bench in all_benches() if answers(bench.quality)[number] == "suite"]
        metafunc.parametrize("bench", chosen, ids=[bench.kind for bench in chosen], indirect=True)


@pytest.fixture
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """A provider that runs."""
    made: Bench = request.param()
    await made.open(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def house(bench: Bench, tmp_path: Path) -> AsyncIterator[House]:
    """A house that is connected to it."""
    async with _running(tmp_path, bench, "default") as made:
        yield made


@pytest.fixture
async def two_accounts(bench: Bench, tmp_path: Path) -> AsyncIterator[House]:
    """The same with two accounts."""
    async with _running(tmp_path, bench, "default", "second") as made:
        yield made


class _running:  # noqa: N801 -- a context manager
    def __init__(self, folder: Path, bench: Bench, *accounts: str) -> None:
        self._house = House(folder, bench, accounts)

    async def __aenter__(self) -> House:
        await self._house.start()
        return self._house

    async def __aexit__(self, *_: object) -> None:
        await self._house.stop()
