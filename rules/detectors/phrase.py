"""Which words of a run are the recovery phrase: the likeliest stretch, weighed in bits against prose.

`seed` brings runs of list words that only joiners separate; sentences around a phrase often add words
that are on the list too, and one mistyped word spoils the check sum. Where two stretches are nearly as
likely, both are taken: a word too many masked is the smaller harm.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from rules.detectors.checksums import bip39
from rules.detectors.labels import words as whole_words
from rules.fold import BETWEEN_FIELDS
from rules.wordlists import english_prefixes, indexes

LABEL_WORDS: Final = frozenset({"phrase", "seed", "word", "secret", "key", "wallet", "list", "code"})
# List words that carry grammar rather than meaning: a random phrase of twelve has one in three
# times, a sentence that happens to use only list words has many.
_FUNCTION: Final = frozenset({
    "about", "above", "across", "after", "again", "all", "almost", "alone", "already", "also",
    "always", "among", "another", "any", "around", "become", "before", "behind", "below",
    "between", "beyond", "both", "can", "come", "could", "enough", "ever", "every", "few", "find",
    "first", "from", "get", "give", "good", "have", "help", "into", "just", "keep", "know", "like",
    "make", "many", "maybe", "more", "most", "much", "must", "near", "need", "never", "next",
    "now", "off", "often", "once", "one", "only", "other", "over", "own", "right", "same", "say",
    "should", "some", "still", "such", "sure", "than", "that", "then", "there", "they", "thing",
    "this", "time", "today", "together", "until", "update", "use", "used", "very", "wait", "want",
    "way", "what", "when", "where", "will", "with", "work", "would", "you", "your",
})  # fmt: skip
_CONTEXT = re.compile(
    whole_words(
        "seed", "seeds", "seed ?phrase", "mnemonic", "mnemonics", "recovery", "phrase", "passphrase",
        "secret (?:phrase|words?|recovery)", "backup (?:phrase|words?)", "recover", "restore",
        "(?:12|24|twelve|twenty[- ]four) words?", "bip ?39", "words? (?:are|is)", "srp",
    )
    + "|助记|助記|恢复|恢復|种子|種子|备份|備份|单词|單詞|词组|詞組|记忆词|記憶詞"
)  # fmt: skip
_DIGIT = re.compile(r"[0-9]")
_LISTED = re.compile(r"[,;、|\n/·•]")
_EDGES: Final = ":=\n\r,.!?;\"'()[]"

PARTIAL_MIN: Final = 8
_FULL: Final = 12
TORN_MIN: Final = 4
_SIZE_MAX: Final = 24
_STRANGERS_MAX: Final = 2
_LONG_RUN: Final = 60
_CONTEXT_BEFORE: Final = 80
_CONTEXT_AFTER: Final = 48
_PROSE_SHARE: Final = 0.25
_PROSE_SHARE_CHECKSUM: Final = 0.6

# Bits for and against: how much likelier each is in a phrase than in a sentence beside one.
_BITS_LIST_WORD: Final = 3.0
_BITS_FUNCTION_WORD: Final = -2.0
_BITS_LABEL_WORD: Final = -1.0
_BITS_STRANGER: Final = -5.0
_BITS_EDGE: Final = 2.0
_BITS_WRONG_CHECKSUM: Final = -4.0
_BITS_OF_SIZE: Final = {12: -1.0, 24: -1.0, 15: -4.0, 18: -4.0, 21: -4.0, **dict.fromkeys(range(8, 12), -6.0)}
_BITS_OTHER_SIZE: Final = -9.0
_NEARLY: Final = 3.0
_NEARLY_CHECKED: Final = 10.0


class Word(NamedTuple):
    """A word of a run."""

    text: str
    start: int
    end: int
    lists: int
    """Bit set of the languages whose list holds it; 0 for a word of no list."""


class Phrase(NamedTuple):
    """A found phrase, by the places of its first and last word in the run."""

    first: int
    last: int
    evidence: str


class _Stretch(NamedTuple):
    bits: float
    first: int
    last: int
    checked: bool


def phrases(low: str, run: Sequence[Word], language: str) -> Iterator[Phrase]:
    """The phrases in `run`, in order. Words of other languages have `lists` 0."""
    if len(run) > _LONG_RUN:
        yield from _long_phrases(run, language)
        return
    best = _likeliest(low, run, language)
    if best is None:
        return
    evidence = "checksum" if best.checked else _judge(low, run, best.first, best.last)
    if not evidence:
        return
    yield from phrases(low, run[: best.first], language)
    yield Phrase(best.first, best.last, evidence)
    after = best.last + 1
    for phrase in phrases(low, run[after:], language):
        yield Phrase(phrase.first + after, phrase.last + after, phrase.evidence)


def torn(run: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Stretches of four words and more, too short for a phrase, that hold neither strangers nor prose."""
    first = 0
    for place in range(len(run) + 1):
        plain = place < len(run) and run[place].lists and _bits(run[place]) == _BITS_LIST_WORD
        if not plain:
            if place - first >= TORN_MIN:
                yield first, place - 1
            first = place + 1


def speaks_of_phrase(low: str) -> bool:
    """Whether any word of `low` is about recovery phrases."""
    return _CONTEXT.search(low) is not None


def _likeliest(low: str, run: Sequence[Word], language: str) -> _Stretch | None:
    """The stretch with most bits, widened by those nearly as likely that overlap it."""
    stretches = list(_stretches(low, run, language))
    if not stretches:
        return None
    best = max(stretches)
    least = best.bits - (_NEARLY if best.checked else _NEARLY + 1)
    near = [
        s
        for s in stretches
        if s.first <= best.last
        and s.last >= best.first
        and (s.bits >= best.bits - _NEARLY_CHECKED if s.checked else s.bits >= least and _adds_no_prose(run, s, best))
    ]
    return _Stretch(best.bits, min(s.first for s in near), max(s.last for s in near), best.checked)


