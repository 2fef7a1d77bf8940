"""One rule: when it fires and what it asks for, and how it is read."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, cast

from rules import acts, at_the_door, changed, events, intended, period, skills
from rules.book import Book
from rules.conditions import All, Condition, Not
from rules.document import Node, Scalar, Table
from rules.facts import MESSAGE_RECEIVED, URGENCY_ORDER, Act, Urgency
from rules.problems import Position
from rules.when import WhenReader, always

Mode = Literal["enforce", "observe", "off"]
MODES: tuple[Mode, ...] = ("enforce", "observe", "off")

KEYS = ("id", "name", "owner", "mode", "event", "from", "until", "when", "exceptions", "then", "next")
"""In the order in which `rules fmt` writes them."""
NEXT = ("continue", "stop")
ACTIONS = ("tag", "untag", "urgency", "queue", "skills", "sla", "reply", "note", "redact", *acts.KINDS, "force")
SINGLE = ("queue", "reply", "sla", *acts.SINGLE)
"""What one rule decides; `force` says which."""
_MISPLACED = {"unless": "did you mean exceptions?", "if": "did you mean when?"} | dict.fromkeys(
    ACTIONS, "write it under then:"
)
"""What to do about keys that no rule has."""
TAGS_MAX, NOTE_MAX = 16, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One compiled rule."""

    id: str
    name: str
    at: Position
    when: Condition
    event: str = MESSAGE_RECEIVED
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    urgency: Urgency | None = None
    queue: str | None = None
    skills: tuple[str, ...] = ()
    sla: str | None = None
    reply: str | None = None
    note: str | None = None
    acts: tuple[Act, ...] = ()
    redact: tuple[str, ...] = ()
    """Policies it chooses at the door; such a rule asks for nothing else."""
    force: bool = False
    """What it writes of `SINGLE` counts, whoever wrote before."""
    stop: bool = False
    """No later rule may set the queue."""
    mode: Mode = "enforce"

    def writes(self) -> tuple[tuple[str, str], ...]:
        """Everything it asks for, as key and value."""
        several = ("tag", self.tags), ("untag", self.untags), ("skills", self.skills), ("redact", self.redact)
        found = [(key, value) for key, values in several for value in values]
        single = ("urgency", self.urgency), ("queue", self.queue), ("sla", self.sla), ("reply", self.reply)
        for key, value in (*single, ("note", self.note)):
            if value is not None:
                found.append((key, value))
        found += [(act.kind, act.value) for act in self.acts]
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
    keys = reader.keys(node, KEYS, f"the rule {identity}", _MISPLACED)
    event = events.read(keys["event"], book.slas, reader) if "event" in keys else MESSAGE_RECEIVED
    if event is not None and "event" in keys:
        events.doubt(event, keys["event"], reader)
    trees = WhenReader(book, event or changed.EVENT)
    when = trees.tree(keys["when"]) if "when" in keys else always(node.at)
    if "exceptions" in keys:
        cancels = [trees.tree(item) for item in reader.items(keys["exceptions"], "exceptions")]
        none_of = tuple(tree for tree in cancels if tree is not None)
        exceptions = Not(label="exceptions", at=keys["exceptions"].at, conditions=none_of)
        when = when and All(label="all", at=when.at, conditions=(when, exceptions))
    awake = period.read(keys, reader)
    if awake and when is not None:
        when = All(label="all", at=when.at, conditions=(*awake, when))
    actions = _actions(node, keys, identity, book)
    following = mode = None
    if "next" in keys:
        following = reader.choice(keys["next"], "next", NEXT)
    if "mode" in keys:
        mode = reader.choice(keys["mode"], "mode", MODES)
    tags, untags, urgency = _tags(actions, book), _untags(actions, book), _urgency(actions, book)
    queue = _reference(actions, "queue", book.queues, book)
    reply = _reference(actions, "reply", book.templates, book)
    sla = _reference(actions, "sla", book.slas, book)
    skilled = skills.read(actions["skills"], "skills", reader) if "skills" in actions else ()
    note = _note(actions, book)
    asked = acts.read(identity, actions, book)
    redact = at_the_door.read(node, actions, book) if "redact" in actions else ()
    force = _force(actions, book)
    name = reader.text(keys["name"], "name") if "name" in keys else None
    if reply is not None and event == changed.EVENT:
        hint = "the rule may do everything else"
        book.problems.warn(actions["reply"].at, "not-served", "a change of a ticket is not answered yet", hint)
    if event is None or when is None or not isinstance(given, Scalar):
        return None
    return Rule(
        id=identity,
        name=name or "",
        at=given.at,
        when=when,
        event=event,
        tags=tags,
        untags=untags,
        urgency=urgency,
        queue=queue,
        skills=skilled,
        sla=sla,
        reply=reply,
        note=note,
        acts=asked,
        redact=redact,
        force=force,
        stop=following == "stop" or (following is None and queue is not None),
        mode=cast("Mode", mode or "enforce"),
    )


def _actions(node: Table, keys: dict[str, Node], rule: str, book: Book) -> dict[str, Node]:
    if "then" not in keys:
        if book.reader.lacks(node, "then", KEYS):
            hint = "add then: with tag, urgency, queue or reply"
            book.reader.fail(node.at, "missing", f"the rule {rule} does nothing", hint)
        return {}
    then = keys["then"]
    if not isinstance(then, Table):
        book.reader.wrong(then, "then must be a map such as queue: billing")
        return {}
    if not then.entries:
        book.reader.fail(then.at, "empty", f"the rule {rule} does nothing", f"use {', '.join(ACTIONS)}")
    return book.reader.keys(then, ACTIONS, "then", intended.ACTIONS)


def _tags(actions: dict[str, Node], book: Book) -> tuple[str, ...]:
    if "tag" not in actions:
        return ()
    tags = tuple(tag.value for tag in book.reader.scalars(actions["tag"], "tag"))
    if len(tags) > TAGS_MAX:
        book.reader.fail(actions["tag"].at, "limit", f"{len(tags)} tags", f"at most {TAGS_MAX}")
    return tags


def _untags(actions: dict[str, Node], book: Book) -> tuple[str, ...]:
    if "untag" not in actions:
        return ()
    found = book.reader.scalars(actions["untag"], "untag")
    return tuple(tag.value for tag in found if book.reader.known(tag, "tag", book.tags) is not None)


def _note(actions: dict[str, Node], book: Book) -> str | None:
    if "note" not in actions:
        return None
    text = book.reader.text(actions["note"], "note")
    if text is not None and len(text) > NOTE_MAX:
        book.reader.fail(actions["note"].at, "limit", f"a note of {len(text)} characters", f"at most {NOTE_MAX}")
    return text


def _force(actions: dict[str, Node], book: Book) -> bool:
    if "force" not in actions:
        return False
    if not actions.keys() & set(SINGLE):
        hint = f"it decides who writes {', '.join(SINGLE)}; the highest urgency always wins"
        book.reader.fail(actions["force"].at, "value", "force has nothing to force", hint)
    return bool(book.reader.flag(actions["force"], "force"))


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
