"""The alarm in real browsers over a real house: one tap of the customer, and a colleague accepts, in both languages."""

import asyncio

import aiohttp
import pytest
from playwright.async_api import expect

from router.cli.people import add_login_token, new_agent
from router.store import alarms, inbox, people
from tests.browser.desk import desk, open_ticket, violations
from tests.e2e.test_webchat_house import WEBCHAT, visitor_at
from tests.servers.demo import running_demo
from tests.servers.whole_house import running_house

WORDS = {
    "en": ("My wallet is being emptied", "Alarm raised", "your alarm has reached us", "Accept", "Accepted: Mei"),
    "zh-CN": ("我的钱包正在被盗", "已发出紧急求助", "我们已收到您的紧急求助", "接单", "已接单：Mei"),
}


async def link_of(app, login):
    agent = new_agent(app.ids, app.clock, login=login, name=login.title())
    await app.store.write(people.add_agent(agent))
    token = await add_login_token(app.store, agent, app.clock)
    return f"http://127.0.0.1:{app.server.port}/login?token={token}"


async def paged(app, number):
    """Its ladder has called somebody: a ticket that is accepted before calls nobody."""
    ticket_id = await app.store.read(inbox.ticket_id(None, number))
    async with asyncio.timeout(30):
        while not await app.store.read(alarms.pages_of(ticket_id)):
            await asyncio.sleep(0.05)


async def calm_ticket(app):
    """Something else is on the list already."""
    async with aiohttp.ClientSession() as http, visitor_at(app, http) as visitor:
        await visitor.write("How do I change the language?")
        await visitor.until(lambda v: len(v.texts("system")) == 1)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_one_tap_and_a_colleague_accepts(tmp_path, chromium, language):
    button, raised, checklist, accept, accepted = WORDS[language]
    colon = {"en": ": ", "zh-CN": "："}[language]
    async with running_house(tmp_path, WEBCHAT) as app:
        await calm_ticket(app)
        link = await link_of(app, "mei")
        async with desk(chromium, link, language=language) as agent:
            context = await chromium.new_context(viewport={"width": 420, "height": 800})
            customer = await context.new_page()
            await customer.goto(f"http://127.0.0.1:{app.server.port}/channels/webchat/default/?lang={language[:2]}")
            await customer.locator("#text").fill("half a sentence")
            tap = customer.get_by_role("button", name=button)
            await tap.click()
            await expect(customer.locator("#emergency")).to_contain_text(raised)
            await expect(customer.locator("#emergency")).to_be_disabled()
            await expect(customer.locator(".own .bubble")).to_have_text(button)
            await expect(customer.locator(".system .bubble")).to_contain_text(checklist)
            await expect(customer.locator("#text")).to_have_value("half a sentence")

            alarm = agent.locator("[data-alarm=T-1002]")
            await expect(alarm).to_be_visible()
            await expect(alarm.locator(".alarm-who")).to_contain_text(f"{colon}{button}")
            assert await violations(agent) == []
            await paged(app, "T-1002")
            await alarm.get_by_role("button", name=accept, exact=True).click()
            await expect(alarm).to_have_count(0)
            await expect(agent.locator(".ticket-head")).to_contain_text(accepted)
            await expect(agent.locator(".log details.why").first).to_contain_text("alarm-button")
            called = {"en": "Called: Everybody at a screen", "zh-CN": "已呼叫：所有在线客服"}[language]
            await expect(agent.locator(".side .history")).to_contain_text(called)
            await expect(agent.locator(".side .calls li")).to_have_count(1)
            assert await violations(agent) == []
            await context.close()


