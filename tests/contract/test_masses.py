"""A hundred thousand tickets at once: a round works off a bounded part, the most urgent and longest waiting first."""

import re

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
from router.model.changes import Add, Record
from router.model.snapshot import SnapshotKeys
from router.model.tables import Conversation, Event, Message, Ticket
from router.model.timers import Timer
from router.store import actions, alarms, changes, commands, hooks, inbox, links, migrate, regrouping, snapshot, threads
from router.store.codec import table
from router.store.postgres import PostgresStore
from router.store.script import Select, fetch, run, select
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.make import NOW, Case, agent, put

COUNT = 100_000
ANN = Case("Ann")
RULES = Rulebook.of({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})
NUMBERS = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n) AS n"


def copies(kind, **differing):
    """As many rows like the first one of a table, but for these columns (expressions over n.i)."""
    names = table(kind).quoted
    values = ", ".join(differing.get(name.strip('"'), f"t.{name}") for name in names)
    sql = f"INSERT INTO {kind.TABLE} ({', '.join(names)}) SELECT {values} FROM {NUMBERS}, {kind.TABLE} AS t"
    return run(f"{sql} WHERE t.id = (SELECT MIN(id) FROM {kind.TABLE})", count=COUNT)


def numbered(letter):
    """The id of the n-th, in order."""
    return f"{{sqlite printf('{letter}%07d', n.i)}}{{pg '{letter}' || LPAD(CAST(n.i AS TEXT), 7, '0')}}"


@pytest.fixture(params=["sqlite", "postgres"])
async def house(request, tmp_path):
    if request.param == "sqlite":
        store = await SqliteStore.open(tmp_path / "house.db", synchronous="OFF")
    else:
        store = await PostgresStore.open(request.getfixturevalue("fresh_postgres"))
    await store.write(migrate.migrate(request.param, now_ms=1))
    yield store
    await store.close()


async def crowd(store, **differing):
    """The tickets of a hundred thousand; the n-th has waited for n milliseconds less than the first."""
    await put(store, ANN)
    since = {"id": numbered("t"), "number": "2000 + n.i", "waiting_since_ms": f"{NOW} + n.i"}
    await store.write(copies(Ticket, **(since | differing)))
    await store.write(run("ANALYZE"))  # as a server does by itself once so much has come


def parts(store):
    return {"store": store, "bus": LocalBus(), "clock": VirtualClock(NOW + COUNT + 60_000)}


async def test_the_assigner_fills_free_hands_and_finds_what_is_critical_behind_all_others(house):
    last = f"n.i > {COUNT - 3}"
    urgent = {
        "urgency": f"CASE WHEN {last} THEN 'critical' ELSE 'normal' END",
        "urgency_rank": f"CASE WHEN {last} THEN 3 ELSE 1 END",
    }
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
    ladders = Ladders(**world, rulebook=RULES, ids=TimedIds(world["clock"], seed=1), metrics=Metrics(), log=SilentLog())
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
    await house.write(copies(Timer, id=numbered("w"), ticket_id=numbered("t"), since_ms=due, due_at_ms=due))
    world = parts(house)
    timers = Timers(
        **world,
        rulebook=RULES,
        channels=Channels([]),
        ids=TimedIds(world["clock"], seed=1),
        metrics=Metrics(),
        log=SilentLog(),
    )
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
    await house.write(copies(ActionEntry, id=numbered("a"), ticket_id=numbered("t")))
    for start in (0, 8, 16):
        found = await house.write(actions.claim(now_ms=NOW, lease_ms=1_000, limit=8))
        assert [item.entry.id for item in found] == [f"a{start + n:07}" for n in range(8)]
        assert {item.ticket.contact_id for item in found} == {first.contact_id}
    rows = await house.read(select("SELECT state, COUNT(*) FROM actions GROUP BY state ORDER BY state"))
    assert [tuple(each) for each in rows] == [("queued", COUNT + 1 - 24), ("sending", 24)]


