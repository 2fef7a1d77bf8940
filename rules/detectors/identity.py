"""Numbers of identity papers: China (GB 11643, ISO 7064 MOD 11-2), Hong Kong, Taiwan, US SSN, passports.

A resident id is checked by its check digit and date, never by district: districts come and go.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from rules.detectors.anchored import around, starting
from rules.detectors.checksums import mod11_2
from rules.detectors.hit import Hit
from rules.detectors.labels import Labels, words
from rules.detectors.scan import Scan
from rules.expression import expression

# What stands before a number is looked at behind its first digit: so the search leaps from digit to digit.
_CHINA = expression(
    r"[1-9](?<![0-9A-Za-z][0-9])[0-9]{5}[ \-]{0,2}(?:18|19|20)[0-9]{2}[ \-]{0,2}(?:0[1-9]|1[0-2])[ \-]{0,2}"
    r"(?:0[1-9]|[12][0-9]|3[01])[ \-]{0,2}[0-9]{3}[ \-]{0,2}[0-9xX](?![0-9A-Za-z])"
)
_CHINA_LOOSE = expression(r"[0-9](?<![0-9A-Za-z][0-9])(?:(?: {0,1}[0-9]){16} {0,1}[0-9xX]|[0-9]{14})(?![0-9A-Za-z])")
_HONG_KONG = expression(r"(?<![0-9A-Za-z])[A-Za-z]{1,2} ?[0-9]{6} ?(?:\([0-9Aa]\)|[0-9Aa])(?![0-9A-Za-z])")
_HONG_KONG_SHAPE = re.compile(
    rb"d(?=d{5} ?(?:\([dx]\)|[dx])(?![xd]))"
    rb"(?:(?<=xd)(?:(?<![xd]xd)|(?<=xxd)(?<![xd]xxd))|(?<=x d)(?:(?<![xd]x d)|(?<=xx d)(?<![xd]xx d)))"
)
_TAIWAN_SHAPE = re.compile(rb"d(?<=xd)(?<![xd]xd)d{8}(?![xd])")
_TAIWAN = expression(r"(?<![0-9A-Za-z])[A-Za-z][1289][0-9]{8}(?![0-9A-Za-z])")
_SSN = expression(
    r"[0-8](?<![0-9A-Za-z\-][0-8])[0-9]{2}(?<!000)(?<!666)-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![0-9A-Za-z\-])"
)
_SSN_LOOSE = expression(r"[0-9](?<![0-9A-Za-z][0-9])[0-9]{2}[ \-]?[0-9]{2}[ \-]?[0-9]{4}(?![0-9A-Za-z])")
_NINE_SHAPE = re.compile(rb"d(?<![xd]d)dd[ \-]?dd[ \-]?dddd(?![xd])")
_PASSPORT_DIGITS: Final = 3
_PASSPORT = expression(
    r"(?<![0-9A-Za-z])(?:[A-Za-z]{1,2}[0-9]{6,10}|[0-9]{8,9}|[A-Za-z][0-9][A-Za-z0-9]{6,7}"
    # Germany leaves out the vowels and what looks like a digit.
    r"|[CFGHJKcfghjk][CFGHJKLMNPRTVWXYZcfghjklmnprtvwxyz0-9]{8})(?![0-9A-Za-z])"
)
_ORDER: Final = words("orders?", "order (?:no|number|id)", "tx", "transactions?", "ref", "reference", "invoice",
    "tracking", "ticket", "case", "batch", "serial", "sku", "part",
) + "|订单|訂單|单号|單號|流水|交易|运单|编号|編號|工单|序列号"  # fmt: skip
_ID_LABELS = Labels(
    yes=words("id card", "id card (?:no|number)", "national id", "identity card", "identity", "id number", "id no",
        "hkid", "resident id", "ssn", "social security", "social security number", "citizen id",
        "social (?:is|no|number|#)",
    ) + "|身份证|身份證|身分證|证件|證件|居民证|身份号码",
    no=_ORDER,
)  # fmt: skip
_PASSPORT_LABELS = Labels(
    yes=words("passports?", "passport (?:no|number)", "reisepass(?:nummer)?", "passeport", "pasaporte", "passaporto")
    + "|护照|護照|通行[证證]|[回][乡鄉][证證]|[台臺]胞[证證]|旅行[证證]",
    no=_ORDER + "|身份证|手机|电话|卡号|" + words("phone", "card", "tel"),
)
# The two lines at the foot of the page (ICAO 9303).
_MACHINE_LINES = expression(
    r"(?<![0-9A-Za-z<])P[A-Z<][A-Z<]{3}[A-Z]{1,38}<[A-Z<]{4,38}(?![0-9A-Za-z<])"
    r"(?:\s{1,3}[0-9A-Z<]{9}[0-9<][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[0-9A-Z<]{14,16}(?![0-9A-Za-z<]))?"
)
_OTHER_PASSPORT = expression(
    r"(?i:(?: \(?(?:is )?(?:expired|old|lost|stolen)\)?)?[ ,;.]{1,3}"
    r"(?:and )?(?:my |the )?(?:new|old|other)(?: one| number)?(?: is|:)? "
    r"|(?:过期|過期|旧|舊|作废|作廢|丢|丟)?了?[的了]?[ ,;.]{0,2}(?:换了|換了)?"
    r"[新旧舊](?:的|证|證|号|號|护照|護照)?[是为為:]?\s?)"
    r"(?P<value>[A-Za-z]{1,2}[0-9]{6,10}|[0-9]{8,9})(?![0-9A-Za-z])"
)
_TAIWAN_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def may_be_labelled_china(scan: Scan) -> bool:
    """Whether fifteen digits follow each other, and a word that names them is there."""
    return may_be_china(scan) and bool(scan.named("identity"))


def may_be_china(scan: Scan) -> bool:
    """Whether fifteen digits follow each other."""
    return b"d" * 15 in scan.digits(b" -")


def find_china(scan: Scan) -> Iterator[Hit]:
    """Yield Chinese numbers by date and check digit."""
    yield from _checked(scan, _CHINA.finditer(scan.text), mod11_2)


def find_china_labelled(scan: Scan) -> Iterator[Hit]:
    """Yield numbers of the length of Chinese ones after their label."""
    yield from _labelled(scan, _CHINA_LOOSE)


def may_be_hong_kong(scan: Scan) -> bool:
    """Whether a letter stands before six or seven digits."""
    return _HONG_KONG_SHAPE.search(scan.shape) is not None


def find_hong_kong(scan: Scan) -> Iterator[Hit]:
    """Yield Hong Kong numbers: the check digit needs its brackets or a label beside the number."""
    starts = [begin for begin, _ in scan.spans(_HONG_KONG_SHAPE)]
    yield from _checked(scan, around(_HONG_KONG, scan.text, starts, 4, 12), _hong_kong)


def may_be_taiwan(scan: Scan) -> bool:
    """Whether a letter stands before nine digits."""
    return _TAIWAN_SHAPE.search(scan.shape) is not None


def find_taiwan(scan: Scan) -> Iterator[Hit]:
    """Yield Taiwanese numbers by check digit."""
    yield from _checked(scan, _TAIWAN.finditer(scan.text), _taiwan)


def may_be_ssn(scan: Scan) -> bool:
    """Whether nine digits stand in the three groups of a social security number."""
    return b"ddd-dd-dddd" in scan.shape


def find_ssn(scan: Scan) -> Iterator[Hit]:
    """Yield social security numbers by shape."""
    for match in _SSN.finditer(scan.text):
        if _ID_LABELS.before(scan.low, match.start(), 22) != "no":
            yield Hit(match.start(), match.end(), "NATIONAL_ID", "shape")


def may_be_nine_digits(scan: Scan) -> bool:
    """Whether nine digits follow each other, and a word that names them is there."""
    return _NINE_SHAPE.search(scan.shape) is not None and bool(scan.named("identity"))


def find_ssn_labelled(scan: Scan) -> Iterator[Hit]:
    """Yield nine digits after their label."""
    yield from _labelled(scan, _SSN_LOOSE)


def may_be_passport(scan: Scan) -> bool:
    """Whether there are digits enough."""
    return scan.shape.count(b"d") >= _PASSPORT_DIGITS


def find_passport(scan: Scan) -> Iterator[Hit]:
    """Yield passport numbers, which have no public check digit and so need their label."""
    for match in around(_PASSPORT, scan.text, scan.at["passport"], 40, 60):
        if sum(map(str.isdigit, match.group())) < _PASSPORT_DIGITS:
            continue
        if _PASSPORT_LABELS.nearest(scan.low, *match.span(), before=26, after=16) == "yes":
            yield Hit(match.start(), match.end(), "PASSPORT", "label")
            # The one that came in its place.
            if (other := _OTHER_PASSPORT.match(scan.text, match.end())) is not None:
                yield Hit(*other.span("value"), "PASSPORT", "label")


def find_machine_lines(scan: Scan) -> Iterator[Hit]:
    """Yield the lines of a passport that machines read."""
    for match in starting(_MACHINE_LINES, scan.text, scan.at["machine lines"]):
        yield Hit(match.start(), match.end(), "PASSPORT", "shape")


def _checked(scan: Scan, matches: Iterable[re.Match[str]], valid: Callable[[str], bool]) -> Iterator[Hit]:
    """Numbers whose check digit holds, unless a label says that they are something else."""
    for match in matches:
        value = "".join(filter(str.isalnum, match.group())).upper()
        if valid(value):
            label = _ID_LABELS.nearest(scan.low, *match.span(), before=22, after=14)
            needs_label = valid is _hong_kong and "(" not in match.group()
            if label == "yes" or (label is None and not needs_label):
                yield Hit(match.start(), match.end(), "NATIONAL_ID", "checksum")


def _labelled(scan: Scan, pattern: re.Pattern[str]) -> Iterator[Hit]:
    for match in pattern.finditer(scan.text):
        if _ID_LABELS.before(scan.low, match.start(), 22) == "yes":
            yield Hit(match.start(), match.end(), "NATIONAL_ID", "label")


def _hong_kong(value: str) -> bool:
    """Weights 9 to 2 and 1 over the two letters (a missing first one counts 36) and seven digits, modulo 11."""
    numbers = [int(char, 36) for char in value]
    if len(numbers) == 8:
        numbers.insert(0, 36)
    if value[-1] == "A":
        numbers[-1] = 10
    return sum(number * weight for number, weight in zip(numbers, range(9, 0, -1), strict=True)) % 11 == 0


def _taiwan(value: str) -> bool:
    """Weights 1, 9 for the letter's two digits, then 8 to 1 and 1, modulo 10."""
    letter = _TAIWAN_LETTERS.index(value[0]) + 10
    numbers = [letter // 10, letter % 10, *map(int, value[1:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(number * weight for number, weight in zip(numbers, weights, strict=True)) % 10 == 0
