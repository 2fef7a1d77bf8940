"""One rule: when it fires and what it asks for, and how it is read."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, cast

from rules.book import Book
from rules.conditions import All, Condition, Not
from rules.document import Node, Scalar, Table
from rules.facts import URGENCY_ORDER, Urgency
from rules.problems import Position
from rules.when import WhenReader, always

Mode = Literal["enforce", "observe", "off"]
MODES: tuple[Mode, ...] = ("enforce", "observe", "off")

KEYS = ("id", "name", "owner", "mode", "when", "exceptions", "then", "next")
"""In the order in which `rules fmt` writes them."""
_LATER = ("event", "from", "until")
ACTIONS = ("tag", "urgency", "queue", "reply")
NEXT = ("continue", "stop")
_ACTIONS_LATER = (
    "untag", "skills", "assign", "sla", "redact", "note", "notify", "webhook", "close", "snooze",
    "force",
)  # fmt: skip
TAGS_MAX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One compiled rule."""

    id: str
    name: str
    at: Position
    when: Condition
    tags: tuple[str, ...] = ()
    urgency: Urgency | None = None
    queue: str | None = None
    reply: str | None = None
    stop: bool = False
    """No later rule may set the queue."""
    mode: Mode = "enforce"

    def writes(self) -> tuple[tuple[str, str], ...]:
        """Everything it asks for, as key and value."""
        found = [("tag", tag) for tag in self.tags]
        for key, value in (("urgency", self.urgency), ("queue", self.queue), ("reply", self.reply)):
            if value is not None:
                found.append((key, value))
        return tuple(found)


def tags_of(node: Table, book: Book) -> None:
    """Make the tags that a rule sets known before anything refers to them."""
    then = node.get("then")
    if not isinstance(then, Table):
        return
    for key, value in then.entries:
        if key.value == "tag":
            for tag in book.reader.scalars(value, "tag"):
                if book.reader.name(tag, "the tag") is not None:
                    book.tags.add(tag.value)


def read(node: Table, book: Book) -> Rule | None:
    """Read one rule whose id is known to be good; None when it cannot be used."""
    reader = book.reader
    given = node.get("id")
    identity = given.value if isinstance(given, Scalar) else "without id"
    keys = reader.keys(node, KEYS, f"the rule {identity}", later=_LATER)
    trees = WhenReader(book)
    when = trees.tree(keys["when"]) if "when" in keys else always(node.at)
    if "exceptions" in keys:
        cancels = [trees.tree(item) for item in reader.items(keys["exceptions"], "exceptions")]
        none_of = tuple(tree for tree in cancels if tree is not None)
        exceptions = Not(label="exceptions", at=keys["exceptions"].at, conditions=none_of)
        when = when and All(label="all", at=when.at, conditions=(when, exceptions))
    actions = _actions(node, keys, identity, book)
    following = mode = None
    if "next" in keys:
        following = reader.choice(keys["next"], "next", NEXT)
    if "mode" in keys:
        mode = reader.choice(keys["mode"], "mode", MODES)
    tags, urgency = _tags(actions, book), _urgency(actions, book)
    queue = _reference(actions, "queue", book.queues, book)
    reply = _reference(actions, "reply", book.templates, book)
    name = reader.text(keys["name"], "name") if "name" in keys else None
    if when is None or not isinstance(given, Scalar):
        return None
    return Rule(
        id=identity,
        name=name or "",
        at=given.at,
        when=when,
        tags=tags,
        urgency=urgency,
        queue=queue,
        reply=reply,
        stop=following == "stop" or (following is None and queue is not None),
        mode=cast("Mode", mode or "enforce"),
    )


def _actions(node: Table, keys: dict[str, Node], rule: str, book: Book) -> dict[str, Node]:
    if "then" not in keys:
        book.reader.fail(
            node.at, "missing", f"the rule {rule} does nothing", "add then: with tag, urgency, queue or reply"
        )
        return {}
    then = keys["then"]
    if not isinstance(then, Table):
        book.reader.wrong(then, "then must be a map such as queue: billing")
        return {}
    if not then.entries:
        book.reader.fail(then.at, "empty", f"the rule {rule} does nothing", f"use {ACTIONS}")
    for key, _ in then.entries:
        if key.value == "priority":
            book.reader.fail(key.at, "unknown-key", "there is no priority", "write urgency")
            then = Table(tuple(e for e in then.entries if e[0] is not key), then.at)
    return book.reader.keys(then, ACTIONS, "then", later=_ACTIONS_LATER)


def _tags(actions: dict[str, Node], book: Book) -> tuple[str, ...]:
    if "tag" not in actions:
        return ()
    tags = tuple(tag.value for tag in book.reader.scalars(actions["tag"], "tag"))
    if len(tags) > TAGS_MAX:
        book.reader.fail(actions["tag"].at, "limit", f"{len(tags)} tags", f"at most {TAGS_MAX}")
    return tags


def _urgency(actions: dict[str, Node], book: Book) -> Urgency | None:
    if "urgency" not in actions:
        return None
    return cast("Urgency | None", book.reader.choice(actions["urgency"], "urgency", URGENCY_ORDER))


def _reference(actions: dict[str, Node], kind: str, names: Collection[str], book: Book) -> str | None:
    if kind not in actions:
        return None
    found = book.reader.scalar(actions[kind], kind)
    if found is None:
        return None
    what = "template" if kind == "reply" else kind
    return book.reader.known(found, what, names)
