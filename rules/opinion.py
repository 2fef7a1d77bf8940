"""A second opinion on texts that words alone do not rule out: an encoder reads them as a whole.

Runs of words are weighed first, since that takes little and tells its reasons. About what weighs more than a little the
encoder is asked, and what it says is added. That takes some milliseconds, which an event loop does not have: there one
judges `without_waiting`, has what was `Unheard` answered in a thread, and judges again. Where the encoder cannot be
had at all, words decide alone: nobody's alarm waits for a library.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from rules.facts import Span
from rules.text import WIDE_FROM
from rules.tokens import without_codes

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


class Source(NamedTuple):
    """Where an encoder lies: in the file `name`.onnx of a package."""

    package: str
    name: str


class Unheard(Exception):
    """An encoder has to be asked first: `hear` it where one may wait, and judge again."""

    def __init__(self, source: Source, questions: Iterable[tuple[str, ...]]) -> None:
        super().__init__(source.name)
        self._source, self._questions = source, tuple(questions)

    def hear(self) -> Exception | None:
        """Ask, remember the answers, and return why one is missing. Takes some milliseconds each, the first time a
        second; others run meanwhile."""
        heard = [_answer(self._source, parts).failure for parts in self._questions]
        return next(filter(None, heard), None)


class _NotNow(Exception):
    """It was not asked lately, and must not be now."""


class _Answer(NamedTuple):
    """What was said, as a log-odds, or why nothing was."""

    said: float | None
    failure: Exception | None = None


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

    source: Source
    low: float
    start: float
    """Added to what the encoder says."""
    counts: float
    """What that is multiplied by."""

    def is_asked(self, weight: float) -> bool:
        """Return whether what words weigh does not rule it out."""
        return weight >= self.low

    def of(self, text: str) -> float | None:
        """Return what to add for a window of a folded text; None where nobody answers."""
        (said,) = answers(self.source, [(without_codes(text),)])
        return None if said is None else self.counts * (said + self.start)


def answers(source: Source, questions: Iterable[tuple[str, ...]]) -> list[float | None]:
    """Return what an encoder says of each text, with what stands before it; None where nobody answers.

    Raises Unheard, of all that were not asked lately, within `without_waiting`.
    """
    found: list[float | None] = []
    unheard: list[tuple[str, ...]] = []
    for parts in questions:
        try:
            found.append(_answer(source, parts).said)
        except _NotNow:
            unheard.append(parts)
    if unheard:
        raise Unheard(source, unheard)
    return found


def window(text: str, about: Span) -> Span:
    """Return what of a text is read at once: a passage, what is said before it and what follows."""
    wide = any(char >= WIDE_FROM for char in text[about[0] : about[1]])
    most = READ_WIDE_MAX if wide else READ_MAX
    start = max(0, min(about[0] - int(LEAD * most), len(text) - most))
    return start, min(start + most, len(text))


def missing(source: Source) -> Exception | None:
    """Return why an encoder cannot be asked, in this process; None when it can."""
    return _answer(source, ("",)).failure


def forget() -> None:
    """Forget what was answered, so that the same texts are asked about anew: for who measures what that takes."""
    _answer.cache_clear()


@lru_cache(_REMEMBERED_MAX)
def _answer(source: Source, parts: tuple[str, ...]) -> _Answer:
    if _in_haste.get():
        raise _NotNow  # which is not remembered
    try:
        return _Answer(_encoder(source).score(*parts))
    except Exception as error:  # noqa: BLE001 - no library, no memory, a processor it does not know: all the same here
        return _Answer(None, error.with_traceback(None))


def _encoder(source: Source) -> "Encoder":
    # Loaded when first asked: onnxruntime and the weights are 100 MB that most processes never need.
    shipped: Encoder = import_module("rules.encoder").shipped(*source)
    return shipped
