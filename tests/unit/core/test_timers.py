"""Timers and notices: reminded, closed, brought back; told once, on the customer's channel, through the guard."""

import msgspec
import pytest

from router.clock import TimedIds, VirtualClock
from router.core import notices, unread
from router.core.notices import Moment
from router.core.replies import ChannelView, answered
from router.core.tickets import change_state
from router.core.timers import fire, timers_of
from router.model.changes import Add
from router.model.returned import Returned, returned_id
from router.model.snapshot import ReplyFacts, Unlooked
from router.model.tables import HookEntry, Message, OutboxEntry
from router.model.timers import Said, Timer
from rules.links import LinkHosts
from rules.ruleset import load
from tests.unit.core.test_replies import MEI
from tests.unit.core.world import NOW, World

RULES = """\
version: 1
queues: {general: {default: true}}
times: {office: {zone: Asia/Shanghai, open: {mon-fri: 09:00-18:00}, closed: 2026-10-30}}
templates:
  wait: {en: "{{ticket.number}} waits for you"}
  remind: {en: "{{ticket.number}} still waits"}
  rejected: {en: "{{ticket.number}}: {{ticket.reason}}\\n{{ticket.checklist}}"}
  solved: {en: "{{ticket.number}} is solved, {{customer.name|dear customer}}"}
  closed: {en: "{{ticket.number}} is closed: {{ticket.reason}}"}
  silence: {en: "{{ticket.number}} had no answer"}
webhooks: {push: {url: https://push.example, secret: env:PUSH}}
lifecycle:
  clock: office
  waiting: {remind: 24h, close: 3 working days}
  solved: {close: 14d}
  tell: {waiting: wait, reminder: remind, rejected: rejected, solved: solved, closed: closed, unanswered: silence}
  silent: [Spam]
  unread: {after: 10m, webhook: push}
"""
# NOW is Monday, 26 October 2026, 15:33 in Shanghai; Friday of that week is closed.
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
RULESET = load({"rules.yaml": RULES.encode()}, hosts=LinkHosts.of(["ours.example"]))
CHAT = {"channel": "telegram", "sender": "77", "thread_id": "77"}


class Desk:
    """A customer's ticket, what agents and time make of it, and what the customer is told."""

    def __init__(self, **said) -> None:
        self.world = World()
        self.world.ruleset = RULESET
        decided = self.world.say("hello", **(CHAT | said))
        self.ticket = self.world.ticket(decided)
        self.last = self.world.messages[decided.outcome.message_id]
        self.conversation = self.world.conversation(decided)
        self.timers: list[Timer] = []
        self.texts: list[str] = []
        self.keys: set[str] = set()
        self.ruleset = RULESET
        self.events = []
        self.returned = None
        self.said = None

    @property
    def facts(self):
        return ReplyFacts(
            ticket=self.ticket,
            conversation=self.conversation,
            last_inbound=self.last,
            contact_name="Ann",
            told=frozenset(self.keys),
            returned=self.returned,
        )

    def to(self, state, reason=None, *, after_ms=0, replied=False, checklist=()):
        now_ms = self.world.now_ms = self.world.now_ms + after_ms
        changed, _ = change_state(
            self.ticket, state, actor="agent:a", reason=reason, checklist=checklist, now_ms=now_ms
        )
        what = notices.due(self.ticket, changed, self.ruleset.lifecycle, replied=replied)
        told = notices.tell(what, changed, self.moment, self.world.ids)
        self.take(changed, told)
        return self

    def take(self, ticket, changes):
        more = timers_of(self.ticket, ticket, self.ruleset.lifecycle, self.ruleset.times, **self.now)
        for change in [*changes, *more]:
            row = getattr(change, "row", None)
            if isinstance(change, Add) and isinstance(row, Timer):
                self.timers.append(row)
            elif isinstance(row, Message):
                self.texts.append(row.text)
                self.keys.add(row.client_key)
            elif row is None:
                self.events.append(change.event)
        self.ticket = ticket

    @property
    def moment(self):
        view = ChannelView(can_send=True)
        return Moment(facts=self.facts, channel=view, ruleset=self.ruleset, now_ms=self.world.now_ms)

    @property
    def now(self):
        return {"now_ms": self.world.now_ms, "ids": self.world.ids}

    def wait(self, until_ms):
        """Let time pass as the sweeper does."""
        while due := sorted(
            (t for t in self.timers if t.done_at_ms is None and t.due_at_ms <= until_ms), key=lambda t: t.due_at_ms
        ):
            self.world.now_ms = max(self.world.now_ms, due[0].due_at_ms)
            fired = fire(due[0], self.moment, self.world.ids, self.said)
            self.timers = [fired.timer if t.id == fired.timer.id else t for t in self.timers]
            self.take(fired.ticket, fired.changes)
        self.world.now_ms = max(self.world.now_ms, until_ms)
        return self

    @property
    def outcomes(self):
        return [(t.kind, t.outcome) for t in self.timers if t.done_at_ms is not None]


