"""The conditions of a rule as objects that answer for one message, and how they combine.

`test` is the hot path; `evidence` is asked only of rules that fired or are being explained.
`ways` says which words must have hit for it to hold: rules without them are never looked at.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from rules.facts import Span
from rules.problems import Position
from rules.scene import Scene
from rules.words import WordGroup

Ways = tuple[tuple[WordGroup, ...], ...]
"""Alternatives; each is a row of groups, and of every group at least one word must have hit."""

WAYS_MAX = 64


@dataclass(frozen=True, slots=True)
class Evidence:
    """What made a condition true: words as the customer wrote them, and where in message.text."""

    why: str
    at: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(ABC):
    """One test of a message."""

    label: str
    """As written in the file."""
    at: Position

    @property
    def ways(self) -> Ways | None:
        """Without which words the test cannot be true; None when it may be true without any."""
        return None

    @property
    def parts(self) -> "tuple[Condition, ...]":
        """The conditions inside this one."""
        return ()

    @abstractmethod
    def test(self, scene: Scene) -> bool:
        """Answer for one message."""

    @abstractmethod
    def evidence(self, scene: Scene) -> list[Evidence]:
        """Say what made it true; only asked when it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Condition):
    """Every condition."""

    conditions: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions inside."""
        return self.conditions

    @property
    def ways(self) -> Ways | None:
        """Combine the ways of the parts, as long as they stay few."""
        known = sorted((ways for part in self.conditions if (ways := part.ways) is not None), key=len)
        combined: Ways = ((),)
        for ways in known:
            if len(combined) * len(ways) <= WAYS_MAX or combined == ((),):
                combined = tuple((*one, *other) for one in combined for other in ways)
        return combined if known else None

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        for part in self.conditions:  # noqa: SIM110 - half the time of all() on the hot path
            if not part.test(scene):
                return False
        return True

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return what each found."""
        return [found for part in self.conditions for found in part.evidence(scene)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Condition):
    """At least one condition."""

    conditions: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions inside."""
        return self.conditions

    @property
    def ways(self) -> Ways | None:
        """Every way of every part."""
        found: list[tuple[WordGroup, ...]] = []
        for part in self.conditions:
            ways = part.ways
            if ways is None:
                return None
            found += ways
        return tuple(found)

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        for part in self.conditions:  # noqa: SIM110 - half the time of any() on the hot path
            if part.test(scene):
                return True
        return False

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return what the first true one found."""
        return next(part.evidence(scene) for part in self.conditions if part.test(scene))


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Condition):
    """None of the conditions."""

    conditions: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions inside."""
        return self.conditions

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        return not any(part.test(scene) for part in self.conditions)

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Absence leaves nothing to show."""
        del scene
        return []
