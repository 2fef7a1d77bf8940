"""Words beside a value that say what it is; shape-only detectors ask here which label is nearest."""

import re
from typing import Literal

Verdict = Literal["yes", "no"] | None


def words(*alternatives: str) -> str:
    """A regular expression for whole Latin words or phrases; spaces inside stand for any joiner."""
    joined = "|".join(word.replace(" ", "[ _-]{0,2}") for word in alternatives)
    return rf"(?<![a-z])(?:{joined})(?![a-z])"


class Labels:
    """Labels that speak for a type and labels that speak against it, in lower-case folded text."""

    def __init__(self, *, yes: str, no: str) -> None:
        self._pattern = re.compile(f"(?P<yes>{yes})|(?P<no>{no})")

    def before(self, low: str, start: int, reach: int) -> Verdict:
        """The label nearest to `start` within `reach` characters before it."""
        last: Verdict = None
        for match in self._pattern.finditer(low, max(0, start - reach), start):
            last = "yes" if match.lastgroup == "yes" else "no"
        return last

    def after(self, low: str, end: int, reach: int) -> Verdict:
        """The first label within `reach` characters after `end`."""
        match = self._pattern.search(low, end, end + reach)
        if match is None:
            return None
        return "yes" if match.lastgroup == "yes" else "no"

    def nearest(self, low: str, start: int, end: int, *, before: int, after: int) -> Verdict:
        """What stands before decides; only without it, what stands after."""
        return self.before(low, start, before) or self.after(low, end, after)
