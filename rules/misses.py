"""How near a quiet rule came to firing: how many of its conditions would have had to be otherwise, and which."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from rules.conditions import All, AnyOf, Condition, Evidence, Not
from rules.scene import Scene
from rules.weighing import Weighs
from rules.wording import Has, Near, TextCondition

TOO_LIGHT: Final = 2.0
"""Words that weigh so much less than was asked for did not nearly make a rule fire."""


class Miss(NamedTuple):
    """What it takes to make a condition hold."""

    conditions: int
    """How many conditions are in the way, on the shortest way."""
    held: tuple[Condition, ...]
    """The conditions on words that held on that way."""
    culprit: Condition | None = None
    """The one in the way, where it is only one."""


_MET: Final = Miss(0, ())


@dataclass(slots=True)
class Misses:
    """Measures the rules of one message."""

    scene: Scene
    _bare: dict[int, Near] = field(default_factory=dict)
    """By id of a `near` with exceptions: the same without. Kept, as scenes remember conditions by their ids."""

    def near(self, condition: Condition) -> Miss | None:
        """The miss, when one condition alone kept it from holding and words that it looks for are there."""
        miss = self._to(condition, wanted=True)
        if miss.conditions != 1 or not (miss.held or self._is_excepted(miss.culprit)):
            return None
        light = isinstance(miss.culprit, Weighs) and miss.culprit.weight(self.scene) < miss.culprit.least - TOO_LIGHT
        return None if light else miss

    def excepted(self, condition: Condition) -> list[Evidence]:
        """Of a `near` whose words are there all the same: the words that made them not count."""
        if not isinstance(condition, Near) or condition.unless is None or not self._is_excepted(condition):
            return []
        groups = (condition.unless.anywhere, condition.unless.before, condition.unless.just_before)
        listed = (
            Has(label="unless", at=condition.at, sources=condition.sources, words=group) for group in groups if group
        )
        return [found for words in listed for found in words.evidence(self.scene)]

    def evidence(self, condition: Condition) -> list[Evidence]:
        """What a condition found; of a `near` that was excepted its words, of `weighs` the weight."""
        bare = self._bare.get(id(condition), condition)
        return bare.evidence(self.scene) if isinstance(bare, Weighs) or bare.test(self.scene) else []

    def _is_excepted(self, condition: Condition | None) -> bool:
        """Whether a `near` would hold but for its exceptions."""
        if not isinstance(condition, Near) or condition.unless is None:
            return False
        if id(condition) not in self._bare:
            self._bare[id(condition)] = replace(condition, unless=None)
        return self._bare[id(condition)].test(self.scene)

    def _to(self, condition: Condition, *, wanted: bool) -> Miss:
        if isinstance(condition, Not):
            parts = [self._to(part, wanted=not wanted) for part in condition.parts]
            return _all(parts) if wanted else self._any(parts, condition)
        if isinstance(condition, All | AnyOf):
            parts = [self._to(part, wanted=wanted) for part in condition.parts]
            return _all(parts) if isinstance(condition, All) is wanted else self._any(parts, condition)
        if condition.test(self.scene) is wanted:
            return Miss(0, (condition,)) if wanted and isinstance(condition, TextCondition) else _MET
        return Miss(1, (), condition)

    def _any(self, parts: list[Miss], whole: Condition) -> Miss:
        """The nearest; where none is nearer than the others and no word is there, the whole is in the way."""
        best = min(parts, key=self._far, default=_MET)
        as_near = [miss for miss in parts if self._far(miss) == self._far(best)]
        vague = best.conditions and len(as_near) > 1 and self._far(best)[1] == 0
        return best._replace(culprit=whole) if vague else best

    def _far(self, miss: Miss) -> tuple[int, int]:
        return miss.conditions, -len(miss.held) - self._is_excepted(miss.culprit)


def _all(parts: Iterable[Miss]) -> Miss:
    conditions = 0
    held: tuple[Condition, ...] = ()
    culprit: Condition | None = None
    for part in parts:
        conditions += part.conditions
        held += part.held
        culprit = culprit or part.culprit
    return Miss(conditions, held, culprit)
