"""A film goes alone, and agents know it before: what a channel carries is said, what it cannot is refused."""

import asyncio

import pytest
from playwright.async_api import FilePayload, expect

from connectors.x.simulator.people import path_of
from router.clock import SystemClock
from tests.browser.desk import desk, open_ticket, violations
from tests.browser.test_media_ui import link_of, png
from tests.e2e.test_x_house import channel, until
from tests.servers.whole_house import running_house
from tests.servers.x_house import person, server

SAID = {
    "en": (
        "X: 4 files (PNG, JPEG, and WEBP), up to 5.2 MB each; or one GIF alone, up to 15.7 MB; or one MP4 alone, "
        "up to 26.2 MB",
        "way.mp4 goes alone: X carries no other file beside it.",
        "big.gif is too big for X: at most 15.7 MB.",
    ),
    "zh-CN": (
        "X：最多 4 个文件（PNG、JPEG和WEBP），每个不超过 5.2 MB；或单独一个 GIF，最大 15.7 MB；"
        "或单独一个 MP4，最大 26.2 MB",
        "way.mp4 只能单独发送：X 不支持与其他文件一起发送。",
        "big.gif 超出 X 的限制：最大 15.7 MB。",
    ),
}
DATA = b"\0\0\0\x0cftypmp42\0\0\0\x08moov" + bytes(60_000)
FILM = FilePayload(name="way.mp4", mimeType="video/mp4", buffer=DATA)
PICTURE = FilePayload(name="steps.png", mimeType="image/png", buffer=png(90, 160, 40))
PICK_BIG = """(input) => {
  const picked = new DataTransfer();
  picked.items.add(new File([new Uint8Array(15 * 1_048_576 + 1)], "big.gif", { type: "image/gif" }));
  input.files = picked.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


@pytest.mark.parametrize("language", SAID)
async def test_a_film_for_x_goes_alone_and_that_is_said_before(tmp_path, chromium, language):
    limit, alone, big = SAID[language]
    for name in ("x", "house"):
        (tmp_path / name).mkdir()
    async with server(tmp_path / "x", SystemClock()) as x, running_house(tmp_path / "house", channel(x)) as app:
        ann = person(x)
        await ann.write("how do I do that?")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(1,)])
        async with desk(chromium, await link_of(app), language=language, noise=True) as page:
            await open_ticket(page, "T-1001")
            field, toast = page.locator("[data-act=files]"), page.locator(".toast.danger")
            ready = page.locator("[data-attached=ready]")
            await expect(page.locator(".attach > small")).to_have_text(limit)
            await field.evaluate(PICK_BIG)
            await expect(toast.filter(has_text=big)).to_be_visible()
            await field.set_input_files([PICTURE, FILM])
            await expect(toast.filter(has_text=alone)).to_be_visible()
            await expect(ready).to_contain_text("steps.png")
            await page.locator("[data-attached] button").click()
            await field.set_input_files([FILM, PICTURE])
            await expect(ready).to_contain_text("way.mp4")
            await expect(page.locator("[data-attached]")).to_have_count(1)
            assert await violations(page) == []
            await page.locator("#composer").fill("like this")
            await page.locator("[data-act=send]").click()
            await expect(page.locator(".message.reply [data-file]")).to_contain_text("way.mp4")
        async with asyncio.timeout(60):
            await x.until(lambda: any(said.get("_media") for said in ann.seen()))
        (shown,) = next(said["_media"] for said in ann.seen() if said.get("_media"))
        assert x.files[path_of(shown)] == DATA
