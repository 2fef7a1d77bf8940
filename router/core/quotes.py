"""Where the new words of a mail end: quoted history and signatures as spans to fold, never to delete.

Called by the intake (rules and search read `visible`) and by the inbox (it folds the spans). Pure, own rules for
English, Chinese and the usual European clients. Linear: every look ahead is bounded, every line is cut before a
pattern sees it. When folding would leave nothing to read, nothing is folded.
"""

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from ahocorasick_rs import AhoCorasick


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

# Whoever has none of these has nothing to fold: one search for all words is many times faster than patterns.
_HINTS: Final = AhoCorasick([
    "\n>", "\n--", "\n__", "Sent from ", "Sent via ", "Get Outlook", "\n ---", "\n***", "Gesendet von", "Von meinem",
    "Envoyé d", "Enviado d", "Inviato da", "Verzonden vanaf",
    "From:", "Von:", "De:", "De :", "Da:", "Van:", "Fra:", "Från:", "Od:",
    "пишет", "писал", "От:", "Отправлено", "写道", "寫道", "发件人", "寄件者", "寄件人", "發件人", "原始邮件",
    "原始郵件", "发自", "寄自", "傳送自", "來自我", "从我的", "從我的", "書きました", "差出人", "から送信",
    "작성", "보낸 사람",
])  # fmt: skip
_BEGINNINGS: Final = (">", "--", "On ", "＞", "Begin forwarded")
_INTRO_HINTS: Final = (
    "wrote", "schrieb", "a écrit", "escribió", "escreveu", "ha scritto", "schreef", "skrev", "napsal", "kirjoitti",
    ">:",
)  # fmt: skip
_LINE_ENDS: Final = (":\n", ":\r", ": \n", ":\xa0")

_WROTE: Final = re.compile(
    r"(?:wrote|schrieb(?: .{1,80})?|a écrit|escribió|escreveu|ha scritto|schreef(?: .{1,80})?|skrev(?: .{1,80})?"
    r"|\d{1,2}[:.]\d{2}.{0,200}@[\w.-]{1,100}[>)]|napsala?|napisała?|kirjoitti|пишет|писала?|написала?|写道|寫道|書きました|작성)\s*[:：]$",
    re.IGNORECASE,
)
# How an attribution begins when it may be wrapped; and one that stands on a line of its own.
_OPENER: Final = re.compile(r"on |am |le |el |em |il |op |den |på |dne |w dniu |в |在|于|於", re.IGNORECASE)
_ALONE: Final = re.compile(r"\d|[\"'“]?[\w.]+.{0,80}[<(@]|.{0,40}\d{4}")
_CLOCK: Final = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}")
_DATED: Final = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[/.年月-]\d{1,2}|[\w.+-]@[\w.-]|\S@\S")
# Enough to believe an attribution whose quote carries no marks: an address, or a time of day beside a year.
_CERTAIN: Final = re.compile(
    r"[\w.+-]@[\w-]+\..*[:：]$|\d{4}.*\d{1,2}[:.]\d{2}.*[:：]$|\d{1,2}[:.]\d{2}.*\d{4}.*[:：]$"
)

SEPARATOR: Final = re.compile(
    r"[-_=*~ ]{2,}\s*(?:original message|original appointment|reply message|replied message|ursprüngliche nachricht"
    r"|originalnachricht|message d['’]origine|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|původní zpráva|wiadomość oryginalna"
    r"|исходное сообщение|пересылаемое сообщение|原始邮件|原始郵件|原邮件|回复的原邮件|回复的邮件|元のメッセージ"
    r"|original-nachricht|원본 메시지|原件|回复邮件)\s*[-_=*~ ]{2,}\s*$",
    re.IGNORECASE,
)
FORWARD: Final = re.compile(
    r"(?:[-_=* ]{2,}\s*(?:forwarded message|forwarded by|weitergeleitete nachricht|message transféré|message transmis"
    r"|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|vidarebefordrat meddelande"
    r"|转发邮件信息|转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|転送メッセージ)"
    r"|begin forwarded message:|anfang der weitergeleiteten)",
    re.IGNORECASE,
)
FIELD: Final = re.compile(
    r"\*?(?:(?P<who>from|von|de|da|van|från|fra|od|от|发件人|寄件者|寄件人|發件人|差出人|보낸 사람|发送人)"
    r"|(?P<subject>subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|předmět|temat|тема|主题|主旨|主題|件名|제목)"
    r"|(?:sent|date|to|cc|gesendet|datum|an|envoyé|à|enviado(?: el)?|fecha|para|enviada em|data|inviato|a|verzonden|aan"
    r"|skickat|till|sendt|til|odesláno|komu|wysłano|do|отправлено|дата|кому|发送时间|发送日期|日期|时间|傳送日期|寄件日期"
    r"|收件人|收件者|抄送|副本|送信日時|宛先|보낸 날짜|받는 사람))\s*\*?\s*[:：]\*?\s*(?P<value>.*)",
    re.IGNORECASE,
)
_DEVICE: Final = re.compile(
    r"(?:sent from (?:my |mail for |yahoo|outlook|proton)|sent via |get outlook for |sent with |gesendet von "
    r"|von meinem "
    r"|envoyé (?:de|depuis) |enviado (?:desde|do|de) |inviato da |verzonden vanaf |skickat från |sendt fra "
    r"|отправлено (?:с|из) |发自我的|发自我|发自手机|发自网易|从我的|來自我的|從我的|傳送自我的|寄自我的"
    r"|iphoneから送信|androidから送信)",
    re.IGNORECASE,
)
_FORWARD_STARTS: Final = frozenset("-_=*bBaA")
_SEPARATOR_STARTS: Final = frozenset("-_=*~")
_RULER: Final = frozenset("_")


