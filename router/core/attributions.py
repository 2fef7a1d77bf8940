"""The words by which a program says whose mail it quotes: "On ... wrote:", in whatever language. Pure.

Called by quotes.py with the lines of a text, without surrounding blanks and cut. Known words say so anywhere; unknown
ones where they end in a colon right above quoted lines, and hold an address and a time, or end in the address.
"""

from collections.abc import Sequence
from typing import Final

from router.core.mail_marks import (
    ADDRESS_ENDS,
    ADDRESSED,
    ALONE,
    CLOCK,
    DATE_OPENER,
    FIELD,
    MOMENT,
    OPENER,
    QUOTING,
    RULED,
    TITLED,
    WROTE,
)

LINES_MAX: Final = 4
"""An attribution is wrapped over no more lines than these."""
BLOCK_LINES: Final = 10
"""Within so many lines the fields of a copied header block stand."""
_LABEL_CHARS: Final = 24
_DASHES: Final = "-–—_ "
_COLONS: Final = frozenset(":：")
_BESIDE: Final = frozenset(_DASHES) | QUOTING


def may_stand(lines: Sequence[str]) -> bool:
    """Whether one can stand in them: each has a colon at an end, or a dash before it, or a quote below it."""
    return any(line and (line[-1] in _COLONS or line[0] in _BESIDE) for line in lines)


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
            if _ends_at(lines, at, stop, dated=not opened):
                complete = stop > at and ALONE.match(line) and CLOCK.search(line)
                return None if complete else stop
    return _unknown(lines, at)


def is_block(lines: Sequence[str], at: int) -> bool:
    """A copied header block: `From:` and two more fields, a subject or an address among them, or it is a customer
    telling from whom to whom."""
    line = lines[at]
    field = FIELD.match(line) if ":" in line or "：" in line else None
    if field is not None and field["who"] is None and CLOCK.search(line) and at + 1 < len(lines):
        # The time first, as GMX and web.de write it.
        at, field = at + 1, FIELD.match(lines[at + 1])
        field = field if field is not None and "@" in field["value"] else None
    if field is None or field["who"] is None:
        return False
    others = [FIELD.match(line) for line in lines[at + 1 : at + BLOCK_LINES]]
    found = [other for other in others if other is not None]
    return len(found) >= 2 and ("@" in field["value"] or any(other["subject"] for other in found))


def is_ruled_block(lines: Sequence[str], at: int) -> bool:
    """Below a ruler, a header block in a language that nobody here knows: three fields, an address and a time."""
    fields = lines[at : at + 3]
    told = all(":" in field[:_LABEL_CHARS] for field in fields) and len(fields) == 3
    return told and any("@" in field for field in fields) and any(MOMENT.search(field) for field in fields)


def announced(lines: Sequence[str], first: int, *, titled: bool) -> int:
    """Where what stands right above the history begins, else `first`: a ruler with fields of the mail that is answered
    below it (Yandex), or, if `titled` says so, what it is, between rulers in any language, or in known words."""
    above = first - 1
    while above >= 0 and first - above < BLOCK_LINES and FIELD.match(lines[above]):
        above -= 1
    if 0 <= above < first - 1 and RULED.fullmatch(lines[above]):
        return above
    above = first - 1
    while titled and above >= 0 and first - above < LINES_MAX and not lines[above]:
        above -= 1
    title = titled and above >= 0 and (RULED.fullmatch(lines[above]) or TITLED.fullmatch(lines[above]))
    return above if title else first


def marked_below(lines: Sequence[str], at: int) -> int | None:
    """The quoted line right below a separator, or below the attribution that stands between (Proton)."""
    following = next_filled(lines, at + 1)
    if following is not None and lines[following][0] not in QUOTING:
        stop = ends(lines, following)
        following = next_filled(lines, stop + 1) if stop is not None else None
    return following if following is not None and lines[following][0] in QUOTING else None


def next_filled(lines: Sequence[str], at: int) -> int | None:
    """The first line from `at` on that is not empty, if it is near."""
    for index in range(at, min(at + LINES_MAX, len(lines))):
        if lines[index]:
            return index
    return None


def _ends_at(lines: Sequence[str], at: int, stop: int, *, dated: bool) -> bool:
    """Whether it is complete there. Programs wrap it before the address, too, and GMX leaves out the colon."""
    line = lines[stop]
    if _wrote(line, dated=dated):
        return True
    if lines[at][0] in _DASHES:  # Zoho rules it off on both sides, and writes no colon
        return _wrote(f"{line.rstrip(_DASHES)}:")
    if line[-1] in _COLONS:
        return stop > at and _wrote(" ".join(lines[at : stop + 1]), dated=dated)
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
            begins_below = at < stop and _tells(lines[at + 1 : stop + 1]) and not ADDRESS_ENDS.match(line)
            return stop if quoted and not begins_below and _tells(lines[at : stop + 1]) else None
    return None


def _tells(lines: Sequence[str]) -> bool:
    words = " ".join(lines)
    return "@" in words and (MOMENT.search(words) is not None or ADDRESS_ENDS.search(words) is not None)


def _wrote(line: str, *, dated: bool = False) -> bool:
    return line[-1] in _COLONS and (WROTE.search(line) is not None or (dated and ADDRESSED.search(line) is not None))
