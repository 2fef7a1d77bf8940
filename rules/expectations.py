"""What a test expects: read, and held against what came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rules.acts import KINDS, SINGLE
from rules.book import Book
from rules.document import Node, Scalar
from rules.facts import URGENCY_ORDER
from rules.problems import Position

EXPECT = (
    "tags", "tags_not", "urgency", "queue", "skills", "sla", "reply", "note", "redacted", *KINDS, "fired", "quiet",
    "language",
)  # fmt: skip
EXPECT_LATER = ("tags", "tags_not", "urgency", "queue", "skills", "sla", "reply", "escalated", "quiet")
"""Of a ticket that nobody took for a while."""
_SINGLE = frozenset({"urgency", "queue", "sla", "reply", "note", "language", "redacted", *SINGLE})
_NOT = {"tags_not": "the tag", "quiet": "the rule"}
"""What should not be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Names that a test expects, by key."""

    single: Mapping[str, Scalar] = field(default_factory=dict)
    several: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)

    def unmet(self, single: Mapping[str, str], several: Mapping[str, tuple[str, ...]]) -> list[tuple[Position, str]]:
        """Say what differs from what came, and where it is written."""
        found = [
            (wanted.at, f"{key} should be {wanted.value}, is {single[key]}")
            for key, wanted in self.single.items()
            if wanted.value.casefold() != single[key].casefold()
        ]
        for key, names in self.several.items():
            for name in names:
                there = name.value in several[key]
                if key in _NOT and there:
                    found.append((name.at, f"{_NOT[key]} {name.value} should not be there"))
                elif key not in _NOT and not there:
                    held = ", ".join(several[key]) or "empty"
                    found.append((name.at, f"{key} should hold {name.value}, is {held}"))
        return found


def read(node: Node, known: tuple[str, ...], book: Book) -> Expectation:
    """Read `expect`, or what is expected later."""
    reader = book.reader
    keys = reader.keys(node, known, "expect")
    single: dict[str, Scalar] = {}
    several: dict[str, tuple[Scalar, ...]] = {}
    for key, value in keys.items():
        if key in _SINGLE:
            found = reader.scalar(value, key)
            if found is not None and _check_name(key, found, book):
                single[key] = found
        else:
            scalars = reader.scalars(value, key)
            several[key] = tuple(one for one in scalars if _check_name(key, one, book))
    if not keys:
        reader.fail(node.at, "empty", "the test expects nothing", f"one of {', '.join(known)}")
    return Expectation(single=single, several=several)


def _check_name(key: str, found: Scalar, book: Book) -> bool:
    reader = book.reader
    if key == "urgency":
        return reader.chosen(found, key, URGENCY_ORDER) is not None
    if key in {"reply", "sla", "webhook", "propose"} and found.value == "none":
        return True
    names: dict[str, tuple[str, Collection[str]]] = {
        "queue": ("queue", book.queues),
        "sla": ("sla", book.slas),
        "webhook": ("webhook", book.webhook_names),
        "propose": ("action", book.action_names),
        "reply": ("template", book.templates),
        "tags": ("tag", book.tags),
        "tags_not": ("tag", book.tags),
        "fired": ("rule", book.rules),
        "escalated": ("rule", book.rules),
        "quiet": ("rule", book.rules),
    }
    if key not in names:
        return True
    what, known = names[key]
    return reader.known(found, what, known) is not None
