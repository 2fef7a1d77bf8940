"""What a topic needs, ticked as it becomes known, and "Verify identity", in a real browser."""

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import expect

from router.model.signing import signature
from router.store import inbox
from tests.browser.desk import desk, open_ticket, violations
from tests.browser.matters_house import HASH, matters_house
from tests.servers.service import RULES

SECRET = "the wallet's own secret"
NEEDS = """
  missing-facts: {en: "Please tell us:\\n{{facts.missing}}", zh: "请告诉我们：\\n{{facts.missing}}"}
  ask: {en: "Is it you? {{verify_link}}"}
  known: {en: "We know that it is you."}
webhooks: {wallet: {url: https://wallet.example/hook, secret: file:wallet.secret}}
lifecycle:
  tell: {verifying: ask, verified: known}
  verifying: {webhook: wallet, page: https://wallet.example/login, expires: 10m, attempts: 2, lasts: 1h}
facts:
  hash: {kind: transaction, name: {en: Hash, zh: 交易哈希}, ask: {en: The hash, zh: 交易哈希}, field: tx_hash}
  amount: {kind: amount, name: {en: Amount, zh: 金额}, ask: {en: How much, zh: 多少}}
needs: {transfer: [hash, amount]}
rules:
"""


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with matters_house(tmp_path) as opened:
        (tmp_path / "wallet.secret").write_text(SECRET)
        before = opened.app.rulebook.status.version
        (tmp_path / "rules" / "rules.yaml").write_text(RULES.replace("rules:\n", NEEDS.lstrip("\n"), 1))
        async with asyncio.timeout(10):
            while opened.app.rulebook.status.version == before:
                await asyncio.sleep(0.05)
        yield opened


@pytest.mark.parametrize(
    ("language", "theme", "told", "asked"),
    [("en", "light", "told", "asked for"), ("zh-CN", "dark", "已提供", "已询问")],
    ids=["en", "zh-CN"],
)
async def test_what_the_topic_needs_is_ticked_when_it_is_told(house, chromium, language, theme, told, asked):
    number = await house.told("where is my transfer of 20 USDT?", "ann")
    async with desk(chromium, house.link, language=language, theme=theme) as page:
        await open_ticket(page, number)
        hash_, amount = page.locator("[data-fact=hash]"), page.locator("[data-fact=amount]")
        await expect(amount).to_have_class("known")
        await expect(amount.locator("small")).to_have_text(told)
        await expect(hash_).to_have_class("muted")
        await expect(hash_.locator("small")).to_have_text(asked)
        assert await violations(page) == []
        await house.told(f"the transfer is {HASH}", "ann")
        await expect(hash_).to_have_class("known")
        await expect(hash_.locator("small")).to_have_text(told)


async def test_an_agent_asks_who_it_is_and_the_panel_says_how_it_went(house, chromium):
    ann = {"id": "ann", "user_id": "u-1", "verified": True}
    number = await house.told("where is my transfer of 20 USDT?", "ann", sender=ann)
    async with desk(chromium, house.link) as page:
        await open_ticket(page, number)
        ask = page.locator(".side [data-act=verify]")
        await ask.focus()
        assert await violations(page) == []
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-menu=state]")).to_have_text("Verifying identity")
        await expect(ask).to_have_count(0)
        asked = page.locator(".message.reply", has_text="Is it you?")
        await expect(asked.locator(".chip", has_text="Link to prove who they are")).to_have_count(1)
        await expect(asked).not_to_contain_text("verify_link")
        await answered(house, number)
        await expect(page.locator(".side .facts", has_text="Confirmed until")).to_be_visible()
        await expect(page.locator("[data-menu=state]")).to_have_text("Open")
        assert await violations(page) == []


async def answered(house, number):
    """The wallet's back end says that it is them."""
    check = (await house.app.store.read(inbox.detail(None, number))).check.id
    body = b'{"attempt": "a1", "result": "passed", "user_id": "u-1"}'
    headers = {"Switchboard-Signature": signature(SECRET.encode(), house.app.clock.now_ms() // 1000, body)}
    async with house.program.post(f"/api/v1/identity-checks/{check}", data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
