"""The customer's chat page in a real browser, over the real connector: the walk, the guards, the looks."""

import json
import random
import re
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

import rules.wordlists
from router.model.buttons import Button
from tests.browser.desk import violations
from tests.servers.chat_house import RECEIPT, ChatHouse, running_chat
from tests.servers.chat_page import opened, reader, visitor_of, write

PHRASE = "abandon ability able about above absent absorb abstract absurd abuse access accident"
CHINESE_RECEIPT = "我们已收到您的消息，工单编号为 T-1001。\n客服将在 10 分钟内回复。"


@pytest_asyncio.fixture(loop_scope="session")
async def house():
    return ChatHouse(receipt=RECEIPT)


@pytest_asyncio.fixture(loop_scope="session")
async def chat(house):
    async with running_chat(house, {"title": "Acme Support"}) as server:
        yield server


async def test_a_customer_writes_gets_a_receipt_and_the_agents_answer(page, chat, house):
    await opened(page, chat)
    await expect(page.get_by_role("heading", name="Acme Support")).to_be_visible()
    await expect(page.get_by_text("We usually reply within 10 minutes")).to_be_visible()
    await expect(page.get_by_text("We will never ask for it.")).to_be_visible()
    await expect(page.locator("#text")).to_be_focused()
    await write(page, "我的币被人转走了")
    log = page.get_by_role("log")
    await expect(log.locator(".own .bubble")).to_have_text("我的币被人转走了")
    await expect(log.locator(".own .meta")).to_contain_text("Sent")
    receipt = log.locator(".system .bubble")
    await expect(receipt.locator("strong")).to_have_text("T-1001")
    assert await receipt.inner_text() == RECEIPT
    reply = house.add(visitor_of(house), author="agent", author_name="Mei", text="在的，请稍等。", delivery="sent")
    await expect(log.locator(".agent .bubble")).to_have_text("在的，请稍等。")
    await expect(log.locator(".agent .author")).to_have_text("Mei")
    # What is on the screen is reported; the change of state comes back to this page too.
    await expect(page.locator(".agent")).to_have_count(1)
    while (visitor_of(house), reply.id, "read") not in house.marks:
        await page.evaluate("new Promise(requestAnimationFrame)")
    assert len(house.events) == 1


async def test_a_house_without_a_name_is_called_support_in_the_readers_language(page, house):
    async with running_chat(house, {}) as chat:
        await opened(page, chat)
        await expect(page.get_by_role("heading", name="Support")).to_be_visible()
        await page.locator("#language").click()
        await expect(page.get_by_role("heading", name="在线客服")).to_be_visible()
        await expect(page).to_have_title("在线客服")


async def test_a_reload_shows_the_same_conversation(page, chat, house):
    await opened(page, chat)
    await write(page, "first")
    await expect(page.locator(".system")).to_be_visible()
    await page.reload()
    await expect(page.locator(".message .bubble").first).to_have_text("first")
    await write(page, "second")
    await expect(page.locator(".own")).to_have_count(2)
    await expect(page.locator(".system")).to_have_count(1)
    assert len({event.sender.id for event in house.events.values()}) == 1


async def test_a_corrected_answer_and_a_reaction_are_seen_in_place(page, chat, house):
    await opened(page, chat)
    await write(page, "when?")
    await expect(page.locator(".system")).to_be_visible()
    reply = house.add(visitor_of(house), author="agent", author_name="Mei", text="On Monday.", delivery="sent")
    ours = page.locator(".agent")
    await expect(ours.locator(".bubble")).to_have_text("On Monday.")
    await expect(ours.locator(".meta")).not_to_contain_text("Edited")
    house.change(visitor_of(house), reply.id, text="On Tuesday.", edited=True)
    house.change(visitor_of(house), house.thread(visitor_of(house))[0].id, reaction="🙏")
    await expect(page.locator(".own").get_by_role("img", name="The support team reacted: 🙏")).to_have_text("🙏")
    await expect(ours.locator(".bubble")).to_have_text("On Tuesday.")
    await expect(ours.locator(".meta")).to_contain_text("Edited")
    await page.locator("#language").click()
    await expect(ours.locator(".meta")).to_contain_text("已编辑")
    await expect(ours).to_have_count(1)


async def test_two_tabs_show_one_conversation(chromium, chat, house):
    async with reader(chromium) as one:
        await opened(one, chat)
        await write(one, "from the first tab")
        await expect(one.locator(".system")).to_be_visible()
        other = await one.context.new_page()
        await opened(other, chat)
        await write(other, "from the second")
        await expect(one.locator(".own .bubble")).to_have_text(["from the first tab", "from the second"])
        await expect(other.locator(".own .bubble")).to_have_text(["from the first tab", "from the second"])


