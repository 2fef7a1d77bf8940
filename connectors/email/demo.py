"""The mail provider of `switchboard demo`: the simulated server with a support mailbox and one for the visitor."""

from pathlib import Path
from typing import Final

from connectors.email.simulator.server import HOST, MailServer
from router.model.sources import Clock

_PASSWORD: Final = "demo"  # noqa: S105 -- of a server on loopback that holds invented mail
VISITOR: Final = "you@customer.example"


class DemoMail:
    """Implements router.connector.Simulator."""

    def __init__(self, clock: Clock, directory: Path, address: str) -> None:
        self._address = address
        self._server = MailServer(clock, {address: _PASSWORD, VISITOR: _PASSWORD}, directory=directory)

    async def start(self) -> None:
        """Listen on free ports."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._server.stop()

    def settings(self) -> dict[str, object]:
        """A mail channel that reads and sends here."""
        login = {"host": HOST, "tls": "none", "user": self._address, "password": _PASSWORD}
        return {
            "address": self._address,
            "imap": {**login, "port": self._server.imap_port},
            "smtp": {**login, "port": self._server.smtp_port},
            "start_from": "all",
        }

    async def deliver(self, raw: bytes) -> None:
        """A customer's mail arrives in the support mailbox; durable on return."""
        self._server.deliver(raw, self._address)

    def describe(self) -> str:
        """How to write and read as a customer with any mail program."""
        return (
            f"write from {VISITOR} by SMTP {HOST}:{self._server.smtp_port}, "
            f"read the answer by IMAP {HOST}:{self._server.imap_port} (no TLS, password {_PASSWORD})"
        )


def simulate(clock: Clock, directory: Path, address: str) -> DemoMail:
    """Entry point of the group `switchboard.simulators`."""
    return DemoMail(clock, directory, address)
