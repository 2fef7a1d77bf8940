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
_HAN: Final = "\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD: Final = rf"[^\W\d{_HAN}]+(?:'[^\W\d_]+)?|[{_HAN}]"
_CODE: Final = re.compile(
    # Its first character comes first, by which most places are ruled out at once; then what must not stand before it.
    r"[0-9a-z](?<![0-9A-Za-z_].)(?<![0-9][.,].)(?<![A-Za-z]'.)(?:(?<=[0-9])|(?=[a-z]*+[0-9]))"
    rf"(?:(?<=0)x[0-9a-f]{{3,}}+(?![0-9a-z])|[0-9a-z]{{{CODE_MIN - 1},}}+)"
)
_TOKEN: Final = re.compile(
    rf"{_CODE.pattern}|{_WORD}|\d+(?:[.,]\d+)*|[{MARKS}]+|[;\u3002\n]|\.(?=\s|$|[\u2e80-\uffff])"
)
_WRITTEN: Final = re.compile(_WORD)

_ASCII_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_ASCII_MARKS: Final = re.compile(f"([{MARKS}])[{MARKS}]*")
_DIGITS: Final = frozenset("0123456789")
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
        words = text.encode().translate(_FIRST).decode().replace(". ", ";")
        if "0x" in words or max(map(len, words.split()), default=0) >= CODE_MIN:
            words = _CODE.sub(f" {NUMBER} ", words)
        words = _ASCII_NUMBER.sub(f" {NUMBER} ", words)
        if any(map(words.__contains__, MARKS)):
            words = _ASCII_MARKS.sub(r" \1 ", words)
        words = words.encode().translate(_THEN).decode().replace(";", " ; ")
        if "'" in words:
            words = _LOOSE.sub(" ", words)
        if "'" not in words or _ODD.search(words) is None:
            return words.split()
    return _TOKEN.findall(text.replace(NUMBER, " "))


def without_codes(text: str) -> str:
    """Return a folded text with NUMBER in place of each code, for readers of letters."""
    return _CODE.sub(NUMBER, text)


def plain(token: str) -> str:
    """Return what a token counts for: NUMBER for any number or code, of marks the first."""
    if token[0].isdecimal() or (len(token) >= CODE_MIN and not _DIGITS.isdisjoint(token)):
        return NUMBER
    return token[0] if token[0] in MARKS else token


def places(text: str) -> list[list[Span]]:
    """Return where the tokens of each sentence of a folded text stand; a sentence without any is none."""
    sentences: list[list[Span]] = [[]]
    for match in _TOKEN.finditer(text.replace(NUMBER, " ")):
        sign = match[0][0]
        if sign not in STOPS:
            sentences[-1].append(match.span())
        if sign in _CLOSING:
            sentences.append([])
    return [spans for spans in sentences if spans]


def sentences(text: str) -> list[list[str]]:
    """Return the tokens themselves."""
    return [[plain(text[start:end]) for start, end in spans] for spans in places(text)]
