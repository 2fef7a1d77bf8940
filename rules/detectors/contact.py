"""E-mail addresses and telephone numbers.

E-mail by the dot-atom form of RFC 5321 with a plausible top-level domain; telephone numbers by the
numbering plans in `phonenumbers`, asked only for digits that have a phone's shape.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import phonenumbers

from rules.detectors.anchored import within
from rules.detectors.hit import Hit
from rules.detectors.labels import Labels, words
from rules.detectors.scan import Scan, digits
from rules.expression import expression

# An apostrophe as in O'Neill and D'Souza; any other is a quotation mark.
_LOCAL = expression(
    r"(?:[A-Za-z0-9]|(?<![A-Za-z])[ODod](?='))(?:[A-Za-z0-9._%+\-]|(?<![A-Za-z][ODod])(?<=[ODod])'(?=[A-Za-z])){0,63}\Z"
)
_DOMAIN = expression(r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9])")
_APART = expression(r" @ (?=[A-Za-z0-9])")
# Before the host of a link stand a name and a password: `postgres://me:...@db.example.com`.
_IN_LINK = expression(r"://[^\s/,;|\"'<>]{0,180}\Z")
_LABELS_MIN: Final = 2
_TOP: Final = r"(?:com|net|org|io|cn|hk|tw|me|co|uk|de|fr|xyz|app|dev)(?![a-z0-9])"
_SPELLED = expression(
    r"(?<![a-z0-9._%+\-])[a-z0-9][a-z0-9._%+\-]{0,63}"
    r"(?: (?:dot|underscore|dash|hyphen) [a-z0-9._%+\-]{1,30}){0,3} {0,2}"
    r"(?:[\[(] ?at ?[\])] {0,2}[a-z0-9][a-z0-9\-]{0,62} {0,2}(?:[\[(] ?dot ?[\])]| dot |\.)"
    rf"| at [a-z0-9][a-z0-9\-]{{0,62}} {{0,2}}(?:[\[(] ?dot ?[\])]| dot )) {{0,2}}{_TOP}"
)
# Ends of file names; those that are domains too are one only where an address is left without them.
_FILE_ENDS: Final = frozenset({
    "png", "jpg", "jpeg", "gif", "svg", "webp", "heic", "bmp", "tif", "tiff", "css", "js", "ts", "py", "json", "xml",
    "yaml", "mp3", "mp4", "avi", "webm", "wav", "ogg", "pdf", "txt", "csv", "doc", "docx", "xls", "xlsx", "ppt", "pptx",
    "odt", "htm", "html", "log", "eml", "msg", "gz", "bz", "tar", "rar", "apk", "exe", "dmg", "bak", "tmp", "key",
})  # fmt: skip
_ALSO_DOMAINS: Final = frozenset({"md", "zip", "mov", "sh", "ps", "rs", "app"})

# What stands before a number is looked at behind its first character: so the search leaps from one to the next.
_INTERNATIONAL = expression(
    r"[+0](?<![0-9A-Za-z][+0])(?:(?<=\+) ?|(?<=0)(?<![0-9] 0)0)[1-9](?:[ ().\-]{0,3}[0-9]){6,14}(?![0-9A-Za-z])"
)
_COUNTRY = re.compile(rb"\+ ?d")
_ZEROS = re.compile(rb"00(?<![0-9a-z]00)[1-9]")
_CN_MOBILE = expression(
    r"1[3-9][0-9](?:[ \-]?[0-9]{4}[ \-]?[0-9]{4}|[ \-]?[0-9]{3}[ \-]?[0-9]{5})(?![0-9A-Za-z]|[.\-][0-9])"
)
_CN_PREFIX = expression(r"(?<![0-9A-Za-z.\-_#])(?:\(?(?:\+|00)?86\)?[ \-]{0,2})?\Z")
_CN_PREFIX_CHARS: Final = 9
_CN_DIGITS = re.compile(rb"1[3-9][0-9]{9}")
_NATIONAL = expression(
    r"(?!(?:19|20)[0-9]{2}[\-. ][01][0-9][\-. ][0-3][0-9](?![0-9]))"
    r"[(0-9](?<![0-9A-Za-z.,$€£¥#][(0-9])(?:(?<=\()[0-9]|(?<!\())"
    r"(?:[ ().\-]{0,2}[0-9]){6,13}(?![0-9A-Za-z]|[.,][0-9])"
)
_MOVED_MAX, _MOVED_CHARS = 100, 40
_SOME_NUMBER: Final = r"([0-9](?:[ \-]?[0-9]){7,10})"
_MOVED = expression(
    rf"(?:(?<![a-z])from |[从從由]\s?){_SOME_NUMBER}(?: ?(?:in)?to (?:the )?(?:new (?:one|number) )?"
    r"|\s?,?(?:[换換改转轉搬变變]{1,2}(?:[成到做为為去]了?|咗|了)?|[到至])(?:新的?)?\s?)"
    rf"{_SOME_NUMBER}(?![0-9])"
    rf"|(?<![a-z])old [a-z ]{{0,24}}{_SOME_NUMBER}[a-z ,.;:]{{1,32}}(?<![a-z])new "
    rf"[a-z: ]{{0,16}}{_SOME_NUMBER}(?![0-9])"
    rf"|[旧舊原][^0-9\n]{{0,8}}{_SOME_NUMBER}[^0-9\n]{{0,12}}新[^0-9\n]{{0,8}}{_SOME_NUMBER}(?![0-9])"
)
_NORTH_AMERICA = expression(
    r"[(2-9](?<![0-9A-Za-z.\-][(2-9])(?:(?<=\()[2-9]|(?<!\())[0-9]{2}"
    r"\)?[ .\-][2-9][0-9]{2}[.\-][0-9]{4}(?![0-9A-Za-z]|[.\-][0-9])"
)
# Seven digits and more with what may stand in a number; it is read with a few characters on either side.
_NUMBER = re.compile(rb"d(?<![xd]d)(?:[ ().\-]{0,3}d){6,}")
_MARGIN: Final = 4
_PARTED: Final = frozenset("-.")
_LABEL_BEFORE: Final = 28
_LABEL_AFTER: Final = 14
_REGIONS: Final = ("CN", "US", "GB", "HK", "TW", "SG")
_REGIONS_WITH_ZERO: Final = (
    "FR", "DE", "AU", "JP", "KR", "MY", "TH", "ID", "VN", "PH", "NG", "AE", "NL", "CH", "TR", "ZA", "IN", "PK", "UA",
)  # fmt: skip
"""Whose national numbers begin with a zero: what is no call's prefix hardly ever does."""
_LOOKED_UP_MAX: Final = 1_000
"""Numbers of a text that are looked up in the plans of the regions; of more, the word beside one is enough."""
_PHONE_WORDS: Final = words(
    "phone", "phones", "phone number", "mobile", "cell", "cellphone", "tel", "telephone", "call",
    "call me", "call me (?:at|on)", "reach me", "text me", "sms", "whatsapp", "numbers?", "contact",
    "ring me", "ring", "landline", "fax",
) + "|电话|電話|手机|手機|号码|號碼|联系|聯[繫絡]|市[话話]|座[机機]|致电|打给|打[俾畀]|热线|来电|短信|微信"  # fmt: skip
_NOT_PHONE: Final = words(
    "orders?", "tx", "txid", "transactions?", "hash", "ref", "reference", "invoice", "tracking",
    "ticket", "receipt", "case", "uid", "id", "amount", "block", "version", "balance", "paid",
    "(?:order|ticket|case|tracking|account|card|invoice|receipt|reference|ref|serial|transaction) (?:no|number|id)",
    "(?:policy|claim|member|membership|booking|reservation|flight|customer|client|meter|parcel|shipment|waybill|registration"
    "|application|file|model|part|batch|contract|confirmation|purchase|loan|vat|tax|employee|staff|student|patient|device"
    "|plate|agreement|document|job|user|player|merchant|terminal|voucher|coupon|routing|sort|request|complaint"
    "|incident|passport|licen[cs]e|product|item|lot|insurance|record) (?:no|number|id)",
    "card", "account", "code", "serial", "sku", "usdt", "btc", "eth", "usd",
) + (
    "|(?:[发發]票|[单單]|[会會][员員]|座位|[车車]牌|股票|[学學]|工|合同|序列|保[单單]|案件|[预預][订訂]|批|房[间間]|航班"
    "|[票收][据據]|[設设][备備]|文件|[档檔]案)(?:号码|號碼)"
) + "|订单|訂單|单号|單號|流水|交易|编号|編號|运单|快递|金额|金額|工单|區塊|区块|余额|卡号|验证码"  # fmt: skip
_PHONE_LABELS = Labels(yes=_PHONE_WORDS, no=_NOT_PHONE + "|账号|帳號|賬號")
# A Chinese mobile number is what most accounts are called by.
_MOBILE_LABELS = Labels(yes=_PHONE_WORDS, no=_NOT_PHONE)


