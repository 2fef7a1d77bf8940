"""The names that people are shown: `name` of a queue or an action, one for all languages or one for each."""

from collections.abc import Mapping
from typing import Final

from rules.document import Node, Scalar, Table
from rules.reader import Reader
from rules.templates import LANGUAGE

NAME_MAX: Final = 60


def read(key: Scalar, keys: Mapping[str, Node], reader: Reader, what: str) -> dict[str, str]:
    """By language, at least one: where the file gives none, the word that `key` is known by in the files."""
    names: dict[str, str] = {}
    node = keys.get("name")
    if isinstance(node, Table):
        for language, text in reader.pairs(node, "name"):
            if not LANGUAGE.fullmatch(language.value):
                hint = "for example en, zh or zh-Hant"
                reader.fail(language.at, "value", f"{language.value} is no language tag", hint)
            names[language.value] = reader.text(text, f"the name of {what}") or key.value
    elif node is not None:
        names["en"] = reader.text(node, f"the name of {what}") or key.value
    for name in names.values():
        if node is not None and len(name) > NAME_MAX:
            reader.fail(node.at, "limit", f"a name of {len(name)} characters", f"at most {NAME_MAX}")
    return names or {"en": key.value}
