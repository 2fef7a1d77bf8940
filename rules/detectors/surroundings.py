"""What is seen of a value and of the words around it: what `told` weighs and `scripts/learn_told.py` learns.

A value is a number of three to eight digits, letters with digits or signs in it, or a long row of both. Any other value
in its field is one token, whether it is masked or not: masking one changes nothing of what is seen of another.
"""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Final

from rules.detectors.connective import MADE_BY
from rules.expression import expression
from rules.fold import BARRIER

LONG: Final = 20
"""Characters from which on a row of letters and digits is a key, a hash or an address, and no word."""
_AROUND: Final = r"0-9A-Za-z_!@#$%^&*"
_VALUE: Final = expression(
    rf"(?<![{_AROUND}.,:/=€£¥+\-\x1a])(?=[!-/:-~]{{0,20}}+[0-9])(?:"  # most words go no farther: no digit follows
    r"(?:[A-Za-z]{1,2}-)?(?<![0-9][ -])[0-9]{3}[ -][0-9]{3}(?![0-9A-Za-z_%]|[.,:/ -][0-9])"
    r"|(?<![0-9] )[0-9]{3,8}(?![0-9A-Za-z_%@&*^]|[.,:/ -][0-9])"
    r"|(?=[!-@\[-`{-~]{0,24}+[A-Za-z])"
    rf"(?:[0-9A-Za-z_][0-9A-Za-z_+/=-]{{{LONG - 1},99}}(?![0-9A-Za-z_+/=-])"
    rf"|[0-9A-Za-z_!$%^&*?][{_AROUND}.+?~-]{{3,39}}))(?!\x1a)"
)
_NUMBERED: Final = expression("[A-Za-z]{3,}-[0-9]+")
"""The second attachment, the client with a number."""
_DATE: Final = expression(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[Tt][0-9]{1,6})?")
_ABBREVIATED: Final = expression("(?=[0-9a-f]{7}$)(?:[0-9]+[a-f]+[0-9]|[a-f]+[0-9]+[a-f])[0-9a-f]*")
"""A commit, whose letters and figures take turns."""
_ELSEWHERE: Final = expression(
    r"[^@]*@[a-z0-9-]+\.[a-z0-9].*|www\..*|utc--.*|[0-9a-f]{7,40}\.{2,3}[0-9a-f]{7,40}"
    r"|[0-9a-z-]+(?:\.[0-9a-z-]+)+\.[a-z]{2,8}"
    r"|.*\.(?:com|org|net|io|app|pdf|png|jpe?g|heic|webp|zip|gz|xz|tgz|7z|rar|csv|log|txt|json|ya?ml|toml|xml|html?|conf"
    r"|apk|aab|ipa|exe|msi|dmg|pkg|deb|rpm|appimage|iso|bin|js|ts|py|rs|go|sh|kt|docx?|xlsx?|mp4|mov)",
    re.IGNORECASE,
)
"""Addresses, hosts, files, versions of packages and of sources."""
_TOKEN: Final = expression("\x1a+|[a-z]+(?:'[a-z]+)?|[0-9]+|[\u3400-\u9fff]|\n|[^\\sa-z0-9\x1a]")
_HEX: Final = expression("(?:0x)?[0-9a-fA-F]{64}")
_BASE58: Final = expression("[1-9A-HJ-NP-Za-km-z]{86,88}")
_MANY_CAPITALS, _CAPITAL, _SMALL, _FIGURES = (
    expression(shape) for shape in ("[A-Z]+", "[A-Z][a-z]{2,}[0-9]{1,4}[!?.]*", "[a-z]+", "[0-9]+")
)
_ID: Final = expression("[A-Z]{1,5}-?[0-9]+")
_WORD_AND_FIGURES: Final = expression("[a-z]{3,}[0-9]{1,4}")
_DOTTED: Final = expression("[^0-9A-Za-z_+/=-]")
_SIGN: Final = expression("[!@#$%^&*]")
_ENDS_IN_YEAR: Final = expression("(?:19|20)[0-9]{2}$")
_RISING: Final = "0123456789012"

FIGURES_MAX: Final = 10
"""Digits of a value beside letters; more are an account or an order."""
BESIDE: Final = 2
"""Tokens on each side that are seen at first."""
NEAR: Final = 8
ABOUT: Final = 40
"""Those that are seen at last, in order and in none."""

_PLACES: Final = "01234567"
"""How far a token stands off, as it is written."""

Span = tuple[int, int]
Seen = str | tuple[str, ...]
"""A shape, a token, or several with how far off they stand."""
View = tuple[str, Collection[Seen]]
"""One kind of thing that is seen, by its name, and what it is; nothing twice."""


def values(text: str) -> list[Span]:
    """Return where values stand."""
    found: list[Span] = []
    for match in _VALUE.finditer(text):
        if len(match[0]) >= LONG and is_long(match[0]):
            if not _is_in_link(text, match.start()):
                found.append(match.span())
            continue
        value = match[0].rstrip(".?-~=")
        if value.endswith("!") and not value[-2:-1].isalnum():
            value = value.rstrip("!")
        if (
            len(value) < (3 if value.isdigit() else 4)
            or not 0 < sum(map(str.isdigit, value)) <= FIGURES_MAX
            or _DATE.fullmatch(value)
            or _ELSEWHERE.fullmatch(value)
            or _ABBREVIATED.fullmatch(value)
            or _NUMBERED.fullmatch(value)
            or MADE_BY.match(value.lower())
        ):
            continue
        found.append((match.start(), match.start() + len(value)))
    return found


