"""One way in which a rule can fire, as far as it is left to be tested when an index has found it.

`rules.postings` and `rules.columns` find candidates, `rules.candidates` tests them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rules.conditions import Condition, Way
from rules.facts import Span
from rules.rule import Rule
from rules.scene import Scene
from rules.weighing import Weighs
from rules.wording import Matches, Near, TextCondition
from rules.words import WordGroup

Need = tuple[WordGroup, tuple[str, ...]]
"""Words of which one has to stand in some parts of the message."""


class Test(Protocol):
    """What a message has to pass."""

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        ...


class Draft(NamedTuple):
    """A way before it is indexed."""

    order: int
    """Its place among the ways of all rules, from the first file to the last."""
    rule: Rule
    way: Way

    @property
    def texts(self) -> list[TextCondition]:
        """The conditions on words."""
        return [condition for condition in self.way if isinstance(condition, TextCondition)]

    @property
    def needs(self) -> list[Need]:
        """The words it cannot do without, lists of few words first, which hit least."""
        needs = [(group, condition.sources) for condition in self.texts for group in condition.needs]
        return sorted(needs, key=lambda need: len(need[0].literals))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is left to test of one way."""

    order: int
    rule: Rule
    way: Way
    tests: tuple[Test, ...]
    """What no index answers."""
    needs: tuple[tuple[frozenset[str], int], ...] = ()
    """Patterns of which one must hit, and in which part (`Scene.present`)."""
    near: Near | None = None
    """The one whose sentences the columns found."""
    lists: tuple[Test, ...] = ()
    """Conditions on lists of words, tested when their bits leave a doubt."""
    wants: int = 0
    """Bits of lists of which a word stands for sure, if there is no doubt."""
    denies: int = 0
    """Bits that rule it out."""
    doubts: int = 0
    """Bits that mean: look it up."""

    def evidence(self, scene: Scene) -> Iterator[tuple[str, tuple[Span, ...]]]:
        """Yield what made the rule fire, in words, and where they stand in the text."""
        for condition in self.way:
            shown = scene.shown.get(id(condition))
            if shown is None:
                shown = scene.shown[id(condition)] = condition.evidence(scene)
            yield from shown


def by_cost(conditions: Iterable[Condition]) -> list[Condition]:
    """What looks at distances, searches expressions or weighs comes last."""
    return sorted(conditions, key=lambda condition: isinstance(condition, Near | Matches | Weighs))
