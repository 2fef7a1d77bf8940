"""Room for what matters at the widths between a phone and a large screen, and between Chinese and Latin words."""

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


@pytest.mark.parametrize(("language", "is_spaced"), [("en", False), ("zh-CN", True)])
async def test_latin_words_in_chinese_stand_apart(demo, chromium, language, is_spaced):
    async with desk(chromium, demo.agent_login_url, language=language) as page:
        assert (await page.evaluate(SPACE) > 1) is is_spaced
