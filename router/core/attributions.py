"""The words by which a program says whose mail it quotes: "On ... wrote:", in whatever language. Pure.

Called by quotes.py with the lines of a text, without surrounding blanks and cut. Known words say so anywhere; unknown
ones where they end in a colon right above quoted lines, and hold a time and an address.
"""

from collections.abc import Sequence
from typing import Final

from router.core.mail_marks import ALONE, CLOCK, DATE_OPENER, MOMENT, OPENER, QUOTING, WROTE

LINES_MAX: Final = 4
"""An attribution is wrapped over no more lines than these."""
_DASHES: Final = "-–—_ "
_COLONS: Final = frozenset(":：")


def ends(lines: Sequence[str], at: int) -> int | None:
    """The line on which the attribution that begins at `at` ends; never one that begins further down."""
    first = lines[at].lstrip(_DASHES) or lines[at]  # some programs rule an attribution off
    opened = OPENER.match(first) is not None
    if not opened and _wrote(first) and ALONE.match(first):
        return at
    if opened or DATE_OPENER.match(first):
        for stop in range(at, min(at + LINES_MAX, len(lines))):
            line = lines[stop]
            if not line or line[0] in QUOTING or (stop > at and OPENER.match(line)):
                break
            if _ends_at(lines, at, stop):
                complete = stop > at and ALONE.match(line) and CLOCK.search(line)
                return None if complete else stop
    return _unknown(lines, at)


def next_filled(lines: Sequence[str], at: int) -> int | None:
    """The first line from `at` on that is not empty, if it is near."""
    for index in range(at, min(at + LINES_MAX, len(lines))):
        if lines[index]:
            return index
    return None


def _ends_at(lines: Sequence[str], at: int, stop: int) -> bool:
    """Whether it is complete there. Programs wrap it before the address, too, and GMX leaves out the colon."""
    line = lines[stop]
    if _wrote(line):
        return True
    if line[-1] in _COLONS:
        return stop > at and _wrote(" ".join(lines[at : stop + 1]))
    quoted = stop + 1 < len(lines) and lines[stop + 1][:1] in {">", "＞"}
    return quoted and MOMENT.search(line) is not None and _wrote(f"{line}:")


def _unknown(lines: Sequence[str], at: int) -> int | None:
    """In a language that nobody here knows: a line, or a paragraph of a few, with a time, an address and a colon, and
    what is quoted follows at once."""
    alone = at == 0 or not lines[at - 1]
    for stop in range(at, min(at + (LINES_MAX if alone else 1), len(lines))):
        line = lines[stop]
        if not line or line[0] in QUOTING:
            return None
        if line[-1] in _COLONS:
            following = next_filled(lines, stop + 1)
            quoted = following is not None and lines[following][0] in QUOTING
            begins_below = at < stop and _tells(lines[at + 1 : stop + 1])
            return stop if quoted and not begins_below and _tells(lines[at : stop + 1]) else None
    return None


def _tells(lines: Sequence[str]) -> bool:
    words = " ".join(lines)
    return "@" in words and MOMENT.search(words) is not None


def _wrote(line: str) -> bool:
    return line[-1] in _COLONS and WROTE.search(line) is not None