def find_email(scan: Scan) -> Iterator[Hit]:
    """Yield addresses around each `@`; the part before it is searched backwards, 64 characters at most."""
    text = scan.text
    for at in scan.at["@"]:
        begin, end = at, at + 1
        # A phone's keyboard puts blanks around the sign; a handle has one before it alone.
        if (apart := _APART.match(text, max(0, at - 1))) is not None:
            begin, end = apart.start(), apart.end()
        local = _LOCAL.search(text, max(0, begin - 64), begin)
        domain = _DOMAIN.match(text, end)
        if local is not None and domain is not None:
            labels = _without_file_ends(domain.group().split("."))
            if labels and local.group() != "git" and _IN_LINK.search(text, max(0, begin - 200), local.start()) is None:
                yield Hit(local.start(), end + len(".".join(labels)), "EMAIL", "shape")


def _without_file_ends(labels: list[str]) -> list[str]:
    """The labels of a domain without those of a file's name behind it; empty when no domain is left."""
    while labels[-1].lower() in _FILE_ENDS or (len(labels) > _LABELS_MIN and labels[-1].lower() in _ALSO_DOMAINS):
        labels = labels[:-1]
        if len(labels) < _LABELS_MIN:
            return []
    return labels if labels[-1].isalpha() else []


def find_spelled_email(scan: Scan) -> Iterator[Hit]:
    """Yield addresses written with the words at and dot, both of them."""
    for match in _SPELLED.finditer(scan.low):
        yield Hit(match.start(), match.end(), "EMAIL", "spelled out")


