"""A house for the mail connector, and a customer's mail."""

from itertools import count

from connectors.email.adapter import EmailConnector
from connectors.email.manifest import MANIFEST
from tests.servers.connector_house import ConnectorHouse

QUICK = {"retry_s": 0.02, "retry_max_s": 0.1, "command_s": 2.0, "connect_s": 2.0, "idle_s": 0.5, "auth_retry_s": 0.2}
"""Short pauses: a black hole is noticed within `idle_s` and `command_s`."""


class MailHouse(ConnectorHouse):
    """Of one mail account."""

    def __init__(self) -> None:
        super().__init__(MANIFEST)

    def connector(self, **settings: object) -> EmailConnector:
        """A connector with these settings, made as the house makes it."""
        connector = self.made(settings)
        assert isinstance(connector, EmailConnector)
        return connector


_numbers = count(1)


def mail(
    text: str = "hello", *, subject: str = "a question", to: str = "help@shop.example", message_id: str = ""
) -> bytes:
    """A customer's mail with an id of its own."""
    message_id = message_id or f"m{next(_numbers)}@mail.example"
    return (
        f"From: Anna <anna@mail.example>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Date: Mon, 02 Nov 2026 08:00:03 +0000\r\nMessage-ID: <{message_id}>\r\n\r\n{text}\r\n"
    ).encode()
