"""What one condition says of another: that it surely holds too, or surely does not.

Simple proofs or none: words within words, values within values, numbers within bounds. For the checker; nothing is
judged by it.
"""

import math
import re
from typing import Final

from rules.attributes import Between, Exists, FieldCondition, Holds, Is
from rules.conditions import All, AnyOf, Condition, Not
from rules.fields import LANGUAGE_FIELDS, TEXT_PARTS, Value
from rules.period import Since, Until
from rules.several import Several
from rules.views import Literal
from rules.weighing import Weighs
from rules.wording import Has, HasAll, Matches, Near, TextCondition, Whole

INSIDE_MAX: Final = 20_000
"""Pairs of words that are looked at for one inside the other."""
_FEW: Final = 64
"""Whole numbers between two bounds that are tried one by one."""
_WORDS_ONLY: Final = re.compile(r"[0-9a-z\u3400-\u9fff ]+")


class Proof:
    """Answers for pairs of conditions, each pair once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], bool] = {}

    def implies(self, one: Condition, other: Condition) -> bool:
        """Tell whether `other` surely holds wherever `one` does."""
        return one is other or self._once("implies", one, other)

    def excludes(self, one: Condition, other: Condition) -> bool:
        """Tell whether the two surely never hold together."""
        return self._once("excludes", one, other)

    def _once(self, what: str, one: Condition, other: Condition) -> bool:
        key = (what, id(one), id(other))
        if key not in self._known:
            self._known[key] = (self._implied if what == "implies" else self._excluded)(one, other)
        return self._known[key]

    def _implied(self, one: Condition, other: Condition) -> bool:
        if isinstance(other, All):
            return all(self.implies(one, part) for part in other.parts)
        if isinstance(one, AnyOf):
            return bool(one.parts) and all(self.implies(part, other) for part in one.parts)
        if isinstance(other, AnyOf) and any(self.implies(one, part) for part in other.parts):
            return True
        if isinstance(other, Not):
            return all(self.excludes(one, part) for part in other.parts)
        if isinstance(one, All):
            return any(self.implies(part, other) for part in one.parts)
        return _leaf_implies(one, other)

    def _excluded(self, one: Condition, other: Condition) -> bool:
        for this, that in ((one, other), (other, one)):
            if isinstance(this, AnyOf):
                return bool(this.parts) and all(self.excludes(part, that) for part in this.parts)
            if isinstance(this, Not) and any(self.implies(that, part) for part in this.parts):
                return True
            if isinstance(this, All) and any(self.excludes(part, that) for part in this.parts):
                return True
        return _leaf_excludes(one, other)


def accepted(condition: Condition) -> list[Value] | None:
    """Every value with which a test of one field holds, where they can be listed."""
    if isinstance(condition, Is):
        return list(condition.values)
    if isinstance(condition, Between):
        if condition.field.ranked:
            return [choice for choice in condition.field.choices if condition.accepts(choice)]
        if not condition.field.decimal and condition.high - condition.low <= _FEW:
            return list(range(math.ceil(condition.low), math.floor(condition.high) + 1))
    return None


def _leaf_implies(one: Condition, other: Condition) -> bool:
    if isinstance(one, TextCondition):
        if isinstance(other, TextCondition):
            return set(one.sources) <= set(other.sources) and _wording_implies(one, other)
        return isinstance(other, Exists) and other.wanted and _stands_in(one, other)
    if isinstance(one, FieldCondition) and isinstance(other, FieldCondition):
        return _same_field(one, other) and _values_imply(one, other)
    if isinstance(one, Since) and isinstance(other, Since):
        return one.from_ms >= other.from_ms
    if isinstance(one, Until) and isinstance(other, Until):
        return one.until_ms <= other.until_ms
    return False


def _leaf_excludes(one: Condition, other: Condition) -> bool:
    for this, that in ((one, other), (other, one)):
        if isinstance(this, TextCondition) and isinstance(that, Exists):
            return not that.wanted and _stands_in(this, that)
    if isinstance(one, Whole) and isinstance(other, Whole) and one.operator == other.operator == "is":
        return one.sources == other.sources and len(one.sources) == 1 and not {*one.texts} & {*other.texts}
    if not (isinstance(one, FieldCondition) and isinstance(other, FieldCondition) and _same_field(one, other)):
        return False
    if isinstance(one, Between) and isinstance(other, Between):
        low, high = max(one.low, other.low), min(one.high, other.high)
        return low > high or (not one.field.decimal and high - low < 1 and math.ceil(low) > math.floor(high))
    for this, that in ((one, other), (other, one)):
        if isinstance(this, Exists) and (not isinstance(that, Exists) or that.wanted != this.wanted):
            return isinstance(that, Exists) or not this.wanted
    if one.field.kind == "set":
        return False
    tried = [(values, that) for this, that in ((one, other), (other, one)) if (values := accepted(this)) is not None]
    if one.field.name in LANGUAGE_FIELDS and len(tried) < 2:
        return False
    # A language is also accepted under its shorter name, so both must refuse each other's.
    return bool(tried) and not any(that.accepts(value) for values, that in tried for value in values)


def _same_field(one: FieldCondition, other: FieldCondition) -> bool:
    return one.field.name == other.field.name and one.field.kind == other.field.kind


def _stands_in(wording: TextCondition, field: Exists) -> bool:
    """Whether a test of words finds some only where the field holds something."""
    return bool(wording.needs) and {*wording.sources} <= {*TEXT_PARTS.get(field.field.name, ())}


def _values_imply(one: FieldCondition, other: FieldCondition) -> bool:
    if isinstance(other, Exists):
        return one.wanted is other.wanted if isinstance(one, Exists) else other.wanted
    if isinstance(one, Holds) and isinstance(other, Holds):
        if other.every and len(other.values) > 1:
            return one.every and other.values <= one.values
        return bool(one.values & other.values) if one.every else one.values <= other.values
    if isinstance(one, Between) and isinstance(other, Between):
        return other.low <= one.low and one.high <= other.high
    values = accepted(one)
    return bool(values) and all(other.accepts(value) for value in values or ())


# Words.


def _wording_implies(one: TextCondition, other: TextCondition) -> bool:
    if isinstance(other, Has):
        return any(covered(group.literals, other.words.literals) for group in one.needs)
    if isinstance(other, HasAll):
        return all(any(covered(group.literals, word.literals) for group in one.needs) for word in other.words)
    if isinstance(one, Several) and isinstance(other, Several):
        return {*one.words} == {*other.words} and one.least >= other.least
    if isinstance(one, Near) and isinstance(other, Near):
        return _near_implies(one, other)
    if isinstance(one, Weighs) and isinstance(other, Weighs):
        return one.scales is other.scales and one.least >= other.least
    if isinstance(one, Whole) and isinstance(other, Whole):
        return one.operator == other.operator and {*one.texts} <= {*other.texts}
    if isinstance(one, Matches) and isinstance(other, Matches):
        return {pattern.pattern for pattern in one.patterns} <= {pattern.pattern for pattern in other.patterns}
    return False


def _near_implies(one: Near, other: Near) -> bool:
    if len(one.groups) != len(other.groups) or (other.ordered and not one.ordered):
        return False
    if other.unless is not None and one.unless != other.unless:
        return False
    wider = len(one.groups) == 1 or one.within <= other.within
    return wider and all(
        mine.literals <= theirs.literals for mine, theirs in zip(one.groups, other.groups, strict=True)
    )


def covered(words: frozenset[Literal], others: frozenset[Literal]) -> bool:
    """Tell whether each of the words is one of the others, or holds one: who says `refund now` says `refund`."""
    rest = words - others
    return len(rest) * len(others) <= INSIDE_MAX and all(_holds_one_of(others, word) for word in rest)


def _holds_one_of(others: frozenset[Literal], word: Literal) -> bool:
    """Only of plain words and Chinese: what stands inside other signs is found by other means."""
    inside = any(other in word and _WORDS_ONLY.fullmatch(other) for other in others)
    return inside and _WORDS_ONLY.fullmatch(word) is not None
