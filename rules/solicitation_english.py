"""How English asks for a secret: an order or a question, what is asked for, and what takes it back."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from rules import solicitation_names as names
from rules import solicitation_words as words
from rules.facts import Span

_REACH: Final = 80
"""Characters between the verb and what is asked for; after a colon a list may stand between them."""
_NEAR: Final = 30
_LIST_REACH: Final = 300
_VERBS: Final = 8
"""So many verbs before what is asked for are looked at, the nearest first: lists are long, and so are attacks."""
_SCOPE: Final = 240
"""How far back a denial is looked for."""


def asked(text: str) -> Iterator[Span]:
    """Spans of folded text that ask for a secret, the request and its object."""
    if names.HINT.search(text) is None:
        return
    before: str | None = None
    for sentence in words.SENTENCE.finditer(text):
        said = sentence[0]
        if names.HINT.search(said) is not None:
            for start, end in _asked_in(said):
                yield sentence.start() + start, sentence.start() + end
        if before is not None and (mine := _made_an_exception(before, said)):
            yield sentence.start() + mine.start(), sentence.start() + mine.end()
        order = (
            None
            if before is None
            else words.THEN_GIVE.match(said) or _asked_about(before, said) or _given_by_pronoun(said)
        )
        if order and before is not None and _names_one(before):
            yield sentence.start(), sentence.start() + order.end()
        for taken in words.TAKEN_OVER.finditer(said):
            if not _is_taken_back(said, taken.start(), taken.end()):
                yield sentence.start() + taken.start(), sentence.start() + taken.end()
        before = said if names.HINT.search(said) else None


def _given_by_pronoun(sentence: str) -> re.Match[str] | None:
    """An order that hands over what the sentence before named."""
    order = words.AND_GIVE.search(sentence, 0, _REACH)
    if order is None or words.TO_OTHERS.match(sentence[order.end() :]):
        return None
    return None if _is_taken_back(sentence, order.start(), order.end()) else order


def _asked_about(before: str, sentence: str) -> re.Match[str] | None:
    """ "You have got a code. What is it?", but not what an app says to it."""
    return None if words.USED.search(before) else words.ASKED_THEN.match(sentence)


def _names_one(sentence: str) -> bool:
    """Whether a pronoun of the next sentence stands for a secret that this one names."""
    named = [hit for hit in names.SECRET.finditer(sentence) if _is_secret(sentence, hit)]
    return bool(named) and not (
        words.OTHER_OBJECT.search(_cut(sentence, named))
        or words.OF_OTHERS.search(sentence)
        or words.DENIED.search(words.NO_DENIAL.sub("", sentence), 0, named[0].start())
    )


def _cut(sentence: str, named: list[re.Match[str]]) -> str:
    """The sentence without the names of secrets, which say "number" and "message" as other things do."""
    ends = [0, *(hit.end() for hit in named)]
    starts = [*(hit.start() for hit in named), len(sentence)]
    return " ".join(sentence[end:start] for end, start in zip(ends, starts, strict=True))


def _made_an_exception(warning: str, sentence: str) -> re.Match[str] | None:
    """ "Never share it with strangers. You can give it to me." """
    mine = words.TO_ME_THEN.search(sentence)
    named = mine and any(_is_secret(warning, hit) for hit in names.SECRET.finditer(warning))
    if not mine or not named or words.OTHER_OBJECT.search(warning):
        return None
    return None if words.DENIED.search(sentence, 0, mine.start()) else mine


def _asked_in(sentence: str) -> Iterator[Span]:
    secrets = [hit.span() for hit in names.SECRET.finditer(sentence) if _is_secret(sentence, hit)]
    for start, end in secrets:
        begin = _request(sentence, start, end)
        elsewhere = words.ELSEWHERE.match(sentence, end) and not words.HERE.search(sentence, end)
        if begin is not None and not elsewhere and not words.SAID_FALSE.search(sentence, end, end + _SCOPE):
            yield begin, end


def _is_secret(sentence: str, hit: re.Match[str]) -> bool:
    thing = names.THING_OF_IT.match(sentence, hit.end())
    low = max(0, hit.start() - _REACH)
    part = names.PARTLY.search(sentence, max(0, hit.start() - 60), hit.start())
    return (
        (thing is None or words.PICTURED.search(sentence, low, hit.start()) is not None or _is_watched(sentence, hit))
        and (part is None or names.NO_PART.search(hit[0]) is not None)
        and names.OTHER_CODE.search(hit[0]) is None
        and names.OTHER_CODE.match(sentence, hit.start()) is None
    )


def _is_watched(sentence: str, hit: re.Match[str]) -> bool:
    """Whether a screen is shared before, so that a page with it shows it."""
    return words.SHOWN.search(sentence, max(0, hit.start() - _SCOPE), hit.start()) is not None


def _request(sentence: str, start: int, end: int) -> int | None:
    """Where the request for the secret at `start` begins; None when there is none."""
    for way in _WAYS:
        begin = way(sentence, start, end)
        if begin is not None:
            return begin
    return None


def _ordered(sentence: str, start: int, end: int) -> int | None:
    """ "Send us your …" """
    for verb in list(words.GIVE.finditer(sentence, max(0, start - _LIST_REACH), start))[: -_VERBS - 1 : -1]:
        if _reaches(sentence, verb.end(), start) and _is_order(sentence, verb, end):
            return verb.start()
    return None


def _questioned(sentence: str, start: int, end: int) -> int | None:
    """ "Which code did you get?", "what does the code say?" """
    which = words.WHICH.search(sentence, max(0, start - _NEAR), start)
    tells = words.WHICH_AFTER.match(sentence, end) or words.YOU_KNOW_IT.match(sentence, end)
    if which and tells and not _is_taken_back(sentence, which.start(), end):
        return which.start()
    return None


def _asked_at_once(sentence: str, start: int, end: int) -> int | None:
    """ "There is a code on your phone, what does it say?" """
    if words.USED.search(sentence, 0, start) or words.ASKED_THEN.match(sentence, end) is None:
        return None
    return None if _is_taken_back(sentence, start, end) else start


def _threatened(sentence: str, start: int, end: int) -> int | None:
    """ "If you do not send the code the account is locked" """
    threat = words.THREATENED.search(sentence, max(0, start - _REACH), start)
    return None if threat is None or words.ALL_IS_WELL.search(sentence, end) else threat.start()


def _announced(sentence: str, start: int, end: int) -> int | None:
    """ "The bot will ask for your …; just answer" """
    asked_for = words.WILL_BE_ASKED.search(sentence, max(0, start - _REACH), start)
    if asked_for is None or words.THEN_ANSWER.match(sentence, end) is None:
        return None
    return None if _is_taken_back(sentence, asked_for.start(), end) else asked_for.start()


def _excepted(sentence: str, start: int, end: int) -> int | None:
    """ "Never tell your … to others, but you can tell me" """
    return start if words.BUT_TO_US.search(sentence, end, end + _SCOPE) else None


def _awaited(sentence: str, start: int, _end: int) -> int | None:
    """ "You haven't told us your … yet" """
    owed = words.STILL_OWED.search(sentence, max(0, start - _LIST_REACH), start)
    if owed and "yet" in sentence[owed.start() :] and start - owed.end() <= _NEAR:
        return owed.start()
    return None


def _wished(sentence: str, start: int, end: int) -> int | None:
    """ "It would help if you sent us your …" """
    wished = words.WISHED.search(sentence, max(0, start - _LIST_REACH), start)
    if wished and _reaches(sentence, wished.end(), start) and not words.TO_OTHERS.match(sentence[end:]):
        return wished.start()
    return None


def _needed(sentence: str, start: int, end: int) -> int | None:
    """ "We need your …", "what is your …", "may I have your …" """
    low = max(0, start - _LIST_REACH)
    for need in words.NEED.finditer(sentence, low, start):
        if _reaches(sentence, need.end(), start) and not _is_taken_back(sentence, need.start(), end):
            return need.start()
    for what in words.WHAT.finditer(sentence, low, end):
        near = what.start() <= start <= what.end() + _NEAR
        if near and _reaches(sentence, what.end(), start) and not _is_taken_back(sentence, what.start(), end):
            return what.start()
    return None


def _required(sentence: str, start: int, end: int) -> int | None:
    """ "Your … is required", "your …, please" """
    if words.REQUIRED.match(sentence[end : end + 120]) and not _is_taken_back(sentence, start, end):
        ours = words.TO_US.search(sentence) or words.A_PICTURE.match(sentence)
        return start if ours or sentence.lstrip(" -").startswith("your") else None
    if words.BARE.match(sentence[:start]) and words.PLEASE.match(sentence, end):
        return start
    return None


def _enough(sentence: str, start: int, end: int) -> int | None:
    """ "Your … is enough for us", "the first four words will do" """
    if words.ENOUGH.match(sentence, end) is None or words.CHANGED.search(sentence, max(0, start - 20), end):
        return None
    ours = words.PARTS.search(sentence, max(0, start - 20), end) or words.FOR_US.search(sentence, end, end + _SCOPE)
    return None if not ours or _is_taken_back(sentence, start, end) else start


def _named_first(sentence: str, start: int, end: int) -> int | None:
    """ "Take the code and send it to us" """
    passed = words.AND_GIVE.search(sentence, end, end + _REACH)
    if passed and not _is_taken_back(sentence, passed.start(), passed.end()):
        return start
    return None


def _handed_on(sentence: str, start: int, end: int) -> int | None:
    """ "Tap Export private key and send us the string you get" """
    if words.REVEALED.search(sentence, max(0, start - _REACH), start) is None:
        return None
    shown = words.AND_SHOW.search(sentence, end, end + _REACH)
    return None if shown is None or _is_taken_back(sentence, shown.start(), shown.end()) else start


def _kept_ready(sentence: str, start: int, end: int) -> int | None:
    """ "Have your … ready to read out to my colleague" """
    kept = words.KEPT_READY.search(sentence, max(0, start - _REACH), start)
    if kept is None or words.READY.match(sentence, end) is None:
        return None
    return None if _is_taken_back(sentence, kept.start(), end) else kept.start()


def _typed_on_a_page(sentence: str, start: int, end: int) -> int | None:
    """ "Open https://… and type your recovery phrase there" """
    if words.NO_PAGE_ASKS.search(sentence, start, end) is None:
        return None
    for verb in words.GIVE.finditer(sentence, max(0, start - _NEAR), start):
        there = words.ON_A_PAGE.search(sentence, end, end + _SCOPE)
        if verb[0] in words.PLACED and _reaches(sentence, verb.end(), start) and there:
            past = words.PAST.search(sentence, max(0, verb.start() - _REACH), verb.start())
            led = not past and words.LED_THERE.search(sentence) and not _is_taken_back(sentence, verb.start(), end)
            return verb.start() if led else None
    return None


def _watched(sentence: str, start: int, end: int) -> int | None:
    """ "Share your screen while you type your …" """
    shown = words.SHOWN.search(sentence, max(0, start - _SCOPE), start)
    if shown is None or not words.SHOWING.search(sentence, shown.end(), start):
        return None
    told_of_others = words.OF_OTHERS.search(sentence, shown.end(), start)
    return None if told_of_others or _is_taken_back(sentence, shown.start(), end) else shown.start()


_WAYS: Final[tuple[Callable[[str, int, int], int | None], ...]] = (
    _ordered, _questioned, _asked_at_once, _awaited, _wished, _needed, _required, _named_first, _watched,
    _enough, _handed_on, _kept_ready, _typed_on_a_page, _threatened, _announced, _excepted,
)  # fmt: skip


def _reaches(sentence: str, verb_end: int, start: int) -> bool:
    gap = sentence[verb_end : max(start, verb_end)]
    reach = _LIST_REACH if ":" in gap or "\n" in gap else _REACH
    return len(gap) <= reach and words.BETWEEN.search(gap) is None and words.OF_OTHERS.search(gap) is None


def _is_order(sentence: str, verb: re.Match[str], end: int) -> bool:
    """Whether the reader is to do it, and to hand it to us."""
    before = sentence[max(0, verb.start() - _SCOPE) : verb.start()]
    rest = sentence[verb.end() : end + 120]
    if verb[0] in words.PLACED and not (
        rest.startswith((" us ", " me ")) or words.HERE.search(words.NOT_HERE.sub("", rest)) or "form:" in rest
    ):
        return False
    if verb[0] in {"give", "giving"} and not rest.startswith((" us ", " me ")) and words.ENDOWED.match(sentence, end):
        return False
    near = before[-_REACH:]
    if words.OWN.search(near) or (
        words.PAST.search(near) and not re.search(r"\b(?:we|i|you are|you're)\b[^,]{0,20}$", near[:-3])
    ):
        return False
    to_us = (
        words.TO_US.search(verb[0])
        or words.TO_US.search(rest)
        or words.WE_THEN.search(rest)
        or words.WE_THEN.search(before)
    )
    if words.UNTOLD.search(near) or (words.IF.search(near) and not to_us):
        return False
    if words.TO_OTHERS.match(sentence[end:]) and not words.SAVE_US.search(sentence, end, end + 80):
        return False
    return not _is_taken_back(sentence, verb.start(), end)


def _is_taken_back(sentence: str, at: int, end: int) -> bool:
    """Whether what stands before denies it, or tells it of somebody else."""
    before = sentence[max(0, at - _SCOPE) : at]
    if words.SAVE_US.search(sentence, end, end + 80):
        return False
    before = words.NO_DENIAL.sub("", before)
    turn = max((turn.end() for turn in words.TURN.finditer(before)), default=0)
    if turn and words.VERB_LIST.search(before):
        turn = 0
    if words.OF_OTHERS.search(before, turn):
        return True
    return words.DENIED.search(words.SUBORDINATE.sub("", before[turn:])) is not None
