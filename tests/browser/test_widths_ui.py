"""Room for what matters at the widths between a phone and a large screen, and between Chinese and Latin words."""

import aiohttp
import pytest
from playwright.async_api import expect

from tests.browser.desk import desk, open_ticket

# How much wider a Chinese sentence with a Latin word is than without the space that stands around it.
SPACE = """() => {
    const span = document.body.appendChild(document.createElement("span"));
    span.textContent = "通过WhatsApp发送";
    const wide = span.getBoundingClientRect().width;
    span.style.textAutospace = "no-autospace";
    return wide - span.getBoundingClientRect().width;
}"""


async def test_list_and_thread_share_what_a_small_screen_has(demo, chromium):
    async with desk(chromium, demo.agent_login_url, size=(1000, 700)) as page:
        await open_ticket(page)
        thread, rows = [await page.locator(pane).bounding_box() for pane in (".thread-pane", ".list-side")]
        assert thread is not None
        assert rows is not None
        assert thread["width"] >= 480
        assert rows["width"] >= 280


async def test_signing_out_stands_in_sight_on_a_phone(demo, chromium):
    async with desk(chromium, demo.agent_login_url, size=(390, 844)) as page:
        await page.locator(".rail-button").click()
        await page.locator(".me-button").click()
        menu = page.locator(".me [role=menu]")
        await expect(menu).to_be_visible()
        assert await menu.evaluate("(menu) => menu.scrollHeight <= menu.clientHeight")


async def test_on_a_phone_the_menu_is_gone_when_a_dialog_opened_from_it_is_closed(demo, chromium):
    async with desk(chromium, demo.agent_login_url, size=(390, 844)) as page:
        await page.locator(".rail-button").click()
        await page.locator("[data-place=incidents]").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.locator(".rail")).to_be_hidden()


async def test_a_name_of_one_long_word_stays_in_its_message(demo, chromium):
    name = "Wolfeschlegelsteinhausenbergerdorff" * 3
    message = {
        "channel": "whatsapp",
        "message_id": "long-name",
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": "long-name", "name": name},
        "text": "Zeppelins never land here",
    }
    headers = {"Authorization": f"Bearer {demo.api_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{demo.base_url}/api/v1/messages", json=message) as answer,
    ):
        assert answer.status == 202
    async with desk(chromium, demo.agent_login_url, size=(390, 844)) as page:
        await page.locator("#search").fill("zeppelins")
        await expect(page.locator("#list-title")).to_have_text("Search results")
        await page.locator(".row", has_text=name).click()
        header = page.locator(".message.inbound .bubble > header").first
        await expect(header).to_contain_text(name)
        assert await header.evaluate("(header) => header.scrollWidth <= header.clientWidth")


@pytest.mark.parametrize(("language", "is_spaced"), [("en", False), ("zh-CN", True)])
async def test_latin_words_in_chinese_stand_apart(demo, chromium, language, is_spaced):
    async with desk(chromium, demo.agent_login_url, language=language) as page:
        assert (await page.evaluate(SPACE) > 1) is is_spaced
