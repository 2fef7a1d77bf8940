"""Words beside a value that say what it is; shape-only detectors ask here which label is nearest."""

from typing import Literal

from rules.expression import expression
from rules.fold import BARRIER

Verdict = Literal["yes", "no"] | None


def words(*alternatives: str) -> str:
    """A regular expression for whole Latin words or phrases; spaces inside stand for any joiner.

    The longest come first: in `order number` the word is not `order`, which would leave `number` a label of its own.
    """
    joined = "|".join(word.replace(" ", "[ _-]{0,2}") for word in sorted(alternatives, key=len, reverse=True))
    return rf"(?<![a-z])(?:{joined})(?![a-z])"


class Labels:
    """Labels that speak for a type and labels that speak against it, in lower-case folded text."""

    def __init__(self, *, yes: str, no: str) -> None:
        self._pattern = expression(f"(?P<yes>{yes})|(?P<no>{no})")

    def before(self, low: str, start: int, reach: int) -> Verdict:
        """The label nearest to `start` within `reach` characters before it."""
        # A label on the far side of a placeholder belongs to what the placeholder stands for.
        return self.last(low, max(start - reach, low.rfind(BARRIER, max(0, start - reach), start) + 1, 0), start)

    def last(self, low: str, begin: int, end: int) -> Verdict:
        """The last label between two offsets, whatever stands between."""
        last: Verdict = None
        for match in self._pattern.finditer(low, begin, end):
            last = "yes" if match.lastgroup == "yes" else "no"
        return last

    def after(self, low: str, end: int, reach: int) -> Verdict:
        """The first label within `reach` characters after `end`."""
        barrier = low.find(BARRIER, end, end + reach)
        match = self._pattern.search(low, end, barrier if barrier >= 0 else end + reach)
        if match is None:
            return None
        return "yes" if match.lastgroup == "yes" else "no"

    def nearest(self, low: str, start: int, end: int, *, before: int, after: int) -> Verdict:
        """What stands before decides; only without it, what stands after."""
        return self.before(low, start, before) or self.after(low, end, after)
