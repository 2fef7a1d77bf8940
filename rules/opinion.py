"""A second opinion on texts that words alone do not rule out: an encoder reads them as a whole.

Runs of words are weighed first, since that takes little and tells its reasons. About what weighs more than a little the
encoder is asked, and what it says is added. That takes some milliseconds, which an event loop does not have: there one
judges `without_waiting`, has what was `Unheard` answered in a thread, and judges again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from rules.facts import Span
from rules.text import WIDE_FROM

if TYPE_CHECKING:
    from rules.encoder import Encoder

READ_MAX: Final = 240
"""Characters of a text that are read, around the passage in question."""
READ_WIDE_MAX: Final = 96
"""The same of Chinese, whose characters say more."""
LEAD: Final = 0.3
"""How much of that stands before the passage."""

_REMEMBERED_MAX: Final = 256
"""Answers that are kept: far more than are needed at once."""
_in_haste: ContextVar[bool] = ContextVar("in_haste", default=False)


class Unheard(Exception):
    """An encoder has to be asked first: `hear` it where one may wait, and judge again."""

    def __init__(self, encoder: str, text: str) -> None:
        super().__init__(encoder)
        self._encoder, self._text = encoder, text

    def hear(self) -> None:
        """Ask, and remember the answer. Takes some milliseconds, the first time a second; others run meanwhile."""
        _answer(self._encoder, self._text)


@contextmanager
def without_waiting() -> Iterator[None]:
    """Within, judging raises Unheard instead of asking an encoder what it was not asked lately."""
    token = _in_haste.set(True)
    try:
        yield
    finally:
        _in_haste.reset(token)


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whom to ask, and when: about what weighs `low` or more."""

    encoder: str
    low: float
    start: float
    """Added to what the encoder says."""
    counts: float
    """What that is multiplied by."""

    def is_asked(self, weight: float) -> bool:
        """Return whether what words weigh does not rule it out."""
        return weight >= self.low

    def of(self, text: str, about: Span) -> float:
        """Return what to add for a folded text whose passage in question stands there."""
        return self.counts * (_answer(self.encoder, around(text, about)) + self.start)


def around(text: str, about: Span) -> str:
    """Return as much of a text as is read: a passage, what is said before it and what follows."""
    wide = any(char >= WIDE_FROM for char in text[about[0] : about[1]])
    most = READ_WIDE_MAX if wide else READ_MAX
    start = max(0, min(about[0] - int(LEAD * most), len(text) - most))
    return text[start : start + most]


@lru_cache(_REMEMBERED_MAX)
def _answer(encoder: str, text: str) -> float:
    if _in_haste.get():
        raise Unheard(encoder, text)  # which is not remembered
    return _encoder(encoder).score(text)


def _encoder(name: str) -> "Encoder":
    # Loaded when first asked: onnxruntime and the weights are 100 MB that most processes never need.
    shipped: Encoder = import_module("rules.encoder").shipped(name)
    return shipped
