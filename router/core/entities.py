"""Strong entities of a redacted text: transactions, orders and tickets, addresses, amounts. Pure, linear time.

A value that people shorten (0x3f9a…c21b) is known by its ends; an address that the door masked by its keyed hash.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Final

import re2

from router.core.coins import COINS
from router.model.matter import Entity, EntityKind
from rules.expression import expression

_CHARS_MAX: Final = 20_000
"""Looked at, of one message."""
_FOUND_MAX: Final = 24
"""Entities of one message."""
_ENDS: Final = 10
_MARKED_CHARS: Final = 6
_CALLED_CHARS: Final = 4
_ABOUT: Final = 64
"""Characters around digits in which an entity with these digits begins and ends."""
_DIGITS = expression(rf"[0-9](?:[^0-9]{{0,{2 * _ABOUT}}}[0-9])*")
_TOKEN = expression(r"(?<![0-9a-z.,:/\-])(?=[0-9a-z]{0,11}[0-9])[0-9a-z]{3,12}(?![0-9a-z.:/]*[0-9a-z])")
_B58: Final = "1-9A-HJ-NP-Za-km-z"
_LEFT, _RIGHT = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"

_VALUE = expression(
    rf"{_LEFT}(?:(?P<transaction>(?:0[xX])?[0-9a-fA-F]{{64}}|[{_B58}]{{80,90}})"
    rf"|(?P<address>0[xX][0-9a-fA-F]{{40}}|(?:bc1|tb1|ltc1|addr1|cosmos1|osmo1)[0-9a-z]{{20,100}}"
    rf"|(?:T|[13]|r|D|L)[{_B58}]{{25,34}}|[EU]Q[0-9A-Za-z_\-]{{46}}|[{_B58}]{{40,44}}))(?![0-9A-Za-z…])"
)
_SHORT = expression(
    rf"{_LEFT}(?P<head>0[xX][0-9a-fA-F]{{3,16}}|[0-9A-Za-z]{{4,16}})"
    rf"(?:\s?(?:…|\.{{2,6}}|\*{{2,8}}|⋯|。{{2,6}})|开头\s?,?\s?)"
    rf"(?P<tail>[0-9A-Za-z]{{3,16}}|(?<=[^0-9A-Za-z])\s(?=[A-Za-z]{{0,9}}[0-9])[0-9A-Za-z]{{3,10}}){_RIGHT}"
)
_BEGINS = expression(
    rf"{_LEFT}(?P<head>0[xX][0-9a-fA-F]{{4,16}}(?![0-9A-Za-z])"
    rf"|(?=[A-Za-z]{{0,9}}[0-9])(?=[0-9]{{0,9}}[A-Za-z])[0-9A-Za-z]{{6,16}}(?=\s?(?:…|\.{{2,6}}|⋯|\*{{2,8}})))"
)
_ENDS_WITH = expression(
    r"(?:\bends? (?:in|with)|\bending(?: in| with)?|\bcode ends|尾号(?:是)?|结尾(?:是)?)\s?[-…]{0,2}"
    r"(?P<tail>(?=[A-Za-z]{0,9}[0-9])[0-9A-Za-z]{3,10})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_TAIL_ONLY = expression(rf"(?:…|\.\.\.)-?(?P<tail>(?=[A-Za-z]{{0,9}}[0-9])[0-9A-Za-z]{{3,10}}){_RIGHT}")
_ORDER = expression(
    rf"{_LEFT}(?<![0-9A-Za-z]-)(?=[0-9A-Za-z\-]{{5,40}}{_RIGHT})(?!(?:19|20)[0-9]{{2}}-[0-9]{{1,2}}(?![0-9]))"
    r"(?P<order>[A-Z][0-9A-Z]{0,7}-?[0-9]{5,20}(?:-[0-9A-Z]{1,12}){0,2}|[A-Z]{2,8}-[0-9]{3,20}"
    r"|(?:[A-Z][A-Z0-9]{1,11}|[A-Z0-9]{4,12})(?:-[A-Z0-9]{2,12}){1,4}|[0-9]{8,20}"
    rf"|[A-Z][0-9]{{8,24}}[0-9a-z]{{6,24}}){_RIGHT}(?!-[0-9A-Za-z])"
)
_NUMBERED = expression(
    r"(?:#|№|\b(?:ticket|case|order|request|reference|ref|no|number|nr|id)\b\.?|单号|订单号?|工单号?|编号|案件|申请号)"
    r"[\s:：#.是为]{0,4}(?P<number>[0-9]{4,12})(?![0-9A-Za-z.,])",
    re.IGNORECASE,
)
_BARE_NUMBER = expression(r"(?<![0-9A-Za-z.,\-+])(?P<number>[0-9]{6,9})(?![0-9A-Za-z.,\-])")

_UNIT = "|".join(sorted(map(re.escape, COINS), key=len, reverse=True))
_NUMBER = (
    r"[0-9]{1,3}(?:[,' ][0-9]{3}){1,4}(?:\.[0-9]{1,18})?|[0-9]{1,3}(?:\.[0-9]{3}){1,3},[0-9]{1,2}"
    r"|[0-9]{1,12}(?:[.,][0-9]{1,18})?"
)
_AMOUNT = expression(
    r"(?=[0-9$€£¥￥₦₹urhegc])"  # with what it can begin: all other characters are left behind at once
    r"(?<![0-9A-Za-z.:\-_/])(?<![0-9],)(?:(?P<before>us\$|hk\$|r\$|[$€£¥￥₦₹]|\b(?:eur|usd|gbp|rs|chf)\b)\s?)?"
    rf"(?P<number>{_NUMBER})(?P<many>\s?[kK](?![A-Za-z])|\s?万|\s?千)?"
    rf"(?:\s?(?:多|个)?\s?(?P<unit>{_UNIT})(?![A-Za-z]))?(?![0-9])(?!\.[0-9])",
    re.IGNORECASE,
)
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = expression(
    r"\b(?P<name>(?i:january|february|april|june|july|august|september|october|november|december)"
    r"|March|(?<=for )march)\b"
    r"|(?<![0-9])(?P<number>1[0-2]|[1-9])月(?:份|(?P<day>[0-9]{1,2})[日号])?(?![个前])"
)
_VERSION = expression(
    r"(?:\bv|\bver|\bversion|\bios|\bandroid|\bwindows|\bmacos|\bchrome|\bfirefox|\bsafari|\bbuild|\bupdate|\bfirmware"
    r"|版本?号?|安卓|鸿蒙|系统|固件|更新到了?|升级到了?)(?:\s(?:to|version))?[\s:：.]{0,2}$",
    re.IGNORECASE,
)
_VERSION_CHARS: Final = 20
"""Before a number, in which a word may say that it is a version."""
_MANY: Final = {"k": 1_000, "万": 10_000, "千": 1_000}

# What each kind cannot be without, looked for first: most texts have none of it, and the patterns try every character.
_VALUE_MAYBE = re2.compile(r"[0-9A-Za-z_\-]{23}")
_SHORTENED_MAYBE = re2.compile(r"(?i)…|\.\.|\*\*|⋯|。。|开头|0x|\bend|尾号|结尾")
_ORDER_MAYBE = re2.compile(r"[0-9]{4}|[0-9A-Z]-[0-9A-Z]")
_MONTH_MAYBE = re2.compile("(?i)月|january|february|march|april|june|july|august|september|october|november|december")


def entities(text: str, addresses: Iterable[str] = ()) -> tuple[Entity, ...]:
    """The entities of a text, each once, in the order of their kinds; `addresses` are the door's keyed hashes."""
    text = text[:_CHARS_MAX]
    numbered = _about_digits(text)
    found: dict[Entity, None] = {}
    spans: list[tuple[int, int]] = []
    for entity, span in (*_values(numbered), *_shortened(numbered)):
        found.setdefault(entity)
        spans.append(span)
    rest = _without(numbered, spans)
    for entity in (*_orders(rest), *_amounts(rest), *_months(text)):
        found.setdefault(entity)
    for value in addresses:
        found.setdefault(Entity("address", value))
    return tuple(found)[:_FOUND_MAX]


