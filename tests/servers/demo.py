"""`switchboard demo` as a person starts it: a real process, in a folder of its own, on a free port."""

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import free_port

_START_SECONDS = 180.0
_READY = " trace --config"


@dataclass(frozen=True)
class Demo:
    """A running demo and what it printed."""

    process: subprocess.Popen[str]
    directory: Path
    printed: str

    def _find(self, pattern: str) -> str:
        found = re.search(pattern, self.printed)
        assert found is not None, f"the demo did not print {pattern}:\n{self.printed}"
        return found[1]

    @property
    def base_url(self) -> str:
        return self._find(r"Inbox\s+(http\S+)/inbox")

    @property
    def agent_login_url(self) -> str:
        return self._find(r"sign in as agent\s+(http\S+)")

    @property
    def admin_login_url(self) -> str:
        return self._find(r"sign in as admin\s+(http\S+)")

    @property
    def chat_url(self) -> str:
        return self._find(r"Customer's page\s+(http\S+)")

    @property
    def mail_url(self) -> str:
        return self._find(r"Mail\s+\S+: write as a customer at (http\S+)")

    @property
    def telegram_url(self) -> str:
        return self._find(r"Telegram\s+write as a customer at (http\S+)")

    @property
    def facebook_url(self) -> str:
        return self._find(r"Facebook\s+write to the page or comment at (http\S+)")

    @property
    def x_url(self) -> str:
        return self._find(r"X\s+post or write as a customer at (http\S+)")

    @property
    def phone_url(self) -> str:
        return self._find(r"Phone\s+call as a customer at (http\S+)")

    @property
    def app_url(self) -> str:
        """Where the app of the demo's proven user asks whether it is them."""
        return self._find(r"(http\S+/app/u-42)")

    @property
    def form_url(self) -> str:
        return self._find(r"Web form\s+(http\S+)")

    @property
    def rules_dir(self) -> Path:
        return Path(self._find(r"Rules folder\s+(.+?)\s{2,}\("))

    @property
    def api_token(self) -> str:
        return self._find(r"API token\s+(\S+)")

    @property
    def config(self) -> Path:
        return self.directory / "switchboard.yaml"

    def kill(self) -> None:
        """As the kernel would, without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def start_demo(directory: Path, *arguments: str) -> Demo:
    """Start and wait until it has said where everything is."""
    command = [sys.executable, "-m", "router", "demo", "--dir", str(directory), "--port", str(free_port())]
    command += ["--lang", "en", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    printed, until = "", time.monotonic() + _START_SECONDS
    while _READY not in printed:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
        # Straight from the descriptor: a buffered reader would swallow lines that select no longer announces.
        some = os.read(process.stdout.fileno(), 65_536).decode() if ready else ""
        if not some:
            process.kill()
            process.communicate()
            raise RuntimeError(f"the demo did not start:\n{printed}")
        printed += some
    return Demo(process, directory, printed)


@contextlib.contextmanager
def running_demo(directory: Path, *arguments: str) -> Iterator[Demo]:
    """A demo that is stopped with Ctrl-C, and has to leave cleanly."""
    demo = start_demo(directory, *arguments)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.process.send_signal(signal.SIGINT)
        rest, _ = demo.process.communicate(timeout=30)
        assert demo.process.returncode == 0, f"the demo ended with {demo.process.returncode}:\n{rest}"
