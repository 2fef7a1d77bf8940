"""A line that is slow or gone: one wish is done once, what was written stays, what is not known is not said."""

import asyncio

import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.browser.desk import desk, live, open_ticket
from tests.browser.matters_house import matters_house


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with matters_house(tmp_path) as opened:
        yield opened


async def lose(route: Route) -> None:
    await route.abort()


async def incidents(page: Page):
    await page.locator("#rows").focus()
    await page.keyboard.press("I")
    dialog = page.get_by_role("dialog", name="Incidents")
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_double_click_declares_one_incident(house, chromium):
    await house.told("hello", "customer 1")
    async with desk(chromium, house.link) as page:
        dialog = await incidents(page)
        await dialog.get_by_role("textbox", name="What is broken?").fill("Cards are declined")
        await dialog.get_by_role("button", name="Declare").dblclick()
        await expect(dialog.locator(".incident")).to_have_count(1)
        await expect(dialog.get_by_role("textbox")).to_have_value("")
        await page.reload()
        await live(page)
        await expect((await incidents(page)).locator(".incident")).to_have_count(1)


async def test_tickets_of_an_incident_that_cannot_be_had_are_not_none(house, chromium):
    number = await house.told("the card was declined", "customer 1")
    await house.app.incidents.open("Cards are declined", [await house.id_of(number)], house.mei)
    async with desk(chromium, house.link, noise=True) as page:
        await page.route("**/api/v1/incidents/*", lose)
        dialog = await incidents(page)
        await expect(dialog.locator(".empty")).to_contain_text("cannot be reached")
        await page.unroute("**/api/v1/incidents/*")
        await dialog.get_by_role("checkbox").check()  # which reads it again
        await expect(dialog.locator(f"[data-in={number}]")).to_be_visible()


async def test_why_a_ticket_was_rejected_stays_until_the_server_has_it(house, chromium):
    number = await house.told("please verify me", "customer 1")
    async with desk(chromium, house.link, noise=True) as page:
        await open_ticket(page, number)
        await page.locator("[data-menu=state]").click()
        await page.locator("[data-value=rejected]").click()
        dialog = page.locator("dialog.ending")
        await dialog.locator("[name=reason]").fill("The picture is blurred.")
        await dialog.locator("[name=checklist]").fill("A sharp picture")
        await page.route("**/api/v1/tickets/*/state", lose)
        await dialog.locator("[data-act=end]").click()
        await expect(page.locator(".toast.danger")).to_be_attached()
        await expect(dialog.locator("[name=reason]")).to_have_value("The picture is blurred.")
        await page.unroute("**/api/v1/tickets/*/state")
        await dialog.locator("[data-act=end]").click()
        await expect(dialog).to_have_count(0)
        await expect(page.locator("[data-menu=state]")).to_contain_text("Rejected")


async def test_a_ticket_that_comes_while_the_list_is_fetched_stands_in_it(house, chromium):
    await house.told("hello", "customer 1")
    async with desk(chromium, house.link) as page:
        fetched, told = asyncio.Event(), asyncio.Event()

        async def late(route: Route) -> None:
            answer = await route.fetch()
            fetched.set()
            await told.wait()
            await route.fulfill(response=answer)

        await page.route("**/api/v1/tickets?view=unassigned*", late)
        await page.locator(".rail a", has_text="Unassigned").click()
        await fetched.wait()
        heard = page.locator("[data-connection=live]")
        await expect(heard).to_have_count(1)
        async with page.expect_response("**/api/v1/queues"):  # the counts follow what was heard
            number = await house.told("and another matter", "customer 2")
        told.set()
        await expect(page.locator(f".row[data-ticket={number}]")).to_be_visible()


async def test_an_address_that_was_mangled_opens_the_inbox(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await page.goto(f"{page.url.split('/inbox')[0]}/inbox/all/%E0%A4%A")
        await expect(page.get_by_role("listbox")).to_be_visible()


async def test_an_answer_that_was_begun_goes_where_a_colleague_merged_its_ticket(house, chromium):
    source, target = (
        await house.told("my transfer is missing", "kim"),
        await house.told("how do I change my name?", "kim"),
    )
    assert source != target
    async with desk(chromium, house.link) as page:
        await open_ticket(page, source)
        await page.keyboard.press("r")
        await page.locator("#composer").fill("We are looking for it")
        await house.app.regroupings.merge(await house.id_of(source), await house.id_of(target), house.mei)
        await expect(page.locator(f".thread-pane[data-ticket={target}]")).to_be_visible()
        await expect(page.locator("#composer")).to_have_value("We are looking for it")