def meets(one: Entity, other: Entity) -> bool:
    """Whether both can be the same value: equal, or the ends of one are the other's."""
    if "month" in {one.kind, other.kind}:
        return one == other or (one.head == other.head and not (one.tail and other.tail))
    if one.kind == "amount" or other.kind == "amount":
        same = one.kind == other.kind and one.head == other.head
        return same and (one.tail == other.tail or not (one.tail and other.tail))
    if one.whole and other.whole:
        return one.whole == other.whole or (one.kind == other.kind == "order" and _ends_in(one, other))
    return _ends_meet(one, other)


def _ends_in(one: Entity, other: Entity) -> bool:
    """Whether the shorter of two order numbers is the end of the longer, as people write 448213 for 20251106448213."""
    short, long = sorted((one, other), key=lambda each: (each.head != each.tail, len(each.tail)))
    return short.head == short.tail and len(short.tail) > _CALLED_CHARS and long.tail.endswith(short.tail)


def _ends_meet(one: Entity, other: Entity) -> bool:
    compared = 0
    for mine, theirs, of_start in ((one.head, other.head, True), (one.tail, other.tail, False)):
        if mine and theirs:
            short, long = sorted((mine, theirs), key=len)
            if not (long.startswith(short) if of_start else long.endswith(short)):
                return False
            compared += len(short)
    return compared >= 3


