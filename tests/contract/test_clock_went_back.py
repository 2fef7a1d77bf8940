"""A clock that was far ahead and is set back: what is done now and then goes on, and does not wait for that time."""

import pytest_asyncio

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.flow.channels import Channel, Channels
from router.flow.commands import Commands
from router.flow.file_care import FileCare
from router.flow.incidents import Incidents
from router.flow.media import GRACE_MS
from router.flow.rulebook import Rulebook
from router.flow.sweep import sweeper_of
from router.flow.switches import Switches
from router.store import migrate, people
from router.store.people import LoginToken
from router.store.rows import MediaRow
from router.store.script import fetch, insert
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.known import KEYS
from tests.contract.store_suite.make import NOW, agent
from tests.contract.store_suite.media import house
from tests.simulation.lives import Provider

YEAR_MS = 366 * 86_400_000


class SetClock(VirtualClock):
    def set_to(self, now_ms: int) -> None:
        self._now_ms = now_ms


@pytest_asyncio.fixture
async def store(tmp_path):
    store = await SqliteStore.open(tmp_path / "house.db")
    await store.write(migrate.migrate("sqlite", now_ms=1))
    yield store
    await store.close()


async def test_files_that_were_let_go_of_are_removed(store, tmp_path):
    clock = SetClock(NOW + YEAR_MS)
    care = FileCare(media=house(store, tmp_path, now_ms=GRACE_MS * 9), clock=clock, log=SilentLog())
    await care.run_once()
    await store.write(insert([MediaRow(hash="ab" * 32, key_id="k1", size=3, created_at_ms=1, idle_at_ms=2)]))
    clock.set_to(NOW)
    await care.run_once()
    assert await store.read(fetch(MediaRow)) == []


async def test_refused_credentials_are_tried_again(store):
    clock, manifest = SetClock(NOW + YEAR_MS), Provider("plain", []).manifest()
    channel = Channel(
        account="a", manifest=manifest, capabilities=manifest.capabilities, connector=Provider("plain", [])
    )
    switches = Switches(store=store, clock=clock, log=SilentLog())
    await switches.refuse(channel, "no such token")
    assert switches.room(channel, 9) == 0
    clock.set_to(NOW)
    assert [switches.room(channel, 9) for _ in range(2)] == [1, 0]


async def test_links_that_have_run_out_are_forgotten_and_incidents_looked_for(store):
    clock = SetClock(NOW + YEAR_MS)
    parts = {"store": store, "bus": LocalBus(), "clock": clock, "ids": TimedIds(clock, seed=1)}
    rulebook = Rulebook.of({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})
    commands = Commands(**parts, channels=Channels(), rulebook=rulebook, keys=KEYS)
    incidents = Incidents(**parts, rulebook=rulebook, commands=commands)
    sweeper = sweeper_of(
        **parts, rulebook=rulebook, channels=Channels(), incidents=incidents, metrics=Metrics(), log=SilentLog()
    )
    await sweeper.run_once()
    clock.set_to(NOW)
    mei = agent("mei")
    await store.write(people.add_agent(mei))
    old = LoginToken(token_hash="h", agent_id=mei.id, expires_at_ms=NOW - 1)
    await store.write(people.add_login_token(old))
    await sweeper.run_once()
    assert await store.read(fetch(LoginToken)) == []