# --- what reads messages ---------------------------------------------------------------------------------------------


def explained(script, plans):
    """The script, and beside each of its queries how the database goes about it."""
    statement = next(script)
    try:
        while True:
            if isinstance(statement, Select):
                how = "{sqlite EXPLAIN QUERY PLAN}{pg EXPLAIN} "
                rows = yield Select(how + statement.sql, statement.params)
                plans.append((statement.sql, "\n".join(str(row[-1]) for row in rows)))
            statement = script.send((yield statement))
    except StopIteration as done:
        return done.value


LARGE = {"messages", "events", "conversations", "tickets", "hooks", "pages", "actions", "ladders"}
PARTIAL = {"hooks_due", "pages_waiting", "actions_waiting", "ladders_climbed"}
"""Indices that hold only what waits: these may be read from one end to the other."""


def read_whole(sql, plan):
    """Large tables that a plan goes through from the first row to the last."""
    named = {alias: name for name, alias in re.findall(r"(\w+) AS (\w+)", sql)}
    scans = re.findall(r"Seq Scan on (\w+)()|SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", plan)
    found = {named.get(a or b, a or b) for a, _, b, index in scans if index not in PARTIAL}
    return found & LARGE


async def letters(store):
    """A hundred thousand tickets, each with a conversation, a message and the history of it."""
    await put(store, ANN)
    keys = {"ticket_id": numbered("t"), "conversation_id": numbered("t")}
    where = {"id": numbered("t"), "thread": numbered("t"), "peer": numbered("t"), "ticket_id": numbered("t")}
    await store.write(copies(Conversation, **where))
    since = {"id": numbered("t"), "number": "2000 + n.i", "conversation_id": numbered("t")}
    await store.write(copies(Ticket, **since))
    await store.write(copies(Message, **keys, id=numbered("t"), external_id=numbered("m")))
    event = ANN.event("message.added", ANN.message)
    await store.write(changes.apply([Record(event)], now_ms=NOW))
    await store.write(copies(Event, **keys, id="9 + n.i", message_id=numbered("t")))
    await store.write(run("ANALYZE"))


READS = {
    "answered": threads.has_been_answered,
    "heard": threads.last_heard,
    "thread": lambda one: threads.read("email", "default", one, one, 0),
    "delivery": lambda one: threads.delivery("email", "default", one, one, one),
    "its ticket": lambda one: threads.ticket("email", "default", one, one),
    "detail": lambda one: inbox.detail(None, one),
    "message": lambda one: inbox.message(None, one),
    "reply": lambda one: commands.reply_facts(one, 0),
    "customer": lambda _: commands.acquaintance(ANN.contact.id),
    "merge": regrouping.contents,
    "link": lambda _: links.get("no such link"),
    "webhooks": lambda _: hooks.due(now_ms=NOW),
    "words": lambda _: hooks.claim("crm", now_ms=NOW, lease_ms=1, limit=8),
    "pages": lambda _: alarms.claim_pages("email", is_again=False, now_ms=NOW, lease_ms=1, limit=8),
    "actions": lambda _: actions.claim(now_ms=NOW, lease_ms=1, limit=8),
    "ladders": lambda _: alarms.climbing(8),
    "batch": lambda one: snapshot.gather(
        SnapshotKeys(
            external_ids={("email", "default", one)},
            conversations={("email", "default", "private", one, one)},
            earlier={("email", "default", "private", one, one)},
        )
    ),
}


async def test_whatever_reads_messages_of_a_ticket_or_a_conversation_or_what_waits_finds_it_by_an_index(house):
    await letters(house)
    whole = {}
    for name, script in READS.items():
        plans = []
        await house.write(explained(script("t0050000"), plans))
        assert plans, name
        whole |= {f"{name}: {sql}": plan for sql, plan in plans if read_whole(sql, plan)}
    assert whole == {}
