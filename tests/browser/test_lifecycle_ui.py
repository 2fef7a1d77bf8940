"""How a ticket ends, in a real browser: why, and what its customer is to supplement."""

from playwright.async_api import expect

from tests.browser.desk import desk, open_ticket, violations


async def test_rejecting_asks_what_is_missing_and_the_side_panel_keeps_it(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await open_ticket(page)
        listed = await page.locator(".list-head .total").inner_text()
        await page.locator("[data-menu=state]").click()
        await page.locator("[role=menuitemradio][data-value=rejected]").click()
        dialog = page.locator("dialog.ending")
        await expect(dialog).to_be_visible()
        assert await violations(page) == []
        await dialog.locator("[data-act=end]").click()
        await expect(dialog).to_be_visible()  # neither field may stay empty
        await dialog.locator("[name=reason]").fill("We cannot read the photo")
        await dialog.locator("[name=checklist]").fill("a sharp photo\nthe back of the card\n")
        await dialog.locator("[data-act=end]").click()
        await expect(page.locator("[data-menu=state]")).to_have_text("Rejected")
        await expect(page.locator(".side .facts li")).to_have_text(["a sharp photo", "the back of the card"])
        told = page.locator(".message.reply", has_text="- a sharp photo")
        await expect(told).to_have_count(1)
        await expect(told).to_contain_text("We cannot read the photo")
        await expect(page.locator(".list-head .total")).to_have_text(listed)  # it waits for its customer
