"""The words of all rules: `Lexicon` collects them while rules are compiled; `rules.literals` finds them in a text.

Words of scripts with spaces match whole, Chinese matches inside, `word*` any ending.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rules.text import fold_word, goes_on
from rules.views import ANY_NUMBER, Literal, pattern_of

NUMBER_WORD: Final = "#"
"""Stands for any number written in digits, such as 1,200 or 0.5."""


class WordGroup:
    """Alternatives of which any may hit."""

    __slots__ = ("literals", "number", "patterns")

    def __init__(self, number: int, literals: frozenset[Literal]) -> None:
        self.number = number
        """Tells it from other groups."""
        self.literals = literals
        self.patterns = frozenset(map(pattern_of, literals))
        """What is searched for them."""


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
        ordered = dict.fromkeys(literals)
        self.literals.update(ordered)
        key = frozenset(ordered)
        if key not in self._groups:
            self._groups[key] = WordGroup(len(self._groups), key)
        return self._groups[key]


def bounded(text: str, *, left: bool = True, right: bool = True) -> Literal:
    """A literal that ends where a word does, at the wanted ends that are letters of a script with blanks."""
    before = " " if left and goes_on(text, 0) else ""
    after = " " if right and goes_on(text, len(text) - 1) else ""
    return f"{before}{text}{after}"


@lru_cache(maxsize=16_384)  # many rules use the words of one list
def spellings(word: str) -> tuple[Literal, ...]:
    """How a word of a rule may be written: apostrophes may be missing, `*` leaves the end open."""
    text = fold_word(word)
    if text == NUMBER_WORD:
        return (ANY_NUMBER,)
    open_end = len(text) > 1 and text.endswith("*")
    text = text.rstrip("*").rstrip() if open_end else text
    variants = dict.fromkeys((text, text.replace("'", "").strip()))
    return tuple(bounded(variant, right=not open_end) for variant in variants if variant)
