"""The conditions of a rule as objects that answer for one message, and how they combine.

`ways` takes a rule apart into rows of conditions, any one of which makes it fire; what each of these needs is what
`rules.candidates` looks up, so that `test` is asked only where a message has it all. `evidence` is asked only of rules
that fired or are being explained.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import chain, product
from typing import NamedTuple

from rules.facts import Span
from rules.problems import Position
from rules.scene import Scene

Way = tuple["Condition", ...]
"""Conditions that make a rule fire when they all hold."""

WAYS_MAX = 64
"""Beyond so many ways the alternatives of a rule are tested together."""


class Evidence(NamedTuple):
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
    def ways(self) -> tuple[Way, ...]:
        """Alternatives, in order: it holds when every condition of one of them does."""
        return ((self,),)

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
    def ways(self) -> tuple[Way, ...]:
        """One way of each part, in every combination, as long as they stay few."""
        of_parts = [part.ways for part in self.conditions]
        many = 1
        for index in sorted(range(len(of_parts)), key=lambda index: len(of_parts[index])):
            few = len(of_parts[index])
            if many > 1 and many * few > WAYS_MAX:
                of_parts[index] = ((self.conditions[index],),)
            else:
                many *= few
        return tuple(tuple(chain.from_iterable(row)) for row in product(*of_parts))

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
    def ways(self) -> tuple[Way, ...]:
        """Every way of every part."""
        return tuple(way for part in self.conditions for way in part.ways)

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
        for part in self.conditions:  # noqa: SIM110 - half the time of any() on the hot path
            if part.test(scene):
                return False
        return True

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Absence leaves nothing to show."""
        del scene
        return []
