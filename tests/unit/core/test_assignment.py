"""Who gets which ticket."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.assignment import closed_queues, decide_assignments
from router.model.changes import Record, Save
from router.model.snapshot import AgentLoad
from router.model.tables import URGENCY_RANK, Agent, Ticket
from rules import ruleset
from tests.unit.core.test_tickets import TICKET
from tests.unit.core.world import NOW


def waiting(name, *, since=0, urgency="normal", queue="general"):
    return msgspec.structs.replace(
        TICKET, id=name, waiting_since_ms=NOW + since, urgency=urgency, urgency_rank=URGENCY_RANK[urgency], queue=queue
    )


def load(name, *, idle=0, held=0, **fields):
    agent = Agent(
        id=name, login=name, name=name, created_at_ms=NOW, idle_since_ms=idle, **({"status": "online"} | fields)
    )
    return AgentLoad(agent=agent, open_tickets=held)


def given_to(tickets, loads, closed=()):
    changes = decide_assignments(tickets, loads, closed=closed, now_ms=NOW)
    rows = [c.row for c in changes if isinstance(c, Save)]
    told = [c.event for c in changes if isinstance(c, Record) and c.event.kind == "ticket.assigned"]
    found = {row.id: row.assignee_id for row in rows if isinstance(row, Ticket)}
    assert {e.ticket_id: e.data["to"] for e in told} == found
    busy = [row for row in rows if isinstance(row, Agent)]
    assert {a.id for a in busy} == set(found.values())
    assert all(a.idle_since_ms == NOW and a.version == 2 for a in busy)
    return found


def test_a_free_agent_gets_the_ticket_that_waited_longest():
    tickets = [waiting("young", since=9), waiting("old", since=1), waiting("middle", since=5)]
    assert given_to(tickets, [load("a", capacity=1)]) == {"old": "a"}


def test_more_urgent_comes_first():
    tickets = [waiting("old", since=1), waiting("critical", since=9, urgency="critical")]
    assert given_to(tickets, [load("a", capacity=1)]) == {"critical": "a"}


def test_it_goes_to_whoever_has_been_idle_longest():
    loads = [load("a", idle=5), load("b", idle=1), load("c", idle=9)]
    tickets = [waiting("1", since=1), waiting("2", since=2), waiting("3", since=3), waiting("4", since=4)]
    found = given_to(tickets, loads)
    assert [found["1"], found["2"], found["3"]] == ["b", "a", "c"]
    assert len(found) == 4


def test_between_equals_the_emptier_hands_then_the_login():
    assert given_to([waiting("1")], [load("b"), load("a", held=1), load("c")]) == {"1": "b"}


def test_nobody_gets_more_than_they_can_hold_or_what_they_do_not_serve():
    loads = [load("a", capacity=2, held=1), load("b", queues=("fees",))]
    tickets = [waiting("1", since=1), waiting("2", since=2), waiting("fee", since=3, queue="fees")]
    assert given_to(tickets, loads) == {"1": "a", "fee": "b"}


def test_a_ticket_that_fits_nobody_holds_up_nobody():
    tickets = [waiting("stuck", since=1, queue="law"), waiting("next", since=2)]
    assert given_to(tickets, [load("a", queues=("general",))]) == {"next": "a"}


def test_only_who_is_online_is_given_work():
    assert given_to([waiting("1")], [load("a", status="away"), load("b", status="busy")]) == {}


def test_outside_its_hours_a_queue_is_not_worked_and_what_is_critical_is():
    tickets = [waiting("calm"), waiting("high", urgency="high"), waiting("fee", queue="fees")]
    assert given_to(tickets, [load("a")], closed={"general"}) == {"fee": "a"}
    critical = waiting("critical", urgency="critical")
    assert given_to([*tickets, critical], [load("a", capacity=1, held=1)], closed={"general", "fees"}) == {
        "critical": "a"
    }


RULES = b"""
version: 1
times: {office: {zone: Asia/Shanghai, open: {mon-fri: 09:00-18:00}, closed: [2026-11-03]}}
queues: {general: {default: true, hours: office}, nights: {}}
"""
MONDAY_9_MS = 1_793_581_200_000  # 2026-11-02 09:00 in Shanghai


@pytest.mark.parametrize(
    ("after_ms", "closed"),
    [
        (-1, {"general"}),
        (0, set()),
        (9 * 3_600_000 - 1, set()),
        (9 * 3_600_000, {"general"}),
        (86_400_000, {"general"}),
    ],
)
def test_queues_close_by_their_own_clock(after_ms, closed):
    assert closed_queues(ruleset.load({"rules.yaml": RULES}), MONDAY_9_MS + after_ms) == closed


QUEUES = st.sampled_from(["general", "fees", "law"])
TICKETS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["normal", "high", "critical"]), QUEUES), max_size=12)
AGENTS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 4), st.frozensets(QUEUES, max_size=2)), max_size=5
)


@given(TICKETS, AGENTS)
def test_every_assignment_fits_and_nothing_that_fits_is_left(tickets, agents):
    rows = [waiting(str(n), since=s, urgency=u, queue=q) for n, (s, u, q) in enumerate(tickets)]
    loads = [load(f"a{n}", idle=i, held=h, capacity=c, queues=tuple(q)) for n, (i, h, c, q) in enumerate(agents)]
    found = given_to(rows, loads)
    free = {x.agent.id: x.agent.capacity - x.open_tickets - list(found.values()).count(x.agent.id) for x in loads}
    for x in loads:
        taken = [row for row in rows if found.get(row.id) == x.agent.id]
        # Only what is critical is put into hands that are full.
        room = max(0, x.agent.capacity - x.open_tickets)
        assert sum(row.urgency != "critical" for row in taken) <= room
        assert all(not x.agent.queues or row.queue in x.agent.queues for row in taken)
    for row in rows:
        if row.id not in found:
            serving = [x for x in loads if not x.agent.queues or row.queue in x.agent.queues]
            assert all(free[x.agent.id] <= 0 for x in serving)
            assert row.urgency != "critical" or not serving


def test_what_is_critical_does_not_wait_for_free_hands():
    full = [load("a", capacity=1, held=1, idle=1), load("b", capacity=1, held=3)]
    assert given_to([waiting("calm"), waiting("critical", urgency="critical")], full) == {"critical": "b"}
    assert given_to([waiting("critical", urgency="critical")], [*full, load("c", idle=9)]) == {"critical": "c"}
    assert given_to([waiting("critical", urgency="critical")], [load("a", held=9, queues=("fees",))]) == {}
