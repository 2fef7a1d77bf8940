"""Skills that a ticket asks of its agent: `refund`, `lang:zh`, `refund>=2`, `lang:{{message.lang}}`."""

import re
from typing import Final

from rules.document import Node
from rules.reader import Reader

ALL: Final = "all"
SKILLS_MAX: Final = 16
_BLANK: Final = "{{message.lang}}"
PATTERN: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*(?::(?:[A-Za-z0-9-]+|\{\{ ?message\.lang ?\}\}))?(?: ?>= ?[0-9]{1,3})?"
_SKILL: Final = re.compile(PATTERN)


def read(node: Node, what: str, reader: Reader) -> tuple[str, ...]:
    """Read names of skills, each once."""
    found: dict[str, None] = {}
    for scalar in reader.scalars(node, what):
        if not _SKILL.fullmatch(scalar.value):
            hint = "for example refund, lang:zh, refund>=2 or lang:{{message.lang}}"
            reader.fail(scalar.at, "name", f"{scalar.value} is no skill", hint)
        elif scalar.value == ALL:
            reader.fail(scalar.at, "name", "all is no skill", "it stands for every skill in relax: all")
        else:
            found[scalar.value.replace(" ", "")] = None
    if len(found) > SKILLS_MAX:
        reader.fail(node.at, "limit", f"{len(found)} skills", f"at most {SKILLS_MAX}")
    return tuple(found)


def filled(skills: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return the skills with the language of the message in their blanks."""
    return tuple(skill.replace(_BLANK, language.split("-", maxsplit=1)[0]) for skill in skills)
