"""Edits beyond a quota: the newest text always stands, and is judged once for all of them."""

import msgspec
import pytest
from msgspec.structs import replace

from router.core.edits import settle
from router.core.reasons import why_stored
from router.model.limits import EDITS_MAX, EDITS_PAUSE_MS
from router.model.message import StoredAttachment
from router.model.timers import Timer
from rules.ruleset import load
from tests.unit.core.test_inbound import CHAT
from tests.unit.core.world import RULESET, World, event


class Edited(World):
    """A message that is edited, and the timers that this sets."""

    def __init__(self, text: str = "hello") -> None:
        super().__init__()
        self.timers: list[Timer] = []
        self.number = 0
        self.first = self.say(text, message_id="m1", **CHAT)

    def edit(self, text: str, target: str = "m1", **entry):
        self.number += 1
        found = event(text, kind="edit", message_id=f"e{self.number}", target_id=target, **CHAT)
        decided = self.take(found, **entry)
        rows = [getattr(change, "row", None) for change in decided.changes]
        self.timers += [row for row in rows if isinstance(row, Timer)]
        return decided

    def edit_often(self, times: int) -> None:
        for number in range(times):
            self.edit(f"draft {number}")

    def fire(self) -> str:
        timer = self.timers.pop(0)
        self.now_ms = timer.due_at_ms
        contact = self.snapshot.contacts[self.message.contact_id]
        changes = settle(timer, self.message, self.ticket(self.first), contact, self.ruleset, now_ms=self.now_ms)
        self.apply(changes)
        return changes[0].row.outcome

    @property
    def message(self):
        return self.messages[self.first.outcome.message_id]

    def edits_told(self) -> list[dict[str, str]]:
        return [one.data for one in self.events if one.kind == "message.edited"]


@pytest.fixture
def where():
    return Edited()


def test_the_first_edits_are_judged_as_they_come(where):
    where.edit_often(EDITS_MAX)
    assert (where.message.text, where.message.revision) == (f"draft {EDITS_MAX - 1}", EDITS_MAX)
    assert where.edits_told() == [{"revision": str(n)} for n in range(1, EDITS_MAX + 1)]
    assert where.timers == []
    assert why_stored(where.message).edits is None


def test_further_ones_take_the_place_of_the_text_and_wait_for_one_judgement(where):
    where.edit_often(EDITS_MAX)
    before, told = where.ticket(where.first), len(where.events)
    where.edit("stolen")
    where.edit("they have stolen my coins")
    assert where.message.text == "they have stolen my coins"
    assert (where.ticket(where.first), len(where.events)) == (before, told), "neither the ticket nor its history moved"
    edits = why_stored(where.message).edits
    assert (edits.folded, edits.because, edits.pending) == (2, "message", True)
    (timer,) = where.timers
    assert (timer.kind, timer.about, timer.due_at_ms) == ("edit", where.message.id, where.now_ms + EDITS_PAUSE_MS)

    assert where.fire() == "fired"
    ticket = where.ticket(where.first)
    assert (ticket.urgency, ticket.snippet) == ("critical", "they have stolen my coins")
    assert where.edits_told()[-1] == {"revision": "12", "folded": "2", "over_quota": "message"}
    assert [one.kind for one in where.events[told:]] == ["ticket.updated", "alarm.raised", "message.edited"]
    why = why_stored(where.message)
    assert (why.edits.folded, why.edits.pending, why.urgency) == (2, False, "critical")
    assert why.reasons[0].rule == "stolen"

    where.edit("one more")
    assert why_stored(where.message).edits.folded == 3
    assert len(where.timers) == 1, "a new minute"


def test_the_quota_of_the_sender_counts_edits_of_all_their_messages():
    where = Edited()
    for number in range(RULESET.abuse.sender.messages - 1):
        where.say(f"message {number}", message_id=f"n{number}", **CHAT)
    where.edit("over the quota")
    edits = why_stored(where.message).edits
    assert (edits.because, edits.folded) == ("sender", 1)
    assert [one.kind for one in where.events if one.kind == "sender.flood"] == ["sender.flood"]
    assert where.edits_told() == []
    assert where.fire() == "fired"
    assert where.edits_told() == [{"revision": "1", "folded": "1", "over_quota": "sender"}]


def test_an_edit_that_is_judged_at_once_overtakes_the_timer():
    where = Edited()
    for number in range(RULESET.abuse.sender.messages - 1):
        where.say(f"message {number}", message_id=f"n{number}", **CHAT)
    where.edit("over the quota")
    where.now_ms += RULESET.abuse.sender.within_ms
    where.edit("in a new time")
    told = where.edits_told()
    assert told == [{"revision": "2", "folded": "1", "over_quota": "sender"}]
    assert where.fire() == "overtaken"
    assert where.edits_told() == told


def test_what_was_deleted_meanwhile_is_judged_no_more_and_shown_no_more(where):
    where.edit_often(EDITS_MAX + 2)
    assert where.ticket(where.first).snippet == f"draft {EDITS_MAX - 1}"
    where.take(event("", kind="delete", message_id="d", target_id="m1", **CHAT))
    assert (where.message.state, where.message.text) == ("deleted", "")
    assert where.ticket(where.first).snippet == "", "the list shows nothing of it, though it showed an earlier text"
    assert where.fire() == "overtaken"


def test_a_list_that_shows_another_message_by_then_keeps_it(where):
    where.edit_often(EDITS_MAX + 1)
    where.say("something newer", message_id="m2", **CHAT)
    where.fire()
    assert where.ticket(where.first).snippet == "something newer"


