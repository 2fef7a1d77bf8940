"""Files in the demo, in a real browser: a customer sends some on a provider's page, an agent answers with one, and the
customer sees it."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import NETWORK_NOISE, desk, open_ticket, violations
from tests.browser.test_media_ui import png, wav
from tests.servers.demo import running_demo

PICTURE = {"name": "receipt.png", "mimeType": "image/png", "buffer": png(600, 400, 200)}
PAPER = {"name": "statement.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a paper"}
VOICE = {"name": "note.wav", "mimeType": "audio/wav", "buffer": wav(2.0)}
ANSWER = {"name": "where.png", "mimeType": "image/png", "buffer": png(320, 200, 40)}
WORDS = "Here is where you find it."

PAGES = [
    ("telegram", "telegram_url", "The chat", "light", [VOICE], ["audio"]),
    ("facebook", "facebook_url", "The conversation", "dark", [PAPER], ["other"]),
    ("x", "x_url", "Direct messages", "light", [PICTURE], ["image"]),
    ("email", "mail_url", "The mailbox", "dark", [PICTURE, PAPER, VOICE], ["image", "other", "audio"]),
]


@pytest.fixture(scope="module")
def quiet_demo(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("files"), "--rate", "0") as demo:
        yield demo


async def loaded(place, width):
    """Until a picture is there, and really shown."""
    picture = place.locator("img").last
    await expect(picture).to_be_visible(timeout=30_000)
    await expect(picture).to_have_js_property("naturalWidth", width)


async def send(page, text, files):
    form = page.locator("form", has=page.get_by_role("button", name="Send 发送"))
    await form.locator("textarea").fill(text)
    await form.locator("input[type=file]").set_input_files(files)
    await form.get_by_role("button", name="Send 发送").click()


@pytest.mark.parametrize("played", PAGES, ids=lambda played: played[0])
async def test_files_arrive_and_the_answer_brings_one(quiet_demo, chromium, played):
    kind, place, title, theme, files, shown = played
    context = await chromium.new_context(color_scheme=theme)
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    await page.goto(getattr(quiet_demo, place))
    frame = page.frame_locator(f'iframe[title="{title}"]')
    await send(page, f"see what I have on {kind}", files)
    await expect(frame.locator("li.me .file")).to_have_count(len(files))
    language = {"light": "en", "dark": "zh-CN"}[theme]
    async with desk(chromium, quiet_demo.agent_login_url, theme=theme, language=language) as inbox:
        row = inbox.locator("[data-ticket].row", has_text=f"what I have on {kind}").first
        await expect(row).to_be_visible(timeout=30_000)
        await open_ticket(inbox, await row.get_attribute("data-ticket"))
        arrived = inbox.locator(".files [data-file]")
        await expect(arrived).to_have_count(len(files), timeout=30_000)
        assert [await each.get_attribute("data-file") for each in await arrived.all()] == shown
        await inbox.locator("[data-act=files]").set_input_files([ANSWER])
        await expect(inbox.locator("[data-attached=ready]")).to_have_count(1)
        await inbox.locator("#composer").fill(WORDS)
        await inbox.keyboard.press("Control+Enter")
        await expect(frame.locator("li.us", has_text=WORDS)).to_be_visible(timeout=30_000)
        await loaded(frame.locator("li.us"), 320)
    assert await violations(page) == []
    assert [fault for fault in faults if not NETWORK_NOISE.search(fault)] == []
    await context.close()
