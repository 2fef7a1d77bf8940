"""Problems in the reader's language. They are made in English where they are found; here the sentence is looked up and
its blanks are carried over. What is not in the table stays English.
"""

import re
from functools import lru_cache
from typing import Final, Literal

from msgspec.structs import replace

from rules import chinese, chinese_hints
from rules.phrases import Phrases
from rules.problems import Problem

Language = Literal["en", "zh"]

_BLANK: Final = re.compile(r"\{([a-z]+)\}")
_SPOKEN: Final = frozenset({"what", "kind"})
"""Blanks that hold words of ours, not names and values of the files."""


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
    "key": r"[^ ]+|at least|[^ |]+\|[a-z0-9 ]+",
    "id": "[^ ]+",
}
"""What a blank may hold, where that is not just anything."""


_PHRASES: Final = {
    "text": Phrases(chinese.TEXTS, _HOLDS),
    "hint": Phrases(chinese_hints.HINTS, _HOLDS),
    "thing": Phrases(chinese.THINGS, _HOLDS),
}


@lru_cache(maxsize=4_096)
def _translated(english: str, kind: Literal["text", "hint", "thing"]) -> str | None:
    return _PHRASES[kind].find(english, _value)


def _value(name: str, value: str) -> str:
    if name not in _SPOKEN:
        return value
    return _translated(value, "thing") or _translated(value, "text") or value
