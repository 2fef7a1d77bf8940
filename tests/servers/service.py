"""`switchboard serve` as an operator runs it: real processes on a configuration file, killed and started again."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from router.opening import open_store
from router.store.script import Store
from tests.servers.process import die_with_us, free_port

_START_S = 180.0
_STOP_S = 60.0
_READY = '"app.started"'
RULES = """\
version: 1
queues:
  general: {default: true}
  transfers:
templates:
  receipt: {en: "We have your message as {{ticket.number}}.", zh: "我们已收到，工单号为 {{ticket.number}}。"}
rules:
  - id: transfers
    when: {message.any|has: [transfer]}
    then: {tag: transfer, queue: transfers}
"""
"""A small set: starts are quick, and tests do not stand on the words of the shipped pack."""


class Service:
    """One configuration in a folder of its own, and the processes that serve it."""

    def __init__(
        self, directory: Path, *, storage: str = "sqlite:house.db", bus: str = "local", channels: Iterable[object] = ()
    ) -> None:
        self.directory = directory
        self.storage = storage
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = directory / "switchboard.yaml"
        (directory / "rules").mkdir()
        (directory / "rules" / "rules.yaml").write_text(RULES)
        settings = {
            "server": {"port": self.port, "public_url": self.url},
            "storage": {"url": storage},
            "bus": {"url": bus},
            "secrets": {"seal_keys": {"k1": "11" * 32}, "seal_key": "k1", "signing_key": "22" * 32},
            "rules": {"path": "rules"},
            "channels": list(channels),
        }
        self.config.write_text(json.dumps(settings))  # JSON is YAML, too
        self._started: list[Worker] = []

    def worker(self, roles: str = "intake,route,deliver,web", *, port: int | None = None) -> "Worker":
        """A process that is not running yet; with a `port` of its own where several tell their metrics."""
        ports = [] if port is None else ["--port", str(port)]
        worker = Worker(
            [sys.executable, "-m", "router", "serve", "--config", str(self.config), "--role", roles, *ports]
        )
        self._started.append(worker)
        return worker

    async def command(self, *arguments: str) -> str:
        """Run another command on the same configuration to its end; what it printed."""
        name, *rest = arguments
        action = [rest.pop(0)] if rest else []
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "router", name, *action, "--config", str(self.config), *rest, stdout=PIPE, stderr=PIPE
        )
        out, err = await process.communicate()
        assert process.returncode == 0, f"{arguments} ended with {process.returncode}: {err.decode()}"
        return out.decode().strip()

    async def api_token(self, *kinds: str) -> str:
        """A bearer token that may speak for these kinds."""
        return await self.command("token", "add", "tests", *(part for kind in kinds for part in ("--kind", kind)))

    async def login_token(self, login: str = "mei") -> str:
        """The one-time token of a new agent."""
        link: str = json.loads(await self.command("user", "add", login, "--json"))["link"]
        return link.rpartition("token=")[2]

    async def sign_in(self, http: aiohttp.ClientSession, login: str = "mei") -> None:
        """Give `http` the session of a new agent; a web process has to be running."""
        token = await self.login_token(login)
        async with http.post(f"{self.url}/api/v1/login", json={"token": token}) as response:
            assert response.status == 200, await response.text()
        http.headers["X-Switchboard"] = "1"

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The database, seen from beside the service."""
        store = await open_store(self.storage, self.directory, pool_size=2)
        try:
            yield store
        finally:
            await store.close()

    async def end(self) -> None:
        """Kill whatever still runs."""
        for worker in self._started:
            await worker.kill()


class Worker:
    """One process: start, stop, kill, start again."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = [*die_with_us(), *command]
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.log: list[str] = []
        """Every line of all its lives, on either stream."""

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    async def launch(self) -> None:
        """Start without waiting until it is ready."""
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=os.environ | {"PYTHONWARNINGS": "default"}
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def start(self) -> None:
        """Start and wait until it says that it serves."""
        await self.launch()
        assert self._reading is not None
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait({waiting, self._reading}, timeout=_START_S, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        assert self._ready.is_set(), "it did not start:\n" + "\n".join(self.log[-40:])

    async def kill(self) -> None:
        """End it as the kernel does, without a word."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._gone()

    async def stop(self) -> int:
        """Ask it to end, wait until it has; its exit code."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self._gone(), _STOP_S)

    async def _gone(self) -> int:
        assert self._process is not None
        assert self._reading is not None
        code = await self._process.wait()
        await self._reading
        self._process = None
        return code

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self.log.append(line.decode(errors="replace").rstrip())
            if _READY in self.log[-1]:
                self._ready.set()

    def troubles(self) -> list[str]:
        """Log lines that say somebody has to look, and what is no log line at all (a traceback)."""
        return [line for line in self.log if '"level":"error"' in line or not line.startswith("{")]