ASKS = """\
version: 1
queues: {general: {default: true}, vip: {}}
rules:
  - {id: fee, when: {message.text|has: fee}, then: {tag: fees}}
  - {id: in-vip, when: {ticket.queue: vip, message.text|has: draft}, then: {note: queue}}
  - {id: of-fees, when: {ticket.tags|has: fees, ticket.state: [new, open]}, then: {note: tags}}
  - {id: vip, when: {customer.known: true, customer.vip: true, customer.verified: true}, then: {note: customer}}
  - {id: alone, when: {message.attachments|at least: 1}, then: {note: files}}
"""


@pytest.mark.parametrize("times", [0, EDITS_MAX])
def test_rules_ask_for_ticket_writer_and_files_of_what_was_edited_as_of_any_message(times):
    where = Edited("a fee")
    where.ruleset = load({"rules.yaml": ASKS.encode()})
    ticket, contact = where.ticket(where.first), where.snapshot.contacts[where.message.contact_id]
    where.snapshot.tickets[ticket.id] = replace(ticket, queue="vip")
    where.snapshot.contacts[contact.id] = replace(contact, vip=True)
    file = StoredAttachment(id="f", name="a.png", content_type="image/png", size=3, blob="b")
    where.edit("draft", attachments=(file,))
    where.edit_often(times)
    if where.timers:
        where.fire()
    assert [note.text for note in why_stored(where.message).notes] == ["queue", "tags", "customer", "files"]


def test_findings_of_folded_edits_reach_the_ticket(where):
    where.edit_often(EDITS_MAX)
    where.edit("card [CARD]", findings=("CARD",))
    assert where.ticket(where.first).findings == ()
    where.fire()
    assert where.ticket(where.first).findings == ("CARD",)


def test_history_is_judged_as_it_comes(where):
    for number in range(EDITS_MAX + 2):
        where.edit(f"draft {number}", imported=True)
    assert len(where.edits_told()) == EDITS_MAX + 2
    assert where.timers == []


def test_a_folded_edit_fills_no_channel(where):
    decided = where.edit("once")
    assert [type(change).__name__ for change in decided.changes].count("Count") == 0
    assert msgspec.structs.asdict(where.snapshot.loads["telegram", "default"])["messages"] == 1


@pytest.fixture
def closed(where):
    """A message in a ticket that is closed."""
    where.change(where.first, state="closed", waiting_since_ms=None)
    return where


def test_an_edit_that_calls_for_somebody_out_of_a_closed_ticket_opens_a_follow_up_that_rings(closed):
    before, told = closed.ticket(closed.first), len(closed.events)
    called = closed.edit("they have stolen my coins")
    ticket, after = closed.ticket(called), closed.ticket(closed.first)
    assert (ticket.id != before.id, ticket.urgency, ticket.queue) == (True, "critical", "emergency")
    assert ticket.alarm_since_ms == closed.now_ms
    assert (after.state, after.urgency, after.alarm_since_ms) == ("closed", "normal", None)
    kinds = {one.kind: one for one in closed.events[told:]}
    assert kinds["ticket.followed"].data["by"] == ticket.id
    assert {"ticket.opened", "alarm.raised", "message.added", "message.edited"} <= kinds.keys()
    assert closed.message.text == after.snippet == "they have stolen my coins", "the newest text stands there, too"
    assert closed.messages[called.outcome.message_id].text == "they have stolen my coins"


def test_what_becomes_of_such_a_message_afterwards_is_seen_where_the_matter_goes_on(closed):
    called = closed.edit("they have stolen my coins")
    taken_back = closed.edit("sorry, I found them")
    assert taken_back.outcome.ticket_id == called.outcome.ticket_id
    assert closed.messages[taken_back.outcome.message_id].text == "sorry, I found them"
    assert closed.message.text == "sorry, I found them"
    closed.change(called, state="closed")
    assert closed.edit("sorry, I have found them").outcome.message_id == closed.first.outcome.message_id
    assert len({each.ticket_id for each in closed.messages.values()}) == 2


def test_other_edits_of_what_is_closed_open_nothing(closed):
    for text, entry in (("hello there", {}), ("they have stolen my coins", {"imported": True})):
        assert closed.edit(text, **entry).outcome.message_id == closed.first.outcome.message_id
        assert closed.message.text == text
    assert len(closed.snapshot.tickets) == 1


def test_a_slip_mended_in_an_emergency_that_is_closed_opens_nothing():
    found = Edited("stolen, all of it")
    found.change(found.first, state="closed", waiting_since_ms=None)
    assert found.edit("stolen: all of it").outcome.message_id == found.first.outcome.message_id


def test_edits_without_end_out_of_a_closed_ticket_open_one_ticket(closed):
    for number in range(3 * EDITS_MAX):
        closed.edit(f"stolen {number}" if number % 2 else f"draft {number}")
    assert len(closed.snapshot.tickets) == 2


def test_an_emergency_that_was_solved_is_one_again_by_an_edit_of_another_message():
    found = Edited("stolen, all of it")
    found.say("hello", message_id="m2", **CHAT)
    found.change(found.first, state="solved", alarm_since_ms=None, solved_at_ms=found.now_ms)
    found.edit("stolen: all of it")
    assert found.ticket(found.first).state == "solved", "a slip was mended"
    found.edit("stolen again", target="m2")
    ticket = found.ticket(found.first)
    assert (ticket.state, ticket.alarm_since_ms) == ("open", found.now_ms)
