"""Every story of docs/tickets.md, told by the decisions themselves."""

import re
from pathlib import Path

import pytest

from router.core import notices
from router.core.blocks import Blocking, block, lift
from router.core.edits import settle
from router.core.holding import release
from router.core.notices import Moment
from router.core.people import Deed
from router.core.reasons import why_stored
from router.core.replies import ChannelView, answered
from router.core.tickets import change_state
from router.core.timers import changes_of, fire, timers_of
from router.model.changes import NUMBER_PLACEHOLDER, Record, Save
from router.model.message import JournalEntry
from router.model.snapshot import ReplyFacts
from router.model.timers import Timer
from rules.moments import duration_ms
from rules.ruleset import load
from tests.unit.core.test_replies import MEI
from tests.unit.core.world import World, event

GUIDE = (Path(__file__).parents[3] / "docs" / "tickets.md").read_text(encoding="utf-8")


def chapter(title):
    """The rules of a chapter, and its stories."""
    text = GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    (rules,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return load({"rules.yaml": rules.encode()}), re.findall(r"```story\n(.*?)```", text, re.DOTALL)


CHAPTERS = [chapter("The life of a ticket"), chapter("Abuse")]
STORIES = [(ruleset, story) for ruleset, stories in CHAPTERS for story in stories]
CHAT = {"channel": "webchat", "sender": "77", "thread_id": "77"}


class Story:
    """One customer, and what becomes of what they say."""

    def __init__(self, ruleset) -> None:
        self.world = World()
        self.ruleset = self.world.ruleset = ruleset
        self.held: list[JournalEntry] = []
        self.timers: dict[str, Timer] = {}
        self.said = 0
        self.filed = None

    def tell(self, line: str) -> None:
        who, _, what = line.partition(": ")
        if who != "told":
            self.said = len(self.world.replies())
        if often := re.fullmatch(r"customer( edits)? (\d+) times", who):
            self.customer(what, int(often[2]), edits=bool(often[1]))
        else:
            getattr(self, who)(what)

    @property
    def ticket(self):
        return self.world.ticket(self.filed)

    @property
    def message(self):
        return self.world.messages[self.filed.outcome.message_id]

    def customer(self, text, times=1, *, edits=False):
        of = {"kind": "edit", "target_id": self.message.external_id} if edits else {}
        for n in range(1, times + 1):
            self.world.now_ms += 1_000
            said = event(text.replace("{n}", str(n)), message_id=self.world.ids.new(), **CHAT, **of)
            self.decide(JournalEntry(event=said, rules_version="1", received_at_ms=self.world.now_ms))

    def decide(self, entry):
        decided = self.world.decide(entry)
        self.keep(decided.changes)
        if decided.outcome.held:
            self.held.append(entry)
        else:
            self.filed = decided

    def about_the_sender(self, what, reason):
        """Blocked, unblocked, and the oldest of what is held let through."""
        deed = Deed(actor="agent:mei", reason=reason, now_ms=self.world.now_ms)
        facts = Blocking(contact=self.world.snapshot.contacts[self.ticket.contact_id])
        blocks = self.world.snapshot.blocks.setdefault(facts.contact.id, [])
        if what == "blocked":
            row, changes = block(facts, deed, self.world.ids, until_ms=None)
            blocks.append(row)
        elif what == "unblocked":
            changes = lift(blocks.pop(), facts, deed)
        else:
            row = next(row for row in self.world.held if row.released_at_ms is None)
            entry = self.held.pop(0)
            changes, entry = release(row, entry, self.ticket, actor=deed.actor, now_ms=self.world.now_ms)
        self.world.apply(changes)
        if what == "released":
            self.decide(entry)

    def agent(self, what):
        said, _, why = what.partition(", ")
        if said in {"blocked", "unblocked", "released"}:
            self.about_the_sender(said, why)
        else:
            self.change(what)

    def change(self, what):
        state, reason, *checklist = [part.strip() for part in what.split(", ")] + ([] if ", " in what else [""])
        before = self.ticket
        if state == "replied":
            changed, events = answered(before, MEI, "…", solve=False, now_ms=self.world.now_ms)
            self.write([Save(changed), *map(Record, events)], before, changed)
            return
        changed, event = change_state(
            before,
            state,
            actor="agent:mei",
            reason=reason or None,
            checklist=tuple(checklist),
            now_ms=self.world.now_ms,
        )
        told = notices.due(before, changed, self.ruleset.lifecycle)
        self.write([Save(changed), Record(event), *self.notice(told, changed)], before, changed)

    def notice(self, told, ticket):
        return notices.tell(told, ticket, self.moment, self.world.ids)

    @property
    def moment(self):
        view = ChannelView(can_send=True)
        return Moment(facts=self.facts, channel=view, ruleset=self.ruleset, now_ms=self.world.now_ms)

    @property
    def facts(self):
        ticket, messages = self.ticket, list(self.world.messages.values())
        mine = [m for m in messages if m.ticket_id == ticket.id]
        return ReplyFacts(
            ticket=ticket,
            conversation=self.world.conversation(self.filed),
            last_inbound=[m for m in mine if m.kind == "inbound"][-1],
            told=frozenset(m.client_key for m in mine if m.client_key),
        )

    def write(self, changes, before, after):
        now = {"now_ms": self.world.now_ms, "ids": self.world.ids}
        changes = [*changes, *timers_of(before, after, self.ruleset.lifecycle, self.ruleset.times, **now)]
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
            if timer.kind == "edit":
                about = self.world.messages[timer.about]
                writer = self.world.snapshot.contacts[about.contact_id]
                settled = settle(timer, about, before, writer, self.ruleset, now_ms=now_ms)
                self.world.apply(settled)
                self.keep(settled)
                continue
            fired = fire(timer, self.moment, self.world.ids)
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
        why = self.filed.outcome.why
        flood, repeat, kept = why.flood, why.repeat, why_stored(self.message)
        folded = kept.edits.folded if kept.edits is not None else 0
        numbers = [f"T-{self.world.snapshot.tickets[t].number}" for t in why.related]
        is_so = {
            "left": [why.left],
            "follows": numbers,
            "reason": [self.ticket.state_reason],
            "knows": sorted(fact.name for fact in self.ticket.facts),
            "urgency": [self.ticket.urgency],
            "held": [str(len(self.held))],
            "over": [f"{flood.sender}/{flood.quota}"] if flood is not None else [],
            "revised": [str(self.message.revision)],
            "folded": [str(folded)],
            "times": [str(repeat.nth)] if repeat is not None else [],
        }
        for each in more:
            name, *values = each.split(" ")
            assert is_so[name] == values
        unsaid = is_so.keys() - {each.partition(" ")[0] for each in more}
        assert why.left == "" or "left" not in unsaid
        assert not self.held or "held" not in unsaid
        assert flood is None or self.held or "over" not in unsaid
        assert repeat is None or "times" not in unsaid
        assert not folded or "folded" not in unsaid


def test_there_are_stories():
    assert [len(stories) for _, stories in CHAPTERS] == [9, 4]
    assert not any(ruleset.run_tests().failures for ruleset, _ in CHAPTERS)


@pytest.mark.parametrize(("ruleset", "story"), STORIES, ids=range(len(STORIES)))
def test_a_story_goes_as_it_is_told(ruleset, story):
    told = Story(ruleset)
    for line in story.strip().splitlines():
        who, _, what = line.partition(": ")
        if who == "ticket":
            told.ticket_is(what)
        else:
            told.tell(line)
