"""Values in a column under their label: rows of an export (RFC 4180, also with other separators), tables of text."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from rules.detectors.hit import Hit, SecretType
from rules.detectors.scan import Scan
from rules.expression import expression

TRIGGERS: Final = ("password", "password zh", "pin", "cvv", "code", "code zh", "name", "name zh", "passport")
ROWS_MAX: Final = 200
_CELLS_MAX: Final = 40
_HEAD_CHARS: Final = 28


class _Head(NamedTuple):
    """What a column may be called, and what its values look like."""

    type: SecretType
    name: re.Pattern[str]
    value: re.Pattern[str]


_NAME_PART: Final = r"(?:[A-ZÀ-ÖØ-Þ][^\W\d_]{0,24}(?:['\-][^\W\d_]{1,20})?\.?|v[ao]n|de[nrl]?|la|da|dos|di|bin|al)"
_WORD: Final = "(?:[a-z]{1,12}[ _-])?"
_HEADS: Final = (
    _Head(
        "PASSWORD",
        expression(
            rf"{_WORD}(?:pass ?(?:word|code|phrase)?|passwd|pwd|pw|pin)|[\u4e00-\u9fff]{{0,4}}(?:密[码碼]|口令)"
        ),
        expression(r"(?=[!-~]{0,71}[0-9!@#$%^&+=~?])(?!\*{3})[!-~]{4,72}"),
    ),
    _Head(
        "CVV",
        expression(rf"{_WORD}(?:cvv2?|cvc2?|cv2|csc|cid)|(?:card )?security[ _]code|安全[码碼]"),
        expression("[0-9]{3,4}"),
    ),
    _Head(
        "OTP",
        expression(
            rf"{_WORD}t?otp|(?:2fa|otp|totp)[ _](?:secret|key|seed)"
            r"|(?:verification|one[ _-]time|backup|recovery|2fa|mfa|sms)[ _]codes?"
            "|[\u4e00-\u9fff]{0,4}(?:[验驗][证證]|[备備]用)[码碼]"
        ),
        expression("[0-9]{4,8}|[0-9A-Za-z]{4,5}-[0-9A-Za-z]{4,5}|[A-Z2-7]{16,64}"),
    ),
    _Head(
        "PASSPORT",
        expression(r"passports?(?: ?(?:no\.?|number|#))?|[护護]照(?:[号號][码碼]?)?"),
        expression("[A-Za-z]{0,2}[0-9]{6,9}"),
    ),
    _Head(
        "PERSON_NAME",
        expression(
            r"(?:(?:full|customer|client|holder|account|beneficiary|payee|recipient|employee)[ _-]?)?name"
            r"|(?:account|card) ?holder|beneficiary|payee|recipient"
            r"|(?:真[实實])?姓名|[户戶]名|(?:收款|付款|持卡|[联聯][系絡]|收件)人"
        ),
        expression(rf"(?:{_NAME_PART} ){{1,3}}{_NAME_PART}|[\u4e00-\u9fff]{{2,4}}(?<!银行)(?<!銀行)(?<!公司)"),
    ),
)
_CELL: Final = {
    separator: expression(
        rf"[ \r]{{0,3}}(?:\"(?P<quoted>[^\"\n]{{0,500}})\"|(?P<plain>[^{separator}\n]{{0,500}}?))"
        rf"[ \r]{{0,3}}(?:(?P<more>[{separator}])|\Z)"
    )
    for separator in ",;\t|"
}


def may_be_table(scan: Scan) -> bool:
    """Whether there are lines, and values in them."""
    return "digit" in scan.at and b"\n" in scan.data


def find(scan: Scan) -> list[Hit]:
    """What stands under a label, in each row with as many cells as the one with the label."""
    low = scan.low
    found: list[Hit] = []
    done = 0
    for label in sorted({place for trigger in TRIGGERS for place in scan.at.get(trigger, ())}):
        if label < done:
            continue
        begin, done = low.rfind("\n", 0, label) + 1, low.find("\n", label)
        if done < 0:
            break
        separator = max(_CELL, key=low[begin:done].count)
        if separator in low[begin:done]:
            head = _cells(low, begin, done, separator)
            columns = [
                (place, kind)
                for place, (start, end) in enumerate(head)
                if end - start <= _HEAD_CHARS
                for kind in _HEADS
                if kind.name.fullmatch(low, start, end) is not None
            ]
            if columns:
                done = _below(scan.text, done, separator, len(head), columns, found)
    return found


def _below(
    text: str, end: int, separator: str, cells: int, columns: Sequence[tuple[int, _Head]], found: list[Hit]
) -> int:
    """Add what stands in the rows behind the line that ends there; return where the last of them ends."""
    for _ in range(ROWS_MAX):
        begin = end + 1
        next_end = text.find("\n", begin)
        next_end = len(text) if next_end < 0 else next_end
        row = _cells(text, begin, next_end, separator)
        if len(row) != cells:
            break
        end = next_end
        found += [
            Hit(*row[place], head.type, "column")
            for place, head in columns
            if head.value.fullmatch(text, *row[place]) is not None
        ]
    return end


def _cells(text: str, begin: int, end: int, separator: str) -> list[tuple[int, int]]:
    """Where the cells of a line stand, without blanks and quotation marks around them."""
    found: list[tuple[int, int]] = []
    while len(found) < _CELLS_MAX and (cell := _CELL[separator].match(text, begin, end)) is not None:
        found.append(cell.span("plain" if cell["quoted"] is None else "quoted"))
        if cell["more"] is None:
            break
        begin = cell.end()
    return found
