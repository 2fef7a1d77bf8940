"""The syntax of IMAP commands (RFC 3501, section 9): words, quoted strings, literals, lists, sequence sets.

Called by imap.py. Raises BadSyntax for anything else.
"""

import re
from datetime import UTC, datetime
from typing import Final

_TOKEN: Final = re.compile(
    rb'"((?:[^"\\\r\n]|\\["\\])*)"|(\()|(\))|\x00(\d+)\x00'
    rb'|((?:[^\s(){"\x00-\x1f\x7f\[\]]|\[[^\]\r\n]*\])+)'
)  # fmt: skip
_SET: Final = re.compile(r"(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*")
_SET_ITEMS_MAX: Final = 5_000
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Word = str | bytes
"""str: an atom; bytes: a quoted string or a literal."""
Argument = Word | list[Word]


class BadSyntax(Exception):
    """The client wrote what no client may write."""


def arguments(line: bytes, literals: list[bytes]) -> list[Argument]:
    """The arguments of a command; literals stand as NUL number NUL in `line`. Lists do not nest."""
    out: list[Argument] = []
    inner: list[Word] | None = None
    position = 0
    while position < len(line):
        if line[position : position + 1] == b" ":
            position += 1
            continue
        match = _TOKEN.match(line, position)
        if match is None:
            raise BadSyntax(f"unexpected {line[position : position + 20]!r}")
        position = match.end()
        quoted, opening, closing, number, atom = match.groups()
        if opening:
            if inner is not None:
                raise BadSyntax("a list in a list")
            inner = []
        elif closing:
            if inner is None:
                raise BadSyntax("a list ends that never began")
            out.append(inner)
            inner = None
        else:
            word: Word
            if atom is not None:
                word = atom.decode("ascii", "strict") if atom.isascii() else atom
            else:
                word = literals[int(number)] if number is not None else re.sub(rb"\\(.)", rb"\1", quoted)
            (out if inner is None else inner).append(word)
    if inner is not None:
        raise BadSyntax("a list that does not end")
    return out


def atom(argument: Argument) -> str:
    """An argument that must be an atom, in capitals."""
    if not isinstance(argument, str):
        raise BadSyntax(f"an atom is expected, not {argument!r}")
    return argument.upper()


def text(argument: Argument) -> str:
    """An argument that may be an atom or a string."""
    if isinstance(argument, list):
        raise BadSyntax("a string is expected, not a list")
    return argument if isinstance(argument, str) else argument.decode("utf-8", "replace")


def uid_set(argument: Argument, highest: int) -> list[tuple[int, int]]:
    """Ranges of a sequence set; `*` is the highest UID, and a range may be written backwards."""
    written = text(argument)
    if not _SET.fullmatch(written):
        raise BadSyntax(f"no sequence set: {written[:40]!r}")
    items = written.split(",")
    if len(items) > _SET_ITEMS_MAX:
        raise BadSyntax("too many items in a sequence set")
    ranges: list[tuple[int, int]] = []
    for item in items:
        first, _, last = item.partition(":")
        one = highest if first == "*" else int(first)
        other = one if not last else highest if last == "*" else int(last)
        ranges.append((min(one, other), max(one, other)))
    return ranges


def day(argument: Argument) -> datetime:
    """A date such as 2-Nov-2026."""
    found = re.fullmatch(r"(\d{1,2})-([A-Z][a-z]{2})-(\d{4})", text(argument))
    if found is None or found[2] not in MONTHS:
        raise BadSyntax(f"no date: {argument!r}")
    return datetime(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]), tzinfo=UTC)


def internal_date(at_ms: int) -> str:
    """INTERNALDATE as FETCH answers it."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f'"{moment.day:>2}-{MONTHS[moment.month - 1]}-{moment:%Y %H:%M:%S} +0000"'
