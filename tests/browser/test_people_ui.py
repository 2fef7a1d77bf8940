"""Who is who in a real browser over a real house: proof and date, hints, a merge with its preview, and its undoing."""

import re

import aiohttp
import pytest_asyncio
from playwright.async_api import expect

from router.cli.people import add_api_token, add_login_token, new_agent
from router.store import people
from tests.browser.desk import desk, open_ticket, violations
from tests.contract.http.calls import decided, open_house

SINCE = re.compile(r"The channel itself vouches for this account, since .*20\d\d")
SENDERS = (
    {"id": "77", "name": "Mia Wong"},
    {"id": "88", "name": "mia wong", "verified": True, "user_id": "mia-1"},
    {"id": "77", "name": "Mia Wong", "verified": True, "user_id": "mia-1"},
)


@pytest_asyncio.fixture(loop_scope="session")
async def link(tmp_path):
    """Two of one name, and a message that proves both; mei's one-time link."""
    app = await open_house(tmp_path)
    base = f"http://127.0.0.1:{app.server.port}"
    mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
    await app.store.write(people.add_agent(mei))
    token = await add_api_token(app.store, "tests", ("telegram",), app.clock)
    async with aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program:
        for number, sender in enumerate(SENDERS):
            said = {
                "channel": "telegram",
                "message_id": f"m{number}",
                "visibility": "private",
                "sent_at": "2026-11-02T08:00:03Z",
                "sender": sender,
                "text": f"my question {number}",
            }
            async with program.post("/api/v1/messages", json=said) as answer:
                assert answer.status == 202
            await decided(app)
    yield f"{base}/login?token={await add_login_token(app.store, mei, app.clock)}"
    await app.stop()


async def test_an_agent_merges_two_after_looking_and_undoes_it(link, chromium):
    async with desk(chromium, link) as page:
        await open_ticket(page, "T-1001")
        identities = page.locator(".identities li")
        await expect(identities).to_have_count(1)
        await expect(identities.locator(".chip")).to_have_attribute("title", SINCE)
        hint = page.locator(".people-hints [data-contact=C-2]")
        await expect(hint).to_contain_text("both proven for one address")
        await expect(hint).to_contain_text("same name")
        await expect(page.locator(".people-conflict")).to_contain_text("Proven for two people")
        assert await violations(page) == []
        await hint.get_by_role("button", name="Merge").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.locator(".people-preview")).to_contain_text("T-1002")
        await expect(dialog.locator(".people-preview")).to_contain_text("T-1003")
        assert await violations(page) == []
        await dialog.get_by_label("Reason").fill("called us")
        await dialog.get_by_role("button", name="Merge").click()
        await expect(dialog).to_have_count(0)
        await expect(identities).to_have_count(3)
        await expect(page.locator(".people-conflict")).to_have_count(0)
        await expect(page.locator(".log")).to_contain_text("You merged two customers")
        await page.locator(".people-acts summary").click()
        await page.locator("[data-act=merge]").get_by_role("button", name="Undo").click()
        await dialog.get_by_label("Reason").fill("a sister")
        await dialog.get_by_role("button", name="Undo").click()
        await expect(identities).to_have_count(1)
        await expect(page.locator("[data-act=merge]")).to_contain_text("undone: a sister")


async def test_an_agent_links_an_address_and_says_that_two_are_two(link, chromium):
    async with desk(chromium, link, language="zh-CN", noise=True) as page:
        await open_ticket(page, "T-1001")
        await page.locator("[data-menu=people]").click()
        await page.get_by_role("menuitem", name="关联").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("类型").fill("telegram")
        await dialog.get_by_label("地址").fill("88")
        await dialog.get_by_label("原因").fill("电话中说的")
        await dialog.get_by_role("button", name="关联").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("该地址已证实属于 C-2")
        await dialog.get_by_label("类型").fill("email")
        await dialog.get_by_label("地址").fill("mia@example.org")
        await dialog.get_by_role("button", name="关联").click()
        await expect(page.locator(".identities li")).to_have_count(2)
        await expect(page.locator(".identities")).to_contain_text("mia@example.org")
        await page.locator("[data-contact=C-2]").get_by_role("button", name="两个人").click()
        await dialog.get_by_label("原因").fill("姐妹")
        await dialog.get_by_role("button", name="两个人").click()
        await expect(page.locator(".people-hints")).to_have_count(0)
        await expect(page.locator(".contact")).to_contain_text("不是同一人")
        await page.locator("[data-menu=people]").click()
        await page.get_by_role("menuitem", name="合并").click()
        await dialog.get_by_label("谁是同一个人？").fill("C-2")
        await dialog.get_by_role("button", name="预览").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("客服已标明这是两个人")
