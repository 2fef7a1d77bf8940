"""Every example of "Who is who" in docs/tickets.md, through the commands and the API of a running house.

`writes KIND ID, …: text` is a message as a channel brings it, `row {…}` a line of the file that is imported next, `$ …`
a command with what it prints, `POST …` and `GET …` an agent's call with the status and code of the answer (and what of
it is shown), `ticket …` whose a ticket is. `ACT1` is the first act that the example did, `…` anything.
"""

import asyncio
import json
import re
import shlex
from pathlib import Path

import aiohttp
import pytest

from router.app import App
from router.cli.people import add_api_token, add_login_token, new_agent
from router.clock import SystemClock
from router.config import load
from router.store import journal, people
from router.store.script import select
from router.telemetry import SilentLog
from tests.contract.http.calls import decided

GUIDE = (Path(__file__).parents[2] / "docs" / "tickets.md").read_text(encoding="utf-8")
CHAPTER = GUIDE.partition("\n## Who is who\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"### ([^\n]+)\n(?:(?!###)[\s\S])*?```people\n([\s\S]*?)```", CHAPTER)
KINDS = ("email", "telegram", "x", "form", "phone", "webchat")
SAYING = re.compile(r"writes (\w+) ([^,:]+)((?:, [^:]+)?): (.*)")


class Example:
    """A house that runs, a program that brings messages, and an agent at work."""

    def __init__(self, desk, app, program, agent) -> None:
        self.desk, self.app, self.program, self.agent = desk, app, program, agent
        self.said = 0
        self.rows: list[str] = []
        self.acts: list[str] = []

    async def step(self, line: str) -> list[str]:
        """Do a line; what it prints."""
        what = line.partition(" ")[0]
        match what:
            case "writes":
                return await self.write(line)
            case "row":
                self.rows.append(line.partition(" ")[2])
                return []
            case "ticket":
                return [await self.ticket(line.split()[1].rstrip(":"))]
            case "$":
                return await self.command(line)
        return [await self.call(line)]

    async def write(self, line: str) -> list[str]:
        kind, sender, more, text = SAYING.fullmatch(line).groups()
        self.said += 1
        who: dict[str, object] = {"id": sender}
        for part in filter(None, more.split(", ")):
            word, _, value = part.partition(" ")
            match word:
                case "named":
                    who["name"] = value
                case "user":
                    who |= {"user_id": value, "verified": True}
                case "typed":
                    who["user_id" if value.startswith("user ") else "email"] = value.removeprefix("user ")
                case "checked" | "forged":
                    who["verified"] = word == "checked"
                case _:
                    raise AssertionError(f"the example says {part}")
        message = {"channel": kind, "message_id": f"<{self.said}@guide>", "visibility": "private", "sender": who}
        message |= {"sent_at": f"2026-11-02T08:{self.said:02}:00Z", "text": text}
        async with self.program.post("/api/v1/messages", json=message) as answer:
            assert answer.status == 202, await answer.text()
        await decided(self.app)
        return []

    async def ticket(self, number: str) -> str:
        async with self.agent.get(f"/api/v1/tickets/{number}") as answer:
            assert answer.status == 200, await answer.text()
            found = await answer.json()
        related = "".join(f", related {row['number']}" for row in found["related"])
        return f"ticket {number}: {found['contact']['label']}, {len(found['messages'])} messages{related}"

    async def command(self, line: str) -> list[str]:
        words = shlex.split(self.named(line.removeprefix("$ ")))
        assert words.pop(0) == "switchboard"
        if words[-1].endswith(".ndjson"):
            (self.desk.folder / words[-1]).write_text("".join(f"{row}\n" for row in self.rows), encoding="utf-8")
            words[-1] = str(self.desk.folder / words[-1])
            self.rows = []
        code, printed = await asyncio.to_thread(self.desk.ran, words)
        self.acts += [each for each in await self.done() if each not in self.acts]
        return [*printed, *([f"exit {code}"] if code else [])]

    async def call(self, line: str) -> str:
        method, path, *body = self.named(line).split(" ", 2)
        async with self.agent.request(method, path, json=json.loads(body[0]) if body else None) as answer:
            found = await answer.json()
        self.acts += [each for each in await self.done() if each not in self.acts]
        if "code" in found:
            return f"{answer.status} {found['code']}"
        if "preview" in found:
            seen = found["preview"]
            return f"{answer.status} {len(seen['identities'])} addresses, {len(seen['tickets'])} tickets would move"
        contact = found["contact"]
        hints = [f"{each['label']} {each['reasons'][0]['reason']}" for each in contact["hints"]]
        shown = ", ".join([f"{each['kind']} {each['value']}" for each in contact["identities"]])
        return f"{answer.status} {contact['label']}: {shown or 'no address'}" + (
            f"; perhaps {', '.join(hints)}" if hints else ""
        )

    async def done(self) -> list[str]:
        return [row[0] for row in await self.app.store.read(select("SELECT id FROM people_acts ORDER BY id"))]

    def named(self, line: str) -> str:
        return re.sub(r"ACT(\d)", lambda found: self.acts[int(found[1]) - 1], line)


def pattern_of(line: str) -> str:
    return "".join(r"\S+" if part == "…" else re.escape(part) for part in re.split("(…)", line))


@pytest.fixture
def running(desk):
    """Work on a running house."""

    async def run(work):
        desk.settings["server"]["public_url"] = f"http://127.0.0.1:{desk.settings['server']['port']}"
        desk.settings["channels"] = [{"kind": "api", "settings": {"kinds": list(KINDS)}}]
        desk.write()
        app = App(
            load(desk.config), base=desk.folder, roles=("intake", "route", "web"), log=SilentLog(), clock=SystemClock()
        )
        await app.start()
        try:
            base = f"http://127.0.0.1:{app.server.port}"
            mei = new_agent(app.ids, app.clock, login="mei", name="Mei")
            await app.store.write(people.add_agent(mei))
            token = await add_api_token(app.store, "guide", KINDS, app.clock)
            jar = aiohttp.CookieJar(unsafe=True)
            async with (
                aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program,
                aiohttp.ClientSession(base, headers={"X-Switchboard": "1"}, cookie_jar=jar) as agent,
            ):
                login = await add_login_token(app.store, mei, app.clock)
                assert (await agent.post("/api/v1/login", json={"token": login})).status == 200
                await work(Example(desk, app, program, agent))
                assert await app.store.read(journal.oldest_pending()) is None
        finally:
            await app.stop()

    return lambda work: asyncio.run(run(work))


@pytest.mark.parametrize(("title", "example"), EXAMPLES, ids=[title for title, _ in EXAMPLES])
def test_the_example_comes_to_what_it_says(running, title, example):
    lines = example.strip().splitlines()
    starts = ("writes ", "row ", "$ ", "POST ", "GET ")

    async def work(house: Example) -> None:
        at = 0
        while at < len(lines):
            line = lines[at]
            at += 1
            told = []
            while at < len(lines) and not lines[at].startswith((*starts, "ticket ")):
                told.append(lines[at])
                at += 1
            printed = await house.step(line)
            wanted = [line] if line.startswith("ticket ") else told
            assert len(printed) == len(wanted), (line, printed)
            for one, other in zip(printed, wanted, strict=True):
                assert re.fullmatch(pattern_of(other), one), (line, printed)

    running(work)


def test_there_are_enough_of_them():
    assert len(EXAMPLES) >= 10
    assert CHAPTER.count("```people") == len(EXAMPLES)
