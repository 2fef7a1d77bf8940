"""A public comment in a real browser over a real house and the simulated Facebook: hidden, shown, deleted, answered in
private, with the keyboard alone."""

import asyncio

import pytest_asyncio
from playwright.async_api import expect

from connectors.facebook.simulator import Fault, GraphServer, Person
from connectors.facebook.webhook import PATH
from router.cli.people import add_login_token, new_agent
from router.clock import SystemClock
from router.config import ChannelConfig
from router.store import people
from tests.browser.desk import desk, open_ticket, violations
from tests.e2e.test_moderation import RULES, until
from tests.servers.facebook_house import PAGE, POST, settings_for, wallet_page
from tests.servers.process import free_port
from tests.servers.whole_house import running_house

HIDE = """message => fetch(`/api/v1/messages/${message}/hide`, {
    method: "POST", body: JSON.stringify({ reason: "scam" }),
    headers: { "content-type": "application/json", "x-switchboard": "1", "idempotency-key": crypto.randomUUID() },
})"""
"""What a colleague does meanwhile."""


@pytest_asyncio.fixture(loop_scope="session")
async def page_house(tmp_path):
    """A house with a Facebook page, a comment below its post, and an agent's one-time link."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_bytes(RULES)
    async with GraphServer(SystemClock(), [wallet_page()], webhook_retry_s=0.05) as facebook:
        port = free_port()
        facebook.hooks[PAGE] = f"http://127.0.0.1:{port}/channels/facebook/default{PATH}"
        config = ChannelConfig(kind="facebook", settings=settings_for(facebook))
        async with running_house(tmp_path, config, port=port) as app:
            mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
            await app.store.write(people.add_agent(mei))
            ann = Person(facebook, "77", "Ann Lee")
            said = await ann.comment("where is my order", POST)
            await until(app, "SELECT COUNT(*) FROM messages", [(1,)])
            token = await add_login_token(app.store, mei, app.clock)
            yield facebook, ann, said, f"http://127.0.0.1:{port}/login?token={token}"


async def choose(page, item):
    """An entry of the post's menu, by keyboard."""
    await page.locator(".message.inbound [data-menu=post]").focus()
    await page.keyboard.press("Enter")
    entry = page.locator(f"[role=menuitem][data-value={item}]")
    await expect(page.get_by_role("menu")).to_be_visible()
    for _ in range(4):
        if await entry.evaluate("(element) => element === document.activeElement"):
            break
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")


async def seen_of(world, condition):
    async with asyncio.timeout(60):
        await world.until(condition)


async def test_a_comment_is_hidden_shown_and_deleted_by_keyboard(page_house, chromium):
    facebook, _, said, link = page_house
    async with desk(chromium, link) as page:
        await open_ticket(page, "T-1001")
        dialog, state = page.get_by_role("dialog"), page.locator("[data-moderation]")
        await choose(page, "hide")
        assert await violations(page) == []
        await dialog.locator("[value=scam]").focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_count(0)
        await seen_of(facebook, lambda: said.is_hidden)
        await expect(state).to_contain_text("Hiding the post: done")
        assert await violations(page) == []
        await choose(page, "unhide")
        await dialog.get_by_text("It was a mistake").click()
        await dialog.get_by_role("button", name="Show the post again").click()
        await expect(dialog).to_have_count(0)
        await expect(state).to_contain_text("Showing the post again: done")
        assert not said.is_hidden
        await choose(page, "delete")
        await dialog.get_by_text("Personal data or a secret").click()
        await dialog.get_by_role("button", name="Delete the post").click()
        await seen_of(facebook, lambda: said.is_removed)
        await expect(state).to_have_attribute("data-moderation", "delete")
        await expect(page.locator(".side .history")).to_contain_text(
            "You asked the channel to delete the post: Personal data or a secret"
        )


async def test_what_the_network_refuses_to_hide_is_said_with_its_reason(page_house, chromium):
    facebook, _, _, link = page_house
    facebook.faults["hide"].append(Fault(status=404, body=b"<html>", content_type="text/html"))
    async with desk(chromium, link) as page:
        await open_ticket(page, "T-1001")
        await choose(page, "hide")
        dialog, state = page.get_by_role("dialog"), page.locator("[data-moderation]")
        await dialog.locator("[value=scam]").focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(state).to_contain_text("Hiding the post: the channel refuses")
        await expect(state).to_contain_text("404")
        await expect(state.get_by_role("button")).to_have_count(0)
        await expect(page.locator(".side .history")).to_contain_text("Hiding the post: the channel refuses")
        assert await violations(page) == []


