"""Two tabs of one agent: what is stuck in one stands in both, and is sent or taken back once."""

from playwright.async_api import Page, Route, expect

from tests.browser.desk import desk, live, open_ticket, sign_in


async def lose(route: Route) -> None:
    await route.abort()


async def write(page: Page, text: str) -> None:
    await page.keyboard.press("r")
    await page.locator("#composer").fill(text)
    await page.keyboard.press("Control+Enter")


async def other_tab(page: Page) -> Page:
    tab = await page.context.new_page()
    await tab.goto(page.url)
    await live(tab)
    await expect(tab.locator("#composer")).to_be_visible()
    return tab


async def test_what_is_stuck_stands_in_both_tabs_and_is_taken_back_once(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        tab = await other_tab(page)
        await page.route("**/replies", lose)
        await write(page, "cannot leave yet")
        for each in (page, tab):
            await expect(each.locator(".message.pending")).to_contain_text("Waiting to be sent")
        await tab.locator(".message.pending").get_by_role("button", name="Edit").click()
        await expect(tab.locator("#composer")).to_have_value("cannot leave yet")
        await expect(page.locator(".message.pending")).to_have_count(0)
        await tab.keyboard.press("Control+Enter")
        sent = page.locator(".message.reply.agent:not(.pending)", has_text="cannot leave yet")
        await expect(sent).to_have_count(1)
        await page.reload()
        await live(page)
        await expect(sent).to_have_count(1)
        await expect(page.locator(".message.pending")).to_have_count(0)


async def test_no_tab_forgets_what_is_stuck_in_another(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        tab = await other_tab(page)
        for each, text in ((page, "stuck in the first"), (tab, "stuck in the second")):
            await each.route("**/replies", lose)
            await write(each, text)
        stuck = page.locator(".message.pending", has_text="stuck in the")
        await expect(stuck).to_have_count(2)
        await tab.close()
        await page.reload()
        await live(page)
        await expect(stuck).to_have_count(2)
        await page.unroute("**/replies")
        for text in ("stuck in the first", "stuck in the second"):
            await expect(page.locator(".message.reply.agent:not(.pending)", has_text=text)).to_have_count(1)
        await expect(page.locator(".message.pending")).to_have_count(0)


async def test_a_tab_does_nothing_as_whoever_signs_in_next(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as lee:
        await open_ticket(lee)
        await lee.keyboard.press("r")
        await lee.locator("#composer").fill("in Lee's name alone")
        ada = await sign_in(chromium, demo.admin_login_url)
        await lee.context.add_cookies(ada["cookies"])
        await lee.keyboard.press("Control+Enter")
        await expect(lee.locator(".sign-in-dialog")).to_be_visible()
        await expect(lee.locator(".message.pending")).to_contain_text("in Lee's name alone")
        await expect(lee.locator(".message.reply.agent:not(.pending)", has_text="in Lee's name")).to_have_count(0)


async def test_a_message_that_is_taken_back_is_edited_where_it_was_written(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        await page.route("**/notes", lose)
        await page.keyboard.press("m")
        await page.locator("#composer").fill("for the team")
        await page.keyboard.press("Control+Enter")
        await page.locator("[data-tab=reply]").click()
        await page.locator(".message.pending").get_by_role("button", name="Edit").click()
        await expect(page.locator(".composer.note #composer")).to_be_focused()
        await expect(page.locator("#composer")).to_have_value("for the team")
        await page.locator("#composer").fill("")
