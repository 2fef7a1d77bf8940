"""Recovery phrases in alphabetic BIP-39 languages, found word by word rather than by pattern.

A run of list words with nothing but joiners and numbering between them is a phrase when its check
sum holds, when it is long and does not read as prose, or when it is shorter and something says so.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from rules.detectors.hit import Hit
from rules.detectors.phrase import (
    COMMON,
    LABEL_WORDS,
    PARTIAL_MIN,
    SIZES,
    TORN_MIN,
    Word,
    is_plain,
    phrases,
    speaks_of_phrase,
    torn,
)
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.wordlists import ALPHABETIC, english_prefixes, languages

_TOKEN = expression("[a-zıłøđæœß]+|[\u3041-\u30ff]+|[\u1100-\u11ff]+|[\u0400-\u04ff]+")
_GAP = expression(
    r"[\s0-9.,;:!?、·•/|\\\-_#()\[\]\"'`*+=>~&%→第个個词詞号號是係為为字一二三四五六七八九十]"
    "{1,24}"
)
_GOES_ON_ZH: Final = expression("然[后後]|接[着著]|再[来來]?|还有|還有|跟住|最[后後]|下一")
_ESCAPE: Final = expression(r"\\+[nrt]")
_TAG: Final = expression(r"</?[a-z][a-z0-9]{0,9} ?/?>")
_STOPS: Final = frozenset(":=!?;.")
_GOES_ON: Final = expression(r"(?<![a-z])and(?![a-z])")
"""And a common word behind it: the sentence goes on, `... exotic and then water damage`."""
_DIGIT = expression(r"[0-9]")
_FILLER: Final = frozenset({"st", "nd", "rd", "th", "no", "nr", "is"})
# Words that people number a phrase with, or put before its last word.
_COUNTING: Final = frozenset({
    "and", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
})  # fmt: skip
_HALF_WORDS: Final = frozenset({"first", "second", "other", "last"})
_HALF_CHARS: Final = 7
_NUMBERED_FILLER: Final = frozenset({"word"})
_HALVES = expression(r"(?<![a-z])(?:first|second|other|last) half(?![a-z])")
_COUNTING_WORDS = expression("|".join((_HALVES.pattern, *_COUNTING)))
_NUMBERING_WORDS = expression("|".join((*_FILLER, *_COUNTING, *_NUMBERED_FILLER)))
# Words of no list that no typing error makes out of a list word: they end a run.
_BREAKS: Final = frozenset({
    "the", "for", "are", "but", "not", "was", "has", "had", "our", "his", "her", "she", "how",
    "why", "did", "does", "been", "were", "from", "which", "who", "their", "them", "then", "here",
    "please", "thanks", "regards", "sincerely", "cheers", "hello", "its", "don", "didn", "doesn", "isn", "won",
    "recovery", "mnemonic", "words", "backup", "passphrase", "phrases", "seeds", "and", *LABEL_WORDS,
})  # fmt: skip
# Before a label that is a list word itself, these make it a label for sure.
_ANNOUNCES = expression(r"(?<![a-z])(?:recovery|seed|secret|backup|mnemonic|my|the|your|pass|12|24)[ \-]\Z")
# And behind it, unless words are joined or numbered so.
_ANNOUNCED = expression(r"(?:\(s\))? {0,2}(?:[:=]|(?:is|are|was)(?![a-z]))")
_IN_A_LIST = expression(r"[:=0-9]")

_TORN_CHARS: Final = 60
_ENGLISH: Final = 1 << ALPHABETIC.index("english")


def may_be_phrase(scan: Scan) -> bool:
    """Whether there are words enough, or several shorter rows of them where a phrase is spoken of."""
    return "phrase" in scan.at or "seed" in scan.at


def find(scan: Scan) -> Iterator[Hit]:
    """Yield recovery phrases from their first to their last word, and what was torn off them."""
    low = unescaped(scan.low)
    found: list[Hit] = []
    fragments: list[Hit] = []
    for run in _runs(low):
        if len(run) < TORN_MIN:
            continue
        language = _language(run)
        # A word of another language's list is as foreign to the phrase as one of no list.
        own = [word if word.lists >> language & 1 else word._replace(lists=0) for word in run]
        places = list(phrases(low, own, ALPHABETIC[language])) if len(run) >= PARTIAL_MIN else []
        found += [Hit(run[at.first].start, run[at.last].end, "SEED_PHRASE", at.evidence) for at in places]
        if not places:
            fragments += [
                Hit(run[first].start, run[last].end, "SEED_PHRASE", "part of a phrase") for first, last in torn(own)
            ]
    yield from found
    if fragments:
        yield from _belonging(low, found, fragments)


def words(low: str) -> list[Word]:
    """The words of `low` with the lists they are in."""
    return list(_tokens(unescaped(low)))


def unescaped(low: str) -> str:
    """The text with blanks for line ends and tabs that are written out, as in JSON: `legal\\nwinner`."""
    return _ESCAPE.sub(lambda escape: " " * len(escape[0]), low) if "\\" in low else low


def is_joiner(gap: str) -> bool:
    """Whether what stands between two words only joins them, as blanks, marks and numbers do."""
    return _GAP.fullmatch(gap if gap.isascii() else _GOES_ON_ZH.sub(" ", gap)) is not None


def _belonging(low: str, found: list[Hit], fragments: list[Hit]) -> Iterator[Hit]:
    """Short stretches of list words near a phrase, or near each other where a phrase is spoken of."""
    if not found and (len(fragments) < 2 or not speaks_of_phrase(low)):
        return
    near = sorted([*found, *fragments])
    for before, after in pairwise(near):
        if after.start - before.end <= _TORN_CHARS:
            yield from {before, after}.difference(found)


def _language(run: Sequence[Word]) -> int:
    """The language whose list holds most words of `run`, as its place in `ALPHABETIC`."""
    counts = [sum(word.lists >> bit & 1 for word in run) for bit in range(len(ALPHABETIC))]
    return max(range(len(ALPHABETIC)), key=counts.__getitem__)


def _runs(low: str) -> Iterator[list[Word]]:
    """Runs of list words; single words of no list may stand inside or at an end (typing errors)."""
    run: list[Word] = []
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


def _tokens(low: str) -> Iterator[Word]:
    """Words with the lists they are in; ordinals and the like between numbered words are left out."""
    known, prefixes = languages(), english_prefixes()
    inside = False
    for match in _TOKEN.finditer(low):
        text, start, end = match.group(), match.start(), match.end()
        if text in _FILLER and (_DIGIT.search(low, max(0, start - 3), end + 3) is not None):
            continue
        if text in _COUNTING or low[start - 1 : start] == "<" or low[start - 2 : start] == "</":
            continue
        if (text == "half" and _HALVES.search(low, max(0, start - _HALF_CHARS), end) is not None) or (
            text in _HALF_WORDS and _HALVES.match(low, start) is not None
        ):
            continue
        if text in _NUMBERED_FILLER and _DIGIT.search(low, end, end + 4) is not None:
            continue
        lists = known.get(text, 0) | (_ENGLISH if text in prefixes else 0)
        if text in LABEL_WORDS and _is_label(low, start, end, inside=inside):
            lists = 0
        word = Word(text, start, end, lists)
        # `... museum bundle seed secret list denial`: behind a word that sentences seldom have, the phrase goes on.
        inside = lists != 0 and (inside or is_plain(word))
        yield word


def _is_label(low: str, start: int, end: int, *, inside: bool) -> bool:
    """Whether a word that is on the list, such as `phrase`, only says what follows."""
    return (not inside and _ANNOUNCES.search(low, max(0, start - 10), start) is not None) or (
        _ANNOUNCED.match(low, end) is not None and _IN_A_LIST.search(low, max(0, start - 4), start) is None
    )


def _joined(low: str, run: Sequence[Word], word: Word) -> bool:
    """Whether only joiners and numbering stand between the end of `run` and `word`."""
    gap = low[run[-1].end : word.start]
    if "<" in gap:
        gap = _TAG.sub(" ", gap)
    if len(gap) > 24 or (_GOES_ON.search(gap) is not None and word.text in COMMON and len(run) + 1 not in SIZES):
        return False
    if _DIGIT.search(gap) is None:
        gap = _COUNTING_WORDS.sub(" ", gap)
        stops = _STOPS.intersection(gap)
        # A mark that ends a clause joins only where it joined before: `legal. winner. thank`.
        before = low[run[-2].end : run[-1].start] if len(run) > 1 else gap
        return is_joiner(gap) and (not stops or not stops.isdisjoint(before))
    return is_joiner(_NUMBERING_WORDS.sub(" ", gap))
