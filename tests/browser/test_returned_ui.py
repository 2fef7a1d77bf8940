"""An address whose mail came back, in a real browser over a real house: seen at the customer, lifted by an agent."""

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from router.cli.people import add_api_token, add_login_token, new_agent
from router.config import ChannelConfig
from router.model.changes import Add, Record
from router.model.returned import Returned, returned_id
from router.model.tables import Event
from router.store import changes, inbox, people
from tests.browser.desk import desk, open_ticket, violations
from tests.contract.http.calls import decided, message, open_house

ANN = "ann@mail.example"


@pytest_asyncio.fixture(loop_scope="session")
async def link(tmp_path):
    """Mei's one-time link to a house in which our answer to Ann came back."""
    app = await open_house(tmp_path, ChannelConfig(kind="api", account="mail", settings={"kinds": ["email"]}))
    base = f"http://127.0.0.1:{app.server.port}"
    mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
    await app.store.write(people.add_agent(mei))
    token = await add_api_token(app.store, "tests", ("email",), app.clock)
    said = message(channel="email", sender={"id": ANN, "email": ANN, "name": "Ann"})
    async with aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program:
        assert (await program.post("/api/v1/messages", json=said)).status == 202
    await decided(app)
    ticket = (await app.store.read(inbox.detail(None, "T-1001"))).line.ticket
    now_ms = app.clock.now_ms()
    row = Returned(id=returned_id(ANN), status="5.1.1", message_id="m", at_ms=now_ms)
    told = Event(at_ms=now_ms, kind="sender.returned", ticket_id=ticket.id, data={"status": "5.1.1"})
    await app.store.write(changes.apply([Add(row), Record(told)], now_ms=now_ms))
    yield f"{base}/login?token={await add_login_token(app.store, mei, app.clock)}"
    await app.stop()


@pytest.mark.parametrize(
    ("language", "why", "button", "history"),
    [
        ("en", "refused it for good (5.1.1)", "Send automatic mail again", "automatic mail goes to this address again"),
        ("zh-CN", "永久拒收（5.1.1）", "恢复自动发信", "恢复向该地址自动发信"),
    ],
)
async def test_an_agent_sees_it_and_lets_mail_go_again(link, chromium, language, why, button, history):
    async with desk(chromium, link, language=language) as page:
        await open_ticket(page, "T-1001")
        notice = page.locator("[data-returned]")
        await expect(notice).to_contain_text(why)
        assert await violations(page) == []
        await notice.get_by_role("button", name=button).click()
        await expect(notice).to_have_count(0)
        await expect(page.locator(".log")).to_contain_text(history)
