"""Which words of a run are the recovery phrase: the likeliest stretch, weighed in bits against prose.

`seed` brings runs of list words that only joiners separate; sentences around a phrase often add words
that are on the list too, and one mistyped word spoils the check sum. Where two stretches are nearly as
likely, both are taken: a word too many masked is the smaller harm.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from rules.detectors.checksums import bip39
from rules.detectors.labels import words as whole_words
from rules.expression import expression
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
    "please", "should", "some", "still", "such", "sure", "than", "that", "then", "there", "they", "thing",
    "this", "time", "today", "together", "until", "update", "use", "used", "very", "wait", "want",
    "way", "what", "when", "where", "will", "with", "work", "would", "you", "your",
})  # fmt: skip
# Those that a sentence beside a phrase begins with, or ends in, most of all.
COMMON: Final = frozenset({
    "about", "after", "again", "all", "any", "before", "can", "come", "could", "first", "from", "get",
    "give", "have", "help", "into", "just", "keep", "know", "like", "make", "more", "must", "need",
    "now", "off", "one", "only", "other", "over", "please", "same", "should", "some", "still", "thank",
    "that", "then", "there", "they", "this", "time", "use", "very", "wait", "want", "what", "when",
    "will", "with", "work", "would", "you", "your",
})  # fmt: skip
# List words that a message to a support desk is full of.
_DESK: Final = LABEL_WORDS | {
    "access", "account", "address", "attack", "balance", "bank", "cash", "check", "coin", "confirm", "crash", "deposit",
    "detail", "error", "exchange", "fee", "fine", "hello", "install", "issue", "lock", "lose", "message", "minute",
    "money", "monitor", "network", "note", "notice", "open", "order", "paper", "pay", "phone", "problem", "proof",
    "question", "receive", "remember", "report", "safe", "sell", "sign", "someone", "spend", "stay", "support",
    "switch", "team", "thank", "token", "trade", "transfer", "true", "trust", "try", "type", "unable", "unlock",
    "wrong", "yesterday",
}  # fmt: skip
_CONTEXT = expression(
    whole_words(
        "seed", "seeds", "seed ?phrase", "mnemonic", "mnemonics", "recovery", "phrase", "passphrase",
        "secret (?:phrase|words?|recovery)", "backup (?:phrase|words?)", "recover", "restore",
        "(?:12|24|twelve|twenty[- ]four) words?", "bip ?39", "words? (?:are|is)", "srp",
    )
    + "|助记|助記|恢复|恢復|种子|種子|备份|備份|单词|單詞|词组|詞組|记忆词|記憶詞"
)  # fmt: skip
_DIGIT = expression(r"[0-9]")
_LISTED = expression(r"[,;、|\n/·•]")
# What a phrase begins after and ends before: a line, a bracket, a mark of equality, a verb that leads to it.
_BEGINS = expression(
    r"(?:\A|[\n\r:=\"'(\[{<>|*\x1a\u2e80-\U0003ffff]|(?<![a-z])(?:is|are|was|were|be|says?|typed|entered|wrote|reads?"
    r"|phrase|words?|seed|mnemonic)(?=\s))"
    r"[\s\"'(\[]{0,8}(?:[(#]?[0-9]{1,2}[.):\]]?\s{0,2})?\Z"
)
_ENDS = expression(r" {0,8}(?:[\n\r\"')\]}<>|*\x1a:=\u2e80-\U0003ffff]|\Z)")
_BEGINS_CHARS: Final = 24
_NUMBER_ONE = expression(r"(?<![0-9])0?1(?![0-9])")
"""Before the first word of a phrase whose words are numbered."""
_EDGES: Final = ",.!?;"
_NO_MARKS = {ord(char): None for char in " \t0123456789"}

PARTIAL_MIN: Final = 8
_FULL: Final = 12
TORN_MIN: Final = 4
SIZE_MAX: Final = 24
SIZES: Final = frozenset({12, 15, 18, 21, 24})
_STRANGERS_MAX: Final = 2
_LONG_RUN: Final = 60
_CONTEXT_BEFORE: Final = 80
_CONTEXT_AFTER: Final = 48
_PROSE_SHARE: Final = 0.25
_PROSE_SHARE_LABELLED: Final = 0.42
_PROSE_SHARE_CHECKSUM: Final = 0.6

# Bits for and against: how much likelier each is in a phrase than in a sentence beside one.
_BITS_LIST_WORD: Final = 3.0
_BITS_COMMON_WORD: Final = -4.0
_BITS_FUNCTION_WORD: Final = -1.0
_BITS_DESK_WORD: Final = -1.0
_BITS_SHORTENED: Final = -3.0
_BITS_STRANGER: Final = -5.0
_BITS_SURE_EDGE: Final = 6.0
_BITS_LABEL_EDGE: Final = 3.0
_BITS_EDGE: Final = 2.0
_BITS_WRONG_CHECKSUM: Final = -4.0
_BITS_OF_SIZE: Final = {12: -1.0, 24: -1.0, 15: -4.0, 18: -4.0, 21: -4.0, **dict.fromkeys(range(8, 12), -8.0)}
_BITS_OTHER_SIZE: Final = -9.0
_NEARLY: Final = 2.0
_NEARLY_TO_EDGE: Final = 4.0


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
    opened: bool
    """It begins at a sure edge."""
    closed: bool


def phrases(low: str, run: Sequence[Word], language: str) -> Iterator[Phrase]:
    """The phrases in `run`, in order. Words of other languages have `lists` 0."""
    if len(run) < PARTIAL_MIN:
        return
    if len(run) > _LONG_RUN:
        yield from _long_phrases(run, language)
        return
    stretches = list(_stretches(low, run, language))
    whole = [s for s in stretches if s.last - s.first + 1 in SIZES]
    for among in (stretches, whole):
        best = _likeliest(run, among)
        if best is None:
            return
        if evidence := "checksum" if best.checked else _judge(low, run, best.first, best.last):
            break
    else:
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
        plain = place < len(run) and run[place].lists and _bits(run[place], shortened=True) == _BITS_LIST_WORD
        if not plain:
            if place - first >= TORN_MIN:
                yield first, place - 1
            first = place + 1


def is_plain(word: Word) -> bool:
    """Whether sentences to a support desk seldom have `word`."""
    return word.text not in _FUNCTION and word.text not in _DESK


def is_telling(words: Sequence[Word]) -> bool:
    """Whether `words` are on the lists, and more of them than not are such as sentences seldom have."""
    plain = sum(map(is_plain, words))
    return all(word.lists for word in words) and plain * 2 >= len(words) > 0


def speaks_of_phrase(low: str) -> bool:
    """Whether any word of `low` is about recovery phrases."""
    return _CONTEXT.search(low) is not None


def _likeliest(run: Sequence[Word], stretches: Sequence[_Stretch]) -> _Stretch | None:
    """The stretch with most bits, widened by those nearly as likely that overlap it."""
    if not stretches:
        return None
    best = max(stretches)
    near = [s for s in stretches if s.first <= best.last and s.last >= best.first and _is_near(run, s, best)]
    return best._replace(first=min(s.first for s in near), last=max(s.last for s in near))


def _is_near(run: Sequence[Word], one: _Stretch, best: _Stretch) -> bool:
    """Whether `one` is nearly as likely as the likeliest.

    What goes on to a sure edge may be less likely; what goes on to a word that sentences are full of is not taken.
    """
    earlier, later = one.first < best.first, one.last > best.last
    to_edge = (one.opened or not earlier) and (one.closed or not later) and one.last - one.first + 1 in SIZES
    if one.bits < best.bits - (_NEARLY_TO_EDGE if to_edge else _NEARLY):
        return False
    return one.checked or (
        (not earlier or one.opened or run[one.first].text not in _FUNCTION)
        and (not later or run[one.last].text not in _FUNCTION)
    )


def _stretches(low: str, run: Sequence[Word], language: str) -> Iterator[_Stretch]:
    """Every stretch of 8 to 24 words with few strangers, and its bits."""
    numbers = _numbers(run, language)
    known = indexes(language)
    # Four letters name a word, but where the others are whole they are a word of prose: `them`, `some`.
    shortened = 2 * sum(word.text not in known for word in run) > len(run)
    bits = list(accumulate((_bits(word, shortened=shortened or word.text in known) for word in run), initial=0.0))
    strangers = list(accumulate((not word.lists for word in run), initial=0))
    prose = list(accumulate((word.text in _FUNCTION for word in run), initial=0))
    opens, closes = _edges(low, run)
    for first in range(len(run) - PARTIAL_MIN + 1):
        for end in range(first + PARTIAL_MIN, min(len(run), first + SIZE_MAX) + 1):
            foreign = strangers[end] - strangers[first]
            if foreign > _STRANGERS_MAX:
                break
            if not _may_bound(run[first], opens[first], closes[end - 1], end - first) or not _may_bound(
                run[end - 1], closes[end - 1], opens[first], end - first
            ):
                continue
            size = end - first
            total = bits[end] - bits[first] + opens[first] + closes[end - 1]
            total += _BITS_OF_SIZE.get(size, _BITS_OTHER_SIZE)
            checked = False
            if not foreign and size >= _FULL and size % 3 == 0:
                likely = prose[end] - prose[first] < size * _PROSE_SHARE_CHECKSUM
                checked = likely and bip39(numbers[first:end])
                total += size / 3 if checked else _BITS_WRONG_CHECKSUM
            opened, closed = opens[first] == _BITS_SURE_EDGE, closes[end - 1] == _BITS_SURE_EDGE
            yield _Stretch(total, first, end - 1, checked, opened, closed)


def _bits(word: Word, *, shortened: bool) -> float:
    if not word.lists:
        return _BITS_STRANGER
    if word.text in _FUNCTION:
        return _BITS_COMMON_WORD if word.text in COMMON else _BITS_FUNCTION_WORD
    if not shortened:
        return _BITS_SHORTENED
    return _BITS_DESK_WORD if word.text in _DESK else _BITS_LIST_WORD


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
        for size in (SIZE_MAX, _FULL):
            window = numbers[begin : begin + size]
            prose = sum(word.text in _FUNCTION for word in run[begin : begin + size])
            whole = len(window) == size  # the last words may be fewer
            if whole and -1 not in window and prose < size * _PROSE_SHARE_CHECKSUM and bip39(window):
                yield Phrase(begin, begin + size - 1, "checksum")
                begin += size - 1
                break
        begin += 1


def _may_bound(word: Word, here: float, there: float, size: int) -> bool:
    """Whether the first or last word of a stretch may be one: a stranger only at an edge, or where the size says so."""
    return bool(word.lists or here or (there == _BITS_SURE_EDGE and size in SIZES))


def _edges(low: str, run: Sequence[Word]) -> tuple[list[float], list[float]]:
    """For each word the bits for a phrase that begins with it, and for one that ends with it.

    Inside a run a phrase begins or ends where the words are joined in another way than most are.
    """
    gaps = [low[one.end : two.start] for one, two in pairwise(run)]
    marks = [gap.translate(_NO_MARKS) for gap in gaps]
    usual = Counter(marks).most_common(1)[0][0]
    between = [
        _BITS_SURE_EDGE if mark != usual or _NUMBER_ONE.search(gap) is not None else 0.0
        for mark, gap in zip(marks, gaps, strict=True)
    ]
    named = [_BITS_LABEL_EDGE if word.text in LABEL_WORDS else 0.0 for word in run[:-1]]
    opens = [_opens(low, run[0].start), *map(max, between, named)]
    return opens, [*between, _closes(low, run[-1].end)]


def _opens(low: str, offset: int) -> float:
    """Bits for a text, line, clause or value that begins at `offset`."""
    if _BEGINS.search(low, max(0, offset - _BEGINS_CHARS), offset) is not None:
        return _BITS_SURE_EDGE
    before = low[max(0, offset - 12) : offset].rstrip(" 0123456789")
    return _BITS_EDGE if before and before[-1] in _EDGES else 0.0


def _closes(low: str, offset: int) -> float:
    """Bits for a text, line, clause or value that ends at `offset`."""
    if _ENDS.match(low, offset) is not None:
        return _BITS_SURE_EDGE
    after = low[offset : offset + 12].lstrip(" ")
    return _BITS_EDGE if after and after[0] in _EDGES else 0.0


def _is_value(low: str, start: int, end: int) -> bool:
    """Whether the words are all that a line says after a colon."""
    return low[max(0, start - 8) : start].rstrip(" \"'([").endswith((":", "=")) and low[end : end + 8].lstrip(
        " .\"')]"
    )[:1] in {"", "\n"}


def _judge(low: str, run: Sequence[Word], first: int, last: int) -> str:
    """Why words `first` to `last`, whose check sum does not hold, are a phrase; empty when they are none."""
    window = run[first : last + 1]
    size = len(window)
    strangers = sum(not word.lists for word in window)
    prose = sum(word.text in _FUNCTION for word in window)
    if prose > size * _PROSE_SHARE_LABELLED or size - strangers < PARTIAL_MIN:
        return ""
    start, end = window[0].start, window[-1].end
    if (
        _CONTEXT.search(low, max(0, start - _CONTEXT_BEFORE), start) is not None
        or _CONTEXT.search(low, end, end + _CONTEXT_AFTER) is not None
    ):
        return "label"
    if prose > size * _PROSE_SHARE or max(Counter(word.text for word in window).values()) * 3 > size:
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
    return _alone(low, window, prose)


def _alone(low: str, window: Sequence[Word], prose: int) -> str:
    """Why words with mere blanks between them are a part of a phrase: they are all of a value, or of the text."""
    start, end = window[0].start, window[-1].end
    if prose + sum(word.text in _DESK for word in window) <= 1 and _is_value(low, start, end):
        return "a value of list words"
    beside = low[:start].rpartition(BETWEEN_FIELDS)[2].strip() + low[end:].partition(BETWEEN_FIELDS)[0].strip()
    return "nothing but list words" if len(beside) < 3 else ""
