"""Every story of docs/tickets.md, told by the decisions themselves."""

import re
from pathlib import Path

import pytest

from router.core import notices
from router.core.replies import ChannelView
from router.core.tickets import change_state
from router.core.timers import Moment, changes_of, fire, timers_of
from router.model.changes import NUMBER_PLACEHOLDER, Record, Save
from router.model.snapshot import ReplyFacts
from router.model.timers import Timer
from rules.moments import duration_ms
from rules.ruleset import load
from tests.unit.core.world import World

GUIDE = (Path(__file__).parents[3] / "docs" / "tickets.md").read_text(encoding="utf-8")
LIFE = GUIDE.partition("## The life of a ticket")[2].partition("\n## ")[0]
(RULES,) = re.findall(r"```yaml\n(.*?)```", LIFE, re.DOTALL)
STORIES = re.findall(r"```story\n(.*?)```", LIFE, re.DOTALL)
RULESET = load({"rules.yaml": RULES.encode()})
CHAT = {"channel": "webchat", "sender": "77", "thread_id": "77"}


class Story:
    """One customer, and what becomes of what they say."""

    def __init__(self) -> None:
        self.world = World()
        self.world.ruleset = RULESET
        self.timers: dict[str, Timer] = {}
        self.said = 0
        self.decided = None

    def tell(self, line: str) -> None:
        who, _, what = line.partition(": ")
        if who != "told":
            self.said = len(self.world.replies())
        getattr(self, who)(what)

    @property
    def ticket(self):
        return self.world.ticket(self.decided)

    def customer(self, text):
        self.world.now_ms += 1_000
        self.decided = self.world.say(text, message_id=self.world.ids.new(), **CHAT)
        self.keep(self.decided.changes)

    def agent(self, what):
        state, reason, *checklist = [part.strip() for part in what.split(", ")] + ([] if ", " in what else [""])
        replied = state == "replied"
        before = self.ticket
        changed, event = change_state(
            before,
            "waiting" if replied else state,
            actor="agent:mei",
            reason=reason or None,
            checklist=tuple(checklist),
            now_ms=self.world.now_ms,
        )
        told = notices.due(before, changed, RULESET.lifecycle, replied=replied)
        self.write([Save(changed), Record(event), *self.notice(told, changed)], before, changed)

    def notice(self, told, ticket):
        now = {"now_ms": self.world.now_ms, "ids": self.world.ids}
        return notices.tell(told, ticket, self.facts, RULESET, ChannelView(can_send=True), **now)

    @property
    def facts(self):
        ticket, messages = self.ticket, list(self.world.messages.values())
        mine = [m for m in messages if m.ticket_id == ticket.id]
        return ReplyFacts(
            ticket=ticket,
            conversation=self.world.conversation(self.decided),
            last_inbound=[m for m in mine if m.kind == "inbound"][-1],
            told=frozenset(m.client_key for m in mine if m.client_key),
        )

    def write(self, changes, before, after):
        now = {"now_ms": self.world.now_ms, "ids": self.world.ids}
        changes = [*changes, *timers_of(before, after, RULESET.lifecycle, RULESET.times, **now)]
        self.world.apply(changes)
        self.keep(changes)

    def keep(self, changes):
        self.timers.update({c.row.id: c.row for c in changes if isinstance(getattr(c, "row", None), Timer)})

    def time(self, length):
        until_ms = self.world.now_ms + duration_ms(length)
        while due := [t for t in self.timers.values() if t.done_at_ms is None and t.due_at_ms <= until_ms]:
            timer = min(due, key=lambda t: t.due_at_ms)
            self.world.now_ms = max(self.world.now_ms, timer.due_at_ms)
            before, now_ms = self.ticket, self.world.now_ms
            moment = Moment(facts=self.facts, channel=ChannelView(can_send=True), ruleset=RULESET, now_ms=now_ms)
            fired = fire(timer, moment, self.world.ids)
            self.write(changes_of(fired, before), before, fired.ticket)
        self.world.now_ms = until_ms

    def told(self, text):
        """By the line before."""
        new = self.world.replies()[self.said :]
        number = f"T-{self.ticket.number}"
        texts = [m.text.replace(NUMBER_PLACEHOLDER, number) for m in new]
        assert texts == ([] if text == "nothing" else [text.replace("\\n", "\n")])

    def ticket_is(self, what):
        head, *more = what.split(", ")
        number, state = head.split(" ")
        assert (f"T-{self.ticket.number}", self.ticket.state) == (number, state)
        why = self.decided.outcome.why
        numbers = [f"T-{self.world.snapshot.tickets[t].number}" for t in why.related]
        is_so = {
            "left": [why.left],
            "follows": numbers,
            "reason": [self.ticket.state_reason],
            "knows": sorted(fact.name for fact in self.ticket.facts),
        }
        for each in more:
            name, *values = each.split(" ")
            assert is_so[name] == values
        assert why.left == "" or any(each.startswith("left") for each in more)


def test_there_are_stories():
    assert len(STORIES) == 8
    assert not RULESET.run_tests().failures


@pytest.mark.parametrize("story", STORIES, ids=range(len(STORIES)))
def test_a_story_goes_as_it_is_told(story):
    told = Story()
    for line in story.strip().splitlines():
        who, _, what = line.partition(": ")
        if who == "ticket":
            told.ticket_is(what)
        else:
            told.tell(line)
