"""What one event does: new tickets, follow-ups, automatic mail, edits, deletes, reactions, receipts."""

import msgspec
import pytest

from router.model.changes import Add, Save, Withdraw
from router.model.decisions import Why
from router.model.message import Redaction, StoredAttachment
from router.model.tables import OutboxEntry
from tests.unit.core.world import DAY_MS, NOW, World, event

CHAT = {"channel": "telegram", "sender": "77", "thread_id": "77"}


@pytest.fixture
def world():
    return World()


def kinds(world):
    return [e.kind for e in world.events]


def test_a_new_ticket_has_what_the_rules_said(world):
    decided = world.say("my coins were stolen", subject="Help  me\nnow", person={"name": "Ann"})
    ticket = world.ticket(decided)
    assert (ticket.state, ticket.urgency, ticket.urgency_rank, ticket.queue) == ("new", "critical", 3, "emergency")
    assert (ticket.tags, ticket.subject, ticket.snippet) == (("stolen-funds",), "Help me now", "my coins were stolen")
    assert ticket.waiting_since_ms == ticket.last_inbound_at_ms == NOW
    assert world.snapshot.contacts[decided.outcome.contact_id].name == "Ann"
    assert [r.rule for r in decided.outcome.why.reasons] == ["stolen"]
    assert kinds(world) == ["ticket.opened", "alarm.raised", "message.added", "message.added"]
    kept = msgspec.json.decode(world.messages[decided.outcome.message_id].verdict, type=Why)
    assert kept == decided.outcome.why


def test_without_a_subject_the_text_gives_one(world):
    assert world.ticket(world.say("x" * 200, **CHAT)).subject == "x" * 79 + "…"
    assert (
        world.ticket(world.take(event("", kind="call", channel="phone", sender="1", target_id="c"))).subject == "[call]"
    )


def test_what_the_door_found_stays_with_message_and_ticket(world):
    redactions = (Redaction(field="text", start=0, end=16, type="CARD"),)
    files = (StoredAttachment(id="a", name="a.png", content_type="image/png", size=1),)
    first = world.take(event("[CARD]", **CHAT), findings=("CARD",), redactions=redactions, attachments=files)
    world.take(event("[EMAIL]", **CHAT), findings=("EMAIL", "CARD"))
    message = world.messages[first.outcome.message_id]
    assert (message.findings, message.redactions, message.attachments) == (("CARD",), redactions, files)
    assert world.ticket(first).findings == ("CARD", "EMAIL")


def test_a_follow_up_raises_urgency_and_moves_the_queue_only_with_a_rise(world):
    first = world.say("my card was declined", **CHAT)
    world.say("about the fee", **CHAT)
    assert (world.ticket(first).queue, world.ticket(first).tags) == ("general", ("fees",))
    world.say("it was stolen", **CHAT)
    ticket = world.ticket(first)
    assert (ticket.urgency, ticket.queue, ticket.tags) == ("critical", "emergency", ("fees", "stolen-funds"))
    (moved,) = [e for e in world.events if e.kind == "ticket.updated"]
    assert moved.data | {"rule": ""} == {
        "urgency_from": "normal",
        "urgency_to": "critical",
        "queue_from": "general",
        "queue_to": "emergency",
        "rule": "",
    }
    world.say("urgent fee", **CHAT)
    world.say("thank you", **CHAT)
    assert (world.ticket(first).urgency, world.ticket(first).queue) == ("critical", "emergency")
    assert kinds(world).count("ticket.updated") == 1


def test_rules_take_tags_back_and_leave_notes(world):
    first = world.say("about the fee", **CHAT)
    later = world.say("it was paid back", **CHAT)
    assert world.ticket(first).tags == ()
    assert [(note.rule, note.text) for note in later.outcome.why.notes] == [("paid-back", "check the amount")]


def test_rules_know_when_a_message_came_and_what_it_carries(world):
    first = world.say("curfew", **CHAT, ext='{"plan": "gold"}')
    assert world.ticket(first).tags == ("in-hours", "gold")
    assert (first.outcome.why.skills, first.outcome.why.sla) == (("gold",), "gold")


