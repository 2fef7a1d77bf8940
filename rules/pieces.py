"""A recovery phrase told piece by piece: messages that are harmless alone, and a phrase together.

The route worker asks `is_piece` of each message, and of one that may be a piece `masked_together` with those before it.
Pure, linear; what is masked alone is masked already.
"""

from collections.abc import Callable, Sequence
from itertools import dropwhile, groupby, pairwise
from typing import Final

from rules.detectors.list_words import possible_words
from rules.detectors.phrase import COMMON, TORN_MIN, Word, is_plain, is_telling, speaks_of_phrase
from rules.detectors.seed import words
from rules.detectors.seed_chinese import is_ordinary
from rules.detectors.seed_counted import EVIDENCE as COUNTED
from rules.expression import expression
from rules.fold import fold
from rules.redact import redact

PIECES_MAX: Final = 24
"""No phrase has more words."""

_HAN: Final = "\u4e00-\u9fff"
_HAN_PIECE: Final = expression(rf"[\s0-9.,;:、]*(?:[{_HAN}][\s0-9.,;:、]*){{1,24}}")
_HAN_LETTER: Final = expression(f"[{_HAN}]")
_LEAD: Final = expression(
    # What says which words come now, or only that more do: `words 5 to 8:`, `next word is`, `and then`, `最后三个是`.
    r"[\s,.;:\-]*(?:(?:words? )?[0-9]{1,2}\s?(?:-|~|–|to|到|至)\s?[0-9]{1,2}(?: (?:is|are))?[\s,.:)]{1,3}"
    r"|(?:(?:(?:seed|recovery|secret|backup|my|the|its?|phrase|mnemonic|words?|ones?|number|no|first|second|third|fourth"
    r"|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|next|last|final|half|part|piece|rest|remaining|other"
    r"|two|three|four|five|six|[0-9]{1,2}(?:st|nd|rd|th)?)[\s,.#'\-]{1,3}){0,6}"
    r"(?:is|are|was|were|(?:words?|ones?|half|part|rest|[0-9])(?=\s?(?:[:=]|-\s)))[\s:=\-]{1,4})"
    r"|(?:ok|so|and|now|plus|finally|lastly)[\s,:]{1,3}(?:(?:last|finally)[\s,:]{1,3})?"
    r"|(?:and )?then(?: (?:comes?|it'?s|there'?s|is))?[\s,:.\-]{1,4}"
    r"|followed by[\s,:]{1,3}|after (?:that|this)(?: (?:comes?|it'?s|is))?[\s,:]{1,3}|continues? with[\s,:]{1,3}"
    r"|(?:next|last|final|other)(?: (?:words?|ones?|is|are|up))+[\s,:]{1,3}"
    rf"|(?=[0-9\s{_HAN}-]{{0,12}}[{_HAN}])[0-9\s{_HAN}-]{{1,14}}[\s,:.]{{0,3}}(?=[a-z])"
    r")*"
)
"""No list in Latin letters is Chinese: before its words any short remark leads to them."""
_MARK: Final = expression(r"[,.;:!?-]")
_FIRST: Final = 3
"""Words on the list that a piece begins or ends with, where it is longer."""
_CHARS_MAX: Final = 600
_HEAD_CHARS, _AHEAD_CHARS = 160, 16
"""The words a message begins with are nearly always in its head; what follows a word so closely may say what it is."""
_MASK: Final = "[SEED_PHRASE]"


def is_piece(text: str) -> bool:
    """Whether a message may go on with a phrase that others began: it begins with words of the lists."""
    if not text or len(text) > _CHARS_MAX:
        return False
    low = fold(text).low
    if _HAN_PIECE.fullmatch(low) is not None:
        return not is_ordinary("".join(_HAN_LETTER.findall(low)))
    begin, end = _led(low)
    found = _first_words(low[begin:end])
    return is_telling(found[:_FIRST]) or (0 < len(found) <= _FIRST and all(word.lists for word in found))