def calls(token: str, entity: Entity) -> bool:
    """Whether a bare token, such as 3301 or 88qx, is how people call an order or a hash by its end or beginning, or an
    amount by its number."""
    if entity.kind in {"amount", "month"}:
        return entity.kind == "amount" and entity.head == token
    if len(token) < _CALLED_CHARS:
        return False
    return (
        entity.tail.endswith(token) or entity.head.removeprefix("0x").startswith(token) or entity.head.startswith(token)
    )


def tokens(text: str) -> tuple[str, ...]:
    """Bare tokens with digits that are no part of a value of its own."""
    text = _about_digits(text[:_CHARS_MAX])
    taken = [match.span() for pattern in (_VALUE, _SHORT, _ORDER) for match in pattern.finditer(text)]
    taken += [match.span() for match in _AMOUNT.finditer(text) if match["unit"] or match["before"]]
    rest = _without(text, taken).lower()
    return tuple(dict.fromkeys(_TOKEN.findall(rest)))[:_FOUND_MAX]


def marks(found: Iterable[Entity]) -> list[str]:
    """The values that are rare enough to relate tickets of different people by, as they are looked up."""
    return [f"{one.kind}:{one.whole}" for one in found if one.whole and len(one.head or one.whole) >= _MARKED_CHARS]


def _about_digits(text: str) -> str:
    """What stands near digits, as every entity but a month does: little of a long mail."""
    return "\n\n".join(text[max(0, one.start() - _ABOUT) : one.end() + _ABOUT] for one in _DIGITS.finditer(text))


def _digest(kind: str, value: str) -> str:
    return blake2b(f"{kind}:{value}".encode(), digest_size=9).hexdigest()


def _entity(kind: EntityKind, value: str) -> Entity:
    hexadecimal = value[:2] in {"0x", "0X"} or re.fullmatch("[0-9a-fA-F]{64}", value) is not None
    normal = value.lower().removeprefix("0x") if hexadecimal else value
    low = value.lower()
    return Entity(kind, _digest(kind, normal), low[:_ENDS], low[-_ENDS:])


def _values(text: str) -> Iterator[tuple[Entity, tuple[int, int]]]:
    if _VALUE_MAYBE.search(text.encode()) is None:
        return
    for match in _VALUE.finditer(text):
        kind: EntityKind = "transaction" if match["transaction"] else "address"
        yield _entity(kind, match.group()), match.span()


def _shortened(text: str) -> Iterator[tuple[Entity, tuple[int, int]]]:
    if _SHORTENED_MAYBE.search(text.encode()) is None:
        return
    taken: list[tuple[int, int]] = []
    for match in _SHORT.finditer(text):
        head, tail = match["head"].lower(), match["tail"].strip().lower()
        if any(mark.isdigit() for mark in head) and any(mark.isdigit() for mark in head + tail[1:]):
            taken.append(match.span())
            yield Entity("transaction", "", head, tail), match.span()
    rest = _without(text, taken)
    for match in _BEGINS.finditer(rest):
        yield Entity("transaction", "", match["head"].lower(), ""), match.span()
    for pattern in (_ENDS_WITH, _TAIL_ONLY):
        for match in pattern.finditer(rest):
            yield Entity("order", "", "", match["tail"].lower()), match.span()


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _orders(text: str) -> Iterator[Entity]:
    if _ORDER_MAYBE.search(text.encode()) is None:
        return
    for match in _ORDER.finditer(text):
        value = match["order"]
        if sum(map(str.isdigit, value)) >= 3:
            yield _entity("order", value.upper())
    for pattern in (_NUMBERED, _BARE_NUMBER):
        for match in pattern.finditer(text):
            yield _entity("order", match["number"])


def _amounts(text: str) -> Iterator[Entity]:
    for match in _AMOUNT.finditer(text):
        unit = (match["unit"] or match["before"] or "").lower()
        number, many = match["number"], (match["many"] or "").strip().lower()
        if not unit and not many and "." not in number and "," not in number:
            continue  # a bare whole number may be anything
        if not unit and _VERSION.search(text[max(0, match.start() - _VERSION_CHARS) : match.start()]) is not None:
            continue
        value = _value(number)
        if value is None:
            continue
        value *= _MANY.get(many, 1)
        yield Entity("amount", "", f"{value.normalize():f}", COINS.get(unit, ""))


def _months(text: str) -> Iterator[Entity]:
    if _MONTH_MAYBE.search(text.encode()) is None:
        return
    for match in _MONTH.finditer(text):
        name = match["name"]
        number = _MONTHS.index(name[:3].lower()) + 1 if name else int(match["number"])
        yield Entity("month", "", str(number), match["day"] or "")


def _value(number: str) -> Decimal | None:
    plain = number.replace("'", "").replace(" ", "")
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", plain):
        plain = plain.replace(",", "")
    else:
        plain = plain.replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None
