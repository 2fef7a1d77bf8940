"""An answer of ours corrected, and a message reacted to, in a real browser over a real house: with the keyboard alone,
seen in place by the customer, stopped by the guard, in both languages."""

import pytest_asyncio
from playwright.async_api import expect

from connectors.telegram.simulator import BotApiServer, Person
from router.cli.people import add_login_token, new_agent
from router.clock import SystemClock
from router.store import people
from tests.browser.desk import desk, open_ticket, violations
from tests.browser.test_moderation_ui import page_house  # noqa: F401 -- a fixture
from tests.e2e.test_moderation import RULES, until
from tests.e2e.test_telegram_house import channel
from tests.servers.process import free_port
from tests.servers.telegram_house import TOKEN
from tests.servers.whole_house import running_house


@pytest_asyncio.fixture(loop_scope="session")
async def chat(tmp_path):
    """A house with a bot that Ann has written to, and an agent's one-time link."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_bytes(RULES)
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot"}) as telegram:
        port = free_port()
        async with running_house(tmp_path, channel(telegram), port=port) as app:
            mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
            await app.store.write(people.add_agent(mei))
            ann = Person(telegram, 77, "Ann")
            await ann.write("when does it come?")
            await until(app, "SELECT COUNT(*) FROM messages", [(1,)])
            token = await add_login_token(app.store, mei, app.clock)
            yield ann, f"http://127.0.0.1:{port}/login?token={token}"


async def answered(page, text):
    """The answer, once it has left."""
    await page.locator("#composer").fill(text)
    await page.locator("[data-act=send]").click()
    ours = page.locator(".message.reply").last
    await expect(ours.locator("> .bubble > [data-delivery=sent]")).to_have_count(1)
    return ours


async def choose(page, ours, item):
    """An entry of the answer's menu, by keyboard."""
    await ours.locator("[data-menu=post]").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_be_visible()
    entry = page.locator(f"[role=menuitem][data-value={item}]")
    for _ in range(4):
        if await entry.evaluate("(element) => element === document.activeElement"):
            break
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")


async def test_an_answer_is_corrected_by_keyboard_and_says_what_it_said_before(chat, chromium):
    ann, link = chat
    async with desk(chromium, link) as page:
        await open_ticket(page, "T-1001")
        ours = await answered(page, "On Monday.")
        dialog = page.get_by_role("dialog", name="Correct…")
        await choose(page, ours, "edit")
        text = dialog.locator("textarea")
        await expect(text).to_have_value("On Monday.")
        await expect(dialog.locator("[type=submit]")).to_be_disabled()
        assert await violations(page) == []
        await text.fill("On Tuesd")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await choose(page, ours, "edit")
        await expect(text).to_have_value("On Tuesd"), "what was begun is kept"
        await text.fill("On Tuesday.")
        await page.keyboard.press("Control+Enter")
        await expect(dialog).to_have_count(0)
        await expect(ours.locator("> .bubble > .text")).to_have_text("On Tuesday.")
        await expect(ours.locator("header")).to_contain_text("Edited")
        await expect(ours.locator("[data-moderation=edit]")).to_contain_text("Correcting the answer: done")
        assert [message["text"] for message in ann.seen()] == ["On Tuesday."]
        before = ours.locator("details.earlier")
        await before.locator("summary").focus()
        await page.keyboard.press("Enter")
        await expect(before).to_contain_text("On Monday.")
        await expect(before).to_contain_text("Until Mei corrected it")
        await expect(page.locator(".side .history")).to_contain_text("You corrected the answer")
        assert await violations(page) == []


async def test_one_that_the_network_refuses_says_why_and_leaves_the_answer(chat, chromium):
    ann, link = chat
    async with desk(chromium, link, language="zh-CN", theme="dark", noise=True) as page:
        await open_ticket(page, "T-1001")
        ours = await answered(page, "星期一到。")
        ann.chat.messages.clear()
        await choose(page, ours, "edit")
        dialog = page.get_by_role("dialog", name="更正…")
        await dialog.locator("textarea").fill("星期二到。")
        await dialog.get_by_role("button", name="更正", exact=True).click()
        await expect(dialog).to_have_count(0)
        asked = ours.locator("[data-moderation=edit]")
        await expect(asked.locator("[data-delivery=dead]")).to_contain_text("更正回复")
        await expect(asked).to_contain_text("not found")
        await expect(asked.locator("[data-waiting]")).to_have_text("新内容：星期二到。")
        await expect(ours.locator("> .bubble > .text")).to_have_text("星期一到。")
        assert await violations(page) == []


async def test_a_message_gets_a_reaction_by_keyboard_and_loses_it(chat, chromium):
    ann, link = chat
    (said,) = ann.chat.messages.values()
    async with desk(chromium, link) as page:
        await open_ticket(page, "T-1001")
        theirs = page.locator(".message.inbound")
        shown = theirs.locator("[data-reaction]")
        button = theirs.locator("[data-menu=react]")
        await button.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitemradio", name="👍")).to_be_focused()
        assert await violations(page) == []
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(shown).to_have_attribute("data-reaction", "🙏")
        await expect(shown).to_contain_text("Our reaction 🙏: done")
        assert said["reaction"] == ["🙏"]
        await expect(page.locator(".side .history")).to_contain_text("You reacted with 🙏")
        assert await violations(page) == []
        await button.click()
        await page.get_by_role("menuitem", name="Take the reaction off").click()
        await expect(shown).to_have_count(0)
        assert said["reaction"] == []


async def test_a_public_correction_is_looked_over(page_house, chromium):  # noqa: F811
    _, ann, said, link = page_house
    async with desk(chromium, link, noise=True) as page:
        await open_ticket(page, "T-1001")
        ours = await answered(page, "It is in Berlin.")
        await choose(page, ours, "edit")
        dialog = page.get_by_role("dialog", name="Correct…")
        await dialog.locator("textarea").fill("Card 4111 1111 1111 1111")
        await page.keyboard.press("Control+Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text("Not sent")
        await expect(dialog.locator("[data-act=anyway]")).to_have_count(0)
        assert await violations(page) == []
        await dialog.locator("textarea").fill("It is in Bern.")
        await page.keyboard.press("Control+Enter")
        await expect(ours.locator("[data-moderation=edit]")).to_contain_text("done")
        assert ann.answers_to(said) == ["It is in Bern."]


async def test_an_answer_that_nears_what_the_channel_takes_is_counted(chat, chromium):
    _, link = chat
    async with desk(chromium, link) as page:
        await open_ticket(page, "T-1001")
        text, count = page.locator("#composer"), page.locator(".composer .count")
        await text.fill("币" * 16_000)
        await expect(count).to_have_count(0)
        await text.fill("币" * 20_000)
        await expect(count).to_have_text("20000 / 20480")
        await text.fill("币" * 20_481)
        await expect(page.locator(".composer .count.over")).to_have_text("20481 / 20480")
        assert await violations(page) == []
        await page.locator("[data-tab=note]").click()
        await expect(count).to_have_count(0)
