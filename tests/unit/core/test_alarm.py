"""The alarm makes a ticket critical by itself, once, and is silenced by no rule."""

from router.core.alarm import ALARM_BUTTON
from router.model.limits import AUTO_REPLIES_PER_HOUR
from rules.ruleset import load
from tests.unit.core.world import World, event

PLAIN = b"version: 1\nqueues: {general: {default: true}}\n"
RULES = b"""
version: 1
queues: {general: {default: true}, emergency: {emergency: true}, fees: {}}
templates:
  safety-checklist: {en: "Do this now. {{ticket.number}}", zh: "\xe8\xaf\xb7\xe7\xab\x8b\xe5\x8d\xb3 {{ticket.number}}"}
  receipt: {en: "{{ticket.number}}"}
  about-fees: {en: fees}
rules:
  - {id: fee, when: {message.text|has: fee}, then: {tag: fees, queue: fees, reply: about-fees}}
  - {id: lottery, when: {message.text|has: lottery}, then: {close: spam}}
  - {id: pressed, when: {message.alarm: true}, then: {tag: pressed}}
"""


def pressed(world, text="My wallet is being emptied", **fields):
    return world.take(event(text, channel="webchat", sender="v-1", alarm=True, **fields))


def ruled(rules=RULES, **circumstances):
    world = World(**circumstances)
    world.ruleset = load({"rules.yaml": rules})
    return world


def test_without_any_rule_it_is_critical_and_says_why():
    world = ruled(PLAIN)
    decided = pressed(world, "hello")
    ticket = world.ticket(decided)
    assert (ticket.urgency, ticket.queue) == ("critical", "general")
    assert [reason.rule for reason in decided.outcome.why.reasons] == [ALARM_BUTTON]


def test_it_goes_to_the_emergency_queue_and_the_checklist_leaves_at_once():
    world = ruled()
    ticket = world.ticket(pressed(world))
    assert (ticket.urgency, ticket.queue, ticket.tags) == ("critical", "emergency", ("pressed",))
    (reply,) = world.replies()
    assert reply.text == "Do this now. {{ticket.number}}"
    (row,) = world.outbox()
    assert (row.state, row.due_at_ms) == ("queued", world.now_ms)


def test_the_checklist_is_in_the_customers_language():
    world = ruled()
    pressed(world, "我的钱包正在被盗")
    assert world.replies()[0].text == "请立即 {{ticket.number}}"


def test_what_rules_asked_for_and_did_not_get_is_told():
    world = ruled()
    decided = pressed(world, "a fee")
    assert world.ticket(decided).queue == "emergency"
    lost = {(lost.rule, lost.key, lost.value, lost.to) for lost in decided.outcome.why.lost}
    assert ("fee", "reply", "about-fees", ALARM_BUTTON) in lost


def test_no_rule_closes_it():
    world = ruled()
    decided = pressed(world, "you won the lottery")
    assert world.ticket(decided).state == "new"
    assert decided.outcome.why.acts == ()


def test_an_open_ticket_turns_critical_and_moves():
    world = ruled()
    first = world.say("hello", channel="webchat", sender="v-1")
    decided = pressed(world)
    assert world.ticket(first).id == world.ticket(decided).id
    assert (world.ticket(decided).urgency, world.ticket(decided).queue) == ("critical", "emergency")
    assert len(world.replies()) == 2


def test_pressed_twice_it_is_one_ticket_and_one_checklist():
    world = ruled()
    first, second = pressed(world), pressed(world, message_id="again")
    assert world.ticket(first).id == world.ticket(second).id
    assert len(world.replies()) == 1


def test_history_from_a_file_raises_nothing():
    world = ruled()
    decided = world.take(event("old", alarm=True), imported=True)
    assert world.ticket(decided).urgency == "normal"


def test_the_checklist_leaves_however_many_answers_this_hour_had():
    world = ruled()
    for number in range(AUTO_REPLIES_PER_HOUR):
        world.change(world.say("hello", channel="webchat", sender="v-1", message_id=str(number)), state="closed")
    assert len(world.replies()) == AUTO_REPLIES_PER_HOUR
    world.say("hello", channel="webchat", sender="v-1", message_id="one more")
    assert len(world.replies()) == AUTO_REPLIES_PER_HOUR
    pressed(world)
    assert world.replies()[-1].text.startswith("Do this now")
