"""Finds the rules that fire without looking at the others: the cost follows the message, hardly the number of rules.

Rules are taken apart into ways to fire. A way that needs a rare word is found by it (`rules.postings`), the others by
bits (`rules.columns`). Both may only say "surely not"; what they leave is tested here, in the order of the files.
"""

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Final

from rules.candidate import Candidate, Draft
from rules.columns import Columns
from rules.field_index import Answers
from rules.literals import Finder
from rules.postings import Postings, split
from rules.rule import Rule
from rules.scales import Scales
from rules.scene import Scene


class Candidates:
    """The rules that are not switched off, taken apart into ways and indexed."""

    def __init__(self, rules: Sequence[Rule], finder: Finder) -> None:
        ways = [(rule, way) for rule in rules if rule.mode != "off" for way in rule.when.ways]
        rare, common = split([Draft(order, *way) for order, way in enumerate(ways)])
        self._rare = Postings(rare, finder, Answers())
        self._common = Columns(common, finder) if common else None

    @property
    def needs_sentences(self) -> bool:
        """Whether hits are wanted sentence by sentence of every message."""
        return self._common is not None and self._common.needs_sentences

    @property
    def weighed(self) -> Collection[Scales]:
        """What is sure to weigh most messages."""
        return self._common.weighed if self._common is not None else ()

    def fired(self, scene: Scene) -> list[Candidate]:
        """Return the first way of each rule that fires, in the order of the files."""
        found = self._fired(scene)
        if not scene.plain and scene.gave_up:
            # Where `near` gives up depends on what was asked before, which an accelerator may have answered sooner.
            scene.start_plainly()
            found = self._fired(scene)
        return found

    def _fired(self, scene: Scene) -> list[Candidate]:
        candidates, lists = self._rare.found(scene), 0
        if self._common is not None:
            common, lists = self._common.found(scene)
            candidates += common
        if not candidates:
            return candidates
        candidates.sort(key=_ORDER)
        found: list[Candidate] = []
        present = scene.present
        last: Rule | None = None
        for candidate in candidates:
            if candidate.rule is last:
                continue
            for patterns, part in candidate.needs:
                if patterns.isdisjoint(present[part]):
                    break
            else:
                if not (candidate.tests or candidate.lists) or _holds(candidate, scene, lists):
                    found.append(candidate)
                    last = candidate.rule
        return found


def _holds(candidate: Candidate, scene: Scene, lists: int) -> bool:
    wants = candidate.wants
    if lists & wants != wants or lists & candidate.doubts:
        for test in candidate.lists:
            if not test.test(scene):
                return False
    for test in candidate.tests:  # noqa: SIM110 - half the time of all() on the hot path
        if not test.test(scene):
            return False
    return True


_ORDER: Final = attrgetter("order")
