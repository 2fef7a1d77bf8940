"""The web form in a real house: the whole service on SQLite and loopback, with a lever over its clock."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from connectors.form.simulator import FormCustomer, Page
from router.app import ROLES, App
from router.clock import SystemClock
from router.config import ChannelConfig, Config, RulesConfig, SecretsConfig, ServerConfig, StorageConfig
from router.store.script import select
from router.telemetry import SilentLog

RULES = """
version: 1
queues: {general: {default: true}, rescue: {emergency: true}}
templates:
  receipt:
    en: "We have it as {{ticket.number}}. A person reads it today."
    zh: "已收到，工单号为 {{ticket.number}}，今天会有专人查看。"
  safety-checklist:
    en: "{{ticket.number}}: move what is left to a new wallet."
    zh: "{{ticket.number}}：请立刻把剩余资产转到新钱包。"
facts:
  transaction: {kind: transaction, name: {en: Hash}, ask: {en: The hash}, field: tx_hash}
fields: {topic: word}
rules:
  - {id: access, when: {custom.topic: access}, then: {tag: access}}
"""
FIELDS: list[dict[str, Any]] = [
    {"name": "tx_hash", "kind": "transaction", "label": {"en": "Transaction hash", "zh": "交易哈希"}},
    {"name": "device", "kind": "choice", "label": "Device", "choices": [{"id": "ios", "name": "iPhone"}]},
]
TOPICS = [
    {"id": "access", "name": {"en": "I cannot get in", "zh": "无法登录"}},
    {"id": "other", "name": {"en": "Something else", "zh": "其他"}},
]
FILLED = {"text": "My transfer of 5 USDT is not there", "email": "ann@post.example", "topic": "other"}


class SlowClock(SystemClock):
    """The system's time, moved on by hand as well."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_ms = 0

    def now_ms(self) -> int:
        """Now, and what was added."""
        return super().now_ms() + self.ahead_ms


class FormHouse:
    """A running house with a form."""

    def __init__(self, app: App, clock: SlowClock) -> None:
        self.app, self.clock = app, clock
        self.base = f"http://127.0.0.1:{app.server.port}"
        self.form_url = f"{self.base}/channels/form/default/"

    async def rows(self, sql: str, **given: object) -> list[tuple[Any, ...]]:
        """What the store holds."""
        return [tuple(row) for row in await self.app.store.read(select(sql, **given))]

    async def until(self, sql: str, condition: Callable[[list[tuple[Any, ...]]], bool]) -> list[tuple[Any, ...]]:
        """Wait for a state of the store."""
        async with asyncio.timeout(60):
            while not condition(rows := await self.rows(sql)):
                await asyncio.sleep(0.02)
        return rows

    async def tickets(self) -> list[tuple[Any, ...]]:
        """Number, urgency, queue and state of every ticket, once all that came in is decided."""
        await self.until("SELECT COUNT(*) FROM journal WHERE state = 'pending'", lambda rows: rows == [(0,)])
        return await self.rows("SELECT number, urgency_rank, queue, state FROM tickets ORDER BY number")


@contextlib.asynccontextmanager
async def running_house(
    folder: Path,
    *,
    more: Sequence[ChannelConfig] = (),
    rules: str = RULES,
    port: int = 0,
    before: int = 0,
    **settings: object,
) -> AsyncIterator[FormHouse]:
    """The service with one form, and `before` it so many proxies; its data stays in `folder`."""
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "rules.yaml").write_text(rules)
    clock = SlowClock()
    form: Mapping[str, object] = {"topics": TOPICS, "fields": FIELDS, "fill_seconds_min": 0, **settings}
    config = Config(
        server=ServerConfig(port=port, proxies=before),
        storage=StorageConfig(url="sqlite:house.db"),
        secrets=SecretsConfig(seal_keys={"k1": "11" * 32}, seal_key="k1", signing_key="22" * 32),
        rules=RulesConfig(path="rules"),
        channels=(ChannelConfig(kind="form", settings=dict(form)), *more),
    )
    app = App(config, base=folder, roles=ROLES, log=SilentLog(), clock=clock)
    try:
        await app.start()
        yield FormHouse(app, clock)
    finally:
        await app.stop()


def customer_of(house: FormHouse, http: aiohttp.ClientSession, language: str = "en", **headers: str) -> FormCustomer:
    """Somebody who opens the form."""
    return FormCustomer(http, f"{house.form_url}?lang={language}", **headers)


def number_on(page: Page) -> str:
    """The ticket number that a page names."""
    found = re.search(r'class="number">(T-\d+)<', page.html)
    assert found is not None, page.text
    return found[1]
