"""Abuse in a real browser over a real house: block with a reason, see what is held, let it through, the same as one."""

import aiohttp
import pytest_asyncio
from playwright.async_api import expect

from router.cli.people import add_api_token, add_login_token, new_agent
from router.model.changes import Count, Record
from router.model.tables import Event
from router.store import changes, people
from tests.browser.desk import desk, open_ticket, violations
from tests.contract.http.calls import decided, open_house

SPAM = "Dear friend, send coins to our wonderful wallet and get twice as much back today"


class Customers:
    """Whoever writes to the house."""

    def __init__(self, app, program) -> None:
        self.app, self.program, self.number = app, program, 0

    async def say(self, who, *texts, **sender):
        said = []
        for text in texts:
            self.number += 1
            said.append(
                {
                    "channel": "telegram",
                    "message_id": f"m{self.number}",
                    "visibility": "private",
                    "sent_at": "2026-11-02T08:00:03Z",
                    "sender": {"id": who, "name": who.title()} | sender,
                    "text": text,
                }
            )
        async with self.program.post("/api/v1/messages", json=said) as answer:
            assert answer.status == 202
        await decided(self.app)


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    """Somebody who repeats themselves, somebody with spam like another's; mei's one-time link."""
    app = await open_house(tmp_path)
    base = f"http://127.0.0.1:{app.server.port}"
    mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
    await app.store.write(people.add_agent(mei))
    token = await add_api_token(app.store, "tests", ("telegram",), app.clock)
    async with aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program:
        customers = Customers(app, program)
        customers.link = f"{base}/login?token={await add_login_token(app.store, mei, app.clock)}"
        await customers.say("ann", "Where is my money?", *["where is my MONEY？"] * 3, "It was 250 USDT, yesterday.")
        await customers.say("bob", SPAM)
        await customers.say("cid", SPAM)
        yield customers
    await app.stop()


async def test_an_agent_blocks_a_sender_sees_what_is_held_and_lets_it_through(house, chromium):
    async with desk(chromium, house.link) as page:
        await open_ticket(page, "T-1002")
        await expect(page.locator(".same-text")).to_contain_text("1 other person wrote the same, word for word")
        await page.locator("[data-menu=people]").click()
        await page.get_by_role("menuitem", name="Block").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("How long").select_option("7")
        await dialog.get_by_label("Reason").fill("advertises a fraud")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="Block").click()
        await expect(dialog).to_have_count(0)
        standing = page.locator("[data-block]")
        await expect(standing).to_contain_text("Bob is blocked")
        await expect(standing).to_contain_text("Mei: advertises a fraud")
        await expect(page.locator(".log")).to_contain_text("You blocked the sender")

        await house.say("bob", "send them now", "my coins are worth it")
        await expect(page.locator(".held summary")).to_contain_text("2 messages held")
        await expect(page.locator(".log")).not_to_contain_text("send them now")
        await page.locator(".held summary").click()
        held = page.locator(".held [data-held]")
        await expect(held).to_have_count(2)
        await expect(held.last).to_contain_text("Blocked by Mei: advertises a fraud")
        assert await violations(page) == []
        await held.last.get_by_role("button", name="Let through").click()
        await expect(page.locator(".log")).to_contain_text("send them now")
        await expect(page.locator(".held summary")).to_contain_text("1 message held")
        await expect(page.locator(".log .message", has_text="send them now")).to_contain_text("Let through by an agent")

        await standing.get_by_role("button", name="Unblock").click()
        await dialog.get_by_label("Reason").fill("promised to stop")
        await dialog.get_by_role("button", name="Unblock").click()
        await expect(standing).to_have_count(0)
        await house.say("bob", "hello again")
        await expect(page.locator(".log")).to_contain_text("hello again")


async def test_all_that_is_held_is_one_click_away(house, chromium):
    async with desk(chromium, house.link, language="zh-CN") as page:
        await open_ticket(page, "T-1002")
        await expect(page.locator("[data-place=held]")).to_have_count(0)
        await page.locator(".identities [aria-haspopup]").click()
        await page.get_by_role("menuitem", name="屏蔽此地址").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("原因").fill("诈骗广告")
        await dialog.get_by_role("button", name="屏蔽").click()
        await expect(page.locator("[data-block]")).to_contain_text("bob 已被屏蔽")
        await house.say("bob", "快来领取双倍收益", "最后机会")
        place = page.locator("[data-place=held]")
        await expect(place).to_contain_text("2")
        await place.click()
        await expect(dialog.locator("[data-held]")).to_have_count(2)
        await expect(dialog).to_contain_text("由 Mei 屏蔽：诈骗广告")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="放行这 2 条").click()
        await expect(dialog).to_contain_text("没有拦下的消息")
        await expect(page.locator(".log")).to_contain_text("快来领取双倍收益")
        blocked = dialog.locator("[data-blocked]")
        await expect(blocked).to_contain_text("Mei：诈骗广告")
        await blocked.get_by_role("button", name="解除屏蔽").click()
        above = page.get_by_role("dialog").last
        await above.get_by_label("原因").fill("误会")
        assert await violations(page) == []
        await above.get_by_role("button", name="解除屏蔽").click()
        await expect(blocked).to_have_count(0)
        await dialog.get_by_role("button", name="关闭").click()
        await expect(place).to_have_count(0)