def _adds_no_prose(run: Sequence[Word], wider: _Stretch, best: _Stretch) -> bool:
    """Whether `wider` begins and ends beyond `best` with words that a sentence seldom has."""
    return (wider.first >= best.first or run[wider.first].text not in _FUNCTION) and (
        wider.last <= best.last or run[wider.last].text not in _FUNCTION
    )


def _stretches(low: str, run: Sequence[Word], language: str) -> Iterator[_Stretch]:
    """Every stretch of 8 to 24 words with few strangers, and its bits."""
    numbers = _numbers(run, language)
    bits = list(accumulate(map(_bits, run), initial=0.0))
    strangers = list(accumulate((not word.lists for word in run), initial=0))
    prose = list(accumulate((word.text in _FUNCTION for word in run), initial=0))
    opens = [_BITS_EDGE * _opens(low, word.start) for word in run]
    closes = [_BITS_EDGE * _closes(low, word.end) for word in run]
    for first in range(len(run) - PARTIAL_MIN + 1):
        if not run[first].lists and not opens[first]:
            continue
        for end in range(first + PARTIAL_MIN, min(len(run), first + _SIZE_MAX) + 1):
            foreign = strangers[end] - strangers[first]
            if foreign > _STRANGERS_MAX:
                break
            if not run[end - 1].lists and not closes[end - 1]:
                continue
            size = end - first
            total = bits[end] - bits[first] + opens[first] + closes[end - 1]
            total += _BITS_OF_SIZE.get(size, _BITS_OTHER_SIZE)
            checked = False
            if not foreign and size >= _FULL and size % 3 == 0:
                likely = prose[end] - prose[first] < size * _PROSE_SHARE_CHECKSUM
                checked = likely and bip39(numbers[first:end])
                total += size / 3 if checked else _BITS_WRONG_CHECKSUM
            yield _Stretch(total, first, end - 1, checked)


def _bits(word: Word) -> float:
    if not word.lists:
        return _BITS_STRANGER
    if word.text in _FUNCTION:
        return _BITS_FUNCTION_WORD
    return _BITS_LABEL_WORD if word.text in LABEL_WORDS else _BITS_LIST_WORD


def _numbers(run: Sequence[Word], language: str) -> list[int]:
    """The BIP-39 index of each word; -1 for a stranger."""
    index_of = indexes(language)
    prefixes = english_prefixes() if language == "english" else {}
    return [index_of.get(word.text, prefixes.get(word.text, -1)) for word in run]


def _long_phrases(run: Sequence[Word], language: str) -> Iterator[Phrase]:
    """A run longer than any phrase: all of it when it is no prose, else the windows whose check sum holds."""
    if sum(word.text in _FUNCTION for word in run) <= len(run) * _PROSE_SHARE:
        yield Phrase(0, len(run) - 1, "list words")
        return
    numbers = _numbers(run, language)
    begin = 0
    while begin + _FULL <= len(run):
        for size in (_SIZE_MAX, _FULL):
            window = numbers[begin : begin + size]
            prose = sum(word.text in _FUNCTION for word in run[begin : begin + size])
            if -1 not in window and prose < size * _PROSE_SHARE_CHECKSUM and bip39(window):
                yield Phrase(begin, begin + size - 1, "checksum")
                begin += size - 1
                break
        begin += 1


def _opens(low: str, offset: int) -> bool:
    """Whether a text, line or clause begins at `offset`."""
    before = low[max(0, offset - 12) : offset].rstrip(" 0123456789")
    return not before or before[-1] in _EDGES or before[-1] >= "\u2e80"


def _closes(low: str, offset: int) -> bool:
    """Whether a text, line or clause ends at `offset`."""
    after = low[offset : offset + 12].lstrip(" ")
    return not after or after[0] in _EDGES or after[0] >= "\u2e80"


def _judge(low: str, run: Sequence[Word], first: int, last: int) -> str:
    """Why words `first` to `last`, whose check sum does not hold, are a phrase; empty when they are none."""
    window = run[first : last + 1]
    size = len(window)
    strangers = sum(not word.lists for word in window)
    prose = sum(word.text in _FUNCTION for word in window)
    if prose > size * _PROSE_SHARE or size - strangers < PARTIAL_MIN:
        return ""
    start, end = window[0].start, window[-1].end
    if (
        _CONTEXT.search(low, max(0, start - _CONTEXT_BEFORE), start) is not None
        or _CONTEXT.search(low, end, end + _CONTEXT_AFTER) is not None
    ):
        return "label"
    if max(Counter(word.text for word in window).values()) * 3 > size:
        return ""
    if size - strangers >= _FULL - 1 or (not strangers and prose <= size - PARTIAL_MIN):
        return "list words"
    if strangers or prose > 1:
        return ""
    gaps = [low[a.end : b.start] for a, b in pairwise(window)]
    if sum(1 for gap in gaps if _DIGIT.search(gap)) * 4 > len(gaps) * 3:
        return "numbered list words"
    if all(_LISTED.search(gap) for gap in gaps):
        return "listed words"
    beside = low[:start].rpartition(BETWEEN_FIELDS)[2].strip() + low[end:].partition(BETWEEN_FIELDS)[0].strip()
    return "nothing but list words" if len(beside) < 3 else ""
