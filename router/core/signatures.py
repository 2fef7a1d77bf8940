"""Where a signature begins that no delimiter announces: the writer's own name on a line, near the end. Pure.

Called by quotes.py with the lines in front of the history. Outlook, and most mail of companies, put nothing before a
signature; the name in the From field says where it stands. In doubt it is part of the message: a question, a postscript
or a colon above it is.
"""

import re
from collections.abc import Sequence
from typing import Final

from router.core.mail_marks import CLOSING
from rules.expression import expression

_LINES_MAX: Final = 25
_CHARS_MAX: Final = 1_500
_NAME_CHARS_MAX: Final = 80
_LINE_CHARS_MAX: Final = 120
_BESIDE_CHARS_MAX: Final = 12
"""Of a line that holds the name, what else it may say, such as a department."""
_NOT_OF_NAME: Final = expression(r"[(\[（【].*|[\"'“”]")
_CJK: Final = expression(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LAYOUT: Final = expression(r"[-_=*~|+#\s\u2010-\u2015\u2500-\u257f\u25a0-\u25ff\u2605\u2606…・ー－＝＿～＊]*")
"""A line of these alone is a ruler or what is left of a table."""
_TITLE: Final = expression(r"(?:\w{2,5}\.[ -]?){1,3}|i\. ?[av]\. ?|(?:herr|frau|mr|mrs|ms|dr|ing|mag) ", re.IGNORECASE)
_SEPARATED: Final = expression(r"\s*[|｜,，·•/／–—<(（]|\s-\s")
_ORGANISATION: Final = expression(
    r"公司|株式会社|集团|集團|事务所|\b(?:ltd|limited|gmbh|inc|llc|plc|ag|oy|ab|b\.?v|s\.?a|s\.?r\.?[lo]|corp)\b",
    re.IGNORECASE,
)
"""Of a line above the name that belongs to it."""
_GOES_ON: Final = expression(
    r"\b(?:to|at|is|are|for|from|by|with|an|ist|lautet|für|von|bei|à|chez|est|pour|par|a|es|para|por|è|per|of|the|and|und|et|y)$"
    r"|(?:[是给到寄叫为])$",
    re.IGNORECASE,
)
"""How a line ends whose sentence goes on below it."""
_PICTURE: Final = expression(r"\[(?:cid:|image: )[^\]]{0,100}\]")
_REACHED: Final = expression(r"\d[\d ()/.-]{5,}\d|[\w.-]@[\w-]|www\.|https?://|\btel\b|电话|手机|電話", re.IGNORECASE)
_MIDDLE: Final = expression(r"(?<=\w\w) [^\W\d_]\.(?= \w)")
"""The initial of a middle name."""
_BOLD: Final = expression(r"[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}")
"""What Gmail makes of bold words in its plain part."""
_NAMED: Final = expression(r"(?:[A-ZÀ-ÖØ-Þ][\w'’.-]{0,20} ){1,3}[A-ZÀ-ÖØ-Þ][\w'’.-]{1,20}|[\u4e00-\u9fff]{2,4}")
_SENT_CHARS_MAX: Final = 60
_SENT: Final = expression(
    r"(?:sent (?:from|via|with|using|by)|gesendet (?:von|mit|über|aus)|(?:envoyé|enviado|inviato) [dacvp]\w{0,6}"
    r"|(?:verzonden|verstuurd) (?:vanaf|met|via|van)|skickat (?:från|med|via)|sendt (?:fra|med|via)"
    r"|wysłan\w (?:z|za|przez)|odesláno (?:z|pomocí|přes)|lähetetty|отправлено (?:с|из|через)|надіслано (?:з|із|через)"
    r"|trimis|küldve|get \w+ for|diese nachricht wurde|this (?:e-?mail|message) was sent)\b"
    r"|发自|发送自|寄自|傳送自|來自|来自|[由从從].{1,20}(?:发送|发来|傳送)$"
    r"|.{1,20}(?:から送信|에서 보냄|gönderildi)$",
    re.IGNORECASE,
)
_FRAME_LINES: Final = 5
_RULER_CHARS_MIN: Final = 3
_CLOSING_LINES: Final = 2
_CARD_LINES: Final = (2, 8)
_SENTENCE_ENDS: Final = frozenset("!?;:。！？；：")
_ENDS: Final = _SENTENCE_ENDS | {"."}
_SAYS: Final = expression(r"[:：]|\b(?:name|am|bin|is|ist|suis|soy|sono|heiße)\b|叫|是|姓名|名字", re.IGNORECASE)
_CLOSES: Final = expression(r"(?:敬上|敬启|敬啟|谨上|謹上|拜上|启|啟|上|より|です)$")
"""How a letter is closed: the name before it belongs to the letter."""
_ASKS: Final = expression(r"[?？](?=\s|$)")
_SCANNED: Final = expression(
    r"\b(?:avast|avg)\.com\b|before printing this e-?mail|denken Sie an die Umwelt", re.IGNORECASE
)
_SECRET: Final = expression(
    r"\b(?:confidential|privileged|vertraulich|confidentiel|confidencia|confidenziali|riservat|vertrouwelijk|poufn|důvěrn"
    r"|конфиденциальн)|机密|保密|機密",
    re.IGNORECASE,
)
_ADDRESSEE: Final = expression(
    r"\b(?:intended|recipient|addressee|adressat|empfänger|destinataire|destinat[aá]ri|ontvanger|geadresseerde|adresat|příjemc"
    r"|получател|адресат)|收件人|接收者|宛先|受信者",
    re.IGNORECASE,
)
_OWN: Final = expression(r"\bI\b|\b[Mm]y\b|\b[Ii]ch\b|\b[Mm]ein|\b[Jj]e\b|\b[Yy]o\b|我(?![们司])")
"""Nobody speaks of themselves in what a server adds."""
_SPEAKS: Final = expression(
    rf"{_OWN.pattern}|\b[Mm]i(?:r|ch)\b|\b[Ww](?:e|ir)\b|\b[Oo]ur\b|[了吗嗎呢]|怎么|怎麼|没有|沒有|不能|无法|無法|[请請](?!勿)"
    r"|\b(?:[Pp]lease|[Hh]elp|[Bb]itte|[Hh]ilfe|stolen|hacked|gestohlen)\b"
)
_MATTER: Final = expression(
    r"\b(?:order|ticket|case|invoice|booking|tracking|transaction|tx(?:id)?|customer|client|member|user|uid|policy"
    r"|(?:bestell|auftrags?|vorgangs?|rechnungs?|kunden|sendungs?|buchungs?)(?:ung|nummer|-?nr|-?id)?|commande|pedido|ordine)\b"
    r"[ .:#=-]{0,3}(?:(?:no|nr|id|number|hash|ref|code)\b[ .:#=-]{0,3}){0,2}(?:is |ist |lautet )?(?=\S{0,20}\d)\S{4}"
    r"|\b0x[0-9a-f]{4}"
    r"|(?:(?:订单|訂單|工单|工單|交易|用户|用戶|会员|會員)(?:编号|單號|单号|号码|号|號|哈希|名|ID)?|单号|哈希|流水号|UID)"
    r"\s?[:：是]?\s?[A-Za-z0-9]{4}",
    re.IGNORECASE,
)
"""What the letter is about, which some put below their name."""
_POSTSCRIPT: Final = expression(r"(?:p\.? ?p?\.?s\b|n\.?b\b|又及|附[:：言]|注[:：]|另外|追伸)", re.IGNORECASE)


def begins(lines: Sequence[str], writer: str) -> int | None:
    """The index in `lines` (without surrounding blanks) at which the signature of `writer` begins, with the ruler and
    the formula above it; None for none."""
    end = said = _filled(lines, len(lines))
    while end - said < _LINES_MAX and (first := _footer(lines, said)) is not None:
        said = _filled(lines, first)
    start = _found(lines, said, writer)
    if start is None:
        start = next((at for at in range(said, end) if lines[at]), None)
    return _with_closing(lines, _with_layout(lines, start)) if start is not None else None


def speaks(lines: Sequence[str]) -> bool:
    """Whether somebody speaks in them, of themselves or to us: then what looks like a delimiter above is a ruler."""
    return any(_SPEAKS.search(line) or _ASKS.search(line) for line in lines)


def _filled(lines: Sequence[str], end: int) -> int:
    """The end without the empty lines before it."""
    while end and not lines[end - 1]:
        end -= 1
    return end


def _paragraph(lines: Sequence[str], end: int) -> int:
    """Where the paragraph begins that ends there."""
    first = end
    while first and lines[first - 1]:
        first -= 1
    return first


def _footer(lines: Sequence[str], end: int) -> int | None:
    """Where a last paragraph begins that a company's server or a virus scanner adds to every mail; never the first."""
    first = _paragraph(lines, end)
    if first == 0 or end - first > _CARD_LINES[1]:
        return None
    text = " ".join(lines[first:end])
    if _OWN.search(text) or _ASKS.search(text):
        return None
    return first if _SCANNED.search(text) or (_SECRET.search(text) and _ADDRESSEE.search(text)) else None


def _found(lines: Sequence[str], end: int, writer: str) -> int | None:
    called, _, address = writer.partition("<")
    names = _names(called)
    words = [name.rpartition(" ")[2] for name in names]
    for at in range(max(1, end - _LINES_MAX), end):
        folded = lines[at][:_LINE_CHARS_MAX].casefold()
        if not any(word in folded for word in words):
            continue
        line = _plain(lines[at])
        for name in names:
            if name in line and (start := _start(lines, at, end, name)) is not None:
                return start if _may_be(lines, start, end) else None
    start = _card(lines, end, _plain(called).split(" ")[0])
    start = _addressed(lines, end, address.rstrip(">").casefold()) if start is None else start
    start = _closed(lines, end) if start is None else start
    start = _ruled(lines, end) if start is None else start
    start = _sent_by(lines, end) if start is None else start
    return start if start is not None and _may_be(lines, start, end) else None


def _names(writer: str) -> list[str]:
    """A name as it is looked for, first name first; of one word only where such names are whole."""
    bare = _plain(_NOT_OF_NAME.sub("", writer[:_NAME_CHARS_MAX]))
    last, comma, first = bare.partition(",")
    name = f"{first.strip()} {last.strip()}" if comma else bare
    if "@" in name or len(name) < 2:
        return []
    if _CJK.search(name) is not None:
        return list(dict.fromkeys([name, name.replace(" ", "")]))
    if " " not in name:
        return []
    before, _, family = name.rpartition(" ")
    return [name, f"{family} {before}", f"{name[0]}. {family}"]


def _plain(text: str) -> str:
    bare = " ".join(_unmarked(text[:_LINE_CHARS_MAX]).split())
    return (_MIDDLE.sub("", bare) if "." in bare else bare).strip(" ,").casefold()


def _unmarked(line: str) -> str:
    """The line without the marks of bold words."""
    return _BOLD.sub("", line) if "*" in line or "_" in line else line


def _addressed(lines: Sequence[str], end: int, address: str) -> int | None:
    """The last paragraph where it is short, no sentence, and holds the address that the mail is from."""
    first = _paragraph(lines, end)
    block = lines[first:end]
    if not address or not 0 < len(block) <= _CARD_LINES[1] or not any(address in line.casefold() for line in block):
        return None
    plain = all(
        len(line) <= _LINE_CHARS_MAX // 2 and line[-1] not in _ENDS and not _SAYS.search(line) for line in block
    )
    return first if first > 0 and plain else None


def _card(lines: Sequence[str], end: int, first_name: str) -> int | None:
    """The last paragraph where it is a visiting card: a name, a few short lines, a way to reach somebody."""
    first = _paragraph(lines, end)
    block = lines[first:end]
    if first == 0 or not _CARD_LINES[0] <= len(block) <= _CARD_LINES[1]:
        return None
    if _NAMED.fullmatch(_unmarked(block[0])) is None and _plain(block[0]) != first_name:
        return None
    short = all(len(line) <= _LINE_CHARS_MAX // 2 and line[-1] not in _SENTENCE_ENDS for line in block)
    return first if short and any(_REACHED.search(line) for line in block[1:]) else None


def _closed(lines: Sequence[str], end: int) -> int | None:
    """A name below the formula that closes a letter, where more short lines follow it, none of them a sentence."""
    for at in range(end - 3, max(0, end - _CARD_LINES[1] - 2), -1):
        below = lines[at + 1] or lines[at + 2]
        if below and _NAMED.fullmatch(_unmarked(below)) and CLOSING.fullmatch(lines[at]):
            block = [line for line in lines[at + 1 : end] if line]
            short = all(len(line) <= _LINE_CHARS_MAX // 2 and line[-1] not in _SENTENCE_ENDS for line in block)
            return at if short and len(block) >= _CARD_LINES[0] else None
    return None


def _sent_by(lines: Sequence[str], end: int) -> int | None:
    """A last line on its own by which a program says what sent the mail."""
    last = end - 1
    alone = last > 0 and not lines[last - 1] and len(lines[last]) <= _SENT_CHARS_MAX
    said = alone and (lines[last][-1] in _SENTENCE_ENDS or "，" in lines[last])
    return last if alone and not said and _SENT.match(lines[last]) else None


def _ruled(lines: Sequence[str], end: int) -> int | None:
    """A few short lines behind a ruler, none of which is a sentence."""
    for at in range(end - 2, max(0, end - _CARD_LINES[1] - 4), -1):
        if lines[at] and _LAYOUT.fullmatch(lines[at]):
            block = [line for line in lines[at + 1 : end] if line]
            short = all(len(line) <= _LINE_CHARS_MAX // 2 and line[-1] not in _ENDS for line in block)
            return at if short and not speaks(block) else None
    return None


def _start(lines: Sequence[str], at: int, end: int, name: str) -> int | None:
    """Where the signature begins that the line with the name belongs to."""
    line = _plain(lines[at])
    title = _TITLE.match(line)
    after = line.removeprefix(title[0] if title is not None else "")
    if name in (line, after):
        first = _framed(lines, at)
        return (
            first if first < at or any(lines[at + 1 : end]) or not lines[at - 1] else None
        )  # else it closes the letter
    if after.startswith(name) and _SEPARATED.match(after, len(name)):
        return at
    if after.startswith(f"{name} ") and _CJK.search(name) and not lines[at - 1] and end - at <= _CARD_LINES[1]:
        said = [each for each in lines[at:end] if each]
        is_card = all(len(each) <= _LINE_CHARS_MAX // 3 and each[-1] not in _ENDS for each in said)
        return at if is_card and not _SAYS.search(after) and not _CLOSES.search(after) else None
    beside = line.replace(name, "", 1).strip()
    if len(beside) > _BESIDE_CHARS_MAX or _SAYS.search(beside):
        return None
    first = _paragraph(lines, at)
    block = lines[first:end]
    short = all(len(each) <= _LINE_CHARS_MAX // 2 for each in block if each)
    reached = any(_REACHED.search(each) for each in block)
    return first if first > 0 and at - first <= 3 and short and reached else None


def _may_be(lines: Sequence[str], start: int, end: int) -> bool:
    """Whether what begins there says nothing to anybody."""
    before = start
    while before and _LAYOUT.fullmatch(lines[before - 1]):
        before -= 1
    rest = "\n".join(lines[start:end])
    return (
        before > 0
        and lines[before - 1][-1] not in ":："
        and not _GOES_ON.search(lines[before - 1])
        and len(rest) <= _CHARS_MAX
        and _ASKS.search(rest) is None
        and not any(_POSTSCRIPT.match(line) or _MATTER.search(line) or _says(line) for line in lines[start:end])
    )


def _says(line: str) -> bool:
    """Whether it is a sentence in which its writer speaks."""
    return _OWN.search(line) is not None and (line[-1] in _ENDS or "," in line or " is " in line or " ist " in line)


def _framed(lines: Sequence[str], at: int) -> int:
    """The ruler above the name, where only a few short lines stand between: in Japan the company goes first; or the
    company itself."""
    for above in range(at - 1, max(0, at - _FRAME_LINES), -1):
        line = lines[above]
        if not line or _ends_sentence(line):
            break
        if len(line) >= _RULER_CHARS_MIN and _LAYOUT.fullmatch(line):
            return above
    return at - 1 if at > 1 and _ORGANISATION.search(lines[at - 1]) and not _ends_sentence(lines[at - 1]) else at


def _ends_sentence(line: str) -> bool:
    return line[-1] in _ENDS or len(line) > _LINE_CHARS_MAX // 3


def _with_layout(lines: Sequence[str], start: int) -> int:
    """The same with the rulers above it."""
    before = start
    while before and lines[before - 1] and _is_layout(lines[before - 1]):
        before -= 1
    return before


def _is_layout(line: str) -> bool:
    return _LAYOUT.fullmatch(line) is not None or _PICTURE.fullmatch(line) is not None


def _with_closing(lines: Sequence[str], start: int) -> int:
    """The same with the formula above it that closes a letter, which programs put there with it; thanks are words."""
    before = start
    while before and not lines[before - 1]:
        before -= 1
    first = before
    while first and before - first < _CLOSING_LINES and CLOSING.fullmatch(lines[first - 1]):
        first -= 1
    return first if first < before and any(lines[:first]) else start
