"""The Facebook of `switchboard demo`, offered through the entry point group `switchboard.simulators`.

A Graph API on loopback with a page on which one plays a customer: write to Messenger or comment, and see the answer.
"""

from pathlib import Path
from typing import Final

import msgspec

from connectors.facebook.simulator.page import CustomerPage
from connectors.facebook.simulator.people import Person
from connectors.facebook.simulator.server import GraphServer
from connectors.facebook.simulator.world import Page
from connectors.facebook.webhook import PATH
from router.connector import Simulator
from router.model.sources import Clock

_PAGE: Final = "700100300400"
POST: Final = f"{_PAGE}_1001"


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer says, on Messenger or below the page's post."""

    id: int
    name: str
    text: str
    public: bool = False


class DemoFacebook:
    """A Facebook with one page, ours. What it knows rests in a directory, so that a killed demo loses none."""

    def __init__(self, clock: Clock, directory: Path, house: str) -> None:
        self._page = Page(
            id=_PAGE,
            name="Wallet Support",
            token="EAAdemo0of0made0up0customers00000",  # noqa: S106 -- opens the simulator alone
            app_secret="demo-app-secret-of-made-up-customers",  # noqa: S106
            verify_token="demo-verify-token-of-made-up-customers",  # noqa: S106
            posts={POST: "Version 5 is out: faster, and with a clearer history. 5.0 版已发布：更快，记录更清晰。"},
        )
        self._server = GraphServer(clock, [self._page], directory=directory)
        self._page = self._server.only_page()
        self._server.hooks[_PAGE] = f"{house.rstrip('/')}/channels/facebook/default{PATH}"
        CustomerPage(self._server).add_to(self._server.app)

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening; what waits is kept."""
        await self._server.stop()

    def settings(self) -> dict[str, object]:
        """The Facebook channel whose page lives here."""
        page = self._page
        return {
            "page_id": int(page.id),
            "page_token": page.token,
            "app_secret": page.app_secret,
            "verify_token": page.verify_token,
            "human_agent": True,
            "graph_url": self._server.url,
            "link_url": f"{self._server.url}/m",
            "media_hosts": [self._server.url.removeprefix("http://")],
        }

    async def deliver(self, raw: bytes) -> None:
        """A customer says something: `Said` as JSON."""
        said = msgspec.json.decode(raw, type=Said)
        person = Person(self._server, str(said.id), said.name)
        if said.public:
            await person.comment(said.text, POST)
        else:
            await person.write(said.text)

    def describe(self) -> str:
        """Where to write as a customer."""
        return f"write to the page or comment at {self._server.url}/ and see the answer there"


def simulate(clock: Clock, directory: Path, address: str) -> Simulator:
    """The simulator of the Facebook kind; `address` is where the house serves."""
    return DemoFacebook(clock, directory, address)
