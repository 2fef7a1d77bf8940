"""Bank accounts: IBAN by country length and MOD 97-10 (ISO 13616 registry)."""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.checksums import iban
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression

_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24,
    "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25,
    "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
_DIGITS_MIN: Final = 8
_BEGIN = re.compile(rb"d(?<=xxd)(?<![xd]xxd)d(?=[ \-]{0,2}[xd])")
_LABEL = expression(r"(?<![A-Za-z])iban(?![A-Za-z])", re.IGNORECASE)
_BODY: Final = {
    length: expression(rf"[0-9A-Za-z](?:[ \-]{{0,2}}[0-9A-Za-z]){{{length - 1}}}(?![0-9A-Za-z])")
    for length in set(_LENGTHS.values())
}


def may_be_iban(scan: Scan) -> bool:
    """Whether two letters and two digits begin a word, and there are digits enough."""
    return scan.shape.count(b"d") >= _DIGITS_MIN and _BEGIN.search(scan.shape) is not None


def find(scan: Scan) -> Iterator[Hit]:
    """Yield values of exactly their country's length whose check digits hold, or that are called an IBAN."""
    text = scan.text
    for digits, _ in scan.spans(_BEGIN):
        begin = digits - 2
        length = _LENGTHS.get(text[begin : begin + 2].upper())
        match = None if length is None else _BODY[length].match(text, begin)
        if match is None:
            continue
        if iban("".join(filter(str.isalnum, match.group())).upper()):
            yield Hit(match.start(), match.end(), "IBAN", "checksum")
        elif _LABEL.search(text, max(0, begin - 20), begin) is not None:
            yield Hit(match.start(), match.end(), "IBAN", "label")
