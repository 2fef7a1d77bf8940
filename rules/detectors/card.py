"""Payment card numbers: issuer prefix, length and Luhn; a label saves mistyped ones and frees order numbers.

Prefixes and lengths are the ranges published by Visa, Mastercard (2-series included), American
Express, Discover, JCB, Diners Club, UnionPay, Maestro, Mir, RuPay and Troy (ISO/IEC 7812).
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from rules.detectors.checksums import gtin13
from rules.detectors.hit import Hit
from rules.detectors.labels import Labels, words
from rules.detectors.scan import Scan
from rules.expression import expression

DIGITS_MIN: Final = 13
DIGITS_MAX: Final = 19

_SEQUENCE = expression(r"[0-9](?<![0-9][0-9])(?:[ \t\r\n\-._/·•,|*~:;\\+=、→]{0,5}[0-9]){12,}")
_JOINER_BYTES: Final = b" \t\r\n-._/,|*~:;\\+=\xc2\xb7\xe2\x80\xa2\xe3\x81\xe2\x86\x92"
_GROUP = expression(r"[0-9]+")

_VISA: Final = "4"
_AMEX: Final = "3[47]"
_DINERS: Final = "30[0-5]|309|36|3[89]"
_MASTERCARD: Final = "5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"
_LONG: Final = "6011|64[4-9]|65|35(?:2[89]|[3-8])|62|81|220[0-4]"
_MAESTRO: Final = "5018|5019|5020|5038|5893|6304|6759|676[1-3]"
_SIXTEEN_ONLY: Final = "60|508[5-9]|9792|9558"
_ISSUERS: Final = {
    13: expression(f"{_VISA}|{_MAESTRO}"),
    14: expression(f"{_DINERS}|{_MAESTRO}"),
    15: expression(f"{_AMEX}|{_DINERS}|{_MAESTRO}"),
    16: expression(f"{_VISA}|{_MASTERCARD}|{_DINERS}|{_LONG}|{_MAESTRO}|{_SIXTEEN_ONLY}"),
    17: expression(f"{_DINERS}|{_LONG}|{_MAESTRO}"),
    18: expression(f"{_DINERS}|{_LONG}|{_MAESTRO}"),
    19: expression(f"{_VISA}|{_DINERS}|{_LONG}|{_MAESTRO}|9558"),
}
_NO_ISSUER: Final = "017"
_LENGTHS: Final = (16, 19, 15, 18, 17, 14, 13)
_LENGTHS_UNIONPAY: Final = (19, 18, 17, 16)
_GROUPINGS: Final = frozenset({
    (4, 6, 5), (4, 6, 4), (6, 13), (6, 10), (8, 8), (6, 6, 4), (5, 5, 5), (4, 4, 8), (8, 4, 4),
    (4, 8, 4), (4, 12), (12, 4), (6, 4, 6), (4, 7, 4), (6, 9, 4), (6, 6, 7),
})  # fmt: skip

_CARD_WORDS: Final = words(
    "card", "cards", "card no", "card number", "card num", "cc", "ccn", "credit", "debit", "visa",
    "mastercard", "master card", "amex", "american express", "unionpay", "union pay", "discover",
    "jcb", "diners", "maestro", "pan", "prepaid",
)  # fmt: skip
_ORDER_WORDS: Final = words(
    "orders?", "order (?:no|number|id|ref)", "txid", "tx ?hash", "transactions?", "hash", "ref",
    "reference", "invoice", "tracking", "track", "ticket", "receipt", "case", "uid", "user ?id", "uuid",
    "order ?id", "trace", "rrn", "arn", "stan", "imei", "iccid", "serial", "sn", "barcode", "ean",
    "isbn", "gtin", "sku", "timestamp", "block", "nonce", "session", "request ?id", "parcel", "ord", "inv",
    "shipment", "waybill", "account id", "merchant id", "customer id", "id",
)  # fmt: skip
_TEXAS: Final = "".join(
    f"(?<!{city}[ ,])"
    for city in (
        "dallas", "houston", "austin", "antonio", "worth", "paso", "plano", "arlington", "irving", "frisco", "laredo",
        "lubbock", "christi", "mckinney", "waco", "garland", "denton", "galveston",
    )
)  # fmt: skip
"""Behind the name of a place, or a word and a comma, `tx` is a state: "Dallas TX, 4111 …"."""
_ORDER: Final = (
    _ORDER_WORDS
    + rf"|(?<![a-z])(?<![a-z], )(?<![a-z],){_TEXAS}tx(?![a-z])"
    + "|订单|訂單|单号|單號|流水|交易|哈希|运单|快递|快遞|物流|编号|編號"
    "|发票|發票|工单|工單|凭证|序列号|序號|条码|條碼|时间戳|区块|會員號|会员号|用户id|参考号|參考號"
)
# Only a label that the number belongs to frees it: in `I paid order 4431 with 4111...` it is no order number.
_ORDER_BEFORE = expression(
    rf"(?:{_ORDER})(?:[\s:#=.,()\[\]\"'-]|(?:number|num|no|nr|id|code|ref|is|was)(?![a-z])|[号號码碼是为為]|编号|編號|哈希){{0,8}}\Z"
)
_ORDER_AFTER = expression(rf"[\s,)\]\"']{{0,3}}(?:(?:is|was|as) (?:my |the |an? |your )?|是我?的?)(?:{_ORDER})")
_CARD_NEAR = expression(rf"(?:{_CARD_WORDS}|卡|银联|銀聯)")
_STRONG = Labels(
    yes=words(
        "card no", "card number", "card num", "card", "visa", "mastercard", "amex", "unionpay", "cc",
        "credit card", "debit card", "american express", "discover", "jcb",
    )
    + "|卡号|卡號|信用卡|银行卡|銀行卡|储蓄卡|借记卡|借記卡",
    no=_ORDER + "|last (?:4|four)|(?:会员|礼品|电话|電話|充值|购物|门禁|公交|饭)卡号?|"
    + words("gift ?card", "sim ?card", "id card", "member(?:ship)? card", "loyalty card", "library card"),
)  # fmt: skip
_GLUED_BEFORE = expression(r"(?:card|visa|amex|mastercard|unionpay|cc|no|number|num|jcb|is|pan)\Z")
_GLUED_AFTER = expression(r"(?:cvv|cvc|exp|cv2|pin|and|valid)")
# `I typed 4111 ... as my card number`.
_SAID_OF = expression(
    r"\s?(?:(?:is|was|as|for|being) (?:my|the|a) (?:[a-z]{1,12} ){0,2}(?:card|visa|mastercard)(?: n(?:o|umber))?"
    r"(?![a-z])|[是係]?我[的嘅]?(?:信用|银行|銀行|储蓄|借记)卡)"
)
_LIST = expression(r",\s")
_LABEL_CHARS: Final = 36
_LOOSE: Final = frozenset(".,_/|*~:;\\+=、→")
"""Joiners that also stand inside amounts, dates and paths; with them only printed groupings count."""
_SUMMED: Final = frozenset(";+=、")
"""Joiners of amounts in a list or a sum: with them a card has to be announced."""
_ORDER_CHARS: Final = 40
_BEFORE_CHARS: Final = 26
_AFTER_CHARS: Final = 22


_JOINED: Final = r"[ \t\r\n\-._/\u00b7\u2022,|*~:;\\+=\u3001\u2192]{1,5}"
# How cards are printed, in groups of digits; numbers that only follow each other have no such row.
_ROW = expression(
    r"[0-9](?<![0-9][0-9])(?:[0-9]{12,18}"
    rf"|[0-9]{{3}}{_JOINED}(?:[0-9]{{4}}{_JOINED}[0-9]{{4}}(?:[0-9]{{4}})?|[0-9]{{6}}{_JOINED}[0-9]{{4,5}}"
    rf"|[0-9]{{7,8}}{_JOINED}[0-9]{{4}}|[0-9]{{12}})"
    rf"|[0-9]{{5}}{_JOINED}(?:[0-9]{{13}}|[0-9]{{10}}|[0-9]{{6}}{_JOINED}[0-9]{{4}}(?:[0-9]{{3}})?"
    rf"|[0-9]{{4}}{_JOINED}[0-9]{{6}}|[0-9]{{9}}{_JOINED}[0-9]{{4}})"
    rf"|[0-9]{{7}}{_JOINED}(?:[0-9]{{8}}|[0-9]{{4}}{_JOINED}[0-9]{{4}})"
    rf"|[0-9]{{4}}{_JOINED}[0-9]{{5}}{_JOINED}[0-9]{{5}}|[0-9]{{11}}{_JOINED}[0-9]{{4}}"
    rf"|(?:{_JOINED}[0-9]){{12}}|[0-9](?:{_JOINED}[0-9]{{2}}){{6}})(?![0-9])"
)
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


class _Sequence:
    """Digits that only joiners separate, in the groups they are written in."""

    def __init__(self, low: str, start: int, end: int) -> None:
        spans = [match.span() for match in _GROUP.finditer(low, start, end)]
        if spans and _glued(low, spans[0][0] - 1, before=True):
            spans = spans[1:]
        if spans and _glued(low, spans[-1][1], before=False):
            spans = spans[:-1]
        self.groups = spans
        self.digits = "".join([low[begin:end] for begin, end in spans])
        self.offsets = list(accumulate([end - begin for begin, end in spans], initial=0))
        self.group_at = {offset: index for index, offset in enumerate(self.offsets)}

    def luhn(self, start: int, end: int) -> bool:
        """Luhn over digits `start:end`."""
        return _luhn(self.digits[start:end].encode())

    def lengths(self, first: int, last: int) -> tuple[int, ...]:
        """Sizes of groups `first` to `last` exclusive."""
        return tuple([end - begin for begin, end in self.groups[first:last]])


def may_be_card(scan: Scan) -> bool:
    """Whether enough digits follow each other with nothing but joiners between them."""
    return b"d" * DIGITS_MIN in scan.digits(_JOINER_BYTES)


def find(scan: Scan) -> Iterator[Hit]:
    """Yield card numbers; windows of digit groups, the likeliest length first."""
    low = scan.low
    for match in _SEQUENCE.finditer(low):
        if not _may_hold_card(scan, *match.span()):
            continue
        sequence = _Sequence(low, *match.span())
        index = 0
        while index < len(sequence.groups):
            found = _card_at(low, sequence, index)
            if found is None:
                index += 1
                continue
            last, evidence = found
            yield Hit(sequence.groups[index][0], sequence.groups[last - 1][1], "CARD", evidence)
            index = last


def _may_hold_card(scan: Scan, start: int, end: int) -> bool:
    """Whether digits with joiners between them are one card, hold the row of one, or stand after the word."""
    low = scan.low
    digits = low[start:end].encode().translate(None, _JOINER_BYTES)
    count = len(digits)
    return (
        (count <= DIGITS_MAX and _luhn(digits) and _ISSUERS[count].match(digits.decode()) is not None)
        or (end - start > count and _ROW.search(low, start, end) is not None)
        or scan.is_near("card", start - _LABEL_CHARS, start)
        or _SAID_OF.match(low, end) is not None
    )


def _luhn(digits: bytes) -> bool:
    back = digits[::-1]
    # 48 is the code of the digit 0.
    return (sum(back[::2]) - 48 * len(back[::2]) + sum(back[1::2].translate(_DOUBLED))) % 10 == 0


def _card_at(low: str, sequence: _Sequence, first: int) -> tuple[int, str] | None:
    """The end (exclusive group index) of a card that begins with group `first`, and why."""
    begin = sequence.offsets[first]
    digits = sequence.digits
    if digits[begin] in _NO_ISSUER:
        return _mistyped(low, sequence) if first == 0 else None
    lengths = _LENGTHS_UNIONPAY if digits.startswith("62", begin) else _LENGTHS
    for length in lengths:
        last = sequence.group_at.get(begin + length)
        if last is None or _ISSUERS[length].match(digits, begin) is None:
            continue
        if not sequence.luhn(begin, begin + length) or not _stands_alone(low, sequence, first, last):
            continue
        start, end = sequence.groups[first][0], sequence.groups[last - 1][1]
        if _is_order(low, start, end) or (
            length == 13
            and gtin13(digits[begin : begin + 13])
            and _CARD_NEAR.search(low, max(0, start - _BEFORE_CHARS), end + _AFTER_CHARS) is None
        ):
            continue
        return last, "checksum"
    return _mistyped(low, sequence) if first == 0 else None


def _is_order(low: str, start: int, end: int) -> bool:
    """Whether the words right before or after say that the number is of an order, a transaction or the like."""
    return (
        _ORDER_BEFORE.search(low, max(0, start - _ORDER_CHARS), start) is not None
        or _ORDER_AFTER.match(low, end) is not None
    )


def _mistyped(low: str, sequence: _Sequence) -> tuple[int, str] | None:
    """A number that fails Luhn but comes first after a card label and looks like a card."""
    if _STRONG.before(low, sequence.groups[0][0], 20) != "yes" and (
        _SAID_OF.match(low, sequence.groups[-1][1]) is None
    ):
        return None
    for last in range(min(len(sequence.groups), DIGITS_MAX), 0, -1):
        length = sequence.offsets[last]
        if length < DIGITS_MIN:
            return None
        if length > DIGITS_MAX or not _stands_alone(low, sequence, 0, last):
            continue
        sizes = sequence.lengths(0, last)
        known = _ISSUERS[length].match(sequence.digits) is not None
        if (known and length >= 15) or sizes[:3] == (4, 4, 4) or (last == 1 and length >= 15):
            return last, "label"
    return None


def _stands_alone(low: str, sequence: _Sequence, first: int, last: int) -> bool:
    """Whether the window is all of the sequence, or a printed grouping between spaces in it."""
    groups = sequence.groups
    inside = low[groups[first][0] : groups[last - 1][1]]
    if _LIST.search(inside) is not None and (
        sequence.lengths(first, last) != (4, 4, 4, 4) or _STRONG.before(low, groups[first][0], 20) != "yes"
    ):
        return False
    if not _LOOSE.isdisjoint(inside) and (last - first < 3 or not _printed(sequence.lengths(first, last))):
        return False
    if not _SUMMED.isdisjoint(inside) and _STRONG.before(low, groups[first][0], 20) != "yes":
        return False
    if first == 0 and last == len(groups):
        return True
    before = low[groups[first - 1][1] : groups[first][0]] if first else " "
    after = low[groups[last - 1][1] : groups[last][0]] if last < len(groups) else " "
    if not _parts(before) or not _parts(after):
        return False
    sizes = sequence.lengths(first, last)
    if len(sizes) > 6 and _continues(sequence, first, last):
        return False
    return _printed(sizes)


def _continues(sequence: _Sequence, first: int, last: int) -> bool:
    """Whether digits written one by one, or two by two, go on beyond the window."""
    size = sequence.lengths(first, first + 1)
    return size in {sequence.lengths(first - 1, first), sequence.lengths(last, last + 1)}


def _parts(joiner: str) -> bool:
    """Whether a joiner can end one number and begin another."""
    return joiner.strip("-._*·•") != ""


def _printed(sizes: tuple[int, ...]) -> bool:
    """Whether groups of these sizes are how people write one card number."""
    if len(sizes) == 1 or set(sizes) in ({1}, {2}) or sizes in _GROUPINGS:
        return True
    return len(sizes) >= 3 and set(sizes[:-1]) == {4} and sizes[-1] <= 4


def _glued(low: str, offset: int, *, before: bool) -> bool:
    """Whether a Latin letter touches the digits and is not part of a word said of cards."""
    if not 0 <= offset < len(low) or not "a" <= low[offset] <= "z":
        return False
    if before:
        return _GLUED_BEFORE.search(low, max(0, offset - 10), offset + 1) is None
    return _GLUED_AFTER.match(low, offset) is None
