"""What rings, until whom, and how a ladder is climbed, whatever the clock does."""

import msgspec
import pytest

from router.clock import TimedIds, VirtualClock
from router.core.oncall import RING_AGAIN_MS, accept, begin, check_acceptable, climb, ring
from router.model.alarms import Ladder, PageEntry
from router.model.changes import Add, Record, Save
from router.model.errors import Refused
from router.model.tables import URGENCY_RANK, HookEntry
from rules.ruleset import load
from tests.unit.core.test_tickets import TICKET
from tests.unit.core.world import NOW, World, event

MINUTE = 60_000
PLAIN = load({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})
ROTAS = load(
    {
        "rules.yaml": b"""
version: 1
queues: {general: {default: true}, money: {}}
webhooks: {pager: {url: "https://pager.example/x", secret: "env:PAGER"}}
oncall:
  first:
    queues: [general]
    steps:
      - {browser: true, agent: [mei, li], within: 2m}
      - {webhook: pager, email: boss@wallet.example, within: 5m}
    repeat: 1
  money: {urgency: high, queues: [money], steps: [{agent: mei, within: 1m}]}
"""
    }
)


def ticket(urgency="critical", queue="general", **fields):
    return msgspec.structs.replace(TICKET, urgency=urgency, urgency_rank=URGENCY_RANK[urgency], queue=queue, **fields)


def rings(before, after, *, ruleset=ROTAS, **more):
    changed, events = ring(before, after, ruleset, now_ms=NOW, **more)
    return changed.alarm_since_ms, [e.kind for e in events]


def test_a_critical_ticket_rings_when_it_comes_to_be_one():
    assert rings(None, ticket()) == (NOW, ["alarm.raised"])
    assert rings(ticket("normal"), ticket()) == (NOW, ["alarm.raised"])
    assert rings(ticket(), ticket()) == (None, [])
    assert rings(None, ticket("high")) == (None, [])
    assert rings(None, ticket(), ruleset=PLAIN) == (NOW, ["alarm.raised"]), "somebody is always called"


def test_a_rota_may_ask_for_less_and_for_some_queues():
    assert rings(None, ticket("high", "money")) == (NOW, ["alarm.raised"])
    assert rings(ticket("high"), ticket("high", "money")) == (NOW, ["alarm.raised"])


@pytest.mark.parametrize("fields", [{"state": "solved"}, {"state": "closed"}, {"state": "rejected"}])
def test_what_is_done_does_not_ring_and_falls_silent(fields):
    assert rings(None, ticket(**fields)) == (None, [])
    assert rings(ticket(), ticket(alarm_since_ms=5, **fields)) == (None, ["alarm.over"])


def test_lowered_it_falls_silent():
    assert rings(ticket(), ticket("normal", alarm_since_ms=5)) == (None, ["alarm.over"])


def test_a_second_press_rings_again_only_when_whoever_accepted_has_had_their_time():
    there = ticket(accepted_by="a", accepted_at_ms=NOW - RING_AGAIN_MS + 1)
    assert rings(there, there, called=True) == (None, [])
    gone = ticket(accepted_by="a", accepted_at_ms=NOW - RING_AGAIN_MS)
    assert rings(gone, gone, called=True) == (NOW, ["alarm.raised"])
    ahead = ticket(accepted_by="a", accepted_at_ms=NOW + 24 * 60 * MINUTE)
    assert rings(ahead, ahead, called=True) == (NOW, ["alarm.raised"]), "the clock was set back since"
    assert rings(ticket(alarm_since_ms=5), ticket(alarm_since_ms=5), called=True) == (5, [])


def test_accepting_says_who_and_after_how_long():
    changed, (told,) = accept(ticket(alarm_since_ms=NOW - 90_000), "mei", how="button", now_ms=NOW)
    assert (changed.alarm_since_ms, changed.accepted_by, changed.accepted_at_ms) == (None, "mei", NOW)
    assert (told.actor, told.data) == ("agent:mei", {"how": "button", "after_ms": "90000"})
    assert accept(changed, "li", how="reply", now_ms=NOW) == (changed, [])


