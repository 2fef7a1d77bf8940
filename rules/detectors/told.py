"""Passwords, codes and keys that are given away without the word for them: "its Hunter22x, same as always".

No label announces such a value; that it is one is told by all that stands around it, and by its shape. So both are
weighed, as words are for incidents (docs/decisions/0004-weighed-words.md), with weights that
`scripts/learn_told.py` learned from messages. Of most values what stands right beside them rules it out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from rules.detectors.hit import Hit, SecretType
from rules.detectors.scan import Scan
from rules.detectors.surroundings import Surroundings, is_key, is_long, is_number, values
from rules.fold import BARRIER, BETWEEN_FIELDS

VALUES_MAX: Final = 40
"""Values in a field, of which more are a table or a log."""
LONG_LINE: Final = 1.0
"""What a long value has to weigh: most are hashes and addresses, by which a matter is known again."""
BARRIER_SHOWN: Final = "\\x1a"
_CVV_FIGURES: Final = 3


class Weight(NamedTuple):
    """What one thing that is seen speaks for."""

    beside: float
    """Looking farther."""
    secret: float
    code: float
    """A code, and not a password or PIN."""


_NOTHING: Final = Weight(0.0, 0.0, 0.0)


def find(scan: Scan, others: Sequence[Hit]) -> Iterator[Hit]:
    """Hits in the folded text beside those of the other detectors; each field is looked at by itself."""
    text, low = scan.text, scan.low
    if others:
        text, low = without(text, others), without(low, others)
    begin = 0
    for field in text.split(BETWEEN_FIELDS):
        end = begin + len(field)
        for start, stop, kind in secrets(field, low[begin:end]):
            yield Hit(begin + start, begin + stop, kind, "context")
        begin = end + len(BETWEEN_FIELDS)


def without(text: str, hits: Iterable[Hit]) -> str:
    """Return the text as it stands there when these are masked."""
    parts: list[str] = []
    last = 0
    for hit in sorted(hits):
        if hit.end > last:
            start = max(hit.start, last)
            parts += (text[last:start], BARRIER * (hit.end - start))
            last = hit.end
    return "".join([*parts, text[last:]])


def secrets(text: str, low: str) -> Iterator[tuple[int, int, SecretType]]:
    """Secrets of one field."""
    spans = values(text)
    if not 0 < len(spans) <= VALUES_MAX:
        return
    around = Surroundings(text, low, spans)
    for number, (start, end) in enumerate(spans):
        near = around.beside(number)
        if _sum(near).beside < 0:
            continue
        weight = _sum([*near, *around.about(number)])
        value = text[start:end]
        if weight.secret >= (LONG_LINE if is_long(value) else 0):
            yield start, end, _kind(value, weight)


def _kind(value: str, weight: Weight) -> SecretType:
    if is_long(value):
        return "PRIVATE_KEY" if is_key(value) else "API_KEY"
    if is_number(value) and sum(map(str.isdigit, value)) == _CVV_FIGURES:
        return "CVV"
    return "OTP" if weight.code >= 0 else "PASSWORD"


def _sum(seen: Iterable[str]) -> Weight:
    known = weights()
    start, added = known[""], [known.get(one, _NOTHING) for one in seen]
    return Weight(*(sum(column, first) for first, column in zip(start, zip(*added, strict=True), strict=True)))


@cache
def weights() -> Mapping[str, Weight]:
    """What each thing seen speaks for; what stands behind the name of nothing is there from the start."""
    found: dict[str, Weight] = {}
    known: dict[str, float] = {}
    """Equal numbers are one object: of a hundred thousand a few hundred differ."""
    for line in files(__package__).joinpath("told.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            beside, secret, code, seen = line.split(" ", 3)
            seen = seen.replace("\\n", "\n").replace(BARRIER_SHOWN, BARRIER)
            found[seen] = Weight(*(known.setdefault(one, float(one)) for one in (beside, secret, code)))
    return found
