"""Conditions that several rules have in common, such as one `not:` below many of them: asked once for each message."""

from dataclasses import fields
from typing import Final

from rules.conditions import Condition
from rules.scene import Scene

_NAMED: Final = {"label", "at"}
"""What tells conditions apart that ask for the same."""


class SharedCondition:
    """A condition whose answer is kept as long as the message."""

    __slots__ = ("_number", "_test")

    def __init__(self, number: int, condition: Condition) -> None:
        self._number = number
        self._test = condition.test

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        answer = scene.answers.get(self._number)
        if answer is None:
            answer = scene.answers[self._number] = self._test(scene)
        return answer


class Shared:
    """Knows equal conditions."""

    def __init__(self) -> None:
        self._of: dict[object, tuple[Condition, SharedCondition]] = {}

    def of(self, condition: Condition) -> SharedCondition:
        """Return what answers for a condition and its equals."""
        return self._known(condition)[1]

    def first(self, condition: Condition) -> Condition:
        """Return the first of its equals, which finds the same and has it at hand."""
        return self._known(condition)[0]

    def _known(self, condition: Condition) -> tuple[Condition, SharedCondition]:
        key = _meaning(condition)
        if key not in self._of:
            self._of[key] = condition, SharedCondition(len(self._of), condition)
        return self._of[key]


def _meaning(condition: Condition) -> object:
    """What a condition asks for, wherever it stands."""
    values = (getattr(condition, field.name) for field in fields(condition) if field.name not in _NAMED)
    return type(condition), tuple(map(_part, values))


def _part(value: object) -> object:
    if isinstance(value, Condition):
        return _meaning(value)
    return tuple(map(_part, value)) if isinstance(value, tuple) else value
