"""Who writes and what was read, as a customer on the chat page and agents in the inbox see it, each in a browser."""

import asyncio
import re

import pytest_asyncio
from playwright.async_api import expect

from router.cli.people import add_login_token, new_agent
from router.store import people
from tests.browser.desk import desk, open_ticket, violations
from tests.browser.matters_house import matters_house
from tests.contract.http.calls import decided
from tests.servers.chat_page import reader, write


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with matters_house(tmp_path) as made:
        yield made


async def arrived(house, page, text, language="en"):
    """A customer who has written; their ticket's number."""
    await page.goto(f"{house.chat_url}?lang={language}")
    await expect(page.locator(".dot.online")).to_be_visible()
    await expect(page.locator("p.writing")).to_have_count(1)
    await write(page, text)
    await expect(page.locator(".own .meta").last).to_contain_text(re.compile("Sent|已发送"))
    await decided(house.app)
    return await house.number_of(text)


async def test_a_customer_sees_who_writes_and_that_they_were_read(house, chromium):
    async with reader(chromium) as customer:
        number = await arrived(house, customer, "where is my transfer?")
        async with desk(chromium, house.link) as agent:
            line, meta = customer.locator("p.writing"), customer.locator(".own .meta").last
            await expect(line).to_be_empty()
            await open_ticket(agent, number)
            await expect(meta).to_contain_text("Read")
            await agent.locator("#composer").press_sequentially("We are")
            await expect(line).to_have_text("Mei is writing…")
            assert await violations(customer) == []
            await agent.locator("#composer").fill("")
            await expect(line).to_be_empty()
            await agent.locator("#composer").fill("We are looking into it.")
            await agent.keyboard.press("Control+Enter")
            await expect(customer.locator(".agent .bubble")).to_have_text("We are looking into it.")
            await expect(line).to_be_empty()
            await write(customer, "thank you")
            await expect(meta).to_contain_text("Read", timeout=15_000)


async def test_it_is_gone_by_itself_in_the_readers_language_and_stands_still_where_that_is_wished(house, chromium):
    async with reader(chromium, reduced_motion="reduce") as customer:
        number = await arrived(house, customer, "我的转账在哪里？", "zh")
        async with desk(chromium, house.link) as agent:
            line = customer.locator("p.writing")
            await open_ticket(agent, number)
            await expect(customer.locator(".own .meta").last).to_contain_text("已读")
            hearing = house.app.bus.hear()
            await agent.locator("#composer").press_sequentially("您好")
            again = asyncio.create_task(said_again(house.app.bus, await hearing.next()))
            await expect(line).to_have_text("Mei 正在输入…")
            moving = "getComputedStyle(document.querySelector('.dots i')).animationName"
            assert await customer.evaluate(moving) == "none"
            await customer.locator("#language").click()
            await expect(line).to_have_text("Mei is writing…")
            again.cancel()
            hearing.close()
            await expect(line).to_be_empty(timeout=15_000)


async def said_again(bus, signal):
    """As while somebody goes on writing, however long the test takes to look."""
    while True:
        await bus.signal(signal)
        await asyncio.sleep(1)


async def test_a_note_is_nothing_that_a_customer_sees(house, chromium):
    hearing = house.app.bus.hear()
    async with reader(chromium) as customer:
        number = await arrived(house, customer, "is anybody there?")
        async with desk(chromium, house.link) as agent:
            await open_ticket(agent, number)
            assert (await hearing.next()).kind == "read"
            await agent.locator("[data-tab=note]").click()
            await agent.locator("#composer").press_sequentially("a liar?")
            await agent.locator("[data-tab=reply]").click()
            await agent.locator("#composer").press_sequentially("Yes")
            assert (await hearing.next()).kind == "typing"
            assert hearing._waiting.empty()
            await agent.locator("#composer").fill("")
            assert (await hearing.next()).over
    hearing.close()


async def test_an_agent_sees_that_the_customer_types_until_it_comes(house, chromium):
    async with reader(chromium) as customer:
        number = await arrived(house, customer, "my card is gone")
        async with desk(chromium, house.link) as agent:
            await open_ticket(agent, number)
            line = agent.locator("p.signs")
            await expect(line).to_be_empty()
            await expect(customer.locator(".own .meta").last).to_contain_text("Read")
            typing = asyncio.create_task(goes_on(customer))
            await expect(line).to_contain_text("is typing…")
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
            assert await violations(agent) == []
            await write(customer, "it was stolen")
            await expect(agent.locator(".message.inbound").last).to_contain_text("it was stolen")
            await expect(line).to_be_empty()


async def goes_on(customer):
    """Types, longer than what was said while they wrote before keeps this from being said."""
    while True:
        await customer.locator("#text").press_sequentially("so ")
        await asyncio.sleep(1)


async def test_another_agent_sees_that_a_colleague_writes_an_answer(house, chromium):
    tom = new_agent(house.app.ids, house.app.clock, login="tom", name="Tom")
    await house.app.store.write(people.add_agent(tom))
    link = f"{house.base}/login?token={await add_login_token(house.app.store, tom, house.app.clock)}"
    number = await house.told("where is my order?", "ann")
    async with desk(chromium, house.link) as mei, desk(chromium, link, language="zh-CN") as colleague:
        await open_ticket(mei, number)
        await open_ticket(colleague, number)
        await mei.locator("#composer").press_sequentially("Hello")
        await expect(colleague.locator("p.signs")).to_contain_text("Mei 正在撰写回复…")
        await expect(mei.locator("p.signs")).to_be_empty()
        await mei.locator("#composer").fill("")
        await expect(colleague.locator("p.signs")).to_be_empty()