def test_a_tag_that_is_muted_is_told_nothing_of_its_states_unless_it_is_critical():
    desk = Desk()
    desk.ruleset = load({"rules.yaml": f"{RULES}tags: [poser]\nabuse: {{mute: poser}}\n".encode()})
    desk.ticket = msgspec.structs.replace(desk.ticket, tags=("poser",))
    assert desk.to("waiting").wait(NOW + DAY_MS).texts == []
    desk.ticket = msgspec.structs.replace(desk.ticket, urgency="critical", state="open")
    assert desk.to("waiting").texts == ["T-1001 waits for you"]


def test_a_forged_address_is_told_nothing_and_a_mailing_what_an_agent_does():
    forged = Desk(channel="email", sender="ann@example.org", person={"verified": False})
    assert forged.to("waiting").wait(NOW + DAY_MS).texts == []
    mailing = Desk(channel="email", sender="ann@example.org", mailing=True)
    assert mailing.to("waiting").texts == ["T-1001 waits for you"]


def test_a_waiting_customer_is_reminded_after_a_day_and_closed_after_three_working_days():
    desk = Desk().to("waiting")
    assert [(t.kind, t.due_at_ms) for t in desk.timers] == [("remind", NOW + DAY_MS)]
    desk.wait(NOW + DAY_MS - 1)
    assert desk.texts == ["T-1001 waits for you"]
    desk.wait(NOW + DAY_MS)
    assert desk.texts[1:] == ["T-1001 still waits"]
    closing = NOW + 3 * DAY_MS  # Tuesday, Wednesday, Thursday
    desk.wait(closing - 1)
    assert desk.ticket.state == "waiting"
    desk.wait(closing)
    assert (desk.ticket.state, desk.ticket.state_reason) == ("closed", "no-answer")
    assert desk.texts[2:] == ["T-1001 had no answer"]
    assert desk.outcomes == [("remind", "fired"), ("close", "fired")]
    assert [e.data for e in desk.events if e.kind == "ticket.reminded"] == [{"state": "waiting", "sent": "yes"}]


def test_days_that_are_closed_do_not_count():
    desk = Desk().to("waiting", after_ms=2 * DAY_MS)  # Wednesday; Friday is a holiday, then comes a weekend
    desk.wait(NOW + 30 * DAY_MS)
    assert desk.ticket.state_since_ms == NOW + 8 * DAY_MS  # Thursday, Monday, Tuesday


def test_an_answer_overtakes_the_timers():
    desk = Desk().to("waiting")
    desk.ticket = msgspec.structs.replace(desk.ticket, state="open", state_since_ms=NOW + 5)
    desk.wait(NOW + 30 * DAY_MS)
    assert desk.outcomes == [("remind", "overtaken")]
    assert desk.texts == ["T-1001 waits for you"]
    again = Desk().to("waiting").to("open", after_ms=5).to("waiting", after_ms=HOUR_MS)
    again.wait(NOW + 30 * DAY_MS)
    assert [outcome for _, outcome in again.outcomes] == ["overtaken", "fired", "fired"]


