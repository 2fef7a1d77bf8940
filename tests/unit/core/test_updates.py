"""Rules on what agents change: part of that change, told in the history, never waking rules again."""

import msgspec

from router.core.tickets import change_state, move, set_urgency
from router.core.updates import is_change, judge_update
from router.model.changes import Record
from router.model.snapshot import Surroundings
from router.model.tables import Agent, Contact, HookEntry
from rules.ruleset import load
from tests.unit.core.world import NOW, World

RULES = load({
    "rules.yaml": b"""
version: 1
queues: {general: {default: true}, billing: {}, senior: {}}
webhooks: {crm: {url: "env:U", secret: "env:S"}}
rules:
  - {id: welcome, event: ticket.updated, when: {ticket.queue|changed to: billing}, then: {tag: billed, note: hello}}
  - {id: to-mei, event: ticket.updated, when: {ticket.queue|changed to: senior}, then: {assign: mei, webhook: crm}}
  - id: up
    event: ticket.updated
    when: {ticket.urgency|changed to: high, customer.vip: true}
    then: {urgency: critical}
  - {id: on, event: ticket.updated, when: {ticket.urgency|changed to: critical}, then: {queue: senior}}
  - {id: done, event: ticket.updated, when: {ticket.state|changed to: solved}, then: {close: nothing left, hide: true}}
  - {id: low, event: ticket.updated, when: {ticket.urgency|changed to: low}, then: {tag: quiet}}
"""
})  # fmt: skip
MEI = Agent(id="a-mei", login="mei", name="Mei", created_at_ms=1)


def changed(act, *, vip=False, **fields):
    world = World()
    before = msgspec.structs.replace(world.ticket(world.say("hello")), number=1001, **fields)
    after, _ = act(before)
    around = Surroundings(contact=Contact(id="c", vip=vip, created_at_ms=1), verified=True, agents={"mei": MEI})
    ticket, changes = judge_update(before, after, around, RULES, now_ms=NOW, ids=world.ids)
    assert ticket.version == after.version
    events = [change.event for change in changes if isinstance(change, Record)]
    return ticket, events, [change.row for change in changes if not isinstance(change, Record)]


def test_what_no_rule_minds_stays_as_the_agent_made_it():
    ticket, events, rows = changed(lambda t: set_urgency(t, "high", actor="agent:a", now_ms=NOW))
    assert (ticket.urgency, events, rows) == ("high", [], [])


def test_tags_and_notes_are_told():
    ticket, (event,), _ = changed(lambda t: move(t, "billing", actor="agent:a", now_ms=NOW))
    assert ticket.tags == ("billed",)
    assert (event.kind, event.actor) == ("ticket.updated", "rules")
    assert event.data == {"rule": "welcome", "tags_from": "", "tags_to": "billed", "note": "hello"}


def test_what_rules_change_wakes_no_rule_again():
    ticket, (event,), _ = changed(lambda t: set_urgency(t, "high", actor="agent:a", now_ms=NOW), vip=True)
    assert (ticket.urgency, ticket.urgency_rank, ticket.queue) == ("critical", 3, "general")
    assert event.data == {"rule": "up", "urgency_from": "high", "urgency_to": "critical"}


def test_another_queue_takes_it_from_whoever_had_it():
    ticket, (event,), _ = changed(
        lambda t: set_urgency(t, "critical", actor="agent:a", now_ms=NOW), assignee_id="a-tom", assigned_at_ms=1
    )
    assert (ticket.queue, ticket.assignee_id) == ("senior", None)
    assert (event.queue, event.data["queue_to"]) == ("senior", "senior")


def test_acts_are_done_with_the_agents_change():
    ticket, events, (row,) = changed(lambda t: move(t, "senior", actor="agent:a", now_ms=NOW))
    assert ticket.assignee_id == MEI.id
    assert [event.kind for event in events] == ["ticket.updated", "ticket.assigned", "ticket.state"]
    assert isinstance(row, HookEntry)
    assert row.message_id is None
    assert msgspec.json.decode(bytes(row.body))["message_id"] is None


def test_close_works_and_there_is_no_post_to_hide():
    ticket, events, rows = changed(
        lambda t: change_state(t, "solved", actor="agent:a", reason=None, now_ms=NOW), visibility="public"
    )
    assert (ticket.state, ticket.state_reason) == ("closed", "nothing left")
    assert "post.hide" not in [event.kind for event in events]
    assert rows == []


def test_a_default_does_not_undo_an_agents_word():
    ticket, _, _ = changed(lambda t: set_urgency(t, "low", actor="agent:a", now_ms=NOW))
    assert (ticket.urgency, ticket.tags) == ("low", ("quiet",))


def test_what_rules_cannot_see_is_no_change():
    world = World()
    ticket = world.ticket(world.say("hello"))
    assert not is_change(ticket, msgspec.structs.replace(ticket, snippet="x", assignee_id="a", version=2))
    assert is_change(ticket, msgspec.structs.replace(ticket, tags=("a",)))