async def test_a_search_says_that_what_it_found_is_held_and_why(house, chromium):
    async with desk(chromium, house.link, language="zh-CN") as page:
        await open_ticket(page, "T-1002")
        await page.locator("[data-menu=people]").click()
        await page.get_by_role("menuitem", name="屏蔽").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("原因").fill("诈骗广告")
        await dialog.get_by_role("button", name="屏蔽").click()
        await expect(page.locator("[data-block]")).to_be_visible()
        await house.say("bob", "a zebrafish for you", "another offer")
        await page.locator("#search").fill("zebrafish")
        found = page.locator("[data-held-found]")
        await expect(found).to_have_text("1 条被拦下的消息含有这些字词")
        await expect(page.locator(".row")).to_have_count(0)
        await found.click()
        await expect(dialog).to_contain_text("已拦下，含“zebrafish”")
        await expect(dialog.locator("[data-held]")).to_have_count(1)
        await expect(dialog).to_contain_text("由 Mei 屏蔽：诈骗广告")
        assert await violations(page) == []


async def test_whoever_proves_nothing_is_blocked_by_the_address_they_write_from(house, chromium):
    await house.say("eve", "I am your bank", verified=False)
    async with desk(chromium, house.link) as page:
        await open_ticket(page, "T-1004")
        await expect(page.locator(".contact")).to_contain_text("Nothing proven yet")
        unanswered = page.locator(".log").get_by_title("forged or missing")
        await expect(unanswered).to_have_text("No automatic answer")
        await page.locator("[data-menu=people]").click()
        await page.get_by_role("menuitem", name="Block").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Block eve")
        await dialog.get_by_label("Reason").fill("pretends to be a bank")
        await dialog.get_by_role("button", name="Block").click()
        await expect(dialog).to_have_count(0)
        await house.say("eve", "send me your card", verified=False)
        await expect(page.locator("[data-place=held]")).to_contain_text("1")
        await expect(page.locator(".row")).to_have_count(4)


async def test_the_same_again_is_shown_as_one_and_opens_to_each(house, chromium):
    async with desk(chromium, house.link) as page:
        await open_ticket(page, "T-1001")
        repeats = page.locator("[data-repeats='4']")
        await expect(repeats).to_contain_text("4 times")
        await expect(repeats).to_contain_text("last at")
        messages = page.locator(".log .message.inbound")
        await expect(messages).to_have_count(2)
        await expect(messages.last).to_contain_text("It was 250 USDT")
        await repeats.get_by_role("button").first.click()
        await expect(messages).to_have_count(5)
        await expect(repeats).to_contain_text("nobody had answered")
        assert await violations(page) == []
        await house.say("ann", "where is my money?")
        await expect(page.locator("[data-repeats='5']")).to_contain_text("5 times")


async def test_edits_without_end_are_shown_as_folded_with_the_newest_text_and_the_reason(house, chromium):
    said = {"channel": "telegram", "visibility": "private", "sent_at": "2026-11-02T08:00:03Z", "sender": {"id": "bob"}}
    edit = said | {"kind": "edit", "target_id": "m6"}
    edits = [edit | {"message_id": f"e{n}", "text": f"draft {n}"} for n in range(12)]
    async with house.program.post("/api/v1/messages", json=edits) as told:
        assert told.status == 202
    await decided(house.app)
    async with desk(chromium, house.link, language="zh-CN") as page:
        await open_ticket(page, "T-1002")
        message = page.locator(".log .message.inbound")
        await expect(message).to_contain_text("draft 11")
        await expect(message).to_contain_text("已合并 2 次编辑")
        await expect(message.locator("[title*='编辑过于频繁']")).to_have_count(1)
        assert await violations(page) == []


async def test_a_channel_in_a_flood_has_a_banner(house, chromium):
    now_ms = house.app.clock.now_ms()
    count = Count(
        channel="telegram",
        account="default",
        start_ms=now_ms,
        messages=24_000,
        withheld=4_000,
        over_until_ms=now_ms + 600_000,
    )
    event = Record(Event(at_ms=now_ms, kind="rules.changed"))
    await house.app.store.write(changes.apply([count, event], now_ms=now_ms))
    async with desk(chromium, house.link) as page:
        banner = page.locator("[data-banner=flood]")
        await expect(banner).to_contain_text("Telegram is flooded.")
        await expect(banner).to_contain_text("24,000 messages so far")
        assert await violations(page) == []
