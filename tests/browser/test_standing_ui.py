"""What an inbox shows is what stands, in a real browser: lists and alarms, whatever was missed meanwhile."""

import asyncio
from contextlib import suppress

import aiohttp
from playwright.async_api import expect

from router.store import inbox, people
from tests.browser.desk import desk, live, open_ticket, profile, sign_in
from tests.browser.test_alarm_ui import calm_ticket, link_of
from tests.e2e.test_webchat_house import WEBCHAT, visitor_at
from tests.servers.whole_house import running_house


async def assigned(app, login):
    """Somebody takes the one ticket, elsewhere."""
    (agent,) = [each for each in await app.store.read(people.agents()) if each.login == login]
    await app.commands.assign(await app.store.read(inbox.ticket_id(None, "T-1001")), agent.id, agent)


async def alarmed(app):
    """A customer calls for help."""
    async with aiohttp.ClientSession() as http, visitor_at(app, http) as visitor:
        await visitor.write("My wallet is being emptied", alarm=True)
        await visitor.until(lambda v: len(v.texts("system")) == 1)


async def test_what_happens_while_the_page_fills_is_not_missed(tmp_path, chromium):
    async with running_house(tmp_path, WEBCHAT) as app:
        await calm_ticket(app)
        async with profile(chromium, await link_of(app, "mei")) as context:
            page = await context.new_page()
            listed = asyncio.Event()
            page.on("response", lambda answer: listed.set() if "/api/v1/tickets?" in answer.url else None)

            async def late(route):
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await listed.wait()
                await assigned(app, "mei")
                await route.continue_()

            await page.route("**/api/v1/status", late, times=1)
            await page.goto(f"http://127.0.0.1:{app.server.port}/inbox/all")
            await live(page)
            await expect(page.locator(".row[data-ticket=T-1001] .owner")).to_have_text("Me")


async def test_after_a_gap_it_rings_for_what_rings_and_for_nothing_else(tmp_path, chromium, monkeypatch):
    async with running_house(tmp_path, WEBCHAT) as app:
        await calm_ticket(app)
        async with desk(chromium, await link_of(app, "mei"), noise=True) as page:
            await alarmed(app)
            await expect(page.locator("[data-alarm=T-1002]")).to_be_visible()
            await page.context.set_offline(True)
            await expect(page.locator("[data-connection=lost]")).to_have_count(1)
            (mei,) = [each for each in await app.store.read(people.agents()) if each.login == "mei"]
            await app.commands.accept(await app.store.read(inbox.ticket_id(None, "T-1002")), mei)
            await alarmed(app)
            monkeypatch.setattr("router.flow.feed.FEED_BACKLOG_MAX", 0)
            await page.context.set_offline(False)
            await live(page)
            await expect(page.locator("[data-alarm=T-1003]")).to_be_visible()
            await expect(page.locator("[data-alarm=T-1002]")).to_have_count(0)


async def test_who_could_not_be_signed_out_is_told_so(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await page.route("**/api/v1/logout", lambda route: route.abort())
        await page.locator("[data-menu=me]").click()
        await page.locator("[data-value=logout]").click()
        await expect(page.locator(".toast.danger")).to_be_visible()
        assert "/inbox/" in page.url


async def test_what_one_agent_began_the_next_at_the_same_browser_does_not_find(demo, chromium):
    lee, ada = [(await sign_in(chromium, link))["cookies"] for link in (demo.agent_login_url, demo.admin_login_url)]
    async with profile(chromium, demo.agent_login_url) as context:
        page = await context.new_page()
        await page.goto(f"{demo.base_url}/inbox/all")
        number = await open_ticket(page)
        await page.keyboard.press("m")
        await page.locator("#composer").fill("what Lee thinks of it")
        await expect(page.locator(".row .chip.note")).to_have_count(1)
        for cookies, begun in ((ada, ""), (lee, "what Lee thinks of it")):
            await context.add_cookies(cookies)
            await open_ticket(page, number)
            await page.keyboard.press("m")
            await expect(page.locator(".composer.note #composer")).to_have_value(begun)
            await expect(page.locator(".row .chip.note")).to_have_count(1 if begun else 0)


async def test_who_was_signed_out_elsewhere_is_asked_to_sign_in_here(tmp_path, chromium, monkeypatch):
    monkeypatch.setattr("router.web.feed._SESSION_S", 0.2)
    async with running_house(tmp_path, WEBCHAT) as app:
        await calm_ticket(app)
        async with desk(chromium, await link_of(app, "mei"), noise=True) as page:
            assert (await page.request.post(f"http://127.0.0.1:{app.server.port}/api/v1/logout")).status == 200
            await expect(page.locator("dialog.sign-in-dialog")).to_be_visible()
            await expect(page.locator("[data-connection=lost]")).to_have_count(1)


OVERTAKEN = """async () => {
    const { list, loadList, loadMore } = await import(document.querySelector("link[href$='/core/store.js']").href);
    list.value = { ...list.value, cursor: "next" };
    await Promise.all([loadMore(), loadList(true)]);
    return list.value.phase;
}"""


async def test_a_list_that_could_not_be_loaded_anew_goes_on_paging(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        shown = await page.locator(".row").count()
        await page.route("**/api/v1/tickets?*", lambda route: route.abort())
        assert await page.evaluate(OVERTAKEN) == "ready"
        assert await page.locator(".row").count() == shown


async def test_what_could_not_be_loaded_while_the_line_was_down_is_there_once_it_is_back(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await page.route("**/api/v1/tickets**", lambda route: route.abort())
        await page.locator(".row").first.click()
        await expect(page.locator(".thread-pane").get_by_text("cannot be reached")).to_be_visible()
        await page.locator(".rail a[href='/inbox/unassigned']").click()
        await expect(page.locator(".list-side").get_by_text("cannot be reached")).to_be_visible()
        await page.unroute_all()
        await page.evaluate("dispatchEvent(new Event('offline'))")
        await expect(page.locator(".row").first).to_be_visible()
        await expect(page.locator(".thread-pane .message").first).to_be_visible()
