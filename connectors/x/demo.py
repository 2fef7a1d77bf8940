"""The X of `switchboard demo`, offered through the entry point group `switchboard.simulators`.

An X on loopback, behind TLS under X's own names, and a page on which one plays a customer: post or write, and see the
answer arrive.
"""

from pathlib import Path
from typing import Final

import msgspec

from connectors.simulated.loopback import Loopback
from connectors.x.simulator.page import Page
from connectors.x.simulator.server import XServer
from connectors.x.simulator.world import Account
from router.connector import Simulator
from router.model.sources import Clock

_OWN: Final = Account(
    id="700100200",
    username="wallet",
    token=f"700100200-{'demo' * 8}",
    secret="demo-of-made-up-customers",  # noqa: S106 -- opens the simulator alone
)
_PINNED: Final = "Version 5.2 is out. Questions? Ask here. 5.2 版已发布，有问题请在此留言。"
_CALLS_MAX: Final = 100_000


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer says, in a direct message or in public."""

    id: int
    name: str
    text: str
    public: bool = False


class DemoX:
    """An X with one account of ours. What it knows rests in a directory, so that a killed demo loses none."""

    def __init__(self, clock: Clock, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._server = XServer(clock, [_OWN], directory, kept=True)
        self._server.limits = dict.fromkeys(self._server.limits, _CALLS_MAX)
        self._page = Page(self._server)
        self._play = Loopback()
        self._page.add_to(self._play.app)

    async def start(self) -> None:
        """Listen on two free ports of this machine: X, and the page."""
        await self._server.start()
        if self._page.pinned() is None:
            await self._server.put_post(_OWN.id, _PINNED)
        await self._play.start()

    async def stop(self) -> None:
        """Stop listening; what was said is kept."""
        await self._play.stop()
        await self._server.stop()

    def settings(self) -> dict[str, object]:
        """The X channel whose account lives here."""
        return {**self._server.keys(_OWN), "every_s": 1, "start_from": "all"}

    async def deliver(self, raw: bytes) -> None:
        """A customer says something: `Said` as JSON."""
        said = msgspec.json.decode(raw, type=Said)
        await self._page.say(said.id, said.name, said.text, public=said.public)

    def describe(self) -> str:
        """Where to write as a customer."""
        return f"post or write as a customer at {self._play.url}/ and see the answer there"


def simulate(clock: Clock, directory: Path, address: str) -> Simulator:
    """The simulator of the X kind; `address` is of no use to it."""
    del address
    return DemoX(clock, directory)
