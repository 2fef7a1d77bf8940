"""The parts that the schema of the rules language is put together of (rules/schema.py)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rules import events, moments, skills
from rules.buttons import KEYS, LABEL_MAX, SAYS_MAX, URL_MAX
from rules.hints import HINTS
from rules.names import NAME_MAX
from rules.reader import FALSE, ID, TRUE
from rules.templates import LANGUAGE

Schema = dict[str, Any]
"""JSON, whose shape the draft defines."""

FLAG: Final[Schema] = {"anyOf": [{"type": "boolean"}, {"enum": sorted(TRUE | FALSE)}]}
TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
DECIMAL: Final[Schema] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[+-]?[0-9]+(?:[.][0-9]+)?$"}]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
SKILL: Final[Schema] = {"type": ["string", "integer"], "pattern": f"^(?:{skills.PATTERN})$"}
DURATION: Final[Schema] = {"type": "string", "pattern": "^[0-9]{1,6}[smhd]$"}
MOMENT: Final[Schema] = {"type": "string", "pattern": f"^(?:{moments.WRITTEN})$"}
EVENT: Final[Schema] = {"type": "string", "pattern": f"^(?:{events.WRITTEN})$"}
LANGUAGE_TAG: Final = f"^(?:{LANGUAGE.pattern})$"


def ref(name: str) -> Schema:
    """A definition of the schema."""
    return {"$ref": f"#/definitions/{name}"}


def with_hint(value: Schema, description: str) -> Schema:
    """A value with its hover text. Draft 7 reads nothing beside a $ref, so one is wrapped."""
    return {"description": description, **({"allOf": [value]} if "$ref" in value else value)}


def new_name() -> Schema:
    """A name that the files give."""
    return {"type": ["string", "integer", "boolean"], "pattern": f"^(?:{ID.pattern})$", "maxLength": 64}


def one_of(names: Iterable[str]) -> Schema:
    """A name that the files give already, which an editor may take for a number or a flag."""
    return {"enum": [reading for name in names for reading in (name, *_misread(name))]}


def _misread(name: str) -> Iterator[int | bool]:
    if name in {"true", "false"}:
        yield name == "true"
    elif name.isascii() and name.isdecimal() and name == str(int(name)):
        yield int(name)


def named(value: Schema) -> Schema:
    """A map whose keys the file chooses."""
    return {"type": ["object", "null"], "propertyNames": new_name(), "additionalProperties": value}


def one_or_many(value: Schema, *, least: int = 1) -> Schema:
    """A value, or a list of them."""
    return {"anyOf": [value, {"type": "array", "items": value, "minItems": least}]}


def ordered(keys: Iterable[str], parts: Mapping[str, Schema]) -> dict[str, Schema]:
    """The parts in the language's order; a KeyError names a key of the language that nobody described here."""
    return {key: parts[key] for key in keys}


def table(group: str, parts: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """A map with known keys, each with its hover text."""
    said = closed({key: with_hint(value, HINTS[f"{group}.{key}"]) for key, value in parts.items()})
    return {**said, "required": list(required)} if required else said


def closed(parts: Mapping[str, Schema]) -> Schema:
    """A map with known keys, which bring their hover texts along."""
    return {"type": "object", "properties": dict(parts), "additionalProperties": False}


def override_part(keys: Iterable[str]) -> Schema:
    """Parts of a rule; what each holds may be edited, so that only the whole rule tells whether it is good."""
    return closed({key: {"description": HINTS[f"rule.{key}"]} for key in keys if key != "id"})


def name_part() -> Schema:
    """What people are shown: a name, or one for each language."""
    text = {**TEXT, "maxLength": NAME_MAX}
    return {"anyOf": [text, texts(NAME_MAX)]}


def texts(most: int) -> Schema:
    """A text for each language, of so many characters."""
    text = {**TEXT, "maxLength": most}
    return {"type": "object", "additionalProperties": False, "patternProperties": {LANGUAGE_TAG: text}}


def button_part() -> Schema:
    """A button of a template."""
    parts: dict[str, Schema] = {
        "url": {"type": "string", "pattern": "^https://", "maxLength": URL_MAX},
        "says": texts(SAYS_MAX),
    }
    labels = {LANGUAGE_TAG: {**TEXT, "maxLength": LABEL_MAX}}
    return {**table("button", ordered(KEYS, parts)), "patternProperties": labels}
