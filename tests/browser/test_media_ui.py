"""Files in a real browser: pictures open, recordings play, replies take files along, and what cannot be is told."""

import base64
import json
import math
import struct
import zlib

import aiohttp
import pytest
from playwright.async_api import expect

from router.cli.people import add_login_token, new_agent
from router.config import ChannelConfig
from router.connector import RawEvent
from router.store import people
from router.store.script import select
from tests.browser.desk import desk, open_ticket, violations
from tests.e2e.test_webchat_house import WEBCHAT
from tests.servers.chat_page import reader, write
from tests.servers.whole_house import running_house

HOOK = {"webhook_url": "http://127.0.0.1:1/hook", "webhook_secret": "s" * 32}
API = ChannelConfig(kind="api", settings={"kinds": ["telegram"], **HOOK})


# Before the next frame is painted.
CLOSE_AND_GO_ON = """async () => {
    document.querySelector("dialog.viewer header button").click();
    while (document.querySelector("dialog.viewer")) await new Promise((done) => setTimeout(done));
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
}"""


def png(width: int, height: int, red: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in (red, x % 256, y % 256)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav(seconds: float) -> bytes:
    samples = [int(9_000 * math.sin(n / 8)) for n in range(int(8_000 * seconds))]
    data = struct.pack(f"<{len(samples)}h", *samples)
    head = struct.pack("<IHHIIHH", 16, 1, 1, 8_000, 16_000, 2, 16)
    return (
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + head + b"data" + struct.pack("<I", len(data)) + data
    )


FILES = [
    ("receipt.png", "image/png", png(600, 400, 200)),
    ("screen.png", "image/png", png(90, 160, 40)),
    ("voice note.wav", "audio/wav", wav(2.0)),
    ("broken.png", "image/png", b"\x89PNG\r\n\x1a\n no picture at all"),
    ("statement.pdf", "application/pdf", b"%PDF-1.7 a paper"),
    ("trap.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
]


async def tell(app, *files: tuple[str, str, bytes]) -> None:
    """A customer sends files."""
    sent = [
        {"name": name, "content_type": kind, "size": len(data), "data": base64.b64encode(data).decode()}
        for name, kind, data in files
    ]
    said = {
        "channel": "telegram", "message_id": "m1", "visibility": "private", "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": "c1", "name": "Ann"}, "text": "this is what it looks like", "attachments": sent,
    }  # fmt: skip
    inlet = app.door.inlet(app.channels.find("api", "default").manifest, "default")
    await inlet.accept([RawEvent(body=json.dumps(said).encode())])
    watch = app.bus.watch("events")
    while not await app.store.read(select("SELECT 1 FROM messages WHERE kind = 'inbound'")):
        await watch.wait(1.0)
    watch.close()


async def link_of(app, login: str = "mei") -> str:
    agent = new_agent(app.ids, app.clock, login=login, name=login.title())
    await app.store.write(people.add_agent(agent))
    return f"http://127.0.0.1:{app.server.port}/login?token={await add_login_token(app.store, agent, app.clock)}"


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-CN", "dark")])
async def test_what_a_customer_sent_is_looked_at_and_listened_to(tmp_path, chromium, language, theme):
    async with running_house(tmp_path, API) as app:
        await tell(app, *FILES)
        async with desk(chromium, await link_of(app), language=language, theme=theme, noise=True) as page:
            await open_ticket(page, "T-1001")
            shown = page.locator(".files [data-file]")
            await expect(shown).to_have_count(6)
            kinds = [await each.get_attribute("data-file") for each in await shown.all()]
            assert kinds == ["image", "image", "audio", "image", "other", "other"]
            first = page.locator(".thumbnail img").first
            await page.wait_for_function("() => document.querySelector('.thumbnail img')?.naturalWidth === 600")
            assert await first.evaluate("(img) => img.naturalHeight") == 400
            await expect(page.locator(".broken")).to_have_count(1)
            player = page.locator("audio")
            label = {"en": "Recording voice note.wav", "zh-CN": "录音 voice note.wav"}[language]
            assert await player.get_attribute("aria-label") == label
            recording = page.locator("li.audio")
            await expect(recording).to_contain_text(
                {"en": "Not checked for secrets", "zh-CN": "未检查敏感信息"}[language]
            )
            await player.evaluate("async (a) => { a.muted = true; await a.play(); a.currentTime = 1.5; }")
            await page.wait_for_function("() => document.querySelector('audio').ended")
            assert await player.evaluate("(a) => Math.round(a.duration)") == 2
            await expect(recording).to_contain_text({"en": "Opened by you", "zh-CN": "您已打开"}[language])
            assert await violations(page) == []

            await page.locator(".thumbnail").first.focus()
            await page.keyboard.press("Enter")
            viewer = page.locator("dialog.viewer")
            await expect(viewer.locator("h2")).to_have_text("receipt.png")
            assert await violations(page) == []
            await page.keyboard.press("ArrowRight")
            await expect(viewer.locator("h2")).to_have_text("screen.png")
            await page.keyboard.press("ArrowLeft")
            await expect(viewer.locator("h2")).to_have_text("receipt.png")
            await page.evaluate(CLOSE_AND_GO_ON)
            await expect(viewer).to_have_count(0)
            assert await page.evaluate("() => document.activeElement.className") == "thumbnail"

            async with page.expect_download() as loading:
                await page.locator("[data-file=other] a").last.click()
            download = await loading.value
            assert download.suggested_filename == "trap.svg"
            assert (await download.path()).read_bytes() == FILES[5][2]


async def test_who_first_opened_what_nobody_could_check_is_told_to_all(tmp_path, chromium):
    async with running_house(tmp_path, API) as app:
        await tell(app, FILES[4], FILES[0])
        async with (
            desk(chromium, await link_of(app)) as page,
            desk(chromium, await link_of(app, "zoe"), language="zh-CN") as other,
        ):
            await open_ticket(page, "T-1001")
            paper, picture = page.locator("[data-file=other]"), page.locator("[data-file=image]")
            await expect(picture).to_contain_text("Opened by you")
            await expect(paper).to_contain_text("Not checked for secrets")
            await open_ticket(other, "T-1001")
            await expect(other.locator("[data-file=image]")).to_contain_text("Mei 已打开")
            await expect(other.locator("[data-file=other]")).to_contain_text("未检查敏感信息")
            async with other.expect_download():
                await other.locator("[data-file=other] a").click()
            await expect(other.locator("[data-file=other]")).to_contain_text("您已打开")
            await expect(paper).to_contain_text("Opened by Zoe")
            await expect(page.locator(".files .chip")).to_have_count(0)
            assert await violations(page) == []
            assert await violations(other) == []
            await page.reload()
            await expect(paper).to_contain_text("Opened by Zoe")
            await expect(picture).to_contain_text("Opened by you")


async def test_a_file_that_is_opened_by_its_address_can_do_nothing(tmp_path, chromium):
    async with running_house(tmp_path, API) as app:
        await tell(app, FILES[0])
        async with desk(chromium, await link_of(app), policy=True) as page:
            await open_ticket(page, "T-1001")
            place = await page.locator(".thumbnail img").get_attribute("src")
            answer = await page.goto(page.url.split("/inbox")[0] + place)
            assert answer is not None
            assert answer.headers["content-type"] == "image/png"
            assert await page.evaluate("() => self.origin") == "null"
            assert await page.evaluate("() => document.images[0].naturalWidth") == 600


async def test_a_reply_takes_files_along(tmp_path, chromium):
    async with running_house(tmp_path, API) as app:
        await tell(app, FILES[0])
        async with desk(chromium, await link_of(app), noise=True) as page:
            await open_ticket(page, "T-1001")
            await expect(page.locator(".attach")).to_contain_text("Telegram: up to 5 MB each")
            send, field = page.locator("[data-act=send]"), page.locator("[data-act=files]")
            await expect(send).to_be_disabled()
            await field.set_input_files(
                [
                    {"name": "steps.png", "mimeType": "image/png", "buffer": FILES[1][2]},
                    {"name": "setup.exe", "mimeType": "image/png", "buffer": b"MZ" + bytes(100)},
                ]
            )
            await expect(page.locator("[data-attached=ready]")).to_contain_text("steps.png")
            refused = page.locator("[data-attached=failed]")
            await expect(refused).to_contain_text("setup.exe is a program. Programs are not sent.")
            assert await violations(page) == []
            await expect(send).to_be_disabled()
            await page.get_by_role("button", name="Remove setup.exe").click()
            await expect(send).to_be_enabled()

            await field.set_input_files([{"name": "big.bin", "mimeType": "x/y", "buffer": bytes(5_000_001)}])
            await expect(page.locator(".toast.danger")).to_contain_text(
                "big.bin is too big for Telegram: at most 5 MB."
            )
            await page.reload()
            await expect(page.locator("[data-attached=ready]")).to_contain_text("steps.png")
            await page.locator("#composer").fill("please follow these steps")
            await send.click()
            reply = page.locator(".message.reply[data-message]").last
            await expect(reply.locator("[data-file=image]")).to_contain_text("steps.png")
            await expect(page.locator("[data-attached]")).to_have_count(0)
            assert await violations(page) == []
        rows = await app.store.read(select("SELECT attachments FROM messages WHERE author_id IS NOT NULL"))
        ((file,),) = [json.loads(row[0]) for row in rows]
        assert (file["name"], file["content_type"], file["size"]) == ("steps.png", "image/png", len(FILES[1][2]))


async def test_what_was_attached_comes_back_when_a_reply_is_refused(tmp_path, chromium):
    async with running_house(tmp_path, API) as app:
        await tell(app, FILES[0])
        async with desk(chromium, await link_of(app), noise=True) as page:
            await open_ticket(page, "T-1001")
            await page.locator("[data-act=files]").set_input_files(
                [{"name": "steps.png", "mimeType": "image/png", "buffer": FILES[1][2]}]
            )
            await expect(page.locator("[data-attached=ready]")).to_have_count(1)
            await page.locator("#composer").fill("my card is 4111 1111 1111 1111")
            await page.locator("[data-act=send]").click()
            await expect(page.locator("[data-refused]")).to_be_visible()
            await expect(page.locator("[data-attached=ready]")).to_contain_text("steps.png")
            await page.locator("#composer").fill("here it is")
            await page.locator("[data-act=send]").click()
            await expect(page.locator(".message.reply[data-message] [data-file=image]")).to_have_count(1)


@pytest.mark.parametrize(("locale", "scheme"), [("en", "light"), ("zh-CN", "dark")])
async def test_a_customer_sees_in_the_chat_what_agents_sent(tmp_path, chromium, locale, scheme):
    async with running_house(tmp_path, WEBCHAT) as app, reader(chromium, locale=locale, color_scheme=scheme) as chat:
        await chat.goto(f"http://127.0.0.1:{app.server.port}/channels/webchat/default/")
        await expect(chat.locator(".dot.online")).to_be_visible()
        await write(chat, "how do I do that?")
        await expect(chat.locator(".system")).to_have_count(1)
        async with desk(chromium, await link_of(app)) as page:
            await open_ticket(page, "T-1001")
            await page.locator("[data-act=files]").set_input_files(
                [
                    {"name": "steps.png", "mimeType": "image/png", "buffer": FILES[0][2]},
                    {"name": "voice.wav", "mimeType": "audio/wav", "buffer": FILES[2][2]},
                    {"name": "terms.pdf", "mimeType": "application/pdf", "buffer": FILES[4][2]},
                ]
            )
            await expect(page.locator("[data-attached=ready]")).to_have_count(3)
            await page.locator("[data-act=send]").click()
            await expect(page.locator(".message.reply [data-file]")).to_have_count(3)
        picture = chat.locator(".agent .picture img")
        await expect(picture).to_have_attribute("alt", {"en": "Picture steps.png", "zh-CN": "图片 steps.png"}[locale])
        await chat.wait_for_function("() => document.querySelector('.picture img').naturalWidth === 600")
        await chat.wait_for_function("() => document.querySelector('audio').readyState > 0")
        assert await violations(chat) == []
        async with chat.expect_download() as loading:
            await chat.locator(".agent a[download]").click()
        download = await loading.value
        assert (download.suggested_filename, (await download.path()).read_bytes()) == ("terms.pdf", FILES[4][2])
        place = await picture.get_attribute("src")
        async with aiohttp.ClientSession() as stranger:
            async with stranger.get(place) as answer:
                assert (answer.status, await answer.read()) == (200, FILES[0][2])
                assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
            async with stranger.get(place[:-1] + ("a" if place[-1] != "a" else "b")) as answer:
                assert answer.status == 404
