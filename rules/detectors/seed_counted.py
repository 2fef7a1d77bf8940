"""A part of a recovery phrase behind words that count it: `the first six are ...`, `前六個字係 ...`, `words 5-8: ...`.

So few words are no phrase by themselves; that there are just as many of the lists as were counted shows what they are.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from rules.detectors.anchored import starting
from rules.detectors.hit import Hit
from rules.detectors.phrase import SIZE_MAX, TORN_MIN, Word, is_telling
from rules.detectors.scan import Scan
from rules.detectors.seed import is_joiner, words
from rules.expression import expression

EVIDENCE: Final = "counted words"

_HALF: Final = 6
_SPELLED: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_SPELLED_ZH: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_TO: Final = {
    **{str(number): number for number in range(1, SIZE_MAX + 1)},
    **{word: number for spelled in (_SPELLED, _SPELLED_ZH) for number, word in enumerate(spelled, 1)},
}
_NUMBERS: Final = {
    "half": _HALF,
    "半": _HALF,
    **{word: number for word, number in _TO.items() if TORN_MIN <= number < 2 * _HALF},
}
_NUMBER: Final = rf"(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_COUNTED: Final = expression(
    rf"(?:(?<![a-z])(?:first|last|next|final|second|other|remaining) (?P<number>{_NUMBER})(?![0-9a-z])"
    r"(?:[ ,]{1,2}(?:words?|ones?|are|is|were|was|i (?:still )?(?:have|know|remember|got|wrote)"
    r"|of (?:it|them|those|(?:the|my)(?: (?:12|24|seed|recovery|secret|backup))?(?: (?:phrase|words?))?))"
    r"(?![0-9a-z])){0,4}"
    rf"|(?:[前后後頭头尾]|剩下|[余餘]下|另外?|其他)面?[的嘅]?\s?(?P<number_zh>{_NUMBER})"
    r"\s?[个個只隻]?(?:英文)?(?:单词|單詞|词|詞|字|words?|段)?(?:分[别別])?(?:[是係为為]|就是)?)"
    r"[\s:=,.\-\"'(]{0,4}(?=[a-z])"
)
_FROM: Final = rf"(?:{'|'.join(sorted(_TO, key=len, reverse=True))})"
_RANGE: Final = expression(
    rf"(?<![0-9a-z.,:/\-])(?P<first>{_FROM})(?:st|nd|rd|th)?\s?"
    rf"(?:-|~|–|—|to|thru|through|until|till|and up to|[个個]?[到至])\s?第?"
    rf"(?P<last>{_FROM})(?:st|nd|rd|th)?(?![0-9a-z]{{0,40}}[0-9])"
    r"(?:[ ,]{1,2}(?:words?|ones?|are|is|were|goes?|of (?:it|them|(?:the|my)(?: [a-z]{1,8})?(?: phrase|words?)?))"
    r"(?![a-z])){0,3}"
    r"\s?[个個只隻]?(?:英文)?(?:单词|單詞|词|詞|字)?(?:分[别別])?(?:[是係为為]|就是)?"
    r"[\s:=,.)\-\"'(]{1,4}(?=[a-z])"
)
_DIGITS_TO: Final = expression(r"[0-9](?:st|nd|rd|th)?\s?(?:[-~–—]|to|th|unt|til|and|[个個]?[到至])")


def may_be_counted(scan: Scan) -> bool:
    """Whether there are words enough in a row."""
    return "part of a phrase" in scan.at


def find(scan: Scan) -> Iterator[Hit]:
    """Yield as many list words as are counted right before them, where they hardly are a sentence."""
    low, listed, starts = scan.low, list[Word](), list[int]()
    for end, count in _counts(scan):
        if not listed:
            listed = words(low)
            starts = [word.start for word in listed]
        place = bisect_left(starts, end)
        told = listed[place : place + count]
        if (
            len(told) == count
            and told[0].start == end
            and is_telling(told)
            and all(is_joiner(low[one.end : two.start]) for one, two in pairwise(told))
        ):
            yield Hit(told[0].start, told[-1].end, "SEED_PHRASE", EVIDENCE)


def _counts(scan: Scan) -> Iterator[tuple[int, int]]:
    """Where words begin that are counted, and how many."""
    for label in starting(_COUNTED, scan.low, scan.at.get("counted", ())):
        yield label.end(), _NUMBERS[label["number"] or label["number_zh"]]
    if "range" not in scan.at and ("digit" not in scan.at or _DIGITS_TO.search(scan.low) is None):
        return
    for label in _RANGE.finditer(scan.low):
        count = _TO[label["last"]] - _TO[label["first"]] + 1
        if count >= TORN_MIN:
            yield label.end(), count
