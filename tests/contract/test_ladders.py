"""Ladders on a clock that tests move: several sweepers page each step once, and mail pages leave in the end."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.connector import Capabilities, Rejected, Retry, Sent
from router.core.oncall import begin
from router.flow.channels import Channel, Channels
from router.flow.ladders import Ladders
from router.flow.pages import PageWorker
from router.flow.references import References
from router.flow.rulebook import Rulebook
from router.model.changes import Save
from router.model.limits import SEND_LEASE_MS
from router.model.tables import HookEntry
from router.store import alarms, changes, inbox, migrate
from router.store.script import fetch
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.make import NOW, Case, newer, put

MINUTE = 60_000
RULES = b"""
version: 1
queues: {general: {default: true}}
webhooks: {pager: {url: "https://pager.example/x", secret: "env:PAGER"}}
oncall:
  all:
    steps:
      - {browser: true, within: 2m}
      - {webhook: pager, email: boss@wallet.example, within: 5m}
"""


class Desk:
    """A store with one ticket that rings, and what works on it."""

    def __init__(self, store):
        self.store, self.bus, self.clock = store, LocalBus(), VirtualClock(NOW)
        self.metrics = Metrics()
        self.case = Case("Ann", text="my secret sorrow", urgency="critical", urgency_rank=3, alarm_since_ms=NOW)

    def sweeper(self, seed=1):
        return Ladders(
            store=self.store,
            bus=self.bus,
            rulebook=Rulebook.of({"rules.yaml": RULES}),
            clock=self.clock,
            ids=TimedIds(self.clock, seed=seed),
            metrics=self.metrics,
            log=SilentLog(),
        )

    def pages(self, *channels):
        return PageWorker(
            store=self.store,
            bus=self.bus,
            channels=Channels(channels),
            telegram=None,
            references=References(Path()),
            public_url="https://desk.example",
            clock=self.clock,
            jitter=lambda: 0.5,
            metrics=self.metrics,
            log=SilentLog(),
        )

    async def detail(self):
        return await self.store.read(inbox.detail(None, self.case.ticket.id))


class Mailer:
    """A mail channel that answers as told."""

    def __init__(self, *answers):
        self.sent, self.answers = [], list(answers)

    async def send(self, outbound):
        self.sent.append(outbound)
        return self.answers.pop(0)

    def channel(self):
        manifest = SimpleNamespace(kind="email")
        return Channel(account="default", manifest=manifest, capabilities=Capabilities(), connector=self)


@pytest.fixture
async def desk(tmp_path):
    store = await SqliteStore.open(tmp_path / "house.db")
    await store.write(migrate.migrate("sqlite", now_ms=1))
    made = Desk(store)
    await put(store, made.case)
    yield made
    await store.close()


async def test_an_alarm_whose_step_cannot_be_decided_silences_no_other(desk, monkeypatch):
    other = Case("Ben", urgency="critical", urgency_rank=3, alarm_since_ms=NOW + 1)
    await put(desk.store, other)

    def broken(ticket, *more, **ids):
        if ticket.id == desk.case.ticket.id:
            raise ZeroDivisionError
        return begin(ticket, *more, **ids)

    monkeypatch.setattr("router.flow.ladders.begin", broken)
    sweeper = desk.sweeper()
    assert [await sweeper.run_once() for _ in range(2)] == [1, 0]
    assert desk.metrics.registry.get_sample_value("switchboard_sweep_failures_total", {"what": "ladders"}) == 1
    assert desk.metrics.registry.get_sample_value("switchboard_alarms_ringing") == 2
    monkeypatch.undo()
    desk.clock.advance_to(NOW + MINUTE)
    assert await sweeper.run_once() == 1


async def test_several_sweepers_climb_one_ladder_and_page_each_step_once(desk):
    sweepers = [desk.sweeper(seed) for seed in (1, 2, 3)]
    for minutes in (0, 1, 2, 3, 7, 8):
        desk.clock.advance_to(NOW + minutes * MINUTE)
        await asyncio.gather(*(each.run_once() for each in sweepers * 2))
    detail = await desk.detail()
    assert sorted((p.round, p.step, p.kind, p.target) for p in detail.pages) == [
        (0, 0, "browser", ""),
        (0, 1, "email", "boss@wallet.example"),
        (0, 1, "webhook", "pager"),
    ]
    assert [e.kind for e in detail.events if e.kind.startswith("alarm.")] == [*["alarm.paged"] * 3, "alarm.unanswered"]
    assert desk.metrics.registry.get_sample_value("switchboard_alarms_unanswered") == 1
    (word,) = await desk.store.read(fetch(HookEntry, "WHERE t.webhook = 'pager'"))
    assert msgspec.json.decode(bytes(word.body))["type"] == "page"


async def test_once_accepted_the_ladder_is_over_and_a_new_alarm_has_one_of_its_own(desk):
    sweeper = desk.sweeper()
    await sweeper.run_once()
    ticket = (await desk.detail()).line.ticket
    quiet = newer(ticket, alarm_since_ms=None, accepted_by="mei")
    await desk.store.write(changes.apply([Save(quiet)], now_ms=NOW))
    desk.clock.advance_to(NOW + 9 * MINUTE)
    await sweeper.run_once()
    await sweeper.run_once()
    assert len((await desk.detail()).pages) == 1
    assert await desk.store.read(alarms.climbing(9)) == []
    await desk.store.write(changes.apply([Save(newer(quiet, alarm_since_ms=NOW + 9))], now_ms=NOW))
    await sweeper.run_once()
    assert len((await desk.detail()).pages) == 2


async def climbed_to_the_mail(desk):
    sweeper = desk.sweeper()
    await sweeper.run_once()
    desk.clock.advance_to(NOW + 2 * MINUTE)
    await sweeper.run_once()


async def test_a_page_by_mail_is_tried_until_it_leaves_and_says_no_word_of_the_customer(desk):
    await climbed_to_the_mail(desk)
    mailer = Mailer(Retry(reason="busy"), Sent())
    worker = desk.pages(mailer.channel())
    assert [await worker.run_once(), await worker.run_once()] == [1, 0]
    desk.clock.advance_to(NOW + 3 * MINUTE)
    assert [await worker.run_once(), await worker.run_once()] == [1, 0]
    first, second = mailer.sent
    assert (first.key, first.text) == (second.key, second.text)
    assert first.to == "boss@wallet.example"
    assert "https://desk.example/inbox/critical/T-1001" in first.text
    assert "sorrow" not in first.text + first.subject
    (page,) = [p for p in (await desk.detail()).pages if p.kind == "email"]
    assert (page.state, page.attempts, page.error) == ("sent", 2, None)


async def test_a_page_whose_outcome_cannot_be_written_is_no_other_ones_trouble(desk, monkeypatch):
    await climbed_to_the_mail(desk)
    worker = desk.pages(Mailer(Sent(), Sent()).channel())

    def refused(*_args, **_more):
        raise OverflowError

    monkeypatch.setattr("router.flow.rounds.store_changes.apply", refused)
    assert await worker.run_once() == 1
    monkeypatch.undo()
    desk.clock.advance_to(desk.clock.now_ms() + SEND_LEASE_MS)
    assert await worker.run_once() == 1
    (page,) = [p for p in (await desk.detail()).pages if p.kind == "email"]
    assert (page.state, page.attempts) == ("sent", 2)


@pytest.mark.parametrize("refused", [True, False])
async def test_a_page_that_cannot_leave_is_told(desk, refused):
    await climbed_to_the_mail(desk)
    channels = [Mailer(Rejected(reason="no such mailbox")).channel()] if refused else []
    assert await desk.pages(*channels).run_once() == 1
    detail = await desk.detail()
    (page,) = [p for p in detail.pages if p.kind == "email"]
    assert (page.state, page.error) == ("dead", "no such mailbox" if refused else "no mail channel is configured")
    assert detail.events[-1].data == {"to": "email:boss@wallet.example", "state": "dead", "attempt": "1"}
    assert desk.metrics.registry.get_sample_value("switchboard_pages_failed_total", {"way": "email"}) == 1