def test_another_answer_begins_the_customers_time_anew_and_reminds_once():
    desk = Desk().to("waiting", replied=True).wait(NOW + 2 * DAY_MS)
    assert desk.texts == ["T-1001 still waits"]
    changed, _ = answered(desk.ticket, MEI, "one more question", solve=False, now_ms=desk.world.now_ms)
    desk.take(changed, [])
    desk.wait(NOW + 8 * DAY_MS - 1)  # Thursday, Monday, Tuesday: Friday is a holiday, then comes a weekend
    assert (desk.ticket.state, desk.texts) == ("waiting", ["T-1001 still waits"])
    desk.wait(NOW + 8 * DAY_MS)
    assert (desk.ticket.state, desk.texts[1:]) == ("closed", ["T-1001 had no answer"])


@pytest.mark.parametrize("state", ["queued", "sending", "held", "dead"])
def test_who_has_not_got_what_they_are_to_answer_has_all_the_time(state):
    desk = Desk().to("waiting", replied=True)
    desk.said = Said(state=state)
    desk.wait(NOW + 9 * DAY_MS)
    assert (desk.ticket.state, desk.texts, desk.outcomes) == ("waiting", [], [])
    left_ms = desk.world.now_ms
    desk.said = Said(state="delivered", left_at_ms=left_ms)
    desk.wait(left_ms + DAY_MS - 1)
    assert desk.texts == []
    desk.wait(left_ms + DAY_MS)
    assert desk.texts == ["T-1001 still waits"]
    desk.said = Said(state="cancelled")  # an agent saw to it
    desk.wait(left_ms + 30 * DAY_MS)
    assert desk.ticket.state == "closed"


def test_a_solved_ticket_closes_whether_its_customer_could_be_told_or_not():
    desk = Desk().to("solved")
    desk.said = Said(state="dead")
    assert desk.wait(NOW + 14 * DAY_MS).ticket.state == "closed"


def test_a_clock_that_jumps_leaves_the_customer_their_time():
    desk = Desk().to("waiting")
    (reminder,) = desk.timers
    desk.timers = [msgspec.structs.replace(reminder, due_at_ms=NOW + 9 * DAY_MS)]
    desk.wait(NOW + 9 * DAY_MS)
    assert desk.ticket.state == "waiting"
    assert desk.timers[-1].due_at_ms == NOW + 9 * DAY_MS + 2 * DAY_MS


def test_rules_that_have_become_more_patient_hold_and_none_close_nothing():
    desk = Desk().to("waiting")
    desk.ruleset = load({"rules.yaml": RULES.replace("remind: 24h", "remind: 48h").encode()})
    desk.wait(NOW + DAY_MS)
    assert [(t.kind, t.due_at_ms, t.done_at_ms) for t in desk.timers] == [("remind", NOW + 2 * DAY_MS, None)]
    desk.ruleset = load({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})
    desk.wait(NOW + 2 * DAY_MS)
    assert desk.outcomes == [("remind", "overtaken")]


def test_what_is_put_aside_comes_back_once():
    desk = Desk()
    aside = msgspec.structs.replace(desk.ticket, snoozed_until_ms=NOW + HOUR_MS, version=2)
    desk.take(aside, [])
    later = msgspec.structs.replace(aside, snoozed_until_ms=NOW + 2 * HOUR_MS, version=3)
    desk.take(later, [])
    desk.wait(NOW + 3 * HOUR_MS)
    assert desk.outcomes == [("wake", "overtaken"), ("wake", "fired")]
    assert desk.ticket.snoozed_until_ms is None


def test_nobody_is_told_twice_until_they_write_again():
    desk = Desk().to("solved").to("open", after_ms=5).to("solved", after_ms=5)
    assert desk.texts == ["T-1001 is solved, Ann"]
    desk.ticket = msgspec.structs.replace(desk.ticket, last_inbound_at_ms=NOW + HOUR_MS)
    desk.to("open").to("solved")
    assert len(desk.texts) == 2
    desk.to("closed", "done with")
    assert len(desk.texts) == 2, "it was told that it is solved"


