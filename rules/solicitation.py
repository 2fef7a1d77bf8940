"""Whether a reply asks its reader for a secret. Nobody may hold one, so nobody who answers may ask for one.

The same words are a warning when they are denied ("never send …"), told of somebody else ("scammers ask …") or asked
about the past ("did you share …?"): what counts is who is to hand what to whom. Pure, total, linear.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rules import solicitation_chinese, solicitation_english, solicitation_remote
from rules.expression import expression
from rules.facts import Span
from rules.text import WIDE_FROM, fold

_LOOK_ALIKE: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u03bf\u03b1\u03c1\u03bd",
    "aeopcyxijsdhoapv",
)
"""Cyrillic and Greek letters that nobody can tell from Latin ones: `s\u0435nd` is read as `send`."""
_HAN: Final = "[\u4e00-\u9fff]"
_SPELLED: Final = expression(
    rf"(?<![^\W_])(?P<one>[a-z](?:[ .*_-][a-z]){{2,40}})(?![^\W_])|(?<={_HAN})(?P<between>[-_*|/·]|"
    rf"[.](?={_HAN}[.]{_HAN})|(?<={_HAN}[.]{_HAN})[.])(?={_HAN})|"
    rf"(?<!{_HAN} )(?P<han>{_HAN}(?:[ .]{_HAN}){{2,20}})(?! {_HAN}(?!{_HAN}))|"
    r"(?P<link>[^\s\u4e00-\u9fff]{0,80}(?:://|[a-z0-9]\.[a-z0-9])\S{0,400})|"
    r"(?<=[a-z])(?P<digit>[013457@$])(?=[a-z])|(?P<blank>_|(?<=[a-z])[-/|](?=[a-z]))"
)
_BETWEEN: Final = frozenset(" .*_-")
_DIGITS: Final = str.maketrans("013457@$", "oleastas")


def solicitations(text: str) -> tuple[Span, ...]:
    """Where `text` asks for a secret: sorted spans in code points, disjoint; empty when it does not."""
    folded = fold(text)
    spans = list(_asked(folded.text))
    spelled, places = _unspelled(folded.text)
    if spelled != folded.text:
        spans += [(places[start], places[end - 1] + 1) for start, end in _asked(spelled)]
    found: list[Span] = []
    for start, end in sorted(folded.span(*span) for span in spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _asked(text: str) -> Iterator[Span]:
    yield from solicitation_english.asked(text.translate(_LOOK_ALIKE))
    yield from solicitation_remote.asked(text)
    if any(char >= WIDE_FROM for char in text):
        yield from solicitation_chinese.asked(text)


def _unspelled(text: str) -> tuple[str, list[int]]:
    """The text as somebody reads it who sees `p a s s w o r d`, `passw0rd`, `seed-phrase`, and where each character
    stood. Links stay as they are: what stands in one is a name."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for hit in (*_SPELLED.finditer(text), None):
        until = hit.start() if hit is not None else len(text)
        pieces.extend(map(_plain, text[at:until]))
        places.extend(range(at, until))
        if hit is None:
            break
        for offset, char in enumerate(hit[0], hit.start()):
            if (read := _read(hit.lastgroup, char)) is not None:
                pieces.append(read)
                places.append(offset)
        at = hit.end()
    return "".join(pieces), places


def _read(kind: str | None, char: str) -> str | None:
    """A character of something spelled out, as it is read; None: not at all."""
    match kind:
        case "one" | "han":
            return None if char in _BETWEEN else char
        case "between":
            return None
        case "digit":
            return char.translate(_DIGITS)
        case "blank":
            return " "
        case _:
            return char


@lru_cache(maxsize=1_024)
def _plain(char: str) -> str:
    """A letter without its accents."""
    if char < "\u00c0" or char >= WIDE_FROM:
        return char
    return unicodedata.normalize("NFD", char)[0]
