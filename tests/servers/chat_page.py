"""What browser tests of the customer's chat page share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.servers.chat_house import ChatHouse, ChatServer


@asynccontextmanager
async def reader(chromium: Browser, *, noise: bool = False, **options: Any) -> AsyncIterator[Page]:
    """A page in a context of its own; an error or a policy violation on it fails the test, unless `noise` is meant."""
    context = await chromium.new_context(**{"locale": "en", "timezone_id": "UTC"} | options)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    await context.close()
    assert noise or not faults


async def opened(page: Page, chat: ChatServer, query: str = "") -> None:
    """Open the page and see it connected."""
    await page.goto(chat.page_url + query)
    await expect(page.locator(".dot.online")).to_be_visible()


async def write(page: Page, text: str) -> None:
    """Type a message and press Enter."""
    await page.locator("#text").fill(text)
    await page.locator("#text").press("Enter")


def visitor_of(house: ChatHouse) -> str:
    """The first visitor who wrote."""
    return next(iter(house.events.values())).sender.id
