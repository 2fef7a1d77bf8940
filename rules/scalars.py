"""How a value of a rules file is written so that every reader of YAML takes it for the same thing."""

import json
import re
from typing import Final

import yaml

from rules.reader import FALSE, TRUE
from rules.schema_place import Place
from rules.written import Leaf

_CORE: Final = re.compile(
    r"true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
"""What YAML 1.2 takes for something else than a text (section 10.3.2); null is as it is for us."""
_SOMEWHERE: Final = re.compile(r"[yYnN]|[0-9]+(?::[0-5]?[0-9])+")
"""What YAML 1.1 (yaml.org/type) has for true, false and numbers to the base of 60, as times look."""
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BREAKS: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_RESOLVER: Final = yaml.SafeLoader("")
_WORD: Final = "tag:yaml.org,2002:str"
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def written(leaf: Leaf, place: Place | None = None) -> str:
    """One value in one line. At a `place` of the language that takes flags or numbers they stay such."""
    if leaf.style == "*":
        return leaf.source
    if leaf.style:
        return leaf.source if "\n" not in leaf.source else leaf.anchor + _escaped(leaf.value)
    return leaf.anchor + _plain(leaf.value, place)


def is_block(leaf: Leaf) -> bool:
    """Whether it stays a block of text. One that tells its own indentation (`|2`) is told by quotes instead."""
    head = leaf.source.partition("\n")[0].partition("#")[0]
    return leaf.style in {"|", ">"} and not any(char.isdigit() for char in head[len(leaf.anchor) :])


def _plain(value: str, place: Place | None) -> str:
    if place is not None and place.takes("boolean") and value.lower() in TRUE | FALSE:
        return "true" if value.lower() in TRUE else "false"
    if place is not None and place.takes("integer") and _INTEGER.fullmatch(value):
        return str(int(value))
    if place is not None and place.takes("number") and _DECIMAL.fullmatch(value):
        return value
    if "\n" in value:
        return _escaped(value)
    return _quoted(value) if ambiguous(value) else value


def ambiguous(value: str) -> bool:
    """Whether some reader of YAML takes a plain value for something else than the text that it is to us."""
    if value in _NOTHING:
        return False
    resolved: str = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    return resolved != _WORD or bool(_CORE.fullmatch(value) or _SOMEWHERE.fullmatch(value))


def _quoted(value: str) -> str:
    return f'"{value}"' if '"' not in value and "\\" not in value else "'" + value.replace("'", "''") + "'"


def _escaped(value: str) -> str:
    """In double quotes, on one line."""
    return _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
