"""A house for the Facebook connector, and what its tests share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from connectors.facebook.adapter import FacebookConnector
from connectors.facebook.manifest import MANIFEST
from connectors.facebook.simulator import GraphServer, Page, Person
from connectors.facebook.webhook import PATH
from router.connector import Outbound
from tests.servers.connector_house import ConnectorHouse

PAGE = "700100300400"
POST = f"{PAGE}_1001"
NOW = 1_793_606_400_000
"""When tests with a clock of theirs begin."""
TOKEN = "EAAsimulated0page0token0of0some0length"
APP_SECRET = "an-app-secret-of-some-length"
VERIFY_TOKEN = "a-verify-token-of-some-length"
QUICK = {
    "connect_s": 30.0, "call_s": 30.0, "name_s": 15.0, "files_s": 15.0, "retry_s": 0.02, "retry_max_s": 0.1,
    "auth_retry_s": 0.2, "look_s": 0.1,
}  # fmt: skip
FIELDS = [
    "messages", "messaging_postbacks", "messaging_referrals", "message_deliveries", "message_reads", "message_echoes",
    "message_edits", "message_reactions", "feed",
]  # fmt: skip


def wallet_page(number: str = PAGE, **changes: object) -> Page:
    """Our page, subscribed already."""
    found: dict[str, object] = {
        "id": number, "name": "Wallet", "token": TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN,
        "posts": {f"{number}_1001": "Version 5 is out"}, "fields": list(FIELDS),
    }  # fmt: skip
    return Page(**{**found, **changes})  # type: ignore[arg-type]


def settings_for(server: GraphServer, page: Page | None = None, /, **changes: object) -> dict[str, object]:
    """Settings of a channel that talks to the simulator."""
    page = page or server.only_page()
    return {
        "page_id": int(page.id), "page_token": page.token, "app_secret": page.app_secret,
        "verify_token": page.verify_token, "graph_url": server.url,
        "media_hosts": [f"127.0.0.1:{server.port}"], "timeouts": QUICK, **changes,
    }  # fmt: skip


class FacebookHouse(ConnectorHouse):
    """Of one page."""

    def __init__(self, public_url: str = "http://127.0.0.1") -> None:
        super().__init__(MANIFEST, public_url)

    def connector(self, server: GraphServer, **settings: object) -> FacebookConnector:
        """A connector that talks to the simulator."""
        connector = self.made(settings_for(server, **settings))
        assert isinstance(connector, FacebookConnector)
        return connector


def outbound(to: str = "5520931", text: str = "We found it.", /, **changes: object) -> Outbound:
    """A reply to somebody on Messenger, or, with a thread of a post, to a comment."""
    found: dict[str, object] = {
        "id": "o1", "key": "key-1", "message_id": "m1", "channel": "facebook", "account": "default",
        "thread": to, "to": to, "visibility": "private", "text": text, "created_at_ms": 5,
    }  # fmt: skip
    return Outbound(**{**found, **changes})  # type: ignore[arg-type]


def comment_answer(comment_id: str, text: str = "We found it.", **changes: object) -> Outbound:
    """A public answer below a comment."""
    return outbound(text=text, **{"thread": POST, "visibility": "public", "in_reply_to": comment_id, **changes})


def deeds(server: GraphServer, what: str = "messages") -> list[object]:
    """What was given with the calls of one kind."""
    return [given for _, called, given in server.calls if called == what]


def person(server: GraphServer, number: str = "5520931", name: str = "Ann Lee") -> Person:
    """Somebody who writes to our page."""
    return Person(server, number, name)


@contextlib.asynccontextmanager
async def serving(
    server: GraphServer, house: FacebookHouse | None = None, **settings: object
) -> AsyncIterator[tuple[FacebookHouse, FacebookConnector]]:
    """The connector behind a real HTTP server, known to the page's app, and its house."""
    house = house or FacebookHouse()
    connector = house.connector(server, **settings)
    app = web.Application()
    for route in connector.routes(house):
        app.router.add_route(route.method, f"/channels/facebook/default{route.path}", route.handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    page = server.pages[str(settings.get("page_id", PAGE))]
    server.hooks[page.id] = f"http://127.0.0.1:{runner.addresses[0][1]}/channels/facebook/default{PATH}"
    task = asyncio.create_task(connector.run(house))
    try:
        yield house, connector
    finally:
        server.hooks.pop(page.id, None)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.cleanup()
        await connector.close()
        assert connector.health().state == "stopped"


async def delivered(server: GraphServer) -> None:
    """Wait until every event has been taken."""
    await server.until(lambda: not any(page.pending for page in server.pages.values()))
