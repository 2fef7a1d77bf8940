"""A condition on what words of a message weigh together."""

import math
from dataclasses import dataclass

from rules.conditions import Evidence
from rules.scales import Scales, Weighing
from rules.scan import Scan
from rules.scene import Scene
from rules.wording import TextCondition

SHOWN_MAX = 3
"""Stretches of words that a reason names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighs(TextCondition):
    """The weightiest piece of the text, or the subject, weighs enough."""

    name: str
    scales: Scales
    least: float

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        for scan in self.scans(scene):  # noqa: SIM110 - half the time of any() on the hot path
            if scan.reading(self.scales.lists).reaches(self.scales, self.least):
                return True
        return False

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return the words that spoke for it most, behind what was weighed."""
        scan = max(self.scans(scene), key=lambda scan: self._weighing(scan).weight)
        weighing = self._weighing(scan)
        words, at = self.quote(scene, scan, tuple(weighing.telling[:SHOWN_MAX]))
        why = f"{self.name} {weighing.weight:+.1f}"
        if weighing.opinion is not None:
            why += f" (opinion {weighing.opinion:+.1f})"
        if weighing.weight < max(self.least, 0):  # too little, or enough though it speaks against
            why += f" {'<' if weighing.weight < self.least else '≥'} {self.least:g}"
        return [Evidence(f"{why}: {', '.join(words)}" if words else why, at)]

    def weight(self, scene: Scene) -> float:
        """What the weightiest piece weighs, whether that is enough or not; nothing weighs less than anything."""
        return max((self._weighing(scan).weight for scan in self.scans(scene)), default=-math.inf)

    def _weighing(self, scan: Scan) -> Weighing:
        return scan.reading(self.scales.lists).on(self.scales)
