"""States of a ticket, and what agents do to it."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.lifecycle import TABLE, may
from router.core.tickets import assign, change_state, move, set_urgency, snippet_of
from router.model.errors import Refused
from router.model.tables import Ticket, TicketState
from tests.unit.core.world import NOW

STATES = st.sampled_from(get_args(TicketState))
TICKET = Ticket(
    id="t",
    contact_id="c",
    conversation_id="v",
    channel="email",
    account="default",
    visibility="private",
    subject="s",
    queue="general",
    waiting_since_ms=NOW - 5,
    last_inbound_at_ms=NOW,
    last_message_at_ms=NOW,
    created_at_ms=NOW,
)


MOVERS = st.sampled_from(["agent:a", "rules", "contact:c", "system", "backend"])


@given(
    STATES, STATES, MOVERS, st.sampled_from([None, "", "  ", "send a photo of your card"]), st.booleans(), st.booleans()
)
def test_the_table_of_states_decides_and_nothing_else(before, after, actor, reason, listed, checked):
    ticket = msgspec.structs.replace(TICKET, state=before)
    move = TABLE[before].get(after)
    brought = {"reason": bool((reason or "").strip()), "checklist": listed, "check": checked}
    missing = [need for need in (move.needs if move else ()) if not brought[need]]
    asked = {"reason": reason, "checklist": ("the card",) if listed else (), "checked": checked}
    if move is None or actor.split(":")[0] not in move.by or missing:
        with pytest.raises(Refused) as caught:
            change_state(ticket, after, actor=actor, **asked, now_ms=NOW)
        assert caught.value.code in {"bad_transition", *(f"{need}_missing" for need in missing)}
        return
    changed, event = change_state(ticket, after, actor=actor, **asked, now_ms=NOW)
    assert (changed.state, changed.state_reason, changed.version) == (after, reason, ticket.version + 1)
    assert (changed.state_since_ms, bool(changed.checklist)) == (NOW, listed and after == "rejected")
    assert (event.kind, event.actor, event.data["from"], event.data["to"]) == ("ticket.state", actor, before, after)
    assert not {"photo", "card"} & set(str(event.data).split()), "events carry no content"
    assert (changed.waiting_since_ms is None) == (after not in {"open", "verifying"})
    assert (changed.solved_at_ms == NOW) == (after == "solved")


def test_who_may_do_what():
    """The promises of the table, whatever else changes in it."""
    states = get_args(TicketState)
    assert set(TABLE) == set(states)
    assert {s for s in states if may(s, "open", "contact")} == {"waiting", "rejected", "solved"}
    assert {s for s in states if may(s, "closed", "system")} == {"waiting", "rejected", "solved"}
    assert {s for s in states if may(s, "open", "backend")} == {"verifying"}
    assert not [s for s in states for to in states if to != "open" and may(s, to, "contact")]
    assert all("reason" in ways[to].needs for ways in TABLE.values() for to in ("rejected", "closed") if to in ways)
    assert all("agent" in move.by for ways in TABLE.values() for move in ways.values())


@pytest.mark.parametrize(("points", "code"), [(0, "checklist_missing"), (21, "checklist_too_long")])
def test_a_rejected_ticket_says_what_to_supplement(points, code):
    with pytest.raises(Refused) as caught:
        change_state(TICKET, "rejected", actor="agent:a", reason="r", checklist=("x",) * points, now_ms=NOW)
    assert caught.value.code == code


@given(st.lists(STATES, max_size=12))
def test_however_it_wanders_closed_is_the_end(path):
    ticket, seen = TICKET, [TICKET.state]
    for state in path:
        try:
            ticket, _ = change_state(
                ticket, state, actor="agent:a", reason="r", checklist=("x",), checked=True, now_ms=NOW
            )
        except Refused:
            continue
        seen.append(ticket.state)
    assert "closed" not in seen[:-1]
    assert "new" not in seen[1:]


def test_closing_a_solved_ticket_keeps_when_it_was_solved():
    solved, _ = change_state(TICKET, "solved", actor="agent:a", reason=None, now_ms=NOW)
    closed, _ = change_state(solved, "closed", actor="agent:a", reason="spam", now_ms=NOW + 9)
    assert closed.solved_at_ms == NOW
    with pytest.raises(Refused, match="can become nothing"):
        change_state(closed, "open", actor="agent:a", reason=None, now_ms=NOW)


def test_a_new_ticket_that_somebody_has_is_open():
    taken, events = assign(TICKET, "agent-1", actor="system", reason="longest_idle", now_ms=NOW)
    assert (taken.state, taken.assignee_id, taken.assigned_at_ms) == ("open", "agent-1", NOW)
    assert [e.kind for e in events] == ["ticket.assigned", "ticket.state"]
    back, events = assign(taken, None, actor="agent:agent-1", reason="by_hand", now_ms=NOW + 1)
    assert (back.state, back.assignee_id, back.assigned_at_ms) == ("open", None, None)
    assert [e.data for e in events] == [{"from": "agent-1", "to": "", "reason": "by_hand"}]


def test_another_queue_takes_it_from_whoever_had_it():
    taken, _ = assign(TICKET, "agent-1", actor="system", reason="longest_idle", now_ms=NOW)
    moved, event = move(taken, "fees", actor="agent:agent-1", now_ms=NOW)
    assert (moved.queue, moved.assignee_id, moved.assigned_at_ms) == ("fees", None, None)
    assert (event.queue, event.data) == ("fees", {"queue_from": "general", "queue_to": "fees"})


def test_an_agent_may_also_lower_urgency():
    raised, _ = set_urgency(TICKET, "critical", actor="agent:a", now_ms=NOW)
    lowered, event = set_urgency(raised, "low", actor="agent:a", now_ms=NOW)
    assert [(t.urgency, t.urgency_rank, t.version) for t in (raised, lowered)] == [("critical", 3, 2), ("low", 0, 3)]
    assert event.data == {"urgency_from": "critical", "urgency_to": "low"}


@given(st.text())
def test_a_snippet_is_one_short_line(text):
    snippet = snippet_of(text)
    assert len(snippet) <= 160
    assert len(snippet.splitlines()) <= 1
    assert snippet == snippet.strip()
