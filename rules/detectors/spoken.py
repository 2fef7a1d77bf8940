"""Numbers written as words, as dictation writes them: "my code is four eight two nine one three", "验证码是四八二九".

Rows of such words are read as the digits they stand for, and whatever the other detectors find in those is told of the
words. Quantities are no such row: "four hundred eighty-two".
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Final, NamedTuple

from rules.detectors.hit import Hit

_LATIN: Final = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9",
}  # fmt: skip
_HAN: Final = dict(zip("零〇一幺二三四五六七八九", "001123456789", strict=True))
_FIGURES: Final = _LATIN | _HAN
TRIGGERS: Final = (
    *(f"{one}{joiner}{two}" for one, two in product(_LATIN, repeat=2) for joiner in (" ", "-", ", ")),
    *(f"{one}{joiner}{two}" for one, two in product(_HAN, repeat=2) for joiner in ("", " ")),
)
"""Two of them together, which ordinary words seldom are."""
_ROW_MIN: Final = 4
_WORD: Final = f"(?:{'|'.join(_LATIN)})"
_ROW = re.compile(
    rf"(?<![a-z]){_WORD}(?:(?:[ \-]|, ?){_WORD}){{{_ROW_MIN - 1},}}(?![a-z])"
    rf"|[{''.join(_HAN)}](?:[ ,、]?[{''.join(_HAN)}]){{{_ROW_MIN - 1},}}"
)
_FIGURE = re.compile(f"{_WORD}|[{''.join(_HAN)}]")


class Row(NamedTuple):
    """Where a row stands, and where its digits do in the text that holds them in its place."""

    start: int
    end: int
    begin: int
    stop: int


def figured(low: str) -> tuple[str, list[Row]]:
    """The text with digits for rows of words."""
    parts: list[str] = []
    rows: list[Row] = []
    done = size = 0
    for match in _ROW.finditer(low):
        figures = "".join([_FIGURES[one] for one in _FIGURE.findall(match.group())])
        begin = size + match.start() - done
        size = begin + len(figures)
        rows.append(Row(match.start(), match.end(), begin, size))
        parts += (low[done : match.start()], figures)
        done = match.end()
    return "".join([*parts, low[done:]]), rows


def find(low: str, look: Callable[[str], Sequence[Hit]]) -> Iterable[Hit]:
    """What `look` finds in the digits, told of the words; each row is a secret as a whole or not at all."""
    text, rows = figured(low)
    begins = [row.begin for row in rows]
    found: dict[Row, Hit] = {}
    for hit in sorted(look(text)) if rows else ():
        if hit.type == "SEED_PHRASE":  # its words stand in the text as it was written
            continue
        for row in rows[max(0, bisect_left(begins, hit.start + 1) - 1) : bisect_left(begins, hit.end)]:
            if row.stop > hit.start:
                found.setdefault(row, hit._replace(start=row.start, end=row.end))
    return found.values()