@pytest.mark.parametrize("state", ["waiting", "solved", "rejected"])
def test_a_customers_answer_wakes_a_ticket_and_says_so(world, state):
    first = world.say("hello", **CHAT)
    world.change(first, state=state, state_reason="supplement", waiting_since_ms=None, solved_at_ms=NOW)
    world.now_ms += 5
    world.say("here it is", **CHAT)
    ticket = world.ticket(first)
    assert (ticket.state, ticket.state_reason, ticket.waiting_since_ms) == ("open", None, NOW + 5)
    (event_,) = [e for e in world.events if e.kind == "ticket.state"]
    assert event_.data == {"from": state, "to": "open", "reason": "customer_wrote"}


@pytest.mark.parametrize("state", ["solved", "closed"])
@pytest.mark.parametrize("late_ms", [5, 400 * DAY_MS])
@pytest.mark.parametrize("text", ["Thanks, it works now!", "好的，已经解决了，谢谢"])
def test_a_last_word_leaves_a_ticket_that_is_over_as_it_is(world, state, late_ms, text):
    first = world.say("hello", **CHAT)
    before = world.change(first, state=state, state_reason="done", waiting_since_ms=None, solved_at_ms=NOW)
    sent = len(world.replies())
    world.now_ms += late_ms
    said = world.say(text, **CHAT)
    ticket = world.ticket(said)
    assert (ticket.id, ticket.state, ticket.state_reason) == (before.id, state, "done")
    assert (ticket.waiting_since_ms, ticket.solved_at_ms, ticket.snippet) == (None, NOW, text)
    assert said.outcome.why.left == "thanks"
    assert [e.data for e in world.events if e.kind == "message.added"][-1] == {"left": "thanks"}
    assert (len(world.replies()), kinds(world).count("ticket.state")) == (sent, 0)


def test_while_a_matter_is_open_thanks_is_an_answer(world):
    first = world.say("hello", **CHAT)
    world.change(first, state="waiting", waiting_since_ms=None)
    said = world.say("thanks", **CHAT)
    assert (world.ticket(first).state, said.outcome.why.left) == ("open", "")


@pytest.mark.parametrize(("state", "why"), [("closed", "ticket_closed"), ("solved", "reopen_window_over")])
def test_a_late_new_matter_opens_a_follow_up_that_links_back(world, state, why):
    first = world.say("hello", **CHAT)
    world.change(first, state=state, solved_at_ms=NOW)
    world.now_ms += 400 * DAY_MS
    second = world.say("thanks, and now my other transfer hangs", **CHAT)
    assert second.outcome.ticket_new
    assert second.outcome.why.related == (first.outcome.ticket_id,)
    (opened,) = [e for e in world.events if e.kind == "ticket.opened" and e.ticket_id == second.outcome.ticket_id]
    (followed,) = [e for e in world.events if e.kind == "ticket.followed"]
    assert opened.data["follows"] == first.outcome.ticket_id
    assert followed.ticket_id == first.outcome.ticket_id
    assert followed.data == {"by": second.outcome.ticket_id, "because": why}


def test_a_follow_up_links_back_to_what_it_follows_though_a_stranger_told_of_the_same_transaction(world):
    tx = "0x3f9a52cd1be7008fa64c93d21e5b7790ab34cdef8812fe60557d9ab1e04fc21b"
    stranger = world.say(f"where is {tx}?", sender="bob@example.org", message_id="<b@x>")
    first = world.say("one", message_id="<1@x>")
    world.change(first, state="closed")
    second = world.say(f"it is {tx}", message_id="<2@x>", in_reply_to="<1@x>")
    assert second.outcome.why.related == (first.outcome.ticket_id, stranger.outcome.ticket_id)
    assert second.outcome.why.related_by == ("pointed_at", "transaction")
    (followed,) = [e for e in world.events if e.kind == "ticket.followed"]
    assert (followed.ticket_id, followed.data["by"]) == (first.outcome.ticket_id, second.outcome.ticket_id)


@pytest.mark.parametrize("state", ["new", "open", "verifying"])
def test_other_states_stay_and_the_wait_counts_from_its_beginning(world, state):
    first = world.say("hello", **CHAT)
    world.change(first, state=state)
    world.now_ms += DAY_MS
    world.say("anybody?", **CHAT)
    assert (world.ticket(first).state, world.ticket(first).waiting_since_ms) == (state, NOW)


