"""Problems in the reader's language. They are made in English where they are found; here the sentence is looked up and
its blanks are carried over. What is not in the table stays English.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from rules import chinese, chinese_hints
from rules.problems import Problem

Language = Literal["en", "zh"]

_BLANK: Final = re.compile(r"\{([a-z]+)\}")
_SPOKEN: Final = frozenset({"what", "kind"})
"""Blanks that hold words of ours, not names and values of the files."""


class _Form(NamedTuple):
    """A sentence with blanks, and what it is in the other language."""

    pattern: re.Pattern[str]
    other: str
    telling: int
    """Characters outside its blanks: of several that fit, the most telling is meant."""


def language_of(tag: str | None) -> Language:
    """Which of our languages a tag or locale such as `zh-CN` or `en_GB.UTF-8` asks for."""
    return "zh" if (tag or "").lower().startswith("zh") else "en"


def told(problem: Problem, language: Language) -> Problem:
    """The same problem, its sentences in this language; code and place stay."""
    if language == "en":
        return problem
    return replace(problem, text=text(problem.text, language), hint=hint(problem.hint, language))


def line(problem: Problem, language: Language) -> str:
    """A problem on one line: file:line:col, code, what was found, what to do about it."""
    if language == "en":
        return str(problem)
    spoken = told(problem, language)
    bare = replace(spoken, hint="")
    return f"{bare}（{spoken.hint}）" if spoken.hint else str(bare)


def text(english: str, language: Language) -> str:
    """What was found, in this language."""
    return english if language == "en" else _translated(english, "text") or english


def hint(english: str, language: Language) -> str:
    """What to do about it, in this language."""
    return english if language == "en" else _translated(english, "hint") or english


_HOLDS: Final = {
    "what": r"(?:the )?[^ ]+|.+?",
    "kind": "|".join(re.escape(thing) for thing in chinese.THINGS if not _BLANK.search(thing)),
    "key": "[^ ]+",
    "id": "[^ ]+",
}
"""What a blank may hold, where that is not just anything."""


def _blank(name: str) -> str:
    return f"(?P<{name}>{_HOLDS.get(name, '.*?')})"


def _forms(table: Mapping[str, str]) -> tuple[_Form, ...]:
    found = []
    for english, other in table.items():
        pieces = _BLANK.split(english)
        pattern = "".join(_blank(piece) if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
        found.append(_Form(re.compile(pattern, re.DOTALL), other, sum(map(len, pieces[::2]))))
    return tuple(sorted(found, key=lambda form: -form.telling))


_FORMS: Final = {"text": _forms(chinese.TEXTS), "hint": _forms(chinese_hints.HINTS), "thing": _forms(chinese.THINGS)}


@lru_cache(maxsize=4_096)
def _translated(english: str, kind: Literal["text", "hint", "thing"]) -> str | None:
    for form in _FORMS[kind]:
        found = form.pattern.fullmatch(english)
        if found is not None:
            return _filled(form.other, found.groupdict())
    return None


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return _BLANK.sub(lambda blank: _value(blank[1], values[blank[1]]), sentence)


def _value(name: str, value: str) -> str:
    if name not in _SPOKEN:
        return value
    return _translated(value, "thing") or _translated(value, "text") or value
