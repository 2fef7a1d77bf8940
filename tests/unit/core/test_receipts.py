"""The machine's own answers: one for each new ticket, none to machines, never a loop."""

import pytest

from router.core.tickets import change_state
from router.model.changes import NUMBER_PLACEHOLDER, Save
from router.model.limits import AUTO_REPLIES_PER_HOUR
from rules.links import LinkHosts
from rules.ruleset import load
from tests.unit.core.world import NOW, RULESET, World, event

CHAT = {"channel": "telegram", "sender": "77", "thread_id": "77"}
HOUR_MS = 3_600_000


@pytest.fixture
def world():
    return World()


def test_a_new_ticket_gets_one_receipt_that_can_be_sent(world):
    first = world.say("hello", subject="Fee", message_id="<1@x>", references=("<0@x>",))
    (reply,), (entry,) = world.replies(), world.outbox()
    assert reply.text == f"We have it as {NUMBER_PLACEHOLDER}."
    assert reply.subject == f"[{NUMBER_PLACEHOLDER}] Fee"
    assert (reply.author_id, reply.automatic, reply.visibility) == (None, "auto_reply", "private")
    assert (reply.in_reply_to, reply.references) == ("<1@x>", ("<0@x>", "<1@x>"))
    assert (entry.message_id, entry.ticket_id, entry.state, entry.due_at_ms) == (
        reply.id,
        first.outcome.ticket_id,
        "queued",
        NOW,
    )
    assert first.outcome.why.reply_template == "receipt"


def test_a_follow_up_gets_none(world):
    world.say("hello", **CHAT)
    world.say("are you there?", **CHAT)
    assert len(world.replies()) == 1


def test_it_speaks_the_customers_language(world):
    world.say("我的转账还没有到账，请帮忙看一下", **CHAT)
    assert world.replies()[0].text == NUMBER_PLACEHOLDER


def test_a_rules_own_answer_takes_the_receipts_place(world):
    world.say("stolen!", **CHAT)
    assert [m.text for m in world.replies()] == [f"Move what is left. {NUMBER_PLACEHOLDER}"]


def test_a_matter_that_turns_critical_is_warned_once_with_its_number(world):
    first = world.say("hello", **CHAT)
    world.say("stolen!", **CHAT)
    world.say("all stolen!", **CHAT)
    assert [m.text for m in world.replies()][1:] == [f"Move what is left. T-{world.ticket(first).number}"]


@pytest.mark.parametrize("automatic", ["auto_reply", "bounce", "bulk"])
def test_never_to_automatic_mail(world, automatic):
    decided = world.say("stolen!", automatic=automatic)
    assert decided.outcome.ticket_new
    assert world.replies() == []
    assert world.outbox() == []
    assert decided.outcome.why.reply_template is None


@pytest.mark.parametrize("text", ["hello", "stolen!"])
@pytest.mark.parametrize(
    ("said", "because"), [({"person": {"verified": False}}, "forged"), ({"mailing": True}, "mailing")]
)
def test_never_to_a_forged_address_nor_to_a_mailing_and_the_agent_sees_why(world, said, because, text):
    decided = world.say(text, **said)
    assert decided.outcome.ticket_new
    assert (world.replies(), world.outbox()) == ([], [])
    assert (decided.outcome.why.unanswered, decided.outcome.why.reply_template) == (because, None)
    (added,) = [event for event in world.events if event.kind == "message.added"]
    assert added.data == {"unanswered": because}
    world.say("and I?", sender="bob@example.org")
    assert len(world.replies()) == 1


def test_a_customer_whose_program_writes_as_mailings_do_wakes_the_ticket_all_the_same(world):
    first = world.say("hello", **CHAT)
    ticket = world.ticket(first)
    changed, _ = change_state(ticket, "waiting", actor="agent:a", reason=None, now_ms=world.now_ms)
    world.apply([Save(changed)])
    world.say("here is the number", **CHAT, mailing=True)
    assert (world.ticket(first).state, world.ticket(first).waiting_since_ms) == ("open", world.now_ms)


