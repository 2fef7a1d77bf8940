"""Where the new words of a mail end: quoted history and signatures as spans to fold, never to delete.

Called by the intake (rules and search read `visible`) and by the inbox (it folds the spans). Pure, own rules for
English, Chinese and the usual European clients. Linear: every look ahead is bounded, every line is cut before a
pattern sees it. When folding would leave nothing to read, nothing is folded.
"""

from functools import lru_cache
from typing import Final, Literal, NamedTuple

from router.core import signatures
from router.core.mail_marks import (
    ADDRESSED,
    ALONE,
    ANSWERED,
    BEGINNINGS,
    CERTAIN,
    CLOCK,
    DATE_OPENER,
    DATED,
    DEVICE,
    FIELD,
    FORWARD,
    FORWARD_STARTS,
    HINTS,
    INTRO_HINTS,
    LINE_ENDS,
    OPENER,
    RULED,
    RULER,
    SEPARATOR,
    SEPARATOR_STARTS,
    WROTE,
)
from router.model.message import InboundEvent
from router.model.tables import Message


class Fold(NamedTuple):
    """A span to show closed, in code points, end exclusive."""

    start: int
    end: int
    kind: Literal["quote", "signature"]


class _Line(NamedTuple):
    start: int
    end: int
    """Past the line feed."""
    text: str
    """Without surrounding blanks and cut to _LINE_CHARS."""


_LINE_CHARS: Final = 300
_INTRO_LINES: Final = 4
"""An attribution ("On ... wrote:") is wrapped over no more lines than these."""
_BLOCK_LINES: Final = 10
"""Within so many lines the fields of a copied header block stand."""
_SIGNATURE_LINES: Final = 25
_SIGNATURE_CHARS: Final = 2_000
_DASHES: Final = "-–—_ "
_ANSWERS: Final = frozenset("【答回")


def fold(text: str, writer: str = "") -> tuple[Fold, ...]:
    """The spans of `text` that are quoted history or a signature: sorted, disjoint, whole lines. `writer` says
    whom a mail is from (`writer_of`): the name tells where a signature begins that no delimiter announces."""
    may_fold, may_sign = _may_fold(text), bool(writer)
    if not may_fold and not may_sign:
        return ()
    lines = _lines(text)
    folds = _Cutter(lines).cut() if may_fold else []
    if may_sign:
        folds = _signed(lines, folds, writer)
    if folds and not _without(text, folds).strip():
        return ()
    return tuple(folds)


@lru_cache(maxsize=256)  # what is looked up for a message, and then decided about it, asks for the same text
def visible(text: str, writer: str = "") -> str:
    """`text` without what `fold` closes: what rules and search read."""
    folds = fold(text, writer)
    return _without(text, folds).strip() if folds else text


def words_of(said: InboundEvent | Message) -> str:
    """What its writer newly wrote."""
    return visible(said.text or "", writer_of(said))


def writer_of(said: InboundEvent | Message) -> str:
    """Whose signature may stand in it, as `Name <address>`; on other channels than mail nobody signs."""
    if said.channel != "email" or said.sender is None:
        return ""
    return f"{said.sender.name or ''} <{said.sender.id}>"


def _signed(lines: list[_Line], folds: list[Fold], writer: str) -> list[Fold]:
    """The folds, with the signature that stands in front of those at the end."""
    end = len(lines)
    kept = len(folds)
    while end and (not lines[end - 1].text or (kept and folds[kept - 1].end >= lines[end - 1].end)):
        end -= 1
        while kept and folds[kept - 1].start >= lines[end].start:
            kept -= 1
    start = signatures.begins([line.text for line in lines[:end]], writer)
    if start is None:
        return folds
    start = signatures.with_layout([line.text for line in lines[:end]], start)
    signature = Fold(lines[start].start, lines[end - 1].end, "signature")
    return [*(one for one in folds[:kept] if one.end <= signature.start), signature, *folds[kept:]]


def _may_fold(text: str) -> bool:
    if text.startswith(BEGINNINGS) or _hinted(text):
        return True
    if ":" not in text:
        return False
    ends = text.endswith(":") or any(end in text for end in LINE_ENDS)
    return (ends and any(hint in text for hint in INTRO_HINTS)) or "Begin forwarded" in text


