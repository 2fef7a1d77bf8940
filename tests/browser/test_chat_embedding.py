"""The chat inside another site: the button, the frame, who may embed it, and users the site vouches for."""

from contextlib import asynccontextmanager

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from tests.servers.chat_house import IDENTITY_SECRET, RECEIPT, ChatHouse, app_user, running_chat
from tests.servers.chat_page import reader, visitor_of


@pytest_asyncio.fixture(loop_scope="session")
async def house():
    return ChatHouse(receipt=RECEIPT)


@asynccontextmanager
async def host_site(allowed: bool, house: ChatHouse, lang: str = "en"):
    """A site of another origin, with a policy of its own that lets in our script and frame only."""
    address: dict[str, str] = {}

    async def page(_: web.Request) -> web.Response:
        ours = address["chat"].partition("/channels")[0]
        return web.Response(
            text=f'<!doctype html><html lang="{lang}"><title>Shop</title><h1>Shop</h1>'
            f'<script defer src="{address["chat"]}loader.js"></script></html>',
            content_type="text/html",
            headers={"Content-Security-Policy": f"default-src 'none'; script-src {ours}; frame-src {ours}"},
        )

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    origin = f"http://localhost:{site._server.sockets[0].getsockname()[1]}"
    settings = {"identity_secret": IDENTITY_SECRET, "allowed_origins": [origin] if allowed else []}
    try:
        async with running_chat(house, settings) as chat:
            address["chat"] = chat.page_url
            yield origin
    finally:
        await runner.cleanup()


async def test_a_chinese_site_has_a_chinese_chat_on_an_english_phone(chromium, house):
    async with (
        host_site(allowed=True, house=house, lang="zh-Hans") as origin,
        reader(chromium, viewport={"width": 390, "height": 800}) as page,
    ):
        await page.goto(origin)
        await page.get_by_role("button", name="打开客服聊天").click()
        chat = page.frame_locator("iframe")
        await chat.locator("#emergency").click()
        await expect(chat.locator(".own .bubble")).to_have_text("我的钱包正在被盗")
        await chat.locator("#language").click()
        await expect(chat.locator("#emergency")).to_contain_text("Alarm raised")
        await page.reload()
        await page.get_by_role("button", name="打开客服聊天").click()
        await expect(chat.locator("#emergency")).to_have_text("My wallet is being emptied")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_site_embeds_the_chat(chromium, house, width):
    async with (
        host_site(allowed=True, house=house) as origin,
        reader(chromium, viewport={"width": width, "height": 800}) as page,
    ):
        await page.goto(origin)
        button = page.get_by_role("button", name="Open support chat")
        await expect(button).to_have_attribute("aria-expanded", "false")
        assert await page.locator("iframe").count() == 0, "the chat is loaded when it is first opened"
        box = await button.bounding_box()
        assert (box["width"], box["height"]) == (56, 56)
        await button.click()
        inside = page.frame_locator("iframe")
        await expect(inside.locator(".dot.online")).to_be_visible()
        await expect(inside.locator("#text")).to_be_focused()
        await inside.locator("#text").fill("hello from the shop")
        await inside.locator("#text").press("Enter")
        await expect(inside.locator(".system")).to_be_visible()
        await inside.locator("#text").press("Escape")
        await expect(page.locator("iframe")).to_be_hidden()
        await expect(button).to_be_focused()
        house.add(visitor_of(house), author="agent", text="are you still there?", delivery="sent")
        await expect(button.get_by_text("1", exact=True)).to_be_visible()
        assert not [mark for mark in house.marks if mark[1] == house.thread(visitor_of(house))[-1].id]
        await button.click()
        await expect(inside.locator(".agent")).to_be_visible()
        await expect(button.get_by_text("1", exact=True)).to_be_hidden()


async def test_what_is_told_to_everybody_is_told_inside_a_site_too(chromium, house):
    house.board.say({"en": "Withdrawals are slow today.", "zh": "今天提现较慢。"})
    async with host_site(allowed=True, house=house) as origin, reader(chromium) as page:
        await page.goto(origin)
        await page.get_by_role("button", name="Open support chat").click()
        board = page.frame_locator("iframe").locator("#board p")
        await expect(board).to_have_text(["Withdrawals are slow today."])
        house.board.say({"zh": "今天提现较慢。"})
        await expect(board).to_have_text(["今天提现较慢。"])
        house.board.say()
        await expect(board).to_have_count(0)


async def test_a_site_that_is_not_allowed_cannot_embed_it(page, house):
    async with host_site(allowed=False, house=house) as origin:
        blocked: list[str] = []
        page.on("console", lambda line: blocked.append(line.text))
        await page.goto(origin)
        await page.get_by_role("button", name="Open support chat").click()
        while not any("frame-ancestors" in line or "refused" in line.lower() for line in blocked):
            await page.evaluate("new Promise(requestAnimationFrame)")
        assert await page.frame_locator("iframe").locator("#text").count() == 0


async def test_the_site_vouches_for_its_user_and_another_user_sees_nothing(chromium, house):
    async with host_site(allowed=True, house=house) as origin, reader(chromium) as page:
        await page.goto(origin)
        await page.evaluate("([who]) => Switchboard.identify(who)", [msgspec.to_builtins(app_user("42", name="Ann"))])
        await page.get_by_role("button", name="Open support chat").click()
        inside = page.frame_locator("iframe")
        await expect(inside.locator(".dot.online")).to_be_visible()
        await inside.locator("#text").fill("Ann's words")
        await inside.locator("#text").press("Enter")
        await expect(inside.locator(".system")).to_be_visible()
        (event,) = house.events.values()
        assert (event.sender.user_id, event.sender.verified, event.sender.name) == ("42", True, "Ann")
        note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"of Ann"}
        await inside.locator("#files").set_input_files(note)
        await expect(inside.locator(".staged .name")).to_have_text(["note.txt"])
        await inside.locator("#text").press("Enter")
        await expect(inside.locator(".own a[download]")).to_have_count(1)
        assert [event.sender.user_id for event in house.events.values()] == ["42", "42"]
        await inside.locator("#files").set_input_files(note)
        await expect(inside.locator(".staged .name")).to_have_text(["note.txt"])
        await page.evaluate("([who]) => Switchboard.identify(who)", [msgspec.to_builtins(app_user("43", name="Bob"))])
        await expect(inside.locator("#empty")).to_be_visible()
        await expect(inside.locator(".message")).to_have_count(0)
        await expect(inside.locator(".staged li")).to_have_count(0)
        await page.evaluate("() => Switchboard.identify(null)")
        await expect(inside.locator(".dot.online")).to_be_visible()
        await expect(inside.locator(".message")).to_have_count(0)
        await page.evaluate("([who]) => Switchboard.identify(who)", [msgspec.to_builtins(app_user("42", name="Ann"))])
        await expect(inside.locator(".own .bubble").first).to_have_text("Ann's words")
        await expect(inside.locator(".own a[download]")).to_have_count(1)
