"""What is known of a customer in private only, and where a public text gives it away. Pure.

Private are the values of their identities but the handle everybody sees, their name where they do not show it, what the
detectors call personal in their private messages, and what tells one matter from another there: order numbers, hashes,
amounts, sentences taken over. What also stands in public with their name on it is no secret any more.
"""

import re
from collections.abc import Iterator
from typing import Final

from router.core.quotes import visible
from router.model.snapshot import Acquaintance
from router.model.tables import Conversation, Message
from rules.expression import expression
from rules.facts import Span
from rules.fold import Folded, fold
from rules.redact import redact
from rules.variants import SIMPLIFIED

_CODE: Final = expression(r"(?<![0-9a-z])[0-9a-z](?:[0-9a-z]|[-_.,](?=[0-9a-z])){2,199}(?![0-9a-z])")
_GROUPS: Final = expression(r"(?<![\w.,-])\d{2,6}(?: \d{2,6}){1,6}(?![\w-])")
_DIGITS_MIN: Final = 4
"""A number with fewer says nothing about whose matter it is."""
_NO_CODE: Final = expression(
    r"(?:19|20)\d\d|(?:19|20)\d\d[-.]\d{1,2}[-.]\d{1,2}|\d{1,2}[-.]\d{1,2}[-.](?:19|20)?\d\d|\d{1,3}-\d{1,3}|"
    r"v?\d{1,3}(?:\.\d{1,3}){2,3}|"
    r"\d+(?:px|gb|mb|kb|ms|am|pm)"
)
"""Years, dates, ranges, versions, measures."""
_NUMBERED: Final = expression(r"[a-z]{1,6}[-_.]?(\d{6,})")
"""A number that says whose matter it is without the letters before it, too."""
_UNIT: Final = (
    "usdt|usdc|usd|eur|gbp|chf|cny|rmb|hkd|twd|jpy|btc|eth|trx|sol|xrp|bnb|doge|ltc|ada|ton|dai|[$€£¥]|"
    "元|块|万|港币|美元|美金|人民币|台币|刀"
)
_AMOUNT: Final = expression(
    rf"(?:[$€£¥]|\b(?:usdt|usdc|usd|eur|btc|eth)) ?(\d[\d,]*(?:\.\d+)?)|"
    rf"(?<![\d.,])(\d[\d,]*(?:\.\d+)?) ?(?:{_UNIT})(?![a-z])"
)
_TOKEN: Final = expression(r"[0-9a-z']+|[^\W\d_a-z]")
_RUN: Final = 12
"""Words, or Chinese characters, in a row that nobody writes twice by chance."""
_LONG: Final = 16
_BEGINNING: Final = 8
"""So much of the beginning of a long code stands for it."""
_GREETED: Final = expression(r"(?:\b(?:hi|hello|dear|hey|mr|mrs|ms|thanks|thank you|sorry)\.?,? |^)$", re.IGNORECASE)
_BEFORE_NAME: Final = r"^\s*|亲爱的|[您你]好[，,、\s]?|嗨[，,\s]?"
_AFTER_NAME: Final = r"[，,！!：:。~～\s您你]|$"
_TITLES: Final = ("先生", "女士", "小姐", "太太", "您好", "你好", "同学", "老师")

_SIMPLIFIED: Final = str.maketrans(SIMPLIFIED)

Found = tuple[Span, str]


class PrivateSide:
    """The private side of one customer, as seen from one public conversation; from none, not even their handle is
    known to everybody."""

    def __init__(self, their: Acquaintance, conversation: Conversation | None = None) -> None:
        shown = [_read(text) for message in their.public for text in _texts(message)]
        if conversation is not None:
            shown.append(_read(conversation.peer))
        self._shown = [_canonical(text)[0] for text in shown]
        shown_codes = {code for text in shown for code, _ in _codes(text)}
        shown_runs = {run for text in shown for run, _ in _runs(text)}
        private = [_read(text) for message in their.private for text in (visible(message.text), message.subject or "")]
        self._codes = {code for text in private for code, _ in _codes(text)} - shown_codes
        self._long = tuple(code for code in self._codes if len(code) >= _LONG)
        self._runs = {run for text in private for run, _ in _runs(text)} - shown_runs
        self._values: dict[str, str] = {}
        """Canonical form and type of each value that must not be named."""
        senders = [message.sender for message in their.private if message.sender is not None]
        names = [name for name in (their.contact.name, *(sender.name for sender in senders)) if name]
        self._names = tuple(name for name in dict.fromkeys(names) if not self._is_shown(name))
        for name in self._names:
            self._hide(name, "CUSTOMER_NAME")
        for identity in their.identities:
            if conversation is None or (identity.kind, identity.value) != (conversation.channel, conversation.peer):
                self._hide(identity.value, "CUSTOMER_IDENTITY")
        for sender in senders:
            for value in (sender.email, sender.phone, sender.handle, sender.user_id):
                self._hide(value or "", "CUSTOMER_IDENTITY")
        for message in their.private:
            for finding in redact(message.text, visibility="public").findings:
                self._hide(message.text[finding.start : finding.end], finding.type)

    def found_in(self, text: str) -> tuple[Found, ...]:
        """Where a text gives something of it away, and what; spans in code points, sorted."""
        folded = _read(text)
        found: set[Found] = set()
        canonical, places = _canonical(folded)
        for value, kind in self._values.items():
            for at in _whole(value, canonical, places, folded):
                found.add((folded.origin(places[at], places[at + len(value) - 1] + 1), kind))
        for code, (start, end) in _codes(folded):
            is_beginning = len(code) >= _BEGINNING and any(long.startswith(code) for long in self._long)
            if code in self._codes or is_beginning:
                found.add((folded.origin(start, end), "PRIVATE_TEXT"))
        run_spans = [span for run, span in _runs(folded) if run in self._runs]
        found.update((folded.origin(*span), "PRIVATE_TEXT") for span in _joined(run_spans))
        found.update((span, "CUSTOMER_NAME") for name in self._names for span in _addressed(name, text))
        return tuple(sorted(each for each in found if not any(_holds(other, each) for other in found)))

    def _hide(self, value: str, kind: str) -> None:
        canonical = _canonical(_read(value))[0]
        shortest = 2 if any(char > "\u2e80" for char in canonical) else 4
        if len(canonical) >= shortest and not self._is_shown(value):
            self._values.setdefault(canonical, kind)

    def _is_shown(self, value: str) -> bool:
        canonical = _canonical(_read(value))[0]
        return any(canonical in text for text in self._shown)


