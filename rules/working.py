"""Reads how queues are worked, once all queues, times and templates are known."""

import msgspec

from rules import overflow, skills
from rules.book import Book
from rules.document import Node, Scalar, Table
from rules.queues import PICKS

WAITING_MAX = 100_000


def read(name: Scalar, node: Node, book: Book) -> None:
    """Complete a queue with its skills, hours and overflow."""
    if not isinstance(node, Table):
        return
    reader = book.reader
    keys = {key.value: value for key, value in node.entries}
    wanted = skills.read(keys["skills"], "skills", reader) if "skills" in keys else ()
    pick = reader.choice(keys["pick"], "pick", PICKS) if "pick" in keys else None
    hours = reader.scalar(keys["hours"], "hours") if "hours" in keys else None
    waiting = None
    if "max_waiting" in keys:
        waiting = reader.number(keys["max_waiting"], "max_waiting", 1, WAITING_MAX)
    steps = overflow.read(keys["overflow"], wanted, book) if "overflow" in keys else ()
    if waiting is not None and not any(step.to for step in steps):
        hint = "give it an overflow with a step to another queue"
        reader.fail(keys["max_waiting"].at, "missing", f"{name.value} has nowhere to send what is too much", hint)
    book.queues[name.value] = msgspec.structs.replace(
        book.queues[name.value],
        skills=wanted,
        pick=pick,
        hours=reader.known(hours, "time", book.time_names) if hours is not None else None,
        max_waiting=waiting,
        overflow=steps,
    )
