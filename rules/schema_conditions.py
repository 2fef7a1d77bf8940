"""The schema of conditions, for rules/schema.py."""

from typing import Final

from rules import custom, when
from rules.fields import Field
from rules.hints import HINTS
from rules.schema_names import Names
from rules.schema_parts import DECIMAL, FLAG, TEXT, Schema, closed, one_of, one_or_many, ordered, ref, table, with_hint

_COUNTED: Final = r"^message\.(?:text|subject|any)\|has at least [0-9]{1,3}(?: exact case)?$"


def when_part(names: Names) -> Schema:
    """The tests that `when` may hold, by what a field is and how it may be asked."""
    parts: dict[str, Schema] = {}
    for field in names.fields.values():
        about = HINTS.get(field.name, HINTS["message.custom"])
        default = when.default_operator(field)
        parts[field.name] = with_hint(_test_of(field, default, names), f"{about} {HINTS[f'operator.{default}']}")
        for operator in when.operators(field):
            value = _test_of(field, operator, names)
            parts[f"{field.name}|{operator}"] = with_hint(value, f"{about} {HINTS[f'operator.{operator}']}")
            if field.kind == "text" and operator in when.EXACT:
                parts[f"{field.name}|{operator} exact case"] = with_hint(ref("words"), HINTS["operator.exact case"])
    for logic in when.LOGIC:
        parts[logic] = with_hint(one_or_many(ref("when"), least=0), HINTS[f"when.{logic}"])
    for key in when.HOURS:
        parts[key] = with_hint(one_or_many(names.known("time")), HINTS[f"when.{key}"])
    counted: Schema = {_COUNTED: ref("words")}
    if not names.are_of_site:
        counted[rf"^{custom.PREFIX[:-1]}\."] = {}
    return {**closed(parts), "patternProperties": counted, "minProperties": 1}


def _test_of(field: Field, operator: str, names: Names) -> Schema:
    """What may stand behind a field and an operator."""
    if operator in {"exists", "changed"}:
        return FLAG
    if operator == "near":
        return ref("near")
    if operator == "weighs":
        return table(
            "weighs",
            ordered(when.WEIGHS, {"of": names.known("weights"), "at least": DECIMAL}),
            required=when.WEIGHS,
        )
    if operator == "matches":
        return one_or_many({"type": "string", "maxLength": when.REGEX_MAX})
    if operator in when.RANKED:
        bound = value_part(field, names)
        pair = {"type": "array", "items": bound, "minItems": 2, "maxItems": 2}
        return pair if operator == "between" else bound
    if field.kind == "text":
        words = ref("words")
        return {"anyOf": [words, ref("unless")]} if operator == "has" else words
    return one_or_many(names.or_list(value_part(field, names)))


def value_part(field: Field, names: Names) -> Schema:
    """One value of a field."""
    if field.kind == "flag":
        return FLAG
    if field.decimal:
        return DECIMAL
    if field.kind == "number":
        return {"type": "integer", "minimum": 0, "maximum": when.NUMBER_MAX}
    if field.choices:
        return one_of(field.choices)
    return names.known(field.refers) if field.refers else TEXT


def near_part(own: tuple[str, ...]) -> Schema:
    """Words near each other; `own`: the keys beside those that rule a hit out."""
    alternatives = {"anyOf": [ref("word"), {"type": "array", "items": ref("word"), "minItems": 1}]}
    parts: dict[str, Schema] = {
        "words": {"anyOf": [ref("word"), {"type": "array", "items": alternatives, "minItems": 1}]},
        "within": {"type": "integer", "minimum": 0, "maximum": when.WITHIN_MAX},
        "ordered": FLAG,
        **dict.fromkeys(when.UNLESS, ref("words")),
    }
    return table("near", ordered((*own, *when.UNLESS), parts), required=("words",))
