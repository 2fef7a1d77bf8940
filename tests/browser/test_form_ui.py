"""The web form in a real browser, with and without JavaScript: the walk, the refusals, the alarm, the looks."""

import json
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from connectors.form.demo import DemoForm
from tests.browser.desk import desk, violations
from tests.e2e.test_webchat_house import answer_as_agent
from tests.servers.form_house import FILLED, running_house

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
WORDS = {
    "en": ("My wallet is being emptied", "Alarm raised", "move what is left", "Send", "Recovery phrase hidden"),
    "zh": ("我的钱包正在被盗", "已发出紧急求助", "请立刻把剩余资产", "发送", "助记词已隐藏"),
}
PHRASE = "abandon " * 11 + "about"


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path):
    async with running_house(tmp_path, title={"en": "Contact Acme", "zh": "联系 Acme"}) as running:
        yield running


@asynccontextmanager
async def reader(chromium, *, scripts=True, size=(420, 860), **options):
    """A page of a fresh browser; an error or a policy violation on it fails the test."""
    context = await chromium.new_context(
        java_script_enabled=scripts, viewport={"width": size[0], "height": size[1]}, **options
    )
    page = await context.new_page()
    faults = []
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    await context.close()
    assert not [fault for fault in faults if "status of 4" not in fault]


async def fill(page, **values):
    for name, value in (FILLED | values).items():
        field = page.locator(f"#{name}")
        if name == "topic":
            await field.select_option(value)
        else:
            await field.fill(value)


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_customer_sends_reads_and_goes_on(chromium, house, scripts):
    async with reader(chromium, scripts=scripts, locale="en") as page:
        await page.goto(house.form_url)
        await expect(page.get_by_role("heading", name="Contact Acme")).to_be_visible()
        await fill(page, text=f"it says I need my words: {PHRASE}")
        await page.get_by_label("Files").set_input_files([{"name": "a.png", "mimeType": "image/png", "buffer": PNG}])
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("heading", name="We have your message")).to_be_visible()
        await expect(page.locator(".number")).to_have_text("T-1001")
        await expect(page.locator(".next")).to_contain_text("A person reads it today.")
        await expect(page.locator(".customer .chip")).to_have_text("Recovery phrase hidden")
        await page.reload()
        await page.go_back()
        await page.go_forward()
        await answer_as_agent(house.app, "Write them nowhere, please.", "reply-1")
        await page.get_by_role("link", name="Look for an answer").click()
        await expect(page.locator(".agent")).to_contain_text("Write them nowhere, please.")
        await expect(page.locator(".badge")).to_have_text("Waiting for your answer")
        await page.get_by_label("Add something").fill("I did not.")
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".customer").last).to_contain_text("I did not.")
    assert len(await house.tickets()) == 1


@pytest.mark.parametrize("scripts", [True, False])
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(chromium, house, scripts):
    async with reader(chromium, scripts=scripts, locale="en") as page:
        await page.goto(house.form_url)
        await fill(page, text="a long story\n\nof two parts", email="ann@post.exa mple".replace(" ", "m"))
        await page.locator("#files").set_input_files(
            [{"name": "photo.png", "mimeType": "image/png", "buffer": b"MZ\0"}]
        )
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator("#files-problem")).to_contain_text("photo.png is none of")
        await expect(page.get_by_role("alert")).to_contain_text("What you wrote is still here.")
        await expect(page.locator("#text")).to_have_value("a long story\n\nof two parts")
        await expect(page.locator("#topic")).to_have_value("other")
        await page.get_by_role("alert").get_by_role("link", name="Files").click()
        await expect(page.locator("#files")).to_be_focused()
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".number")).to_have_text("T-1001")


async def test_the_browser_itself_asks_for_what_is_required_but_not_before_an_alarm(chromium, house):
    async with reader(chromium, locale="en") as page:
        await page.goto(house.form_url)
        await page.get_by_role("button", name="Send").click()
        assert await page.evaluate("document.activeElement.id") == "topic"
        assert page.url == house.form_url


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_alarm_is_one_tap(chromium, house, language, scripts):
    button, raised, checklist, _, _ = WORDS[language]
    async with reader(chromium, scripts=scripts, locale="zh-CN" if language == "zh" else "en-GB") as page:
        await page.goto(house.form_url)
        await page.get_by_role("button", name=button).click()
        await expect(page.get_by_role("heading", name=raised)).to_be_visible()
        await expect(page.locator(".next")).to_contain_text(checklist)
    assert await house.tickets() == [(1001, 3, "rescue", "new")]


