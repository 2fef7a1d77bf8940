"""A folded text as tokens, sentence by sentence: what `rules.scales` puts on the scales.

Words of scripts with blanks are tokens, so is each Chinese character, each run of question or exclamation marks, and
`#` for a number. A hash, an address or a key counts as one: read letter by letter they would weigh what chance makes
of them.
"""

import re
from typing import Final

from rules.facts import Span

NUMBER: Final = "#"
BEGIN: Final = "^"
END: Final = "$"
"""The edges of a sentence, where runs of tokens may begin and end."""
MARKS: Final = "?!"
STOPS: Final = ";\u3002\n."
"""What ends a sentence and is no token; a full stop only before white space or Chinese."""

CODE_MIN: Final = 20
"""Letters and digits in a row, with a digit among them, that are no word; behind `0x` fewer are enough."""

_CLOSING: Final = STOPS + MARKS
_WIDE: Final = "\u2e80-\uffff"
_HAN: Final = "\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD: Final = rf"[^\W\d{_HAN}]+(?:'[^\W\d_]+)?|[{_HAN}]"
_CODE: Final = re.compile(
    # Its first character comes first, by which most places are ruled out at once; then what must not stand before it.
    r"[0-9a-z](?<![0-9A-Za-z_].)(?<![0-9][.,].)(?<![A-Za-z]'.)(?:(?<=[0-9])|(?=[a-z]*+[0-9]))"
    rf"(?:(?<=0)x[0-9a-f]{{3,}}+(?![0-9a-z])|[0-9a-z]{{{CODE_MIN - 1},}}+)"
)
_TOKEN: Final = re.compile(rf"{_CODE.pattern}|{_WORD}|\d+(?:[.,]\d+)*|[{MARKS}]+")
_TOKEN_OR_STOP: Final = re.compile(rf"{_TOKEN.pattern}|[;\u3002\n]|\.(?=\s|$|(?!\d)[{_WIDE}])")
_SENTENCE: Final = re.compile(
    rf"[\w{_HAN}][^{_CLOSING}]*+(?:\.(?!\s|$|(?!\d)[{_WIDE}])[^{_CLOSING}]*+)*+[{MARKS}]*+|[{MARKS}]++"
)
"""From its first token to its end; what no token is in is none."""
_WRITTEN: Final = re.compile(_WORD)

_ASCII_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_DIGITS: Final = frozenset("0123456789")
_FIGURES: Final = b"0123456789"
_SHAPE: Final = bytes(ord("x" if code < 128 and chr(code).isalnum() else " ") for code in range(256))
_LONG: Final = b"x" * CODE_MIN
"""Where a code may be, in a text of which `_SHAPE` shows letters and digits only."""
_ASCII_MARKS: Final = re.compile(f"([{MARKS}])[{MARKS}]+")
_MARKS_MEETING: Final = tuple(one + other for one in MARKS for other in MARKS)
_LOOSE: Final = re.compile(r"'(?:(?![A-Za-z])|(?<![A-Za-z_]'))")
_ODD: Final = re.compile("'[A-Za-z]+['_]")
"""What stands at an apostrophe and is two tokens, although no blank is between them."""
_OTHER: Final = "-"


def _tables() -> tuple[bytes, bytes]:
    """What becomes of each byte of an ASCII text: first what ends no sentence and no number is one sign, then blank."""
    first = bytearray(_OTHER.encode() * 256)
    for code in range(128):
        char = chr(code)
        if char.isalnum() or char in f"_'{MARKS};.,":
            first[code] = code
        elif char.isspace() or char == NUMBER:
            first[code] = ord(";" if char == "\n" else " ")
    return bytes(first), bytes.maketrans(f"{_OTHER}.,".encode(), b"   ")


_FIRST, _THEN = _tables()


def is_word(text: str) -> bool:
    """Whether it may be among the tokens of a text, and is neither a number nor a mark."""
    return _WRITTEN.fullmatch(text) is not None


def found(text: str) -> list[str]:
    """Return all tokens and STOPS in order, numbers and runs of marks as they are written or as what they count for."""
    if text.isascii():
        data = text.encode()
        words = data.translate(_FIRST).decode().replace(". ", ";")
        if len(data.translate(None, _FIGURES)) < len(data):
            if "0x" in words or _LONG in data.translate(_SHAPE):
                words = _CODE.sub(f" {NUMBER} ", words)
            words = _ASCII_NUMBER.sub(f" {NUMBER} ", words)
        if any(map(words.__contains__, _MARKS_MEETING)):
            words = _ASCII_MARKS.sub(r"\1", words)
        for mark in MARKS:
            words = words.replace(mark, f" {mark} ")
        words = words.encode().translate(_THEN).decode().replace(";", " ; ")
        if "'" in words:
            words = _LOOSE.sub(" ", words)
        if "'" not in words or _ODD.search(words) is None:
            return words.split()
    return _TOKEN_OR_STOP.findall(text.replace(NUMBER, " "))


def without_codes(text: str) -> str:
    """Return a folded text with NUMBER in place of each code, for readers of letters."""
    return _CODE.sub(NUMBER, text)


def plain(token: str) -> str:
    """Return what a token counts for: NUMBER for any number or code, of marks the first."""
    if token[0].isdecimal() or (len(token) >= CODE_MIN and not _DIGITS.isdisjoint(token)):
        return NUMBER
    return token[0] if token[0] in MARKS else token


def bounds(text: str) -> list[Span]:
    """Return where each sentence of a folded text stands; one without any token is none."""
    return [match.span() for match in _SENTENCE.finditer(text.replace(NUMBER, " "))]


def places(text: str, sentence: Span) -> list[Span]:
    """Return where the tokens of one of its sentences stand."""
    return [match.span() for match in _TOKEN.finditer(text.replace(NUMBER, " "), *sentence)]


def sentences(text: str) -> list[list[str]]:
    """Return the tokens themselves."""
    return [[plain(text[start:end]) for start, end in places(text, sentence)] for sentence in bounds(text)]