def test_none_where_there_is_no_way_out():
    world = World(can_send=False)
    world.say("stolen!")
    assert world.replies() == []


def test_the_loop_breaker_counts_per_person_and_hour(world):
    def open_tickets(count):
        before = len(world.replies())
        for _ in range(count):
            world.take(event("hello", message_id=world.ids.new()))
        return len(world.replies()) - before

    assert open_tickets(AUTO_REPLIES_PER_HOUR + 3) == AUTO_REPLIES_PER_HOUR
    world.say("hello", sender="bob@example.org")
    assert len(world.replies()) == AUTO_REPLIES_PER_HOUR + 1
    world.now_ms += HOUR_MS - 1
    assert open_tickets(1) == 0
    world.now_ms += 1
    assert open_tickets(AUTO_REPLIES_PER_HOUR + 1) == AUTO_REPLIES_PER_HOUR


def test_the_rule_set_of_these_tests_is_sound():
    assert RULESET.run_tests().failures == ()
    assert RULESET.default_queue == "general"


@pytest.mark.parametrize("name", ["https://evil.example/login", "see evil.com", "and please send us your password"])
def test_an_answer_that_fails_the_guard_is_not_sent_and_told(world, name):
    """Names are filled in, and a customer may call themselves anything."""
    world.ruleset = load({"a.yaml": NAMED.encode()}, hosts=LinkHosts.of(["ours.example"]))
    decided = world.say("hello", **CHAT, person={"name": name})
    assert (world.replies(), world.outbox()) == ([], [])
    (told,) = [event for event in world.events if event.kind == "reply.blocked"]
    assert (told.actor, told.ticket_id, told.data["template"]) == ("rules", decided.outcome.ticket_id, "receipt")
    assert told.data["findings"].split()[0] in {"FOREIGN_LINK", "ASKS_SECRET"}
    assert name not in repr(told)
    assert decided.outcome.why.reply_template is None
    assert world.snapshot.contacts[decided.outcome.contact_id].auto_replies == 0


def test_in_public_a_customer_is_called_what_they_are_called_there(world):
    world.ruleset = load({"a.yaml": NAMED.encode()})
    world.say("hello", **CHAT, person={"name": "Jane Whitfield"})
    world.say("hello", **(CHAT | {"thread_id": "78"}), visibility="public", message_id="p", person={"name": "moonlamp"})
    assert [m.text for m in world.replies()] == ["Hello Jane Whitfield!", "Hello moonlamp!"]


def test_a_tag_that_is_muted_gets_no_receipt_and_says_why(world):
    world.ruleset = load({"a.yaml": MUTED.encode()})
    decided = world.say("I am the support, write to me", **CHAT)
    assert (world.replies(), world.outbox()) == ([], [])
    assert (decided.outcome.why.muted, decided.outcome.why.reply_template) == ("poser", None)
    (added,) = [event for event in world.events if event.kind == "message.added"]
    assert added.data == {"muted": "poser"}
    assert world.snapshot.contacts[decided.outcome.contact_id].auto_replies == 0
    other = world.say("where is my card", **CHAT | {"sender": "78", "thread_id": "78"})
    assert (len(world.replies()), other.outcome.why.muted) == (1, "")


def test_what_is_critical_is_answered_whatever_its_tags(world):
    world.ruleset = load({"a.yaml": MUTED.encode()})
    decided = world.say("the support took my coins, they are stolen", **CHAT)
    assert world.ticket(decided).tags == ("poser",)
    assert (len(world.replies()), decided.outcome.why.muted) == (1, "")


MUTED = """\
version: 1
queues: {general: {default: true}}
templates: {receipt: {en: "We have it."}}
abuse: {mute: poser}
rules:
  - {id: poser, when: {message.any|has: support}, then: {tag: poser}}
  - {id: stolen, when: {message.any|has: stolen}, then: {urgency: critical}}
"""
NAMED = """\
version: 1
queues: {general: {default: true}}
templates:
  receipt: {en: "Hello {{customer.name|there}}!"}
"""
