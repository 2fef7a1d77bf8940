"""Whether a reply asks its reader for a secret. Nobody may hold one, so nobody who answers may ask for one.

The same words are a warning when they are denied ("never send …"), told of somebody else ("scammers ask …") or asked
about the past ("did you share …?"): what counts is who is to hand what to whom. Pure, total, linear.
"""

from itertools import chain

from rules import solicitation_chinese, solicitation_english
from rules.facts import Span
from rules.text import WIDE_FROM, fold


def solicitations(text: str) -> tuple[Span, ...]:
    """Where `text` asks for a secret: sorted spans in code points, disjoint; empty when it does not."""
    folded = fold(text)
    wordings = [solicitation_english.asked(folded.text)]
    if any(char >= WIDE_FROM for char in folded.text):
        wordings.append(solicitation_chinese.asked(folded.text))
    found: list[Span] = []
    for start, end in sorted(folded.span(*span) for span in chain.from_iterable(wordings)):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)
