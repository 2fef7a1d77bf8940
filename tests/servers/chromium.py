"""Debian's Chromium, driven by Playwright, with no way out of this machine."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    # The loopback guard of tests does not reach child processes; this one they hear.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]

# A page is waited for as long as a loaded machine may need; what is asserted is a state, never how soon it came.
expect.set_options(timeout=20_000)


@contextlib.asynccontextmanager
async def running_chromium(program: Path) -> AsyncIterator[Browser]:
    """A started browser; each test opens its own context in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()
