"""Who writes and what was read, over the API and the feed of a running house, with visitors of its web chat."""

import asyncio
from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio

from connectors.webchat.simulator import VisitorClient
from router.cli.people import add_api_token, add_login_token
from router.config import ChannelConfig
from router.store import switches
from router.store.switches import Switch
from tests.contract.http.calls import add_agent, decided, get, message, open_house, path_of, post, ticket_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE_S = 20.0


async def signed_in(app, base, login):
    agent = await add_agent(app, login)
    jar = aiohttp.CookieJar(unsafe=True)
    session = aiohttp.ClientSession(base, headers={"X-Switchboard": "1"}, cookie_jar=jar)
    token = await add_login_token(app.store, agent, app.clock)
    assert (await session.post("/api/v1/login", json={"token": token})).status == 200
    return session


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory):
    """A house with a web chat; mei is signed in at `agent`, tom at `tom`."""
    app = await open_house(tmp_path_factory.mktemp("house"), ChannelConfig(kind="webchat"))
    base = f"http://127.0.0.1:{app.server.port}"
    agent, tom = await signed_in(app, base, "mei"), await signed_in(app, base, "tom")
    token = await add_api_token(app.store, "tests", ("telegram",), app.clock)
    headers = {"Authorization": f"Bearer {token}"}
    async with agent, tom, aiohttp.ClientSession(base) as stranger, aiohttp.ClientSession(base, headers=headers) as api:
        yield SimpleNamespace(app=app, base=base, agent=agent, tom=tom, stranger=stranger, program=api)
    await app.stop()


class Visit:
    """A visitor who has written, and their ticket as an agent sees it."""

    def __init__(self, house, client):
        self._house, self.client = house, client

    async def write(self, text):
        before = set(self.client.messages)
        assert (await self.client.write(text)).outcome == "accepted"
        await decided(self._house.app)
        await self.client.until(lambda v: [m for m in set(v.messages) - before if v.messages[m].author == "customer"])
        ((number,),) = await self._house.app.store.read(ticket_of(self._external(text)))
        self.ticket = await get(self._house, f"/api/v1/tickets/T-{number}")
        return next(m["id"] for m in reversed(self.ticket["messages"]) if m["text"] == text)

    def _external(self, text):
        (own,) = [m.client_msg_id for m in self.client.messages.values() if m.text == text]
        return f"{self.client.visitor}:{own}"


@pytest_asyncio.fixture(loop_scope="module")
async def visit(house):
    """A visitor who has said hello."""
    address = f"{house.base}/channels/webchat/default/ws".replace("http", "ws", 1)
    async with aiohttp.ClientSession() as http:
        client = VisitorClient(http, address, house.app.clock, house.app.ids, signals=True)
        async with client:
            made = Visit(house, client)
            await made.write("hello")
            yield made


@pytest.fixture
def heard(house):
    """`heard()` is what was said on the bus since the last call."""
    hearing = house.app.bus.hear()

    def take():
        return [hearing._waiting.get_nowait() for _ in range(hearing._waiting.qsize())]

    yield take
    hearing.close()


async def say(house, ticket, session=None, status=202, **body):
    return await post(house, path_of(ticket, "/signals"), body, status, session=session)


class Inbox:
    """One agent's live line."""

    def __init__(self, socket):
        self._socket = socket

    async def open(self, ticket):
        """Have a ticket open; the server knows once it has answered."""
        await self._socket.send_json({"type": "watch", "ticket": ticket})

    async def typing(self):
        """The next signal; what else comes is passed over."""
        async with asyncio.timeout(PATIENCE_S):
            while (frame := await self._socket.receive_json())["type"] != "typing":
                pass
        return {key: value for key, value in frame.items() if key != "type"}


async def watching(house, *tickets):
    """Wait until so many inboxes watch."""
    async with asyncio.timeout(PATIENCE_S):
        while sum(map(len, house.app.board._watchers.values())) < len(tickets):
            await asyncio.sleep(0.01)


# --- to the customer ----------------------------------------------------------------------------------------------


async def test_a_visitor_sees_that_an_agent_writes_and_has_read(house, visit, heard):
    ticket = visit.ticket
    assert ticket["signals"] == ["typing", "read"]
    assert await say(house, ticket, kind="typing") == {"ok": True}
    await visit.client.until(lambda v: v.writing == "Mei")
    await say(house, ticket, kind="typing", over=True)
    await visit.client.until(lambda v: v.writing is None)
    await say(house, ticket, kind="read")
    last = [m for m in ticket["messages"] if m["kind"] == "inbound"][-1]["id"]
    await visit.client.until(lambda v: v.seen_up_to == last)
    assert [signal.for_customer for signal in heard()] == [True, True, True]


async def test_one_of_a_kind_in_four_seconds_from_one_agent(house, visit, heard):
    for _ in range(5):
        await say(house, visit.ticket, kind="typing")
    await say(house, visit.ticket, house.tom, kind="typing")
    assert [signal.name for signal in heard()] == ["Mei", "Tom"]


async def test_nothing_of_it_is_kept(house, visit):
    before = await get(house, path_of(visit.ticket))
    await say(house, visit.ticket, kind="typing")
    await say(house, visit.ticket, kind="read")
    await visit.client.until(lambda v: v.seen_up_to)
    assert await get(house, path_of(visit.ticket)) == before


