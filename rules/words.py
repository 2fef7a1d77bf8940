"""The words of all rules: `Lexicon` collects them while rules are compiled; `rules.literals` finds them in a text.

Words of scripts with spaces match whole, Chinese matches inside, `word*` any ending.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rules.text import WIDE_FROM, fold_word

NUMBER_WORD: Final = "#"
"""Stands for any number written in digits, such as 1,200 or 0.5."""
LETTERS: Final = re.compile(r"[^\W\u2e80-\U0010ffff]+")
"""A word of a script with blanks; a whole word of a rule must be all of one."""

Literal = str
"""Folded text to search for. A blank at either end says that a word must begin or end there."""

ANY_NUMBER: Final[Literal] = "\x03"
"""Stands for every number."""


class WordGroup:
    """Alternatives of which any may hit."""

    __slots__ = ("literals", "number")

    def __init__(self, number: int, literals: frozenset[Literal]) -> None:
        self.number = number
        """Tells it from other groups."""
        self.literals = literals


class Lexicon:
    """Every distinct word of a rule set, and every set of alternatives, numbered."""

    def __init__(self) -> None:
        self.literals: dict[Literal, None] = {}
        """In the order they were met."""
        self._groups: dict[frozenset[Literal], WordGroup] = {}

    def group(self, words: Iterable[str]) -> WordGroup:
        """Take words as rules write them; equal sets share a group and its hits."""
        return self.literal_group(literal for word in words for literal in spellings(word))

    def literal_group(self, literals: Iterable[Literal]) -> WordGroup:
        """Take literals as they are."""
        found = frozenset(literals)
        self.literals.update(dict.fromkeys(sorted(found)))
        return self._groups.setdefault(found, WordGroup(len(self._groups), found))


def goes_on(text: str, offset: int) -> bool:
    """Tell whether a word of a script with blanks has a letter there."""
    char = text[offset : offset + 1]
    return char < WIDE_FROM and (char.isalnum() or char == "_")


def bounded(text: str, *, left: bool = True, right: bool = True) -> Literal:
    """A literal that ends where a word does, at the wanted ends that are letters of a script with blanks."""
    before = " " if left and goes_on(text, 0) else ""
    after = " " if right and goes_on(text, len(text) - 1) else ""
    return f"{before}{text}{after}"


def spellings(word: str) -> Iterator[Literal]:
    """Yield how a word of a rule may be written: apostrophes may be missing, `*` leaves the end open."""
    text = fold_word(word)
    if text == NUMBER_WORD:
        yield ANY_NUMBER
        return
    open_end = len(text) > 1 and text.endswith("*")
    text = text.rstrip("*").rstrip() if open_end else text
    for variant in dict.fromkeys((text, text.replace("'", "").strip())):
        if variant:
            yield bounded(variant, right=not open_end)
