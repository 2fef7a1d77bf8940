"""Two views of a folded text in which literals are searched, so that no edge of a hit has to be looked at.

In the view of words everything but ASCII words is blank: the pattern ` refund ` finds the whole word. The view of signs
is the text itself, for literals with Chinese and the like in them. Both are as long as the text and hold a `MARK` for
each mark that ends a sentence.
"""

import re
from typing import Final

from rules.text import LETTERS

MARK: Final = "\n"

Literal = str
"""Folded text to search for. A blank at either end says that a word must begin or end there."""

ANY_NUMBER: Final[Literal] = "\x03"
"""Stands for every number."""

# A full stop ends a sentence before white space or Chinese, unless another stands before it; other marks always do.
_STOP: Final = re.compile(r"(?<!\.)\.(?=\s|[\u2e80-\U0010ffff])")
_CLOSING: Final = "!?;\u3002"
_ENDS: Final = re.compile(rf"[{_CLOSING}\n]|\.(?=\s|$|[\u2e80-\U0010ffff])")
_ODD: Final = "\v"
"""White space that nobody types, in the view of words."""
_FOREIGN: Final = "\x7f"
"""A character between ASCII and Chinese, in the view of words: a letter or a sign."""
_FOREIGN_LETTER: Final = re.compile(r"[^\W\x00-\x7f\u2e80-\U0010ffff]")
_NO_LETTER: Final = re.compile(r"[^\w\n]|[\u2e80-\U0010ffff]")
_FOLLOWING: Final = bytes(range(0x80, 0xC0))
"""Bytes that continue a character of UTF-8: left out, so that a view has one byte for each character."""


_MARK_BETWEEN_BLANKS: Final = f" {MARK} "


def _table() -> bytes:
    """What becomes of each byte of a text in UTF-8."""
    table = bytearray(b" " * 256)
    for code in range(128):
        if LETTERS.match(chr(code)):
            table[code] = code
    for char in _CLOSING + MARK:
        if char.isascii():
            table[ord(char)] = ord(MARK)
    for char in "\v\f\x1c\x1d\x1e\x1f":
        table[ord(char)] = ord(_ODD)
    table[0xC2:0xE3] = _FOREIGN.encode() * (0xE3 - 0xC2)  # these bytes begin characters below U+3000
    return bytes(table)


_TABLE: Final = _table()


def ascii_words(text: str) -> str:
    """The view of words of an ASCII text."""
    if ".." not in text:
        words = text.replace(". ", "\n ").encode().translate(_TABLE).decode()
        if _ODD not in words:
            return words
    return _STOP.sub(MARK, text).encode().translate(_TABLE).decode().replace(_ODD, " ")


def words_and_signs(text: str) -> tuple[str, str]:
    """Both views of any text."""
    signs = _STOP.sub(MARK, text) if "." in text else text
    for mark in _CLOSING:
        signs = signs.replace(mark, MARK)
    words = signs.encode().translate(_TABLE, _FOLLOWING).decode()
    if _FOREIGN in words:
        letters = _FOREIGN_LETTER.search(signs) is not None
        words = _NO_LETTER.sub(" ", signs) if letters else words.replace(_FOREIGN, " ")
    return words.replace(_ODD, " "), signs


def between_blanks(words: str) -> str:
    """The view of words with a blank at every end of a sentence, so that each word stands between two."""
    return f" {words.replace(MARK, _MARK_BETWEEN_BLANKS)} "


def is_odd(literal: Literal) -> bool:
    """Holds something that ends sentences, or nothing of any view: searched in the text as it is."""
    return _ENDS.search(literal) is not None or (literal.isascii() and LETTERS.search(literal) is None)


def pattern_of(literal: Literal) -> str:
    """What is searched for a literal in its view; it may stand for several."""
    if is_odd(literal) or not literal.isascii():
        return literal.strip(" ")
    return literal.encode().translate(_TABLE).decode()
