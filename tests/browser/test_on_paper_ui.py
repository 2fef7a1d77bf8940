"""A ticket on paper, and many tickets on a phone: all of it stands there, and nothing covers anything."""

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.desk import desk, open_ticket
from tests.browser.matters_house import matters_house

COVERED = """(rows) => {
    const box = (each) => each.getBoundingClientRect();
    const reaches = (part, row) => box(part).bottom > box(row).top + 1;
    return rows.slice(1).filter((row, i) => [...rows[i].children].some((part) => reaches(part, row))).length;
}"""
CUT = "(box) => box.scrollHeight > box.clientHeight + 1"


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with matters_house(tmp_path) as opened:
        yield opened


async def test_a_ticket_is_printed_whole_and_without_its_tools(house, chromium):
    number = await house.told("where is my transfer?", "kim")
    for line in range(30):
        await house.told(f"line {line}", "kim")
    async with desk(chromium, house.link, theme="dark") as page:
        await open_ticket(page, number)
        assert await page.locator("#thread").evaluate(CUT)
        await page.emulate_media(media="print")
        for tools in (".rail", ".list-side", ".composer", ".side", ".head-acts"):
            await expect(page.locator(tools)).to_be_hidden()
        await expect(page.locator("#ticket-title")).to_be_visible()
        assert not await page.locator("#thread").evaluate(CUT)
        assert await page.evaluate("document.documentElement.scrollHeight > innerHeight")


async def test_fifty_tickets_of_an_incident_stand_below_each_other_on_a_phone(house, chromium):
    numbers = [await house.told(f"the card was declined {each}", f"customer {each}") for each in range(50)]
    ids = [await house.id_of(each) for each in numbers]
    await house.app.incidents.open("Cards are declined", ids, house.mei)
    async with desk(chromium, house.link, size=(360, 740)) as page:
        await page.keyboard.press("I")
        rows = page.locator(".incident-tickets li")
        await expect(rows).to_have_count(50)
        assert await rows.evaluate_all(COVERED) == 0


async def test_what_a_ticket_is_about_is_seen_on_a_phone(house, chromium):
    number = await house.told("where is my transfer?", "kim")
    async with desk(chromium, house.link, size=(360, 740)) as page:
        await open_ticket(page, number)
        await expect(page.locator(".head-facts .tag")).to_have_text("transfer")
        await expect(page.locator(".head-facts .tag")).to_be_visible()


async def test_a_name_that_was_masked_is_a_chip_in_the_list(house, chromium):
    number = await house.told("hello", "k", sender={"id": "k", "name": "My card is 4111 1111 1111 1111"})
    async with desk(chromium, house.link) as page:
        who = page.locator(f".row[data-ticket={number}] .who")
        await expect(who).to_contain_text("Card number")
        await expect(who).not_to_contain_text("[CARD]")
