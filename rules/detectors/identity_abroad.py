"""Identity numbers of other countries: by their own name beside them, a few by shape and check digits alone.

Sources: Receita Federal (CPF, modulo 11 twice), ICA (Emirates ID), Resident Registration Act (Korea, modulo 11).
The words are those that holders write; what stands behind one needs most of its characters to be digits.
"""

from collections.abc import Iterator
from typing import Final

from rules.detectors.anchored import starting
from rules.detectors.connective import CELL, IS, QUOTE, SHI
from rules.detectors.hit import Hit
from rules.detectors.labels import words
from rules.detectors.scan import Scan
from rules.expression import expression

NAMES: Final = (
    "nric", "singpass", "emirates id", "cpf", "dni", "nif", "aadhaar", "aadhar", "aadhaar card", "pan card",
    "national insurance", "ni number", "ni no", "n\\.i\\. number", "n\\.i\\. no", "nino", "medicare", "sin",
    "social insurance", "mykad", "ic number", "ic no", "tc kimlik", "curp", "codice fiscale", "bsn", "pesel", "cnp",
    "cedula", "cccd", "cmnd", "ktp", "nik ktp", "personalausweis", "ausweisnummer", "resident registration",
    "national id", "identity card", "identity number", "identification number", "personal id", "iqama", "civil id",
    "tax id", "itin", "driver license", "drivers license", "driver's license", "driving license", "driving licence",
    "driver licence", "drivers licence", "driver's licence",
)  # fmt: skip
"""Of papers and numbers, as people call them; `scan` waits for them."""

_LABELLED = expression(
    rf"(?:{words(*NAMES)}|身份证号码?|身份證號碼?|居留[证證](?:统一|統一)?[号號]?[码碼]?)"
    r"(?: card)?(?: (?:number|num|no|nr)(?![a-z])\.?|#)?"
    rf"(?: ?\([a-z ]{{2,16}}\))?(?:{CELL}|{IS}|{SHI}|\s{{1,2}})#?{QUOTE}"
    r"(?P<value>[a-z0-9](?:[ .\-/]?[a-z0-9]){4,21})(?![0-9a-z])"
)
_VALUE_END = expression(
    r"[a-z]{2}(?: ?[0-9]{2}){3} ?[a-d](?![0-9a-z])"
    r"|[a-z]{0,5}[0-9][0-9a-z]{0,17}(?:[ .\-/][a-z]?[0-9][0-9a-z]{0,11}){0,5}(?![0-9a-z])"
)
_DIGITS: Final = range(5, 19)
_CPF = expression(r"[0-9](?<![0-9A-Za-z.\-][0-9])[0-9]{2}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9A-Za-z\-])")
_EMIRATES = expression(r"7(?<![0-9A-Za-z\-]7)84([ \-])(?:19|20)[0-9]{2}\1[0-9]{7}\1[0-9](?![0-9A-Za-z\-])")
_KOREA = expression(
    r"[0-9](?<![0-9A-Za-z\-][0-9])[0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])-[1-8][0-9]{6}(?![0-9A-Za-z\-])"
)
_KOREA_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_SINGAPORE = expression(r"[STFG](?<![0-9A-Za-z][STFG])[0-9]{7}[A-Z](?![0-9A-Za-z])")
_SINGAPORE_WEIGHTS: Final = (2, 7, 6, 5, 4, 3, 2)
_SHAPES: Final = (b"xdddddddx", b"ddd.ddd.ddd-dd", b"dddddd-ddddddd", b"ddddddd-d", b"ddddddd d")
_NUMBERED = expression(
    words("orders?", "ref", "reference", "invoice", "tracking", "ticket", "case", "serial", "batch", "tx", "part", "no")
    + r"[^a-z0-9]{0,3}(?:(?:no|number|id|is)[^a-z0-9]{0,3}){0,2}\Z|[单單编編][号號][^a-z0-9]{0,3}\Z"
)
_BEFORE_CHARS: Final = 24


def find_labelled(scan: Scan) -> Iterator[Hit]:
    """Yield what stands behind the name of a paper."""
    low = scan.low
    for match in starting(_LABELLED, low, scan.at["identity abroad"]):
        value = _VALUE_END.match(low, match.start("value"))
        if value is not None and sum(map(str.isdigit, value.group())) in _DIGITS:
            yield Hit(value.start(), value.end(), "NATIONAL_ID", "label")


def may_be_shaped(scan: Scan) -> bool:
    """Whether digits stand in the groups of one of the numbers that need no name."""
    return any(map(scan.shape.__contains__, _SHAPES))


def find_shaped(scan: Scan) -> Iterator[Hit]:
    """Yield numbers of Brazil, the Emirates, Korea and Singapore that stand in their groups."""
    for pattern, valid in ((_CPF, _cpf), (_EMIRATES, None), (_KOREA, _korea), (_SINGAPORE, _singapore)):
        for match in pattern.finditer(scan.text):
            if (valid is None or valid(match.group())) and not _is_numbered(scan.low, match.start()):
                yield Hit(match.start(), match.end(), "NATIONAL_ID", "shape" if valid is None else "checksum")


def _is_numbered(low: str, start: int) -> bool:
    """Whether the word right before says that the number is of an order or the like."""
    return _NUMBERED.search(low, max(0, start - _BEFORE_CHARS), start) is not None


def _digits(value: str) -> list[int]:
    return [int(char) for char in value if char.isdigit()]


def _cpf(value: str) -> bool:
    """Two check digits, each over all digits before it."""
    digits = _digits(value)
    return len(set(digits)) > 1 and all(
        sum(digit * (size + 1 - place) for place, digit in enumerate(digits[:size])) * 10 % 11 % 10 == digits[size]
        for size in (9, 10)
    )


def _korea(value: str) -> bool:
    """Numbers given out before October 2020; later ones have no check digit and need their name."""
    digits = _digits(value)
    total = sum(digit * weight for digit, weight in zip(digits, _KOREA_WEIGHTS, strict=False))
    return (11 - total % 11) % 10 == digits[12]


def _singapore(value: str) -> bool:
    """Citizens and residents (S, T) and foreigners (F, G) have letters of their own; T and G count four more."""
    total = sum(digit * weight for digit, weight in zip(_digits(value), _SINGAPORE_WEIGHTS, strict=True))
    total += 4 if value[0] in "TG" else 0
    return value[-1] == ("JZIHGFEDCBA" if value[0] in "ST" else "XWUTRQPNMLK")[total % 11]
