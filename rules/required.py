"""Which literals an expression cannot match without, so that texts without them need not be searched for it.

Reads the plain part of RE2's syntax and gives up on the rest: no answer is right always, a wrong one loses matches.
Only characters that have one form in a folded text count: ASCII, whose capitals are folded away, and Chinese.
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final

ALTERNATIVES_MAX: Final = 32
"""Literals of which one is needed; beyond so many they tell too little."""

_PLAIN: Final = re.compile(r"[0-9A-Za-z _'\u3400-\u9fff-]")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\[^pPQE]|[^\]\\\[])*\]")
_REPEAT: Final = re.compile(r"[*+?]|\{0*([0-9]+)(?:,[0-9]*)?\}")
_ESCAPED: Final = re.compile(r"\\[dDsSwWbB!-/:-@\[-`{-~]")
"""A class by its letter, the edge of a word, or a sign that would mean something else."""

Needed = tuple[str, ...]
"""Alternatives, of which one must stand in the text; none when nothing is known to be needed."""


def required(expression: str) -> Needed:
    """Return literals of which at least one stands wherever the expression matches; none when that is not known."""
    try:
        needed, end = _branches(expression, 0)
    except _UnknownSyntax:
        return ()
    return needed if end == len(expression) else ()


def required_of(expressions: Sequence[str]) -> tuple[Needed, ...]:
    """Return what is known to be needed for one of the expressions to match: one literal of each."""
    if len(expressions) > 1:
        needed = [required(expression) for expression in expressions]
        return (tuple(dict.fromkeys(chain.from_iterable(needed))),) if all(needed) else ()
    try:
        known, end = _sequence(expressions[0], 0)
    except _UnknownSyntax:
        return ()
    if end == len(expressions[0]):
        return tuple(dict.fromkeys(needed for needed in known if _tells(needed)))
    best = required(expressions[0])
    return (best,) if best else ()


class _UnknownSyntax(Exception):
    """Something this reader does not understand."""


def _branches(source: str, at: int) -> tuple[Needed, int]:
    """Read alternatives up to a closing bracket: what is needed is one literal of any."""
    found: list[str] = []
    telling = True
    while True:
        known, at = _sequence(source, at)
        needed = _best(known)
        telling = telling and bool(needed)
        found += needed
        if at == len(source) or source[at] == ")":
            break
        at += 1
    return (tuple(dict.fromkeys(found)) if telling and len(found) <= ALTERNATIVES_MAX else ()), at


def _sequence(source: str, at: int) -> tuple[list[Needed], int]:
    """Read one alternative: all that it needs."""
    known: list[Needed] = []
    run = ""
    while at < len(source) and source[at] not in "|)":
        piece, needed, at = _atom(source, at)
        least, at = _repeat(source, at)
        if piece and least == 1:
            run += piece
            continue
        if run:
            known.append((run,))
        run = piece if least > 1 else ""
        if needed and least:
            known.append(needed)
        if run:
            known.append((run,))
            run = ""
    if run:
        known.append((run,))
    return known, at


def _atom(source: str, at: int) -> tuple[str, Needed, int]:
    """Read one thing that may be repeated: the plain character it is, what it needs if it is a group, its end."""
    char = source[at]
    if char == "(":
        return _group(source, at + 1)
    if char in "*+?{":
        raise _UnknownSyntax
    if char in "[\\":
        known = (_CLASS if char == "[" else _ESCAPED).match(source, at)
        if known is None:
            raise _UnknownSyntax
        return "", (), known.end()
    return (char.lower() if _PLAIN.match(char) else ""), (), at + 1


def _group(source: str, at: int) -> tuple[str, Needed, int]:
    if source.startswith("?:", at):
        at += 2
    elif source.startswith("?", at):
        raise _UnknownSyntax
    needed, end = _branches(source, at)
    if end == len(source):
        raise _UnknownSyntax
    return "", needed, end + 1


def _repeat(source: str, at: int) -> tuple[int, int]:
    """Read how often at least: 0, or 1 when nothing is said, or 2 when it may repeat; and where the next thing is."""
    least = 1
    while repeat := _REPEAT.match(source, at):
        optional = repeat[0] in "*?" or repeat[1] == "0"
        least = 0 if optional or least == 0 else 2
        at = repeat.end()
    return least, at


def _best(known: Sequence[Needed]) -> Needed:
    """The alternatives whose shortest literal is longest; none when one of them tells next to nothing."""
    best = max(known, key=lambda needed: (min(map(_telling, needed)), -len(needed)), default=())
    return best if best and _tells(best) else ()


def _tells(needed: Needed) -> bool:
    """Whether it is worth searching for."""
    return min(map(_telling, needed)) > 1


def _telling(literal: str) -> int:
    """How much a literal tells: a Chinese character as much as two letters."""
    return sum(1 if char.isascii() else 2 for char in literal.strip())
