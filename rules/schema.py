"""A JSON Schema (draft 7) of the rules language for editors, made from the definitions that the loader itself reads.

With a compiled set, its own queues, tags, lists, templates and rules are what is offered. YAML 1.2, as editors read it,
takes `12315` for a number and `no` for a word; wherever words are meant both are valid here, for the loader takes what
was typed. `switchboard rules check` stays the judge: it knows more than any schema can say.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rules import custom, deadlines, expectations, overflow, queues, rule, skills, times, trial, weights, when
from rules.book import WORD_MAX
from rules.facts import URGENCY_ORDER, CustomerFacts, TicketFacts
from rules.fields import FIELDS, Field
from rules.hints import HINTS
from rules.reader import FALSE, ID, TRUE
from rules.ruleset import Ruleset
from rules.schedule import WEEKDAYS
from rules.sections import LANGUAGE_VERSION, SECTIONS
from rules.templates import LANGUAGE, TEXT_MAX

Schema = dict[str, Any]
"""JSON, whose shape the draft defines."""

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_REFERENCE: Final = r"^\$[a-z]"
"""How the name of a list is written where words stand."""
_FLAG: Final[Schema] = {"anyOf": [{"type": "boolean"}, {"enum": sorted(TRUE | FALSE)}]}
_TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}


def schema(site: Ruleset | None = None) -> Schema:
    """The schema of one file; of any site, or of one whose names are offered and held to."""
    return _Writer(site).file()


class _Writer:
    """Writes each part of the language once."""

    def __init__(self, site: Ruleset | None) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        if site is not None:
            self._names = {
                "queue": tuple(site.queues),
                "template": tuple(site.templates),
                "tag": site.tags,
                "rule": tuple(known.id for known in site.rules),
                "list": tuple(f"${name}" for name in site.lists),
                "time": tuple(site.times),
                "weights": site.weights,
                "sla": tuple(site.slas),
            }
        self._fields = FIELDS if site is None else site.fields

    def file(self) -> Schema:
        sections: dict[str, Schema] = {
            "version": {"const": LANGUAGE_VERSION, "type": "integer"},
            "pack": {"type": "string"},
            "requires": _table("requires", {"engine": {"type": "string", "pattern": "^>= ?[0-9]+([.][0-9]+)?$"}}),
            "include": _one_or_many({"type": "string"}),
            "override": {"type": "object", "additionalProperties": {"type": "object"}},
            "lists": _named(_ref("words")),
            "weights": _named(self._weights()),
            "calendars": _named(_table("calendar", dict.fromkeys(times.CALENDAR_KEYS, _one_or_many(_TEXT)))),
            "times": _named(self._time()),
            "fields": {"type": ["object", "null"], "additionalProperties": self._declared()},
            "tags": _one_or_many(_name()),
            "queues": _named({"anyOf": [{"type": "null"}, self._queue()]}),
            "sla": _named(self._sla()),
            "templates": _named(self._template()),
            "rules": {"type": ["array", "null"], "items": _ref("rule")},
            "tests": {"type": ["array", "null"], "items": _ref("test")},
        }
        return {
            "$schema": DRAFT,
            "title": "Switchboard rules",
            **_table("section", _of(SECTIONS, sections), required=("version",)),
            "definitions": self._definitions(),
        }

    def _definitions(self) -> Schema:
        return {
            "word": self._word(),
            "words": _one_or_many(_ref("word")),
            "near": self._near(when.NEAR),
            "unless": self._near(when.NEAR[:1]),
            "when": self._when(),
            "rule": self._rule(),
            "test": self._test(),
        }

    # Names and words.

    def _known(self, kind: str) -> Schema:
        """A name that the files define."""
        names = self._names.get(kind)
        return _name() if names is None else {"enum": list(names)}

    def _word(self) -> Schema:
        word = {"type": ["string", "number", "boolean"], "maxLength": WORD_MAX}
        return self._or_list({**word, "not": {"type": "string", "pattern": _REFERENCE}})

    def _or_list(self, value: Schema) -> Schema:
        """A value, or a list's name in its place."""
        names = self._names.get("list")
        reference = {"type": "string", "pattern": _REFERENCE} if names is None else {"enum": list(names)}
        return {"anyOf": [value, reference]}

    def _weights(self) -> Schema:
        parts: dict[str, Schema] = {
            "lists": _one_or_many(_name()),
            "start": _DECIMAL,
            "words": {"type": "string"},
        }
        return _table("weights", _of(weights.KEYS, parts), required=("words",))

    def _queue(self) -> Schema:
        text = {**_TEXT, "maxLength": queues.NAME_MAX}
        per_language = {"type": "object", "additionalProperties": False, "patternProperties": {_LANGUAGE: text}}
        parts: dict[str, Schema] = {
            "name": {"anyOf": [text, per_language]},
            "default": _FLAG,
            "skills": _one_or_many(_SKILL),
            "pick": {"enum": list(queues.PICKS)},
            "hours": self._known("time"),
            "max_waiting": {"type": "integer", "minimum": 1},
            "overflow": {"type": "array", "items": self._step()},
        }
        return _table("queue", _of(queues.KEYS, parts))

    def _step(self) -> Schema:
        crowd = _closed({key: _said(_COUNT, HINTS["step.when"]) for key in overflow.CROWD})
        parts: dict[str, Schema] = {
            "after": _DURATION,
            "when": crowd,
            "relax": _one_or_many(_SKILL),
            "add_skill": _one_or_many(_SKILL),
            "urgency": {"enum": ["up"]},
            "to": self._known("queue"),
            "reply": self._known("template"),
        }
        return _table("step", _of(overflow.KEYS, parts))

    def _time(self) -> Schema:
        days = "(?:" + "|".join(WEEKDAYS) + ")"
        week = {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {f"^{days}(?:-{days})?(?:, ?{days}(?:-{days})?)*$": _one_or_many(_TEXT)},
        }
        parts: dict[str, Schema] = dict.fromkeys((*times.CALENDAR_KEYS, "calendar"), _one_or_many(_TEXT))
        parts |= {"zone": {"type": "string"}, "open": week}
        return _table("time", _of(times.KEYS, parts), required=("zone", "open"))

    def _declared(self) -> Schema:
        kind: Schema = {"enum": list(custom.KINDS)}
        parts = {"type": kind, "values": _one_or_many(_TEXT)}
        return {"anyOf": [kind, _table("field", _of(custom.KEYS, parts), required=("type",))]}

    def _sla(self) -> Schema:
        parts = {"first_reply": _DURATION, "solve": _DURATION, "clock": self._known("time")}
        return _table("sla", _of(deadlines.KEYS, parts))

    def _template(self) -> Schema:
        text = {**_TEXT, "maxLength": TEXT_MAX}
        return {
            **_table("template", {"fallback": {"type": "string", "pattern": _LANGUAGE}}),
            "patternProperties": {_LANGUAGE: text},
        }

    # Rules.

    def _rule(self) -> Schema:
        actions: dict[str, Schema] = {
            "tag": _one_or_many(self._offered("tag")),
            "urgency": {"enum": list(URGENCY_ORDER)},
            "queue": self._known("queue"),
            "reply": self._known("template"),
            "untag": _one_or_many(self._known("tag")),
            "skills": _one_or_many(_SKILL),
            "sla": self._known("sla"),
            "note": {**_TEXT, "maxLength": rule.NOTE_MAX},
            "force": _FLAG,
        }
        parts: dict[str, Schema] = {
            "event": {"type": "string"},
            "from": _TEXT,
            "until": _TEXT,
            "id": _name(),
            "name": _TEXT,
            "owner": _TEXT,
            "mode": {"enum": list(rule.MODES)},
            "when": _ref("when"),
            "exceptions": {"type": "array", "items": _ref("when")},
            "then": {**_table("then", _of(rule.ACTIONS, actions)), "minProperties": 1},
            "next": {"enum": list(rule.NEXT)},
        }
        return _table("rule", _of(rule.KEYS, parts), required=("id", "then"))

    def _offered(self, kind: str) -> Schema:
        """A name that may be new: the known ones are offered."""
        known = self._names.get(kind)
        return {"anyOf": [{"enum": list(known)}, _name()]} if known else _name()

    def _when(self) -> Schema:
        parts: dict[str, Schema] = {}
        for field in self._fields.values():
            about = HINTS.get(field.name, HINTS["message.custom"])
            default = when.default_operator(field)
            parts[field.name] = _said(self._test_of(field, default), f"{about} {HINTS[f'operator.{default}']}")
            for operator in when.operators(field):
                value = self._test_of(field, operator)
                parts[f"{field.name}|{operator}"] = _said(value, f"{about} {HINTS[f'operator.{operator}']}")
                if field.kind == "text" and operator in when.EXACT:
                    parts[f"{field.name}|{operator} exact case"] = _said(_ref("words"), HINTS["operator.exact case"])
        for logic in when.LOGIC:
            parts[logic] = _said(_one_or_many(_ref("when"), least=0), HINTS[f"when.{logic}"])
        for key in when.HOURS:
            parts[key] = _said(_one_or_many(self._known("time")), HINTS[f"when.{key}"])
        counted: Schema = {_COUNTED: _ref("words")}
        if "time" not in self._names:
            counted[rf"^{custom.PREFIX[:-1]}\."] = {}
        return {**_closed(parts), "patternProperties": counted, "minProperties": 1}

    def _test_of(self, field: Field, operator: str) -> Schema:
        """What may stand behind a field and an operator."""
        if operator == "exists":
            return _FLAG
        if operator == "near":
            return _ref("near")
        if operator == "weighs":
            return _table(
                "weighs", _of(when.WEIGHS, {"of": self._known("weights"), "at least": _DECIMAL}), required=when.WEIGHS
            )
        if operator == "matches":
            return _one_or_many({"type": "string", "maxLength": when.REGEX_MAX})
        if operator in when.RANKED:
            bound = self._value(field)
            pair = {"type": "array", "items": bound, "minItems": 2, "maxItems": 2}
            return pair if operator == "between" else bound
        if field.kind == "text":
            words = _ref("words")
            return {"anyOf": [words, _ref("unless")]} if operator == "has" else words
        return _one_or_many(self._or_list(self._value(field)))

    def _value(self, field: Field) -> Schema:
        """One value of a field."""
        if field.kind == "flag":
            return _FLAG
        if field.decimal:
            return _DECIMAL
        if field.kind == "number":
            return {"type": "integer", "minimum": 0, "maximum": when.NUMBER_MAX}
        if field.choices:
            return {"enum": list(field.choices)}
        return self._known(field.refers) if field.refers else _TEXT

    def _near(self, own: tuple[str, ...]) -> Schema:
        alternatives = {"anyOf": [_ref("word"), {"type": "array", "items": _ref("word"), "minItems": 1}]}
        parts: dict[str, Schema] = {
            "words": {"anyOf": [_ref("word"), {"type": "array", "items": alternatives, "minItems": 1}]},
            "within": {"type": "integer", "minimum": 0, "maximum": when.WITHIN_MAX},
            "ordered": _FLAG,
            **dict.fromkeys(when.UNLESS, _ref("words")),
        }
        return _table("near", _of((*own, *when.UNLESS), parts), required=("words",))

    # Tests.

    def _test(self) -> Schema:
        message = {key: self._fact(f"message.{key}") for key in trial.MESSAGE if key != "custom"}
        message["custom"] = _said({"type": "object"}, HINTS["message.custom"])
        crowd = _table("crowd", {"available": _COUNT, "waiting": _COUNT})
        later = _table("expect", _of(expectations.EXPECT_LATER, self._expected()))
        parts: dict[str, Schema] = {
            "name": _TEXT,
            "message": {"anyOf": [_TEXT, _closed(message)]},
            "customer": _closed({key: self._fact(f"customer.{key}") for key in CustomerFacts.__struct_fields__}),
            "ticket": _closed({key: self._fact(f"ticket.{key}") for key in TicketFacts.__struct_fields__}),
            "event": {"type": "string"},
            "at": _TEXT,
            "queues": _named(crowd),
            "expect": {**_table("expect", _of(expectations.EXPECT, self._expected())), "minProperties": 1},
            "then_after": {"type": "object", "propertyNames": _DURATION, "additionalProperties": later},
            "known_gap": _FLAG,
        }
        return _table("test", _of(trial.KEYS, parts), required=("expect",))

    def _fact(self, name: str) -> Schema:
        field = FIELDS[name]
        value = self._value(field)
        return _said(_one_or_many(value) if field.kind == "set" else value, HINTS[name])

    def _expected(self) -> dict[str, Schema]:
        reply = {"anyOf": [{"enum": ["none"]}, self._known("template")]}
        tags, rules = _one_or_many(self._known("tag")), _one_or_many(self._known("rule"))
        one: dict[str, Schema] = {
            "urgency": {"enum": list(URGENCY_ORDER)}, "queue": self._known("queue"), "reply": reply, "language": _TEXT,
        }  # fmt: skip
        sla = {"anyOf": [{"enum": ["none"]}, self._known("sla")]}
        several = {"tags": tags, "tags_not": tags, "fired": rules, "quiet": rules, "escalated": rules}
        return one | several | {"sla": sla, "note": _TEXT, "skills": _one_or_many(_SKILL)}