async def test_what_is_written_without_the_house_waits_survives_a_reload_and_arrives_once(page, chat, house):
    await opened(page, chat)
    await write(page, "before")
    await expect(page.locator(".system")).to_be_visible()
    house.away = True
    house.add(visitor_of(house), author="agent", text="not to be read yet", delivery="sent")
    await expect(page.locator("#banner")).to_contain_text("No connection")
    await write(page, "while away 1")
    await write(page, "while away 2")
    await expect(page.locator(".own.pending")).to_have_count(2)
    await expect(page.locator(".own.pending .meta").last).to_contain_text("Waiting for a connection")
    await page.reload()
    await expect(page.locator(".own.pending .bubble")).to_have_text(["while away 1", "while away 2"])
    house.away = False
    await expect(page.locator(".dot.online")).to_be_visible(timeout=20_000)
    await expect(page.locator(".own.pending")).to_have_count(0)
    await expect(page.locator(".own .bubble")).to_have_text(["before", "while away 1", "while away 2"])
    await expect(page.locator("#banner")).to_be_hidden()
    assert [event.text for event in house.events.values()] == ["before", "while away 1", "while away 2"]
    stored = await page.evaluate("JSON.stringify(localStorage)")
    assert "while away" not in stored


async def test_a_message_being_composed_is_not_sent_by_enter(page, chat, house):
    await opened(page, chat)
    text = page.locator("#text")
    await text.fill("ni")
    for options in ('{isComposing: true, key: "Enter"}', '{keyCode: 229, key: "Enter"}'):
        await text.evaluate(f"(field) => field.dispatchEvent(new KeyboardEvent('keydown', {options}))")
    await expect(text).to_have_value("ni")
    await text.press("Shift+Enter")
    await expect(text).to_have_value("ni\n")
    await text.fill("你好")
    await text.press("Enter")
    await expect(page.locator(".own .bubble")).to_have_text(["你好"])
    await expect(page.locator(".system")).to_be_visible()
    assert [event.text for event in house.events.values()] == ["你好"]


async def test_a_recovery_phrase_does_not_leave_the_device(page, chat, house):
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(str(payload))))
    await opened(page, chat)
    await write(page, f"my words: {PHRASE}")
    await expect(page.get_by_role("alert")).to_contain_text("It was not sent")
    await page.locator("#text").fill("")
    await expect(page.get_by_role("alert")).to_be_hidden()
    await write(page, "someone stole my coins")
    await expect(page.locator(".system")).to_be_visible()
    assert any("someone stole" in frame for frame in sent)
    assert not any("abandon" in frame for frame in sent)
    assert "abandon" not in await page.evaluate("JSON.stringify(localStorage)")
    assert [event.text for event in house.events.values()] == ["someone stole my coins"]


async def test_the_guard_knows_every_phrase_word_and_lets_people_talk(page, chat):
    words = Path(rules.wordlists.__file__).with_name("english.txt").read_text("utf-8").split()
    chinese = Path(rules.wordlists.__file__).with_name("chinese_simplified.txt").read_text("utf-8").split()
    chance = random.Random(7)
    phrases = [" ".join([word] * 12) for word in words]
    for count in (12, 15, 18, 21, 24):
        drawn = chance.choices(words, k=count)
        phrases += [
            " ".join(drawn),
            " ".join(drawn).upper(),
            ", ".join(drawn),
            "\n".join(f"{n}. {word}" for n, word in enumerate(drawn, 1)),
            f"Here it is: {' '.join(drawn)} ok?",
            " ".join(chance.choices(chinese, k=count)),
        ]
    keys = [
        "5" + "J" * 50,
        "L" + "k" * 51,
        "xprv" + "9" * 107,
        '{"crypto": {"ciphertext": "' + "a1" * 32 + '"}}',
        "-----BEGIN EC PRIVATE KEY-----",
    ]
    talk = [
        "",
        "hi",
        "Hello, I sent 0.5 ETH from my wallet yesterday and it has not arrived, can you please have a look?",
        "please help me my account was hacked and all the money is gone what should i do now",
        "I can not open the app since the last update, it says network error again and again and again",
        "Your support team told me to wait two days but nothing happened, this is really not acceptable any more",
        "我的币被人转走了，昨天晚上 USDT 突然少了 500 个，我没有操作过，请帮我看一下怎么办",
        "我 的 币 不 见 了",
        "0x" + "ab" * 32,
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "https://example.org/a/very/long/path/with/many/parts/which/is/not/a/phrase/at/all",
        "x" * 10_000,
        "word " * 11,
    ]
    await opened(page, chat)
    found = await page.evaluate(
        "async ([url, texts]) => { const { secretIn } = await import(url); return texts.map(secretIn); }",
        [chat.page_url + "guard.js", phrases + keys + talk],
    )
    assert found == ["phrase"] * len(phrases) + ["key"] * len(keys) + [None] * len(talk)