def test_one_agent_accepts():
    check_acceptable(ticket(alarm_since_ms=1), "mei")
    check_acceptable(ticket(accepted_by="mei"), "mei")
    for other, code in ((ticket(accepted_by="li"), "accepted_already"), (ticket(), "no_alarm")):
        with pytest.raises(Refused) as refused:
            check_acceptable(other, "mei")
        assert refused.value.code == code


class Climber:
    """Sweeps a ladder as the sweeper does, on a clock of its own."""

    def __init__(self, ruleset=ROTAS, **fields):
        self.ruleset, self.ids = ruleset, TimedIds(VirtualClock(NOW), seed=1)
        self.ticket = ticket(alarm_since_ms=NOW, **fields)
        self.ladder, self.pages, self.told = None, [], []
        self.places = set()
        self._take(begin(self.ticket, ruleset, now_ms=NOW, ids=self.ids))

    def sweep(self, now_ms):
        seen = len(self.pages)
        self._take(climb(self.ladder, self.ticket, self.ruleset, now_ms=now_ms, ids=self.ids))
        return [f"{p.kind}:{p.target}" for p in self.pages[seen:]]

    def _take(self, changes):
        for change in changes:
            match change:
                case Record(found):
                    self.told.append(found)
                case Add(Ladder() as row) | Save(Ladder() as row):
                    self.ladder = row
                case Add(PageEntry() as row):
                    place = (row.round, row.step, row.kind, row.target)
                    assert place not in self.places
                    self.places.add(place)
                    self.pages.append(row)
                case Add(HookEntry() as row):
                    assert row.id == self.pages[-1].id


def test_the_ladder_is_climbed_step_by_step_and_round_by_round_to_its_end():
    climber = Climber()
    assert [(p.kind, p.target) for p in climber.pages] == [("browser", ""), ("agent", "mei"), ("agent", "li")]
    assert climber.sweep(NOW + 2 * MINUTE - 1) == []
    assert climber.sweep(NOW + 2 * MINUTE) == ["webhook:pager", "email:boss@wallet.example"]
    assert climber.sweep(NOW + 7 * MINUTE - 1) == []
    assert climber.sweep(NOW + 7 * MINUTE) == ["browser:", "agent:mei", "agent:li"]
    assert len(climber.sweep(NOW + 9 * MINUTE)) == 2
    assert climber.sweep(NOW + 14 * MINUTE) == []
    assert climber.ladder.state == "unanswered"
    assert climber.told[-1].kind == "alarm.unanswered"
    assert climber.sweep(NOW + 99 * MINUTE) == []


def test_a_clock_that_jumps_ahead_skips_no_step_and_pages_none_twice():
    climber = Climber()
    day = NOW + 24 * 60 * MINUTE
    assert climber.sweep(day) == ["webhook:pager", "email:boss@wallet.example"]
    assert climber.sweep(day) == []
    assert climber.sweep(day + 5 * MINUTE) == ["browser:", "agent:mei", "agent:li"]


def test_a_clock_that_jumps_back_delays_a_step_by_its_own_time_at_most():
    climber = Climber()
    past = NOW - 24 * 60 * MINUTE
    assert climber.sweep(past) == []
    assert climber.sweep(past + 2 * MINUTE) == ["webhook:pager", "email:boss@wallet.example"]


def test_once_accepted_nobody_is_paged():
    climber = Climber()
    climber.ticket = accept(climber.ticket, "mei", how="button", now_ms=NOW)[0]
    assert climber.sweep(NOW + 9 * MINUTE) == []
    assert climber.ladder.state == "over"


