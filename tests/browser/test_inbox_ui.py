"""The inbox in a real browser against the demo: what an agent sees, writes and keeps."""

import itertools
import re

import pytest
from playwright.async_api import Page, expect

from inbox.assets import CSP
from tests.browser.desk import desk, live, open_ticket, violations

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> **b** {{7*7}} [CARD] javascript:alert(3)"
PHRASE = "abandon ability able about above absent absorb abstract absurd abuse access accident"


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


def editor(page: Page):
    return page.locator("#composer")


COMPOSING = """(how) => document.getElementById("composer").dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true, ...how }))"""
# What a debugger evaluates is exempt from the policy; what a timer runs is not.
PROBE = """() => new Promise((done) => setTimeout(() => {
    const stopped = (act) => { try { act(); return false; } catch { return true; } };
    const inline = document.createElement("script");
    const results = {
        eval: stopped(() => (0, eval)("window.ran = true")),
        newFunction: stopped(() => new Function("window.ran = true")()),
        innerHTML: stopped(() => { document.createElement("div").innerHTML = "<b>x</b>"; }),
        scriptText: stopped(() => { inline.text = "window.ran = true"; }),
    };
    const other = document.createElement("script");
    other.append("window.ran = true");
    stopped(() => document.head.append(other));
    stopped(() => document.body.setAttribute("onclick", "window.ran = true"));
    document.body.click();
    setTimeout(() => done({ ...results, ran: window.ran === true }));
}))"""


