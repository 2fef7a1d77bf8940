"""One spelling for all detectors: full-width, decorated, accented and invisible characters folded away.

`rules.redact` and the word lists call `fold`; every offset found in the folded text leads back to
the field as it came in. Total: any string folds, lone surrogates and NULs included. Linear time.
"""

import re
import unicodedata
from bisect import bisect_left
from typing import Final, NamedTuple

BARRIER: Final = "\x1a"
"""Stands for every character of a placeholder: no detector matches it or reaches across it."""

BETWEEN_FIELDS: Final = f"\n{BARRIER}\n"
"""Stands between fields that are looked at together: a field begins and ends at it as a line does."""

_PLAIN_NON_ASCII: Final = "一-鿿，。！？；：、（）“”‘’…—《》【】"
_NEEDS_MAP = re.compile(f"[^\x00-\x7f{_PLAIN_NON_ASCII}]")
_ONE_TO_ONE: Final = tuple(zip("，。！？；：（）“”‘’—【】", ",.!?;:()\"\"''-[]", strict=True))
_QUOTES: Final = {
    **dict.fromkeys("‘’‚‛′‵ʼʻ´", "'"),
    **dict.fromkeys("“”„‟″‶«»「」『』〝〞", '"'),
    **dict.fromkeys("−⁃﹣", "-"),
    "。": ".",
    "【": "[",
    "】": "]",
}
_LINE_ENDS: Final = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_INVISIBLE_LETTERS: Final = "\u115f\u1160\u3164\uffa0\u180e"
_DROPPED: Final = frozenset({"Cf", "Mn", "Me"})
# A lone surrogate cannot be encoded, which the scan for literals needs.
_MARK_OF: Final = {"Pd": "-", "Zs": " ", "Cs": "\ufffd"}
_QUOTE_MARKS = re.compile(r"^[ \t]*>[> \t]*", re.MULTILINE)
_CACHED_MAX: Final = 8192


class Folded(NamedTuple):
    """A text as the detectors read it. `text` and `low` are equally long."""

    text: str
    low: str
    """Lower case, for words of context."""
    source: tuple[int, ...] | None
    """Offset in the original of each character; None when the offsets are the same."""
    original: str

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` came from, invisible joiners inside it."""
        if self.source is None:
            return start, end
        return self.source[start], self.source[end - 1] + 1

    def place(self, offset: int) -> int:
        """Where the first character is that came from `offset` of the original or from behind it."""
        return offset if self.source is None else bisect_left(self.source, offset)

    def part(self, start: int, end: int) -> "Folded":
        """What folding `original[start:end]` alone gives."""
        first, last = self.place(start), self.place(end)
        source = None if self.source is None else tuple([offset - start for offset in self.source[first:last]])
        return Folded(self.text[first:last], self.low[first:last], source, self.original[start:end])

    def written(self, offset: int) -> str:
        """The character of the original behind the one at `offset`."""
        return self.original[offset if self.source is None else self.source[offset]]


def fold(text: str) -> Folded:
    """Fold `text` once; ASCII and ordinary Chinese need no offset map."""
    if text.isascii():
        plain = _unquoted(text)
        return Folded(plain, plain.lower(), None, text)
    if _NEEDS_MAP.search(text) is None:
        plain = text
        for wide, narrow in _ONE_TO_ONE:
            plain = plain.replace(wide, narrow)
        plain = _unquoted(plain)
        return Folded(plain, plain.lower(), None, text)
    parts = list(map(_TABLE.__getitem__, text))
    folded = _unquoted("".join(parts))
    if len(folded) == len(text) and all(parts):
        return Folded(folded, _lower(folded), None, text)
    source: list[int] = []
    for offset, part in enumerate(parts):
        source.extend([offset] * len(part))
    return Folded(folded, _lower(folded), tuple(source), text)


def _unquoted(text: str) -> str:
    """The text with blanks for the marks of quoted lines, which stand between the words of a phrase that was quoted."""
    return _QUOTE_MARKS.sub(lambda marks: " " * len(marks[0]), text) if ">" in text else text


def _lower(text: str) -> str:
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


class _Table(dict[str, str]):
    """Character to its folded form, filled as characters are met, bounded against hostile input."""

    def __missing__(self, char: str) -> str:
        folded = _fold_char(char)
        if len(self) < _CACHED_MAX:
            self[char] = folded
        return folded


_TABLE = _Table()


def _fold_char(char: str) -> str:
    if char.isascii():
        return char
    category = unicodedata.category(char)
    if category in _DROPPED or char in _INVISIBLE_LETTERS:
        return ""
    if (quote := _QUOTES.get(char)) is not None:
        return quote
    if (mark := _MARK_OF.get(category)) is not None:
        return mark
    if char in _LINE_ENDS:
        return "\n"
    if category == "Nd":
        return str(unicodedata.decimal(char))
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) not in _DROPPED)
    # Circled and bracketed numbers stand beside a word or a number, never inside it.
    return f" {plain} " if category == "No" else plain
