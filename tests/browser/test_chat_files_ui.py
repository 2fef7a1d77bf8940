"""Files on the customer's chat page in a real browser: chosen, pasted, dropped, refused, sent once, seen again."""

import asyncio
import base64

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.test_chat_ui import require_accessible
from tests.browser.test_media_ui import png, wav
from tests.servers.chat_house import RECEIPT, ChatHouse, running_chat
from tests.servers.chat_page import opened, reader, visitor_of, write

PICTURE = png(300, 200, 180)
PHRASE = "abandon ability able about above absent absorb abstract absurd abuse access accident"


@pytest.fixture
async def house():
    return ChatHouse(receipt=RECEIPT)


@pytest.fixture
async def chat(house):
    async with running_chat(house, {"title": "Acme Support", "files": {"megabytes": 1, "most": 3}}) as server:
        yield server


def file(name: str, data: bytes, kind: str = "") -> dict:
    return {"name": name, "mimeType": kind, "buffer": data}


async def choose(page: Page, *files: dict) -> None:
    """By the button, as somebody with a keyboard does."""
    await page.get_by_role("button", name="Attach files").focus()
    async with page.expect_file_chooser() as choosing:
        await page.keyboard.press("Enter")
    await (await choosing.value).set_files(list(files))


async def give(page: Page, kind: str, target: str, *files: tuple[str, str, bytes]) -> None:
    """Paste or drop files, as the browser tells of it."""
    told = [[name, media_type, base64.b64encode(data).decode()] for name, media_type, data in files]
    await page.locator(target).evaluate(
        """(element, [kind, told]) => {
          const transfer = new DataTransfer();
          for (const [name, type, data] of told) {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type }));
          }
          const event = kind === "paste"
            ? new ClipboardEvent(kind, { clipboardData: transfer, bubbles: true, cancelable: true })
            : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
          element.dispatchEvent(event);
        }""",
        [kind, told],
    )


def attached(house: ChatHouse) -> list[tuple[str, list[tuple[str, bytes]]]]:
    return [(event.text, [(each.name, each.data) for each in event.attachments]) for event in house.events.values()]


async def test_files_are_chosen_looked_at_and_sent_with_their_words(page, chat, house):
    await opened(page, chat)
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await choose(page, file("shot.png", PICTURE, "image/png"), file("log.txt", b"a line", "text/plain"))
    staged = page.get_by_role("list", name="Files to be sent").get_by_role("listitem")
    await expect(staged).to_have_count(2)
    assert await staged.first.locator("img").evaluate("async (img) => (await img.decode(), img.naturalWidth)") == 300
    await expect(page.locator(".told")).to_contain_text("To be sent: shot.png, log.txt (")
    await write(page, "see here")
    own = page.locator(".own")
    await expect(own.locator(".meta")).to_contain_text("Sent")
    await expect(own.locator("img")).to_have_attribute("alt", "Picture shot.png")
    await expect(own.locator("a", has_text="Download log.txt")).to_be_visible()
    await expect(staged).to_have_count(0)
    assert attached(house) == [("see here", [("shot.png", PICTURE), ("log.txt", b"a line")])]
    await page.reload()
    await expect(page.locator(".own img")).to_be_visible()
    assert await page.locator(".own img").evaluate("async (img) => (await img.decode(), img.naturalWidth)") == 300
    await expect(page.locator(".own")).to_have_count(1)
    assert len(house.events) == 1
