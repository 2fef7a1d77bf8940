"""A house in this process behind a real socket, and how the tests of its API call it."""

import contextlib
import itertools

import aiohttp

from router.app import App
from router.cli.people import add_login_token, new_agent
from router.clock import SystemClock
from router.config import ChannelConfig, Config, RulesConfig, SecretsConfig, ServerConfig, StorageConfig
from router.store import journal, people
from router.store.script import select
from router.telemetry import SilentLog
from tests.servers.service import RULES

CARD = "4111 1111 1111 1111"
PASSWORD = "correct horse battery"
SIGNED = "what one program signs with, long enough"
HOOK = {"webhook_url": "http://127.0.0.1:1/hook", "webhook_secret": "s" * 32}
_numbers = itertools.count(1)


async def open_house(folder, *more: ChannelConfig, roles=("intake", "route", "web"), proxies=0) -> App:
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES)
    config = Config(
        server=ServerConfig(port=0, proxies=proxies),
        storage=StorageConfig(url="sqlite:house.db"),
        secrets=SecretsConfig(seal_keys={"k1": "11" * 32}, seal_key="k1", signing_key="22" * 32),
        rules=RulesConfig(path="rules"),
        channels=(
            ChannelConfig(
                kind="api", settings={"kinds": ["x", "telegram"], "edits": True, "reactions": ["👍", "🙏"], **HOOK}
            ),
            ChannelConfig(kind="api", account="silent", settings={"kinds": ["facebook"]}),
            ChannelConfig(kind="api", account="signed", settings={"kinds": ["line"], "inbound_secret": SIGNED}),
            *more,
        ),
    )
    app = App(config, base=folder, roles=roles, log=SilentLog(), clock=SystemClock())
    await app.start()
    return app


async def add_agent(app, login, **fields):
    agent = new_agent(app.ids, app.clock, login=login, name=login.title(), **fields)
    await app.store.write(people.add_agent(agent))
    return agent


def message(text="where is my transfer?", **fields):
    number = next(_numbers)
    return {
        "channel": "telegram",
        "message_id": f"m{number}",
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": f"customer {number}"},
        "text": text,
    } | fields


async def decided(app):
    watch = app.bus.watch("events")
    while await app.store.read(journal.oldest_pending()) is not None:
        await watch.wait(1.0)
    watch.close()


def ticket_of(external_id):
    sql = "SELECT t.number FROM messages m JOIN tickets t ON t.id = m.ticket_id WHERE m.external_id = :name"
    return (yield from select(sql, name=external_id))


async def get(house, path, status=200, **more):
    async with house.agent.get(path, **more) as answer:
        return await _read(answer, status)


async def post(house, path, body=None, status=200, *, key=None, session=None, **more):
    headers = {"Idempotency-Key": key} if key else {}
    async with (session or house.agent).post(path, json=body, headers=headers, **more) as answer:
        return await _read(answer, status)


async def _read(answer, status):
    found = await answer.json(content_type=None)
    assert answer.status == status, found
    if status >= 400:
        assert_problem(answer, found, status)
    return found


def assert_problem(answer, found, status):
    assert answer.content_type == "application/problem+json"
    assert (found["status"], found["type"]) == (status, "about:blank")
    assert found["title"] == found["code"].replace("_", " ")
    assert found["detail"]


def path_of(ticket, what=""):
    return f"/api/v1/tickets/{ticket['ticket']['number']}{what}"


async def sent(house, body, status, **headers):
    async with house.program.post("/api/v1/messages", data=body, headers=headers) as answer:
        found = await answer.json(content_type=None)
        assert answer.status == status, found
        return found


@contextlib.asynccontextmanager
async def signed_in(app, agent):
    """A session of an agent, with cookies of its own."""
    async with aiohttp.ClientSession(
        f"http://127.0.0.1:{app.server.port}",
        headers={"X-Switchboard": "1"},
        cookie_jar=aiohttp.CookieJar(unsafe=True),
    ) as session:
        token = await add_login_token(app.store, agent, app.clock)
        assert (await session.post("/api/v1/login", json={"token": token})).status == 200
        yield session
