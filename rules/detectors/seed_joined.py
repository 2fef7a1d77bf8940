"""Recovery phrases written without spaces: `legalWinnerThank...`, cut into list words from the left.

No English list word is the beginning of a phrase in two ways for long: four letters name a word (BIP-39),
so the cutting seldom has to look back, and each place is tried once.
"""

from collections.abc import Iterator
from typing import Final

from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.wordlists import indexes

LETTERS_MIN: Final = 40
_LETTERS = expression(rf"[a-z]{{{LETTERS_MIN},400}}")
_WORD_CHARS: Final = range(8, 2, -1)
_WORDS_MIN: Final = 12


def may_be_joined(scan: Scan) -> bool:
    """Whether letters enough follow each other."""
    return b"x" * LETTERS_MIN in scan.shape


def find(scan: Scan) -> Iterator[Hit]:
    """Yield runs of letters that are nothing but twelve list words or more."""
    for run in _LETTERS.finditer(scan.low):
        if _words(run.group()) >= _WORDS_MIN:
            yield Hit(run.start(), run.end(), "SEED_PHRASE", "joined list words")


def _words(letters: str) -> int:
    """How many list words `letters` is cut into without a rest; 0 when it cannot be."""
    known = indexes("english")
    counts: list[int] = [0] * (len(letters) + 1)
    for end in range(3, len(letters) + 1):
        for size in _WORD_CHARS:
            begin = end - size
            if begin >= 0 and (counts[begin] or not begin) and letters[begin:end] in known:
                counts[end] = counts[begin] + 1
                break
    return counts[-1]