def _holds(one: Found, two: Found) -> bool:
    """Whether one span is the longer and has the other inside it."""
    (start, end), (begin, stop) = one[0], two[0]
    return start <= begin and stop <= end and end - start > stop - begin


def _texts(message: Message) -> Iterator[str]:
    yield message.text
    yield message.subject or ""
    if message.sender is not None:
        yield from (message.sender.id, message.sender.name or "", message.sender.handle or "")


def _read(text: str) -> Folded:
    """A text as its readers take it: whoever knows 陳美玲 knows 陈美玲."""
    return fold(text.translate(_SIMPLIFIED))


def _canonical(folded: Folded) -> tuple[str, list[int]]:
    """Letters and digits alone, and where each stands in the folded text."""
    places = [at for at, char in enumerate(folded.low) if char.isalnum()]
    return "".join([folded.low[at] for at in places]), places


def _whole(value: str, canonical: str, places: list[int], folded: Folded) -> Iterator[int]:
    """Where a value stands that is no part of a longer word or number."""
    at = canonical.find(value)
    while at >= 0:
        before, after = places[at] - 1, places[at + len(value) - 1] + 1
        if not (_joins(folded.low[before : before + 1] if before >= 0 else "", value[0])) and not _joins(
            folded.low[after : after + 1], value[-1]
        ):
            yield at
        at = canonical.find(value, at + 1)


def _joins(neighbour: str, char: str) -> bool:
    return neighbour.isalnum() and neighbour < "\u2e80" and char < "\u2e80"


def _codes(folded: Folded) -> Iterator[tuple[str, Span]]:
    """What tells one matter from another: long numbers, codes, amounts of money."""
    text = folded.low
    for match in _CODE.finditer(text):
        code = re.sub(r"[-_,]|\.(?=0+$)0+$|\.0+$", "", match[0])
        if sum(char.isdigit() for char in code) >= _DIGITS_MIN and not _NO_CODE.fullmatch(match[0]):
            yield code.replace(".", ""), match.span()
            if numbered := _NUMBERED.fullmatch(match[0]):
                yield numbered[1], (match.end() - len(numbered[1]), match.end())
    for match in _GROUPS.finditer(text):
        code = match[0].replace(" ", "")
        if len(code) >= _DIGITS_MIN + 2:
            yield code, match.span()
    for match in _AMOUNT.finditer(text):
        amount = (match[1] or match[2]).replace(",", "")
        amount = amount.rstrip("0").rstrip(".") if "." in amount else amount
        if len(amount.replace(".", "").strip("0")) >= 2:
            yield f"amount {amount}", match.span()


def _runs(folded: Folded) -> Iterator[tuple[int, Span]]:
    """Every so many words in a row, as a hash of them."""
    tokens = [(match[0], match.span()) for match in _TOKEN.finditer(folded.low)]
    for at in range(len(tokens) - _RUN + 1):
        window = tokens[at : at + _RUN]
        yield hash(tuple(word for word, _ in window)), (window[0][1][0], window[-1][1][1])


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Spans that overlap as one; they come in order."""
    begun: Span | None = None
    for start, end in spans:
        if begun is not None and start <= begun[1]:
            begun = (begun[0], end)
            continue
        if begun is not None:
            yield begun
        begun = (start, end)
    if begun is not None:
        yield begun


def _addressed(name: str, text: str) -> Iterator[Span]:
    """Where a part of a name is used as one: with a capital inside a sentence, after a greeting, before a title."""
    name, text = name.translate(_SIMPLIFIED), text.translate(_SIMPLIFIED)
    for part in re.findall(r"[^\W\d_]{2,}", name):
        if part[0] > "\u2e80":
            if 2 <= len(part) <= 4:
                called = f"{part[0]}(?:{'|'.join(_TITLES[:4])})"
                if len(part) > 2:
                    given = part[-2:]
                    called += f"|{given}(?:{'|'.join(_TITLES)})|(?:{_BEFORE_NAME}){given}(?={_AFTER_NAME})"
                for match in re.finditer(called, text):
                    yield match.span()
            continue
        if len(part) < 3:
            continue
        word = re.escape(part[0].upper() + part[1:])
        for match in re.finditer(rf"(?<!\w){word}(?!\w)", text):
            before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() : match.end() + 1]
            inside = re.search(r"[a-z,] $", before) is not None
            if inside or (_GREETED.search(before) and (after in {",", "!", "，", "！", ""} or before)):
                yield match.span()
