"""The mail server of `switchboard demo`, offered through the entry point group `switchboard.simulators`.

Beside it a page on which one plays a customer: write a mail, with files, and see the answer arrive.
"""

import re
from pathlib import Path
from typing import Final

from connectors.email.simulator.page import Page
from connectors.email.simulator.server import HOST, MailServer
from connectors.simulated.loopback import Loopback
from router.connector import Simulator
from router.model.sources import Clock

_PASSWORD: Final = "demo"  # noqa: S105 -- of a mailbox on loopback that holds made-up customers
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


class DemoMail:
    """A mail server with one account, ours; its mail rests in a directory, so that a killed demo loses none."""

    def __init__(self, clock: Clock, directory: Path, address: str) -> None:
        self._address = address
        self._server = MailServer(clock, {address: _PASSWORD}, directory=directory)
        self._play = Loopback()
        Page(self._server, address).add_to(self._play.app)

    async def start(self) -> None:
        """Listen on free ports of this machine."""
        await self._server.start()
        await self._play.start()

    async def stop(self) -> None:
        """Stop listening; what was delivered is kept."""
        await self._play.stop()
        await self._server.stop()

    def settings(self) -> dict[str, object]:
        """The e-mail channel that reads and sends here."""
        login = {"host": HOST, "tls": "none", "user": self._address, "password": _PASSWORD}
        return {
            "address": self._address,
            "imap": {**login, "port": self._server.imap_port},
            "smtp": {**login, "port": self._server.smtp_port},
            "start_from": "all",
        }

    async def deliver(self, raw: bytes) -> None:
        """A customer's mail arrives in our inbox, with the line ends it has on the wire."""
        self._server.deliver(_LINE_END.sub(b"\r\n", raw), self._address)

    def describe(self) -> str:
        """Where to write as a customer, and how with any mail program."""
        return (
            f"write as a customer at {self._play.url}/ and see the answer there; or send to SMTP "
            f"{HOST}:{self._server.smtp_port} (no login); IMAP {HOST}:{self._server.imap_port}, password {_PASSWORD}"
        )


def simulate(clock: Clock, directory: Path, address: str) -> Simulator:
    """The simulator of the e-mail kind for one support address."""
    return DemoMail(clock, directory, address)
