"""A customer who telephoned, in a real browser over a real house: called back, and the call logged."""

from contextlib import asynccontextmanager

from playwright.async_api import expect

from connectors.phone.simulator import PhoneServer
from router.cli.people import add_login_token, new_agent
from router.clock import SystemClock
from router.store import people
from tests.browser.desk import desk, open_ticket, violations
from tests.e2e.test_phone_house import channel, plugged, rows, until
from tests.servers.phone_house import CALLER, LINE, SID, TOKEN
from tests.servers.process import free_port
from tests.servers.whole_house import running_house


@asynccontextmanager
async def telephone(tmp_path):
    """A house with a line, an agent of it, and the port it is at."""
    port = free_port()
    async with PhoneServer(SystemClock(), {SID: TOKEN}) as network:
        plugged(network, port)
        async with running_house(tmp_path, channel(network), port=port) as app:
            mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
            await app.store.write(people.add_agent(mei))
            yield network, app, mei, port


async def test_an_agent_calls_back_and_logs_the_call(tmp_path, chromium):
    async with telephone(tmp_path) as (network, app, mei, port):
        call = await network.call(CALLER, LINE)
        for keys in ("1", "0", "2", "1"):
            await call.press(keys)
        await until(app, "SELECT COUNT(*) FROM messages", [(2,)])
        token = await add_login_token(app.store, mei, app.clock)
        async with desk(chromium, f"http://127.0.0.1:{port}/login?token={token}") as page:
            await open_ticket(page, "T-1001")
            await expect(page.locator(".composer .locked")).to_contain_text("called back")
            form = page.locator("[data-form=call]")
            await expect(page.locator(f"a[href='tel:{CALLER}']")).to_have_text(CALLER)
            await form.locator("[name=minutes]").fill("2.5")
            await form.locator("[name=text]").fill("It was the wrong network; my card is 4111 1111 1111 1111")
            assert await violations(page) == []
            await form.locator("[data-act=log-call]").click()
            await expect(page.locator(".thread-pane")).to_contain_text("called the customer: 2 min 30 s")
            await expect(form.locator("[name=text]")).to_have_value("")
            assert await rows(app, "SELECT state FROM tickets") == [("waiting",)]
            await form.locator("[type=checkbox]").check()
            await expect(form.locator("[name=minutes]")).to_have_count(0)
            await form.locator("[data-act=log-call]").click()
            await expect(page.locator(".thread-pane")).to_contain_text("called the customer: not reached")
            assert await rows(app, "SELECT text FROM messages WHERE kind = 'note' ORDER BY id") == [
                ("[called the customer: 2 min 30 s]\nIt was the wrong network; my card is [CARD]",),
                ("[called the customer: not reached]",),
            ]


async def test_who_withheld_the_number_has_no_address_and_is_not_taken_for_the_next(tmp_path, chromium):
    async with telephone(tmp_path) as (network, app, mei, port):
        for _ in range(2):
            await (await network.call("anonymous", LINE)).hang_up()
        await until(app, "SELECT COUNT(*) FROM tickets", [(2,)])
        token = await add_login_token(app.store, mei, app.clock)
        async with desk(chromium, f"http://127.0.0.1:{port}/login?token={token}") as page:
            async with page.expect_response("**/api/v1/contacts/*"):
                await open_ticket(page, "T-1002")
            await expect(page.locator(".composer .locked")).to_be_visible()
            await expect(page.locator(".composer .whither")).to_have_text("")
            await expect(page.locator("[data-form=call]")).to_be_visible()
            await expect(page.locator(".side")).to_contain_text("Nothing proven yet")
            await expect(page.locator(".side .people-hints")).to_have_count(0)
        link = f"http://127.0.0.1:{port}/login?token={await add_login_token(app.store, mei, app.clock)}"
        async with desk(chromium, link, language="zh-CN") as page:
            await open_ticket(page, "T-1002")
            await expect(page.locator("#thread")).to_contain_text("无人接听]")
            await expect(page.locator("#thread, #rows")).not_to_contain_text(["not taken"] * 2)
