"""Reads `facts` and `needs`: what agents have to know about a matter, by its topic, and how customers are asked for it.

A file of the folder says a fact or the needs of a topic anew where a pack says them: its own count.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, get_args

import msgspec

from rules import inclusion, templates
from rules.book import Book
from rules.document import Node, Scalar, Table
from rules.facts import FactKind
from rules.templates import LANGUAGE, nearest

KEYS: Final = ("kind", "name", "ask", "field")
KINDS: Final[tuple[FactKind, ...]] = get_args(FactKind)
FACTS_MAX, ASK_MAX = 20, 300
ASKING: Final = "missing-facts"
"""The template that asks; a set without it never does."""
BLANK: Final = "facts.missing"
_FIELD: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to know."""

    name: str
    kind: FactKind
    """How it is recognised in a text."""
    names: Mapping[str, str]
    """What agents see, per language."""
    ask: Mapping[str, str]
    """The question, per language."""
    fields: tuple[str, ...] = ()
    """Fields of forms and of the app that hold it."""

    def question(self, language: str | None) -> str:
        """The question in this language, or in the nearest there is."""
        return self.ask[nearest(language, tuple(self.ask)) or next(iter(self.ask))]


def facts(sections: Sequence[Mapping[str, Node]], book: Book) -> dict[str, Fact]:
    """Read the facts of all files, by name."""
    return {
        name.value: fact
        for name, node in _own_first(sections, "facts", "fact", book)
        if (fact := _fact(name, node, book)) is not None
    }


def needs(sections: Sequence[Mapping[str, Node]], known: Mapping[str, Fact], book: Book) -> dict[str, tuple[str, ...]]:
    """Read what each topic, a tag, needs."""
    found: dict[str, tuple[str, ...]] = {}
    for tag, node in _own_first(sections, "needs", "topic", book):
        wanted = [name.value for name in book.reader.scalars(node, tag.value) if book.reader.known(name, "fact", known)]
        if len(wanted) > FACTS_MAX:
            book.reader.fail(node.at, "limit", f"{len(wanted)} facts", f"at most {FACTS_MAX}")
        if book.reader.known(tag, "tag", book.tags) is not None:
            found[tag.value] = tuple(dict.fromkeys(wanted))
    return found


def _own_first(
    sections: Sequence[Mapping[str, Node]], key: str, what: str, book: Book
) -> Iterator[tuple[Scalar, Node]]:
    """What the files say, each name once."""
    pairs = [pair for section in sections if key in section for pair in book.reader.pairs(section[key], key)]
    own = [pair for pair in pairs if not inclusion.is_packed(pair[0].at.file)]
    names: dict[str, Scalar] = {}
    for name, node in own:
        if book.define(what, name, names):
            yield name, node
    yield from (pair for pair in pairs if inclusion.is_packed(pair[0].at.file) and pair[0].value not in names)


def _fact(name: Scalar, node: Node, book: Book) -> Fact | None:
    reader = book.reader
    keys = reader.keys(node, KEYS, f"the fact {name.value}")
    for needed in ("kind", "ask"):
        if needed not in keys and isinstance(node, Table):
            hint = "kind: amount, and ask: {en: …, zh: …}"
            reader.fail(name.at, "missing", f"the fact {name.value} has no {needed}", hint)
    if "kind" not in keys or "ask" not in keys:
        return None
    kind = reader.choice(keys["kind"], "kind", KINDS)
    ask = _texts(keys["ask"], "ask", book)
    fields = reader.scalars(keys["field"], "field") if "field" in keys else ()
    for field in fields:
        if not _FIELD.fullmatch(field.value):
            reader.fail(field.at, "value", f"{field.value} is no name of a field", "letters, digits and _")
    if kind is None or not ask:
        return None
    return Fact(
        name=name.value,
        kind=next(each for each in KINDS if each == kind),
        names=_texts(keys["name"], "name", book) if "name" in keys else {"en": name.value},
        ask=ask,
        fields=tuple(field.value for field in fields),
    )


def _texts(node: Node, what: str, book: Book) -> dict[str, str]:
    reader = book.reader
    found: dict[str, str] = {}
    for language, value in reader.pairs(node, what):
        text = reader.text(value, what) or ""
        if not LANGUAGE.fullmatch(language.value):
            reader.fail(language.at, "value", f"{language.value} is no language tag", "for example en or zh")
        elif len(text) > ASK_MAX:
            reader.fail(value.at, "limit", f"{len(text)} characters", f"at most {ASK_MAX}")
        templates.check(text, value.at, reader.problems)
        found[language.value] = text
    return found
