"""A hundred thousand tickets at once: a round works off a bounded part, the most urgent and longest waiting first."""

import pytest

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.flow import timers as flow_timers
from router.flow.assign import Assigner
from router.flow.channels import Channels
from router.flow.ladders import Ladders
from router.flow.rulebook import Rulebook
from router.flow.timers import Timers
from router.model.actions import ActionEntry
from router.model.changes import Add
from router.model.tables import Ticket
from router.model.timers import Timer
from router.store import actions, alarms, changes, inbox, migrate
from router.store.codec import table
from router.store.script import fetch, run, select
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.make import NOW, Case, agent, put

COUNT = 100_000
RULES = Rulebook.of({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})
NUMBERS = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n) AS n"


def copies(kind, **differing):
    """As many rows like the first one of a table, but for these columns (expressions over n.i)."""
    names = table(kind).quoted
    values = ", ".join(differing.get(name.strip('"'), f"t.{name}") for name in names)
    sql = f"INSERT INTO {kind.TABLE} ({', '.join(names)}) SELECT {values} FROM {NUMBERS}, {kind.TABLE} AS t"
    return run(f"{sql} WHERE t.id = (SELECT MIN(id) FROM {kind.TABLE})", count=COUNT)


@pytest.fixture
async def house(tmp_path):
    store = await SqliteStore.open(tmp_path / "house.db", synchronous="OFF")
    await store.write(migrate.migrate("sqlite", now_ms=1))
    yield store
    await store.close()


async def crowd(store, **differing):
    """The tickets of a hundred thousand; the n-th has waited for n milliseconds less than the first."""
    await put(store, Case("Ann"))
    since = {"id": "printf('t%07d', n.i)", "number": "2000 + n.i", "waiting_since_ms": f"{NOW} + n.i"}
    await store.write(copies(Ticket, **(since | differing)))


def parts(store):
    return {"store": store, "bus": LocalBus(), "clock": VirtualClock(NOW + COUNT + 60_000)}


async def test_the_assigner_fills_free_hands_and_finds_what_is_critical_behind_all_others(house):
    last = f"n.i > {COUNT - 3}"
    urgent = {"urgency": f"CASE WHEN {last} THEN 'critical' ELSE 'normal' END", "urgency_rank": f"1 + 2 * ({last})"}
    await crowd(house, **urgent)
    await house.write(changes.apply([Add(agent("mia", status="online", capacity=2))], now_ms=NOW))
    assigner = Assigner(**parts(house), rulebook=RULES, log=SilentLog())
    for _ in range(2):
        await assigner.run_once()
        given = await house.read(fetch(Ticket, "WHERE t.assignee_id IS NOT NULL ORDER BY t.id"))
        assert [row.number for row in given] == [2000 + COUNT - 2, 2000 + COUNT - 1, 2000 + COUNT]
    assert (await house.read(inbox.tickets(None))).total == COUNT + 1


async def test_of_alarms_the_longest_ringing_are_paged_first_and_each_once(house):
    await crowd(house, urgency="'critical'", urgency_rank="3", alarm_since_ms=f"{NOW} + n.i")
    world = parts(house)
    ladders = Ladders(**world, rulebook=RULES, ids=TimedIds(world["clock"], seed=1), metrics=Metrics())
    for round_ in (1, 2, 3):
        assert await ladders.run_once() == 200
        rows = await house.read(select("SELECT ticket_id FROM pages ORDER BY ticket_id"))
        assert [row[0] for row in rows] == [f"t{n + 1:07}" for n in range(200 * round_)]
    assert (await house.read(alarms.loud())).ringing == COUNT


async def test_of_timers_the_longest_overdue_fire_first_and_a_round_ends(house, monkeypatch):
    monkeypatch.setattr(flow_timers, "_BATCHES_MAX", 2)
    await crowd(house, snoozed_until_ms=f"{NOW} + n.i")
    wake = {"kind": "wake", "since_ms": NOW, "due_at_ms": NOW - 1, "created_at_ms": NOW}
    (first,) = await house.read(fetch(Ticket, "WHERE t.number = 1001"))
    await house.write(changes.apply([Add(Timer(id="0", ticket_id=first.id, **wake))], now_ms=NOW))
    due = f"{NOW} + n.i"
    await house.write(
        copies(Timer, id="printf('w%07d', n.i)", ticket_id="printf('t%07d', n.i)", since_ms=due, due_at_ms=due)
    )
    world = parts(house)
    timers = Timers(**world, rulebook=RULES, channels=Channels([]), ids=TimedIds(world["clock"], seed=1))
    for awake in (199, 399):  # the first one was overtaken
        assert await timers.run_due() == 200
        rows = await house.read(select("SELECT MIN(number), COUNT(*) FROM tickets WHERE snoozed_until_ms IS NOT NULL"))
        assert tuple(rows[0]) == (2001 + awake, COUNT - awake)


async def test_of_actions_the_oldest_are_asked_for_first_and_only_as_many_as_are_claimed(house):
    await crowd(house)
    (first,) = await house.read(fetch(Ticket, "WHERE t.number = 1001"))
    row = {"action": "freeze", "state": "queued", "proposed_by": "rule:r", "due_at_ms": NOW, "created_at_ms": NOW}
    made = ActionEntry(id="a0000000", ticket_id=first.id, contact_id=first.contact_id, account="u-1", **row)
    await house.write(changes.apply([Add(made)], now_ms=NOW))
    await house.write(copies(ActionEntry, id="printf('a%07d', n.i)", ticket_id="printf('t%07d', n.i)"))
    for start in (0, 8, 16):
        found = await house.write(actions.claim(now_ms=NOW, lease_ms=1_000, limit=8))
        assert [item.entry.id for item in found] == [f"a{start + n:07}" for n in range(8)]
        assert {item.ticket.contact_id for item in found} == {first.contact_id}
    rows = await house.read(select("SELECT state, COUNT(*) FROM actions GROUP BY state ORDER BY state"))
    assert [tuple(each) for each in rows] == [("queued", COUNT + 1 - 24), ("sending", 24)]
