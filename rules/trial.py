"""The tests that stand in the rules files: a message, and what must come of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import cast

import msgspec

from rules import custom, events
from rules.book import Book
from rules.document import Node, Scalar, Table
from rules.facts import (
    MESSAGE_RECEIVED,
    URGENCY_ORDER,
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
from rules.text import PLACEHOLDER_TYPES

_KEYS = ("name", "event", "at", "message", "customer", "ticket", "expect")
_MESSAGE = (
    "text", "subject", "channel", "account", "visibility", "lang", "is_first", "is_automatic",
    "attachments", "findings", "custom",
)  # fmt: skip
_EXPECT = ("tags", "tags_not", "urgency", "queue", "reply", "note", "fired", "quiet", "language")
_SINGLE = ("urgency", "queue", "reply", "note", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test, and the names it expects."""

    name: str
    at: Position
    facts: Facts
    single: Mapping[str, Scalar] = field(default_factory=dict)
    """urgency, queue, reply, note, language."""
    several: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    """tags, tags_not, fired, quiet."""


class TrialFailure(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation that was not met, at its place in the file."""

    name: str
    file: str
    line: int
    col: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col} {self.name}: {self.text}"


class TestReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the files' own tests said."""

    __test__ = False  # not a test class of ours

    total: int
    failures: tuple[TrialFailure, ...]
    covered: tuple[str, ...]
    """Rules that fired in some test."""
    uncovered: tuple[str, ...]
    """Rules that no test makes fire."""

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
    keys = reader.keys(node, _KEYS, "a test", later=("then_after", "known_gap"))
    event = events.read(keys["event"], book.slas, reader) if "event" in keys else MESSAGE_RECEIVED
    for needed in ("message", "expect"):
        if needed not in keys and not (needed == "message" and event != MESSAGE_RECEIVED):
            reader.fail(node.at, "missing", f"the test has no {needed}", "write one")
            return None
    name = reader.text(keys["name"], "name") if "name" in keys else None
    at = moment(keys["at"], "at", reader) if "at" in keys else None
    facts = Facts(
        event=event or MESSAGE_RECEIVED,
        now_ms=at.start_ms if at is not None else None,
        message=_message(keys["message"], book) if "message" in keys else MessageFacts(text=""),
        customer=_customer(keys.get("customer"), book),
        ticket=_ticket(keys.get("ticket"), book),
    )
    expect = reader.keys(keys["expect"], _EXPECT, "expect", later=("redacted", "skills"))
    single: dict[str, Scalar] = {}
    several: dict[str, tuple[Scalar, ...]] = {}
    for key, value in expect.items():
        if key in _SINGLE:
            found = reader.scalar(value, key)
            if found is not None and _check_name(key, found, book):
                single[key] = found
        else:
            scalars = reader.scalars(value, key)
            several[key] = tuple(one for one in scalars if _check_name(key, one, book))
    if not expect:
        reader.fail(keys["expect"].at, "empty", "the test expects nothing", f"one of {_EXPECT}")
    text = facts.message.text or facts.message.subject or facts.event
    return Trial(name=name or text[:40], at=node.at, facts=facts, single=single, several=several)


def _check_name(key: str, found: Scalar, book: Book) -> bool:
    reader = book.reader
    if key == "urgency":
        return reader.chosen(found, key, URGENCY_ORDER) is not None
    if key == "reply" and found.value == "none":
        return True
    names: dict[str, tuple[str, Collection[str]]] = {
        "queue": ("queue", book.queues),
        "reply": ("template", book.templates),
        "tags": ("tag", book.tags),
        "tags_not": ("tag", book.tags),
        "fired": ("rule", book.rules),
        "quiet": ("rule", book.rules),
    }
    if key not in names:
        return True
    what, known = names[key]
    return reader.known(found, what, known) is not None


def _message(node: Node, book: Book) -> MessageFacts:
    reader = book.reader
    if isinstance(node, Scalar):
        return MessageFacts(text=node.value)
    keys = reader.keys(node, _MESSAGE, "message")
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
        attachments=number or 0,
        findings=tuple(finding.value.upper() for finding in findings),
        ext=custom.example(keys["custom"], book) if "custom" in keys else "",
    )


def _customer(node: Node | None, book: Book) -> CustomerFacts:
    if node is None:
        return CustomerFacts()
    keys = book.reader.keys(node, ("known", "verified", "vip", "language"), "customer")
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
    reader = book.reader
    keys = reader.keys(node, ("exists", "state", "queue", "urgency", "tags"), "ticket")
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
    evaluate: Callable[[Facts], Verdict],
    fired_by: Callable[[Facts], tuple[str, ...]],
) -> TestReport:
    """Run every test and note which rules fired."""
    failures: list[TrialFailure] = []
    seen: set[str] = set()
    for trial in trials:
        fired = fired_by(trial.facts)
        seen.update(fired)
        for at, text in _unmet(trial, evaluate(trial.facts), fired):
            failures.append(TrialFailure(name=trial.name, file=at.file, line=at.line, col=at.col, text=text))
    return TestReport(
        total=len(trials),
        failures=tuple(failures),
        covered=tuple(rule for rule in rules if rule in seen),
        uncovered=tuple(rule for rule in rules if rule not in seen),
    )


def _unmet(trial: Trial, verdict: Verdict, fired: tuple[str, ...]) -> list[tuple[Position, str]]:
    reply = verdict.replies[0].template if verdict.replies else "none"
    got = {
        "urgency": verdict.urgency,
        "queue": verdict.queue,
        "reply": reply,
        "note": "; ".join(note.text for note in verdict.notes) or "none",
        "language": verdict.language,
    }
    unmet = [
        (wanted.at, f"{key} should be {wanted.value}, is {got[key]}")
        for key, wanted in trial.single.items()
        if wanted.value.casefold() != got[key].casefold()
    ]
    held = {"tags": verdict.tags, "tags_not": verdict.tags, "fired": fired, "quiet": fired}
    for key, names in trial.several.items():
        for name in names:
            there = name.value in held[key]
            if key in {"tags", "fired"} and not there:
                unmet.append((name.at, f"{key} should hold {name.value}, is {_list(held[key])}"))
            elif key in {"tags_not", "quiet"} and there:
                what = "the tag" if key == "tags_not" else "the rule"
                unmet.append((name.at, f"{what} {name.value} should not be there"))
    return unmet


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "empty"
