"""Which stretches of words say most, of what each word adds; weak words between telling ones belong to them."""

import math
from collections.abc import Sequence
from typing import Final

from rules.facts import Span

TELLING: Final = 0.25
"""Of what the stretch adds that adds most: from so much on another one tells as well."""
BRIDGED: Final = 0.25
"""Of what the token adds that adds most: what each token has to add beyond that, or others have for it."""
STRETCHES_MAX: Final = 3


def stretches(spans: Sequence[Span], worth: Sequence[float]) -> list[Span]:
    """Return the stretches that add most, that one first: weak words between telling ones belong to them."""
    level = BRIDGED * max(worth, default=0.0)
    rest = [added - level for added in worth]
    found: list[Span] = []
    enough = 0.0
    for _ in range(STRETCHES_MAX):
        added, first, last = _heaviest(rest)
        if added <= enough:
            break
        enough = enough or TELLING * added
        found.append((spans[first][0], spans[last][1]))
        rest[first : last + 1] = [-math.inf] * (last + 1 - first)
    return found


def _heaviest(worth: Sequence[float]) -> tuple[float, int, int]:
    """Return what the heaviest stretch weighs, and its first and last (Bentley, "Programming pearls", 1984)."""
    best = (0.0, 0, 0)
    sum_, first = 0.0, 0
    for place, added in enumerate(worth):
        if sum_ <= 0:
            sum_, first = 0.0, place
        sum_ += added
        if sum_ > best[0]:
            best = (sum_, first, place)
    return best
