"""The conditions of a rule as objects that answer for one message, and how they combine.

`test` is the hot path; `evidence` is asked only of rules that fired or are being explained.
`trigger` is a mask of literals of which at least one must have hit, or None when that is unknown:
rules whose trigger did not hit are never looked at.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from rules.facts import Span
from rules.problems import Position
from rules.scene import Scene


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
    def trigger(self) -> int | None:
        """Literals without which the test cannot be true."""
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
    def trigger(self) -> int | None:
        """The rarest of what must hit."""
        masks = [part.trigger for part in self.conditions]
        known = [mask for mask in masks if mask is not None]
        return rarest(known) if known else None

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        return all(part.test(scene) for part in self.conditions)

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
    def trigger(self) -> int | None:
        """Whatever may make one of them true."""
        mask = 0
        for part in self.conditions:
            trigger = part.trigger
            if trigger is None:
                return None
            mask |= trigger
        return mask

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        return any(part.test(scene) for part in self.conditions)

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


def rarest(masks: list[int]) -> int:
    """Return the mask with the fewest literals."""
    return min(masks, key=int.bit_count)
