"""What an agent writes while the server cannot be reached: it waits in sight, and leaves once, in its order."""

import asyncio

import pytest_asyncio
from playwright.async_api import Page, Route, expect

from router.store.script import select
from tests.browser.desk import desk, live, open_ticket, violations
from tests.browser.matters_house import matters_house


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with matters_house(tmp_path) as opened:
        yield opened


async def write(page: Page, text: str, key: str = "r") -> None:
    await page.keyboard.press("Escape")
    await page.keyboard.press(key)
    await page.locator("#composer").fill(text)
    await page.keyboard.press("Control+Enter")


def pending(page: Page, text: str = ""):
    return page.locator(".message.pending", has_text=text)


def _written(kind):
    sql = "SELECT text FROM messages WHERE kind = :kind AND author_id IS NOT NULL ORDER BY id"
    rows = yield from select(sql, kind=kind)
    return [text for (text,) in rows]


async def replies(house) -> list[str]:
    return await house.app.store.read(_written("reply"))


async def test_replies_written_without_a_line_leave_once_and_in_order(house, chromium):
    number = await house.told("where is my transfer?", "kim")
    async with desk(chromium, house.link, noise=True) as page:
        await open_ticket(page, number)
        await page.context.set_offline(True)
        await write(page, "first")
        await expect(pending(page, "first")).to_contain_text("Waiting to be sent")
        await write(page, "second")
        await write(page, "for the team", "m")
        await expect(pending(page)).to_have_count(3)
        await expect(pending(page, "second")).to_contain_text("Waiting to be sent")
        assert await violations(page) == []
        assert await replies(house) == []
        await page.context.set_offline(False)
        await expect(pending(page)).to_have_count(0)
        assert await replies(house) == ["first", "second"]
        await expect(page.locator(".message.note", has_text="for the team")).to_have_count(1)
        await expect(page.locator("#composer")).to_have_value("")


async def test_an_answer_that_waits_is_not_sent_to_what_came_meanwhile(house, chromium):
    number, other = await house.told("where is my transfer?", "kim"), await house.told("hello", "lou")
    async with desk(chromium, house.link, noise=True) as page:
        await open_ticket(page, number)
        await page.context.set_offline(True)
        await write(page, "first")
        await write(page, "second")
        await expect(pending(page, "second")).to_contain_text("Waiting to be sent")
        await page.locator(f".row[data-ticket={other}]").click()
        await house.told("it has just come, thank you", "kim")
        await page.context.set_offline(False)
        toast = page.locator(".toast", has_text=number)
        await expect(toast).to_contain_text("Not sent yet")
        await toast.get_by_role("button").click()
        await expect(page.locator("[data-refused=stale_reply]")).to_contain_text("it has just come")
        await expect(page.locator("#composer")).to_have_value("first\n\nsecond")
        assert await replies(house) == []


async def test_what_was_written_while_the_last_was_under_way_follows_it(house, chromium):
    number = await house.told("where is my transfer?", "kim")
    async with desk(chromium, house.link) as page:
        await open_ticket(page, number)
        go_on = asyncio.Event()

        async def slow(route: Route) -> None:
            await go_on.wait()
            await route.continue_()

        await page.route("**/replies", slow, times=1)
        await write(page, "first")
        await write(page, "second")
        await expect(pending(page)).to_have_count(2)
        go_on.set()
        await expect(pending(page)).to_have_count(0)
        assert await replies(house) == ["first", "second"]


async def test_what_waits_when_the_page_goes_leaves_with_the_next(house, chromium):
    number = await house.told("where is my transfer?", "kim")
    async with desk(chromium, house.link, noise=True) as page:
        await open_ticket(page, number)
        await page.route("**/replies", lambda route: route.abort())
        await write(page, "still to be sent")
        await expect(pending(page)).to_contain_text("Waiting to be sent")
        await page.unroute("**/replies")
        await page.goto(f"{house.base}/inbox/mine")
        await live(page)
        await open_ticket(page, number)
        await expect(page.locator(".message.reply:not(.pending)", has_text="still to be sent")).to_have_count(1)
        assert await replies(house) == ["still to be sent"]


async def test_what_is_typed_when_the_session_ends_stays_where_it_was_typed(house, chromium):
    number = await house.told("where is my transfer?", "kim")
    async with desk(chromium, house.link, noise=True) as page:
        await open_ticket(page, number)
        await page.keyboard.press("r")
        await page.keyboard.type("I have")
        await page.context.clear_cookies(name="switchboard_session")
        await page.evaluate("fetch('/api/v1/queues')")
        await write(page, "I have looked", "r")
        for letter in "and I go on writing":
            await page.keyboard.type(letter)
            await asyncio.sleep(0.03)
        await expect(page.locator("#composer")).to_have_value("and I go on writing")
        await expect(pending(page, "I have looked")).to_contain_text("Waiting to be sent")
        await expect(page.locator(".sign-in-dialog")).to_be_visible()
        await page.keyboard.type(" blindly")
        await expect(page.locator("#login")).to_have_value("mei")
        await expect(page.locator("#password")).to_have_value("")
        assert await violations(page) == []