async def sent_replies(page: Page) -> int:
    return await page.locator(".message.reply.agent:not(.pending)").count()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_no_screen_has_an_accessibility_fault(demo, chromium, language, theme):
    async with desk(chromium, demo.agent_login_url, language=language, theme=theme) as page:
        assert await violations(page) == []
        await open_ticket(page)
        await page.locator(".log details.why").first.click()
        assert await violations(page) == []
        await page.locator("[data-tab=note]").click()
        await expect(page.locator(".composer.note")).to_be_visible()
        assert await violations(page) == []
        await page.locator("[data-menu=assign]").click()
        await expect(page.get_by_role("menu")).to_be_visible()
        assert await violations(page) == []
        await press(page, "Escape", "?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_sign_in_page_has_no_accessibility_fault(demo, chromium, language, theme):
    context = await chromium.new_context(locale=language, color_scheme=theme)
    page = await context.new_page()
    await page.goto(f"{demo.base_url}/login")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == language
    assert await violations(page) == []
    await page.locator("#login").fill("nobody")
    await page.locator("#password").fill("wrong")
    await page.locator("#password").press("Enter")
    await expect(page.locator("#login-problem")).not_to_be_empty()
    assert await violations(page) == []
    await context.close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_a_phone_shows_one_pane_at_a_time_without_faults(demo, chromium, language):
    async with desk(chromium, demo.agent_login_url, language=language, size=(390, 844)) as page:
        assert await violations(page) == []
        await page.locator(".row").first.click()
        await expect(page.locator(".ticket-head")).to_be_visible()
        await expect(page.locator(".list-side")).to_be_hidden()
        assert await violations(page) == []
        await page.locator(".back").click()
        await expect(page.locator(".list-side")).to_be_visible()
        await page.locator(".rail-button").click()
        await expect(page.locator(".rail .label").first).to_be_visible()
        assert await violations(page) == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_nothing_is_cut_off_at_the_narrowest_width(demo, chromium, language):
    async with desk(chromium, demo.agent_login_url, language=language, size=(320, 640)) as page:
        await open_ticket(page) if language == "en" else await page.locator(".row").first.click()
        await expect(page.locator(".ticket-head")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        cut = await page.evaluate(
            """() => [...document.querySelectorAll(".button, .tab, .fact")]
                .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"""
        )
        assert cut == []


async def test_the_facts_of_a_ticket_stand_side_by_side_on_a_phone(demo, chromium):
    async with desk(chromium, demo.agent_login_url, size=(320, 640)) as page:
        await open_ticket(page)
        boxes = await page.evaluate(
            """() => [...document.querySelectorAll(".head-facts :is(.no, .fact, .public)")]
                .map((e) => e.getBoundingClientRect()).map((box) => [box.left, box.right])"""
        )
        assert len(boxes) >= 5
        assert all(right <= left for (_, right), (left, _) in itertools.pairwise(boxes))


async def test_the_policy_stops_every_way_to_run_text(demo, chromium):
    async with desk(chromium, demo.agent_login_url, policy=True) as page:
        answer = await page.request.get(f"{demo.base_url}/inbox/all")
        assert answer.headers["content-security-policy"] == CSP
        assert "no-cache" in answer.headers["cache-control"]
        stopped = dict.fromkeys(("eval", "newFunction", "innerHTML", "scriptText"), True)
        assert await page.evaluate(PROBE) == {**stopped, "ran": False}


async def test_nothing_is_asked_of_anybody_else(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await open_ticket(page)
        assert asked
        assert [url for url in asked if not url.startswith((f"{demo.base_url}/", "data:"))] == []


async def test_text_of_strangers_stays_text(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await open_ticket(page)
        await press(page, "m")
        await editor(page).fill(HOSTILE)
        await press(page, "Control+Enter")
        note = page.locator(".message.note:not(.pending)").last
        await expect(note.locator(".text")).to_contain_text(
            "<img src=x onerror=alert(1)><script>alert(2)</script> **b**"
        )
        await expect(note.locator("[data-redaction=CARD]")).to_have_text("Card number")
        assert await note.locator("img, .text script, .text a").count() == 0


async def test_the_language_changes_in_place(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await open_ticket(page)
        await press(page, "r")
        await page.keyboard.type("half a sentence")
        await page.evaluate("window.same = true")
        await page.locator("[data-menu=me]").click()
        await page.locator("[data-value=lang-zh-CN]").click()
        await expect(page.locator("#list-title")).to_have_text("全部未解决")
        await expect(editor(page)).to_have_value("half a sentence")
        assert await page.evaluate("[window.same, document.documentElement.lang]") == [True, "zh-CN"]
        raw = re.compile(
            r"\b(?:view|action|composer|side|why|ticketState|urgency|channel|error|list|rail)\.[a-zA-Z]+\b"
        )
        assert raw.findall(await page.locator("body").inner_text()) == []
        await page.locator("[data-menu=me]").click()
        await page.locator("[data-value=lang-en]").click()
        await expect(page.locator("#list-title")).to_have_text("All open")


async def test_the_theme_is_kept_and_there_before_the_first_paint(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        ground = "getComputedStyle(document.body).backgroundColor"
        light = await page.evaluate(ground)
        await page.locator("[data-menu=me]").click()
        await page.locator("[data-value=theme-dark]").click()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await expect(page.locator("body")).not_to_have_css("background-color", light)
        await page.reload(wait_until="commit")
        assert await page.evaluate("document.documentElement.dataset.theme") == "dark"


async def test_single_keys_act_outside_fields_and_are_dead_inside(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        number = await open_ticket(page)
        state = await page.locator("[data-menu=state]").text_content()
        # Typed at once after the key that opens the editor: all of it is text, nothing is a command.
        await press(page, "r")
        await page.keyboard.type("ehaxji!m/?")
        await expect(editor(page)).to_have_value("ehaxji!m/?")
        assert await page.locator("[data-menu=state]").text_content() == state
        assert page.url.partition("?")[0].endswith(number)  # a search may be in the address
        await press(page, "Escape", "/")
        await expect(page.locator("#search")).to_be_focused()
        await page.keyboard.type("jj")
        await press(page, "Escape")
        await expect(page.locator("#rows")).to_be_focused()
        await press(page, "?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await press(page, "j", "Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.url.partition("?")[0].endswith(number)  # a search may be in the address
        await press(page, "a")
        await expect(page.locator("[role=menu] :focus")).to_have_count(1)
        await press(page, "End", "Escape")
        await expect(page.locator("[data-menu=assign]")).to_be_focused()


async def test_keys_walk_the_list_and_open(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await page.locator("#rows").focus()
        first = await page.locator("#rows").get_attribute("aria-activedescendant")
        await press(page, "j")
        await expect(page.locator("#rows")).not_to_have_attribute("aria-activedescendant", first or "")
        await press(page, "k", "Enter")
        await expect(page.locator("#thread")).to_be_focused()
        chosen = await page.locator(f"[id='{first}']").get_attribute("data-ticket")
        await expect(page.locator(".thread-pane")).to_have_attribute("data-ticket", chosen or "")


async def test_composing_a_word_sends_nothing(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        await open_ticket(page)
        await press(page, "r")
        await editor(page).fill("你好")
        before = await sent_replies(page)
        # An event that nobody prevented comes back as true: the key was left to the input method.
        assert await page.evaluate(COMPOSING, {"isComposing": True})
        assert await page.evaluate(COMPOSING, {"keyCode": 229})
        await expect(editor(page)).to_have_value("你好")
        assert await page.locator(".message.pending").count() == 0
        assert await sent_replies(page) == before
        # The same key, once the word is there, sends: the test above could fail.
        await press(page, "Control+Enter")
        await expect(page.locator(".message.reply.agent:not(.pending)")).to_have_count(before + 1)


async def test_reply_and_note_are_two_drafts_that_survive_a_killed_page(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        number = await open_ticket(page)
        await press(page, "r")
        await page.keyboard.type("to the customer")
        await press(page, "Escape", "m")
        await expect(editor(page)).to_have_value("")
        await page.keyboard.type("for the team")
        again = await page.context.new_page()
        await page.close(run_before_unload=False)
        await again.goto(f"{demo.base_url}/inbox/all/{number}")
        await live(again)
        await expect(editor(again)).to_have_value("to the customer")
        await again.locator("[data-tab=note]").click()
        await expect(editor(again)).to_have_value("for the team")
        await expect(again.locator(".composer.note [data-act=send]")).to_have_text("Add note")


async def test_an_answer_that_was_lost_is_sent_once(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        before = await sent_replies(page)

        async def lose(route):
            await route.fetch()
            await route.abort()

        await page.route("**/replies", lose)
        await press(page, "r")
        await editor(page).fill("exactly once, please")
        await press(page, "Control+Enter")
        stuck = page.locator(".message.pending", has_text="exactly once, please")
        await expect(stuck).to_contain_text("Waiting to be sent")
        await page.reload()
        await live(page)
        await expect(stuck).to_be_visible()
        await page.unroute("**/replies")
        await expect(page.locator(".message.pending")).to_have_count(0)
        await expect(page.locator(".message.reply.agent", has_text="exactly once, please")).to_have_count(1)
        assert await sent_replies(page) == before + 1


async def test_a_reply_with_a_recovery_phrase_is_kept_until_it_is_confirmed(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        before = await sent_replies(page)
        await press(page, "r")
        await editor(page).fill(f"Use this: {PHRASE}")
        await press(page, "Control+Enter")
        refused = page.locator("[data-refused=confirm_needed]")
        await expect(refused).to_contain_text("Recovery phrase")
        await expect(editor(page)).to_have_value(f"Use this: {PHRASE}")
        await refused.get_by_role("button", name="Recovery phrase").click()
        selected = "[composer.value.slice(composer.selectionStart, composer.selectionEnd)]"
        assert await page.evaluate(selected) == [PHRASE]
        await expect(refused.locator("mark")).to_have_text(PHRASE[:60])
        assert await sent_replies(page) == before
        await refused.locator("[data-act=anyway]").click()
        await expect(page.locator(".message.reply.agent", has_text="Use this:")).to_have_count(1)
        await expect(page.locator(".message.reply.agent:not(.pending)")).to_have_count(before + 1)
        assert PHRASE not in await page.locator("#thread").inner_text()


async def test_nobody_can_ask_for_a_secret(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        await press(page, "r")
        await editor(page).fill("Please send us your recovery phrase.")
        await press(page, "Control+Enter")
        refused = page.locator("[data-refused=reply_blocked]")
        await expect(refused.locator("mark")).to_have_text("send us your recovery phrase")
        await expect(refused.locator("[data-act=anyway]")).to_have_count(0)
        await refused.get_by_role("button", name="Close").click()
        await expect(editor(page)).to_be_focused()
        await editor(page).fill("")


async def test_what_came_meanwhile_is_shown_before_anything_is_sent(demo, chromium):
    async with (
        desk(chromium, demo.agent_login_url, noise=True) as lee,
        desk(chromium, demo.admin_login_url) as ada,
    ):
        number = await open_ticket(lee)
        # Lee's page no longer hears what is new, as on a bad train.
        await lee.route(f"**/api/v1/tickets/{number}", lambda route: route.abort())
        await open_ticket(ada, number)
        await press(ada, "r")
        await editor(ada).fill("Ada was quicker")
        await press(ada, "Control+Enter")
        await expect(ada.locator(".message.reply.agent:not(.pending)", has_text="Ada was quicker")).to_have_count(1)
        await press(lee, "r")
        await editor(lee).fill("Lee answers too")
        await press(lee, "Control+Enter")
        refused = lee.locator("[data-refused=stale_reply]")
        await expect(refused).to_contain_text("Ada was quicker")
        await expect(editor(lee)).to_have_value("Lee answers too")
        await expect(ada.locator(".message", has_text="Lee answers too")).to_have_count(0)
        await refused.locator("[data-act=anyway]").click()
        await expect(ada.locator(".message.reply.agent", has_text="Lee answers too")).to_have_count(1)


async def test_a_lost_line_is_said_and_taken_up_again(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as lee, desk(chromium, demo.admin_login_url) as ada:
        number = await open_ticket(lee)
        await lee.context.set_offline(True)
        banner = lee.locator("[data-banner=line]")
        await expect(banner).to_contain_text("your work is saved")
        assert await violations(lee) == []
        await press(lee, "m")
        await lee.keyboard.type("written without a line")
        await open_ticket(ada, number)
        await press(ada, "m")
        await editor(ada).fill("said while Lee was away")
        await press(ada, "Control+Enter")
        await expect(ada.locator(".message.note:not(.pending)", has_text="said while Lee was away")).to_have_count(1)
        await lee.context.set_offline(False)
        await live(lee)
        await expect(banner).to_have_count(0)
        await expect(lee.locator(".message.note", has_text="said while Lee was away")).to_have_count(1)
        await expect(editor(lee)).to_have_value("written without a line")


async def test_solving_says_so_goes_on_and_can_be_undone(demo, chromium):
    async with desk(chromium, demo.agent_login_url) as page:
        number = await open_ticket(page)
        before = (await page.locator("[data-menu=state]").text_content() or "").strip()
        await press(page, "e")
        await expect(page.locator(".toast", has_text=f"{number} solved")).to_be_visible()
        await expect(page.locator(".thread-pane")).not_to_have_attribute("data-ticket", number)
        await expect(page.locator(f".row[data-ticket={number}]")).to_have_count(0)
        await page.locator(".toast").get_by_role("button", name="Undo").click()
        await expect(page.locator(".thread-pane")).to_have_attribute("data-ticket", number)
        await expect(page.locator("[data-menu=state]")).to_have_text("Open" if before == "New" else before)
        await expect(page.locator(f".row[data-ticket={number}]")).to_have_count(1)


async def test_a_ticket_that_is_put_aside_has_a_list_of_its_own_and_comes_back(demo, chromium):
    async with desk(chromium, demo.agent_login_url, noise=True) as page:
        await open_ticket(page)
        number = await page.locator(".head-facts .no").inner_text()
        await press(page, "h")
        dialog = page.get_by_role("dialog")
        assert await violations(page) == []
        await dialog.locator("[name=until]").fill("2001-01-01T09:00")
        await dialog.get_by_role("button", name="Snooze", exact=True).click()
        await expect(page.locator(".toast", has_text="within the next year")).to_be_visible()
        await dialog.get_by_role("button", name="tomorrow").click()
        await expect(dialog).to_have_count(0)
        wake = page.locator("[data-act=wake]")
        await expect(wake).to_contain_text("Snoozed until")
        await expect(page.get_by_role("option").filter(has_text=number)).to_have_count(0)
        await page.get_by_role("link", name=re.compile("^Snoozed")).click()
        await expect(page.get_by_role("option").filter(has_text=number)).to_have_count(1)
        assert await violations(page) == []
        await wake.click()
        await expect(wake).to_have_count(0)
        await expect(page.get_by_role("option").filter(has_text=number)).to_have_count(0)
