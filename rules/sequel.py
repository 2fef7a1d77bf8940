"""The part of a test that comes later: how crowded the queues are, and what is expected after a while."""

from dataclasses import dataclass, field

from rules import expectations
from rules.book import Book
from rules.document import Node
from rules.expectations import Expectation
from rules.moments import duration_ms
from rules.problems import Position
from rules.simulation import Crowded, Fate

_COUNT_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequel:
    """What is expected of a ticket that nobody takes, by time since its message."""

    crowds: dict[str, Crowded] = field(default_factory=dict)
    moments: tuple[tuple[int, Expectation], ...] = ()
    """In order of time, in milliseconds."""


def read(keys: dict[str, Node], book: Book) -> Sequel:
    """Read `queues` and `then_after` of a test."""
    reader = book.reader
    crowds: dict[str, Crowded] = {}
    for name, node in reader.pairs(keys["queues"], "queues") if "queues" in keys else ():
        counts = reader.keys(node, ("available", "waiting"), name.value)
        numbers = {key: reader.number(value, key, 0, _COUNT_MAX) or 0 for key, value in counts.items()}
        if reader.known(name, "queue", book.queues) is not None:
            crowds[name.value] = Crowded(**numbers)
    if "then_after" in keys and "at" not in keys:
        hint = "write at: 2026-03-11 10:00 Asia/Shanghai"
        reader.fail(keys["then_after"].at, "missing", "the test does not say when its time begins", hint)
    moments: list[tuple[int, Expectation]] = []
    for after, node in reader.pairs(keys["then_after"], "then_after") if "then_after" in keys else ():
        expected = expectations.read(node, expectations.EXPECT_LATER, book)
        length_ms = duration_ms(after.value)
        if length_ms is None:
            reader.fail(after.at, "value", f"{after.value} is no duration", "for example 16m, 4h or 2d")
        else:
            moments.append((length_ms, expected))
    return Sequel(crowds=crowds, moments=tuple(sorted(moments, key=lambda one: one[0])))


def unmet(expected: Expectation, fate: Fate) -> list[tuple[Position, str]]:
    """Say what is not as expected."""
    single = {
        "urgency": fate.urgency,
        "queue": fate.queue,
        "sla": fate.sla or "none",
        "reply": fate.replies[-1] if fate.replies else "none",
    }
    several = {
        "tags": fate.tags,
        "tags_not": fate.tags,
        "skills": fate.skills,
        "escalated": fate.escalated,
        "quiet": fate.escalated,
    }
    return expected.unmet(single, several)
