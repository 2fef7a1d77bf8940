"""An admin erases a customer: what would go, the name typed, nothing left in the thread. Agents are not offered it."""

import aiohttp
import pytest_asyncio
from playwright.async_api import expect

from router.cli.people import add_api_token, add_login_token, new_agent
from router.store import people
from tests.browser.desk import desk, open_ticket, violations
from tests.contract.http.calls import decided, open_house


@pytest_asyncio.fixture(loop_scope="session")
async def links(tmp_path):
    """A customer with one ticket; one-time links of an agent and of an admin."""
    app = await open_house(tmp_path)
    base = f"http://127.0.0.1:{app.server.port}"
    token = await add_api_token(app.store, "tests", ("telegram",), app.clock)
    said = {
        "channel": "telegram",
        "message_id": "m1",
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": "77", "name": "Mia Wong"},
        "text": "where is my quagmarine",
    }
    async with aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program:
        async with program.post("/api/v1/messages", json=said) as answer:
            assert answer.status == 202
        await decided(app)
    found = {}
    for login, role in (("mei", "agent"), ("ada", "admin")):
        agent = new_agent(app.ids, app.clock, login=login, name=login.title(), role=role)
        await app.store.write(people.add_agent(agent))
        found[login] = f"{base}/login?token={await add_login_token(app.store, agent, app.clock)}"
    yield found
    await app.stop()


async def test_an_admin_erases_a_customer_by_their_name(links, chromium):
    async with desk(chromium, links["ada"], noise=True) as page:
        await open_ticket(page, "T-1001")
        await page.locator("[data-menu=people]").click()
        await page.get_by_role("menuitem", name="Erase").click()
        dialog = page.get_by_role("dialog", name="Erase Mia Wong")
        await expect(dialog.locator("[data-tickets='1']")).to_contain_text("2 messages with all their text and files")
        assert await violations(page) == []
        await dialog.get_by_label("Type the name").fill("Mia")
        await dialog.get_by_role("button", name="Erase for good").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("not the name of this customer")
        await dialog.get_by_label("Type the name").fill("mia wong")
        await dialog.get_by_role("button", name="Erase for good").click()
        await expect(dialog).to_have_count(0)
        await expect(page.locator("[data-erased]")).to_contain_text("Nothing is known of them any more")
        await expect(page.locator(".log")).to_contain_text("You erased this customer")
        await expect(page.locator("#ticket-title")).to_have_text("T-1001")
        await expect(page.locator("body")).not_to_contain_text("quagmarine")
        await expect(page.locator("body")).not_to_contain_text("Mia")


async def test_in_chinese_too_and_not_for_agents(links, chromium):
    async with desk(chromium, links["ada"], language="zh-CN") as page:
        await open_ticket(page, "T-1001")
        await page.locator("[data-menu=people]").click()
        await page.get_by_role("menuitem", name="删除数据").click()
        await expect(page.get_by_role("dialog")).to_contain_text("删除 Mia Wong 的全部数据")
        await expect(page.get_by_role("dialog")).to_contain_text("2 条消息及其全部文字和文件")
    async with desk(chromium, links["mei"]) as page:
        await open_ticket(page, "T-1001")
        await page.locator("[data-menu=people]").click()
        await expect(page.get_by_role("menuitem", name="Block")).to_be_visible()
        await expect(page.get_by_role("menuitem", name="Erase")).to_have_count(0)