@pytest.mark.parametrize("automatic", ["auto_reply", "bounce", "bulk"])
@pytest.mark.parametrize("state", ["waiting", "solved"])
def test_automatic_mail_is_filed_without_waking_anything(world, automatic, state):
    first = world.say("hello", message_id="<1@x>")
    asked = len(world.replies())
    world.change(first, state=state, waiting_since_ms=None, solved_at_ms=NOW)
    filed = world.say(
        "out of office", message_id="<2@x>", in_reply_to="<1@x>", automatic=automatic, reply_to="robot@example.org"
    )
    ticket = world.ticket(first)
    assert filed.outcome.ticket_id == first.outcome.ticket_id
    assert (ticket.state, ticket.waiting_since_ms) == (state, None)
    assert len(world.replies()) == asked
    assert world.conversation(filed).reply_to is None


def test_a_reply_to_address_is_where_answers_go_and_no_identity(world):
    first = world.say("hello", reply_to="office@example.org")
    assert world.conversation(first).reply_to == "office@example.org"
    assert set(world.snapshot.identities) == {("email", "ann@example.org")}


def test_answers_go_where_the_newest_mail_wants_them(world):
    asked = {"message_id": "<1@x>", "reply_to": "office@example.org"}
    first = world.say("hello", **asked)
    answer = {"in_reply_to": "<1@x>", "reply_to": None}
    robot = world.say("out of office", message_id="<2@x>", automatic="auto_reply", **answer)
    assert world.conversation(robot).reply_to == "office@example.org"
    second = world.say("now to me", message_id="<3@x>", **answer)
    assert world.conversation(second).id == world.conversation(first).id
    assert world.conversation(second).reply_to is None


def test_what_is_said_on_a_form_s_page_leaves_its_address(world):
    page = {"channel": "form", "sender": "form-1", "thread_id": "form-1"}
    world.say("hello", message_id="f1", reply_to="ann@example.org", **page)
    assert world.conversation(world.say("and this", message_id="f2", **page)).reply_to == "ann@example.org"


@pytest.fixture
def told(world):
    """A message that can be changed, and later ones."""
    return world.say("it was stollen", message_id="m1", **CHAT)


def amend(world, kind, text=None, *, sender="77", **fields):
    fields = {"message_id": f"{kind}-1", "target_id": "m1", "channel": "telegram", "thread_id": "77"} | fields
    return world.take(event(text, kind=kind, sender=sender, **fields), findings=fields.pop("findings", ()))


def test_an_edit_replaces_the_text_and_is_judged_again(world, told):
    decided = amend(world, "edit", "it was stolen")
    message, ticket = world.messages[told.outcome.message_id], world.ticket(told)
    assert (message.text, message.revision) == ("it was stolen", 1)
    assert (ticket.urgency, ticket.queue, ticket.snippet) == ("critical", "emergency", "it was stolen")
    assert decided.outcome.ticket_id == told.outcome.ticket_id
    assert kinds(world)[-1] == "message.edited"
    amend(world, "edit", "never mind", message_id="edit-2")
    assert world.messages[told.outcome.message_id].revision == 2
    assert world.ticket(told).urgency == "critical"


def test_an_edit_adds_its_files_and_none_that_is_there(world, told):
    def picture(number, blob):
        return StoredAttachment(id=f"a{number}", name="a.png", content_type="image/png", size=1, blob=blob)

    for number, blobs in enumerate([("one",), ("one", "two"), (None,)]):
        files = tuple(picture(f"{number}{blob}", blob) for blob in blobs)
        said = event("see here", kind="edit", message_id=f"e{number}", target_id="m1", **CHAT)
        world.take(said, attachments=files)
    files = world.messages[told.outcome.message_id].attachments
    assert [(file.id, file.blob) for file in files] == [("a0one", "one"), ("a1two", "two"), ("a2None", None)]


def test_an_edit_is_judged_with_its_time_and_what_it_carries(world, told):
    amend(world, "edit", "curfew", ext='{"plan": "gold"}')
    assert world.ticket(told).tags == ("in-hours", "gold")


def test_a_rise_by_an_edit_is_told_and_its_findings_kept(world, told):
    world.take(event("stolen [CARD]", kind="edit", message_id="e", target_id="m1", **CHAT), findings=("CARD",))
    assert world.ticket(told).findings == ("CARD",)
    assert [e.data["urgency_to"] for e in world.events if e.kind == "ticket.updated"] == ["critical"]


def test_an_edit_of_an_older_message_leaves_the_newest_in_lists(world, told):
    world.say("what now?", **CHAT)
    amend(world, "edit", "it was lost")
    assert world.ticket(told).snippet == "what now?"


