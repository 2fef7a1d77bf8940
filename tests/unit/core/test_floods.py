"""Floods: what a quota changes, and that nobody is silenced by one."""

import msgspec
import pytest

from router.core.floods import measured
from router.core.identity import read_sender
from router.core.tickets import change_state
from router.model.abuse import Block, Load
from router.model.changes import Count, Save
from router.model.message import JournalEntry
from router.model.tables import HookEntry
from rules.abuse import Abuse, Quota
from rules.ruleset import load
from tests.unit.core.world import NOW, World, event, said

FILE = """\
version: 1
queues: {general: {default: true}, emergency: {emergency: true}}
webhooks: {crm: {url: "https://crm.example/x", secret: "env:CRM"}}
templates: {receipt: {en: "We have it as {{ticket.number}}."}}
abuse:
  sender: {messages: 2, within: 10m, hold: 4}
  channel: {messages: 5, within: 10m}
rules:
  - {id: stolen, when: {message.text|has: stolen}, then: {urgency: critical}}
  - {id: word, when: {message.text|has: [word, other]}, then: {webhook: crm}}
"""
STRICT = load({"rules.yaml": FILE.encode()})
CHAT = {"channel": "telegram", "sender": "77"}


def world() -> World:
    found = World()
    found.ruleset = STRICT
    return found


def events(where: World, kind: str):
    return [one for one in where.events if one.kind == kind]


def test_over_the_quota_a_sender_opens_no_further_ticket_and_hears_no_machine():
    where = world()
    first = said(where, "my transfer is stuck")
    second = said(where, "Another question: how do I change my nickname, word?")
    assert second.outcome.ticket_id != first.outcome.ticket_id
    answers = len(where.replies())
    assert answers == 2
    assert any(isinstance(getattr(change, "row", None), HookEntry) for change in second.changes)
    third = said(where, "Another question: where is the card, other?")
    why = third.outcome.why
    assert third.outcome.ticket_id == second.outcome.ticket_id
    assert (why.joined, why.flood.sender, why.flood.quota) == ("over_quota", 3, 2)
    assert why.flood.withheld == ("webhook", "ticket")
    assert len(where.replies()) == answers
    assert [one.data for one in events(where, "sender.flood")] == [{"messages": "2", "within_ms": "600000"}]


def test_a_private_message_is_never_gathered_into_a_public_ticket():
    where = world()
    said(where, "my transfer is stuck", "still stuck here", visibility="public")
    decided = said(where, "Another question: my nickname", visibility="private")
    assert decided.outcome.ticket_new


def test_an_unproven_sender_joins_nothing_however_much_they_write():
    where = world()
    tickets = {said(where, f"question {n}", channel="form", sender="x").outcome.ticket_id for n in range(6)}
    assert len(tickets) == 6
    assert len(where.replies()) == 2


def test_what_forgers_write_is_not_counted_against_whom_they_play():
    where = world()
    said(where, *["forged"] * 4, person={"verified": False})
    assert said(where, "hello").outcome.why.flood is None


def test_far_over_the_quota_messages_wait_while_an_answer_is_owed_anyway():
    where = world()
    first = said(where, *[f"hello {n}" for n in range(4)])
    assert said(where, "hello 5").outcome.held
    assert where.held[-1].ticket_id == first.outcome.ticket_id
    waiting, _ = change_state(where.ticket(first), "waiting", actor="agent:mei", reason=None, now_ms=where.now_ms)
    where.apply([Save(waiting)])
    answered = said(where, "hello 6")
    assert not answered.outcome.held, "the agent answered: that somebody writes back must be seen"
    assert where.ticket(first).state == "open"
    assert said(where, "hello 7").outcome.held


def test_a_critical_message_reaches_a_human_however_much_was_written():
    where = world()
    said(where, *[f"hello {n}" for n in range(9)])
    decided = said(where, "my coins were stolen")
    assert not decided.outcome.held
    assert where.ticket(decided).alarm_since_ms is not None
    assert said(where, "they were stolen, answer me").outcome.held, "somebody is called already"


