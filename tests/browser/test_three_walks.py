"""The first minute, as the three people it is for live it: customer, agent, admin, each in a browser of their own."""

import asyncio
import json
import subprocess
import sys

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.desk import desk, open_ticket
from tests.servers.demo import Demo, running_demo

CRY = "我的币被人转走了"


@pytest.fixture(scope="module")
def busy_demo(tmp_path_factory):
    with running_demo(tmp_path_factory.mktemp("walks"), "--rate", "0") as demo:
        yield demo


async def customer_writes(chromium: Browser, demo: Demo, text: str) -> Page:
    context = await chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 800})
    page = await context.new_page()
    await page.goto(demo.chat_url + "?lang=zh")
    # Before the page is there, Enter is a line break: nobody types as fast as a test.
    await expect(page.get_by_role("log")).to_have_attribute("aria-busy", "false")
    await page.locator("textarea").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("T-")
    return page


async def test_customer_and_agent(busy_demo, chromium):
    customer = await customer_writes(chromium, busy_demo, CRY)
    log = customer.get_by_role("log")
    await expect(log).to_contain_text(CRY)
    receipt = await log.inner_text()
    number = "T-" + receipt.split("T-")[1].split("。")[0].split("\n")[0]
    # The receipt says what happens next, and never asks for a secret.
    assert "专人" in receipt
    assert "绝不会" in receipt

    async with desk(chromium, busy_demo.agent_login_url) as agent:
        top = agent.locator("[data-ticket].row").first
        await expect(top).to_contain_text("Critical")
        await open_ticket(agent, number)
        why = agent.locator("[data-why]").first
        await expect(why).to_contain_text("stolen-funds")
        await expect(agent.locator(".thread-pane")).to_contain_text("转走")
        await agent.locator("#composer").fill("我们已经看到了，正在处理。请不要再操作钱包。")
        await agent.keyboard.press("Control+Enter")
        await expect(log).to_contain_text("正在处理")
        # The customer's page has shown it, and the agent sees that.
        reply = agent.locator(".message.reply.agent").last
        await expect(reply.locator("[data-delivery=read], [data-delivery=delivered]")).to_have_count(1)
        await agent.locator("[data-act=solve]").click()
        await expect(agent.locator(f".row[data-ticket={number}]")).to_have_count(0)
        await open_ticket(agent, number)
        await expect(agent.locator(".ticket-head")).to_contain_text("Solved")
    await customer.context.close()


async def test_an_alarm_reaches_an_agent_who_is_looking_elsewhere(busy_demo, chromium):
    async with desk(chromium, busy_demo.agent_login_url) as agent:
        customer = await customer_writes(chromium, busy_demo, "有人盗走了我的比特币，快帮帮我")
        await expect(agent.locator("[data-alarm]").first).to_be_visible()
        await customer.context.close()


async def test_a_masked_phrase_is_a_chip_with_its_reason(busy_demo, chromium):
    phrase = "abandon ability able about above absent absorb abstract absurd abuse access accident"
    async with aiohttp.ClientSession() as http:
        message = {
            "channel": "instagram",
            "message_id": "walk-1",
            "visibility": "public",
            "sent_at": "2026-11-02T08:00:03Z",
            "sender": {"id": "4711", "name": "Kim"},
            "text": f"help, is this right? {phrase}",
        }
        headers = {"Authorization": f"Bearer {busy_demo.api_token}"}
        async with http.post(f"{busy_demo.base_url}/api/v1/messages", json=message, headers=headers) as answer:
            assert answer.status == 202
            assert (await answer.json())["results"][0]["status"] == "accepted"
        async with http.post(f"{busy_demo.base_url}/api/v1/messages", json=message, headers=headers) as answer:
            assert (await answer.json())["results"][0]["status"] == "duplicate"
    async with desk(chromium, busy_demo.agent_login_url) as agent:
        row = agent.locator("[data-ticket].row", has_text="Kim")
        await expect(row).to_have_count(1)
        number = await row.get_attribute("data-ticket")
        assert number is not None
        await open_ticket(agent, number)
        thread = agent.locator(".thread-pane")
        await expect(thread.locator(".redaction, .chip.secret, [data-redaction]").first).to_be_visible()
        assert "abandon" not in await thread.inner_text()
        await expect(thread.locator("[data-why]").first).to_contain_text("leaked-secret")
    traced = subprocess.run(
        [sys.executable, "-m", "router", "trace", "--json", "--config", str(busy_demo.config), "walk-1"],
        capture_output=True,
        check=True,
    )
    told = json.dumps(json.loads(traced.stdout))
    assert "SEED_PHRASE" in told
    assert "delivered once more and dropped" in told
    assert "abandon" not in told


async def test_admin_changes_breaks_and_mends_the_rules(busy_demo, chromium):
    own = busy_demo.rules_dir / "own.yaml"
    before = own.read_text(encoding="utf-8")
    rule = before.index("then:")
    async with desk(chromium, busy_demo.admin_login_url) as admin:
        own.write_text(before[:rule] + before[rule:].replace("queue: general", "queue: identity"), encoding="utf-8")
        await expect(admin.locator("body")).to_contain_text("ersion 2", timeout=10_000)
        customer = await customer_writes(chromium, busy_demo, "my hardware wallet does not pair any more")
        await customer.context.close()
        row = admin.locator("[data-ticket].row", has_text="hardware wallet")
        await expect(row).to_have_count(1)
        number = await row.get_attribute("data-ticket")
        assert number is not None
        await open_ticket(admin, number)
        await expect(admin.locator(".ticket-head")).to_contain_text("Identity")

        # Four mistakes: the banner shows three and says that there is another.
        broken = "version: 1\nrules:\n" + "".join(f"  - id: broken-{n}\n    whne: {{}}\n" for n in range(2))
        own.write_text(broken, encoding="utf-8")
        banner = admin.locator("[data-banner=rules]")
        await expect(banner).to_contain_text("own.yaml:4:5", timeout=10_000)
        await expect(banner).to_contain_text("and one more")
        async with desk(chromium, busy_demo.admin_login_url, language="zh-CN", size=(390, 844)) as chinese:
            told = chinese.locator("[data-banner=rules]")
            await expect(told).to_contain_text("没有键 whne")
            words, serving = [await told.locator(part).bounding_box() for part in (".grow", ".serving")]
            assert words is not None
            assert serving is not None
            assert words["width"] > 300, "a phone's width is for what is wrong"
            assert serving["y"] >= words["y"] + words["height"]
        customer = await customer_writes(chromium, busy_demo, "another hardware wallet that does not pair")
        await customer.context.close()
        await admin.goto(f"{busy_demo.base_url}/inbox/all")
        row = admin.locator("[data-ticket].row", has_text="another hardware wallet")
        await expect(row).to_have_count(1)

        own.write_text(before, encoding="utf-8")
        await expect(banner).to_have_count(0, timeout=10_000)


async def test_the_traffic_shows_a_redelivery_and_a_masked_card(tmp_path):
    with running_demo(tmp_path, "--rate", "240") as demo:
        async with aiohttp.ClientSession() as http:
            for _ in range(300):
                async with http.get(f"{demo.base_url}/metrics") as answer:
                    metrics = await answer.text()
                dropped = 'outcome="duplicate"' in metrics
                masked = 'switchboard_redactions_total{type="CARD"}' in metrics
                if dropped and masked:
                    return
                # The traffic has a pace of its own: one look per tenth of a second, thirty seconds at most.
                await asyncio.sleep(0.1)
        raise AssertionError(f"no redelivery dropped ({dropped}) or no card masked ({masked}) within 30 s")