_DECIMAL: Final[Schema] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[+-]?[0-9]+(?:[.][0-9]+)?$"}]}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_SKILL: Final[Schema] = {"type": ["string", "integer"], "pattern": f"^(?:{skills.PATTERN})$"}
_DURATION: Final[Schema] = {"type": "string", "pattern": "^[0-9]{1,6}[smhd]$"}
_COUNTED: Final = r"^message\.(?:text|subject|any)\|has at least [0-9]{1,3}(?: exact case)?$"
_LANGUAGE: Final = f"^(?:{LANGUAGE.pattern})$"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _said(value: Schema, description: str) -> Schema:
    """A value with its hover text. Draft 7 reads nothing beside a $ref, so one is wrapped."""
    return {"description": description, **({"allOf": [value]} if "$ref" in value else value)}


def _name() -> Schema:
    return {"type": ["string", "integer"], "pattern": f"^(?:{ID.pattern})$", "maxLength": 64}


def _named(value: Schema) -> Schema:
    """A map whose keys the file chooses."""
    return {"type": ["object", "null"], "propertyNames": _name(), "additionalProperties": value}


def _one_or_many(value: Schema, *, least: int = 1) -> Schema:
    return {"anyOf": [value, {"type": "array", "items": value, "minItems": least}]}


def _of(keys: Iterable[str], parts: Mapping[str, Schema]) -> dict[str, Schema]:
    """The parts in the language's order; a KeyError names a key of the language that nobody described here."""
    return {key: parts[key] for key in keys}


def _table(group: str, parts: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """A map with known keys, each with its hover text."""
    said = _closed({key: _said(value, HINTS[f"{group}.{key}"]) for key, value in parts.items()})
    return {**said, "required": list(required)} if required else said


def _closed(parts: Mapping[str, Schema]) -> Schema:
    """A map with known keys, which bring their hover texts along."""
    return {"type": "object", "properties": dict(parts), "additionalProperties": False}
