"""Files on the customer's chat page in a real browser: chosen, pasted, dropped, refused, sent once, seen again."""

import asyncio
import base64

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.desk import desk, open_ticket, violations
from tests.browser.test_media_ui import link_of, png, wav
from tests.e2e.test_webchat_house import WEBCHAT
from tests.servers.chat_house import RECEIPT, ChatHouse, running_chat
from tests.servers.chat_page import opened, reader, visitor_of, write
from tests.servers.whole_house import running_house

PICTURE = png(300, 200, 180)
KEPT_FILES = """new Promise((resolve) => {
  const opening = indexedDB.open("switchboard-files", 1);
  opening.onsuccess = () => {
    const counting = opening.result.transaction("files").objectStore("files").count();
    counting.onsuccess = () => resolve(counting.result);
  };
})"""
PHRASE = "abandon ability able about above absent absorb abstract absurd abuse access accident"


@pytest_asyncio.fixture(loop_scope="session")
async def house():
    return ChatHouse(receipt=RECEIPT)


@pytest_asyncio.fixture(loop_scope="session")
async def chat(house):
    async with running_chat(house, {"title": "Acme Support", "files": {"megabytes": 1, "most": 3}}) as server:
        yield server


def file(name: str, data: bytes, kind: str = "") -> dict:
    return {"name": name, "mimeType": kind, "buffer": data}


async def choose(page: Page, *files: dict) -> None:
    """What somebody has chosen in their browser's dialog."""
    await page.locator("#files").set_input_files(list(files))


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
    asked: asyncio.Queue = asyncio.Queue()
    page.on("filechooser", lambda chooser: asked.put_nowait(chooser) if chooser.is_multiple() else None)
    await opened(page, chat)
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Attach files").focus()
    await page.keyboard.press("Enter")
    chooser = await asked.get()
    await chooser.set_files([file("shot.png", PICTURE, "image/png"), file("log.txt", b"a line", "text/plain")])
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


async def test_a_picture_is_pasted_and_files_are_dropped_anywhere(page, chat, house):
    await opened(page, chat)
    await page.locator("#text").fill("a draft")
    await give(page, "paste", "#text", ("image.png", "image/png", PICTURE))
    await expect(page.locator(".staged .name")).to_have_text(["image.png"])
    await expect(page.locator("#text")).to_have_value("a draft")
    await give(page, "dragover", "#messages", ("a.pdf", "application/pdf", b"%PDF-1.7"))
    await expect(page.locator(".chat.dropping")).to_have_attribute("data-drop", "Drop files here to attach them")
    await give(page, "drop", "#messages", ("a.pdf", "application/pdf", b"%PDF-1.7"), ("note.txt", "", b"x"))
    await expect(page.locator(".staged .name")).to_have_text(["image.png", "a.pdf", "note.txt"])
    await expect(page.locator(".dropping")).to_have_count(0)
    await page.get_by_role("button", name="Remove a.pdf").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Remove note.txt")).to_be_focused()
    await page.locator("#text").press("Enter")
    await expect(page.locator(".own .meta")).to_contain_text("Sent")
    assert attached(house) == [("a draft", [("image.png", PICTURE), ("note.txt", b"x")])]


async def test_pasted_words_stay_words(page, chat):
    await opened(page, chat)
    await page.locator("#text").evaluate(
        """(field) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", "words");
          const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
          window.untouched = field.dispatchEvent(event);
        }"""
    )
    assert await page.evaluate("window.untouched")


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "big.png is larger than 1 MB", "at most 3 files", "tool.exe is none of the kinds", "empty.png is empty",
                "This looks like a recovery phrase",
            ],
        ),
        ("zh-CN", ["big.png 超过 1 MB", "最多可附 3 个文件", "tool.exe 不是", "empty.png 是空", "这看起来像是助记词"]),
    ],
)  # fmt: skip
async def test_what_the_browser_can_tell_is_refused_before_anything_is_sent(chromium, chat, house, language, sentences):
    async with reader(chromium, locale=language) as page:
        posted: list[str] = []
        page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
        await opened(page, chat)
        small = file("a.png", PICTURE, "image/png")
        for chosen, sentence in zip(
            (
                [file("big.png", PICTURE + bytes(1_048_576), "image/png")],
                [small] * 4,
                [file("tool.exe", PICTURE)],
                [file("empty.png", b"", "image/png")],
                [file("words.txt", f"my words: {PHRASE}".encode(), "text/plain")],
            ),
            sentences,
            strict=True,
        ):
            await page.locator("#files").set_input_files(chosen)
            await expect(page.get_by_role("alert")).to_contain_text(sentence)
            for _ in range(await page.locator(".staged li").count()):
                await page.locator(".staged button").first.click()
            await expect(page.locator("#send")).to_be_disabled()
        assert not posted
        assert not house.events


