"""Many people, one cause, in a real browser: proposed, confirmed, told to all, and shown on the web chat meanwhile."""

import asyncio

import pytest_asyncio
from playwright.async_api import expect

from router.store import inbox
from tests.browser.desk import desk, live, open_ticket, violations
from tests.browser.matters_house import matters_house
from tests.servers.chat_page import reader

STUCK = (
    "all withdrawals stuck on processing for anyone else?",
    "提不了币 一直处理中",
    "my withdrawal is stuck on processing",
    "withdrawal stuck, processing for an hour",
)


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with matters_house(tmp_path) as opened:
        yield opened


async def everybody(house):
    return [await house.told(text, f"customer {at}") for at, text in enumerate(STUCK)]


async def looked_at(page):
    """The incidents' dialog, opened by its key."""
    await page.locator("#rows").focus()
    await page.keyboard.press("I")
    dialog = page.get_by_role("dialog", name="Incidents")
    await expect(dialog).to_be_visible()
    return dialog


async def declared(page, title):
    dialog = await looked_at(page)
    await dialog.get_by_role("textbox", name="What is broken?").fill(title)
    await page.keyboard.press("Enter")
    one = dialog.locator(".incident", has_text=title)
    await expect(one).to_have_attribute("data-state", "open")
    return one


async def test_what_is_proposed_while_the_page_fills_is_counted(house, chromium):
    asked, held, told = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def later(route):
        asked.set()
        await held.wait()
        await route.continue_()

    await house.told("hello", "customer 8")
    async with desk(chromium, house.link) as page:
        await page.route("**/css/matters.css", later)
        page.on("websocket", lambda line: line.on("framereceived", lambda said: "incident." in said and told.set()))
        await page.reload()
        await expect(page.locator(".rail, nav").first).to_contain_text("Live")
        async with asyncio.timeout(60):
            await asked.wait()
            await everybody(house)
            await house.app.incidents.detect()
            await told.wait()
        held.set()
        await expect(page.locator("[data-place=incidents] .count.alert")).to_have_text("1")


async def test_a_proposed_incident_is_counted_live_and_decided_by_a_person(house, chromium):
    numbers = await everybody(house)
    async with desk(chromium, house.link) as page:
        place = page.locator("[data-place=incidents]")
        await house.app.incidents.detect()  # or the sweeper was sooner
        await expect(place.locator(".count.alert")).to_have_text("1")
        dialog = await looked_at(page)
        one = dialog.locator(".incident")
        await expect(one).to_have_attribute("data-state", "proposed")
        await expect(one.locator(".counts")).to_contain_text("4 people · 4 tickets")
        await expect(one.locator("[data-in]")).to_have_count(4)
        assert await violations(page) == []
        await house.told("提现卡住了 处理中", "customer 9")
        await house.app.incidents.detect()
        await expect(one.locator(".counts")).to_contain_text("5 people · 5 tickets")
        await expect(one.locator("[data-in]")).to_have_count(5)
        await one.get_by_role("button", name="Confirm").click()
        await expect(one).to_have_attribute("data-state", "open")
        await expect(place.locator(".count:not(.alert)")).to_have_text("1")
        await one.get_by_role("button", name=f"Take {numbers[0]} out of the incident").click()
        await expect(one.locator(".counts")).to_contain_text("4 people · 4 tickets")
        await one.locator(f"[data-in={numbers[1]}]").get_by_role("link").click()
        await expect(dialog).to_have_count(0)
        await expect(page.locator(f".thread-pane[data-ticket={numbers[1]}] .fact.incident")).to_contain_text("stuck")
        await expect(page.locator(".log")).to_contain_text("put it into an incident: all withdrawals stuck")
        dialog = await looked_at(page)
        await one.get_by_role("button", name="Resolve").click()
        await expect(dialog.locator(".incident")).to_have_count(0)
        await dialog.get_by_label("Also those that are over").check()
        await expect(one).to_have_attribute("data-state", "resolved")
        await page.keyboard.press("Escape")
        await page.locator(".fact.incident[data-state=resolved]").click()
        await expect(one).to_have_attribute("data-state", "resolved")
        await one.get_by_role("button", name="Reopen").click()
        await expect(one).to_have_attribute("data-state", "open")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)


