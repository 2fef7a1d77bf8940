"""A throw-away installation served by real processes, for benchmarks of the HTTP side."""

import contextlib
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rules import packs

_READY_S: Final = 30.0
_STOP_S: Final = 20.0
_ROUTED_S: Final = 120.0
_CONFIG: Final = """\
server: {{host: 127.0.0.1, port: {port}, public_url: "http://127.0.0.1:{port}"}}
storage: {{url: "{storage}"}}
bus: {{url: "{bus}"}}
secrets: {{seal_keys: {{k1: "file:seal"}}, seal_key: k1, signing_key: "file:signing"}}
channels:
  - kind: webchat
  - {{kind: api, settings: {{kinds: [form]}}}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """One installation; its processes are ended with it."""

    def __init__(self, directory: Path, storage: str, bus: str, channels: str = "") -> None:
        """`channels`: more entries of the configuration's list."""
        self.port = free_port()
        self.directory = directory
        self._config = directory / "switchboard.yaml"
        self._running: list[subprocess.Popen[bytes]] = []
        self._config.write_text(_CONFIG.format(port=self.port, storage=storage, bus=bus) + channels)
        for name in ("seal", "signing"):
            (directory / name).write_text(secrets.token_hex(32))
        (directory / "rules").mkdir()
        for name, content in packs.read().items():
            (directory / "rules" / name).write_bytes(content)
        self.command("migrate")

    def command(self, *words: str) -> str:
        """A command of switchboard, to its end; what it printed."""
        line = [sys.executable, "-m", "router", *words, "--config", str(self._config)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"switchboard {words[0]}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def token(self) -> str:
        """A bearer token for the API channel."""
        return self.command("token", "add", "load", "--kind", "form")

    def start(self, roles: str) -> int:
        """Serve `roles`; the process id, once it is ready (every role answers /readyz on its port)."""
        port = self.port if "web" in roles else free_port()
        command = [sys.executable, "-m", "router", "serve", "--config", str(self._config)]
        command += ["--role", roles, "--port", str(port)]
        said = self.directory / f"{roles}-{port}.log"
        with said.open("wb") as log:
            child = subprocess.Popen(command, stdout=log, stderr=log)
        self._running.append(child)
        until = time.monotonic() + _READY_S
        while not _answers(f"http://127.0.0.1:{port}/readyz"):
            if child.poll() is not None or time.monotonic() > until:
                raise RuntimeError(said.read_text()[-2000:])
            time.sleep(0.05)
        return child.pid

    def routed(self) -> int:
        """How many messages its route worker has decided, where web and route share a process."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith("switchboard_routed_total "):
                    return int(float(line.split()[1]))
        return 0

    def until_routed(self, count: int) -> None:
        """Wait until so many were decided since it started."""
        until = time.monotonic() + _ROUTED_S
        while self.routed() < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.routed()} of {count} messages were decided within {_ROUTED_S} s")
            time.sleep(0.05)

    def stop(self) -> None:
        for child in self._running:
            child.send_signal(signal.SIGTERM)
        for child in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_STOP_S)
            child.kill()
            child.wait()
        self._running.clear()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError, urllib.error.HTTPError), urllib.request.urlopen(url, timeout=1) as answer:
        return bool(answer.status == 200)
    return False


@contextlib.contextmanager
def service(storage: str = "sqlite:switchboard.db", bus: str = "local", *, channels: str = "") -> Iterator[Service]:
    """An installation in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="switchboard-") as directory:
        made = Service(Path(directory), storage, bus, channels)
        try:
            yield made
        finally:
            made.stop()
