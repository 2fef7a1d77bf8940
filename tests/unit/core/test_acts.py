"""What rules ask of the house beyond where a ticket goes, and what is told of what could not be done."""

import msgspec

from router.connector import Rejected, Sent
from router.core.delivery import after_attempt
from router.model.decisions import WhyAct, Word
from router.model.message import Care
from router.model.tables import Agent, HookEntry, Message, OutboxEntry
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
    world, decided = taken("hide this", moderates=("hide",))
    (row,) = rows(decided, OutboxEntry)
    assert (row.action, row.message_id, row.state) == ("hide", decided.outcome.message_id, "queued")
    (told,) = [e for e in world.events if e.kind == "post.hide"]
    assert told.data == {"state": "asked", "rule": "out-of-sight"}
    assert decided.outcome.why.acts == (WhyAct(kind="hide", value="true", rule="out-of-sight", outcome="done"),)


def test_a_channel_that_only_deletes_deletes_it():
    world, decided = taken("hide this", moderates=("delete",))
    assert [row.action for row in rows(decided, OutboxEntry)] == ["delete"]
    assert [e.data for e in world.events if e.kind == "post.delete"] == [{"state": "asked", "rule": "out-of-sight"}]


def test_a_channel_that_cannot_hide_leaves_it_to_an_agent():
    world, decided = taken("hide this")
    assert rows(decided, OutboxEntry) == []
    (told,) = [e for e in world.events if e.kind == "post.hide"]
    assert told.data["state"] == "impossible"
    (act,) = decided.outcome.why.acts
    assert (act.outcome, act.detail) == ("impossible", "channel_cannot")


def test_what_is_private_has_nothing_to_hide():
    world, decided = taken("hide this", visibility="private", moderates=("hide",))
    assert [e.kind for e in world.events if e.kind == "post.hide"] == []
    assert [act.detail for act in decided.outcome.why.acts] == ["private"]


def test_history_from_a_file_is_only_filed():
    _, decided = taken("hide this", imported=True, moderates=("hide",))
    assert rows(decided, OutboxEntry) == []
    assert [act.detail for act in decided.outcome.why.acts] == ["imported"]


def test_what_became_of_hiding_says_nothing_of_the_message():
    world, decided = taken("hide this", moderates=("hide",))
    (row,) = rows(decided, OutboxEntry)
    message = world.messages[decided.outcome.message_id]
    for outcome, state in ((Sent(provider_id="p1"), "sent"), (Rejected(reason="gone"), "cancelled")):
        changes = after_attempt(row, message, outcome, now_ms=NOW, jitter=0.5, resend_is_safe=True)
        kinds = [type(change.row) for change in changes if hasattr(change, "row")]
        assert kinds == [OutboxEntry]
        assert Message not in kinds
        assert changes[-1].event.data == {"from": "queued", "to": state, "attempt": "0", "action": "hide"}


MORE = b"""
version: 1
queues: {general: {default: true}, billing: {}}
times: {office: {zone: UTC, open: {mon-sun: 09:00-17:00}}}
webhooks: {crm: {url: "https://crm.example.com/hook", secret: "env:CRM_SECRET"}}
redact: {quiet: {find: [PHONE], viewers: {webhook: removed}}}
templates: {receipt: {en: Got it}}
rules:
  - {id: to-mei, when: {message.text|has: mei}, then: {assign: mei}}
  - {id: to-tom, when: {message.text|has: tom}, then: {assign: tom}}
  - {id: to-all, when: {message.text|has: everybody}, then: {assign: nobody}}
  - {id: spam, when: {message.text|has: lottery}, then: {close: spam}}
  - {id: later, when: {message.text|has: later}, then: {snooze: 2h}}
  - {id: morning, when: {message.text|has: tomorrow}, then: {snooze: {until: office}}}
  - id: tell
    when: {message.text|has: tell}
    then: {notify: [{queue: billing, text: look}, {agent: mei, text: yours}, {agent: nil, text: gone}], webhook: crm}
"""
MEI = Agent(id="a-mei", login="mei", name="Mei", created_at_ms=1)
TOM = Agent(id="a-tom", login="tom", name="Tom", created_at_ms=1)


class Desk:
    """A world in which rules ask for much."""

    def __init__(self):
        self.world = World()
        self.world.ruleset = load({"rules.yaml": MORE})
        for agent in (MEI, TOM):
            self.world.snapshot.put(agent)

    def say(self, text, **fields):
        self.decided = self.world.say(text, channel="telegram", sender="77", **fields)
        return self.world.ticket(self.decided)

    @property
    def acts(self):
        return [(act.kind, act.value, act.outcome, act.detail) for act in self.decided.outcome.why.acts]

    def events(self, kind):
        return [event for event in self.world.events if event.kind == kind]


