"""A long text in pieces that a network takes, broken where it hurts least. Pure.

Networks count differently: in UTF-16 units (most of them), or by weights of their own. The measure is an argument.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

_BREAKS: Final = ("\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "；", "; ", "，", ", ", " ")
_SLACK: Final = 0.5
"""A break in the first half of a piece would make it needlessly short."""
_SIGN_MAX: Final = 64
"""Code points that are looked at for the beginning of a sign; what piles up more marks than that is broken anywhere."""
_JOINER: Final = "\u200d"
_FLAG_HALVES: Final = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_CONTINUES: Final = re.compile("[\u1160-\u11ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
"""What goes on with the sign before it and is no mark: parts of Hangul syllables, skin tones, tags of flags."""


def utf16_units(text: str) -> int:
    """The length of a text in UTF-16 units: two for what lies beyond the first plane."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def split(text: str, limit: int, measure: Callable[[str], int] = utf16_units) -> list[str]:
    """The text in order, in pieces of at most `limit`, without blank ones, which networks refuse.

    `measure` adds up: a text is as long as its parts together. `limit` holds any single character.
    """
    return pieces(text, lambda rest: _fitting(rest, limit, measure))


def pieces(
    text: str, fitting: Callable[[str], int], may_break: Callable[[str, int], bool] = lambda _text, _at: True
) -> list[str]:
    """The same where a network counts in its own way: `fitting` says how many code points of the beginning are one
    piece (at least one), `may_break` whether a text may be broken before a code point where that hurts little."""
    rest, found = text.strip(), []
    while rest:
        end = fitting(rest)
        if end < len(rest):
            end = _break(rest, end, may_break)
        piece, rest = rest[:end].rstrip(), rest[end:].lstrip()
        if piece:
            found.append(piece)
    return found


def _fitting(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """How many code points of the beginning fit."""
    if measure(text[:limit]) <= limit:
        return min(len(text), limit)
    left = limit
    for at, char in enumerate(text):
        left -= measure(char)
        if left < 0:
            return at
    return len(text)


def _break(text: str, end: int, may_break: Callable[[str, int], bool]) -> int:
    for mark in _BREAKS:
        at = text.rfind(mark, int(end * _SLACK), end)
        if at >= 0 and may_break(text, at + len(mark)):
            return at + len(mark)
    at = next((at for at in range(end, max(0, end - _SIGN_MAX), -1) if not _is_within_sign(text, at)), end)
    return at if may_break(text, at) else end


def _is_within_sign(text: str, at: int) -> bool:
    """Whether the code points before and after `at` are drawn as one: a letter with its marks, an emoji of several
    (the rules that matter of Unicode, UAX #29, Grapheme Cluster Boundaries)."""
    char = text[at]
    if char == _JOINER or text[at - 1] == _JOINER or _CONTINUES.match(char) or unicodedata.category(char)[0] == "M":
        return True
    if char not in _FLAG_HALVES:
        return False
    before = text[:at]
    return (len(before) - len(before.rstrip(_FLAG_HALVES))) % 2 == 1
