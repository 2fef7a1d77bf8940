"""A sealed value in a real browser over a real house: shown on request, noted in the history, hidden again."""

from contextlib import asynccontextmanager

import aiohttp
from playwright.async_api import expect

from router.cli.people import add_login_token, new_agent
from router.store import people
from tests.browser.desk import desk, open_ticket, violations
from tests.e2e.test_webchat_house import WEBCHAT, visitor_at
from tests.servers.whole_house import running_house

RULES = """
version: 1
queues: {general: {default: true}}
redact:
  contact: {find: [PHONE], mode: seal, viewers: {agent: full}}
  people: {find: [EMAIL], mode: seal}
rules:
  - {id: seal, then: {redact: [contact, people]}}
  - {id: told, when: {message.text|has: call}, then: {notify: {agent: mei, text: please call}}}
"""


@asynccontextmanager
async def sealed_desk(folder, chromium, said):
    """Mei's desk, with the ticket of a customer who said this open on it."""
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES)
    async with running_house(folder, WEBCHAT) as app, aiohttp.ClientSession() as http:
        mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
        await app.store.write(people.add_agent(mei))
        async with visitor_at(app, http) as visitor:
            await visitor.write(said)
            await visitor.until(lambda v: len(v.texts("customer")) == 1)
        token = await add_login_token(app.store, mei, app.clock)
        link = f"http://127.0.0.1:{app.server.port}/login?token={token}"
        async with desk(chromium, link) as page:
            await open_ticket(page, "T-1001")
            yield page


async def test_one_of_several_numbers_is_named_by_its_place(tmp_path, chromium):
    async with sealed_desk(tmp_path, chromium, "call +1 415 555 0132, or else +1 415 555 0177") as page:
        await page.get_by_role("button", name="Show: Phone number 2").click()
        await expect(page.locator(".sealed .clear")).to_have_text("+1 415 555 0177")
        await expect(page.get_by_role("button", name="Show: Phone number 1")).to_be_visible()
        assert await violations(page) == []


async def test_an_agent_looks_at_what_the_policy_lets_agents_see(tmp_path, chromium):
    said = "please call +1 415 555 0132 or write to ann@example.org"
    async with sealed_desk(tmp_path, chromium, said) as page:
        await expect(page.locator("[data-redaction=PHONE]").first).to_be_visible()
        shown = page.locator(".sealed button")
        await expect(shown).to_have_count(1)  # the address is for supervisors
        await shown.click()
        await expect(page.locator(".sealed .clear")).to_have_text("+1 415 555 0132")
        assert await violations(page) == []
        await shown.click()
        await expect(page.locator(".sealed .clear")).to_have_count(0)
        await expect(page.locator(".thread-pane")).to_contain_text("You looked at: Phone")
        await page.locator(".log details.why").first.click()
        why = page.locator(".log details.why").first
        await expect(why).to_contain_text("notify: agent:mei")
        await expect(why).to_contain_text("contact")
