"""Regular expressions that are compiled when a message first needs them.

What reads messages knows a thousand of them, of which most messages need few; compiling them all takes a third of the
time in which a process starts.
"""

import re
from functools import cached_property
from typing import cast


class Expression:
    """A `re.Pattern` from the first use on."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._compiled, name)
        # Kept under its own name, so that the next call does not come here.
        setattr(self, name, found)
        return found


def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what does as `re.compile` does. A mistake in it raises `re.error` when it is first used, and a match names
    another object as its `re`."""
    return cast("re.Pattern[str]", Expression(pattern, flags))
