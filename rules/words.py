"""The words of all rules: `Lexicon` collects and numbers them while rules are compiled.

Words of scripts with spaces match whole, Chinese matches inside, `word*` any ending. `rules.scan` finds them.
"""

import re
from collections.abc import Iterable, Iterator

from rules.text import fold_word

WHOLE_LEFT, WHOLE_RIGHT = 1, 2

NUMBER_WORD = "#"
"""Stands for any number written in digits, such as 1,200 or 0.5."""
LETTERS = re.compile(r"[^\W\u2e80-\U0010ffff]+")
"""A word of a script with blanks; a whole word of a rule must be all of one."""

Literal = tuple[str, int]
"""Folded text, and at which ends a word must end."""

ANY_NUMBER = 0
"""The number of the literal that stands for every number."""
_ANY_NUMBER: Literal = ("\x03", 0)


class WordGroup:
    """Alternatives of which any may hit."""

    __slots__ = ("bit", "literals", "number")

    def __init__(self, number: int, literals: frozenset[int]) -> None:
        self.number = number
        self.bit = 1 << number
        """Tells it from other groups where several are held at once."""
        self.literals = literals


class Lexicon:
    """Every distinct word of a rule set, and every set of alternatives, numbered."""

    def __init__(self) -> None:
        self._literals: dict[Literal, int] = {_ANY_NUMBER: ANY_NUMBER}
        self._groups: dict[frozenset[int], WordGroup] = {}

    def group(self, words: Iterable[str]) -> WordGroup:
        """Number these alternatives; equal sets share a group and its hits."""
        found: set[int] = set()
        for word in words:
            for literal in spellings(word):
                found.add(self._literals.setdefault(literal, len(self._literals)))
        literals = frozenset(found)
        return self._groups.setdefault(literals, WordGroup(len(self._groups), literals))

    @property
    def literals(self) -> list[Literal]:
        """Every literal so far, by number."""
        return list(self._literals)

    def memberships(self) -> list[int]:
        """Return for each literal, by number, the bits of the groups it is in."""
        bits = [0] * len(self._literals)
        for group in self._groups.values():
            for literal in group.literals:
                bits[literal] |= group.bit
        return bits


def bits(number: int) -> Iterator[int]:
    """Yield the places of the bits that are set, lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def spellings(word: str) -> Iterator[Literal]:
    """Yield how a word of a rule may be written: apostrophes may be missing, `*` leaves the end open."""
    text = fold_word(word)
    if text == NUMBER_WORD:
        yield _ANY_NUMBER
        return
    open_end = len(text) > 1 and text.endswith("*")
    text = text.rstrip("*") if open_end else text
    for variant in dict.fromkeys((text, text.replace("'", ""))):
        if variant:
            left = WHOLE_LEFT if LETTERS.match(variant[0]) else 0
            right = WHOLE_RIGHT if not open_end and LETTERS.match(variant[-1]) else 0
            yield variant, left | right
