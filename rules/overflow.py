"""What happens to a ticket that nobody takes: the steps of a queue's `overflow`, and whether they can strand it."""

import math
from collections.abc import Iterable
from typing import Final, Literal

from rules import skills
from rules.book import Book
from rules.document import Node, Scalar
from rules.moments import duration
from rules.problems import Position, meant
from rules.queues import Crowd, Step

STEPS_MAX: Final = 16
KEYS: Final = ("after", "when", "relax", "add_skill", "urgency", "to", "reply")
_COUNT_MAX: Final = 1_000_000
_BOUNDS: Final = {
    "": (0.0, 0.0),
    "|is": (0.0, 0.0),
    "|at least": (0.0, math.inf),
    "|above": (1.0, math.inf),
    "|below": (-math.inf, -1.0),
    "|at most": (-math.inf, 0.0),
}
_WHAT: Final[tuple[Literal["available", "waiting"], ...]] = ("available", "waiting")
CROWD: Final = {f"queue.{what}{test}": (what, *bounds) for what in _WHAT for test, bounds in _BOUNDS.items()}
"""What a step may ask of its queue: of which number, and how far below and above the given one it may lie."""


def read(node: Node, wanted: tuple[str, ...], book: Book) -> tuple[Step, ...]:
    """Read the steps of a queue that asks for the skills `wanted`."""
    found = [_step(item, wanted, book) for item in book.reader.items(node, "overflow")]
    if len(found) > STEPS_MAX:
        book.reader.fail(node.at, "limit", f"{len(found)} steps", f"at most {STEPS_MAX}")
    last_ms = 0
    for step in found:
        if step.after_ms is not None:
            if step.after_ms < last_ms:
                book.reader.fail(
                    step.at, "order", "the step comes after a later one", "write the steps in order of time"
                )
            last_ms = max(last_ms, step.after_ms)
    return tuple(found)


def _step(node: Node, wanted: tuple[str, ...], book: Book) -> Step:
    reader = book.reader
    keys = reader.keys(node, KEYS, "a step of overflow")
    if keys and not keys.keys() & {"after", "when"}:
        reader.fail(node.at, "missing", "the step does not say when", "write after: 5m or when: {queue.available: 0}")
    if keys and not keys.keys() - {"after", "when"}:
        hint = "write to: another-queue, relax: all, add_skill, urgency: up or reply"
        reader.fail(node.at, "missing", "the step does nothing", hint)
    urgency = reader.choice(keys["urgency"], "urgency", ("up",)) if "urgency" in keys else None
    return Step(
        at=node.at,
        after_ms=duration(keys["after"], "after", reader) if "after" in keys else None,
        when=_crowds(keys["when"], book) if "when" in keys else (),
        relax=_relax(keys["relax"], wanted, book) if "relax" in keys else (),
        add_skills=skills.read(keys["add_skill"], "add_skill", reader) if "add_skill" in keys else (),
        raise_urgency=urgency == "up",
        to=_known(keys, "to", "queue", book.queues, book),
        reply=_known(keys, "reply", "template", book.templates, book),
    )


def _known(keys: dict[str, Node], key: str, what: str, names: Iterable[str], book: Book) -> str | None:
    found = book.reader.scalar(keys[key], key) if key in keys else None
    return book.reader.known(found, what, tuple(names)) if found is not None else None


def _relax(node: Node, wanted: tuple[str, ...], book: Book) -> tuple[str, ...]:
    if isinstance(node, Scalar) and node.value == skills.ALL:
        return (skills.ALL,)
    found = skills.read(node, "relax", book.reader)
    for skill in found:
        if skill not in wanted:
            hint = meant(skill, wanted) if wanted else "relax: all drops what rules ask for"
            book.reader.fail(node.at, "unknown-skill", f"the queue does not ask for {skill}", hint)
    return found


def _crowds(node: Node, book: Book) -> tuple[Crowd, ...]:
    found: list[Crowd] = []
    for key, value in book.reader.pairs(node, "when"):
        if key.value not in CROWD:
            hint = "queue.available or queue.waiting, for example queue.waiting|at least: 20"
            book.reader.fail(key.at, "unknown-field", f"an overflow step cannot ask for {key.value}", hint)
            continue
        count = book.reader.number(value, key.value, 0, _COUNT_MAX)
        if count is not None:
            what, low, high = CROWD[key.value]
            found.append(Crowd(what=what, low=count + low, high=count + high))
    return tuple(found)


def check(book: Book, asking: Iterable[tuple[str, Position, str]]) -> None:
    """Record circles, and queues that can strand a ticket for want of a skill.

    `asking` names the queues to which rules send tickets with skills of their own: queue, place, rule.
    """
    circular = _circles(book)
    for name, spec in book.queues.items():
        if spec.skills and name not in circular and not _ends(name, book, circular):
            book.reader.fail(
                book.queue_names[name].at,
                "stranded",
                f"a ticket in {name} can wait for a skill forever",
                "let its last overflow step go to a queue without skills, or relax: all",
            )
    for name, at, rule in asking:
        if name in book.queues and name not in circular and not _ends(name, book, circular):
            book.reader.fail(
                at,
                "stranded",
                f"{rule} asks for skills in {name}, where nobody may ever have them",
                f"give {name} an overflow whose last step goes to a queue without skills, or relax: all",
            )


def _ends(name: str, book: Book, circular: set[str]) -> bool:
    """Whether a ticket that asks for skills is sooner or later where none are asked for."""
    sure = [step for step in book.queues[name].overflow if step.sure]
    if not sure:
        return False
    if skills.ALL in sure[-1].relax:
        return True
    to = sure[-1].to
    return to is not None and to not in circular and (not book.queues[to].skills or _ends(to, book, circular))


def _circles(book: Book) -> set[str]:
    """Record every way that leads a ticket back to a queue it left; return the queues on it."""
    found: set[str] = set()
    for start in book.queues:
        seen: set[str] = set()
        ahead = [step for step in book.queues[start].overflow if step.to is not None]
        while ahead:
            step = ahead.pop()
            if step.to == start:
                if start not in found:
                    hint = "let the way end in a queue without overflow"
                    book.reader.fail(step.at, "circle", f"this leads tickets of {start} back to {start}", hint)
                found.add(start)
            elif step.to is not None and step.to not in seen:
                seen.add(step.to)
                ahead += [following for following in book.queues[step.to].overflow if following.to is not None]
    return found
