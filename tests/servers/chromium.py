"""Debian's Chromium, driven by Playwright, with no way out of this machine."""

import contextlib
import os
import pwd
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.request import urlopen

from playwright.async_api import Browser, Playwright, expect

from tests.servers.process import ServerProcess, free_port, server_directory

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
    # As Playwright starts it: a page that is not in front runs as if it were, and a pointer is a mouse.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-back-forward-cache",
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--mute-audio",
    "--password-store=basic",
    # The loopback guard of tests does not reach child processes; this one they hear.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]

# A page is waited for as long as a loaded machine may need; what is asserted is a state, never how soon it came.
expect.set_options(timeout=20_000)


class ChromiumServer:
    """One browser for many tests, each of which opens profiles of its own in it; it starts in half a second."""

    def __init__(self, program: Path, directory: Path, user: str) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        own = [f"--remote-debugging-port={self._port}", f"--user-data-dir={directory / 'own'}", "about:blank"]
        self.process = ServerProcess([program, *_FLAGS, *own], user=user, directory=directory)

    def start(self) -> None:
        """Start it, if it is not there."""
        self.process.start(self._ready)

    def _ready(self) -> bool:
        with contextlib.suppress(OSError), urlopen(f"{self.url}/json/version", timeout=5.0) as answer:
            return bool(answer.status == 200)
        return False


@contextlib.contextmanager
def running_chromium(program: Path) -> Iterator[ChromiumServer]:
    """A started browser. It reads what tests upload, so it runs as they do."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    with server_directory("chromium", user) as directory:
        server = ChromiumServer(program, directory, user)
        server.start()
        try:
            yield server
        finally:
            server.process.kill()


@contextlib.asynccontextmanager
async def connected(playwright: Playwright, server: ChromiumServer) -> AsyncIterator[Browser]:
    """The browser as this driver steers it; profiles that were opened are closed at the end."""
    browser = await playwright.chromium.connect_over_cdp(server.url)
    try:
        yield browser
    finally:
        await browser.close()
