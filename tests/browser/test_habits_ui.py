"""What people do out of habit: click twice, press Esc until it works, write from right to left."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import desk, open_ticket, violations

# Whether the first letters of the text stand to the right of its last, as they are read.
FROM_THE_RIGHT = """(paragraph) => {
    const text = paragraph.firstChild;
    const edge = (at) => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
    };
    return edge(0) > edge(text.length - 1);
}"""


async def test_a_double_click_solves_once(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await open_ticket(page)
        await page.locator("[data-act=solve]").dblclick()
        await expect(page.locator(".toast", has_text="solved")).to_be_visible()
        await expect(page.locator(".toast")).to_have_count(1)
        await page.locator(".toast button").click()


async def test_who_sends_and_solves_goes_on_to_the_next_ticket(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        number = await open_ticket(page)
        await page.keyboard.press("r")
        await page.locator("#composer").fill("This is done.")
        await page.keyboard.press("Control+Shift+Enter")
        await expect(page.locator(f".thread-pane[data-ticket]:not([data-ticket={number}])")).to_be_visible()


async def test_no_key_closes_what_asks_who_is_there(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        await page.context.clear_cookies(name="switchboard_session")
        await page.keyboard.press("i")
        dialog = page.locator(".sign-in-dialog[open]")
        await expect(dialog).to_be_visible()
        for _ in range(4):
            await page.keyboard.press("Escape")
        await expect(dialog).to_be_visible()
        await expect(dialog.locator(":focus")).to_have_count(1)


async def test_a_text_is_read_from_the_side_it_begins_on(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await open_ticket(page)
        await page.keyboard.press("m")
        await page.locator("#composer").fill("שלום, הנה הקוד abc")
        await page.keyboard.press("Control+Enter")
        text = page.locator(".message.note:not(.pending) .text p", has_text="abc")
        await expect(text).to_have_count(1)
        assert await text.evaluate(FROM_THE_RIGHT)


async def test_a_key_held_down_solves_once_and_goes_on_through_the_list(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await open_ticket(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/state") else None)
        for _ in range(4):
            await page.keyboard.down("e")  # every press without a release between is a repetition
        await page.keyboard.up("e")
        await expect(page.locator(".toast", has_text="solved")).to_be_visible()
        await page.locator(".toast button").click()
        await expect(page.locator(".toast", has_text="solved")).to_have_count(0)
        assert len(asked) == 2, "solved, and taken back"
        await page.locator("#rows").focus()
        for _ in range(3):
            await page.keyboard.down("j")
        await page.keyboard.up("j")
        await expect(page.locator(".row.cursor")).to_have_attribute("aria-posinset", "4")


@pytest.mark.parametrize(("language", "theme"), [("en-US", "light"), ("zh-CN", "dark")])
async def test_a_wrong_address_is_a_page_that_everybody_can_read(demo, chromium, language, theme):
    context = await chromium.new_context(locale=language, color_scheme=theme, viewport={"width": 360, "height": 740})
    page = await context.new_page()
    await page.goto(f"{demo.base_url}/channels/webchat/default/nothing")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    assert await page.title() == {"en-US": "There is no such page", "zh-CN": "没有这个页面"}[language]
    await context.close()