async def test_masked_secrets_are_chips_in_the_readers_language(page, chat, house):
    await opened(page, chat)
    await write(page, "hello")
    await expect(page.locator(".system")).to_be_visible()
    house.add(visitor_of(house), author="customer", text="it was [SEED_PHRASE] and [NOT_A_TYPE] at [EMAIL]")
    await expect(page.locator(".chip")).to_have_text(["Recovery phrase hidden", "Mail address hidden"])
    await expect(page.locator(".own").last).to_contain_text("[NOT_A_TYPE]")
    await page.locator("#text").fill("a draft")
    await page.get_by_role("button", name="切换到中文").click()
    await expect(page.locator(".chip")).to_have_text(["助记词已隐藏", "邮箱地址已隐藏"])
    await expect(page.locator("#warning")).to_have_text("切勿发送助记词或私钥。我们绝不会向您索要。")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await expect(page.locator("#text")).to_have_value("a draft")
    await page.reload()
    await expect(page.get_by_text("通常在 10 分钟内回复")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "query", "lang"),
    [
        ("en-GB", "", "en"),
        ("zh-CN", "", "zh-CN"),
        ("zh-TW", "", "zh-CN"),
        ("de", "", "en"),
        ("en", "?lang=zh", "zh-CN"),
    ],
)
async def test_the_language_is_the_readers(chromium, chat, locale, query, lang):
    async with reader(chromium, locale=locale) as page:
        await opened(page, chat, query)
        await expect(page.locator("html")).to_have_attribute("lang", lang)


async def test_hostile_text_is_only_text(chromium, chat, house):
    hostile = (
        "<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3) [a](https://x.example) \u202eevil"
    )
    async with reader(chromium) as page:
        await opened(page, chat)
        await write(page, hostile)
        await expect(page.locator(".system")).to_be_visible()
        house.add(visitor_of(house), author="agent", author_name="<b>Mei</b>", text=hostile, delivery="sent")
        await expect(page.locator(".agent .author")).to_have_text("<b>Mei</b>")
        assert await page.locator(".agent .bubble").text_content() == hostile
        assert await page.locator("#messages img, #messages script, #messages a, #messages b").count() == 0


async def test_the_policy_stops_what_the_page_never_does(page, chat):
    await opened(page, chat)
    await page.evaluate(
        """() => {
          window.stopped = [];
          document.addEventListener("securitypolicyviolation", (event) => stopped.push(event.effectiveDirective));
          const script = document.createElement("script");
          try { script.textContent = "window.ran = 1"; document.head.append(script); } catch {}
          try { document.body.innerHTML = "<b>x</b>"; } catch {}
          // The debugger's own calls may evaluate; what runs later is the page's.
          setTimeout(() => { try { eval("window.ran = 2"); } catch { window.refused = true; } });
          new Image().src = "https://elsewhere.example/x.png";
          fetch("https://elsewhere.example/").catch(() => {});
        }"""
    )
    while len(set(await page.evaluate("window.stopped"))) < 3:
        await page.evaluate("new Promise(requestAnimationFrame)")
    stopped = set(await page.evaluate("window.stopped"))
    assert {"require-trusted-types-for", "img-src", "connect-src"} <= stopped
    assert await page.evaluate("[window.ran, window.refused]") == [None, True]
    await expect(page.get_by_role("heading", name="Acme Support")).to_be_visible()


