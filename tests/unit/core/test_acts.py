"""What rules ask of the house beyond where a ticket goes, and what is told of what could not be done."""

from router.connector import Rejected, Sent
from router.core.delivery import after_attempt
from router.model.decisions import WhyAct
from router.model.tables import Message, OutboxEntry
from rules.ruleset import load
from tests.unit.core.world import NOW, World, event

RULES = b"""
version: 1
queues: {general: {default: true}}
rules:
  - {id: out-of-sight, when: {message.text|has: hide}, then: {hide: true}}
  - {id: hide-again, when: {message.text|has: hide}, then: {hide: true}}
"""


def taken(text, *, rules=RULES, imported=False, channel="x", visibility="public", **circumstances):
    world = World(**circumstances)
    world.ruleset = load({"rules.yaml": rules})
    found = event(text, channel=channel, sender="77", visibility=visibility)
    return world, world.take(found, imported=imported)


def rows(decided, kind):
    return [change.row for change in decided.changes if isinstance(getattr(change, "row", None), kind)]


def test_a_post_is_hidden_by_a_row_of_the_outbox():
    world, decided = taken("hide this", can_hide=True)
    (row,) = rows(decided, OutboxEntry)
    assert (row.action, row.message_id, row.state) == ("hide", decided.outcome.message_id, "queued")
    (told,) = [e for e in world.events if e.kind == "post.hide"]
    assert told.data == {"state": "asked", "rule": "out-of-sight"}
    assert decided.outcome.why.acts == (WhyAct(kind="hide", value="true", rule="out-of-sight", outcome="done"),)


def test_a_channel_that_cannot_hide_leaves_it_to_an_agent():
    world, decided = taken("hide this")
    assert rows(decided, OutboxEntry) == []
    (told,) = [e for e in world.events if e.kind == "post.hide"]
    assert told.data["state"] == "impossible"
    (act,) = decided.outcome.why.acts
    assert (act.outcome, act.detail) == ("impossible", "channel_cannot")


def test_what_is_private_has_nothing_to_hide():
    world, decided = taken("hide this", visibility="private", can_hide=True)
    assert [e.kind for e in world.events if e.kind == "post.hide"] == []
    assert [act.detail for act in decided.outcome.why.acts] == ["private"]


def test_history_from_a_file_is_only_filed():
    _, decided = taken("hide this", imported=True, can_hide=True)
    assert rows(decided, OutboxEntry) == []
    assert [act.detail for act in decided.outcome.why.acts] == ["imported"]


def test_what_became_of_hiding_says_nothing_of_the_message():
    world, decided = taken("hide this", can_hide=True)
    (row,) = rows(decided, OutboxEntry)
    message = world.messages[decided.outcome.message_id]
    for outcome, state in ((Sent(provider_id="p1"), "sent"), (Rejected(reason="gone"), "dead")):
        changes = after_attempt(row, message, outcome, now_ms=NOW, jitter=0.5, resend_is_safe=True)
        kinds = [type(change.row) for change in changes if hasattr(change, "row")]
        assert kinds == [OutboxEntry]
        assert Message not in kinds
        assert changes[-1].event.data == {"from": "queued", "to": state, "attempt": "0", "action": "hide"}