def test_what_is_missing_is_told_anew_where_it_is_something_else():
    desk = Desk()
    for checklist in (("a photo",), ("a photo",), ("the back of the card",)):
        desk.to("rejected", "We cannot read it.", checklist=checklist).to("open")
    assert [text.rpartition("- ")[2] for text in desk.texts] == ["a photo", "the back of the card"]


def test_a_rejected_ticket_tells_what_is_missing():
    desk = Desk().to("rejected", "We cannot read it.", checklist=("a clear photo", "the date"))
    assert desk.texts == ["T-1001: We cannot read it.\n- a clear photo\n- the date"]


def test_a_reply_says_by_itself_that_we_wait():
    assert Desk().to("waiting", replied=True).texts == []


@pytest.mark.parametrize(("reason", "told"), [("spam", 0), ("SPAM ", 0), ("not ours", 1)])
def test_spammers_are_not_told(reason, told):
    assert len(Desk().to("closed", reason).texts) == told


def test_nothing_is_told_where_mail_came_back_from():
    desk = Desk(channel="email", sender="ann@example.org")
    desk.returned = Returned(id=returned_id("ann@example.org"), status="5.1.1", message_id="m", at_ms=NOW)
    assert desk.to("waiting").wait(NOW + DAY_MS + HOUR_MS).to("open").to("solved").texts == []
    assert desk.outcomes[0] == ("remind", "fired"), "time goes on"
    desk.returned = None
    assert len(desk.to("open").to("waiting").texts) == 1


@pytest.mark.parametrize("automatic", ["auto_reply", "bounce", "bulk"])
def test_never_to_automatic_mail(automatic):
    desk = Desk(channel="email", sender="robot@example.org", automatic=automatic)
    assert desk.to("solved").texts == []


@pytest.mark.parametrize("reason", ["see https://evil.example/x", "please send us your recovery phrase"])
def test_what_the_guard_stops_is_not_sent_and_told(reason):
    desk = Desk().to("rejected", reason, checklist=("x",))
    assert desk.texts == []
    (stopped,) = [event for event in desk.events if event.kind == "reply.blocked"]
    assert stopped.data["template"] == "rejected"


def ids():
    return TimedIds(VirtualClock(NOW), seed=3)


@pytest.mark.parametrize(
    ("state", "inbound_ms", "outcome"),
    [
        ("delivered", 0, "fired"),
        ("sent", 0, "fired"),
        ("dead", 0, "fired"),
        ("read", 0, "read"),
        ("cancelled", 0, "cancelled"),
        ("delivered", 5, "answered"),
    ],
)
def test_word_goes_to_the_app_of_what_nobody_read(state, inbound_ms, outcome):
    ticket = msgspec.structs.replace(Desk().ticket, last_inbound_at_ms=NOW - 1 + inbound_ms)
    (added,) = unread.watch(ticket, "m", "webchat", RULESET.lifecycle, now_ms=NOW, ids=ids())
    timer = added.row
    assert (timer.kind, timer.due_at_ms, timer.about) == ("unread", NOW + 600_000, "m")
    entry = OutboxEntry(
        id="o", message_id="m", conversation_id="v", ticket_id=ticket.id, channel="webchat", account="default",
        state=state, due_at_ms=NOW, created_at_ms=NOW,
    )  # fmt: skip
    facts = Unlooked(ticket=ticket, delivery=entry, user_id="u-7")
    got, changes = unread.look(timer, facts, RULESET.lifecycle, now_ms=NOW + 600_000, ids=ids())
    assert got == outcome
    words = [c.row for c in changes if isinstance(c, Add) and isinstance(c.row, HookEntry)]
    assert len(words) == (outcome == "fired")
    for word in words:
        body = msgspec.json.decode(bytes(word.body))
        assert (body["type"], body["user_id"], body["message_id"]) == ("customer.notify", "u-7", "m")
        assert "hello" not in str(body)


def test_channels_that_do_not_know_what_was_read_are_not_watched():
    assert unread.watch(Desk().ticket, "m", "telegram", RULESET.lifecycle, now_ms=NOW, ids=ids()) == []