def test_rules_that_change_meanwhile_leave_no_ladder_without_a_step():
    climber = Climber()
    climber.sweep(NOW + 2 * MINUTE)
    climber.ruleset = PLAIN
    assert climber.sweep(NOW + 7 * MINUTE) == ["browser:"]


def test_a_pager_is_told_ids_and_no_content():
    climber = Climber(subject="my phrase is secret", snippet="secret")
    changes = climb(climber.ladder, climber.ticket, ROTAS, now_ms=NOW + 2 * MINUTE, ids=climber.ids)
    (word,) = [c.row for c in changes if isinstance(c, Add) and isinstance(c.row, HookEntry)]
    body = msgspec.json.decode(bytes(word.body))
    assert (body["type"], body["ticket_id"], body["step"], body["round"]) == ("page", TICKET.id, 2, 1)
    assert "secret" not in bytes(word.body).decode()


def test_a_message_and_its_edit_ring_and_history_from_a_file_does_not():
    world = World()
    assert world.ticket(world.say("stolen")).alarm_since_ms == NOW
    first = world.say("hello", sender="bob@example.org", message_id="<b>")
    assert world.ticket(first).alarm_since_ms is None
    world.take(event("stolen", sender="bob@example.org", kind="edit", message_id="<e>", target_id="<b>"))
    assert world.ticket(first).alarm_since_ms == NOW
    old = world.take(event("stolen", sender="old@example.org"), imported=True)
    assert (world.ticket(old).urgency, world.ticket(old).alarm_since_ms) == ("critical", None)


@pytest.mark.parametrize("state", ["solved", "rejected"])
@pytest.mark.parametrize(
    ("said", "again", "ago_ms", "rings"),
    [
        ("stolen", "stolen, they go on", RING_AGAIN_MS, True),
        ("stolen", "stolen, they go on", RING_AGAIN_MS - 1, False),
        ("stolen", "did you do what you said?", RING_AGAIN_MS, False),
        ("hello", "stolen", 1, True),
    ],
)
def test_an_emergency_that_was_taken_for_done_rings_again(state, said, again, ago_ms, rings):
    world = World()
    first = world.say(said, message_id="<1>")
    world.change(first, state=state, alarm_since_ms=None, accepted_by="a", accepted_at_ms=NOW)
    world.now_ms += ago_ms
    world.say(again, message_id="<again>", in_reply_to="<1>", references=("<1>",))
    ticket = world.ticket(first)
    assert (ticket.state, ticket.alarm_since_ms) == ("open", world.now_ms if rings else None)


@pytest.mark.parametrize(("state", "number"), [("solved", 1001), ("closed", 1002)])
def test_whoever_presses_the_alarm_with_a_word_of_thanks_is_heard(state, number):
    world = World()
    world.change(world.say("hello", message_id="<1>"), state=state, solved_at_ms=NOW)
    pressed = world.say("thanks!", message_id="<2>", in_reply_to="<1>", references=("<1>",), alarm=True)
    assert (world.ticket(pressed).number, world.ticket(pressed).alarm_since_ms) == (number, NOW)


@pytest.mark.parametrize("state", ["solved", "rejected"])
def test_an_edit_that_tells_of_an_emergency_opens_what_was_taken_for_done(state):
    world = World()
    first = world.say("hello", message_id="<1>")
    world.change(first, state=state)
    world.take(event("a typo", kind="edit", message_id="<e1>", target_id="<1>"))
    assert world.ticket(first).state == state
    world.take(event("stolen", kind="edit", message_id="<e2>", target_id="<1>"))
    ticket = world.ticket(first)
    assert (ticket.state, ticket.alarm_since_ms) == ("open", NOW)
    assert [one.kind for one in world.events][-3:-1] == ["ticket.state", "alarm.raised"]


def test_what_rings_is_called_about_even_when_the_rules_name_nobody_any_more():
    climber = Climber(PLAIN, urgency="high", queue="money")
    assert [p.kind for p in climber.pages] == ["browser"]
