"""A house with two agents, a web chat, and customers who write as they are told to; for tests of the agents' desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from router.app import App
from router.cli.people import add_api_token, add_login_token, new_agent
from router.config import ChannelConfig
from router.model.ids import TicketId
from router.model.tables import Agent
from router.store import inbox, people
from router.store.script import Record, Script, select
from tests.contract.http.calls import decided, message, open_house, ticket_of

HASH = "0x" + "3f9a" * 16


class MattersHouse:
    """What such a test holds in its hands."""

    def __init__(self, app: App, mei: Agent, link: str, program: aiohttp.ClientSession) -> None:
        self.app, self.mei, self.link, self.program = app, mei, link, program
        self.base = link.partition("/login")[0]
        self.chat_url = f"{self.base}/channels/webchat/default/"

    async def told(self, text: str, who: str, **fields: object) -> str:
        """A customer says something; the number of the ticket it came to."""
        said = message(text, **({"sender": {"id": who, "name": who.title()}} | fields))
        async with self.program.post("/api/v1/messages", json=said) as answer:
            assert answer.status == 202, await answer.text()
        await decided(self.app)
        ((number,),) = await self.app.store.read(ticket_of(said["message_id"]))
        return f"T-{number}"

    async def number_of(self, text: str) -> str:
        """The number of the ticket in which a customer said this."""
        ((number,),) = await self.app.store.read(_ticket_with(text))
        return f"T-{number}"

    async def id_of(self, number: str) -> TicketId:
        """The id behind a ticket's number."""
        found = await self.app.store.read(inbox.ticket_id(None, number))
        assert found is not None
        return found


@asynccontextmanager
async def matters_house(folder: Path) -> AsyncIterator[MattersHouse]:
    """Open it; mei's one-time link leads in."""
    app = await open_house(folder, ChannelConfig(kind="webchat", settings={"title": "Acme Support"}))
    base = f"http://127.0.0.1:{app.server.port}"
    mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
    await app.store.write(people.add_agent(mei))
    token = await add_api_token(app.store, "tests", ("telegram", "facebook", "x"), app.clock)
    async with aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program:
        link = f"{base}/login?token={await add_login_token(app.store, mei, app.clock)}"
        yield MattersHouse(app, mei, link, program)
    await app.stop()


def _ticket_with(text: str) -> Script[list[Record]]:
    sql = "SELECT t.number FROM messages AS m JOIN tickets AS t ON t.id = m.ticket_id WHERE m.text = :text"
    return (yield from select(sql, text=text))
