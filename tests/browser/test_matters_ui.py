"""One person, one matter, one ticket in a real browser: merged, split, taken back; what is related, and why."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.desk import desk, open_ticket, violations
from tests.browser.matters_house import HASH, matters_house

NICKNAME = "Another question: how do I change my nickname?"


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with matters_house(tmp_path) as opened:
        yield opened


async def choose(page, item):
    await page.locator("[data-menu=matters]").click()
    await page.locator(f"[role=menuitem][data-value={item}]").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


async def test_two_tickets_of_one_person_are_merged_and_taken_back_with_their_drafts(house, chromium):
    first = await house.told("my card is stuck in the machine", "ann")
    second = await house.told(NICKNAME, "ann")
    await house.told("where is my transfer?", "bob")
    async with desk(chromium, house.link) as page:
        await open_ticket(page, second)
        await page.get_by_role("textbox", name="Reply").fill("Half an answer")
        dialog = await choose(page, "merge")
        await expect(dialog.get_by_role("radio")).to_have_count(1)  # of the same person alone
        assert await violations(page) == []
        await dialog.get_by_role("radio", name=first).check()
        await dialog.get_by_role("button", name=f"Merge into {first}").click()
        await expect(page.locator(f".thread-pane[data-ticket={first}]")).to_be_visible()
        await expect(page.locator(".message.inbound")).to_have_count(2)
        await expect(page.get_by_role("textbox", name="Reply")).to_have_value("Half an answer")
        await expect(page.locator(".log")).to_contain_text("You merged another ticket, with")
        await page.locator(".toast", has_text="is merged into this ticket").get_by_role("button", name="Undo").click()
        await expect(page.locator(f".thread-pane[data-ticket={second}]")).to_be_visible()
        await expect(page.locator(".message.inbound")).to_have_count(1)
        await expect(page.locator(".log")).to_contain_text("You took a merge or split back")


async def test_what_may_not_be_merged_is_said_in_words(house, chromium):
    first = await house.told("my card is stuck in the machine", "ann")
    other = await house.told("where is my transfer?", "bob")
    async with desk(chromium, house.link, language="zh-CN", noise=True) as page:
        await open_ticket(page, first)
        dialog = await choose(page, "merge")
        for number, why in (
            (other, "另一位客户的工单"),
            (first, "这就是当前工单"),
            ("T-9999", "没有这张工单"),
        ):
            await dialog.get_by_label("工单号").fill(number)
            await dialog.get_by_role("button", name=f"并入 {number}").click()
            await expect(dialog.get_by_role("alert")).to_contain_text(why)
        assert await violations(page) == []


async def test_messages_are_split_off_by_keyboard_and_taken_back_from_the_history(house, chromium):
    number = await house.told("my card is stuck in the machine", "ann")
    assert await house.told("my card is still stuck in there", "ann") == number
    async with desk(chromium, house.link) as page:
        await open_ticket(page, number)
        await page.locator("[data-menu=matters]").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=menuitem][data-value=merge]")).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("[role=menuitem][data-value=split]")).to_be_focused()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("button", name="Choose messages")).to_be_disabled()
        assert await violations(page) == []
        await dialog.get_by_role("checkbox", name="still stuck").focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_count(0)
        await expect(page.locator(".message.inbound")).to_have_count(1)
        line = page.locator(".side .history li", has_text="You split 1 message off")
        await expect(line).to_have_count(1)
        await line.get_by_role("link").click()
        await expect(page.locator(".message.inbound")).to_contain_text("still stuck")
        await expect(page.locator(f"[data-related={number}]")).to_contain_text("split by an agent")
        await (
            page.locator(".side .history li", has_text="You made this ticket of 1 message")
            .get_by_role("button", name="Undo")
            .click()
        )
        await expect(page.locator("[data-menu=state]")).to_have_text("Closed")
        await expect(page.locator(".side .history [data-undo]")).to_have_count(0)
        await open_ticket(page, number)
        await expect(page.locator(".message.inbound")).to_have_count(2)


async def test_a_split_that_would_leave_nothing_is_refused_in_words(house, chromium):
    number = await house.told("my card is stuck in the machine", "ann")
    async with desk(chromium, house.link, noise=True) as page:
        await open_ticket(page, number)
        dialog = await choose(page, "split")
        await dialog.get_by_role("checkbox", name="my card is stuck").check()
        await dialog.get_by_role("button", name="Split 1 message off").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("Both tickets need a message of the customer.")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(page.locator("[data-menu=matters]")).to_be_focused()


@pytest.mark.parametrize(
    ("language", "why"), [("en", "names the same transaction"), ("zh-CN", "提到同一笔交易")], ids=["en", "zh-CN"]
)
async def test_what_a_ticket_is_related_to_is_shown_with_its_reason_and_a_link(house, chromium, language, why):
    first = await house.told(f"transfer {HASH} not arrived", "ann")
    stranger = await house.told(f"transfer {HASH} not arrived", "bob")
    assert first != stranger
    async with desk(chromium, house.link, language=language) as page:
        await open_ticket(page, stranger)
        related = page.locator(f"[data-related={first}]")
        await expect(related).to_contain_text(why)
        assert await violations(page) == []
        await related.get_by_role("link").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(f".thread-pane[data-ticket={first}]")).to_be_visible()


async def test_a_number_that_somebody_quotes_is_a_reason_and_no_key(house, chromium):
    first = await house.told("my card is stuck in the machine", "ann")
    guess = await house.told(f"{first}: let me in", "eve")
    async with desk(chromium, house.link) as page:
        await open_ticket(page, guess)
        await expect(page.locator(f"[data-related={first}]")).to_contain_text("a message quotes its number")
