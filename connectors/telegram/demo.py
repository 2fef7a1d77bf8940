"""The Telegram of `switchboard demo`, offered through the entry point group `switchboard.simulators`.

A Bot API server on loopback with a page on which one plays a customer: write, and see the answer arrive.
"""

from pathlib import Path
from typing import Final

import msgspec

from connectors.telegram.simulator.page import Page
from connectors.telegram.simulator.people import Person
from connectors.telegram.simulator.server import BotApiServer
from router.connector import Simulator
from router.model.sources import Clock

_TOKEN: Final = "700100200:demo-bot-of-made-up-customers-00000"  # noqa: S105 -- opens the simulator alone
_BOT: Final = "wallet_support_bot"
GROUP: Final = -1_001_700_100_200
"""The group of the wallet's users, in which the bot is a member."""


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer says, in private or in the group."""

    id: int
    name: str
    text: str
    public: bool = False


class DemoTelegram:
    """A Telegram with one bot, ours. What it knows rests in a directory, so that a killed demo loses none."""

    def __init__(self, clock: Clock, directory: Path) -> None:
        self._server = BotApiServer(clock, {_TOKEN: _BOT}, directory=directory)
        Page(self._server).add_to(self._server.app)

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening; what waits is kept."""
        await self._server.stop()

    def settings(self) -> dict[str, object]:
        """The Telegram channel whose bot lives here."""
        return {"token": _TOKEN, "base_url": self._server.url}

    async def deliver(self, raw: bytes) -> None:
        """A customer says something: `Said` as JSON."""
        said = msgspec.json.decode(raw, type=Said)
        person = Person(self._server, said.id, said.name)
        if said.public:
            await person.write(f"@{_BOT} {said.text}", chat=person.group(GROUP))
        else:
            await person.write(said.text)

    def describe(self) -> str:
        """Where to write as a customer."""
        return f"write as a customer at {self._server.url}/ and see the answer there"


def simulate(clock: Clock, directory: Path, address: str) -> Simulator:
    """The simulator of the Telegram kind; `address` is of no use to it."""
    del address
    return DemoTelegram(clock, directory)
