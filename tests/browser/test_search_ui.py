"""The search field: what is typed stays as it is typed, and is searched for when it is meant."""

import re

from playwright.async_api import Page, expect

from tests.browser.desk import desk

# Longer than the field waits before it searches: what was to come has come.
LATER = "() => new Promise((done) => setTimeout(done, 500))"


async def search(page: Page, text: str) -> None:
    await page.locator("#search").focus()
    await page.keyboard.type(text)


async def test_a_pause_after_a_space_does_not_join_two_words(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await search(page, "card ")
        await expect(page).to_have_url(re.compile(r"\?q=card$"))
        await page.keyboard.type("lost")
        await expect(page).to_have_url(re.compile(r"\?q=card%20lost$"))
        await expect(page.locator("#search")).to_have_value("card lost")


async def test_what_was_dropped_before_it_was_searched_for_does_not_come_back(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await search(page, "card")
        await page.keyboard.press("Escape")
        await page.evaluate(LATER)
        await expect(page.locator("#search")).to_have_value("")
        await expect(page).to_have_url(re.compile("/inbox/all$"))
        await search(page, "card")
        await page.locator(".rail a[href='/inbox/critical']").click()
        await page.evaluate(LATER)
        await expect(page.locator("#search")).to_have_value("")
        await expect(page).to_have_url(re.compile("/inbox/critical$"))


async def test_who_clears_a_search_that_found_nothing_can_type_the_next(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await search(page, "nobodywrotethis")
        await page.get_by_role("button", name="Clear search").click()
        await expect(page.locator("#search")).to_have_value("")
        await expect(page.locator("#search")).to_be_focused()