def is_long(value: str) -> bool:
    """Tell whether it is a long row of letters and digits."""
    return len(value) >= LONG and value[0] not in "!$%^&*?" and not _DOTTED.search(value)


def is_key(value: str) -> bool:
    """Tell whether it is as long as private keys are, in their digits."""
    return _HEX.fullmatch(value) is not None or _BASE58.fullmatch(value) is not None


def _is_in_link(text: str, start: int) -> bool:
    """Tell whether the characters before it, up to a blank, are the beginning of a link."""
    begin = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
    return text.find("://", begin, start) >= 0


def is_number(value: str) -> bool:
    """Tell whether there are digits in it and nothing else but one joiner."""
    return value.replace(" ", "").replace("-", "").isdigit()


class Surroundings:
    """A field with the values in it."""

    def __init__(self, text: str, low: str, spans: list[Span]) -> None:
        """Take the folded text, the same in small letters, and what `values` found in it."""
        self._values = [text[start:end] for start, end in spans]
        self._tokens: list[str] = []
        self._places: list[int] = []
        """Which of the tokens each value is."""
        last = 0
        for start, end in spans:
            self._tokens += _tokens(low[last:start])
            self._places.append(len(self._tokens))
            self._tokens.append(BARRIER)
            last = end
        self._tokens += _tokens(low[last:])

    def beside(self, number: int) -> list[View]:
        """Return the value's own shape and what stands right beside it."""
        kind, shape = _of_itself(self._values[number])
        before, after = self._sides(number, BESIDE)
        if not before or before[0] == "\n":
            shape.append("<^")
        if not after or after[0] == "\n":
            shape.append(">$")
        seen: list[View] = [(kind, shape), (f"{kind}<@", _in_order(before)), (f"{kind}>@", _in_order(after))]
        if before and after and after[0] != "\n":
            seen.append((f"{kind}<>", [(before[0], after[0])]))
        return seen

    def about(self, number: int) -> list[View]:
        """Return what stands farther off: runs of words on each side, and words anywhere about."""
        kind = _kind(self._values[number])
        before, after = self._sides(number, NEAR)
        place = self._places[number]
        around = self._tokens[max(0, place - ABOUT) : place + ABOUT + 1]
        return [
            (f"{kind}<", set(before)),
            (f"{kind}>", set(after)),
            (f"{kind}<<", _in_order(before[1:6], before)),
            (f"{kind}>>", _in_order(after, after[1:5])),
            (f"{kind}<<<", set(zip(before[2:5], before[1:], before, strict=False))),
            (f"{kind}>>>", set(zip(after, after[1:], after[2:4], strict=False))),
            (f"{kind}=", set(around)),
            (f"{kind}==", set(pairwise(around))),
        ]

    def _sides(self, number: int, many: int) -> tuple[list[str], list[str]]:
        """Return tokens before it, the nearest first, and behind it."""
        place = self._places[number]
        return self._tokens[max(0, place - many) : place][::-1], self._tokens[place + 1 : place + 1 + many]


def _in_order(*tokens: list[str]) -> list[Seen]:
    """Return tokens that stand together, as far as there are any, with how far off they do."""
    return list(zip(_PLACES, *tokens, strict=False))


def _tokens(low: str) -> Iterator[str]:
    return (BARRIER if token[0] == BARRIER else token for token in _TOKEN.findall(low))


def _kind(value: str) -> str:
    return "l" if is_long(value) else "d" if is_number(value) else "m"


def _of_itself(value: str) -> tuple[str, list[Seen]]:
    kind = _kind(value)
    told: dict[str, bool]
    if kind == "l":
        shapes = {"hex": _HEX.fullmatch(value) is not None, "base58": _BASE58.fullmatch(value) is not None}
        told = {
            **shapes,
            "0x": value.startswith("0x"),
            "one-case": value.islower() or value.isupper(),
            "joined": "-" in value or "_" in value,
        }
        return kind, [str(len(value) // 8), *(name for name, is_so in told.items() if is_so)]
    shape = _FIGURES.sub("0", _SMALL.sub("a", _MANY_CAPITALS.sub("A", value)))[:7]
    seen: list[Seen] = [str(len(value)), "like:" + shape.replace(" ", "_")]
    if kind == "d":
        told = {
            "year": len(value) == 4 and value[:2] in {"19", "20"},
            "easy": len(set(value)) <= 2 or value in _RISING or value in _RISING[9::-1],
            "round": value.endswith("00"),
        }
    else:
        letters, figures = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
        seen.append(f"{min(letters, 8)}+{min(figures, 6)}")
        told = {
            "id": _ID.fullmatch(value) is not None,
            "name": _CAPITAL.fullmatch(value) is not None,
            "word": _WORD_AND_FIGURES.fullmatch(value) is not None,
            "sign": _SIGN.search(value) is not None,
            "ends-in-year": _ENDS_IN_YEAR.search(value) is not None,
        }
    return kind, [*seen, *(name for name, is_so in told.items() if is_so)]
