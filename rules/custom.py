"""Fields that a site adds to its messages: declared with a type, read from `ext`, tested as `custom.<name>`."""

import re
from collections.abc import Callable
from typing import Final, cast

import msgspec

from rules.book import Book
from rules.document import Listing, Node, Scalar, Table
from rules.fields import Field, Kind, Value
from rules.problems import meant
from rules.reader import FALSE, TRUE
from rules.scene import Scene
from rules.text import fold_word

PREFIX: Final = "custom."
KEYS: Final = ("type", "values")
KINDS: Final = ("word", "number", "flag", "set")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")


def define(name: Scalar, node: Node, book: Book) -> None:
    """Read the declaration of a field and make it known."""
    reader = book.reader
    if not _NAME.fullmatch(name.value):
        hint = "write it as in the message: letters, digits, _ and -, such as order_value"
        reader.fail(name.at, "name", f"the field {name.value!r} is not a name", hint)
        return
    full = PREFIX + name.value
    if full in book.fields:
        reader.fail(name.at, "duplicate", f"the field {name.value} exists already", "declare it once")
        return
    keys = reader.keys(node, KEYS, f"the field {name.value}") if isinstance(node, Table) else {"type": node}
    if "type" not in keys:
        reader.fail(node.at, "missing", f"the field {name.value} has no type", f"one of {', '.join(KINDS)}")
    kind = cast("Kind", (reader.choice(keys["type"], "type", KINDS) if "type" in keys else None) or "word")
    choices: tuple[str, ...] = ()
    if "values" in keys:
        if kind in {"number", "flag"}:
            reader.fail(keys["values"].at, "value", f"a {kind} has no list of values", "take it out")
        choices = tuple(fold_word(value.value) for value in reader.scalars(keys["values"], "values"))
    book.fields[full] = Field(full, kind, _reading(name.value, kind), choices=choices, decimal=kind == "number")


def _reading(name: str, kind: Kind) -> Callable[[Scene], Value]:
    convert = _CONVERT[kind]

    def read(scene: Scene) -> Value:
        return convert(scene.custom.get(name))

    return read


def _word(given: object) -> Value:
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given) if isinstance(given, str | int | float) and given != "" else None


def _number(given: object) -> Value:
    if isinstance(given, str) and _NUMBER.fullmatch(given):
        return float(given)
    return given if isinstance(given, int | float) and not isinstance(given, bool) else None


def _flag(given: object) -> Value:
    if isinstance(given, str) and given.lower() in TRUE | FALSE:
        return given.lower() in TRUE
    return given if isinstance(given, bool) else None


def _set(given: object) -> Value:
    several = given if isinstance(given, list) else [given]
    return tuple(fold_word(word) for one in several if isinstance(word := _word(one), str))


_CONVERT: Final[dict[Kind, Callable[[object], Value]]] = {
    "word": _word,
    "number": _number,
    "flag": _flag,
    "set": _set,
}


def example(node: Node, book: Book) -> str:
    """Read `custom` of a test: what a message would hold under `ext`, as JSON."""
    reader = book.reader
    found: dict[str, str | list[str]] = {}
    for name, value in reader.pairs(node, "custom"):
        known = {full.removeprefix(PREFIX) for full in book.fields if full.startswith(PREFIX)}
        if name.value not in known:
            hint = meant(name.value, known)
            reader.fail(name.at, "unknown-custom", f"there is no field {name.value}", hint)
            continue
        kind = book.fields[PREFIX + name.value].kind
        if kind == "flag":
            reader.flag(value, name.value)
        elif kind == "number":
            reader.decimal(value, name.value)
        words = [one.value for one in reader.scalars(value, name.value)]
        found[name.value] = words if isinstance(value, Listing) else "".join(words)
    return msgspec.json.encode(found).decode()