def test_agents_whom_rules_name_are_known_beforehand():
    assert load({"rules.yaml": MORE}).logins == {"mei", "tom", "nil"}


def test_assign_by_login():
    desk = Desk()
    ticket = desk.say("for mei")
    assert (ticket.assignee_id, ticket.state, ticket.version) == (MEI.id, "open", 1)
    assert desk.acts == [("assign", "mei", "done", "")]
    (event,) = desk.events("ticket.assigned")
    assert (event.actor, event.data) == ("rules", {"from": "", "to": MEI.id, "reason": "rule"})


def test_the_first_rule_that_assigns_decides_and_the_other_is_told():
    desk = Desk()
    assert desk.say("for tom and mei").assignee_id == MEI.id
    (lost,) = desk.decided.outcome.why.lost
    assert (lost.rule, lost.key, lost.value, lost.to) == ("to-tom", "assign", "tom", "to-mei")


def test_a_later_message_tears_no_ticket_from_its_agent_but_may_release_it():
    desk = Desk()
    desk.say("for mei")
    ticket = desk.say("and tom")
    assert (ticket.assignee_id, desk.acts) == (MEI.id, [("assign", "tom", "impossible", "taken")])
    desk.say("mei again")
    assert desk.acts == [("assign", "mei", "done", "")]
    assert len(desk.events("ticket.assigned")) == 1
    assert desk.say("everybody").assignee_id is None
    assert desk.say("tom").assignee_id == TOM.id


def test_an_agent_who_does_not_exist_is_told():
    desk = Desk()
    del desk.world.snapshot.agents["mei"]
    assert desk.say("for mei").assignee_id is None
    assert desk.acts == [("assign", "mei", "impossible", "no_such_agent")]


def test_close_with_its_reason_and_without_a_receipt():
    desk = Desk()
    ticket = desk.say("lottery")
    assert (ticket.state, ticket.state_reason, ticket.waiting_since_ms) == ("closed", "spam", None)
    assert [message.kind for message in desk.world.messages.values()] == ["inbound"]
    again = desk.say("hello")
    assert again.id != ticket.id
    assert ticket.id in again.related


def test_snooze_until_a_time_has_passed_or_the_customer_writes():
    desk = Desk()
    ticket = desk.say("later please")
    assert ticket.snoozed_until_ms == NOW + 2 * 3_600_000
    assert desk.events("ticket.snoozed")[0].data == {"until_ms": str(ticket.snoozed_until_ms), "reason": "later"}
    woken = desk.say("I am back")
    assert (woken.id, woken.snoozed_until_ms, woken.version) == (ticket.id, None, 2)
    assert [event.data["reason"] for event in desk.events("ticket.snoozed")] == ["later", "customer_wrote"]
    assert desk.say("even later").snoozed_until_ms == NOW + 2 * 3_600_000


def test_snooze_until_hours_open_next():
    ticket = Desk().say("tomorrow")
    day_ms = 86_400_000
    at = ticket.snoozed_until_ms
    assert at > NOW
    assert at % day_ms == 9 * 3_600_000
    assert at - NOW <= day_ms


def test_notices_go_to_queues_and_agents_by_the_words_of_the_rule():
    desk = Desk()
    desk.say("tell them")
    assert [event.data for event in desk.events("ticket.notice")] == [
        {"to": "queue:billing", "text": "look", "rule": "tell"},
        {"to": "agent:mei", "text": "yours", "rule": "tell"},
    ]
    assert ("notify", "agent:nil", "impossible", "no_such_agent") in desk.acts


def test_a_webhook_gets_ids_and_the_decision_never_content():
    desk = Desk()
    ticket = desk.say("tell them my dog's name is Bello")
    (row,) = rows(desk.decided, HookEntry)
    assert (row.webhook, row.ticket_id, row.state) == ("crm", ticket.id, "queued")
    word = msgspec.json.decode(bytes(row.body))
    assert set(word) == set(Word.__struct_fields__)
    assert (word["rule"], word["ticket_id"], word["ticket_new"], word["queue"]) == ("tell", ticket.id, True, "general")
    assert b"Bello" not in bytes(row.body)


def test_a_webhook_is_not_told_what_a_policy_keeps_from_it():
    desk = Desk()
    care = Care(policies=(), untold=("PHONE",))
    decided = desk.world.take(event("tell them"), findings=("PHONE", "CARD"), care=care)
    (row,) = rows(decided, HookEntry)
    assert msgspec.json.decode(bytes(row.body))["findings"] == ["CARD"]
