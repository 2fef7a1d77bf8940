"""What people meant to write: numbers that dictation wrote as words ("my code is four eight two nine one three"), and
words before a value with a letter too few, too many or in the wrong place ("my pasword"), in pinyin or in characters
that only sound alike (蜜码).

The text is read once more as it was meant, by all detectors, so that none of them has to know the slips.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from rules.detectors.hit import Hit
from rules.expression import expression

_LATIN: Final = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9",
}  # fmt: skip
_HAN: Final = dict(zip("零〇一幺二三四五六七八九", "001123456789", strict=True))
_FIGURES: Final = _LATIN | _HAN
SPOKEN: Final = (
    *(f"{one}{joiner}{two}" for one, two in product(_LATIN, repeat=2) for joiner in (" ", "-", ", ")),
    *(f"{one}{joiner}{two}" for one, two in product(_HAN, repeat=2) for joiner in ("", " ")),
)
"""Two figures together, which ordinary words seldom are."""
_ROW_MIN: Final = 4
_WORD: Final = f"(?:{'|'.join(_LATIN)})"
# In order, and not `four hundred eighty-two`.
_ROW = expression(
    rf"(?<![a-z]){_WORD}(?:(?:[ \-]|, ?){_WORD}){{{_ROW_MIN - 1},}}(?![a-z])"
    rf"|[{''.join(_HAN)}](?:[ ,、]?[{''.join(_HAN)}]){{{_ROW_MIN - 1},}}"
)
_FIGURE = expression(f"{_WORD}|[{''.join(_HAN)}]")

_NAMES: Final = (
    "password", "passport", "passcode", "passphrase", "private", "security", "verification", "authenticator", "number",
    "mobile", "whatsapp", "telephone", "identity",
)  # fmt: skip
"""Long words that announce a value; slips of short ones are words of their own ("car" for "card")."""


def _slips(word: str) -> Iterator[str]:
    """The word with a letter left out, doubled, or changed with the next; the first one is right."""
    for place in range(1, len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        yield from (before + after, before + letter * 2 + after, before + after[:1] + letter + after[1:])


_ALIKE: Final = {
    "密码": ("蜜码", "秘码", "密马", "mima"), "密碼": ("蜜碼", "秘碼"),
    "验证码": ("验正码", "驗正碼", "yzm", "yanzhengma"),
    "助记词": ("助计词", "助纪词", "住记词", "助记辞", "註記詞", "注记词", "zhujici"), "私钥": ("siyao",),
    "身份证": ("身分证", "身份正", "sfz", "shenfenzheng"), "护照": ("互照", "huzhao"), "卡号": ("kahao",),
    "手机号": ("手机好", "sjh", "shoujihao"),
}  # fmt: skip
_MEANT: Final[Mapping[str, str]] = {slip: word for word in _NAMES for slip in _slips(word) if slip not in word} | {
    alike: word for word, several in _ALIKE.items() for alike in several
}
MISTYPED: Final = tuple(_MEANT)
_LETTERS = expression("(?<![a-z])[a-z]+")
_HAN_SIZES: Final = (3, 2)


class _Piece(NamedTuple):
    """What was written at `start:end` and what is read for it at `begin:stop`."""

    start: int
    end: int
    begin: int
    stop: int


class Respelled:
    """A text as it was meant; `pieces` are what differs."""

    def __init__(self, text: str, low: str, at: Mapping[str, list[int]]) -> None:
        """Take the folded text, the same in small letters, and where the triggers "spoken" and "mistyped" were met."""
        spans = [*_rows(low)] if "spoken" in at else []
        spans += _mistyped(low, at.get("mistyped", ()))
        parts: list[str] = []
        self.pieces: list[_Piece] = []
        done = size = 0
        for start, end, meant in sorted(spans):
            begin = size + start - done
            size = begin + len(meant)
            self.pieces.append(_Piece(start, end, begin, size))
            parts += (text[done:start], meant)
            done = end
        self.text = "".join([*parts, text[done:]])
        self._begins = [piece.begin for piece in self.pieces]

    def find(self, look: Callable[[str], Sequence[Hit]]) -> Iterator[Hit]:
        """What `look` finds in the text as it was meant, where it was written; a row of figures is in it as a whole."""
        for hit in look(self.text) if self.pieces else ():
            # A phrase is found as it is written; in what is read for it, its words may be figures.
            if hit.type != "SEED_PHRASE":
                yield hit._replace(start=self._written(hit.start)[0], end=self._written(hit.end - 1)[1])

    def _written(self, place: int) -> tuple[int, int]:
        """Where the character at `place` was written, or the piece that was."""
        number = bisect_right(self._begins, place) - 1
        if number < 0:
            return place, place + 1
        piece = self.pieces[number]
        if place < piece.stop:
            return piece.start, piece.end
        start = piece.end + place - piece.stop
        return start, start + 1


def _rows(low: str) -> Iterator[tuple[int, int, str]]:
    for match in _ROW.finditer(low):
        yield *match.span(), "".join([_FIGURES[one] for one in _FIGURE.findall(match.group())])


def _mistyped(low: str, starts: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    for start in dict.fromkeys(starts):
        latin = _LETTERS.match(low, start)
        words = [latin.group()] if latin is not None else [low[start : start + size] for size in _HAN_SIZES]
        for word in words:
            if word in _MEANT:
                yield start, start + len(word), _MEANT[word]
                break
