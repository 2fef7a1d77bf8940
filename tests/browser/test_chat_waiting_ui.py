"""The customer's chat page while the house wants less, or the network is dead: what waits, what goes on."""

import json

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.test_chat_files_ui import PICTURE, attached, choose, file
from tests.servers.chat_house import ChatHouse, running_chat
from tests.servers.chat_page import opened, visitor_of, write

SOONER = """const { set } = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout");
Object.defineProperty(XMLHttpRequest.prototype, "timeout", { set(ms) { set.call(this, ms / 1_000); } });"""

LATER = """globalThis.WebSocket = class extends WebSocket {
  constructor(url) { super(globalThis.isFree ? url : new URL("nowhere", url)); }
};"""


@pytest_asyncio.fixture(loop_scope="session")
async def house():
    return ChatHouse()


async def test_words_that_came_too_fast_rest_and_only_an_alarm_overtakes_them(page, house):
    said = []

    def hear(payload) -> None:
        frame = json.loads(payload)
        if frame["type"] == "message":
            said.append(frame["text"])

    page.on("websocket", lambda socket: socket.on("framesent", hear))
    async with running_chat(house, {"messages_per_minute": 1}) as chat:
        await opened(page, chat)
        await write(page, "one")
        await expect(page.locator(".own:not(.pending)")).to_have_count(1)
        await write(page, "two")
        await expect(page.locator(".own.pending .meta")).to_contain_text("Waiting a moment")
        house.add(visitor_of(house), author="agent", text="an answer", delivery="sent")
        await expect(page.locator(".agent")).to_be_visible()
        await write(page, "three")
        await page.get_by_role("button", name="My wallet is being emptied").click()
        await expect(page.locator(".own:not(.pending)")).to_have_count(2)
        await expect(page.locator(".own.pending")).to_have_count(2)
        house.add(visitor_of(house), author="agent", text="another", delivery="sent")
        await expect(page.locator(".agent")).to_have_count(2)
        assert said == ["one", "two", "My wallet is being emptied"]


async def test_two_tabs_that_waited_for_the_house_are_one_customer(page, house):
    async with running_chat(house, {}) as chat:
        house.away = True
        other = await page.context.new_page()
        await other.add_init_script(LATER)
        for tab in (page, other):
            await tab.goto(chat.page_url)
            await expect(tab.locator("#banner")).to_contain_text("No connection")
            await write(tab, "hello?")
        house.away = False
        await expect(page.locator(".dot.online")).to_be_visible(timeout=60_000)
        await other.evaluate("globalThis.isFree = true")
        await expect(other.locator(".dot.online")).to_be_visible(timeout=60_000)
        for tab in (page, other):
            await expect(tab.locator(".own:not(.pending) .bubble")).to_have_text(["hello?", "hello?"])
    assert len(house.events) == 2
    assert {event.sender.id for event in house.events.values()} == {visitor_of(house)}


async def test_a_device_without_a_network_says_so_long_before_the_next_heartbeat(page, house):
    async with running_chat(house, {}) as chat:
        await opened(page, chat)
        await page.context.set_offline(True)
        await write(page, "hello?")
        await expect(page.locator("#banner")).to_contain_text("No connection", timeout=20_000)
        await page.context.set_offline(False)
        await expect(page.locator(".own:not(.pending)")).to_have_count(1, timeout=60_000)
        await expect(page.locator("#banner")).to_be_hidden()
    assert len(house.events) == 1


async def test_an_upload_into_a_dead_network_ends_and_is_tried_again(page, house):
    tried = []

    async def lose(route) -> None:
        tried.append(route)
        if len(tried) > 1:
            await route.continue_()

    await page.add_init_script(SOONER)
    await page.route("**/messages", lose)
    async with running_chat(house, {"files": {"megabytes": 1}}) as chat:
        await opened(page, chat)
        await choose(page, file("shot.png", PICTURE, "image/png"))
        await page.locator("#text").press("Enter")
        await expect(page.locator(".own img")).to_be_visible(timeout=30_000)
        assert attached(house) == [("", [("shot.png", PICTURE)])]