async def test_the_open_ticket_is_put_into_an_incident_and_the_head_tells_of_it(house, chromium):
    first = await house.told("card declined in the shop", "ann")
    second = await house.told("刷卡被拒", "bob")
    async with desk(chromium, house.link, language="zh-CN") as page:
        await open_ticket(page, first)
        await page.locator("[data-menu=matters]").click()
        await page.locator("[role=menuitem][data-value=incident]").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("出了什么故障？").fill("Cards are declined")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="宣布").click()
        await expect(page.locator(".fact.incident")).to_have_text("Cards are declined")
        await open_ticket(page, second)
        await page.locator("[data-menu=matters]").click()
        await page.locator("[role=menuitem][data-value=incident]").click()
        await dialog.get_by_role("radio", name="Cards are declined").check()
        await dialog.get_by_role("button", name="归入").click()
        await page.locator(".fact.incident").click()
        await expect(dialog.locator(".counts")).to_contain_text("2 人 · 2 张工单")
        await expect(dialog.locator("[data-in]")).to_have_count(2)
        assert await violations(page) == []


async def test_all_are_told_at_once_and_who_could_not_be_is_listed_with_the_reason(house, chromium):
    ann = await house.told("card declined in the shop", "ann")
    bob = await house.told("my card is declined", "bob")
    silent = await house.told("card declined again", "cid", channel="facebook", account="silent")
    mei = house.mei
    tickets = [await house.id_of(number) for number in (ann, bob, silent)]
    await house.app.incidents.open("Cards are declined", tickets, mei)
    async with desk(chromium, house.link) as page:
        dialog = await looked_at(page)
        one = dialog.locator(".incident")
        await one.get_by_role("button", name="Tell all").click()
        await one.get_by_role("textbox", name="One message to all of them").fill("Please send your recovery phrase.")
        await one.get_by_role("button", name="Send to 3 tickets").click()
        await expect(one.locator("[data-untold]")).to_have_count(3)
        await expect(one.locator(f"[data-untold={ann}]")).to_contain_text("the guard does not let it leave")
        await one.get_by_role("textbox", name="One message to all of them").fill("We know and work on it.")
        await one.get_by_role("button", name="Send to the 3 that are missing").click()
        await expect(one.locator("[data-untold]")).to_have_count(1)
        await expect(one.locator(f"[data-untold={silent}]")).to_contain_text("channel")
        await expect(one.get_by_role("status")).to_contain_text("2 of 3 told")
        assert await violations(page) == []
        await one.get_by_role("radio", name="An internal note on each").check()
        await one.get_by_role("button", name="Send to the 1 that is missing").click()
        await expect(one.get_by_role("status")).to_contain_text("1 of 1 told")
        await page.keyboard.press("Escape")
        await open_ticket(page, ann)
        await expect(page.locator(".message.reply", has_text="We know and work on it.")).to_have_count(1)
        await open_ticket(page, silent)
        await expect(page.locator(".message.note", has_text="We know and work on it.")).to_have_count(1)


