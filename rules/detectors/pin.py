"""PINs: a label, something that connects, four to eight digits."""

from collections.abc import Iterator
from typing import Final

from rules.detectors.anchored import starting
from rules.detectors.connective import CELL, FIELD, IS, QUANTITY, QUOTE, SHI
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression

_LABEL: Final = (  # what unlocks a thing that one has is no code that was sent
    r"(?:(?<![a-z])pin(?:'s)?(?: ?(?:code|number|no\.?))?"
    r"|(?:(?<=wallet )|(?<=app )|(?<=phone )|(?<=screen )|(?<=lock )|(?<=device )|(?<=vault ))pass ?codes?)(?![a-z])"
)
_PIN = expression(
    rf"{_LABEL}(?: (?:for|of|to|i|we|that)(?![a-z])[a-z ']{{0,24}}?)?"
    rf"(?:{IS}|{SHI}|{CELL}|{FIELD}|\s{{1,2}}|,\s(?=[0-9]{{4,8}}[,.])){QUOTE}"
    r"(?P<value>[0-9]{4,8}|[0-9](?: [0-9]){3,7})(?![0-9A-Za-z]| [0-9])"
)
_ONE_MORE = expression(
    r"(?: ?[,/]| (?:and|or|then|but))"
    r"(?: (?:and|or|then|but|now|later|i|it|changed|made|set|to|was|is|tried|before|that)){0,7}"
    r" ?(?P<value>[0-9]{4,8})(?![0-9A-Za-z])"
)


def find(scan: Scan) -> Iterator[Hit]:
    """Yield PINs."""
    for match in starting(_PIN, scan.low, scan.at["pin"]):
        if QUANTITY.match(scan.low, match.end()) is None:
            yield from _with_more(scan.low, *match.span("value"))


def _with_more(low: str, start: int, end: int) -> Iterator[Hit]:
    """A PIN, and those that little words lead to: `1234 and then I made it 123456`."""
    yield Hit(start, end, "PASSWORD", "label")
    while (more := _ONE_MORE.match(low, end)) is not None and QUANTITY.match(low, more.end()) is None:
        start, end = more.span("value")
        yield Hit(start, end, "PASSWORD", "label")
