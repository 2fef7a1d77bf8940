"""Blocked senders: what is held, what passes, and what an agent can say about whom."""

import msgspec
import pytest

from router.core.blocks import Blocking, block, blocking, lift
from router.core.holding import is_told, release
from router.core.people import Deed
from router.model.abuse import Block
from router.model.changes import Add, Record, Save, Withdraw
from router.model.errors import Refused
from router.model.message import JournalEntry
from router.model.tables import Contact
from rules.ruleset import load
from tests.unit.core.world import NOW, World, event, said

FILE = """\
version: 1
queues: {general: {default: true}, emergency: {emergency: true}}
templates: {receipt: {en: "We have it as {{ticket.number}}."}}
abuse: {blocked_critical: %s}
rules:
  - {id: stolen, when: {message.text|has: stolen}, then: {urgency: critical}}
"""
HOLDING, RINGING = [load({"rules.yaml": (FILE % how).encode()}) for how in ("hold", "ring")]
CHAT = {"channel": "telegram", "sender": "77"}


def world(ruleset=HOLDING) -> World:
    found = World()
    found.ruleset = ruleset
    return found


def blocked(where: World, *, until_ms=None, **who) -> Block:
    row = Block(id="b1", reason="spam", actor="agent:mei", until_ms=until_ms, created_at_ms=NOW, **who)
    key = who.get("contact_id") or (who["kind"], who["value"])
    where.snapshot.blocks[key] = [row]
    return row


def events(where: World, kind: str):
    return [one for one in where.events if one.kind == kind]


def test_what_a_blocked_sender_writes_changes_nothing_but_what_says_that_it_is_held():
    where = world()
    first = said(where, "word")
    before = where.ticket(first)
    row = blocked(where, contact_id=first.outcome.contact_id)
    decided = said(where, "word, stolen")
    assert decided.outcome.held
    assert decided.outcome.message_id is None
    assert where.ticket(first) == before
    kinds = [type(change.row).__name__ for change in decided.changes if isinstance(change, Add | Save)]
    assert sorted(kinds) == ["Held", "Traffic"]
    (held,) = where.held
    assert (held.reason, held.block_id, held.ticket_id, held.urgency) == ("blocked", row.id, before.id, "critical")
    assert held.journal_id == "j2"
    assert [one.data["count"] for one in events(where, "message.held")] == ["1"]


@pytest.mark.parametrize(
    ("who", "fields", "expected"),
    [
        ({"kind": "telegram", "value": "77"}, {}, True),
        ({"kind": "telegram", "value": "78"}, {}, False),
        ({"kind": "email", "value": "77"}, {}, False),
        ({"kind": "telegram", "value": "77"}, {"person": {"verified": False}}, True),
        ({"kind": "form", "value": "77"}, {"channel": "form"}, True),
        ({"kind": "user_id", "value": "u1"}, {"person": {"user_id": "u1", "verified": True}}, True),
        ({"kind": "user_id", "value": "u1"}, {"person": {"user_id": "u1"}}, False),
        (
            {"kind": "email", "value": "ann@example.org"},
            {"channel": "form", "person": {"email": "Ann@Example.org"}},
            True,
        ),
        ({"kind": "phone", "value": "+14155550100"}, {"channel": "form", "person": {"phone": "+1 415 555 0100"}}, True),
        (
            {"kind": "email", "value": "ann@example.org"},
            {"channel": "form", "person": {"email": "bo@example.org"}},
            False,
        ),
        ({"kind": "telegram", "value": "77", "until_ms": NOW}, {}, False),
        ({"kind": "telegram", "value": "77", "until_ms": NOW + 60_000}, {}, True),
        ({"kind": "telegram", "value": "77", "lifted_at_ms": NOW}, {}, False),
    ],
)
def test_a_block_of_an_address_holds_for_whoever_comes_by_it(who, fields, expected):
    where = world()
    row = Block(id="b1", reason="spam", actor="system", created_at_ms=NOW, **who)
    where.snapshot.blocks[row.kind, row.value] = [row]
    assert said(where, "hello", **fields).outcome.held is expected


def test_a_block_of_a_contact_holds_for_every_address_of_theirs():
    where = world()
    person = {"user_id": "u1", "verified": True}
    first = said(where, "hello", person=person)
    blocked(where, contact_id=first.outcome.contact_id)
    assert said(where, "hello", channel="email", sender="ann@example.org", person=person).outcome.held
    assert said(where, "hello", person={"verified": False}).outcome.held, "a forger gets no further"
    assert not said(where, "hello", sender="78").outcome.held


def test_a_block_of_a_contact_holds_for_whoever_types_their_address_into_a_form():
    where = world()
    first = said(where, "hello", channel="email", sender="ann@example.org")
    blocked(where, contact_id=first.outcome.contact_id)
    assert said(where, "hello", channel="form", sender="f9", person={"email": "ann@example.org"}).outcome.held
    assert not said(where, "hello", channel="form", sender="f9", person={"email": "bo@example.org"}).outcome.held


@pytest.mark.parametrize("kind", ["message", "edit", "reaction", "call", "unsupported"])
def test_edits_and_reactions_of_a_blocked_sender_are_held_as_well(kind):
    where = world()
    first = said(where, "hello")
    blocked(where, contact_id=first.outcome.contact_id)
    text = where.messages[first.outcome.message_id].text
    target = where.messages[first.outcome.message_id].external_id
    decided = said(where, "stolen", kind=kind, target_id=target)
    assert decided.outcome.held
    assert where.messages[first.outcome.message_id].text == text


