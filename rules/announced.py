"""A value alone in its message, which those before it say the name of: "here is my private key", then the key.

The route worker asks `may_be_value` of each message, and of one that may be a value `masked_beside` with those before
it. Pure, linear; what is masked alone is masked already.
"""

from collections.abc import Sequence
from typing import Final

from rules.facts import Visibility
from rules.fold import fold
from rules.redact import Policy, redact

BEFORE_MAX: Final = 2
"""Messages before it that may say what it is: the one with the word, and a "wait" or "ok"."""
BEFORE_MS: Final = 10 * 60_000
"""After so long a message is about something else."""

_CHARS_MAX: Final = 200
_LETTERS_BESIDE_MAX: Final = 24
"""Letters of the words without a digit: beside more of them a value is told by its own sentence."""

Span = tuple[int, int, str]
"""Start, end and type of a secret."""


def may_be_value(text: str) -> bool:
    """Whether a message is a value with a digit in it, and little else."""
    if not text or len(text) > _CHARS_MAX:
        return False
    said = fold(text).low.split()
    beside = [word for word in said if not any(map(str.isdigit, word))]
    return len(beside) < len(said) and sum(map(len, beside)) <= _LETTERS_BESIDE_MAX


def masked_beside(texts: Sequence[str], visibility: Visibility, policy: Policy) -> list[list[Span]]:
    """Of each of the messages, the oldest first, what is a secret when they are read as one, line by line."""
    found = [one for one in redact("\n".join(texts), visibility=visibility, policy=policy).findings if one.masked]
    spans: list[list[Span]] = []
    begin = 0
    for text in texts:
        parts = [(max(0, f.start - begin), min(len(text), f.end - begin), f.type) for f in found]
        spans.append([part for part in parts if part[0] < part[1]])
        begin += len(text) + 1
    return spans
