"""Conditions that can never hold, or always do: two that exclude each other, tests of a field that it always passes,
expressions that find something in every text or in none. For the checker.
"""

import re
from collections.abc import Sequence
from typing import Final

from rules.attributes import Between, FieldCondition
from rules.book import Book
from rules.conditions import All, AnyOf, Condition, Not
from rules.custom import PREFIX
from rules.fields import Value
from rules.implication import Proof
from rules.rule import Rule
from rules.text import fold_word
from rules.wording import Matches

TEXTS: Final = ("", "a", "\u4e00", "0 0", ".")
"""What finds something in all of these finds something in every text."""
_SLASHED: Final = re.compile("/.+/[a-z]*")
"""An expression as other languages write it."""
_ESCAPE: Final = re.compile(r"\\.|\[[^\]]*\]")


def check(rules: tuple[Rule, ...], book: Book) -> None:
    """Record what can never matter."""
    search = _Search(book)
    for rule in rules:
        search.walk(rule.when, [])


class _Search:
    """Goes through a tree with what is known to hold where it stands."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._proof = Proof()

    def walk(self, condition: Condition, known: list[Condition]) -> None:
        known = [*known]
        alternatives: list[Condition] = []
        for part in _together(condition):
            if isinstance(part, AnyOf):
                alternatives += part.parts
                continue
            if isinstance(part, Not):
                for inner in part.parts:
                    self.walk(inner, [])
            else:
                self._alone(part)
            self._beside(part, known)
            known.append(part)
        for branch in alternatives:
            self.walk(branch, known)

    def _beside(self, part: Condition, known: Sequence[Condition]) -> None:
        """Compare a condition with those that have to hold at the same time."""
        for other in known:
            if self._proof.excludes(other, part):
                text = f"{_label(other)} and {_label(part)} never hold together"
                self._doubt(part, "contradiction", text, f"the other is in line {other.at.line}; take one out")
                return

    def _alone(self, condition: Condition) -> None:
        if isinstance(condition, Matches):
            for pattern in condition.patterns:
                self._expression(condition, pattern.pattern, always=all(map(pattern.search, TEXTS)))
            return
        every = _domain(condition)
        if every is None or not isinstance(condition, FieldCondition):
            return
        held = [value for value in every if condition.accepts(value)]
        if not held:
            text = f"{condition.label} never holds"
            self._doubt(condition, "never", text, "no message has such a value; correct it")
        elif len(held) == len(every):
            self._doubt(condition, "always", f"{condition.label} holds for every message", "take it out")

    def _expression(self, condition: Matches, source: str, *, always: bool) -> None:
        if always:
            text = f"the expression {source} finds something in every text"
            self._doubt(condition, "always", text, "say what has to be there")
        if _SLASHED.fullmatch(source):
            text = f"the slashes around {source} are looked for too"
            self._doubt(condition, "signs", text, "leave them out; capitals make no difference")
        plain = _ESCAPE.sub("", source)
        folded = fold_word(plain)
        if "|" not in source and not {*plain.lower()} <= {*folded, *" \n"} and _needed(plain):
            odd = "".join(dict.fromkeys(char for char in plain.lower() if char not in folded and not char.isspace()))
            text = f"the expression never finds {odd}"
            self._doubt(condition, "never", text, f"texts are compared as {fold_word(odd)}; write that")

    def _doubt(self, condition: Condition, code: str, text: str, hint: str) -> None:
        self._book.problems.warn(condition.at, code, text, hint)


def _needed(source: str) -> bool:
    """No part of the expression may be left out, so each of its characters has to be met."""
    return not any(sign in source for sign in "*?{")


def _together(condition: Condition) -> list[Condition]:
    """Conditions that have to hold at the same time, however they are nested."""
    if isinstance(condition, All):
        return [inner for part in condition.parts for inner in _together(part)]
    return [condition]


def _label(condition: Condition) -> str:
    """A condition as written; `not` by what stands in it."""
    if isinstance(condition, Not) and len(condition.parts) == 1 and not condition.parts[0].parts:
        return f"{condition.label}: {condition.parts[0].label}"
    return condition.label


def _domain(condition: Condition) -> list[Value] | None:
    """Every value that the field of a condition may have, where they can be listed or a few of them tell all."""
    if not isinstance(condition, FieldCondition) or condition.field.name.startswith(PREFIX):
        return None  # a field of the site's own may be missing
    if " " in condition.field.name:
        return None  # a change: there may be none
    field = condition.field
    if field.kind == "flag" and "." in field.name:
        return [True, False]
    if field.kind == "word" and field.choices:
        return list(field.choices)
    if isinstance(condition, Between) and field.kind == "number":
        # Between two bounds it is enough to look at the ends and beyond.
        return [0, *(max(0, round(bound) + step) for bound in _bounds(condition) for step in (-1, 0, 1)), 10**9]
    return None


def _bounds(condition: Between) -> list[float]:
    return [bound for bound in (condition.low, condition.high) if abs(bound) < 10**9]