@pytest.mark.parametrize("known", [True, False])
def test_what_an_edit_of_a_blocked_sender_makes_critical_is_counted_apart_or_rings(known):
    held, rung = world(), world(RINGING)
    for where in (held, rung):
        first = said(where, "hello")
        blocked(where, contact_id=first.outcome.contact_id)
        target = where.messages[first.outcome.message_id].external_id if known else "m0"
        decided = said(where, "stolen", kind="edit", target_id=target)
        assert decided.outcome.held is (where is held)
        assert said(where, "hello there", kind="edit", target_id=target).outcome.held
    assert [one.urgency for one in held.held] == ["critical", "normal"]
    assert rung.ticket(decided).alarm_since_ms is not None


def test_a_delete_of_a_blocked_sender_takes_back_what_was_stored():
    where = world()
    first = said(where, "hello")
    blocked(where, contact_id=first.outcome.contact_id)
    target = where.messages[first.outcome.message_id].external_id
    assert not said(where, "", kind="delete", target_id=target).outcome.held
    assert where.messages[first.outcome.message_id].state == "deleted"


def test_a_delete_of_what_was_never_filed_takes_back_what_is_held_of_the_same_sender():
    where = world()
    (change,) = said(where, "", kind="delete", target_id="m1").changes
    assert isinstance(change, Withdraw)
    assert (change.message_id, change.conversation_key) == ("m1", "telegram\x1fdefault\x1f77")
    assert said(where, "", kind="delete", target_id="m1", person={"verified": False}).changes == []


def test_an_alarm_of_a_blocked_sender_is_held_unless_the_rules_let_it_ring():
    for ruleset, is_held in ((HOLDING, True), (RINGING, False)):
        where = world(ruleset)
        first = said(where, "hello")
        blocked(where, contact_id=first.outcome.contact_id)
        decided = said(where, "help", alarm=True)
        assert decided.outcome.held is is_held
        assert (where.ticket(first).alarm_since_ms is None) is is_held


def test_history_from_a_file_is_filed_whoever_is_blocked():
    where = world()
    blocked(where, kind="telegram", value="77")
    assert not where.take(event("hello", **CHAT), imported=True).outcome.held


def test_held_messages_are_told_now_and_then():
    told = [n for n in range(1_001) if is_told(n)]
    assert told == [*range(1, 10), *range(10, 100, 10), *range(100, 1_001, 100)]


def test_who_lets_it_through_has_it_decided_now():
    where = world()
    blocked(where, kind="telegram", value="77")
    entry = JournalEntry(event=event("word", **CHAT), rules_version="1", received_at_ms=NOW)
    assert where.decide(entry).outcome.held
    changes, again = release(where.held[0], entry, None, actor="agent:mei", now_ms=NOW + 9)
    where.apply(changes)
    decided = where.decide(again)
    ticket, why = where.ticket(decided), decided.outcome.why
    assert (decided.outcome.held, ticket.created_at_ms, why.released_by) == (False, NOW + 9, "agent:mei")
    assert where.held[0].released_by == "agent:mei"
    with pytest.raises(Refused, match="already"):
        release(where.held[0], entry, None, actor="agent:mei", now_ms=NOW)


DEED = Deed(actor="agent:mei", reason="spam", now_ms=NOW)
ANN = Contact(id="c1", number=1, created_at_ms=NOW)


def test_a_block_moves_its_contact_on_so_that_what_is_being_decided_looks_again():
    where = world()
    first = said(where, "hello")
    facts = Blocking(contact=where.snapshot.contacts[first.outcome.contact_id], tickets=(where.ticket(first),))
    row, changes = block(facts, DEED, where.ids, until_ms=NOW + 1)
    (contact,) = [change.row for change in changes if isinstance(change, Save)]
    assert contact.version == facts.contact.version + 1
    told = [change.event for change in changes if isinstance(change, Record)]
    assert [(one.kind, one.ticket_id) for one in told] == [("sender.blocked", first.outcome.ticket_id)]
    assert "spam" not in str(told), "reasons rest with the block"
    over = lift(row, facts, DEED)
    assert next(change.row for change in over if isinstance(change.row, Block)).lifted_reason == "spam"


@pytest.mark.parametrize(
    ("facts", "until_ms", "code"),
    [
        (Blocking(contact=msgspec.structs.replace(ANN, merged_into="c2")), None, "contact_merged"),
        (
            Blocking(contact=ANN, standing=Block(id="b", reason="x", actor="system", created_at_ms=NOW)),
            None,
            "blocked_already",
        ),
        (Blocking(contact=ANN), NOW, "bad_until"),
        (Blocking(contact=ANN), NOW + 11 * 366 * 86_400_000, "bad_until"),
    ],
)
def test_what_cannot_be_blocked_is_refused_by_name(facts, until_ms, code):
    with pytest.raises(Refused) as refused:
        block(facts, DEED, World().ids, until_ms=until_ms)
    assert refused.value.code == code


def test_a_block_that_is_over_is_not_lifted_again():
    row = Block(id="b", reason="x", actor="system", until_ms=NOW, created_at_ms=1)
    with pytest.raises(Refused, match="over already"):
        lift(row, Blocking(contact=None), DEED)


def test_nobody_is_blocked_where_nothing_is():
    assert blocking(event("hello"), World().snapshot, NOW) is None
