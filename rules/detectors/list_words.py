"""Whether enough words of an alphabetic BIP-39 list stand in a row: nearly every text answers with no."""

import re
from typing import Final

from rules.detectors.phrase import PARTIAL_MIN
from rules.wordlists import english_prefixes, languages

_LETTERS: Final = bytes((code | 32) if chr(code).isalpha() and code < 128 else 32 for code in range(256))
_WORDS: Final = frozenset(word.encode() for word in (*languages(), *english_prefixes()) if word.isascii())
_ESCAPE: Final = re.compile(rb"\\+[nrt]")
_FOUR: Final = b"\x01" * 4
# Eight list words in a row, or with one foreign word among them.
_ENOUGH: Final = (
    b"\x01" * PARTIAL_MIN,
    *(b"\x01" * n + b"\0" + b"\x01" * (PARTIAL_MIN - n) for n in range(1, PARTIAL_MIN)),
)
_NUMBERED_BY_WORDS: Final = (b"\x01\x00" * 5, b"\x01\x01\x00" * 4, b"\x01\x00\x00" * 5)
"""`first is legal, second is winner`, `word 1 is legal, word 2 is winner`, `legal</li><li>winner`."""
_FRAMED: Final = (b"<", b'":', b"]", b"&")
"""Signs of what repeats around the words of a phrase: pages, JSON, exported chats."""
_PERIODS: Final = range(3, 11)
_IN_A_FRAME: Final = b"\x01" * PARTIAL_MIN


def possible_words(data: bytes) -> tuple[bool, bool, bool]:
    """Whether UTF-8 `data` can hold a phrase in Latin letters, a torn one, and a part of one."""
    if b"\\" in data:
        data = _ESCAPE.sub(b" ", data)
    flags = bytes(map(_WORDS.__contains__, data.translate(_LETTERS).split()))
    numbered = any(map(flags.__contains__, _NUMBERED_BY_WORDS)) or (
        any(map(data.__contains__, _FRAMED)) and _repeats(flags)
    )
    if _FOUR not in flags:
        return numbered, False, False
    whole = numbered or any(map(flags.__contains__, _ENOUGH))
    gap = flags.find(b"\0", flags.find(_FOUR))
    return whole, gap >= 0 and flags.find(_FOUR, gap) >= 0, True


def _repeats(flags: bytes) -> bool:
    """Whether words of the lists stand at one distance from each other, whatever is between them."""
    return any(_IN_A_FRAME in flags[first::period] for period in _PERIODS for first in range(period))
