"""A house for the Telegram connector, and what its tests share."""

import contextlib
from collections.abc import AsyncIterator

from connectors.telegram.adapter import TelegramConnector
from connectors.telegram.manifest import MANIFEST
from connectors.telegram.simulator import BotApiServer, Person
from router.connector import Outbound
from tests.servers.connector_house import ConnectorHouse, receiving

TOKEN = "700100200:AAF-simulated_bot_token_000000000"
OTHER_TOKEN = "700100201:AAF-simulated_bot_token_000000001"
SECRET = "a-webhook-secret-of-some-length"
ANN, GROUP = 5520931, -1001
QUICK = {
    "connect_s": 30.0, "call_s": 30.0, "poll_s": 1.0, "file_s": 30.0, "album_s": 0.1, "retry_s": 0.02,
    "retry_max_s": 0.1, "auth_retry_s": 0.2, "webhook_look_s": 0.1,
}  # fmt: skip


class TelegramHouse(ConnectorHouse):
    """Of one bot."""

    def __init__(self, public_url: str = "http://127.0.0.1") -> None:
        super().__init__(MANIFEST, public_url)

    def connector(self, server: BotApiServer, **settings: object) -> TelegramConnector:
        """A connector that talks to the simulator."""
        connector = self.made({"token": TOKEN, "base_url": server.url, "timeouts": QUICK, **settings})
        assert isinstance(connector, TelegramConnector)
        return connector


def outbound(chat: int, text: str = "We found it.", **changes: object) -> Outbound:
    """A reply to somebody in private, or in a group."""
    found: dict[str, object] = {
        "id": "o1", "key": "key-1", "message_id": "m1", "channel": "telegram", "account": "default",
        "thread": str(chat), "to": str(chat), "visibility": "private" if chat > 0 else "public", "text": text,
        "created_at_ms": 5,
    }  # fmt: skip
    return Outbound(**{**found, **changes})  # type: ignore[arg-type]


def person(server: BotApiServer, number: int = ANN, name: str = "Ann", **more: object) -> Person:
    """Somebody who writes to our bot."""
    return Person(server, number, name, bot=server.bots[TOKEN], **more)


@contextlib.asynccontextmanager
async def running(house: TelegramHouse, server: BotApiServer, **settings: object) -> AsyncIterator[TelegramConnector]:
    """A connector that receives, and stops in good order."""
    connector = house.connector(server, **settings)
    async with receiving(connector, house):
        yield connector


def texts(house: TelegramHouse) -> list[str | None]:
    """What was accepted, in order."""
    return [event.text for event in house.accepted]


async def confirmed(server: BotApiServer) -> None:
    """Wait until Telegram has been told of all."""
    await server.until(lambda: not server.bots[TOKEN].pending)
