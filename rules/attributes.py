"""Conditions on what is known about a message, its customer and its ticket, words apart.

Each looks at one field and answers from its value alone, so `rules.field_index` can ask once for each value.
"""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from rules.conditions import Condition, Evidence
from rules.fields import LANGUAGE_FIELDS, Field, Value
from rules.scene import Scene
from rules.text import fold_word

Key = str | bool | float
"""What a value is looked up by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCondition(Condition):
    """A test of a field that is not searched for words."""

    field: Field

    @property
    def keys(self) -> frozenset[Key] | None:
        """Keys of values (`keys_of`) of which one is enough; None when only `accepts` can tell."""
        return None

    @abstractmethod
    def accepts(self, value: Value) -> bool:
        """Answer for one value of the field."""

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        return self.accepts(self.field.read(scene))

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return the field and what it held."""
        value = self.field.read(scene)
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, tuple):
            value = ", ".join(value)
        return [Evidence(f"{self.field.name} is {value}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Is(FieldCondition):
    """The field is one of the values."""

    values: frozenset[Key]

    @property
    def keys(self) -> frozenset[Key]:
        """The values."""
        return self.values

    def accepts(self, value: Value) -> bool:
        """Answer for one value of the field."""
        return not self.values.isdisjoint(keys_of(self.field, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(FieldCondition):
    """A set holds any, or all, of the values."""

    values: frozenset[str]
    every: bool

    @property
    def keys(self) -> frozenset[Key] | None:
        """The values, when any of them is enough."""
        return None if self.every else self.values

    def accepts(self, value: Value) -> bool:
        """Answer for one value of the field."""
        if not isinstance(value, tuple):
            return False
        return self.values.issubset(value) if self.every else not self.values.isdisjoint(value)

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return those of the values that are there."""
        held = self.field.read(scene)
        found = [value for value in held if value in self.values] if isinstance(held, tuple) else []
        return [Evidence(f"{self.field.name} has {', '.join(found)}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(FieldCondition):
    """A number, or the rank of a choice, lies between two bounds, both included."""

    low: float
    high: float

    def accepts(self, value: Value) -> bool:
        """Answer for one value of the field."""
        if isinstance(value, str) and self.field.ranked:
            value = self.field.choices.index(value)
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists(FieldCondition):
    """The field holds something, or does not."""

    wanted: bool

    def accepts(self, value: Value) -> bool:
        """Answer for one value of the field."""
        return (value not in {None, "", ()}) is self.wanted


def keys_of(field: Field, value: Value) -> Iterable[Key]:
    """What a value is called in the rules: folded words; a language also without its region."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, str):
        folded = fold_word(value)
        return (folded, folded.split("-")[0]) if field.name in LANGUAGE_FIELDS else (folded,)
    return () if value is None else (value,)
