"""Recovery phrases in alphabetic BIP-39 languages, found word by word rather than by pattern.

A run of list words with nothing but joiners and numbering between them is a phrase when its check
sum holds, when it is long and does not read as prose, or when it is shorter and something says so.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from rules.detectors.checksums import bip39
from rules.detectors.hit import Hit
from rules.detectors.labels import words as whole_words
from rules.fold import Folded
from rules.wordlists import ALPHABETIC, english_prefixes, indexes, languages

_LETTERS = bytes((code | 32) if chr(code).isalpha() and code < 128 else 32 for code in range(256))
_GATE_WORDS: Final = frozenset(word.encode() for word in (*languages(), *english_prefixes()) if word.isascii())
_FOUR: Final = b"\x01" * 4
_NUMBERED_BY_WORDS: Final = b"\x01\x00" * 5

_TOKEN = re.compile("[a-zıłøđæœß]+|[\u3041-\u30ff]+|[\u1100-\u11ff]+|[\u0400-\u04ff]+")
_GAP = re.compile(r"[\s0-9.,;:!?、·•/|\\\-_#()\[\]{}<>\"'*+=~→&@第个個词詞号號是為为字]{1,24}")
_STOP = re.compile(r"[:=!?;]")
_DIGIT = re.compile(r"[0-9]")
_LISTED = re.compile(r"[,;、|\n/·•]")
_FILLER: Final = frozenset({"st", "nd", "rd", "th", "no", "nr", "is", "and"})
_NUMBERED_FILLER: Final = frozenset({"word"})
# Words of no list that no typing error makes out of a list word: they end a run.
_BREAKS: Final = frozenset({
    "the", "for", "are", "but", "not", "was", "has", "had", "our", "his", "her", "she", "how",
    "why", "did", "does", "been", "were", "from", "which", "who", "their", "them", "then", "here",
    "please", "thanks", "hello", "its", "don", "didn", "doesn", "isn", "won", "recovery",
    "mnemonic", "words", "backup", "passphrase", "phrases", "seeds", "and", "phrase",
    "seed", "word", "wallet", "key",
})  # fmt: skip
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
# Before a label that is a list word itself, these make it a label for sure.
_ANNOUNCES = re.compile(r"(?:recovery|seed|secret|backup|mnemonic|my|the|your|pass|word|12|24)[ \-]\Z")
_LABEL_WORDS: Final = frozenset({"phrase", "seed", "word", "secret", "key", "wallet", "list", "code"})

_EDGES: Final = ":=\n\r,.!?;\"'()[]"
_LENGTHS: Final = (24, 21, 18, 15, 12)
_PARTIAL_MIN: Final = 8
_LONG_RUN: Final = 60
_CHANCE_BESIDE: Final = 3
_CONTEXT_BEFORE: Final = 80
_CONTEXT_AFTER: Final = 48
_ENGLISH: Final = 1 << ALPHABETIC.index("english")
_PROSE_SHARE: Final = 0.25
_PROSE_SHARE_CHECKSUM: Final = 0.4


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    lists: int
    """Bit set of the languages whose list holds it; 0 for a word of no list."""


class _Found(NamedTuple):
    first: int
    last: int
    """Last word, inclusive."""
    evidence: str


def possible_words(data: bytes) -> bool:
    """Whether UTF-8 `data` can hold a phrase in Latin letters; the gate of this detector."""
    flags = bytes(map(_GATE_WORDS.__contains__, data.translate(_LETTERS).split()))
    if _FOUR not in flags:
        return _NUMBERED_BY_WORDS in flags
    runs = list(map(len, flags.split(b"\0")))
    return max(runs) >= _PARTIAL_MIN or any(a + b >= _PARTIAL_MIN for a, b in pairwise(runs))


def find(folded: Folded) -> Iterator[Hit]:
    """Yield recovery phrases from their first to their last word."""
    low = folded.low
    for run in _runs(low):
        language = _language(run)
        if language is None:
            continue
        # A word of another language's list is as foreign to the phrase as one of no list.
        own = [word if word.lists >> language & 1 else word._replace(lists=0) for word in run]
        for found in _phrases(low, own, ALPHABETIC[language]):
            yield Hit(run[found.first].start, run[found.last].end, "SEED_PHRASE", found.evidence)


def _language(run: Sequence[_Word]) -> int | None:
    """The language whose list holds most words of `run`; None when none holds enough for a phrase."""
    if len(run) < _PARTIAL_MIN:
        return None
    counts = [sum(word.lists >> bit & 1 for word in run) for bit in range(len(ALPHABETIC))]
    language = max(range(len(ALPHABETIC)), key=counts.__getitem__)
    return language if counts[language] >= _PARTIAL_MIN else None


def _runs(low: str) -> Iterator[list[_Word]]:
    """Runs of list words; single words of no list may stand inside or at an end (typing errors)."""
    run: list[_Word] = []
    for word in _tokens(low):
        if run and not _joined(low, run, word):
            yield run
            run = []
        if word.lists or (len(word.text) > 2 and word.text not in _BREAKS):
            if not word.lists and run and not run[-1].lists:
                yield run[:-1]
                run = []
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _tokens(low: str) -> Iterator[_Word]:
    """Words with the lists they are in; ordinals and the like between numbered words are left out."""
    known, prefixes = languages(), english_prefixes()
    for match in _TOKEN.finditer(low):
        text, start, end = match.group(), match.start(), match.end()
        if text in _FILLER and (_DIGIT.search(low, max(0, start - 3), end + 3) is not None):
            continue
        if text in _NUMBERED_FILLER and _DIGIT.search(low, end, end + 4) is not None:
            continue
        lists = known.get(text, 0) or (text in prefixes and _ENGLISH)
        if text in _LABEL_WORDS and _ANNOUNCES.search(low, max(0, start - 10), start) is not None:
            lists = 0
        yield _Word(text, start, end, lists)


def _joined(low: str, run: Sequence[_Word], word: _Word) -> bool:
    """Whether only joiners and numbering stand between the end of `run` and `word`."""
    gap = low[run[-1].end : word.start]
    if len(gap) > 24:
        return False
    if _DIGIT.search(gap) is None:
        if _GAP.fullmatch(gap) is None or _STOP.search(gap) is not None:
            return False
        return "." not in gap or len(run) < 2 or "." in low[run[-2].end : run[-1].start]
    return _GAP.fullmatch(re.sub("(?:st|nd|rd|th|no|nr|is|and|word)", " ", gap)) is not None


def _phrases(low: str, run: Sequence[_Word], language: str) -> Iterator[_Found]:
    """Phrases in one run: by check sum first, then what is left by its looks."""
    whole = len(run) in _LENGTHS and run[-1].lists and run[-1].text not in _FUNCTION
    if whole and (evidence := _judge(low, run, 0, len(run) - 1)):
        yield _Found(0, len(run) - 1, evidence)
        return
    windows = _checksummed(run, language)
    done = 0
    for place, found in enumerate(windows):
        until = windows[place + 1].first if place + 1 < len(windows) else len(run)
        first = done if _belongs(run, done, found.first) else found.first
        last = until - 1 if _belongs(run, found.last + 1, until) else found.last
        if first == found.first:
            yield from _by_looks(low, run, done, first)
        yield _Found(*_trimmed(run, first, last), found.evidence) if (first, last) != found[:2] else found
        done = last + 1
    yield from _by_looks(low, run, done, len(run))


def _belongs(run: Sequence[_Word], begin: int, end: int) -> bool:
    """Whether words beside a window whose check sum may hold by chance look like more of one phrase."""
    size = end - begin
    return size > _CHANCE_BESIDE and _prose(run, begin, end) <= size * _PROSE_SHARE


def _prose(run: Sequence[_Word], begin: int, end: int) -> int:
    return sum(1 for word in run[begin:end] if word.text in _FUNCTION)


def _checksummed(run: Sequence[_Word], language: str) -> list[_Found]:
    """Windows of a valid length whose check sum holds, the longest first, without overlaps."""
    index_of = indexes(language)
    prefixes = english_prefixes() if language == "english" else {}
    numbers = [index_of.get(word.text, prefixes.get(word.text, -1)) for word in run]
    taken: list[_Found] = []
    free = [True] * len(run)
    for length in _LENGTHS if len(run) <= _LONG_RUN else (24, 12):
        best: list[tuple[int, int]] = []
        for first in range(len(run) - length + 1):
            window = numbers[first : first + length]
            if not all(free[first : first + length]) or -1 in window:
                continue
            prose = _prose(run, first, first + length)
            if prose < length * _PROSE_SHARE_CHECKSUM and bip39(window):
                best.append((prose + (run[first].text in _LABEL_WORDS), first))
        for _, first in sorted(best):
            if all(free[first : first + length]):
                taken.append(_Found(first, first + length - 1, "checksum"))
                free[first : first + length] = [False] * length
    return sorted(taken)


def _by_looks(low: str, run: Sequence[_Word], begin: int, end: int) -> Iterator[_Found]:
    """Long or labelled stretches of `run[begin:end]` whose check sum does not hold."""
    while (stretch := _next_stretch(low, run, begin, end)) is not None:
        begin = stretch[1] + 1
        first, last = _trimmed(run, *stretch)
        evidence = _judge(low, run, first, last)
        if evidence:
            yield _Found(first, last, evidence)


def _trimmed(run: Sequence[_Word], first: int, last: int) -> tuple[int, int]:
    """Without a label that is a list word itself, and without prose at the ends of a phrase of full length."""
    while not run[last].lists and last - first + 1 not in _LENGTHS:
        last -= 1
    size = last - first + 1
    for cut in range(5):
        for left in range(cut + 1):
            ends = (*run[first : first + left], *run[last + 1 - cut + left : last + 1])
            if size - cut in _LENGTHS and all(word.text in _FUNCTION or word.text in _LABEL_WORDS for word in ends):
                return first + left, last - cut + left
    while run[first].text in _LABEL_WORDS and last - first >= _PARTIAL_MIN:
        first += 1
    return first, last


def _next_stretch(low: str, run: Sequence[_Word], begin: int, end: int) -> tuple[int, int] | None:
    """The first stretch of at least eight words in `run[begin:end]` with few foreign words in it."""
    for first in range(begin, end):
        if not run[first].lists and not _opens(low, run[first].start):
            continue
        strangers = 0
        last = first - 1
        for index in range(first, end):
            strangers += not run[index].lists
            size = index - first + 1
            if strangers > 2 or strangers * 8 > max(size, 8):
                break
            if run[index].lists or (size in _LENGTHS and _closes(low, run[index].end)):
                last = index
        if last - first + 1 >= _PARTIAL_MIN:
            return first, last
    return None


def _opens(low: str, offset: int) -> bool:
    """Whether a text, line or clause begins at `offset`: only there can a mistyped word come first."""
    before = low[max(0, offset - 12) : offset].rstrip(" 0123456789")
    return not before or before[-1] in _EDGES or before[-1] >= "\u2e80"


def _closes(low: str, offset: int) -> bool:
    """Whether a text, line or clause ends at `offset`: only there can a mistyped word come last."""
    after = low[offset : offset + 12].lstrip(" ")
    return not after or after[0] in _EDGES or after[0] >= "\u2e80"


def _judge(low: str, run: Sequence[_Word], first: int, last: int) -> str:
    """Why words `first` to `last` are a phrase, or nothing."""
    window = run[first : last + 1]
    size = len(window)
    strangers = sum(1 for word in window if not word.lists)
    prose = _prose(run, first, last + 1)
    if prose > size * _PROSE_SHARE or strangers > 2 or size - strangers < _PARTIAL_MIN:
        return ""
    start, end = window[0].start, window[-1].end
    if (
        _CONTEXT.search(low, max(0, start - _CONTEXT_BEFORE), start) is not None
        or _CONTEXT.search(low, end, end + _CONTEXT_AFTER) is not None
    ):
        return "label"
    if size - strangers >= 11 and size >= 12:
        return "list words"
    if strangers or prose > 1:
        return ""
    gaps = [low[a.end : b.start] for a, b in pairwise(window)]
    if sum(1 for gap in gaps if _DIGIT.search(gap)) * 4 > len(gaps) * 3:
        return "numbered list words"
    if all(_LISTED.search(gap) for gap in gaps):
        return "listed words"
    return "nothing but list words" if len(low[:start].strip()) + len(low[end:].strip()) < 3 else ""
