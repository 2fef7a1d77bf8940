"""Folding of text for matching: case, width, simplified and traditional, with offsets kept.

Used by the word scanner for messages and for the words of rules alike, so both meet in one form.
Redaction folds for itself (`fold.py`): it must see what matching may ignore.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

from rules.facts import Span
from rules.variants import SIMPLIFIED

PLACEHOLDER_TYPES = (
    "SEED_PHRASE", "PRIVATE_KEY", "KEYSTORE", "PASSWORD", "OTP", "API_KEY", "CARD", "CVV", "IBAN",
    "NATIONAL_ID", "PASSPORT", "PHONE", "EMAIL", "WALLET_ADDRESS", "IP", "PERSON_NAME",
    "STREET_ADDRESS", "CUSTOM",
)  # fmt: skip
"""What the door may put in place of a secret; such a placeholder is never matched by words."""

PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(PLACEHOLDER_TYPES)})\]")
_GAP = re.compile("[ \n\x00]*[\n\x00][ \n\x00]*|  +")
_SHRINKING_GAP = re.compile("[ \n\x00](?:[ \n\x00]+|(?<=\x00))")
_BLANKS = re.compile("  +")
_EMPTY_LINES = re.compile("\n\n+")
_MARK = "\x02"

WIDE_FROM = "\u2e80"
"""From here on characters are written without spaces between words (Han, kana, hangul)."""

LETTERS = re.compile(r"[^\W\u2e80-\U0010ffff]+")
"""A word of a script with blanks."""


def _one_to_one() -> dict[str, str]:
    """Return every replacement that keeps the length: the quick way for nearly all messages."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys("\t\r\v\f\x85\u00a0\u2028\u202f\u3000", " ")
    table |= dict.fromkeys("\u2018\u2019\u201b\u02bc\u0060\u00b4", "'")
    table |= dict.fromkeys("\u201c\u201d\u300c\u300d", '"')
    table |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    table |= {"\u2029": "\n", "\u2026": "\u22ef", "\uff61": "\u3002"}
    zero_width = "\x00\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f"
    table |= dict.fromkeys(zero_width, "\x00")
    table |= {chr(code): "\x00" for code in range(0x202A, 0x202F)}
    return table | SIMPLIFIED


_TABLE = _one_to_one()
_SIGNS = tuple((sign, _TABLE[sign]) for sign in "，！？：；（）“”")
_SPECIAL = re.compile(f"[{''.join(map(re.escape, _TABLE))}\ud800-\udfff]")


class Folded:
    """Folded text and the way back to where each piece stood in the source."""

    __slots__ = ("_base", "_lines", "_shifts", "_wide", "text")

    def __init__(self, text: str, wide: str, base: list[int] | None) -> None:
        self.text = text
        self._wide = wide
        self._base = base
        self._lines: bool | None = None
        self._shifts: tuple[list[int], list[int]] | None = None
        """From which offsets of the text on how many characters more are left out."""

    def span(self, start: int, end: int) -> Span:
        """Map a non-empty span of the folded text to the source, in code points."""
        if self._base is None:
            if len(self.text) == len(self._wide):
                return (start, end)
            if self._only_lines:
                count = self.text.count
                return (start + count("\n", 0, start), end + count("\n", 0, end - 1))
        return (self._origin(start), self._origin(end - 1) + 1)

    @property
    def _only_lines(self) -> bool:
        """Whether of each empty line one character is left out, and nothing else."""
        if self._lines is None:
            self._lines = len(self._wide) - len(self.text) == self.text.count("\n")
        return self._lines

    def _origin(self, offset: int) -> int:
        if len(self.text) != len(self._wide):
            if self._shifts is None:
                self._shifts = self._trace()
            starts, shifts = self._shifts
            offset += shifts[bisect_right(starts, offset)]
        return offset if self._base is None else self._base[offset]

    def _trace(self) -> tuple[list[int], list[int]]:
        starts: list[int] = []
        shifts = [0]
        for gap in _SHRINKING_GAP.finditer(self._wide):
            starts.append(gap.start() - shifts[-1] + bool(gap[0].strip("\x00")))
            shifts.append(gap.end() - starts[-1])
        return starts, shifts


def fold(source: str) -> Folded:
    """Fold a message or a word of a rule."""
    wide = source
    if "[" in wide:
        wide = PLACEHOLDER.sub(_blank, wide)
    base: list[int] | None = None
    if wide.isascii():
        if "\r" in wide or "\t" in wide:
            wide = wide.replace("\r", " ").replace("\t", " ")
        wide = wide.lower()
    else:
        for sign, plain in _SIGNS:  # most of what is special in Chinese: cheaper at once than one by one
            wide = wide.replace(sign, plain)
        lowered = _SPECIAL.sub(_swap, wide).lower()
        if len(lowered) == len(wide) and unicodedata.is_normalized("NFKC", lowered):
            wide = lowered
        else:
            wide, base = _fold_clusters(wide)
    return Folded(_narrowed(wide), wide, base)


def _narrowed(wide: str) -> str:
    """The text with each gap as `_narrow` leaves it; ordinary ones without a call per gap."""
    if "\x00" in wide or _MARK in wide:
        return _GAP.sub(_narrow, wide)
    if "  " in wide:
        wide = _BLANKS.sub(" ", wide)
    if "\n" in wide:
        wide = wide.replace(" \n", "\n").replace("\n ", "\n")
        if "\n\n" in wide:
            wide = _EMPTY_LINES.sub(_MARK, wide) if "\n\n\n" in wide else wide.replace("\n\n", _MARK)
        wide = wide.replace("\n", " ").replace(_MARK, "\n")
    return wide


def goes_on(text: str, offset: int) -> bool:
    """Tell whether a word of a script with blanks has a letter there."""
    char = text[offset : offset + 1]
    return char < WIDE_FROM and (char.isalnum() or char == "_")


@lru_cache(maxsize=16_384)
def fold_word(word: str) -> str:
    """Fold a word or phrase of a rules file; outer blanks do not count, and a placeholder meets none in a message."""
    return fold(word).text.strip().replace("\x01", "\x04")


def fold_but_case(text: str) -> str:
    """Fold a few words as far as capitals do not matter: width, Chinese, apostrophes, blanks."""
    if text.isascii():
        return " ".join(text.replace("`", "'").replace("\x00", "").split())
    return " ".join(unicodedata.normalize("NFKC", _SPECIAL.sub(_swap, text)).replace("\x00", "").split())


def _fold_clusters(text: str) -> tuple[str, list[int]]:
    """Fold a text where some character changes length, one base character with its marks at once."""
    pieces: list[str] = []
    base: list[int] = []
    start = 0
    size = len(text)
    while start < size:
        end = start + 1
        while end < size and unicodedata.combining(text[end]) and end - start < 8:
            end += 1
        plain = _SPECIAL.sub(_swap, text[start:end])
        piece = _SPECIAL.sub(_swap, unicodedata.normalize("NFKC", plain)).lower()
        pieces.append(piece)
        base.extend([start] * len(piece))
        start = end
    return "".join(pieces), base


def _swap(match: re.Match[str]) -> str:
    return _TABLE.get(match[0], "\ufffd")  # a lone surrogate is no text


def _blank(match: re.Match[str]) -> str:
    return "\x01" * len(match[0])


def _narrow(match: re.Match[str]) -> str:
    """An empty line ends a sentence, other white space is one blank, the invisible is nothing."""
    run = match[0].replace("\x00", "")
    if run.count("\n") > 1:
        return "\n"
    return " " if run else ""