async def test_an_open_menu_keeps_the_focus_when_a_colleague_hides_the_post(page_house, chromium):
    _, _, _, link = page_house
    async with desk(chromium, link) as page:
        await open_ticket(page, "T-1001")
        await page.locator(".message.inbound [data-menu=post]").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=menuitem][data-value=hide]")).to_be_focused()
        message = await page.locator(".message.inbound").get_attribute("data-message")
        await page.evaluate(HIDE, message)
        await expect(page.locator("[role=menuitem][data-value=hide]")).to_have_count(0)
        await expect(page.locator("[role=menuitem][data-value=unhide]")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_contain_text("It was a mistake")


async def test_a_comment_is_answered_in_private_once(page_house, chromium):
    _, ann, said, link = page_house
    async with desk(chromium, link, language="zh-CN", noise=True) as page:
        await open_ticket(page, "T-1001")
        dialog = page.get_by_role("dialog")
        await choose(page, "private")
        await expect(dialog).to_contain_text("只有发帖人能看到")
        assert await violations(page) == []
        text = dialog.locator("textarea")
        await text.fill("Is it card 4111 1111 1111 1111?")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await choose(page, "private")
        await expect(text).to_have_value("Is it card 4111 1111 1111 1111?")
        await dialog.locator("[data-act=send-text]").click()
        await expect(dialog.get_by_role("alert")).not_to_be_empty()
        await expect(dialog.locator("[data-act=anyway]")).to_have_count(1)
        assert ann.seen() == []
        await text.fill("哪个订单？")
        await dialog.locator("[data-act=send-text]").click()
        await expect(dialog).to_have_count(0)
        async with asyncio.timeout(60):
            assert (await ann.answer()).text == "哪个订单？"
        assert ann.answers_to(said) == []
        await choose(page, "private")
        await expect(dialog).to_contain_text("该帖已有私下回复")
        await expect(dialog.locator("[value=answer]")).to_be_disabled()
        assert await violations(page) == []
        await dialog.locator("[value=link]").check()
        await text.fill("请到这里继续：")
        await dialog.locator("[data-act=send-text]").click()
        await expect(dialog).to_have_count(0)
        for _ in range(400):
            if ann.answers_to(said):
                break
            await asyncio.sleep(0.05)
        assert ann.answers_to(said)[0].startswith("请到这里继续：\nhttps://m.me/700100300400?ref=")
        await ann.write("订单 4411")
        await expect(page.locator(".log")).to_contain_text("订单 4411")


async def test_an_answer_begun_in_private_does_not_leave_in_public_unasked(page_house, chromium):
    _, ann, said, link = page_house
    words = "It was held for a check; all is well."
    async with desk(chromium, link, noise=True) as page:
        await open_ticket(page, "T-1001")
        await choose(page, "private")
        await page.get_by_role("dialog").locator("textarea").fill("Which order?")
        await page.locator("[data-act=send-text]").click()
        async with asyncio.timeout(60):
            await ann.answer()
        await ann.write("the one of Monday")
        await expect(page.locator(".log")).to_contain_text("the one of Monday")
        text, in_public = page.locator("#composer"), page.locator(".composer .public-warning")
        await expect(in_public).to_have_count(0)
        await text.fill(words)
        comment = await ann.comment("is anybody there?", POST, said.id)
        await expect(in_public).to_have_count(1)
        await page.keyboard.press("Control+Enter")
        refused = page.locator("[data-refused=now_public]")
        await expect(refused).to_contain_text("everybody would read it")
        assert await violations(page) == []
        await expect(text).to_have_value(words)
        await page.locator("[data-act=send]").click()
        await expect(refused).to_have_count(1)
        assert ann.answers_to(said) + ann.answers_to(comment) == []
        await refused.locator("[data-act=anyway]").click()
        await expect(page.locator(".message.reply.public [data-delivery=sent]")).to_have_count(1)
        assert words in ann.answers_to(said) + ann.answers_to(comment)


async def test_what_was_found_is_shown_while_it_stands_there(page_house, chromium):
    *_, link = page_house
    async with desk(chromium, link, noise=True) as page:
        await open_ticket(page, "T-1001")
        text, found = page.locator("#composer"), page.locator("[data-refused=reply_blocked] mark")
        await text.fill("Write to ann@example.org or call +41 44 668 18 00")
        await page.locator("[data-act=send]").click()
        await expect(found).to_have_text(["ann@example.org", "+41 44 668 18 00"])
        await text.fill("You may as well call +41 44 668 18 00")
        await expect(found).to_have_text(["+41 44 668 18 00"])
        await page.locator("[data-refused] .found button").click()
        selected = "[composer.value.slice(composer.selectionStart, composer.selectionEnd)]"
        assert await page.evaluate(selected) == ["+41 44 668 18 00"]
        await text.fill("We call you")
        await expect(page.locator("[data-refused]")).to_have_count(0)


async def test_an_answer_of_ours_is_deleted(page_house, chromium):
    _, ann, said, link = page_house
    async with desk(chromium, link, language="zh-CN", theme="dark") as page:
        await open_ticket(page, "T-1001")
        await page.locator("#composer").fill("请到官网查看")
        await page.locator("[data-act=send]").click()
        ours = page.locator(".message.reply")
        await expect(ours.locator("[data-delivery=sent]")).to_have_count(1)
        assert ann.answers_to(said) == ["请到官网查看"]
        await ours.get_by_role("button", name="我们的回复").click()
        await page.get_by_role("menuitem", name="删除我们的回复").click()
        dialog = page.get_by_role("dialog", name="删除我们的回复")
        await expect(dialog.get_by_role("radio")).to_have_count(3)
        await dialog.get_by_text("误操作").click()
        await dialog.get_by_role("button", name="删除我们的回复").click()
        await expect(ours.locator("[data-moderation=delete]")).to_contain_text("删除帖子：已完成")
        assert ann.answers_to(said) == []
        await expect(ours.get_by_role("button", name="我们的回复")).to_have_count(0)
        assert await violations(page) == []