async def test_what_only_its_content_tells_is_refused_by_the_house_and_said(page, chat, house):
    await opened(page, chat)
    await choose(page, file("good.png", PICTURE), file("picture.png", b"MZ\x90\0" + bytes(200), "image/png"))
    await write(page, "two")
    failed = page.locator(".own.failed")
    await expect(failed.locator(".meta")).to_contain_text(
        "Not sent: picture.png is none of the kinds that can be sent (PNG,"
    )
    await expect(failed.locator(".meta")).to_contain_text("; what counts is what it holds, not its name")
    await expect(failed).to_contain_text("good.png")
    await page.locator("#language").click()
    await expect(failed.locator(".meta")).to_contain_text("未发送：picture.png 不是可以发送的类型（PNG,")
    assert not house.events
    await page.reload()
    await expect(page.locator(".dot.online")).to_be_visible()
    await expect(page.locator(".own")).to_have_count(0)


async def test_files_wait_without_the_house_survive_a_reload_and_arrive_once(page, chat, house):
    await opened(page, chat)
    await write(page, "before")
    await expect(page.locator(".system")).to_be_visible()
    house.away = True
    house.add(visitor_of(house), author="agent", text="not to be read yet", delivery="sent")
    await expect(page.locator("#banner")).to_contain_text("No connection")
    await choose(page, file("shot.png", PICTURE, "image/png"))
    await write(page, "while away")
    await expect(page.locator(".own.pending .meta")).to_contain_text("Waiting for a connection")
    await page.reload()
    await expect(page.locator(".own.pending .bubble")).to_contain_text("shot.png")
    house.away = False
    await expect(page.locator(".own img")).to_be_visible(timeout=30_000)
    await expect(page.locator(".own.pending")).to_have_count(0)
    assert attached(house) == [("before", []), ("while away", [("shot.png", PICTURE)])]
    while await page.evaluate(KEPT_FILES):
        await page.evaluate("new Promise(requestAnimationFrame)")
    assert "while away" not in await page.evaluate("JSON.stringify(localStorage)")


async def test_an_answer_that_is_lost_is_asked_for_again_and_it_is_one_message(page, chat, house):
    lost = []

    async def lose(route) -> None:
        if lost:
            await route.continue_()
            return
        lost.append((await route.fetch()).status)
        await route.abort()

    await page.route("**/messages", lose)
    await opened(page, chat)
    await choose(page, file("shot.png", PICTURE, "image/png"))
    await page.locator("#text").press("Enter")
    await expect(page.locator(".own img")).to_be_visible()
    await expect(page.locator(".own")).to_have_count(1)
    assert lost == [200]
    assert len(house.events) == 1


async def test_words_overtake_files_and_what_is_on_its_way_can_be_cancelled(page, chat, house):
    held: asyncio.Future = asyncio.get_running_loop().create_future()

    async def hold(route) -> None:
        held.set_result(route)

    await page.route("**/messages", hold)
    await opened(page, chat)
    await choose(page, file("film.png", PICTURE, "image/png"))
    await page.locator("#text").press("Enter")
    route = await held
    await expect(page.get_by_role("progressbar", name="Sending the files")).to_be_visible()
    await page.get_by_role("button", name="My wallet is being emptied").click()
    await write(page, "and some words")
    await expect(page.locator(".own:not(.pending)")).to_have_count(2)
    assert [event.alarm for event in house.events.values()] == [True, False]
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".own")).to_have_count(2)
    await route.abort()
    await page.reload()
    await expect(page.locator(".own")).to_have_count(2)
    assert attached(house) == [("My wallet is being emptied", []), ("and some words", [])]


async def test_a_part_that_cannot_be_loaded_is_said_and_loaded_later(chromium, chat, house):
    async with reader(chromium, noise=True) as page:
        refused = []

        async def refuse(route) -> None:
            refused.append(route.request.url)
            await (route.continue_() if len(refused) > 1 else route.abort())

        await page.route("**/files.js*", refuse)
        await opened(page, chat)
        await choose(page, file("shot.png", PICTURE, "image/png"))
        await expect(page.get_by_role("alert")).to_contain_text("cannot be attached right now")
        await choose(page, file("shot.png", PICTURE, "image/png"))
        await expect(page.locator(".staged .name")).to_have_text(["shot.png"])


async def test_forbidden_storage_keeps_files_as_long_as_the_page(chromium, chat, house):
    async with reader(chromium) as page:
        await page.add_init_script(
            "for (const name of ['localStorage', 'indexedDB']) "
            "Object.defineProperty(window, name, { get() { throw new DOMException('', 'SecurityError'); } });"
        )
        await opened(page, chat)
        await choose(page, file("shot.png", PICTURE, "image/png"))
        await page.locator("#text").press("Enter")
        await expect(page.locator(".own img")).to_be_visible()
    assert attached(house) == [("", [("shot.png", PICTURE)])]