def find_phone(scan: Scan) -> Iterator[Hit]:
    """Yield numbers with a country code, Chinese mobiles, and national numbers beside a phone word."""
    numbers = scan.spans(_NUMBER)
    if not numbers:
        return
    low, shape = scan.low, scan.shape
    found: list[Hit] = []
    if _COUNTRY.search(shape) is not None or _ZEROS.search(scan.data) is not None:
        found += _international(low, [span for span in numbers if _may_be_abroad(low, *span)])
    if digits(11) in scan.at and _CN_DIGITS.search(scan.data.translate(None, b" -")) is not None:
        found += _mobile(low)
    if digits(10) in scan.at and (b"ddd-dddd" in shape or b"ddd.dddd" in shape):
        found += _american(low, [(begin, end) for begin, end in numbers if not _PARTED.isdisjoint(low[begin:end])])
    yield from found
    near = [(one[0], two[1]) for one, two in pairwise(numbers) if two[0] - one[1] <= _MOVED_CHARS]
    if near:
        yield from _moved(low, near)
    labels = scan.at.get("phone")
    if labels:
        near = [(begin, end) for begin, end in numbers if _is_near(labels, begin, end)]
        yield from _national(low, near, found)


def _may_be_abroad(low: str, begin: int, end: int) -> bool:
    """Whether a number holds what stands before a country's code."""
    return "00" in low[begin:end] or "+" in low[max(0, begin - _MARGIN) : end]


