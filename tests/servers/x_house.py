"""A house for the X connector, and what its tests share."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from connectors.x.adapter import XConnector
from connectors.x.manifest import MANIFEST
from connectors.x.simulator import Account, Person, XServer
from router.clock import SystemClock
from router.connector import Outbound
from router.model.sources import Clock
from tests.servers.connector_house import ConnectorHouse, receiving

OWN = "1111111111111111111"
OTHER = "3333333333333333333"
CONSUMER_SECRET = "a-consumer-secret-of-some-length"
ACCESS_SECRET = "an-access-secret-of-some-length"
QUICK = {
    "connect_s": 30.0, "call_s": 30.0, "file_s": 30.0, "retry_s": 0.02, "retry_max_s": 0.1, "auth_retry_s": 0.2,
}  # fmt: skip


def account(own_id: str = OWN, username: str = "wallet") -> Account:
    """An account whose keys we have."""
    return Account(id=own_id, username=username, token=f"{own_id}-{'t' * 30}", secret=ACCESS_SECRET)


def server(directory: Path, clock: Clock, *accounts: Account, **more: float) -> XServer:
    """An X with our accounts, of an app of ours."""
    return XServer(clock, accounts or (account(),), directory, consumer_secret=CONSUMER_SECRET, **more)  # type: ignore[arg-type]


class XHouse(ConnectorHouse):
    """Of one account."""

    def __init__(self, public_url: str = "http://127.0.0.1") -> None:
        super().__init__(MANIFEST, public_url)

    def connector(self, x: XServer, **settings: object) -> XConnector:
        """A connector that talks to the simulator."""
        keys = x.keys(next(iter(x.accounts.values())))
        found = {**keys, "every_s": 0.05, "start_from": "all", "timeouts": QUICK, **settings}
        connector = self.made(found)
        assert isinstance(connector, XConnector)
        return connector


def outbound(to: str, text: str = "We found it.", /, **changes: object) -> Outbound:
    """A reply to somebody in private; under a post, where `in_reply_to` names one."""
    public = "in_reply_to" in changes
    found: dict[str, object] = {
        "id": "o1", "key": "key-1", "message_id": "m1", "channel": "x", "account": "default",
        "thread": changes.get("in_reply_to", to), "to": to, "visibility": "public" if public else "private",
        "text": text, "created_at_ms": 5,
    }  # fmt: skip
    return Outbound(**{**found, **changes})  # type: ignore[arg-type]


def now(to: str, *text: str, **changes: object) -> Outbound:
    """A reply that was written just now."""
    return outbound(to, *text, **{"created_at_ms": SystemClock().now_ms(), **changes})


def person(x: XServer, number: str = "2222222222222222222", name: str = "Ann") -> Person:
    """Somebody who has to do with our first account."""
    return Person(x, number, name, account=next(iter(x.accounts.values())))


@contextlib.asynccontextmanager
async def running(house: XHouse, x: XServer, **settings: object) -> AsyncIterator[XConnector]:
    """A connector that receives, and stops in good order."""
    connector = house.connector(x, **settings)
    async with receiving(connector, house):
        yield connector


def texts(house: XHouse) -> list[str | None]:
    """What was accepted, in order."""
    return [event.text for event in house.accepted]