async def test_it_rings_at_every_screen_until_somebody_accepts(tmp_path, chromium):
    async with running_house(tmp_path, WEBCHAT) as app:
        await calm_ticket(app)
        mei, li = await link_of(app, "mei"), await link_of(app, "li")
        async with desk(chromium, mei) as first, desk(chromium, li) as second:
            context = await chromium.new_context()
            customer = await context.new_page()
            await customer.goto(f"http://127.0.0.1:{app.server.port}/channels/webchat/default/?lang=en")
            await customer.locator("#emergency").click()
            for page in (first, second):
                await expect(page.locator("[data-alarm=T-1002]")).to_be_visible()
            # To look is not yet to accept.
            await second.locator("[data-alarm=T-1002] .alarm-open").click()
            await expect(second.locator(".ticket-head")).to_be_visible()
            await expect(second.locator("[data-alarm=T-1002]")).to_be_visible()
            await first.locator("[data-alarm=T-1002] [data-act=accept]").click()
            for page in (first, second):
                await expect(page.locator("[data-alarm=T-1002]")).to_have_count(0)
            await expect(second.locator(".ticket-head")).to_contain_text("Accepted: Mei")
            await context.close()


async def told_of_a_check(http, app_url):
    """Wait until the app has something to ask its user."""
    async with asyncio.timeout(10):
        while True:
            async with http.get(app_url) as answer:
                if "It is me" in await answer.text():
                    return
            await asyncio.sleep(0.05)


async def test_freezing_is_proposed_by_a_rule_and_taken_back_by_two_people_once_the_customer_proved_who_they_are(
    tmp_path, chromium
):
    message = {
        "channel": "whatsapp",
        "message_id": "alarm-1",
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": "42", "name": "Kim", "user_id": "u-42", "verified": True},
        "text": "my wallet",
        "alarm": True,
    }
    with running_demo(tmp_path, "--rate", "0") as demo:
        async with aiohttp.ClientSession() as http:
            headers = {"Authorization": f"Bearer {demo.api_token}"}
            async with http.post(f"{demo.base_url}/api/v1/messages", json=message, headers=headers) as answer:
                assert answer.status == 202
        async with (
            desk(chromium, demo.agent_login_url) as lee,
            desk(chromium, demo.admin_login_url, language="zh-CN") as ada,
        ):
            number = await lee.locator("[data-ticket].row", has_text="Kim").get_attribute("data-ticket")
            await open_ticket(lee, number)
            await open_ticket(ada, number)
            freeze = lee.locator("[data-action=freeze-account]")
            await expect(freeze).to_contain_text("Waits for a second person")
            await freeze.locator("[data-act=approve]").click()
            await expect(freeze).to_contain_text("Done")
            # What opens an account, or looks into it, waits for the customer to prove who they are.
            locked = lee.locator("[data-locked=missing]")
            await expect(locked).to_have_count(2)
            await expect(locked.first).to_contain_text("has to pass an identity check first")
            await expect(lee.locator("[data-propose=unfreeze-account]")).to_have_count(0)
            await locked.first.get_by_role("button", name="Verify identity").click()
            await expect(lee.locator("[data-locked=pending]")).to_have_count(2)
            app = await lee.context.new_page()
            async with aiohttp.ClientSession() as http:
                await told_of_a_check(http, demo.app_url)
            await app.goto(demo.app_url)
            await app.get_by_role("button", name="It is me").click()
            # A page that is closed while it still leaves for another may never be closed.
            await expect(app.locator("body")).to_contain_text("support knows that it is you")
            await app.close()
            await lee.locator("[data-propose=unfreeze-account]").click()
            undo = lee.locator("[data-action=unfreeze-account]")
            await expect(undo).to_contain_text("A colleague has to approve.")
            await expect(undo.locator("[data-act=approve]")).to_have_count(0)
            await ada.locator("[data-action=unfreeze-account] [data-act=approve]").click()
            await expect(undo).to_contain_text("Done")
            await expect(freeze).to_contain_text("Taken back")
            await ada.get_by_role("button", name="查询账户").click()
            await expect(ada.locator("[data-context=ok]")).to_contain_text("active")
            await expect(ada.locator(".history")).to_contain_text("查看了账户信息")
            for page in (lee, ada):
                assert await violations(page) == []
