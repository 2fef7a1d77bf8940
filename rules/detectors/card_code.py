"""Card numbers with the security code right behind them, as they stand on a card and are typed off it.

No word names such a code: that it stands there, is as long as one, and nothing else is said of it shows what it is.
"""

from collections.abc import Iterator
from typing import Final

from rules.detectors import card
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.fold import BARRIER

_CODE: Final = expression(
    r"[ \t,;:/|\n]{1,3}(?P<value>[0-9]{3,4})"
    r"(?=\s{0,2}(?:[,;|/)\n]|\.(?:\s|\Z)|\Z|exp|valid|thru|good|有效|到期|效期"
    r"|(?:0[1-9]|1[0-2]) ?[/\-] ?(?:20)?[2-4][0-9]))"
)
_BEHIND_MASK: Final = expression(
    # In the messages behind that of the card: when it expires, and the code.
    r"(?:[\s,;:/|]{1,3}(?:(?:and )?(?:exp(?:iry|ires?|iration)?(?: date)?|valid(?: (?:thru|until|to))?"
    r"|有效期至?|到期日?|效期)[\s:.是為为]{0,3})?(?:0[1-9]|1[0-2])(?: ?[/\-. ] ?)?(?:20)?[2-4][0-9](?![0-9]))?"
    r"[ \t,;:/|\n]{1,3}(?:(?:and |the |my |security |卡片?){0,3}(?:code|digits|[码碼]|背面|[后後]三[位码碼]?)"
    r"[\s:是係]{0,3}(?:is |are )?)?(?P<value>[0-9]{3,4})(?=\s{0,2}(?:[,;|)!\n]|\.(?:\s|\Z)|\Z))"
)
_MASKED: Final = expression(rf"(?<!{BARRIER}){BARRIER}{{{len('[CARD]')}}}(?!{BARRIER})")
_AMEX: Final = "3"
"""Its first digit, which those of Diners share: theirs have three digits and are seldom typed."""


def find(scan: Scan) -> Iterator[Hit]:
    """Yield card numbers, and the code behind each."""
    for hit in card.find(scan):
        yield hit
        yield from _behind(scan.low, hit.start, hit.end)


def is_masked(scan: Scan) -> bool:
    """Whether anything is masked."""
    return BARRIER in scan.low


def find_behind_mask(scan: Scan) -> Iterator[Hit]:
    """Yield what stands so behind a card number that is masked, in the message before it most often."""
    for mask in _MASKED.finditer(scan.low):
        match = _BEHIND_MASK.match(scan.low, mask.end())
        if match is not None and "\n" in match.group():
            yield Hit(*match.span("value"), "CVV", "behind a card")
        else:
            yield from _behind(scan.low, *mask.span())


def _behind(low: str, start: int, end: int) -> Iterator[Hit]:
    match = _CODE.match(low, end)
    in_a_row = low[max(0, start - 3) : start].rstrip()[-1:].isdigit()
    if match is not None and not in_a_row and len(match["value"]) == (4 if low[start] == _AMEX else 3):
        yield Hit(*match.span("value"), "CVV", "behind a card")
