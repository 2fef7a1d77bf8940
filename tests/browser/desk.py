"""An agent's desk in a real browser: signed in, watched for faults, with axe at hand."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, StorageState, expect

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_VIOLATIONS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    (v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(" ")} (${n.failureSummary})`).join(" | ")}`)"""
# What a browser itself writes to the console when a line is cut or a request is refused on purpose.
NETWORK_NOISE = re.compile(r"Failed to load resource|WebSocket connection to|net::ERR_")
POLICY_NOISE = re.compile(r"Content Security Policy|TrustedHTML|TrustedScript|'unsafe-eval'")

# A one-time link works once for each demo; its cookies serve every test after that.
_signed_in: dict[str, StorageState] = {}


async def sign_in(chromium: Browser, link: str) -> StorageState:
    """The cookies of whoever the one-time link is for."""
    if link not in _signed_in:
        context = await chromium.new_context()
        page = await context.new_page()
        await page.goto(link)
        await expect(page.get_by_role("listbox")).to_be_visible()
        assert "token" not in page.url, "a one-time link must not stay in the address"
        _signed_in[link] = await context.storage_state()
        await context.close()
    cookies = _signed_in[link]["cookies"]
    return StorageState(cookies=[c for c in cookies if c["name"] == "switchboard_session"], origins=[])


@asynccontextmanager
async def desk(
    chromium: Browser,
    link: str,
    *,
    language: str = "en",
    theme: str = "light",
    size: tuple[int, int] = (1440, 900),
    noise: bool = False,
    policy: bool = False,
) -> AsyncIterator[Page]:
    """A page of a fresh browser profile, signed in. A fault on it fails the test, unless it is asked for."""
    base = link.partition("/login")[0]
    async with profile(chromium, link, size=size) as context:
        await context.add_cookies(
            [
                {"name": "switchboard_lang", "value": language, "url": base},
                {"name": "switchboard_theme", "value": theme, "url": base},
            ]
        )
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        await page.goto(f"{base}/inbox/all")
        await live(page)
        yield page
        meant = [pattern for pattern, is_meant in ((NETWORK_NOISE, noise), (POLICY_NOISE, policy)) if is_meant]
        assert [fault for fault in faults if not any(pattern.search(fault) for pattern in meant)] == []


@asynccontextmanager
async def profile(
    chromium: Browser, link: str, *, size: tuple[int, int] = (1440, 900)
) -> AsyncIterator[BrowserContext]:
    """A browser profile that holds nothing but the session."""
    context = await chromium.new_context(
        storage_state=await sign_in(chromium, link),
        viewport={"width": size[0], "height": size[1]},
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    try:
        yield context
    finally:
        await context.close()


async def live(page: Page) -> None:
    """Until the line to the server is up."""
    await expect(page.locator("[data-connection=live]")).to_have_count(1)


async def open_ticket(page: Page, number: str | None = None) -> str:
    """Open the ticket of that number, or the first that can be answered privately; its number."""
    if number is None:
        row = page.locator("[data-ticket].row:not(:has(.chip.public)):has(.channel-icon.email)").first
        number = await row.get_attribute("data-ticket")
        assert number is not None
    await page.goto(f"{page.url.split('/inbox')[0]}/inbox/all/{number}")
    await live(page)
    await expect(page.locator(f".thread-pane[data-ticket={number}]")).to_be_visible()
    return number


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is. The policy of the page allows no script tag, so it is evaluated."""
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(_VIOLATIONS)
    return found
