"""The tests that stand in the rules files: a message, and what must come of it."""

from dataclasses import dataclass
from typing import Protocol, cast

import msgspec

from rules import changed, custom, events, expectations, sequel
from rules.acts import SINGLE
from rules.book import Book
from rules.coverage import Covered
from rules.document import Node, Scalar, Table
from rules.expectations import Expectation
from rules.facts import (
    MESSAGE_RECEIVED,
    URGENCY_ORDER,
    ActKind,
    CustomerFacts,
    Facts,
    MessageFacts,
    TicketFacts,
    Urgency,
    Verdict,
    Visibility,
)
from rules.fields import TICKET_STATES
from rules.moments import moment
from rules.problems import Position
from rules.sequel import Sequel
from rules.simulation import Simulation, World
from rules.text import PLACEHOLDER_TYPES

KEYS = (
    "name", "event", "at", "message", "customer", "ticket", "ticket_before", "queues", "expect", "then_after",
    "known_gap",
)  # fmt: skip
MESSAGE = (
    "text", "subject", "channel", "account", "visibility", "lang", "is_first", "is_automatic", "alarm",
    "attachments", "findings", "custom",
)  # fmt: skip


TICKET_BEFORE = tuple(name for name in TicketFacts.__struct_fields__ if name != "exists")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test, and the names it expects."""

    name: str
    at: Position
    facts: Facts
    expect: Expectation
    sequel: Sequel
    known_gap: bool = False
    """It is known to fail; that it passes is worth telling."""


class TrialFailure(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation that was not met, at its place in the file."""

    name: str
    file: str
    line: int
    col: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col} {self.name}: {self.text}"


class Judge(Protocol):
    """What the tests ask of a rule set."""

    def redacted(self, facts: Facts) -> Facts:
        """The message once it is through the door."""
        ...

    def fired_at_the_door(self, facts: Facts) -> tuple[str, ...]:
        """Rules that fire before."""
        ...

    def fired(self, facts: Facts) -> tuple[str, ...]:
        """Rules that fire behind it."""
        ...

    def evaluate(self, facts: Facts) -> Verdict:
        """What the rules say."""
        ...


class TestReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the files' own tests said."""

    __test__ = False  # not a test class of ours

    total: int
    failures: tuple[TrialFailure, ...]
    covered: tuple[str, ...]
    """Rules that fired in some test."""
    uncovered: tuple[str, ...]
    """Rules that no test makes fire."""
    conditions: tuple[Covered, ...] = ()
    """Their conditions, where it was asked for."""

    @property
    def ok(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures


def read(node: Node, book: Book) -> Trial | None:
    """Read one test; None when it cannot be run."""
    reader = book.reader
    if not isinstance(node, Table):
        reader.wrong(node, "a test must be a map with message and expect")
        return None
    keys = reader.keys(node, KEYS, "a test")
    event = events.read(keys["event"], book.slas, reader) if "event" in keys else MESSAGE_RECEIVED
    for needed in ("message", "expect"):
        if needed not in keys and not (needed == "message" and event != MESSAGE_RECEIVED):
            if reader.lacks(node, needed, KEYS):
                reader.fail(node.at, "missing", f"the test has no {needed}", "write one")
            return None
    name = reader.text(keys["name"], "name") if "name" in keys else None
    at = moment(keys["at"], "at", reader) if "at" in keys else None
    ticket = _ticket(keys.get("ticket"), book)
    facts = Facts(
        event=event or MESSAGE_RECEIVED,
        now_ms=at.start_ms if at is not None else None,
        message=_message(keys["message"], book) if "message" in keys else MessageFacts(text=""),
        customer=_customer(keys.get("customer"), book),
        ticket=ticket,
        ticket_before=_before(keys, ticket, event, book),
    )
    expect = expectations.read(keys["expect"], expectations.EXPECT, book)
    known_gap = "known_gap" in keys and bool(reader.flag(keys["known_gap"], "known_gap"))
    text = facts.message.text or facts.message.subject or facts.event
    return Trial(
        name=name or text[:40],
        at=node.at,
        facts=facts,
        expect=expect,
        sequel=sequel.read(keys, book),
        known_gap=known_gap,
    )


def _message(node: Node, book: Book) -> MessageFacts:
    reader = book.reader
    if isinstance(node, Scalar):
        return MessageFacts(text=node.value)
    keys = reader.keys(node, MESSAGE, "message")
    visibility = "private"
    if "visibility" in keys:
        visibility = reader.choice(keys["visibility"], "visibility", ("public", "private")) or ""
    findings = reader.scalars(keys["findings"], "findings") if "findings" in keys else ()
    for finding in findings:
        reader.chosen(finding, "findings", PLACEHOLDER_TYPES)
    number = None
    if "attachments" in keys:
        number = reader.number(keys["attachments"], "attachments", 0, 1000)
    texts = {
        key: reader.text(keys[key], key) or ""
        for key in ("text", "subject", "channel", "account", "lang")
        if key in keys
    }
    return MessageFacts(
        text=texts.get("text", ""),
        subject=texts.get("subject", ""),
        channel=texts.get("channel", ""),
        account=texts.get("account", "default"),
        lang=texts.get("lang"),
        visibility=cast("Visibility", visibility or "private"),
        is_first=_flag(keys, "is_first", book, default=True),
        is_automatic=_flag(keys, "is_automatic", book, default=False),
        alarm=_flag(keys, "alarm", book, default=False),
        attachments=number or 0,
        findings=tuple(finding.value.upper() for finding in findings),
        ext=custom.example(keys["custom"], book) if "custom" in keys else "",
    )


def _customer(node: Node | None, book: Book) -> CustomerFacts:
    if node is None:
        return CustomerFacts()
    keys = book.reader.keys(node, CustomerFacts.__struct_fields__, "customer")
    language = book.reader.text(keys["language"], "language") if "language" in keys else None
    return CustomerFacts(
        known=_flag(keys, "known", book, default=True),
        verified=_flag(keys, "verified", book, default=False),
        vip=_flag(keys, "vip", book, default=False),
        language=language,
    )


def _ticket(node: Node | None, book: Book) -> TicketFacts:
    if node is None:
        return TicketFacts()
    return _ticket_of(book.reader.keys(node, TicketFacts.__struct_fields__, "ticket"), book)


def _before(keys: dict[str, Node], ticket: TicketFacts, event: str | None, book: Book) -> TicketFacts | None:
    """What the ticket was before it changed: what is left out was as it is."""
    if "ticket_before" not in keys:
        return None
    given = keys["ticket_before"]
    if event not in {changed.EVENT, None}:
        hint = f"write event: {changed.EVENT}"
        book.reader.fail(given.at, "changed", f"a ticket has no before for {event}", hint)
    found = book.reader.keys(given, TICKET_BEFORE, "ticket_before")
    was = _ticket_of(found, book)
    return msgspec.structs.replace(ticket, **{name: getattr(was, name) for name in found})


def _ticket_of(keys: dict[str, Node], book: Book) -> TicketFacts:
    reader = book.reader
    state = reader.choice(keys["state"], "state", TICKET_STATES) if "state" in keys else None
    urgency = None
    if "urgency" in keys:
        urgency = reader.choice(keys["urgency"], "urgency", URGENCY_ORDER)
    queue = reader.scalar(keys["queue"], "queue") if "queue" in keys else None
    tags = reader.scalars(keys["tags"], "tags") if "tags" in keys else ()
    return TicketFacts(
        exists=_flag(keys, "exists", book, default=True),
        state=state or "open",
        queue=reader.known(queue, "queue", book.queues) if queue else None,
        urgency=cast("Urgency", urgency or "normal"),
        tags=tuple(tag.value for tag in tags if reader.known(tag, "tag", book.tags)),
    )


def _flag(keys: dict[str, Node], key: str, book: Book, *, default: bool) -> bool:
    found = book.reader.flag(keys[key], key) if key in keys else None
    return default if found is None else found


def run(
    trials: tuple[Trial, ...],
    rules: tuple[str, ...],
    world: World,
    judge: Judge,
) -> TestReport:
    """Run every test as the service would, through the door, and note which rules fired."""
    failures: list[TrialFailure] = []
    seen: set[str] = set()
    for trial in trials:
        facts = judge.redacted(trial.facts)
        fired = (*judge.fired_at_the_door(trial.facts), *judge.fired(facts))
        seen.update(fired)
        verdict = judge.evaluate(facts)
        unmet = _unmet(trial, verdict, fired, facts.message.text)
        simulation = Simulation(world, facts, verdict, trial.sequel.crowds)
        for after_ms, expected in trial.sequel.moments:
            fate = simulation.at(after_ms)
            seen.update(fate.escalated)
            unmet += sequel.unmet(expected, fate)
        if trial.known_gap:
            unmet = [] if unmet else [(trial.at, "this is no gap any more; take known_gap out")]
        failures += [
            TrialFailure(name=trial.name, file=at.file, line=at.line, col=at.col, text=text) for at, text in unmet
        ]
    return TestReport(
        total=len(trials),
        failures=tuple(failures),
        covered=tuple(rule for rule in rules if rule in seen),
        uncovered=tuple(rule for rule in rules if rule not in seen),
    )


def _unmet(trial: Trial, verdict: Verdict, fired: tuple[str, ...], redacted: str) -> list[tuple[Position, str]]:
    single: dict[str, str] = {
        "urgency": verdict.urgency,
        "queue": verdict.queue,
        "sla": verdict.sla or "none",
        "reply": verdict.replies[0].template if verdict.replies else "none",
        "note": "; ".join(note.text for note in verdict.notes) or "none",
        "language": verdict.language,
        "redacted": redacted,
    }
    single.update((kind, "none") for kind in SINGLE)
    single.update((act.kind, act.value) for act in verdict.acts if act.kind in SINGLE)
    several = {
        "tags": verdict.tags,
        "tags_not": verdict.tags,
        "skills": verdict.skills,
        "fired": fired,
        "quiet": fired,
        "notify": _values(verdict, "notify"),
        "webhook": _values(verdict, "webhook"),
        "propose": _values(verdict, "propose"),
    }
    return trial.expect.unmet(single, several)


def _values(verdict: Verdict, kind: ActKind) -> tuple[str, ...]:
    """To whom word is sent, each by its name."""
    found = tuple(act.value.rpartition(":")[2] for act in verdict.acts if act.kind == kind)
    return found or ("none",)
