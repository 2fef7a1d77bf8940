"""What can be wrong with a rules file, and how it is said: where, what, what was meant.

The loader collects every problem of every file before it gives up; nothing here reads a file.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal, NamedTuple

import msgspec

Severity = Literal["error", "warning"]

PROBLEMS_MAX = 200
"""Errors, and as many warnings; beyond this many a file is better read again from its start."""

FOLLOWING = frozenset(
    {
        "unknown-queue",
        "unknown-tag",
        "unknown-template",
        "unknown-list",
        "unknown-rule",
        "unknown-time",
        "unknown-weights",
        "unknown-calendar",
        "unknown-sla",
        "unknown-policy",
        "unknown-webhook",
        "unknown-action",
        "unknown-file",
        "unknown-custom",
        "stranded",
        "no-default",
        "unused",
    }
)
"""What may be said of a file only because another one is missing."""


class Position(NamedTuple):
    """A place in a rules file; line and column count from 1."""

    file: str
    line: int
    col: int


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake or doubt. `code` is stable, `text` says what was found, `hint` what to do."""

    file: str
    line: int
    col: int
    code: str
    text: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.col} {self.code} {self.text}{hint}"


class RulesError(Exception):
    """The files cannot be used. `problems` holds all errors and warnings, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects while the files are read, so that one pass reports everything."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._counts: dict[Severity, int] = {"error": 0, "warning": 0}
        self.unreadable = False
        """A file could not be read at all, so what it defines is not known."""

    def error(self, at: Position, code: str, text: str, hint: str = "") -> None:
        """Record what makes the files unusable."""
        self._add(at, code, text, hint, "error")

    def warn(self, at: Position, code: str, text: str, hint: str = "") -> None:
        """Record what works but is probably not meant."""
        self._add(at, code, text, hint, "warning")

    def _add(self, at: Position, code: str, text: str, hint: str, severity: Severity) -> None:
        if self._counts[severity] < PROBLEMS_MAX:
            problem = Problem(
                file=at.file,
                line=at.line,
                col=at.col,
                code=code,
                text=text,
                hint=hint,
                severity=severity,
            )
            self._counts[severity] += problem not in self._found  # an alias shows the same mistake again: said once
            self._found[problem] = None

    def all(self) -> tuple[Problem, ...]:
        """Everything found, in the order of the files; nothing that may follow from an unreadable one."""
        found = [problem for problem in self._found if not self.unreadable or problem.code not in FOLLOWING]
        return tuple(sorted(found, key=lambda p: (p.file, p.line, p.col, p.code)))

    def failed(self) -> bool:
        """Whether any of them is an error."""
        return any(problem.severity == "error" for problem in self._found)


def meant(found: str, known: Iterable[str]) -> str:
    """Say which known name `found` was probably meant to be, or which names there are."""
    names = list(dict.fromkeys(known))
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(found.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]}?"
    if not names:
        return "none is defined"
    shown = ", ".join(names[:12])
    return f"known: {shown}, ..." if len(names) > 12 else f"known: {shown}"
