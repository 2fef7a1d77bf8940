"""Recovery phrases whose words stand in a frame that repeats: rows of a page, records of JSON, lines of a chat.

What stands between two words of such a phrase is longer than any joiner, and may hold words of the lists itself
(`{"index": 1, "word": "legal"}`); but it is always the same, but for its numbers.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from rules.detectors.hit import Hit
from rules.detectors.phrase import PARTIAL_MIN, Word, phrases
from rules.detectors.scan import Scan
from rules.detectors.seed_chinese import is_counted, is_ordinary, on_a_list
from rules.expression import expression
from rules.wordlists import ALPHABETIC, CHINESE, indexes, languages

_ALPHABETIC: Final = expression("[a-zıłøđæœß]+|[\u3041-\u30ff]+|[\u1100-\u11ff]+|[\u0400-\u04ff]+")
_HAN: Final = expression("[\u4e00-\u9fff]+")
_SINGLE: Final = expression("(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?![\u4e00-\u9fff])")
_ORDINALS: Final = frozenset({
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "half", "st", "nd", "rd", "th",
})  # fmt: skip
_NUMBER: Final = expression(rf"[0-9]+|(?<![a-z])(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})(?![a-z])")
_BLANKS: Final = expression(r"\s+")
_JOINER: Final = expression(r"[\s0-9.,;:!?、·•/|\\\-_#()\[\]\"'`*+=>~&%→]{1,24}")
"""With nothing but these between its words a run is no frame: `seed` weighs what is a phrase and what is a sentence."""
_GAP_MAX: Final = 160
_FRAME_MIN: Final = PARTIAL_MIN - 1
"""So often a word of the frame stands in the text, at the least."""
_SHAPE_MIN: Final = 2
"""So often what stands between two words must come; where a row ends it is another than inside it."""
_TOKENS_MAX: Final = 20_000
_CHINESE_MIN: Final = 12


def find(scan: Scan) -> Iterator[Hit]:
    """Yield phrases in a frame from their first to their last word, the frame between them included."""
    low = scan.low
    for run in _runs(low, _ALPHABETIC, lambda text: languages().get(text, 0)):
        joined = [_JOINER.fullmatch(low, one.end, two.start) is not None for one, two in pairwise(run)]
        if joined.count(False) >= _SHAPE_MIN:
            yield from _phrases(low, run)


def may_be_chinese(scan: Scan) -> bool:
    """Whether enough Chinese characters stand each by itself."""
    return len(_SINGLE.findall(scan.low)) >= _CHINESE_MIN


def find_chinese(scan: Scan) -> Iterator[Hit]:
    """Yield Chinese phrases whose characters stand apart, with whatever always stands between them."""
    for run in map(_single, _runs(scan.low, _HAN, _chinese)):
        letters = [word.text for word in run]
        if (
            len(run) >= _CHINESE_MIN
            and on_a_list(letters)
            and not is_counted(letters)
            and not is_ordinary("".join(letters))
        ):
            yield Hit(run[0].start, run[-1].end, "SEED_PHRASE", "separated list characters")


def _single(run: list[Word]) -> list[Word]:
    """`run` without the words that only lead to the phrase, or on from it."""
    places = [place for place, word in enumerate(run) if len(word.text) == 1]
    return run[places[0] : places[-1] + 1] if places else []


def _chinese(text: str) -> int:
    """A bit set of the Chinese lists that hold a single character."""
    return sum(1 << bit for bit, name in enumerate(CHINESE) if text in indexes(name))


def _runs(low: str, token: re.Pattern[str], lists: Callable[[str], int]) -> Iterator[list[Word]]:
    """Runs of list words with nothing between them but what stands between others too; typing errors stand inside."""
    tokens = [match.span() for match in token.finditer(low)][:_TOKENS_MAX]
    counts = Counter([low[start:end] for start, end in tokens])
    words = [
        Word(text, start, end, lists(text))
        for start, end in tokens
        if counts[text := low[start:end]] < _FRAME_MIN and text not in _ORDINALS
    ]
    between = [low[one.end : two.start] for one, two in pairwise(words)]
    shapes = {gap: _shape(gap) for gap in set(between)}
    gaps = [shapes[gap] for gap in between]
    usual = {shape for shape, count in Counter(gaps).items() if shape and count >= _SHAPE_MIN}
    run: list[Word] = []
    for place, word in enumerate(words):
        if run and (gaps[place - 1] not in usual or not (word.lists or run[-1].lists)):
            yield run
            run = []
        run.append(word)
    yield run


def _shape(gap: str) -> str:
    """What stands between two words, without what differs from row to row; empty when it is too long to be a frame."""
    return _BLANKS.sub(" ", _NUMBER.sub("0", gap)) if len(gap) <= _GAP_MAX else ""


def _phrases(low: str, run: list[Word]) -> Iterator[Hit]:
    if len(run) < PARTIAL_MIN:
        return
    counts = [sum(word.lists >> bit & 1 for word in run) for bit in range(len(ALPHABETIC))]
    language = max(range(len(ALPHABETIC)), key=counts.__getitem__)
    own = [word if word.lists >> language & 1 else word._replace(lists=0) for word in run]
    for at in phrases(low, own, ALPHABETIC[language]):
        yield Hit(run[at.first].start, run[at.last].end, "SEED_PHRASE", at.evidence)