def _hinted(text: str) -> bool:
    try:
        return bool(HINTS.find_matches_as_indexes(text))
    except UnicodeEncodeError:  # a lone surrogate, which no stored text has: look closely
        return True


def _without(text: str, folds: list[Fold] | tuple[Fold, ...]) -> str:
    kept: list[str] = []
    position = 0
    for one in folds:
        kept.append(text[position : one.start])
        position = one.end
    kept.append(text[position:])
    return "".join(kept)


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line) + 1
        lines.append(_Line(start, min(end, len(text)), line[:_LINE_CHARS].strip()))
        start = end
    return lines


class _Cutter:
    """One walk over the lines of a text."""

    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self._folds: list[Fold] = []
        self._ends: dict[int, bool] = {}

    def cut(self) -> list[Fold]:
        lines, at = self._lines, 0
        forwarded = False
        while at < len(lines):
            line = lines[at].text
            if not line:
                at += 1
            elif line[0] in FORWARD_STARTS and FORWARD.match(line):
                # Somebody else's mail, shown to us for the first time: that is the message.
                forwarded = True
                at = self._skip_forwarded(at + 1)
            elif line[0] in ">＞":
                at = self._quote(at, at)
            elif (stop := self._intro(at)) is not None:
                at = stop
            elif self._begins_history(at, forwarded=forwarded):
                return self._rest(at)
            elif (stop := self._signature(at)) is not None:
                at = stop
            else:
                at += 1
        return self._folds

    def _add(self, first: int, last: int, kind: Literal["quote", "signature"]) -> None:
        """Fold the lines `first` to `last` (exclusive)."""
        start, end = self._lines[first].start, self._lines[last - 1].end
        if self._folds and self._folds[-1].kind == kind and self._folds[-1].end == start:
            start = self._folds.pop().start
        if end > start:
            self._folds.append(Fold(start, end, kind))

    def _rest(self, first: int) -> list[Fold]:
        """Fold all that follows, but for lines that say that they answer."""
        lines = self._lines
        first = self._ruled_above(first)
        begun = first
        for at in range(first, len(lines)):
            if lines[at].text[:1] in _ANSWERS and ANSWERED.match(lines[at].text):
                if at > begun:
                    self._add(begun, at, "quote")
                begun = at + 1
        if begun < len(lines):
            self._add(begun, len(lines), "quote")
        return self._folds

    def _ruled_above(self, first: int) -> int:
        """The line above the history in which a program says, in whatever language and between rulers, what it is."""
        above = first - 1
        while above >= 0 and not self._lines[above].text and first - above < _INTRO_LINES:
            above -= 1
        if above < 0 or not RULED.fullmatch(self._lines[above].text):
            return first
        return first if self._folds and self._folds[-1].end > self._lines[above].start else above

    def _quote(self, first: int, at: int) -> int:
        """Fold from `first` over the quoted lines that begin at `at`; empty lines between them belong to them."""
        lines = self._lines
        last = at
        while at < len(lines) and (not lines[at].text or lines[at].text[0] in ">＞"):
            at += 1
            if lines[at - 1].text:
                last = at
        self._add(first, last, "quote")
        return last

    def _intro(self, at: int) -> int | None:
        """An attribution at `at`: fold it with its quote; without quote marks, fold all that follows it."""
        lines = self._lines
        stop = self._wrote_at(at)
        if stop is None:
            return None
        words = " ".join(line.text for line in lines[at : stop + 1])
        if not DATED.search(words):
            return None
        following = stop + 1
        while following < len(lines) and not lines[following].text:
            following += 1
        if following < len(lines) and lines[following].text[0] in ">＞":
            return self._quote(at, following)
        if following < len(lines) and not CERTAIN.search(words):
            return None
        self._rest(at)
        return len(lines)

    def _wrote_at(self, at: int) -> int | None:
        """The line on which the attribution that begins at `at` ends; never one that begins further down."""
        lines = self._lines
        first = lines[at].text.lstrip(_DASHES) or lines[at].text  # some programs rule an attribution off
        if not OPENER.match(first):
            if _ends_attribution(first) and ALONE.match(first):
                return at
            if ADDRESSED.match(first) and CLOCK.search(first) and self._is_quoted_next(at):
                return at
            if not DATE_OPENER.match(first):
                return None
        for stop in range(at, min(at + _INTRO_LINES, len(lines))):
            line = lines[stop].text
            if not line or line[0] in ">＞" or (stop > at and OPENER.match(line)):
                return None
            if _ends_attribution(line) or (stop > at and line[-1] in ":：" and self._ends_joined(at, stop)):
                complete = stop > at and ALONE.match(line) and CLOCK.search(line)
                return None if complete else stop
        return None

    def _is_quoted_next(self, at: int) -> bool:
        following = self._next_filled(at + 1)
        return following is not None and self._lines[following].text[0] in ">＞"

    def _ends_joined(self, at: int, stop: int) -> bool:
        """Whether lines, taken as one, are an attribution: programs wrap them before the address, too."""
        return _ends_attribution(" ".join(line.text for line in self._lines[at : stop + 1]))

    def _begins_history(self, at: int, *, forwarded: bool) -> bool:
        """A separator or a copied header block: all that follows is an older mail."""
        line = self._lines[at].text
        if line[0] in SEPARATOR_STARTS and SEPARATOR.match(line):
            return True
        if len(line) >= 10 and set(line) <= RULER:
            following = self._next_filled(at + 1)
            return following is not None and self._is_block(following)
        return not forwarded and self._is_block(at)

    def _is_block(self, at: int) -> bool:
        """`From:` and two more fields; a subject or an address, or it is a customer telling from whom to whom."""
        line = self._lines[at].text
        field = FIELD.match(line) if ":" in line or "：" in line else None
        if field is not None and field["who"] is None and CLOCK.search(line) and at + 1 < len(self._lines):
            # The time first, as GMX and web.de write it.
            at, field = at + 1, FIELD.match(self._lines[at + 1].text)
            field = field if field is not None and "@" in field["value"] else None
        if field is None or field["who"] is None:
            return False
        others = [FIELD.match(line.text) for line in self._lines[at + 1 : at + _BLOCK_LINES]]
        found = [other for other in others if other is not None]
        return len(found) >= 2 and ("@" in field["value"] or any(other["subject"] for other in found))

    def _skip_forwarded(self, at: int) -> int:
        """Past what tells of a forwarded mail, and past all of it where the program quotes it (Apple Mail)."""
        following = self._next_filled(at)
        if following is None or self._lines[following].text[0] not in ">＞":
            return self._skip_block(at)
        while following < len(self._lines) and self._lines[following].text[:1] in {">", "＞"}:
            following += 1
        return following

    def _skip_block(self, at: int) -> int:
        following = self._next_filled(at)
        if following is None or FIELD.match(self._lines[following].text) is None:
            return at
        while following < len(self._lines) and self._lines[following].text:
            following += 1
        return following

    def _next_filled(self, at: int) -> int | None:
        for index in range(at, min(at + _INTRO_LINES, len(self._lines))):
            if self._lines[index].text:
                return index
        return None

    def _signature(self, at: int) -> int | None:
        """`-- ` and what follows it up to the next quote, or a line that a device added."""
        lines = self._lines
        if len(lines[at].text) < 100 and DEVICE.match(lines[at].text):
            if at == 0 and len(lines) > 1:
                return None
            self._add(at, at + 1, "signature")
            return at + 1
        if lines[at].text not in {"--", "---", "–", "—"}:
            return None
        stop = at + 1
        while stop < len(lines) and stop - at <= _SIGNATURE_LINES and not self._ends_signature(stop):
            stop += 1
        if stop - at > _SIGNATURE_LINES or lines[stop - 1].end - lines[at].start > _SIGNATURE_CHARS:
            return None
        self._add(at, stop, "signature")
        return stop

    def _ends_signature(self, at: int) -> bool:
        known = self._ends.get(at)
        if known is None:
            known = self._ends[at] = self._begins_quote(at)
        return known

    def _begins_quote(self, at: int) -> bool:
        line = self._lines[at].text
        if not line:
            return False
        if line[0] in ">＞" or SEPARATOR.match(line) or FORWARD.match(line) or self._is_block(at):
            return True
        return self._wrote_at(at) is not None


def _ends_attribution(line: str) -> bool:
    return line[-1] in ":：" and WROTE.search(line) is not None