async def test_hostile_names_are_only_text(page, chat, house):
    await opened(page, chat)
    await choose(page, file("<img src=x onerror=alert(1)>.txt", b"x"), file("a\u202egpj.txt", b"y"))
    await expect(page.locator(".staged .name").first).to_have_text("<img src=x onerror=alert(1)>.txt")
    await page.locator("#text").press("Enter")
    await expect(page.locator(".own .file").first).to_contain_text("_img src=x onerror=alert(1)_.txt")
    assert await page.locator(".own img").count() == 0


async def test_a_house_that_wants_no_files_has_no_button(page, house):
    async with running_chat(house, {"files": {"most": 0}}) as chat:
        await opened(page, chat)
        await expect(page.locator("#attach")).to_be_hidden()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-CN", "dark")])
async def test_it_is_accessible_and_fits(chromium, language, theme):
    for width in (1440, 360):
        await _walk_accessibly(chromium, language, theme, width)


async def _walk_accessibly(chromium: Browser, language: str, theme: str, width: int) -> None:
    house = ChatHouse(receipt=RECEIPT)
    options = {"locale": language, "color_scheme": theme, "viewport": {"width": width, "height": 760}}
    async with running_chat(house, {"title": "Acme Support"}) as chat, reader(chromium, **options) as page:
        await page.route("**/messages", lambda route: route.continue_() if house.events else None)
        await opened(page, chat)
        chosen = [
            file("screenshot of the wallet with a very long name 2026-11-28.png", PICTURE, "image/png"),
            file("voice.wav", wav(1.0), "audio/wav"),
            file("log.txt", b"a line", "text/plain"),
        ]
        await page.locator("#files").set_input_files([*chosen, file("tool.exe", b"MZ")])
        await expect(page.get_by_role("alert")).not_to_be_empty()
        await _require_fitting(page)
        await give(page, "dragover", "#messages", ("a.pdf", "application/pdf", b"%PDF-1.7"))
        await expect(page.locator(".dropping")).to_be_visible()
        await _require_fitting(page)
        await give(page, "drop", "#messages")
        await write(page, "three files")
        await expect(page.get_by_role("progressbar")).to_be_visible()
        await _require_fitting(page)
        await write(page, "words")
        await expect(page.locator(".system")).to_be_visible()
        await page.reload()
        await expect(page.locator(".own audio")).to_be_visible()
        await expect(page.locator(".own.pending")).to_have_count(0)
        await _require_fitting(page)


async def _require_fitting(page: Page) -> None:
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert min(box["width"], box["height"]) >= 36


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_a_visitor_attaches_and_an_agent_sees_and_answers_with_a_file(tmp_path, chromium, language):
    async with running_house(tmp_path, WEBCHAT) as app, reader(chromium, locale=language) as chat:
        await chat.goto(f"http://127.0.0.1:{app.server.port}/channels/webchat/default/")
        await expect(chat.locator(".dot.online")).to_be_visible()
        await choose(
            chat, file("shot.png", PICTURE, "image/png"), file("voice.wav", wav(1.0), "audio/wav"),
            file("bill.pdf", b"%PDF-1.7 a paper", "application/pdf"),
        )  # fmt: skip
        await expect(chat.locator(".staged li")).to_have_count(3)
        await chat.locator("#text").press("Enter")
        # Without words of the visitor's own the receipt speaks their page's language.
        await expect(chat.locator(".system")).to_contain_text({"en": "received", "zh-CN": "收到"}[language])
        async with desk(chromium, await link_of(app), language=language) as page:
            await open_ticket(page, "T-1001")
            shown = page.locator(".files [data-file]")
            await expect(shown).to_have_count(3)
            assert [await each.get_attribute("data-file") for each in await shown.all()] == ["image", "audio", "other"]
            await page.wait_for_function("() => document.querySelector('.thumbnail img')?.naturalWidth === 300")
            await page.locator("audio").evaluate("async (a) => { a.muted = true; await a.play(); }")
            await page.locator("[data-act=files]").set_input_files(
                [{"name": "steps.png", "mimeType": "image/png", "buffer": PICTURE}]
            )
            await expect(page.locator("[data-attached=ready]")).to_have_count(1)
            await page.locator("[data-act=send]").click()
        await expect(chat.locator(".agent .picture img")).to_be_visible()
        await chat.reload()
        await expect(chat.locator(".own .picture img")).to_be_visible()
        await expect(chat.locator(".own audio")).to_be_visible()
        await expect(chat.locator(".agent .picture img")).to_be_visible()
        async with chat.expect_download() as loading:
            await chat.locator(".own a[download]").click()
        assert (await (await loading.value).path()).read_bytes() == b"%PDF-1.7 a paper"
        assert await violations(chat) == []
