"""Where the new words of a mail end: quoted history and signatures as spans to fold, never to delete.

Called by the intake (rules and search read `visible`) and by the inbox (it folds the spans). Pure, own rules for
English, Chinese and the usual European clients. Linear: every look ahead is bounded, every line is cut before a
pattern sees it. When folding would leave nothing to read, nothing is folded.
"""

from functools import lru_cache
from itertools import accumulate
from typing import Final, Literal, NamedTuple

from router.core import answers, attributions, signatures
from router.core.brought import Brings, brings
from router.core.mail_marks import (
    ABOVE,
    ANSWERED,
    BEGINNINGS,
    CERTAIN,
    DATED,
    FIELD,
    FORWARD,
    FORWARD_STARTS,
    HINTS,
    INTRO_HINTS,
    LINE_ENDS,
    LINKED,
    QUOTING,
    RULER,
    SEPARATOR,
    SEPARATOR_STARTS,
    holds,
    is_of_device,
    may_be_of_device,
)
from router.model.message import InboundEvent
from router.model.tables import Message
from rules.expression import expression


class Fold(NamedTuple):
    """A span to show closed, in code points, end exclusive."""

    start: int
    end: int
    kind: Literal["quote", "signature"]


class _Lines(NamedTuple):
    texts: list[str]
    """Without surrounding blanks and cut to _LINE_CHARS."""
    starts: list[int]
    """Where each begins, past the line feed of the one before; at last, where the text ends."""