@pytest.mark.parametrize("visibility", ["public", "private"])
async def test_no_customer_is_told_of_public_threads_nor_where_the_channel_cannot(house, heard, visibility):
    said = message(visibility=visibility)
    async with house.program.post("/api/v1/messages", json=said) as taken:
        assert taken.status == 202
    await decided(house.app)
    ((number,),) = await house.app.store.read(ticket_of(said["message_id"]))
    ticket = await get(house, f"/api/v1/tickets/T-{number}")
    assert ticket["signals"] == []
    await say(house, ticket, kind="typing")
    await say(house, ticket, kind="read")
    assert [(signal.kind, signal.for_customer) for signal in heard()] == [("typing", False)]


async def test_a_blocked_visitor_is_told_nothing_and_not_shown(house, visit, heard):
    contact = visit.ticket["contact"]["label"]
    await post(house, "/api/v1/blocks", {"contact": contact, "reason": "abuse"}, 201)
    await say(house, visit.ticket, kind="typing")
    await say(house, visit.ticket, kind="read")
    assert [(signal.kind, signal.for_customer) for signal in heard()] == [("typing", False)]
    async with house.agent.ws_connect("/api/v1/feed") as socket:
        inbox = Inbox(socket)
        await inbox.open(visit.ticket["ticket"]["id"])
        await watching(house, "visitor", "mei")
        await visit.client.type()
        await visit.client.ping()
        await say(house, visit.ticket, house.tom, kind="typing")
        assert (await inbox.typing())["by"] == "agent", "what the visitor did came before"


async def test_while_a_channel_is_off_nobody_is_told(house, visit, heard):
    for cause in ("operator", "credentials"):
        off = Switch(kind="webchat", account="default", cause=cause, detail="", since_ms=1)
        await house.app.store.write(switches.turn_off(off))
        house.app.switches._off[off.kind, off.account, cause] = off
        await say(house, visit.ticket, house.agent if cause == "operator" else house.tom, kind="typing")
        await house.app.store.write(switches.turn_on("webchat", "default", cause))
        await house.app.switches.look()
    assert [signal.for_customer for signal in heard()] == [False, False]


# --- to the agent -------------------------------------------------------------------------------------------------


async def test_who_has_the_ticket_open_sees_its_customer_type_and_a_colleague_write(house, visit):
    ticket_id = visit.ticket["ticket"]["id"]
    async with house.agent.ws_connect("/api/v1/feed") as here, house.tom.ws_connect("/api/v1/feed") as there:
        mei, tom = Inbox(here), Inbox(there)
        await mei.open(visit.ticket["ticket"]["number"])
        await tom.open(ticket_id)
        await watching(house, "visitor", "mei", "tom")
        await visit.client.type()
        customer = {"ticket": ticket_id, "by": "customer", "name": None, "over": False}
        assert await mei.typing() == await tom.typing() == customer
        await say(house, visit.ticket, kind="typing")
        await say(house, visit.ticket, house.tom, kind="typing", over=True)
        assert await tom.typing() == {"ticket": ticket_id, "by": "agent", "name": "Mei", "over": False}
        assert await mei.typing() == {"ticket": ticket_id, "by": "agent", "name": "Tom", "over": True}, "not their own"


async def test_nobody_hears_of_a_ticket_that_is_not_open_any_more(house, visit):
    async with house.agent.ws_connect("/api/v1/feed") as socket:
        inbox = Inbox(socket)
        await inbox.open(visit.ticket["ticket"]["id"])
        await watching(house, "visitor", "mei")
        for gone in ("T-99999", None):
            await inbox.open(gone)
            async with asyncio.timeout(PATIENCE_S):
                while sum(map(len, house.app.board._watchers.values())) > 1:
                    await asyncio.sleep(0.01)
            await inbox.open(visit.ticket["ticket"]["id"])
            await watching(house, "visitor", "mei")
    async with asyncio.timeout(PATIENCE_S):
        while sum(map(len, house.app.board._watchers.values())) > 1:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("said", ["", "x", "[]", '{"type":7}', '{"type":"watch","ticket":7}', '{"ticket":"T-1"}'])
async def test_what_an_inbox_says_wrong_is_passed_over(house, visit, said):
    async with house.agent.ws_connect("/api/v1/feed") as socket:
        await socket.send_str(said)
        await Inbox(socket).open(visit.ticket["ticket"]["id"])
        await watching(house, "visitor", "mei")
        await visit.client.type()
        assert (await Inbox(socket).typing())["by"] == "customer"


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{}, {"kind": "heard"}, {"kind": "typing", "over": 1}, {"kind": "typing", "to": "x"}])
async def test_what_is_no_signal_is_refused(house, visit, body):
    assert (await say(house, visit.ticket, status=400, **body))["code"] == "invalid"


async def test_only_agents_say_it_and_only_of_tickets_that_there_are(house, visit):
    headers = {"X-Switchboard": "1"}
    async with house.stranger.post(path_of(visit.ticket, "/signals"), json={"kind": "typing"}, headers=headers) as one:
        assert one.status == 401
    await post(house, "/api/v1/tickets/T-99999/signals", {"kind": "typing"}, 404)
