"""The queues a rules file defines. How they are worked (skills, hours, overflow) comes later."""

from collections.abc import Mapping

import msgspec

from rules.document import Node, Scalar, Table
from rules.reader import Reader
from rules.templates import LANGUAGE, nearest

KEYS = ("name", "default")
_LATER = ("skills", "pick", "hours", "max_waiting", "overflow", "sla")
NAME_MAX = 60


class QueueSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One queue as defined in the files."""

    id: str
    names: Mapping[str, str]
    """Shown name per language; at least one."""
    default: bool = False
    """Takes what no rule places."""

    def name(self, language: str | None) -> str:
        """Return the name in this language or the first one given."""
        tag = nearest(language, tuple(self.names))
        return self.names[tag] if tag else next(iter(self.names.values()))


def read(key: Scalar, node: Node, reader: Reader) -> QueueSpec:
    """Read one queue; problems are recorded, the queue exists all the same for references."""
    if isinstance(node, Scalar) and node.empty:
        return QueueSpec(id=key.value, names={"en": key.value})
    keys = reader.keys(node, KEYS, f"the queue {key.value}", later=_LATER)
    default = "default" in keys and bool(reader.flag(keys["default"], "default"))
    names: dict[str, str] = {}
    if isinstance(keys.get("name"), Table):
        for language, text in reader.pairs(keys["name"], "name"):
            if not LANGUAGE.fullmatch(language.value):
                reader.fail(
                    language.at, "value", f"{language.value} is no language tag", "for example en, zh or zh-Hant"
                )
            names[language.value] = reader.text(text, "the name of a queue") or key.value
    elif "name" in keys:
        names["en"] = reader.text(keys["name"], "the name of a queue") or key.value
    for name in names.values():
        if len(name) > NAME_MAX:
            reader.fail(node.at, "limit", f"a name of {len(name)} characters", f"at most {NAME_MAX}")
    return QueueSpec(id=key.value, names=names or {"en": key.value}, default=default)