@pytest.mark.parametrize("stranger", [{"sender": "78"}, {"person": {"verified": False}}, {"account": "second"}])
@pytest.mark.parametrize("kind", ["edit", "delete"])
def test_only_its_author_may_change_a_message(world, told, kind, stranger):
    amend(world, kind, "lies", **stranger)
    message = world.messages[told.outcome.message_id]
    assert (message.text, message.state) == ("it was stollen", "live")


def test_an_edit_redacted_for_another_visibility_never_takes_the_place(world, told):
    apart = amend(world, "edit", "in the open", visibility="public")
    assert world.messages[told.outcome.message_id].text == "it was stollen"
    assert world.messages[apart.outcome.message_id].visibility == "public"
    assert apart.outcome.ticket_id != told.outcome.ticket_id


def test_an_edit_of_what_we_never_saw_is_a_message(world):
    decided = amend(world, "edit", "what I meant", target_id="unknown")
    assert decided.outcome.ticket_new
    assert world.messages[decided.outcome.message_id].text == "what I meant"


def test_a_delete_blanks_and_keeps_the_tombstone(world, told):
    amend(world, "delete")
    message = world.messages[told.outcome.message_id]
    assert (message.text, message.html, message.attachments, message.state) == ("", None, (), "deleted")
    assert world.ticket(told).snippet == ""
    assert kinds(world)[-1] == "message.deleted"
    assert amend(world, "delete", message_id="delete-2").changes == []


def test_an_edit_that_was_overtaken_by_the_delete_brings_nothing_back(world, told):
    amend(world, "delete")
    late = amend(world, "edit", "it was stolen", message_id="edit-2")
    assert (late.changes, late.outcome.message_id) == ([], None)
    stranger = amend(world, "edit", "lies", message_id="edit-3", sender="78")
    assert world.messages[stranger.outcome.message_id].text == "lies", "whoever did not delete it says something new"


@pytest.mark.parametrize("kind", ["delete", "reaction", "receipt"])
def test_what_concerns_an_unknown_message_changes_nothing(world, kind):
    decided = amend(world, kind, target_id="unknown", delivery="read")
    held = [change for change in decided.changes if isinstance(change, Withdraw)]
    assert decided.changes == held, "a delete may be about what is held: tests/unit/core/test_blocks.py"
    assert len(held) == (kind == "delete")
    assert (decided.outcome.message_id, decided.outcome.ticket_id) == (None, None)


def test_a_reaction_is_history_and_moves_nothing(world, told):
    before = world.ticket(told)
    decided = amend(world, "reaction", sender="78")
    assert world.ticket(told) == before
    assert [e.row if isinstance(e, Add | Save) else e.event.kind for e in decided.changes] == ["message.reaction"]


def sent(world, told, state):
    """Our receipt to the customer, known to the provider as r1, in this state of delivery."""
    (reply,) = world.replies()
    known = msgspec.structs.replace(reply, external_id="r1", version=2)
    entry = msgspec.structs.replace(world.snapshot.outbox[reply.id], state=state, version=2)
    world.apply([Save(known), Save(entry)])


def receipt(world, state, number=1):
    amend(world, "receipt", target_id="r1", message_id=f"receipt-{number}", delivery=state, delivery_detail="why")
    (entry,) = world.outbox()
    return entry


ORDER = ["queued", "sending", "held", "sent", "delivered", "read"]


@pytest.mark.parametrize("before", ORDER)
@pytest.mark.parametrize("told_state", ["sent", "delivered", "read"])
def test_delivery_never_goes_backwards(world, told, before, told_state):
    sent(world, told, before)
    after = receipt(world, told_state).state
    assert after == max(before, told_state, key=ORDER.index)


def test_a_failure_told_by_the_provider_is_a_dead_letter_with_its_reason(world, told):
    sent(world, told, "sent")
    entry = receipt(world, "failed")
    assert (entry.state, entry.error) == ("dead", "why")
    assert receipt(world, "delivered", 2).state == "dead"


def test_a_receipt_for_a_customers_own_message_is_ignored(world, told):
    assert amend(world, "receipt", delivery="read").changes == []
    assert all(isinstance(row, OutboxEntry) and row.state == "queued" for row in world.outbox())


def test_a_file_without_a_word_is_titled_by_its_name_and_says_nothing(world):
    files = (StoredAttachment(id="a", name="receipt.png", content_type="image/png", size=1),)
    decided = world.take(event("", **CHAT), attachments=files)
    assert world.messages[decided.outcome.message_id].text == ""
    assert world.ticket(decided).subject == "receipt.png"
