"""Rules that choose redaction policies: they are tried before anything is kept, so they know the message alone."""

from collections.abc import Iterator
from typing import Final

from rules.book import Book
from rules.document import Listing, Node, Scalar, Table
from rules.facts import MESSAGE_RECEIVED
from rules.when import LOGIC

_LATER_KNOWN: Final = frozenset({"message.is_first", "message.findings"})
"""What is told of a message only once it is through the door."""


def read(rule: Table, actions: dict[str, Node], book: Book) -> tuple[str, ...]:
    """Read `redact`, and refuse what cannot be known or done at the door."""
    reader = book.reader
    given = actions["redact"]
    if len(actions) > 1:
        reader.fail(given.at, "door", "redact stands beside other actions", "write a rule of its own for it")
    event = rule.get("event")
    if isinstance(event, Scalar) and event.value != MESSAGE_RECEIVED:
        reader.fail(event.at, "door", f"redact cannot wait for {event.value}", "it is done as a message comes")
    for key in ("when", "exceptions"):
        for name in _asked(rule.get(key)):
            field = name.value.partition("|")[0].strip()
            if not field.startswith("message.") or field in _LATER_KNOWN:
                hint = "such a rule is tried before the message is kept: it may ask for its text, channel and the like"
                reader.fail(name.at, "door", f"a rule with redact cannot ask for {field}", hint)
    return tuple(
        name.value
        for name in reader.scalars(given, "redact")
        if reader.known(name, "policy", book.policy_names) is not None
    )


def _asked(node: Node | None) -> Iterator[Scalar]:
    """Every test of a tree of conditions, by its key."""
    if isinstance(node, Listing):
        for item in node.items:
            yield from _asked(item)
    elif isinstance(node, Table):
        for key, value in node.entries:
            if key.value in LOGIC:
                yield from _asked(value)
            else:
                yield key