async def test_everything_comes_from_here_and_is_little(chromium, chat):
    async with reader(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await opened(page, chat)
        assert all(url.startswith((chat.origin, "data:")) for url in asked)
        assert len(asked) <= 14  # with what comes after the first paint


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_it_is_accessible_and_fits(chromium, language, theme):
    for width in (1440, 390, 320):
        await _walk_accessibly(chromium, language, theme, width)


async def _walk_accessibly(chromium: Browser, language: str, theme: str, width: int) -> None:
    house = ChatHouse(receipt=RECEIPT if language == "en" else CHINESE_RECEIPT)
    async with running_chat(house, {"title": "Acme Support"}) as chat:
        options = {"locale": language, "color_scheme": theme, "viewport": {"width": width, "height": 800}}
        async with reader(chromium, **options) as page:
            await opened(page, chat)
            assert await violations(page) == []
            await write(page, "https://example.org/" + "a-long-address/" * 30)
            await expect(page.locator(".system")).to_be_visible()
            house.add(visitor_of(house), author="agent", author_name="Mei", text="[SEED_PHRASE] ok", delivery="sent")
            await expect(page.locator(".agent")).to_be_visible()
            await write(page, PHRASE)
            await expect(page.get_by_role("alert")).not_to_be_empty()
            assert await violations(page) == []
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            field = await page.locator("#text").evaluate("(field) => parseFloat(getComputedStyle(field).fontSize)")
            assert field >= 16, "smaller, and iOS zooms in on it"
            for button in await page.get_by_role("button").all():
                box = await button.bounding_box()
                assert min(box["width"], box["height"]) >= 36


async def test_forbidden_storage_is_no_reason_to_fail(chromium, chat, house):
    async with reader(chromium) as page:
        await page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });"
        )
        await opened(page, chat)
        await write(page, "still works")
        await expect(page.locator(".own .meta")).to_contain_text("Sent")
        assert [event.text for event in house.events.values()] == ["still works"]


@pytest.mark.parametrize("part", ["", "files/"])
def test_both_languages_say_the_same_things(part):
    static = Path(__file__).parents[2] / "connectors" / "webchat" / "static"
    words = [static / "i18n" / f"{part}{name}.json" for name in ("en", "zh-CN")]
    english, chinese = (json.loads(path.read_text("utf-8")) for path in words)
    assert list(english) == list(chinese)
    for key, words in english.items():
        assert words
        assert chinese[key]
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", chinese[key])), key
    code = "".join(path.read_text("utf-8") for path in static.glob("*.js"))
    for key in english:
        stem = key.partition(".")[0]
        assert f'"{key}"' in code or f"`{stem}.${{" in code, f"nobody says {key}"


async def test_a_private_link_opens_once_and_leaves_the_address(page, chat, house):
    house.invitations["a-token"] = None
    await page.goto(f"{chat.page_url}#private=a-token")
    await expect(page.locator(".dot.online")).to_be_visible()
    assert page.url == chat.page_url
    await write(page, "it is me")
    await expect(page.locator(".own .meta")).to_contain_text("Sent")
    (event,) = house.events.values()
    assert event.sender.id == house.invitations["a-token"]
    await page.reload()
    await expect(page.locator(".message .bubble").first).to_have_text("it is me")
    await expect(page.locator("#alarm")).to_be_empty()


async def test_a_private_link_that_was_used_says_so_and_lets_write_all_the_same(page, chat, house):
    house.invitations["a-token"] = "g-somebody-else"
    await page.goto(f"{chat.page_url}#private=a-token")
    await expect(page.locator("#alarm")).to_contain_text("used or is too old")
    await write(page, "hello")
    await expect(page.locator(".own .meta")).to_contain_text("Sent")
    (event,) = house.events.values()
    assert event.sender.id != "g-somebody-else"


async def test_buttons_below_an_answer_are_pressed_once_by_keyboard(page, chat, house):
    await opened(page, chat)
    await write(page, "hello")
    await expect(page.locator(".own .meta")).to_contain_text("Sent")
    house.add(
        visitor_of(house),
        author="system",
        text="What is it about?",
        buttons=(
            Button(label="Deposit", says="My deposit is missing"),
            Button(label="Status", url="https://example.com/status"),
        ),
    )
    answer = page.get_by_role("log").locator(".system").last
    link = answer.get_by_role("link", name="Status")
    await expect(link).to_have_attribute("href", "https://example.com/status")
    assert [await link.get_attribute(name) for name in ("target", "rel")] == ["_blank", "noopener"]
    button = answer.get_by_role("button", name="Deposit")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".own .bubble").last).to_have_text("My deposit is missing")
    await expect(page.locator(".own .meta").last).to_contain_text("Sent")
    await button.click()
    await page.keyboard.press("Enter")
    await write(page, "thanks")
    await expect(page.locator(".own .bubble")).to_have_text(["hello", "My deposit is missing", "thanks"])
    assert [event.text for event in house.events.values()] == ["hello", "My deposit is missing", "thanks"]
    assert await violations(page) == []
