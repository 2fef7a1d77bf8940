"""Which literals stand in a folded text, sentence by sentence: two automata over two views of it.

The only file that knows how words are searched; another matcher would only have to answer with `Hits` as well.
View of words: ASCII words between single blanks, everything else blank, so that the pattern ` refund ` finds the whole
word and no edge has to be looked at. View of signs: the text itself, for literals with Chinese and the like in them.
In both a line end stands for each closing mark, and is a pattern itself: the hits of a text come in reading order with
a `MARK` after each sentence. Where a pattern blurs what it stands for, its hit is a guess that `Scan` looks up.
"""

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Final, NamedTuple

import ahocorasick_rs

from rules.words import ANY_NUMBER, LETTERS, Literal

MARK: Final = "\n"
"""Stands among the hits at the end of each sentence but the last."""

HITS_MAX: Final = 200_000
"""Hits of one view. Words that end with each other could make more; then less of the text is searched."""

# A full stop ends a sentence before white space or Chinese, unless another stands before it; other marks always do.
_STOP: Final = re.compile(r"(?<!\.)\.(?=\s|[\u2e80-\U0010ffff])")
_CLOSING: Final = "!?;\u3002\n"
_CLOSED: Final = re.compile(rf"[{_CLOSING}]|\.(?=\s|$|[\u2e80-\U0010ffff])")
_MARK_BETWEEN_BLANKS: Final = f" {MARK} "
_ODD, _FOREIGN = "\v", "\x7f"
"""In the view of words: white space that nobody types; a character beyond ASCII that may be a letter."""
_FOREIGN_LETTER: Final = re.compile(r"[^\W\x00-\x7f\u2e80-\U0010ffff]")
_NO_LETTER: Final = re.compile(r"[^\w\n]|[\u2e80-\U0010ffff]")
_DIGITS: Final = b"0123456789"
_FOLLOWING: Final = bytes(range(0x80, 0xC0))
"""Bytes that continue a character of UTF-8: left out, so that a view has one byte for each character."""


def _view_of_words() -> bytes:
    """What becomes of each byte of a text in UTF-8."""
    table = bytearray(b" " * 256)
    for code in range(128):
        if LETTERS.match(chr(code)):
            table[code] = code
    for char in _CLOSING:
        if char.isascii():
            table[ord(char)] = ord(MARK)
    for char in "\v\f\x1c\x1d\x1e\x1f":
        table[ord(char)] = ord(_ODD)
    table[0xC2:0xE3] = _FOREIGN.encode() * (0xE3 - 0xC2)  # begin characters below U+3000
    return bytes(table)


_WORDS: Final = _view_of_words()


class Hits(NamedTuple):
    """What stands in one text."""

    rows: tuple[list[str], ...]
    """One for each view: patterns in reading order, with a MARK after each sentence but the last."""
    loose: tuple[str, ...]
    """Patterns of which nobody knows in which sentence they stand."""
    words: str
    """As long as the text: its words, a MARK for each closing mark, blanks for the rest."""

    def ends(self) -> list[int]:
        """Where each sentence ends, its mark included."""
        return list(accumulate([len(line) + 1 for line in self.words.split(MARK)]))


class Finder:
    """Finds literals, all in one pass."""

    def __init__(self, literals: Iterable[Literal]) -> None:
        named: dict[str, list[Literal]] = {}
        odd: set[str] = set()
        words, wide = {MARK}, {MARK}
        for literal in literals:
            if literal != ANY_NUMBER:
                pattern = pattern_of(literal)
                (odd if _is_odd(literal) else words if literal.isascii() else wide).add(pattern)
                named.setdefault(pattern, []).append(literal)
        self._odd, self._words, self._wide = _Automaton(odd), _Automaton(words), _Automaton(wide)
        self.patterns = frozenset({MARK, ANY_NUMBER, *named})
        """Everything that may be among the hits."""
        self._blurred = {pattern: stands_for for pattern, stands_for in named.items() if stands_for != [pattern]}
        clear = named.keys() - self._blurred.keys()
        self.sure = {pattern for pattern in clear if pattern in wide or LETTERS.fullmatch(pattern.strip(" "))}
        """Literals that stand in the text for sure when they are among the hits."""
        self.sure.add(ANY_NUMBER)

    def find(self, text: str) -> Hits:
        """Search a folded text."""
        return self._find_ascii(text) if text.isascii() else self._find_any(text)

    def named(self, patterns: Iterable[str]) -> set[Literal]:
        """The literals that patterns among the hits stand for."""
        found = set(patterns)
        for blurred in found & self._blurred.keys():
            found.discard(blurred)
            found.update(self._blurred[blurred])
        found.discard(MARK)
        return found

    def _find_ascii(self, text: str) -> Hits:
        data = text.encode()
        cut = _STOP.sub(MARK, text) if ".." in text else text.replace(". ", "\n ")
        words = cut.encode().translate(_WORDS).decode()
        if _ODD in words:
            words = _STOP.sub(MARK, text).encode().translate(_WORDS).decode().replace(_ODD, " ")
        return Hits((self._words.find(_apart(words)),), self._loose(text, data), words)

    def _find_any(self, text: str) -> Hits:
        marked = _STOP.sub(MARK, text) if "." in text else text
        for mark in _CLOSING:
            marked = marked.replace(mark, MARK)
        data = marked.encode()
        words = data.translate(_WORDS, _FOLLOWING).decode().replace(_ODD, " ")
        if _FOREIGN in words:
            letters = _FOREIGN_LETTER.search(marked) is not None
            words = _NO_LETTER.sub(" ", marked) if letters else words.replace(_FOREIGN, " ")
        rows = [self._wide.find(marked)]
        if not words.isspace():
            rows.append(self._words.find(_apart(words)))
        return Hits(tuple(rows), self._loose(text, data), words)

    def _loose(self, text: str, data: bytes) -> tuple[str, ...]:
        number = (ANY_NUMBER,) if len(data.translate(None, _DIGITS)) < len(data) else ()
        return (*number, *set(self._odd.find(text))) if self._odd else number


class _Automaton:
    """Aho-Corasick over patterns, which come back as they are, in the order of their ends."""

    def __init__(self, patterns: set[str]) -> None:
        self._automaton = (
            ahocorasick_rs.AhoCorasick(sorted(patterns), store_patterns=True) if patterns else None
        )
        self._reach = HITS_MAX // _depth(patterns)

    def __bool__(self) -> bool:
        return self._automaton is not None

    def find(self, view: str) -> list[str]:
        if self._automaton is None:
            return []
        found: list[str] = self._automaton.find_matches_as_strings(view[: self._reach], overlapping=True)
        return found


def _depth(patterns: set[str]) -> int:
    """How many patterns may end at one place at most."""
    lengths = sorted({len(pattern) for pattern in patterns})
    deepest = 1
    for pattern in patterns:
        depth = 0
        for length in lengths:
            if length > len(pattern):
                break
            depth += pattern[-length:] in patterns
        deepest = max(deepest, depth)
    return deepest


def _apart(words: str) -> str:
    """Give every word a blank on both sides."""
    return f" {words.replace(MARK, _MARK_BETWEEN_BLANKS)} "


def pattern_of(literal: Literal) -> str:
    """What stands among the hits for a literal."""
    if literal == ANY_NUMBER or _is_odd(literal) or not literal.isascii():
        return literal.strip(" ")
    return literal.encode().translate(_WORDS).decode()


def _is_odd(literal: Literal) -> bool:
    """Holds something that ends sentences, or no letter at all: searched in the text as it is."""
    return _CLOSED.search(literal) is not None or (literal.isascii() and LETTERS.search(literal) is None)

