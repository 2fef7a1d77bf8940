"""Conditions on what is known about a message, its customer and its ticket, words apart."""

from dataclasses import dataclass

from rules.conditions import Condition, Evidence
from rules.fields import LANGUAGE_FIELDS, Field
from rules.scene import Scene
from rules.text import fold_word


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCondition(Condition):
    """A test of a field that is not searched for words."""

    field: Field

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

    values: frozenset[str | bool | int]

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        value = self.field.read(scene)
        if isinstance(value, str):
            folded = fold_word(value)
            if self.field.name in LANGUAGE_FIELDS:
                return folded in self.values or folded.split("-")[0] in self.values
            return folded in self.values
        return value in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(FieldCondition):
    """A set holds any, or all, of the values."""

    values: frozenset[str]
    every: bool

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        held = self.field.read(scene)
        if not isinstance(held, tuple):
            return False
        return self.values.issubset(held) if self.every else not self.values.isdisjoint(held)

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return those of the values that are there."""
        held = self.field.read(scene)
        found = [value for value in held if value in self.values] if isinstance(held, tuple) else []
        return [Evidence(f"{self.field.name} has {', '.join(found)}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(FieldCondition):
    """A number, or the rank of a choice, lies between two bounds, both included."""

    low: int
    high: int

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        value = self.field.read(scene)
        if isinstance(value, str) and self.field.ranked:
            value = self.field.choices.index(value)
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists(FieldCondition):
    """The field holds something, or does not."""

    wanted: bool

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        return (self.field.read(scene) not in {None, "", ()}) is self.wanted