async def test_a_long_list_is_told_in_parts_and_goes_on_where_the_line_was_cut(house, chromium):
    numbers = [await house.told(f"card declined in shop number {at}", f"customer {at}") for at in range(12)]
    tickets = [await house.id_of(number) for number in numbers]
    await house.app.incidents.open("Cards are declined", tickets, house.mei)
    asked = []

    async def cut(route):
        """The second part arrives, and its answer is lost."""
        asked.append(route.request)
        answer = await route.fetch()
        await (route.abort() if len(asked) == 2 else route.fulfill(response=answer))

    async with desk(chromium, house.link, noise=True) as page:
        await page.route("**/tell", cut)
        one = (await looked_at(page)).locator(".incident")
        await one.get_by_role("button", name="Tell all").click()
        await one.get_by_role("radio", name="An internal note on each").check()
        await one.get_by_role("textbox", name="One message to all of them").fill("Known.")
        await one.get_by_role("button", name="Send to 12 tickets").click()
        await expect(one.get_by_role("status")).to_contain_text("10 of 12 told")
        await expect(one.get_by_role("alert")).to_contain_text("The server cannot be reached.")
        await one.get_by_role("button", name="Go on").click()
        await expect(one.get_by_role("status")).to_contain_text("2 of 2 told")
        await expect(one.get_by_role("alert")).to_have_text("")
        assert len(asked) == 3
        for ticket in tickets:
            detail = await house.app.store.read(inbox.detail(None, ticket))
            assert [message.text for message in detail.messages if message.kind == "note"] == ["Known."]


async def test_the_web_chat_says_what_is_known_at_once_and_stops_when_it_is_over(house, chromium):
    await house.told("where is my transfer?", "ann")
    async with (
        desk(chromium, house.link, noise=True) as page,
        reader(chromium) as early,
        reader(chromium, locale="zh-CN", color_scheme="dark") as late,
    ):
        await early.goto(house.chat_url)
        await expect(early.locator(".dot.online")).to_be_visible()
        await expect(early.locator("#board p")).to_have_count(0)
        one = await declared(page, "Withdrawals are slow, says Ann Lee")
        await one.get_by_role("button", name="On the web chat").click()
        await one.get_by_label("English").fill("We know it. Write to ann.lee@example.org")
        await one.get_by_role("button", name="Save").click()
        await expect(one.get_by_role("alert")).to_contain_text("Everybody would read: E-mail address")
        await one.get_by_label("English").fill("We know that withdrawals are slow.")
        await one.get_by_label("Chinese").fill("我们已知提现较慢，正在处理。")
        assert await violations(page) == []
        await one.get_by_role("button", name="Save").click()
        await expect(one.locator(".chip", has_text="On the web chat")).to_be_visible()
        await expect(early.locator("#board p")).to_have_text(["We know that withdrawals are slow."])
        await late.goto(house.chat_url)
        await expect(late.locator("#board p")).to_have_text(["我们已知提现较慢，正在处理。"])
        await late.locator("#language").click()
        await expect(late.locator("#board p")).to_have_text(["We know that withdrawals are slow."])
        assert await violations(late) == []
        await one.get_by_role("button", name="Resolve").click()
        await expect(early.locator("#board p")).to_have_count(0)
        await expect(late.locator("#board p")).to_have_count(0)


async def test_an_incident_that_another_window_changes_changes_here(house, chromium):
    number = await house.told("where is my transfer?", "ann")
    async with desk(chromium, house.link) as page, desk(chromium, house.link) as other:
        one = await declared(page, "Nodes are down")
        await expect(other.locator("[data-place=incidents] .count")).to_have_text("1")
        await open_ticket(other, number)
        incident = await one.get_attribute("data-incident")
        await house.app.incidents.link(incident, await house.id_of(number), house.mei)
        await expect(other.locator(".fact.incident[data-state=open]")).to_have_text("Nodes are down")
        await expect(one.locator("[data-in]")).to_have_count(1)
        await one.get_by_role("button", name="Resolve").click()
        await expect(other.locator(".fact.incident[data-state=resolved]")).to_have_text("Nodes are down")
        await expect(other.locator("[data-place=incidents] .count")).to_have_text("")
        await other.locator(".fact.incident").click()
        await other.locator("li.incident").get_by_role("button", name="Reopen").click()
        await expect(one).to_have_attribute("data-state", "open")
        await page.reload()
        await live(page)
        await expect(page.locator("[data-place=incidents] .count")).to_have_text("1")