_LINE_CHARS: Final = 300
_BIDI: Final = expression("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks of direction, which programs of right-to-left languages put round names and addresses."""
_DEVICE_CHARS: Final = 100
_SIGNATURE_LINES: Final = 25
_SIGNATURE_CHARS: Final = 2_000
_DELIMITERS: Final = frozenset({"--", "---", "–", "—"})
_CITED_LINES: Final = 40
"""What somebody cites amid their words is no longer."""
_UNSAID_MAX: Final = 20
"""So many passages somebody cites; more of them are a conversation."""
_ANSWERS: Final = frozenset("【答回")


def fold(text: str, writer: str = "", brought: Brings = "nothing") -> tuple[Fold, ...]:
    """The spans of `text` that are quoted history, which nothing `brought` to us is, or a signature: sorted, disjoint,
    whole lines. `writer` (`writer_of`) tells where a signature begins that no delimiter announces."""
    may_fold, may_sign = _may_fold(text), bool(writer)
    if not may_fold and not may_sign:
        return ()
    lines = _lines(text)
    folds = _Cutter(lines, brought).cut() if may_fold else []
    if may_sign:
        folds = _signed(lines, folds, writer)
    if folds and not _without(text, folds).strip():
        return ()
    return tuple(folds)


@lru_cache(maxsize=256)  # what is looked up for a message, and then decided about it, asks for the same text
def visible(text: str, writer: str = "", brought: Brings = "nothing") -> str:
    """`text` without what `fold` closes: what rules and search read."""
    folds = fold(text, writer, brought)
    return _without(text, folds).strip() if folds else text


def folds_of(said: InboundEvent | Message) -> tuple[Fold, ...]:
    """What `fold` closes of it."""
    return fold(said.text or "", writer_of(said), brings(said))


def words_of(said: InboundEvent | Message) -> str:
    """What its writer newly wrote."""
    return visible(said.text or "", writer_of(said), brings(said))


def writer_of(said: InboundEvent | Message) -> str:
    """Whose signature may stand in it, as `Name <address>`; on other channels than mail nobody signs."""
    if said.channel != "email" or said.sender is None:
        return ""
    return f"{said.sender.name or ''} <{said.sender.id}>"


def _signed(lines: _Lines, folds: list[Fold], writer: str) -> list[Fold]:
    """The folds, with the signature that stands in front of those at the end."""
    texts, starts = lines
    end = len(texts)
    kept = len(folds)
    while end and (not texts[end - 1] or (kept and folds[kept - 1].end >= starts[end])):
        end -= 1
        while kept and folds[kept - 1].start >= starts[end]:
            kept -= 1
    start = signatures.begins(texts[:end], writer)
    if start is None:
        return folds
    signature = Fold(starts[start], starts[end], "signature")
    return [*(one for one in folds[:kept] if one.end <= signature.start), signature, *folds[kept:]]


def _may_fold(text: str) -> bool:
    if text.startswith(BEGINNINGS) or holds(HINTS, text):
        return True
    if ":" not in text:
        return False
    ends = text.endswith(":") or any(end in text for end in LINE_ENDS)
    return (ends and any(hint in text for hint in INTRO_HINTS)) or "Begin forwarded" in text


def _without(text: str, folds: list[Fold] | tuple[Fold, ...]) -> str:
    kept: list[str] = []
    position = 0
    for one in folds:
        kept.append(text[position : one.start])
        position = one.end
    kept.append(text[position:])
    return "".join(kept)


def _lines(text: str) -> _Lines:
    lines = text.split("\n")
    starts = [0, *accumulate([len(line) + 1 for line in lines])]
    starts[-1] = len(text)
    shown = [line[:_LINE_CHARS] for line in lines]
    if not text.isascii() and _BIDI.search(text) is not None:
        shown = [_BIDI.sub("", line) for line in shown]
    return _Lines([line.strip() for line in shown], starts)


class _Cutter:
    """One walk over the lines of a text."""

    def __init__(self, lines: _Lines, brought: Brings) -> None:
        self._texts, self._starts = lines
        self._brought = brought
        self._introduced = attributions.may_stand(self._texts)
        self._sent = may_be_of_device("\n".join(self._texts))
        self._folds: list[Fold] = []
        self._ends: dict[int, bool] = {}
        self._unsaid: list[Fold] | None = []
        """Quoted lines of which nothing says whose they are; None once something said whose mail is answered."""

    def cut(self) -> list[Fold]:
        texts, at = self._texts, 0
        forwarded = self._brought == "copy"
        while at < len(texts):
            line = texts[at]
            if not line:
                at += 1
            elif line[0] in FORWARD_STARTS and FORWARD.match(line):
                # Somebody else's mail, shown to us for the first time: that is the message.
                forwarded = True
                at = self._skip_forwarded(at + 1)
            elif self._brought == "forward" and not forwarded and self._begins_history(at, forwarded=False):
                forwarded = True
                at = self._skip_block(at) if FIELD.match(line) else self._skip_forwarded(at + 1)
            elif line[0] in QUOTING:
                at = self._marked(at)
            elif self._introduced and (stop := self._intro(at)) is not None:
                at = stop
            elif self._begins_history(at, forwarded=forwarded):
                marked = attributions.marked_below(texts, at)
                if marked is None:
                    return self._rest(at)
                self._told()
                at = self._quote(at, marked)
            elif (stop := self._signature(at)) is not None:
                at = stop
            else:
                at += 1
        return self._folds

    def _add(self, first: int, last: int, kind: Literal["quote", "signature"]) -> None:
        """Fold the lines `first` to `last` (exclusive)."""
        start, end = self._starts[first], self._starts[last]
        if self._folds and self._folds[-1].kind == kind and self._folds[-1].end == start:
            start = self._folds.pop().start
        if end > start:
            self._folds.append(Fold(start, end, kind))

    def _rest(self, first: int) -> list[Fold]:
        """Fold all that follows, but for lines that say that they answer."""
        texts = self._texts
        self._told()
        if answers.are_below(texts[:first]):
            return self._folds  # unmarked words of the writer stand in it
        first = self._announced(first, titled=True)
        begun = first
        for at in range(first, len(texts)):
            if texts[at][:1] in _ANSWERS and ANSWERED.match(texts[at]):
                if at > begun:
                    self._add(begun, at, "quote")
                begun = at + 1
        if begun < len(texts):
            self._add(begun, len(texts), "quote")
        return self._folds

    def _announced(self, first: int, *, titled: bool) -> int:
        """The line above the history with which its announcement begins, if it is not folded with something else."""
        above = attributions.announced(self._texts, first, titled=titled)
        return first if above < first and self._is_folded(above) else above

    def _is_folded(self, at: int) -> bool:
        return bool(self._folds) and self._folds[-1].end > self._starts[at]

    def _told(self) -> None:
        """Here something says whose mail is answered: what was marked above it, unsaid whose, the writer put there."""
        if self._unsaid:
            self._folds = [one for one in self._folds if one not in self._unsaid]
        self._unsaid = None

    def _marked(self, at: int) -> int:
        """Quoted lines that no attribution introduces: history, mostly, but people mark what they cite like that."""
        if self._brought == "forward" and FORWARD.match(self._texts[at].lstrip(">＞ ")):
            return self._skip_forwarded(at)  # iPhones mark what tells of it, too
        stop = self._cited(at)
        if stop is None and self._brought == "copy" and not self._says_whose(at):
            stop = at + 1
        if stop is not None:
            return stop
        stop = self._quote(at, at)
        if self._unsaid is not None:
            if self._says_whose(at):
                self._told()
            elif len(self._unsaid) < _UNSAID_MAX:
                self._unsaid.append(self._folds[-1])
        return stop

    def _cited(self, at: int) -> int | None:
        """Past the quoted lines at `at` and the paragraph that they stand in, where the writer introduces them and goes
        on after them; None where not."""
        texts = self._texts
        above = at - 1 if at and texts[at - 1] else at - 2
        if above < 0 or not texts[above] or texts[above][-1] not in ":：" or self._is_folded(above):
            return None
        stop, end = at, min(at + _CITED_LINES, len(texts))
        while stop < end and (texts[stop] or self._is_marked(stop + 1)):
            stop += 1
        following = attributions.next_filled(texts, stop)
        goes_on = stop < end and following is not None and texts[following] not in _DELIMITERS
        goes_on = goes_on or (above == at - 1 and self._goes_on_below(at, stop))
        if not goes_on or self._says_whose(at):
            return None
        return next((n for n in range(at, stop) if texts[n] and self._begins_history(n, forwarded=False)), stop)

    def _goes_on_below(self, at: int, stop: int) -> bool:
        """Whether the writer goes on right below the quoted lines, which ask nothing: no answers in between."""
        behind = next((n for n in range(at, stop) if not self._is_marked(n)), stop)
        asks = any(text[-1:] in {"?", "？"} for text in self._texts[at:behind])
        return behind < stop and not asks and not any(map(self._is_marked, range(behind, stop)))

    def _is_marked(self, at: int) -> bool:
        return at < len(self._texts) and self._texts[at][:1] in {">", "＞"}

    def _says_whose(self, at: int) -> bool:
        """Whether the quoted lines themselves begin with whose they are (Apple Mail, Orange)."""
        for text in self._texts[at : at + attributions.LINES_MAX]:
            words = text.lstrip(">＞ ")
            if text[:1] not in {">", "＞"}:
                return False
            if (field := FIELD.match(words)) is not None and field["who"] is not None:
                return True
            if words[-1:] in {":", "："} and DATED.search(words):
                return True
        return False

    def _quote(self, first: int, at: int) -> int:
        """Fold from `first` over the quoted lines that begin at `at`; empty lines between them belong to them."""
        texts = self._texts
        last = at
        while at < len(texts) and (not texts[at] or texts[at][0] in QUOTING):
            at += 1
            if texts[at - 1]:
                last = at
        self._add(first, last, "quote")
        return last

    def _intro(self, at: int) -> int | None:
        """An attribution at `at`: fold it with its quote; without quote marks, fold all that follows it."""
        texts = self._texts
        stop = attributions.ends(texts, at)
        if stop is None:
            return None
        words = " ".join(texts[at : stop + 1])
        if not DATED.search(words):
            return None
        following = stop + 1
        while following < len(texts) and not texts[following]:
            following += 1
        if following < len(texts) and texts[following][0] in QUOTING:
            self._told()
            return self._quote(self._announced(at, titled=False), following)
        if following < len(texts) and (self._brought == "copy" or not CERTAIN.search(words)):
            return None
        self._rest(at)
        return len(texts)

    def _begins_history(self, at: int, *, forwarded: bool) -> bool:
        """A separator, a help desk's mark or a copied header block: all that follows is an older mail, or all of it
        that is marked."""
        line = self._texts[at]
        if line[0] in SEPARATOR_STARTS and SEPARATOR.match(line):
            return True
        if len(line) >= 10 and not line.strip(RULER) and not (forwarded and self._brought == "copy"):
            following = attributions.next_filled(self._texts, at + 1)
            return following is not None and (
                attributions.is_block(self._texts, following) or attributions.is_ruled_block(self._texts, following)
            )
        return not forwarded and (attributions.is_block(self._texts, at) or ABOVE.match(line) is not None)

    def _skip_forwarded(self, at: int) -> int:
        """Past what tells of a forwarded mail, and past all of it where the program quotes it (Apple Mail)."""
        texts = self._texts
        following = attributions.next_filled(texts, at)
        if following is None or texts[following][0] not in ">＞":
            return self._skip_block(at)
        while following < len(texts) and texts[following][:1] in {">", "＞"}:
            following += 1
        return following

    def _skip_block(self, at: int) -> int:
        texts = self._texts
        following = attributions.next_filled(texts, at)
        if following is None or FIELD.match(texts[following]) is None:
            return at
        while following < len(texts) and texts[following]:
            following += 1
        return following

    def _signature(self, at: int) -> int | None:
        """`-- ` and what follows it up to the next quote, or a line that a device added."""
        texts, starts = self._texts, self._starts
        if self._sent and (stop := self._device(at)) is not None:
            self._add(at, stop, "signature")
            return stop
        if texts[at] not in _DELIMITERS:
            return None
        stop = at + 1
        while stop < len(texts) and stop - at <= _SIGNATURE_LINES and not self._ends_signature(stop):
            stop += 1
        if stop - at > _SIGNATURE_LINES or starts[stop] - starts[at] > _SIGNATURE_CHARS:
            return None
        is_delimiter = texts[at] == "--" and starts[at + 1] - starts[at] > len("--\n")  # RFC 3676 has a blank
        if not is_delimiter and signatures.speaks(texts[at + 1 : stop]):
            return None
        self._add(at, stop, "signature")
        return stop

    def _device(self, at: int) -> int | None:
        """Past a line that a program adds, with its link, where it stands at the end or alone."""
        texts = self._texts
        if len(texts[at]) >= _DEVICE_CHARS or texts[at][-1] in "!?！？" or not is_of_device(texts[at]):
            return None
        stop = at + 1 + (at + 1 < len(texts) and LINKED.fullmatch(texts[at + 1]) is not None)
        following = attributions.next_filled(texts, stop)
        if following is None or texts[following] in _DELIMITERS or self._ends_signature(following):
            return stop
        more = len(texts[following]) < _DEVICE_CHARS and is_of_device(texts[following])
        alone = not texts[at - 1] and not texts[stop]
        return stop if at > 0 and (more or alone) else None

    def _ends_signature(self, at: int) -> bool:
        known = self._ends.get(at)
        if known is None:
            known = self._ends[at] = self._begins_quote(at)
        return known

    def _begins_quote(self, at: int) -> bool:
        line = self._texts[at]
        if not line:
            return False
        if line[0] in QUOTING or FORWARD.match(line) or self._begins_history(at, forwarded=False):
            return True
        return attributions.ends(self._texts, at) is not None