def _words_of(part: str) -> tuple[int, int]:
    """From where to where the words stand that a message is about, as it was written."""
    folded = fold(part)
    begin, end = _led(folded.low)
    return folded.origin(begin, end) if begin < end else (0, len(part))


def _led(low: str) -> tuple[int, int]:
    lead = _LEAD.match(low, 0, _HEAD_CHARS)
    begin = lead.end() if lead is not None else 0
    if not speaks_of_phrase(low) and possible_words(low.encode())[2]:
        found = [word for word in words(low) if word.start >= begin]
        if found and not is_telling(found[:_FIRST]):
            return _row(low, found) or (begin, len(low))
    return begin, len(low)


def _row(low: str, found: Sequence[Word]) -> tuple[int, int] | None:
    """Where words of the lists stand that sentences seldom have in a row, whatever stands around them."""
    for listed, group in groupby(found, key=lambda word: word.lists != 0):
        row = list(dropwhile(lambda word: not is_plain(word), group)) if listed else []
        marks = [_MARK.search(low, one.end, two.start) is not None for one, two in pairwise(row)]
        if marks[:2].count(True) == marks.count(True) == 1:
            # Behind `on this card:` they are joined in another way than before it.
            row = row[marks.index(True) + 1 :]
        while row and row[-1].text in COMMON and row[-1] is not found[-1]:
            row.pop()
        if len(row) >= TORN_MIN and sum(map(is_plain, row)) >= _FIRST:
            return row[0].start, row[-1].end
    return None


def _first_words(low: str) -> list[Word]:
    """All words, or more than are asked about."""
    found = words(low[:_HEAD_CHARS])
    is_enough = len(found) > _FIRST and found[_FIRST].end <= _HEAD_CHARS - _AHEAD_CHARS
    return found if is_enough or len(low) <= _HEAD_CHARS else words(low)


def masked_together(texts: Sequence[str]) -> list[str]:
    """Each of the messages, the oldest first, without the words of a phrase that several of them hold together."""
    parts = list(texts)
    for in_one in (False, True):
        parts = _without_phrases(parts, in_one=in_one)
    parts = _without_rests(parts, lambda part: part.rstrip().endswith(_MASK))
    return _without_rests(parts[::-1], lambda part: part.lstrip().startswith(_MASK))[::-1]


def _without_rests(parts: list[str], leads_on: Callable[[str], bool]) -> list[str]:
    """Masked too are the messages right behind a mask that are nothing but words of the lists, as far as they tell."""
    done = list(parts)
    for place in range(1, len(done)):
        if not leads_on(done[place - 1]):
            continue
        told: list[Word] = []
        for end in range(place, len(done)):
            first, last = _words_of(done[end])
            own = words(fold(done[end][first:last]).low)
            if _MASK in done[end] or not own or not all(word.lists for word in own):
                break
            told += own
            if is_telling(told):
                done[place : end + 1] = map(_without_words, done[place : end + 1])
    return done


def _without_words(part: str) -> str:
    begin, end = _words_of(part)
    return part[:begin] + _MASK + part[end:]


def _without_phrases(parts: list[str], *, in_one: bool) -> list[str]:
    """Joined as lines, or bare Chinese as one run of characters."""
    starts, joined, before = [], "", False
    for part in parts:
        begin, end = _words_of(part)
        han = in_one and _HAN_PIECE.fullmatch(part) is not None and not speaks_of_phrase(part)
        joined += "" if not joined or (before and han) else "\n"
        before = han
        starts.append(len(joined) - begin)
        joined += part[begin:end]
    spans = [f for f in redact(joined).findings if f.type == "SEED_PHRASE"]
    masked: list[str] = []
    for start, part in zip(starts, parts, strict=True):
        begin, end = _words_of(part)
        for span in reversed(spans):
            first, last = max(span.start - start, begin), min(span.end - start, end)
            told_here = span.evidence != COUNTED and span.start >= start and span.end <= start + end
            if first < last and not told_here and part[first:last].strip():
                part = f"{part[:first]}{_MASK}{part[last:]}"  # noqa: PLW2901 -- later spans first: offsets stay true
        masked.append(part)
    return masked
