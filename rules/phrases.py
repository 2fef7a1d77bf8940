"""Sentences that were made in English, found again in a table of their forms, their blanks carried over. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from rules.expression import expression

_BLANK: Final = re.compile(r"\{([a-z]+)\}")


class _Form(NamedTuple):
    """A sentence with blanks, and what it is in the other language."""

    pattern: re.Pattern[str]
    other: str
    telling: int
    """Characters outside its blanks: of several that fit, the most telling is meant."""


class Phrases:
    """A table of sentences; `holds` says what a blank may hold, by its name, where that is not just anything."""

    def __init__(self, table: Mapping[str, str], holds: Mapping[str, str] | None = None) -> None:
        forms = []
        for english, other in table.items():
            pieces = _BLANK.split(english)
            pattern = "".join(
                f"(?P<{piece}>{(holds or {}).get(piece, '.*?')})" if index % 2 else re.escape(piece)
                for index, piece in enumerate(pieces)
            )
            forms.append(_Form(expression(pattern, re.DOTALL), other, sum(map(len, pieces[::2]))))
        self._forms = tuple(sorted(forms, key=lambda form: -form.telling))

    def find(self, english: str, value: Callable[[str, str], str]) -> str | None:
        """The sentence in the other language; `value` says a blank's name and what it holds. None: it is not there."""
        for form in self._forms:
            found = form.pattern.fullmatch(english)
            if found is not None:
                values = found.groupdict()
                return _BLANK.sub(lambda blank: value(blank[1], values[blank[1]]), form.other)  # noqa: B023 - at once
        return None