@pytest.mark.parametrize("scripts", [True, False])
async def test_another_language_keeps_what_was_typed(chromium, house, scripts):
    async with reader(chromium, scripts=scripts, locale="en") as page:
        await page.goto(house.form_url)
        await page.locator("#text").fill("half a sentence")
        await page.get_by_role("button", name="中文").click()
        await expect(page.get_by_role("heading", name="联系 Acme")).to_be_visible()
        await expect(page.locator("#text")).to_have_value("half a sentence")
        await expect(page.get_by_role("alert")).to_have_count(0)


async def test_enter_in_a_field_is_no_alarm(chromium, house):
    async with reader(chromium, locale="en") as page:
        await page.goto(house.form_url)
        await fill(page)
        await page.locator("#email").press("Enter")
        await expect(page.locator(".number")).to_have_text("T-1001")
        await page.get_by_label("Add something").fill("more")
    assert (await house.tickets())[0][1] < 3


async def test_the_keyboard_reaches_everything_that_is_seen_and_nothing_else(chromium, house):
    async with reader(chromium, locale="en") as page:
        await page.goto(house.form_url)
        reached = []
        for _ in range(11):
            await page.keyboard.press("Tab")
            reached.append(await page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert reached == [
            "quiet", "emergency", "topic", "text", "f_tx_hash", "f_device", "name", "email", "files", "primary", "",
        ]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(360, 740), (1280, 900)], ids=["phone", "desk"])
async def test_every_page_is_accessible_and_fits(chromium, house, tmp_path_factory, language, theme, size):
    shots = tmp_path_factory.getbasetemp() / "form-shots"
    shots.mkdir(exist_ok=True)
    async with reader(chromium, size=size, color_scheme=theme) as page:

        async def look(name):
            assert await violations(page) == [], name
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            await page.screenshot(path=shots / f"{name}-{language}-{theme}-{size[0]}.png", full_page=True)

        await page.goto(f"{house.form_url}?lang={language}")
        await look("form")
        await page.evaluate("document.querySelector('#form').noValidate = true")
        await page.locator("#email").fill("no address")
        await page.locator("#files").set_input_files(
            [{"name": f"{'very-long-name-' * 8}.png", "mimeType": "image/png", "buffer": b"MZ\0"}]
        )
        await page.get_by_role("button", name=WORDS[language][3], exact=True).click()
        await expect(page.locator(".summary")).to_be_visible()
        await look("refused")
        await fill(page, text=f"0x{'ab' * 32} {PHRASE}")
        await page.get_by_role("button", name=WORDS[language][3], exact=True).click()
        await expect(page.locator(".number")).to_be_visible()
        await look("receipt")
        await answer_as_agent(house.app, "We found it.\nSee https://help.acme.example/" + "x" * 90, "reply-1")
        await page.locator(".again a").click()
        await expect(page.locator(".agent")).to_be_visible()
        await look("thread")
        await page.goto(f"{house.form_url}t/x?lang={language}")
        await look("over")


async def test_the_demo_serves_it_and_its_customers_fill_it_in(chromium, demo):
    async with reader(chromium, locale="zh-CN") as page:
        await page.goto(demo.form_url)
        await expect(page.get_by_role("heading", name="联系钱包客服")).to_be_visible()
    customers = DemoForm(demo.form_url)
    await customers.start()
    said = {"text": f"from the demo, {demo.process.pid}", "name": "Owen", "email": "owen@inbox.example"}
    await customers.deliver(json.dumps(said).encode())
    await customers.stop()
    async with desk(chromium, demo.agent_login_url) as agent:
        await expect(agent.get_by_role("listbox")).to_contain_text("Something else")


@asynccontextmanager
async def host_site():
    """A site of another origin; what it frames is told to it later."""
    framed = {}

    async def page(_):
        text = f'<!doctype html><html lang="en"><title>Shop</title><iframe src="{framed["url"]}" title="Form"></iframe>'
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}", framed
    finally:
        await runner.cleanup()


async def test_another_site_may_show_it_where_it_is_named(chromium, tmp_path):
    async with (
        host_site() as (origin, framed),
        running_house(tmp_path, allowed_origins=[origin]) as house,
        reader(chromium, size=(700, 900)) as page,
    ):
        framed["url"] = f"{house.form_url}?lang=en&embed=1"
        await page.goto(origin)
        form = page.frame_locator("iframe")
        await form.locator("#text").fill("from within")
        await form.locator("#topic").select_option("other")
        await form.locator("#email").fill("ann@post.example")
        await form.get_by_role("button", name="Send").click()
        await expect(form.locator(".number")).to_have_text("T-1001")


async def test_a_site_that_is_not_named_shows_nothing_of_it(chromium, house):
    async with host_site() as (origin, framed):
        framed["url"] = house.form_url
        context = await chromium.new_context()
        page = await context.new_page()
        await page.goto(origin)
        await expect(page.locator("iframe")).to_be_visible()
        assert await page.frame_locator("iframe").locator("#text").count() == 0
        await context.close()
