"""One house for all tests of a file: an agent signed in, a program with a token, and a stranger."""

from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio

from router.cli.people import add_api_token, add_login_token
from router.web.auth import hash_password
from tests.contract.http.calls import PASSWORD, add_agent, decided, get, message, open_house, ticket_of
from tests.contract.http.wallet import backend, li

__all__ = ["backend", "house", "li", "told"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory):
    """A running house with the agent mei signed in at `agent`, and a program's token at `program`."""
    app = await open_house(tmp_path_factory.mktemp("house"))
    base = f"http://127.0.0.1:{app.server.port}"
    mei = await add_agent(app, "mei", password_hash=hash_password(PASSWORD))
    token = await add_api_token(app.store, "tests", ("x", "telegram", "facebook"), app.clock)
    async with (
        aiohttp.ClientSession(base, headers={"X-Switchboard": "1"}, cookie_jar=aiohttp.CookieJar(unsafe=True)) as agent,
        aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program,
        aiohttp.ClientSession(base, cookie_jar=aiohttp.DummyCookieJar()) as stranger,
    ):
        login = await add_login_token(app.store, mei, app.clock)
        assert (await agent.post("/api/v1/login", json={"token": login})).status == 200
        yield SimpleNamespace(app=app, agent=agent, program=program, stranger=stranger, mei=mei)
    await app.stop()


@pytest.fixture
def told(house):
    """Let a customer say something; the ticket as an agent sees it."""

    async def tell(text="where is my transfer?", **fields):
        said = message(text, **fields)
        async with house.program.post("/api/v1/messages", json=said) as answer:
            assert answer.status == 202, await answer.text()
        await decided(house.app)
        ((number,),) = await house.app.store.read(ticket_of(said["message_id"]))
        return await get(house, f"/api/v1/tickets/T-{number}")

    return tell
