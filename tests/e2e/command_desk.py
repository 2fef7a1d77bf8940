"""A configuration in a folder, the commands on it, and a service that comes and goes."""

import asyncio
import io
import json
import sys

from router.app import App
from router.cli.command import run
from router.clock import SystemClock
from router.config import load
from router.store import journal
from router.store.script import select
from router.telemetry import SilentLog
from tests.servers.process import free_port
from tests.servers.service import RULES


class Desk:
    """A configuration in a folder, the commands on it, and a service that comes and goes."""

    def __init__(self, folder, capture, patch) -> None:
        self.folder, self._capture, self._patch = folder, capture, patch
        self.config = folder / "switchboard.yaml"
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "rules.yaml").write_text(RULES)
        self.settings = {
            "server": {"port": free_port(), "public_url": "https://help.example.org"},
            "storage": {"url": "sqlite:house.db"},
            "secrets": {"seal_keys": {"k1": "11" * 32}, "seal_key": "k1", "signing_key": "22" * 32},
            "channels": [{"kind": "api", "settings": {"kinds": ["telegram", "x", "email"]}}],
        }
        self.write()

    def write(self) -> None:
        self.config.write_text(json.dumps(self.settings))

    def __call__(self, command, *arguments, stdin=b"", code=0):
        """Run one; what it wrote."""
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        got, out = self._ran([*command.split(), *(str(argument) for argument in arguments)])
        assert got == code, (out, self.err)
        return out

    def ran(self, words):
        """Run a command as it was typed; its code, and all that it said, line by line."""
        code, out = self._ran(words)
        return code, [*self.err.splitlines(), *out.splitlines()]

    def _ran(self, words):
        self._capture.readouterr()
        code = run([*words, "--config", str(self.config)])
        out, self.err = (text.decode() for text in self._capture.readouterr())
        return code, out

    def rows(self, command, *arguments, **more):
        return [json.loads(line) for line in self(command, *arguments, **more).splitlines()]

    def serve(self, work=None):
        """Run the service until all that was accepted is decided, then `work`."""
        return asyncio.run(self._serve(work))

    async def _serve(self, work):
        app = App(
            load(self.config), base=self.folder, roles=("intake", "route", "web"), log=SilentLog(), clock=SystemClock()
        )
        try:
            await app.start()
            found = await work(app) if work is not None else None
            watch = app.bus.watch("events")
            while await app.store.read(journal.oldest_pending()) is not None:
                await watch.wait(1.0)
            watch.close()
            return found
        finally:
            await app.stop()

    def look(self, sql):
        """Rows of the database as they are."""

        async def read(app):
            return await app.store.read(selected(sql))

        return self.serve(read)


def selected(sql):
    return (yield from select(sql))


def line(message_id, text="hello", *, sender="77", channel="telegram", **fields) -> bytes:
    found = {"channel": channel, "message_id": message_id, "visibility": "private", "sent_at": "2026-11-02T08:00:03Z"}
    return json.dumps(found | {"sender": {"id": sender}, "text": text} | fields, ensure_ascii=False).encode() + b"\n"
