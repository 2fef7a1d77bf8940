"""What the value of a field decides, looked up instead of asked way by way.

`FieldIndex` tells which of many ways it leaves open, as bits; `Answers` keeps one condition's answers by value.
"""

from dataclasses import replace
from typing import Final

from rules.attributes import FieldCondition, Key, keys_of
from rules.fields import Field, Value
from rules.problems import Position
from rules.scene import Scene

KNOWN_MAX: Final = 1_024
"""Values of one field whose answer is kept."""

_ANYWHERE: Final = Position("", 0, 0)


class FieldIndex:
    """The conditions on one field; ways are bits, by number."""

    def __init__(self, field: Field, ways: int) -> None:
        self.field = field
        self._free = (1 << ways) - 1
        """Ways without a condition on the field."""
        self._by_key: dict[Key, int] = {}
        """Of those that want one of some values: by value."""
        self._others: dict[FieldCondition, int] = {}
        """Of the rest: each different condition once."""
        self._known: dict[Value, int] = {}

    def add(self, condition: FieldCondition, way: int) -> None:
        """Note what a way asks of the field; one condition each."""
        bit = 1 << way
        self._free &= ~bit
        if condition.keys is not None:
            for key in condition.keys:
                self._by_key[key] = self._by_key.get(key, 0) | bit
        else:
            same = replace(condition, label="", at=_ANYWHERE)
            self._others[same] = self._others.get(same, 0) | bit

    def open(self, scene: Scene) -> int:
        """Return the ways that the field leaves open."""
        value = self.field.read(scene)
        ways = self._known.get(value)
        if ways is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            ways = self._known[value] = self._accepting(value)
        return ways

    def _accepting(self, value: Value) -> int:
        found = self._free
        for key in keys_of(self.field, value):
            found |= self._by_key.get(key, 0)
        for condition, ways in self._others.items():
            if condition.accepts(value):
                found |= ways
        return found


class Answer:
    """A condition on a field that remembers what it said of each value."""

    __slots__ = ("_accepts", "_known", "_read")

    def __init__(self, condition: FieldCondition) -> None:
        self._accepts = condition.accepts
        self._read = condition.field.read
        self._known: dict[Value, bool] = {}

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        value = self._read(scene)
        known = self._known.get(value)
        if known is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            known = self._known[value] = self._accepts(value)
        return known


class Answers:
    """One answer for equal conditions."""

    def __init__(self) -> None:
        self._of: dict[FieldCondition, Answer] = {}

    def of(self, condition: FieldCondition) -> Answer:
        """Return what answers for a condition."""
        same = replace(condition, label="", at=_ANYWHERE)
        if same not in self._of:
            self._of[same] = Answer(same)
        return self._of[same]