def test_a_new_critical_matter_over_the_quota_gets_its_ticket_and_rings_once():
    where = world()
    said(where, "my transfer is stuck", "Another question: my nickname", "Another question: my card")
    decided = [said(where, f"Another question: order no. 88120{n}, coins stolen") for n in range(3)]
    tickets = {one.outcome.ticket_id for one in decided if not one.outcome.held}
    assert all(where.snapshot.tickets[each].urgency == "critical" for each in tickets)
    assert len(events(where, "alarm.raised")) == len(tickets) == 1


def test_an_alarm_that_would_ring_anew_is_never_held():
    where = world()
    said(where, *[f"hello {n}" for n in range(9)])
    decided = said(where, "help", alarm=True)
    assert where.ticket(decided).alarm_since_ms is not None
    assert said(where, "help", alarm=True).outcome.held
    accepted = {"alarm_since_ms": None, "accepted_by": "mei", "accepted_at_ms": where.now_ms - 16 * 60_000}
    where.change(decided, **accepted)
    assert not said(where, "help", alarm=True).outcome.held
    assert where.ticket(decided).alarm_since_ms is not None


def test_it_ends_with_the_time_of_the_quota():
    where = world()
    said(where, *[f"hello {n}" for n in range(5)])
    where.now_ms += 600_000
    assert said(where, "hello again").outcome.why.flood is None


@pytest.mark.parametrize("jump_ms", [-400_000, 400_000])
def test_a_clock_that_jumps_a_little_ends_no_quota(jump_ms):
    where = world()
    said(where, "one", "two")
    where.now_ms += jump_ms
    assert said(where, "three").outcome.why.flood.sender == 3


def test_over_its_quota_a_channel_opens_tickets_and_answers_only_what_is_critical():
    where = world()
    for n in range(5):
        said(where, "hello", sender=f"s{n}")
    assert len(where.replies()) == 5
    sixth = said(where, "hello", sender="s6")
    assert sixth.outcome.ticket_new
    assert (sixth.outcome.why.flood.channel, sixth.outcome.why.flood.withheld) == (True, ("reply",))
    (count,) = [change for change in sixth.changes if isinstance(change, Count)]
    assert (count.withheld, count.over_until_ms) == (1, count.start_ms + 600_000)
    assert len(where.replies()) == 5
    said(where, "coins stolen", sender="s7")
    assert len(where.replies()) == 6
    where.now_ms += 600_000
    said(where, "hello", sender="s8")
    assert len(where.replies()) == 7


def test_nobody_silences_a_channel_alone():
    where = world()
    said(where, *[f"hello {n}" for n in range(9)])
    where.snapshot.blocks["telegram", "99"] = [Block(id="b", reason="spam", actor="system", created_at_ms=NOW)]
    said(where, *[f"hello {n}" for n in range(9)], sender="99")
    assert where.snapshot.loads["telegram", "default"].messages == 2
    assert said(where, "hello", sender="s1").outcome.why.flood is None


def test_counts_of_an_older_time_of_the_quota_do_not_count():
    abuse = Abuse(channel=Quota(messages=1, within_ms=1_000))
    entry = JournalEntry(event=event("hello"), rules_version="1", received_at_ms=NOW)
    snapshot = World().snapshot
    load_row = Load(channel="email", account="default", start_ms=NOW // 1_000 * 1_000, messages=1)
    for start_ms, is_over in ((load_row.start_ms, True), (load_row.start_ms - 1_000, False)):
        snapshot.loads["email", "default"] = msgspec.structs.replace(load_row, start_ms=start_ms)
        assert measured(entry, read_sender(entry.event), snapshot, abuse).of_channel is is_over


def test_history_from_a_file_is_counted_against_nobody():
    where = world()
    for n in range(9):
        where.take(event(f"hello {n}", message_id=f"m{n}", **CHAT), imported=True)
    assert said(where, "hello").outcome.why.flood is None
