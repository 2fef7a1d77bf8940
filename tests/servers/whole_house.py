"""The whole house in the process of the test, on SQLite: intake, decisions, delivery, web."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from router.app import ROLES, App
from router.clock import SystemClock
from router.config import ChannelConfig, Config, MediaConfig, RulesConfig, SecretsConfig, ServerConfig, StorageConfig
from router.core.replies import ReplyCommand
from router.model.ids import AgentId, TicketId
from router.model.tables import Agent
from router.store import people
from router.store.script import Script, select
from router.telemetry import Logger, SilentLog
from rules import packs


@asynccontextmanager
async def running_house(
    folder: Path, *channels: ChannelConfig, port: int = 0, log: Logger | None = None, media: MediaConfig | None = None
) -> AsyncIterator[App]:
    """The house in this process, its data in `folder`."""
    rules = folder / "rules"
    if not rules.exists():
        rules.mkdir()
        for name, content in packs.read().items():
            (rules / name).write_bytes(content)
    config = Config(
        server=ServerConfig(port=port, public_url=f"http://127.0.0.1:{port or 8080}"),
        storage=StorageConfig(url="sqlite:house.db"),
        secrets=SecretsConfig(seal_keys={"k1": "11" * 32}, seal_key="k1", signing_key="22" * 32),
        rules=RulesConfig(path="rules"),
        channels=channels,
        media=media or MediaConfig(),
    )
    app = App(config, base=folder, roles=ROLES, log=log or SilentLog(), clock=SystemClock())
    try:
        await app.start()
        yield app
    finally:
        await app.stop()


async def rows(app: App, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    return [tuple(row) for row in await app.store.read(select(sql))]


async def until(app: App, sql: str, expected: list[tuple[Any, ...]]) -> None:
    """Wait for a query to find this."""
    found = None
    for _ in range(400):
        if (found := await rows(app, sql)) == expected:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def answer_as_agent(app: App, text: str, key: str) -> str:
    """Reply to the newest ticket; the id of the reply."""
    agent = Agent(id=AgentId("agent-mei"), login="mei", name="Mei", status="online", created_at_ms=1)
    if await app.store.read(people.agent(agent.id)) is None:
        await app.store.write(people.add_agent(agent))
    ticket_id = await app.store.read(newest_ticket())
    command = ReplyCommand(ticket_id=ticket_id, text=text, last_seen=app.feed.last_event_id, client_key=key, force=True)
    return await app.commands.reply(command, agent)


def newest_ticket() -> Script[TicketId]:
    """The ticket with the highest number."""
    rows = yield from select("SELECT id FROM tickets ORDER BY number DESC LIMIT 1")
    return TicketId(rows[0][0])