def fold(text: str) -> tuple[Fold, ...]:
    """The spans of `text` that are quoted history or a signature: sorted, disjoint, whole lines."""
    if not _may_fold(text):
        return ()
    folds = _Cutter(_lines(text)).cut()
    if folds and not _without(text, folds).strip():
        return ()
    return tuple(folds)


@lru_cache(maxsize=256)  # what is looked up for a message, and then decided about it, asks for the same text
def visible(text: str) -> str:
    """`text` without what `fold` closes: what rules and search read."""
    folds = fold(text)
    return _without(text, folds).strip() if folds else text


def _may_fold(text: str) -> bool:
    if text.startswith(_BEGINNINGS) or _hinted(text):
        return True
    if ":" not in text:
        return False
    ends = text.endswith(":") or any(end in text for end in _LINE_ENDS)
    return (ends and any(hint in text for hint in _INTRO_HINTS)) or "Begin forwarded" in text


def _hinted(text: str) -> bool:
    try:
        return bool(_HINTS.find_matches_as_indexes(text))
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
            elif line[0] in _FORWARD_STARTS and FORWARD.match(line):
                # Somebody else's mail, shown to us for the first time: that is the message.
                forwarded = True
                at = self._skip_block(at + 1)
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
        self._add(first, len(self._lines), "quote")
        return self._folds

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
        if not _DATED.search(words):
            return None
        following = stop + 1
        while following < len(lines) and not lines[following].text:
            following += 1
        if following < len(lines) and lines[following].text[0] in ">＞":
            return self._quote(at, following)
        if following < len(lines) and not _CERTAIN.search(words):
            return None
        self._rest(at)
        return len(lines)

    def _wrote_at(self, at: int) -> int | None:
        """The line on which the attribution that begins at `at` ends; never one that begins further down."""
        lines = self._lines
        if not _OPENER.match(lines[at].text):
            return at if _ends_attribution(lines[at].text) and _ALONE.match(lines[at].text) else None
        for stop in range(at, min(at + _INTRO_LINES, len(lines))):
            line = lines[stop].text
            if not line or line[0] in ">＞" or (stop > at and _OPENER.match(line)):
                return None
            if _ends_attribution(line):
                complete = stop > at and _ALONE.match(line) and _CLOCK.search(line)
                return None if complete else stop
        return None

    def _begins_history(self, at: int, *, forwarded: bool) -> bool:
        """A separator or a copied header block: all that follows is an older mail."""
        line = self._lines[at].text
        if line[0] in _SEPARATOR_STARTS and SEPARATOR.match(line):
            return True
        if len(line) >= 10 and set(line) <= _RULER:
            following = self._next_filled(at + 1)
            return following is not None and self._is_block(following)
        return not forwarded and self._is_block(at)

    def _is_block(self, at: int) -> bool:
        """`From:` and two more fields; a subject or an address, or it is a customer telling from whom to whom."""
        line = self._lines[at].text
        field = FIELD.match(line) if ":" in line or "：" in line else None
        if field is None or field["who"] is None:
            return False
        others = [FIELD.match(line.text) for line in self._lines[at + 1 : at + _BLOCK_LINES]]
        found = [other for other in others if other is not None]
        return len(found) >= 2 and ("@" in field["value"] or any(other["subject"] for other in found))

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
        if _DEVICE.match(lines[at].text) and len(lines[at].text) < 100:
            if at == 0 and len(lines) > 1:
                return None
            self._add(at, at + 1, "signature")
            return at + 1
        if lines[at].text not in {"--", "—"}:
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
    return line[-1] in ":：" and _WROTE.search(line) is not None
