"""Which conditions the files' own tests made true, and which they made false: a condition that was never both is one
that could be taken out, or turned round, without a test noticing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from rules.conditions import Condition
from rules.rule import Rule
from rules.scene import Scene


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of a rule, and in how many tests it held and did not. Alternatives count each for itself."""

    rule: str
    label: str
    file: str
    line: int
    col: int
    held: int
    failed: int


class Coverage:
    """Looks on while the tests run."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._leaves = [(rule, leaf) for rule in rules for leaf in leaves(rule.when)]
        self._waiting: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for number, (rule, _) in enumerate(self._leaves):
            self._waiting[rule.event, bool(rule.redact)].append(number)
        self._held = [0] * len(self._leaves)
        self._failed = [0] * len(self._leaves)

    def see(self, scene: Scene, *, at_the_door: bool = False) -> None:
        """Note what the conditions of all rules that wait for its event say of a message, before or behind the door."""
        for number in self._waiting.get((scene.facts.event, at_the_door), ()):
            counts = self._held if self._leaves[number][1].test(scene) else self._failed
            counts[number] += 1

    def found(self) -> tuple[Covered, ...]:
        """Every condition, in the order of the rules."""
        return tuple(
            Covered(
                rule=rule.id,
                label=leaf.label,
                file=leaf.at.file,
                line=leaf.at.line,
                col=leaf.at.col,
                held=held,
                failed=failed,
            )
            for (rule, leaf), held, failed in zip(self._leaves, self._held, self._failed, strict=True)
        )


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions that ask for something themselves; a rule without `when` has none."""
    if condition.parts:
        for part in condition.parts:
            yield from leaves(part)
    elif condition.label != "always":
        yield condition
