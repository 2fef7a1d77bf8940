"""Whether a reply asks its reader for a secret. Nobody may hold one, so nobody who answers may ask for one.

The same words are a warning when they are denied ("never send …"), told of somebody else ("scammers ask …") or asked
about the past ("did you share …?"): what counts is who is to hand what to whom. Pure, total, linear.
"""

from itertools import chain
from typing import Final

from rules import solicitation_chinese, solicitation_english
from rules.facts import Span
from rules.text import WIDE_FROM, fold

_LOOK_ALIKE: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u03bf\u03b1\u03c1\u03bd",
    "aeopcyxijsdhoapv",
)
"""Cyrillic and Greek letters that nobody can tell from Latin ones: `s\u0435nd` is read as `send`."""


def solicitations(text: str) -> tuple[Span, ...]:
    """Where `text` asks for a secret: sorted spans in code points, disjoint; empty when it does not."""
    folded = fold(text)
    wordings = [solicitation_english.asked(folded.text.translate(_LOOK_ALIKE))]
    if any(char >= WIDE_FROM for char in folded.text):
        wordings.append(solicitation_chinese.asked(folded.text))
    found: list[Span] = []
    for start, end in sorted(folded.span(*span) for span in chain.from_iterable(wordings)):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)