def _is_near(labels: list[int], begin: int, end: int) -> bool:
    """Whether a phone word begins near enough to the number to speak of it."""
    place = bisect_left(labels, begin - _LABEL_BEFORE - 2)
    return place < len(labels) and labels[place] <= end + _LABEL_AFTER


def _international(low: str, numbers: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    for match in within(_INTERNATIONAL, low, numbers, _MARGIN):
        number = _parsed(match.group(), None)
        if number is None or not phonenumbers.is_possible_number(number):
            continue
        if phonenumbers.is_valid_number(number):
            yield Hit(match.start(), match.end(), "PHONE", "numbering plan")
        elif _PHONE_LABELS.nearest(low, *match.span(), before=_LABEL_BEFORE, after=_LABEL_AFTER) != "no":
            yield Hit(match.start(), match.end(), "PHONE", "country code")


def _mobile(low: str) -> Iterator[Hit]:
    match = _CN_MOBILE.search(low)
    while match is not None:
        begin = match.start()
        prefix = _CN_PREFIX.search(low, max(0, begin - _CN_PREFIX_CHARS), begin)
        if prefix is not None and _MOBILE_LABELS.before(low, prefix.start(), 16) != "no":
            yield Hit(prefix.start(), match.end(), "PHONE", "shape")
        match = _CN_MOBILE.search(low, begin + 1 if prefix is None else match.end())


def _american(low: str, numbers: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    for match in within(_NORTH_AMERICA, low, numbers, _MARGIN):
        if _PHONE_LABELS.before(low, match.start(), 16) != "no" and _is_valid(match.group(), "US"):
            yield Hit(match.start(), match.end(), "PHONE", "shape")


def _moved(low: str, near: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """An old number and the new one, which need no word but what leads from one to the other."""
    for match in within(_MOVED, low, near[:_MOVED_MAX], _MOVED_CHARS):
        found = [group for group, number in enumerate(match.groups(), 1) if number is not None]
        if all(_in_a_plan(match[group]) for group in found):
            yield from (Hit(*match.span(group), "PHONE", "old and new") for group in found)


def _in_a_plan(number: str) -> bool:
    regions = (*_REGIONS, *_REGIONS_WITH_ZERO) if number.startswith(("0", "(0")) else _REGIONS
    return any(_is_valid(number, region) for region in regions)


def _national(low: str, numbers: Sequence[tuple[int, int]], found: Sequence[Hit]) -> Iterator[Hit]:
    """National numbers beside a word that says so, but for what is a part of one that was found."""
    known = {place for hit in found for place in range(hit.start, hit.end)} if found else ()
    valid: dict[str, bool] = {}
    for match in within(_NATIONAL, low, numbers, _MARGIN):
        if match.start() in known and match.end() - 1 in known:
            continue
        verdict = _PHONE_LABELS.nearest(low, match.start(), match.end(), before=_LABEL_BEFORE, after=_LABEL_AFTER)
        if verdict != "yes":
            continue
        number = match.group()
        if number not in valid:
            valid[number] = len(valid) >= _LOOKED_UP_MAX or _in_a_plan(number)
        if valid[number]:
            yield Hit(match.start(), match.end(), "PHONE", "label")


def _is_valid(written: str, region: str) -> bool:
    number = _parsed(written, region)
    return number is not None and phonenumbers.is_valid_number(number)


def _parsed(written: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse("+" + written[2:] if written.startswith("00") else written, region)
    except phonenumbers.NumberParseException:
        return None
