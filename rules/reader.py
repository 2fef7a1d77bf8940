"""Reads typed values out of nodes: the key decides what a scalar means, never its look.

Every method records a problem and returns None (or nothing) instead of raising, so that one pass
finds all mistakes.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from rules.document import Listing, Node, Scalar, Table
from rules.problems import Position, Problems, meant

TRUE, FALSE = frozenset({"true", "yes", "on"}), frozenset({"false", "no", "off"})
ID = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_GLUED = re.compile(r"[a-z][\w.| -]*：")
"""A key whose colon YAML does not know."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")


class Reader:
    """Typed reading with the problems kept in one place."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def fail(self, at: Position, code: str, text: str, hint: str = "") -> None:
        """Record an error."""
        self.problems.error(at, code, text, hint)

    def keys(
        self, node: Node, known: Iterable[str], what: str, instead: Mapping[str, str] = MappingProxyType({})
    ) -> dict[str, Node]:
        """Read a map with known keys; `instead` says what to do about others."""
        if not isinstance(node, Table):
            self.wrong(node, f"{what} must be a map of keys and values")
            return {}
        found: dict[str, Node] = {}
        names = list(known)
        for key, value in node.entries:
            if key.value in names:
                found[key.value] = value
            else:
                text = f"{what} has no key {key.value}"
                glued = re.split("[:：]", key.value)[0] in names
                hint = "write : and a blank" if glued else instead.get(key.value) or meant(key.value, names)
                self.fail(key.at, "unknown-key", text, hint)
        return found

    def lacks(self, node: Table, key: str, known: Collection[str]) -> bool:
        """Whether a key is not there, nor an unknown one that was meant to be it: of such a slip enough is said."""
        names = [name.value for name, _ in node.entries]
        unknown = [name.casefold() for name in names if name not in known]
        return key not in names and not get_close_matches(key, unknown, n=1)

    def pairs(self, node: Node, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """Read a map whose keys the file chooses."""
        if isinstance(node, Table):
            return node.entries
        if not (isinstance(node, Scalar) and node.empty):
            self.wrong(node, f"{what} must be a map of names and values")
        return ()

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """Read a list."""
        if isinstance(node, Listing):
            return node.items
        if not (isinstance(node, Scalar) and node.empty):
            self.wrong(node, f"{what} must be a list (lines that begin with - )")
        return ()

    def scalar(self, node: Node, what: str) -> Scalar | None:
        """Read one word, number or text as typed."""
        if isinstance(node, Scalar) and not node.empty:
            return node
        self.wrong(node, f"{what} must be one value")
        return None

    def text(self, node: Node, what: str) -> str | None:
        """Read one text."""
        found = self.scalar(node, what)
        return found.value if found else None

    def scalars(self, node: Node, what: str) -> tuple[Scalar, ...]:
        """Read one value or a list of values."""
        nodes = node.items if isinstance(node, Listing) else (node,)
        if not nodes:
            self.fail(node.at, "empty", f"{what} is an empty list", "write at least one value")
        found = (self.scalar(item, what) for item in nodes)
        return tuple(item for item in found if item is not None)

    def flag(self, node: Node, what: str) -> bool | None:
        """Read true or false (yes and no will do)."""
        found = self.scalar(node, what)
        if found is None:
            return None
        word = found.value.lower()
        if word in TRUE or word in FALSE:
            return word in TRUE
        self.fail(node.at, "value", f"{what} is {found.value}", "write true or false")
        return None

    def number(self, node: Node, what: str, low: int, high: int) -> int | None:
        """Read a whole number between two bounds."""
        found = self.scalar(node, what)
        if found is None:
            return None
        if _INTEGER.fullmatch(found.value) and low <= int(found.value) <= high:
            return int(found.value)
        hint = f"a whole number from {low} to {high}"
        self.fail(node.at, "value", f"{what} is {found.value}", hint)
        return None

    def decimal(self, node: Node, what: str) -> float | None:
        """Read a number, also below zero or with digits behind the point."""
        found = self.scalar(node, what)
        if found is None:
            return None
        if _DECIMAL.fullmatch(found.value):
            return float(found.value)
        self.fail(node.at, "value", f"{what} is {found.value}", "a number such as 500 or 0.5")
        return None

    def choice(self, node: Node, what: str, choices: Iterable[str]) -> str | None:
        """Read one of a few words."""
        found = self.scalar(node, what)
        return self.chosen(found, what, choices) if found else None

    def chosen(self, found: Scalar, what: str, choices: Iterable[str]) -> str | None:
        """Check that a value is one of a few words, in whatever case."""
        known = {choice.casefold(): choice for choice in choices}
        choice = known.get(found.value.casefold())
        if choice is None:
            text = f"{what} cannot be {found.value}"
            self.fail(found.at, "value", text, meant(found.value, known.values()))
        return choice

    def name(self, found: Scalar, what: str) -> str | None:
        """Check a name that the file gives: small letters, digits and hyphens."""
        if ID.fullmatch(found.value) and len(found.value) <= 64:
            return found.value
        hint = "small letters, digits and hyphens, such as lost-access"
        self.fail(found.at, "name", f"{what} {found.value!r} is not a name", hint)
        return None

    def known(self, found: Scalar, what: str, names: Collection[str]) -> str | None:
        """Check a reference to something that the files define."""
        if found.value in names:
            return found.value
        text = f"there is no {what} {found.value}"
        self.fail(found.at, f"unknown-{what}", text, meant(found.value, names))
        return None

    def wrong(self, node: Node, text: str) -> None:
        """Record that a value has the wrong shape."""
        kind = {Table: "a map", Listing: "a list"}.get(type(node), "")
        if isinstance(node, Scalar):
            kind = "nothing" if node.empty else f"{node.value[:40]!r}"
        glued = isinstance(node, Scalar) and not node.quoted and _GLUED.match(node.value)
        self.fail(
            node.at, "type", text, "its colon is a Chinese one; write : and a blank" if glued else f"found {kind}"
        )
